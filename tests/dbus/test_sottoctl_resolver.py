# SPDX-License-Identifier: GPL-3.0-or-later
"""sottoctl describe, favourite and relay against a scripted helper."""

import json

import pytest
from gi.repository import GLib
from test_sottoctl import Helper, address, ctl, environment  # noqa: F401 (fixtures)

STAMP = "sdns://AwMAAAAAAAAABzkuOS45LjkADWRucy5xdWFkOS5uZXQ"
ENDPOINTS = [
    {"protocol": "dnscrypt", "address": "9.9.9.9:8443", "host": "", "path": "", "provider": "2.dnscrypt-cert.quad9.net",
     "provider-key": "67" * 32, "pins": [], "hashes": [], "relay": "anon-one", "stamp": ""},
    {"protocol": "dot", "address": "9.9.9.9:853", "host": "dns.quad9.net", "path": "", "provider": "", "provider-key": "",
     "pins": ["pin-one", "pin-two"], "hashes": ["3e" * 32], "relay": "", "stamp": STAMP}]
RESOLVER = {"id": "quad9", "name": "Quad9", "operator": "Quad9", "country": "CH", "description": "Non-profit.",
            "source": "built-in", "failure": "", "relay": "anon-one", "relay-choice": "*"}


def dictionary(values):
    return {key: GLib.Variant("as" if isinstance(value, list) else "s", value) for key, value in values.items()}


class ResolverHelper(Helper):
    def __init__(self, address, **facts):  # noqa: F811
        super().__init__(address, **facts)
        self.facts["Relay"] = ("s", "none")

    def Describe(self, name):
        endpoints = GLib.Variant("aa{sv}", [dictionary(endpoint) for endpoint in ENDPOINTS])
        return GLib.Variant("(a{sv})", ({**dictionary(RESOLVER), "endpoints": endpoints},))

    def SetFavourite(self, name, favourite):
        return None

    def SetRelay(self, name, relay):
        if not name:
            self.facts["Relay"] = ("s", relay or "none")
            self.bus.emit_signal(None, "/io/github/sottodns/Sotto1", "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                 GLib.Variant("(sa{sv}as)", ("io.github.sottodns.Sotto1.Resolvers",
                                                             {"Relay": GLib.Variant(*self.facts["Relay"])}, [])))


@pytest.fixture
def helper(address):  # noqa: F811
    helper = ResolverHelper(address)
    yield helper
    helper.stop()


def test_describe_shows_every_endpoint(ctl, helper):  # noqa: F811
    shown = ctl("describe", "quad9").stdout
    first, second = shown.split("\ndnscrypt\n")[1].split("\ndot\n")
    assert shown.splitlines()[0].split() == ["Name", "Quad9"] and "Non-profit." in shown
    assert "67" * 32 in first and "anon-one" in first and "Stamp" not in first
    assert STAMP in second and "pin-one" in second and "pin-two" in second and "dns.quad9.net" in second
    assert helper.calls == [("Describe", "quad9")]


def test_describe_json_is_the_contracts(ctl, helper):  # noqa: F811
    assert json.loads(ctl("describe", "quad9", "--json").stdout) == {**RESOLVER, "endpoints": ENDPOINTS}


def test_describe_unknown(ctl, helper):  # noqa: F811
    helper.refusal = ("NotFound", 'No resolver is called "nobody".')
    done = ctl("describe", "nobody")
    assert (done.returncode, done.stderr) == (1, 'sottoctl describe: No resolver is called "nobody".\n')


def test_favourite_and_not(ctl, helper):  # noqa: F811
    assert ctl("favourite", "quad9").stdout == "quad9 is a favourite now.\n"
    assert json.loads(ctl("favourite", "quad9", "--remove", "--json").stdout) == {"id": "quad9", "favourite": False}
    assert helper.calls == [("SetFavourite", "quad9", True), ("SetFavourite", "quad9", False)]


def test_favourite_a_sixth(ctl, helper):  # noqa: F811
    helper.refusal = ("InvalidArgument", "There are five favourites already; remove one of them first.")
    done = ctl("favourite", "quad9")
    assert (done.returncode, "five favourites" in done.stderr) == (1, True)


def test_relay_is_shown(ctl, helper):  # noqa: F811
    assert ctl("relay").stdout == "none\n"
    assert ctl("relay", "--for", "quad9").stdout == "auto\n"
    assert json.loads(ctl("relay", "--json").stdout) == {"resolver": "", "relay": "none"}
    assert helper.calls == [("Describe", "quad9")]


def test_relay_is_set(ctl, helper):  # noqa: F811
    assert ctl("relay", "auto").stdout == "auto\n"
    assert ctl("relay", "anon-one").stdout == "anon-one\n"
    assert ctl("relay", "none", "--for", "quad9").returncode == 0
    assert ctl("relay", "--reset").stdout == "none\n"
    calls = [call for call in helper.calls if call[0] == "SetRelay"]
    assert calls == [("SetRelay", "", "*"), ("SetRelay", "", "anon-one"), ("SetRelay", "quad9", "none"), ("SetRelay", "", "")]


def test_relay_that_fails_is_told(ctl, helper):  # noqa: F811
    helper.refusal = ("Failed", "The resolver did not answer in time.")
    done = ctl("relay", "anon-one")
    assert (done.returncode, done.stderr) == (1, "sottoctl relay: The resolver did not answer in time.\n")


def test_relay_reset_takes_no_relay(ctl, helper):  # noqa: F811
    assert ctl("relay", "anon-one", "--reset").returncode == 2
    assert helper.calls == []
