# SPDX-License-Identifier: GPL-3.0-or-later
"""sottoctl lists, relays, add and remove against a scripted helper."""

import json

import pytest
from gi.repository import GLib
from test_sottoctl import Helper, address, ctl, environment  # noqa: F401 (fixtures)

SOURCES = [
    {"name": ("s", "public-resolvers"), "url": ("s", "https://lists.example/public-resolvers.md"), "kind": ("s", "resolvers"),
     "entries": ("u", 816), "signed-at": ("x", 1784887140), "checked-at": ("x", 1784890000), "failure": ("s", "")},
    {"name": ("s", "relays"), "url": ("s", "https://lists.example/relays.md"), "kind": ("s", "relays"),
     "entries": ("u", 0), "signed-at": ("x", 0), "checked-at": ("x", 0), "failure": ("s", "It was signed with another key.")}]
RELAY = {"id": ("s", "anon-one"), "name": ("s", "anon-one"), "operator": ("s", "Somebody"), "country": ("s", ""),
         "description": ("s", "A relay."), "kind": ("s", "dnscrypt"), "source": ("s", "relays")}


def dictionaries(values):
    return GLib.Variant("(aa{sv})", ([{key: GLib.Variant(*value) for key, value in entry.items()} for entry in values],))


class ListsHelper(Helper):
    relays = [RELAY]

    def ListSources(self):
        return dictionaries(SOURCES)

    def RefreshSources(self):
        return None

    def ListRelays(self):
        return dictionaries(self.relays)

    def Add(self, spec, name):
        return GLib.Variant("(s)", (name.lower() or "dns.example",))

    def Remove(self, name):
        return None


@pytest.fixture
def helper(address):  # noqa: F811
    helper = ListsHelper(address)
    yield helper
    helper.stop()


def test_lists_are_shown(ctl, helper):  # noqa: F811
    lines = ctl("lists").stdout.splitlines()
    assert lines[0].split() == ["list", "kind", "entries", "signed", "checked", "last", "refusal"]
    assert lines[1].split() == ["public-resolvers", "resolvers", "816", "2026-07-24", "2026-07-24"]
    assert lines[2].endswith("0        never       never       It was signed with another key.")
    assert helper.calls == [("ListSources",)]


def test_lists_json_keys_are_those_of_the_contract(ctl, helper):  # noqa: F811
    assert json.loads(ctl("lists", "--json").stdout) == [
        {key: value for key, (_, value) in source.items()} for source in SOURCES]


def test_lists_are_refreshed_first(ctl, helper):  # noqa: F811
    assert ctl("lists", "--refresh").returncode == 0
    assert helper.calls == [("RefreshSources",), ("ListSources",)]


def test_lists_refused_refresh_is_told(ctl, helper):  # noqa: F811
    helper.refusal = ("Failed", "relays: It was signed with another key.")
    done = ctl("lists", "--refresh")
    assert (done.returncode, done.stderr) == (1, "sottoctl lists: relays: It was signed with another key.\n")


def test_relays_are_listed(ctl, helper):  # noqa: F811
    assert ctl("relays").stdout.splitlines()[1].split() == ["anon-one", "Somebody", "dnscrypt", "A", "relay."]
    assert json.loads(ctl("relays", "--json").stdout) == [{key: value for key, (_, value) in RELAY.items()}]


def test_relays_none_is_known(ctl, helper):  # noqa: F811
    helper.relays = []
    done = ctl("relays")
    assert done.returncode == 1
    assert done.stderr == "sottoctl relays: No relay is known; “sottoctl lists --refresh” fetches the lists.\n"


def test_add_prints_the_id(ctl, helper):  # noqa: F811
    assert ctl("add", "tls://192.0.2.1#dns.example").stdout == "dns.example\n"
    assert json.loads(ctl("--json", "add", "sdns://x", "--name", "Mine").stdout) == {"id": "mine"}
    assert helper.calls == [("Add", "tls://192.0.2.1#dns.example", ""), ("Add", "sdns://x", "Mine")]


def test_add_refused(ctl, helper):  # noqa: F811
    helper.refusal = ("InvalidArgument", "This is not a whole, valid stamp.")
    done = ctl("add", "sdns://x", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, "invalid-argument")


def test_remove_is_silent(ctl, helper):  # noqa: F811
    done = ctl("remove", "mine")
    assert (done.returncode, done.stdout) == (0, "")
    assert helper.calls == [("Remove", "mine")]
