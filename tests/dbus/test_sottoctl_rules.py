# SPDX-License-Identifier: GPL-3.0-or-later
"""sottoctl rules against a scripted helper."""

import json

import pytest
from gi.repository import GLib
from test_sottoctl import Helper, address, ctl, environment  # noqa: F401 (fixtures)
from test_sottoctl_completion import complete  # noqa: F401 (fixture)

RULES = [("block", "=ads.example", "", True, "alice", 1795000000), ("network", "printer", "", True, "", 0),
         ("forward", "corp.example", "udp://192.0.2.53", False, "", 0)]
FILES = [("/etc/sotto/ads.txt", "block", 12345, 2, 17, ""),
         ("/etc/sotto/gone.txt", "allow", 0, 0, 0, "/etc/sotto/gone.txt: It is no file.")]
RULE_KEYS = {"kind": "s", "name": "s", "target": "s", "own": "b", "added-by": "s", "added-at": "x"}
FILE_KEYS = {"path": "s", "kind": "s", "names": "u", "malformed": "u", "first-malformed": "u", "failure": "s"}


def entries(keys, rows):
    return GLib.Variant("(aa{sv})", ([{key: GLib.Variant(kind, value) for (key, kind), value in zip(keys.items(), row)}
                                      for row in rows],))


class RulesHelper(Helper):
    rules, files = RULES, FILES

    def ListRules(self):
        return entries(RULE_KEYS, self.rules)

    def ListNameLists(self):
        return entries(FILE_KEYS, self.files)

    def AddRule(self, _kind, _name, _target):
        return None

    def RemoveRule(self, _name):
        return None


@pytest.fixture
def helper(address):  # noqa: F811
    helper = RulesHelper(address)
    yield helper
    helper.stop()


def test_rules_are_listed(helper, ctl):  # noqa: F811
    for words in (["rules"], ["rules", "list"]):
        head, blocked, network, forward = ctl(*words).stdout.splitlines()
        assert head.split() == ["rule", "name", "by", "since", "to"]
        assert blocked.split()[:3] == ["block", "=ads.example", "alice"]
        assert network.split() == ["network", "printer", "not", "known"]
        assert forward.split() == ["forward", "corp.example", "the", "settings", "udp://192.0.2.53"]


def test_rules_as_json_have_the_contracts_keys(helper, ctl):  # noqa: F811
    assert json.loads(ctl("rules", "--json").stdout)[0] == dict(zip(RULE_KEYS, RULES[0]))
    assert json.loads(ctl("rules", "files", "--json").stdout) == [dict(zip(FILE_KEYS, row)) for row in FILES]


def test_no_rule_is_said(helper, ctl):  # noqa: F811
    helper.rules = helper.files = []
    assert ctl("rules").stderr == "sottoctl rules: There is no rule about any name.\n"
    assert ctl("rules", "files").stderr == "sottoctl rules: The settings name no file of names.\n"
    assert json.loads(ctl("rules", "--json").stdout) == []


def test_files_tell_what_is_wrong(helper, ctl):  # noqa: F811
    _head, ads, gone = ctl("rules", "files").stdout.splitlines()
    assert ads.split(None, 3)[:3] == ["block", "12345", "/etc/sotto/ads.txt"]
    assert ads.endswith("2 lines could not be understood, the first is line 17")
    assert gone.endswith("/etc/sotto/gone.txt: It is no file.")


@pytest.mark.parametrize("words, call, sentence", [
    (("block", "ads.example"), ("block", "ads.example", ""), "ads.example is blocked from now on."),
    (("allow", "good.example"), ("allow", "good.example", ""),
     "good.example is not blocked from now on, whatever lists say."),
    (("network", "tv.hotel.example"), ("network", "tv.hotel.example", ""),
     "tv.hotel.example is asked of the network's own DNS from now on, unencrypted."),
    (("forward", "corp.example", "192.0.2.53"), ("forward", "corp.example", "192.0.2.53"),
     "corp.example is asked of these servers from now on."),
])
def test_rule_is_added(helper, ctl, words, call, sentence):  # noqa: F811
    assert ctl("rules", "add", *words).stdout == f"{sentence}\n"
    assert helper.calls[-1] == ("AddRule", *call)


def test_rule_is_removed(helper, ctl):  # noqa: F811
    assert ctl("rules", "remove", "=ads.example").stdout == "The rule about =ads.example is removed.\n"
    assert helper.calls[-1] == ("RemoveRule", "=ads.example")


def test_changes_as_json(helper, ctl):  # noqa: F811
    assert json.loads(ctl("rules", "add", "block", "a.example", "--json").stdout) == {
        "kind": "block", "name": "a.example", "target": ""}
    assert json.loads(ctl("rules", "remove", "a.example", "--json").stdout) == {"name": "a.example", "removed": True}


def test_refusal_is_told(helper, ctl):  # noqa: F811
    helper.refusal = ("InvalidArgument", "That is not a name.")
    done = ctl("rules", "add", "block", "x y")
    assert (done.returncode, done.stderr) == (1, "sottoctl rules: That is not a name.\n")


@pytest.mark.parametrize("words, sentence", [
    (("forget",), "“forget” is neither list, add, remove nor files."),
    (("add",), "What rule, and about which name?"),
    (("add", "block"), "What rule, and about which name?"),
    (("add", "cloak", "a.example"), "“cloak” is neither block, allow, network nor forward."),
    (("remove",), "About which name is the rule?"),
    (("remove", "a.example", "b.example"), "“b.example” is one word too many."),
    (("list", "a.example"), "“a.example” is one word too many."),
])
def test_misuse(helper, ctl, words, sentence):  # noqa: F811
    done = ctl("rules", *words)
    assert done.returncode == 2 and sentence in done.stderr
    assert not any(call[0] in ("AddRule", "RemoveRule") for call in helper.calls)


def test_own_rules_are_offered_for_removal(helper, complete):  # noqa: F811
    assert complete("rules", "remove", "") == ["=ads.example", "printer"]
