# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract of data/dbus, held up to the helper: what it offers, what it refuses and in which words, what it sends."""

import json
import os
import pathlib
import time
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import PROPERTIES, Client
from gi.repository import GLib

from lab.helper import NAME, PATH
from lab.process import Daemon, filters, wait_for

CONTRACT = pathlib.Path(__file__).resolve().parents[2] / "data/dbus/io.github.sottodns.Sotto1.xml"
DROP_IN = pathlib.Path("/etc/sotto/sotto.conf.d/90-test.conf")


def interface(text):
    """What an interface consists of, without comments, annotations and order."""
    node = next(node for node in ElementTree.fromstring(text).iter("interface") if node.get("name") == NAME)
    return {(member.tag, member.get("name"), member.get("type"), member.get("access"),
             tuple((argument.get("name"), argument.get("type"), argument.get("direction")) for argument in member.iter("arg")))
            for member in node}


def text(value):
    return GLib.Variant("(s)", (value,))


def seconds(value):
    return GLib.Variant("(u)", (value,))


def test_introspection_is_the_contract(client):
    assert interface(client.call("Introspect", interface="org.freedesktop.DBus.Introspectable")) == interface(
        CONTRACT.read_text())


def test_properties_of_a_fresh_start(client):
    properties = client.properties()
    assert properties.pop("Version").count(".") == 2
    assert properties.pop("BuildTime") > 1_700_000_000
    assert properties == {"Protocol": 1, "OldestProtocol": 1, "Payload": "", "State": "off", "ReasonCode": "", "Reason": "",
                          "Network": "", "Resolver": "auto", "ResolverInUse": "", "Until": 0, "ChangedBy": "", "ChangedAt": 0}


def test_every_process_is_filtered_without_systemd(service, client):
    """The helper, in every thread, and the keeper of the barrier; a unit's own filter comes on top."""
    client.properties()
    pid = service.daemon.pid
    keepers = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    assert len(keepers) == 1
    threads = [f"{process}/task/{thread}" for process in (pid, *keepers) for thread in os.listdir(f"/proc/{process}/task")]
    assert len(threads) > 2  # GDBus has one, too
    assert {filters(thread) for thread in threads} == {filters() + 1}


@pytest.mark.parametrize("name, value", [("State", "on"), ("Resolver", "quad9")])
def test_properties_are_read_only(client, name, value):
    error, _ = client.refused("Set", GLib.Variant("(ssv)", (NAME, name, GLib.Variant("s", value))), PROPERTIES)
    assert error in ("org.freedesktop.DBus.Error.InvalidArgs", "org.freedesktop.DBus.Error.PropertyReadOnly")
    assert client.properties()["State"] == "off"


@pytest.mark.parametrize("identifier", ["nobody", "", "../quad9", "Qu\u00e4d9", "%s%n", "x" * 64],
                         ids=["unknown", "empty", "path", "umlaut", "format", "long"])
def test_unknown_resolver_is_not_found(client, identifier):
    error, sentence = client.refused("SetResolver", text(identifier))
    assert error == "NotFound"
    assert sentence.endswith(".") and len(sentence) < 200
    assert client.properties()["Resolver"] == "auto"


def test_endless_id_is_not_quoted(client):
    assert client.refused("SetResolver", text("x" * 5000)) == ("InvalidArgument", "That is too long for a resolver's id.")


@pytest.mark.parametrize("length", [1, 59, 86401, 2**32 - 1])
def test_pause_out_of_range_is_an_invalid_argument(client, length):
    assert client.refused("Pause", seconds(length)) == ("InvalidArgument", "A pause takes between one minute and one day.")


@pytest.mark.parametrize("length", [0, 60, 86400])
def test_pause_in_range_needs_protection(client, length):
    assert client.refused("Pause", seconds(length)) == ("Failed", "Protection is not on, so it cannot be paused.")


def test_resume_needs_a_pause(client):
    assert client.refused("Resume") == ("Failed", "Protection is not paused.")


def test_turn_on_needs_somebody_who_switches(client):
    assert client.refused("TurnOn") == ("Failed", "Neither NetworkManager nor systemd-resolved is running.")
    assert client.properties()["State"] == "off"


def test_turn_off_when_off_is_no_failure(client):
    client.call("TurnOff")
    assert client.properties()["State"] == "off"


@pytest.mark.parametrize("method, arguments", [
    ("SetResolver", seconds(1)), ("SetResolver", None), ("Pause", text("60")), ("Pause", GLib.Variant("(i)", (-1,))),
    ("TurnOn", text("now")), ("ListResolvers", seconds(1))],
    ids=["number-for-id", "no-id", "text-for-seconds", "signed", "one-too-many", "list-with-argument"])
def test_wrong_types_are_refused(client, method, arguments):
    assert client.refused(method, arguments)[0] == "org.freedesktop.DBus.Error.InvalidArgs"


def test_unknown_method_is_refused(client):
    assert client.refused("FormatDisk")[0] == "org.freedesktop.DBus.Error.UnknownMethod"


def test_choice_is_told_to_everybody_once(client, service):
    other = Client()
    client.hear()
    client.call("SetResolver", text("quad9"))
    for listener in (client, other):
        told = [change for change in listener.hear() if "Resolver" in change]
        assert [(change["Resolver"], change["ChangedBy"]) for change in told] == [("quad9", "root")]
        assert abs(told[0]["ChangedAt"] - time.time()) < 60
    other.close()


def test_questions_send_no_signal(client):
    client.hear().clear()
    for method in ("GetStatistics", "ListResolvers", "CheckProtection", "GetStatistics"):
        client.call(method)
    assert client.hear() == []


def test_choice_outlives_the_process(client, service):
    client.call("SetResolver", text("quad9"))
    assert service.stop() == 0
    service.start()
    properties = client.properties()
    assert (properties["Resolver"], properties["ChangedBy"], properties["State"]) == ("quad9", "root", "off")


def test_resolvers_have_every_key_of_the_contract(client):
    kinds = {"id": str, "name": str, "operator": str, "country": str, "description": str, "protocols": list, "dnssec": bool,
             "nolog": bool, "malware": bool, "ads": bool, "adult": bool, "favourite": bool, "own": bool, "latency": int,
             "failure": str, "filters": bool, "relay": str, "relay-choice": str, "source": str, "key-changed": str}
    resolvers = client.call("ListResolvers")
    for resolver in resolvers:
        assert {key: type(value) for key, value in resolver.items()} == kinds
        assert set(resolver["protocols"]) <= {"dnscrypt", "dot", "doh", "doq", "odoh", "relay"}
        assert (resolver["source"], resolver["key-changed"]) == ("built-in", "")
    assert len({resolver["id"] for resolver in resolvers}) == len(resolvers) >= 40
    assert len({resolver["operator"] for resolver in resolvers}) >= 15


def test_statistics_have_every_key_of_the_contract(client):
    words = {"queries", "encrypted", "cache-hits", "coalesced", "special", "routed-clear", "failed", "over-limit", "malformed",
             "refused-link", "forged", "replayed", "certificate-requests", "leaked", "bytes-sent", "bytes-received",
             "cache-entries", "cache-bytes", "in-flight", "latency-p50", "latency-p95", "network-encrypted", "longest-turn",
             "leaks-watched", "clear-flows", "since", "stale", "prefetched", "blocked", "histogram", "errors", "resolvers", "transports",
             "today", "week"}
    a_day = {"day", "queries", "cache-hits", "blocked", "encrypted", "failed", "bytes-sent", "bytes-received", "latency-p50",
             "latency-p95"}
    statistics = client.call("GetStatistics")
    assert set(statistics) == words
    assert len(statistics["histogram"]) == 24
    assert len(statistics["week"]) == 7 and all(set(day) == a_day for day in statistics["week"])
    assert statistics["today"] == statistics["week"][-1]
    assert statistics["today"]["day"] == time.strftime("%Y-%m-%d")
    assert statistics["clear-flows"] == {}
    assert statistics["leaks-watched"] is True and abs(statistics["since"] - time.time()) < 60


def test_nobody_went_around_a_fresh_start(client):
    assert client.call("ListLeaks", interface=f"{NAME}.Queries") == []


def test_lists_of_a_fresh_start(client):
    sources = client.call("ListSources", interface=f"{NAME}.Resolvers")
    kinds = {"name": str, "url": str, "kind": str, "entries": int, "signed-at": int, "checked-at": int, "failure": str}
    assert {(source["name"], source["kind"]) for source in sources} == {
        ("public-resolvers", "resolvers"), ("relays", "relays"), ("odoh-servers", "odoh-targets"),
        ("odoh-relays", "odoh-relays")}
    for source in sources:
        assert {key: type(value) for key, value in source.items()} == kinds
        assert (source["entries"], source["signed-at"], source["checked-at"], source["failure"]) == (0, 0, 0, "")


def test_check_says_step_by_step_what_it_found(client):
    evidence = client.call("CheckProtection")
    assert (evidence["ok"], evidence["summary"]) == (False, "Protection is not on.")
    assert [step["id"] for step in evidence["steps"]] == ["resolver", "system", "leaks", "tampering", "identity", "hijack"]
    resolver = evidence["steps"][0]
    assert (resolver["ok"], resolver["code"]) == (False, "unreachable")
    for step in evidence["steps"]:
        assert step["ok"] == (step["code"] == "") and step["title"] and step["detail"].endswith(".")


def test_explanation_has_every_key_of_the_contract(client):
    kinds = {"name": str, "type": str, "source": str, "summary": str, "rule": str, "answer": str, "ttl": int,
             "resolver": str, "endpoint": str, "protocol": str, "steps": list}
    explanation = client.call("Explain", GLib.Variant("(ss)", ("www.example.com.", "aaaa")), f"{NAME}.Queries")
    assert {key: type(value) for key, value in explanation.items()} == kinds
    assert (explanation["name"], explanation["type"], explanation["source"]) == ("www.example.com", "AAAA", "resolver")
    assert explanation["resolver"] and explanation["protocol"] and explanation["endpoint"]
    assert all(step.endswith(".") for step in explanation["steps"])
    for question in (("a..b", "A"), ("www.example.com", "NOTHING")):
        assert client.refused("Explain", GLib.Variant("(ss)", question), f"{NAME}.Queries")[0] == "InvalidArgument"


def test_ordinary_user_may_ask(client, guest):
    status = json.loads(guest.run("sottoctl", "status", "--json", check=False).stdout)
    assert status["state"] == "off"
    assert json.loads(guest.output("sottoctl", "resolvers", "--json", "quad9"))


@pytest.mark.parametrize("words", [["on"], ["off"], ["use", "quad9"], ["pause"], ["resume"]], ids=lambda words: words[0])
def test_ordinary_user_may_change_nothing_without_polkit(client, guest, words):
    done = guest.run("sottoctl", *words, check=False)
    assert (done.returncode, done.stderr) == (
        5, f"sottoctl {words[0]}: Only root may do this, since polkit is not running to ask.\n")
    assert client.properties()["Resolver"] == "auto"


def test_ordinary_user_may_not_take_the_name(service, guest):
    service.stop()
    done = guest.run("gdbus", "call", "--system", "--dest", "org.freedesktop.DBus", "--object-path", "/", "--method",
                     "org.freedesktop.DBus.RequestName", NAME, "0", check=False)
    assert "AccessDenied" in done.stderr
    service.start()


def test_only_the_contracts_interfaces_are_let_through(client, guest):
    done = guest.run("gdbus", "call", "--system", "--dest", NAME, "--object-path", PATH, "--method",
                     "org.freedesktop.Application.Activate", "{}", check=False)
    assert "AccessDenied" in done.stderr


def test_helper_survives_the_bus(client, bus, service):
    """Another bus: the old one is gone with all who were on it, and the helper is found on the new one."""
    client.call("SetResolver", text("quad9"))
    bus.daemon.stop()
    bus.__init__(bus.machine)
    wait_for("the helper on the new bus", lambda: bus.owns(NAME), 15)
    again = Client()
    assert again.properties()["Resolver"] == "quad9"
    again.close()


def test_second_helper_leaves_the_first_alone(client, service):
    second = Daemon("second-sottod", ["sottod", "--service"])
    assert second.wait(10) == 1
    assert "cannot open the device sotto0: Another program already uses this address." in second.log
    second.stop()
    assert client.properties()["State"] == "off"


@pytest.fixture
def drop_in():
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    yield DROP_IN
    DROP_IN.unlink(missing_ok=True)


def own_resolvers(client):
    return [resolver["id"] for resolver in client.call("ListResolvers") if resolver["own"]]


def test_reload_reads_the_settings_again(client, service, drop_in):
    assert own_resolvers(client) == []
    drop_in.write_text("[Resolver home]\nName=Home\nEndpoints=tls://192.0.2.1#dns.home.test\n")
    service.daemon.send(1)
    wait_for("the new resolver", lambda: own_resolvers(client) == ["home"], 5)


def test_rules_are_loaded_while_serving_and_explained(client, service, drop_in, tmp_path):
    def explain(name):
        return client.call("Explain", GLib.Variant("(ss)", (name, "A")), f"{NAME}.Queries")

    tmp_path.chmod(0o755)
    for folder in list(tmp_path.parents)[:-2]:
        folder.chmod(0o755)
    names = tmp_path / "ads.txt"
    names.write_text("".join(f"||ad{number}.example^\n" for number in range(100000)))
    drop_in.write_text(f"[Rules]\nBlockLists={names}\nCloak=nas.home 192.0.2.7\n")
    service.daemon.send(1)
    assert explain("www.example")["source"] == "resolver"
    wait_for("the list", lambda: explain("x.ad99999.example")["rule"] == "ads.txt line 100000", 15)
    blocked, cloaked, local = explain("ad7.example"), explain("nas.home"), explain("tv.lan")
    assert (blocked["source"], blocked["answer"]) == ("rule", "NXDOMAIN")
    assert (cloaked["source"], cloaked["answer"], cloaked["rule"]) == ("rule", "192.0.2.7", "Cloak= in the settings")
    assert (local["source"], local["answer"], local["rule"]) == ("special", "NXDOMAIN", "")
    assert client.call("GetStatistics")["queries"] == 0


def test_reload_of_broken_settings_keeps_the_old_ones(client, service, drop_in):
    drop_in.write_text("[Resolver home]\nName=Home\nEndpoints=tls://not an address\n")
    service.daemon.send(1)
    wait_for("the complaint", lambda: "settings not reloaded, the old ones stay" in service.daemon.log, 5)
    assert str(drop_in) in service.daemon.log or "home" in service.daemon.log
    assert len(client.call("ListResolvers")) >= 40
