# SPDX-License-Identifier: GPL-3.0-or-later
"""The Networks interface of the real helper, where nobody tells it of networks: what it says of itself and what it
refuses, in words. What it does on networks is in tests/lab."""

import pytest
from gi.repository import GLib

from lab.helper import NAME, STATE
from lab.process import wait_for

NETWORKS = f"{NAME}.Networks"
KNOWN = "[3f1c09a2be47d655]\nName=Grand Hotel\nSsid=Grand Hotel\nPolicy=leave-alone\nPortal=true\nLastSeen=1795000000\n"


def strings(*values):
    return GLib.Variant(f"({'s' * len(values)})", values)


@pytest.fixture
def remembered(client, service):
    """The helper, which was in a hotel before."""
    service.stop()
    (STATE / "networks.conf").write_text(KNOWN)
    (STATE / "networks.conf").chmod(0o644)
    service.start()
    return client


def test_properties_without_a_network(client):
    assert client.call("GetAll", strings(NETWORKS), "org.freedesktop.DBus.Properties") == {
        "Current": "", "Policy": "protect", "PortalAddress": "", "SignIn": "", "UnknownNetworks": "protect"}


def test_no_network_is_known_at_first(client):
    assert client.call("ListNetworks", None, NETWORKS) == []


def test_networks_are_remembered(remembered):
    assert remembered.call("ListNetworks", None, NETWORKS) == [
        {"id": "3f1c09a2be47d655", "name": "Grand Hotel", "ssid": "Grand Hotel", "policy": "leave-alone", "decided": True,
         "current": False, "portal": True, "last-seen": 1795000000}]


def test_decision_is_kept_for_the_helper_alone(remembered):
    remembered.call("SetPolicy", strings("3f1c09a2be47d655", "ask"), NETWORKS)
    assert remembered.call("ListNetworks", None, NETWORKS)[0]["policy"] == "ask"
    assert "Policy=ask\n" in (STATE / "networks.conf").read_text()
    assert (STATE / "networks.conf").stat().st_mode & 0o777 == 0o600


UNDECIDED = KNOWN.replace("Policy=leave-alone\n", "")


def unknown_networks(client):
    return client.call("Get", strings(NETWORKS, "UnknownNetworks"), "org.freedesktop.DBus.Properties")


def test_unknown_networks_outlive_a_restart(client, service):
    client.call("SetUnknownNetworks", strings("ask"), NETWORKS)
    assert unknown_networks(client) == "ask"
    service.stop()
    service.start()
    assert unknown_networks(client) == "ask"


def test_unknown_networks_are_those_nobody_decided_about(client, service):
    service.stop()
    (STATE / "networks.conf").write_text(KNOWN + UNDECIDED.replace("3f1c", "0000"))
    service.start()
    client.call("SetUnknownNetworks", strings("ask"), NETWORKS)
    assert {entry["id"][:4]: entry["policy"] for entry in client.call("ListNetworks", None, NETWORKS)} == {
        "3f1c": "leave-alone", "0000": "ask"}


def test_unknown_networks_that_cannot_be_kept_stay(client, service):
    (STATE / "state.conf").unlink(missing_ok=True)
    (STATE / "state.conf").mkdir()
    name, sentence = client.refused("SetUnknownNetworks", strings("ask"), NETWORKS)
    (STATE / "state.conf").rmdir()
    assert (name, sentence[:40]) == ("Failed", "What is done on new networks could not b")
    assert unknown_networks(client) == "protect"


def test_forgotten_network_leaves_nothing(client, service):
    service.stop()
    (STATE / "networks.conf").write_text(KNOWN)
    (STATE / "networks").write_text("3f1c09a2be47d655 quad9=doh\n00ff00ff00ff00ff quad9=dot\n")
    service.start()
    client.call("Forget", strings("3f1c09a2be47d655"), NETWORKS)
    wait_for("what got through to be forgotten", lambda: (STATE / "networks").read_text() == "00ff00ff00ff00ff quad9=dot\n", 2)
    assert client.call("ListNetworks", None, NETWORKS) == []
    assert "Hotel" not in (STATE / "networks.conf").read_text()


@pytest.mark.parametrize("method, arguments, error", [
    ("SetPolicy", ("nowhere", "ask"), "NotFound"),
    ("SetPolicy", ("nowhere", "perhaps"), "InvalidArgument"),
    ("SetPolicy", ("x" * 1000000, "ask"), "InvalidArgument"),
    ("SetUnknownNetworks", ("leave-alone",), "InvalidArgument"),
    ("SetUnknownNetworks", ("x" * 1000000,), "InvalidArgument"),
    ("Forget", ("nowhere",), "NotFound"),
    ("Forget", ("x" * 1000000,), "InvalidArgument"),
    ("BeginSignIn", ("shouting",), "InvalidArgument"),
    ("BeginSignIn", ("window",), "Failed"),
    ("BeginSignIn", ("machine",), "Failed"),
    ("ResolveForSignIn", ("www.example.test",), "NotAuthorized")])
def test_what_cannot_be_is_refused_in_a_sentence(client, method, arguments, error):
    name, sentence = client.refused(method, strings(*arguments), NETWORKS)
    assert (name, sentence[-1]) == (error, ".")
    assert len(sentence) < 200


@pytest.mark.parametrize("seconds", [0, 59, 86401])
def test_time_of_a_consent_is_checked(client, seconds):
    assert client.refused("AllowUnprotected", GLib.Variant("(u)", (seconds,)), NETWORKS)[0] == "InvalidArgument"


def test_nothing_to_look_for_when_off(client):
    assert client.refused("LookAgain", None, NETWORKS)[0] == "Failed"


def test_ending_no_sign_in_is_no_failure(client):
    client.call("EndSignIn", None, NETWORKS)


@pytest.mark.parametrize("words", [("networks",), ("networks", "protect", "3f1c09a2be47d655"), ("networks", "forget", "3f1c09a2be47d655"),
                                   ("networks", "ask", "--unknown"), ("pause", "--until-left"),
                                   ("look",), ("allow", "15m"), ("signin", "--machine", "--yes"), ("signin", "--end")])
def test_ordinary_user_may_change_nothing_without_polkit(remembered, guest, words):
    assert guest.run("sottoctl", *words, check=False).returncode == 5
