# SPDX-License-Identifier: GPL-3.0-or-later
"""sottoctl networks, signin, look and allow against a scripted helper."""

import json
import os
import pty
import subprocess
import time

import pytest
from gi.repository import GLib
from test_sottoctl import SOTTOCTL, Helper, address, ctl, environment  # noqa: F401 (fixtures)

HOTEL, HOME = "3f1c09a2be47d655", "00ff00ff00ff00ff"
NETWORKS = [
    {"id": ("s", HOTEL), "name": ("s", "Grand Hotel"), "ssid": ("s", "Grand Hotel"), "policy": ("s", "protect"),
     "decided": ("b", False), "current": ("b", True), "portal": ("b", True), "last-seen": ("x", 1795000000)},
    {"id": ("s", HOME), "name": ("s", "Home"), "ssid": ("s", ""), "policy": ("s", "leave-alone"),
     "decided": ("b", True), "current": ("b", False), "portal": ("b", False), "last-seen": ("x", 1790000000)}]
PORTAL = "http://portal.hotel.test/welcome"


class NetworksHelper(Helper):
    networks = NETWORKS

    def __init__(self, address):  # noqa: F811
        super().__init__(address)
        self.facts |= {"Current": ("s", HOTEL), "Policy": ("s", "protect"), "PortalAddress": ("s", PORTAL), "SignIn": ("s", ""),
                       "UnknownNetworks": ("s", "protect")}

    def ListNetworks(self):
        entries = [{key: GLib.Variant(*value) for key, value in entry.items()} for entry in self.networks]
        return GLib.Variant("(aa{sv})", (entries,))

    def SetPolicy(self, _id, _policy):
        return None

    def Forget(self, _id):
        return None

    def SetUnknownNetworks(self, policy):
        self.change(UnknownNetworks=policy)

    def BeginSignIn(self, how):
        self.change(State="signing-in", Until=int(time.time()) + 300)
        return GLib.Variant("(s)", (PORTAL,))

    def EndSignIn(self):
        return None

    def LookAgain(self):
        self.change(State="signin")

    def AllowUnprotected(self, seconds):
        self.change(State="open", Until=int(time.time()) + seconds)


@pytest.fixture
def helper(address):  # noqa: F811
    helper = NetworksHelper(address)
    yield helper
    helper.stop()


@pytest.fixture(autouse=True)
def no_desktop(environment):  # noqa: F811
    """So that no browser is looked for."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)


def at_a_terminal(environment, answer, *arguments):  # noqa: F811
    """What sottoctl says to somebody who types `answer`."""
    master, slave = pty.openpty()
    os.write(master, answer.encode())
    done = subprocess.run([SOTTOCTL, *arguments], env=environment, stdin=slave, capture_output=True, text=True, timeout=30)
    os.close(master)
    os.close(slave)
    return done.stdout + done.stderr


def test_networks_are_shown(ctl, helper):  # noqa: F811
    lines = ctl("networks").stdout.splitlines()
    assert lines[0].split() == ["network", "what", "is", "done", "asks", "for", "last", "seen", "id"]
    assert lines[1].startswith("*  Grand Hotel  protect, as any new one  sign-in") and lines[1].endswith(HOTEL)
    assert lines[2].startswith("   Home         leave-alone") and lines[2].endswith(HOME)
    assert helper.calls == [("ListNetworks",)]


def test_networks_json_keys_are_those_of_the_contract(ctl, helper):  # noqa: F811
    assert json.loads(ctl("networks", "--json").stdout) == [
        {key: value for key, (_, value) in network.items()} for network in NETWORKS]


def test_no_networks(ctl, helper):  # noqa: F811
    helper.networks = []
    done = ctl("networks")
    assert (done.returncode, done.stdout) == (0, "")
    assert "No network is known yet." in done.stderr
    assert json.loads(ctl("networks", "--json").stdout) == []


@pytest.mark.parametrize("policy", ["protect", "ask", "leave-alone"])
def test_policy_of_the_network_at_hand(ctl, helper, policy):  # noqa: F811
    assert json.loads(ctl("networks", policy, "--json").stdout) == {"id": HOTEL, "policy": policy}
    ctl("networks", policy, "--current")
    assert helper.calls == [("SetPolicy", HOTEL, policy)] * 2


def test_policy_of_another_network(ctl, helper):  # noqa: F811
    done = ctl("networks", "protect", HOME)
    assert done.stdout == "Lookups are kept private on this network.\n"
    assert helper.calls == [("SetPolicy", HOME, "protect")]


def test_no_network_at_hand(ctl, helper):  # noqa: F811
    helper.facts["Current"] = ("s", "")
    done = ctl("networks", "protect")
    assert done.returncode == 1
    assert "No network is known right now." in done.stderr
    assert helper.calls == []


def test_forget(ctl, helper):  # noqa: F811
    assert json.loads(ctl("networks", "forget", HOME, "--json").stdout) == {"id": HOME, "forgotten": True}
    ctl("networks", "forget", "--current")
    assert helper.calls == [("Forget", HOME), ("Forget", HOTEL)]


def test_networks_nobody_decided_about(ctl, helper):  # noqa: F811
    assert ctl("networks", "--unknown").stdout == "Lookups are kept private on a new network.\n"
    assert helper.calls == []
    assert json.loads(ctl("networks", "ask", "--unknown", "--json").stdout) == {"unknown": "ask"}
    assert helper.calls == [("SetUnknownNetworks", "ask")]
    assert json.loads(ctl("networks", "--unknown", "--json").stdout) == {"unknown": "ask"}


def test_older_service_does_not_say_what_it_does(ctl, helper):  # noqa: F811
    del helper.facts["UnknownNetworks"]
    done = ctl("networks", "--unknown")
    assert done.returncode == 1
    assert "The Sotto service is too old to say this." in done.stderr


@pytest.mark.parametrize("words", [("leave-alone", "--unknown"), ("forget", "--unknown"), ("ask", HOME, "--unknown"),
                                   ("--unknown", "--current"), ("forget",), ("destroy", HOME), ("ask", HOME, "--current"),
                                   ("ask", HOME, "more")])
def test_networks_misused(ctl, helper, words):  # noqa: F811
    assert ctl("networks", *words).returncode == 2
    assert helper.calls == []


def test_unknown_network(ctl, helper):  # noqa: F811
    helper.refusal = ("NotFound", "No network with this id is known.")
    done = ctl("networks", "forget", "0", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, "not-found")


def test_look(ctl, helper):  # noqa: F811
    assert ctl("look").stdout.startswith("This Wi-Fi needs you to sign in")
    assert helper.calls == [("LookAgain",)]


def test_allow(ctl, helper):  # noqa: F811
    answer = json.loads(ctl("allow", "15m", "--json").stdout)
    assert (answer["state"], answer["protected"]) == ("open", False)
    assert abs(answer["until"] - time.time() - 900) < 10
    assert helper.calls == [("AllowUnprotected", 900)]


@pytest.mark.parametrize("words", [(), ("5s",), ("25h",), ("soon",)])
def test_allow_misused(ctl, helper, words):  # noqa: F811
    assert ctl("allow", *words).returncode == 2
    assert helper.calls == []


def test_sign_in_by_the_machine_needs_agreement(ctl, helper):  # noqa: F811
    done = ctl("signin", "--machine")
    assert done.returncode == 1
    assert "Nothing was done." in done.stderr
    assert helper.calls == []


def test_sign_in_by_the_machine(ctl, helper):  # noqa: F811
    assert ctl("signin", "--machine", "--yes").stdout == f"Open {PORTAL} in a browser.\n"
    answer = json.loads(ctl("signin", "--machine", "--yes", "--json").stdout)
    assert (answer["sign-in"], answer["address"]) == ("machine", PORTAL)
    assert helper.calls == [("BeginSignIn", "machine")] * 2


def test_sign_in_asks_at_a_terminal(environment, helper):  # noqa: F811
    said = at_a_terminal(environment, "n\n", "signin", "--machine")
    assert "can read and change everything" in said and "[y/N]" in said
    assert helper.calls == []
    assert PORTAL in at_a_terminal(environment, "y\n", "signin", "--machine")
    assert helper.calls == [("BeginSignIn", "machine")]


def test_sign_in_by_the_window(ctl, helper, environment, tmp_path):  # noqa: F811
    program, ran = tmp_path / "sotto-signin", tmp_path / "ran"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    environment |= {"SOTTO_SIGNIN": str(program), "DISPLAY": ":7"}
    assert "The sign-in window is opening." in ctl("signin").stdout
    deadline = time.monotonic() + 5
    while not ran.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ran.exists()
    assert helper.calls == []  # the window begins what it needs itself


def test_sign_in_without_the_window(ctl, helper, environment):  # noqa: F811
    environment["SOTTO_SIGNIN"] = "/nonexistent"
    done = ctl("signin")
    assert done.returncode == 1
    assert "signin --machine" in done.stderr


def test_sign_in_without_a_screen(ctl, helper, environment, tmp_path):  # noqa: F811
    program, ran = tmp_path / "sotto-signin", tmp_path / "ran"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    environment["SOTTO_SIGNIN"] = str(program)
    done = ctl("signin")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no screen" in done.stderr and "signin --machine" in done.stderr
    assert not ran.exists()


@pytest.mark.parametrize("words", [("--end", "--machine"), ("--end", "--yes"), ("--yes",)])
def test_sign_in_misused(ctl, helper, words):  # noqa: F811
    assert ctl("signin", *words).returncode == 2
    assert helper.calls == []


def test_sign_in_that_nobody_agreed_to_in_json(ctl, helper):  # noqa: F811
    done = ctl("signin", "--machine", "--json")
    assert done.returncode == 1
    assert "Nothing was done." in json.loads(done.stdout)["error"]["message"]


def test_sign_in_ends(ctl, helper):  # noqa: F811
    assert ctl("signin", "--end").returncode == 0
    assert helper.calls == [("EndSignIn",)]
