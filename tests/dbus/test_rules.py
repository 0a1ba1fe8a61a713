# SPDX-License-Identifier: GPL-3.0-or-later
"""The Rules interface of the real helper: made, kept, judged and refused."""

import json
import os
import signal
import stat
import time
from pathlib import Path

import pytest
from gi.repository import GLib
from test_queries import ask

from lab.helper import NAME, PATH, STATE
from lab.process import wait_for

RULES = f"{NAME}.Rules"
FILE = STATE / "rules.conf"
SETTINGS = Path("/etc/sotto/sotto.conf.d/rules-test.conf")
NXDOMAIN, SERVFAIL = 3, 2


def add(client, kind, name, target=""):
    client.call("AddRule", GLib.Variant("(sss)", (kind, name, target)), RULES)


def remove(client, name):
    client.call("RemoveRule", GLib.Variant("(s)", (name,)), RULES)


def refused(client, kind, name, target=""):
    return client.refused("AddRule", GLib.Variant("(sss)", (kind, name, target)), RULES)


def rules(client):
    return client.call("ListRules", None, RULES)


def own(client):
    return [(rule["kind"], rule["name"], rule["target"]) for rule in rules(client) if rule["own"]]


def explain(client, name):
    return client.call("Explain", GLib.Variant("(ss)", (name, "A")), f"{NAME}.Queries")


@pytest.fixture
def heard(client):
    """How often Changed was heard."""
    count = []
    client.bus.signal_subscribe(NAME, RULES, "Changed", PATH, None, 0, lambda *_: count.append(1))
    client.hear()

    def number():
        client.hear()
        return len(count)
    return number


@pytest.fixture
def settings():
    """Writes a drop-in that is there for this test alone."""
    def write(text):
        SETTINGS.parent.mkdir(parents=True, exist_ok=True)
        SETTINGS.write_text(text)
    yield write
    SETTINGS.unlink(missing_ok=True)


def test_no_rules_at_first(client):
    assert own(client) == []
    assert client.call("ListNameLists", None, RULES) == []


def test_rule_is_told_whole(client):
    before = int(time.time())
    add(client, "block", "Ads.Example.")
    rule, = (rule for rule in rules(client) if rule["own"])
    assert before <= rule.pop("added-at") <= time.time()
    assert rule == {"kind": "block", "name": "ads.example", "target": "", "own": True, "added-by": "root"}


def test_block_is_in_force_when_the_call_returns(client):
    add(client, "block", "ads.example")
    assert ask("www.ads.example") == NXDOMAIN
    remove(client, "ads.example")
    assert explain(client, "www.ads.example")["rule"] == ""


def test_explanation_names_the_rule(client):
    add(client, "block", "ads.example")
    told = explain(client, "www.ads.example")
    assert (told["source"], told["rule"]) == ("rule", "your rule for ads.example")
    assert told["summary"] == "www.ads.example is blocked by your rule for ads.example."


def test_own_word_wins_over_the_settings(client, service, settings):
    settings("[Rules]\nBlock=blocked.example\nAllow=allowed.example\n")
    service.daemon.send(signal.SIGHUP)
    wait_for("the settings", lambda: explain(client, "blocked.example")["rule"], 5)
    add(client, "allow", "blocked.example")
    add(client, "block", "allowed.example")
    assert explain(client, "x.blocked.example")["source"] != "rule"
    assert explain(client, "x.allowed.example")["rule"] == "your rule for allowed.example"


def test_rules_outlive_a_reload(client, service, settings):
    add(client, "block", "ads.example")
    settings("[Rules]\nLocalNames=lan.example\n")
    service.daemon.send(signal.SIGHUP)
    wait_for("the settings", lambda: any(rule["name"] == "lan.example" for rule in rules(client)), 5)
    assert ask("ads.example") == NXDOMAIN


def test_another_rule_takes_the_place_of_one(client):
    add(client, "block", "ads.example")
    add(client, "forward", "corp.example", "192.0.2.53;tls://192.0.2.54#dns.example")
    add(client, "allow", "ads.example")
    assert own(client) == [("allow", "ads.example", ""),
                           ("forward", "corp.example", "udp://192.0.2.53;tls://192.0.2.54#dns.example")]


def test_name_alone_is_another_one(client):
    add(client, "block", "example.com")
    add(client, "allow", "=example.com")
    assert explain(client, "example.com")["source"] != "rule"
    assert explain(client, "www.example.com")["source"] == "rule"


def test_name_of_a_network_is_not_looked_up_without_one(client):
    add(client, "network", "printer.hotel.example")
    assert ask("printer.hotel.example") == SERVFAIL
    told = explain(client, "printer.hotel.example")
    assert told["steps"][0] == "By your rule this name is asked of the network's own DNS alone, and there is none now."


def test_rules_are_kept_across_a_restart(client, service):
    add(client, "block", "ads.example")
    add(client, "forward", "=one.corp.example", "udp://192.0.2.53")
    assert stat.S_IMODE(os.stat(FILE).st_mode) == 0o600
    service.stop()
    service.start()
    wait_for("the rules", lambda: own(client) == [("forward", "=one.corp.example", "udp://192.0.2.53"),
                                                  ("block", "ads.example", "")], 5)
    assert ask("ads.example") == NXDOMAIN


def test_damage_costs_no_other_rule(client, service):
    add(client, "block", "ads.example")
    add(client, "block", "more.example")
    service.stop()
    FILE.write_text(FILE.read_text().replace("[ads.example]\nKind=block", "[ads.example]\nKind=unheard"))
    service.start()
    wait_for("the rules", lambda: own(client) == [("block", "more.example", "")], 5)
    assert "some of the rules that were added here are damaged" in service.daemon.log


def test_settings_follow_own_rules(client, service, settings):
    add(client, "block", "own.example")
    settings("[Rules]\nBlock=ads.example\nAllow=good.example\nCloak=nas.example 192.0.2.7\nLocalNames=lan.example\n"
             "[Route corp.example]\nServers=udp://192.0.2.53\n")
    service.daemon.send(signal.SIGHUP)
    wait_for("the settings", lambda: len(rules(client)) == 6, 5)
    told = [(rule["kind"], rule["name"], rule["target"], rule["own"]) for rule in rules(client)]
    assert told[:3] == [("block", "own.example", "", True), ("block", "ads.example", "", False),
                        ("allow", "good.example", "", False)]
    assert (told[3][0], told[3][1]) == ("forward", "corp.example") and "192.0.2.53" in told[3][2]
    assert told[4:] == [("cloak", "nas.example", "192.0.2.7", False), ("local", "lan.example", "", False)]


def test_files_of_names_are_counted(client, service, settings, tmp_path):
    good, gone = tmp_path / "ads.txt", tmp_path / "gone.txt"
    good.write_text("ads.example\nthis is none\n0.0.0.0 more.example\n")
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    settings(f"[Rules]\nBlockLists={good}\nAllowLists={gone}\n")
    service.daemon.send(signal.SIGHUP)
    wait_for("the lists", lambda: len(client.call("ListNameLists", None, RULES)) == 2, 5)
    failed, read = client.call("ListNameLists", None, RULES)
    assert read == {"path": str(good), "kind": "block", "names": 2, "malformed": 1, "first-malformed": 2, "failure": ""}
    assert (failed["path"], failed["kind"], failed["names"]) == (str(gone), "allow", 0)
    assert "No such file" in failed["failure"]


def test_changes_are_told(client, heard):
    add(client, "block", "ads.example")
    assert heard() == 1
    refused(client, "block", "not a name")
    assert heard() == 1
    remove(client, "ads.example")
    assert heard() == 2


@pytest.mark.parametrize("rule, sentence", [
    (("block", "not a name"), "That is not a name."),
    (("block", ""), "That is not a name."),
    (("block", "x" * 64 + ".example"), "That is not a name."),
    (("block", "192.0.2.1"), "That is an address; a rule is about a name."),
    (("forget", "ads.example"), "A rule is to block, to allow, to ask the network, or to forward."),
    (("block", "ads.example", "udp://192.0.2.1"), "Only a rule that forwards has servers."),
    (("forward", "corp.example"), "A rule that forwards needs the servers to ask."),
    (("forward", "corp.example", ";;"), "A rule that forwards needs the servers to ask."),
    (("network", "com"), "Many people's names end in com: a rule for the network's own DNS is about one of them."),
    (("network", "*.co.uk"), "Many people's names end in co.uk: a rule for the network's own DNS is about one of them."),
    (("block", "a" * 5000), "That is too long for a rule."),
])
def test_refused(client, rule, sentence):
    assert refused(client, *rule) == ("InvalidArgument", sentence)
    assert own(client) == []


def test_server_that_is_none_is_named(client):
    error, sentence = refused(client, "forward", "corp.example", "udp://192.0.2.53;nobody")
    assert error == "InvalidArgument" and sentence.startswith('"nobody": Expected a resolver as')
    assert own(client) == []


def test_own_name_of_a_network_may_have_one_word(client):
    add(client, "network", "printer")
    assert own(client) == [("network", "printer", "")]


def test_names_in_every_script(client):
    add(client, "block", "Werbung-für-Käse.example")
    assert own(client) == [("block", "werbung-für-käse.example".encode("idna").decode(), "")]
    remove(client, "werbung-für-käse.example")
    assert own(client) == []


def test_rule_of_the_settings_stays(client, service, settings):
    settings("[Rules]\nBlock=ads.example\n")
    service.daemon.send(signal.SIGHUP)
    wait_for("the settings", lambda: rules(client), 5)
    assert client.refused("RemoveRule", GLib.Variant("(s)", ("ads.example",)), RULES) == (
        "NotFound", "No rule of yours is about ads.example.")


@pytest.mark.parametrize("words", [("add", "block", "ads.example"), ("remove", "ads.example")])
def test_ordinary_user_may_change_nothing_without_polkit(client, guest, words):
    done = guest.run("sottoctl", "rules", *words, check=False)
    assert (done.returncode, done.stderr) == (
        5, "sottoctl rules: Only root may do this, since polkit is not running to ask.\n")
    assert own(client) == []


def test_everybody_may_see_them(client, guest):
    add(client, "block", "ads.example")
    rule, = json.loads(guest.output("sottoctl", "rules", "--json"))
    assert (rule["kind"], rule["name"], rule["added-by"]) == ("block", "ads.example", "root")
