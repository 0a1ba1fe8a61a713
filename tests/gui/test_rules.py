# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the page Networks & Rules: what is told of them, what is added and removed, and why a name is answered
as it is."""
import os
import subprocess

import accessibility
import pages
import pytest
from accessibility import Atspi, Role
from gi.repository import GLib
from scripted_helper import name_list, rule
from test_networks import focused
from test_window import UNNAMED_ROLES, key
from waiting import pump, wait

ADD = "Add a Rule…"
OWN, CONFIGURED = "Your Rules", "Rules in sotto.conf"
ADDED = 1795300000  # 21 November 2026
TRACKER = rule("block", "tracker.example", own=True, added_by="alice", added_at=ADDED)
SHOP = rule("allow", "=cdn.shop.example", own=True, added_by="alice")
BOX = rule("network", "fritz.box", own=True, added_at=ADDED)
CORP = rule("forward", "corp.example", "udp://192.0.2.53", own=True)
BELOW = "with everything below it"


def answer(helper, method, kind, value):
    helper.script("Answer", GLib.Variant("(sv)", (method, GLib.Variant(kind, value))))


def set_rules(helper, *rules):
    answer(helper, "ListRules", "aa{sv}", rules)


def set_lists(helper, *lists):
    answer(helper, "ListNameLists", "aa{sv}", lists)


def explanation(name, source, summary, **facts):
    """What Explain answers."""
    texts = {"name": name, "type": "A", "source": source, "summary": summary, "rule": facts.pop("rule", ""),
             "answer": facts.pop("answer", "")}
    told = {key: GLib.Variant("s", value) for key, value in texts.items()}
    told["ttl"] = GLib.Variant("u", facts.pop("ttl", 0))
    told["steps"] = GLib.Variant("as", facts.pop("steps", []))
    assert not facts, f"no such key: {facts}"
    return told


BLOCKED = explanation("ads.example.com", "rule", "ads.example.com is blocked by /etc/sotto/ads.txt:17.", rule="/etc/sotto/ads.txt:17",
                      answer="NXDOMAIN", steps=["A rule blocks it: /etc/sotto/ads.txt:17."])
ASKED = explanation("www.example.com", "resolver", "www.example.com is asked of quad9, by dot.",
                    steps=["No rule is about it.", "The cache has no answer.", "First is asked Quad9 by dot, not measured yet."])


def rows(title):
    """Name and smaller text of each rule of a list, from the top."""
    lists = accessibility.find_all(Role.LIST_BOX, title, showing=False)
    nodes = [lists[0].get_child_at_index(index) for index in range(lists[0].get_child_count())] if lists else []
    return [(node.get_name(), node.get_description()) for node in nodes if node is not None]


def names(title):
    return [name for name, _detail in rows(title)]


def wait_for_names(title, expected):
    wait(lambda: names(title) == expected, f"the rules {expected!r}")


def found(title):
    """The names that a search leaves, as far as they are in sight."""
    box = accessibility.find(Role.LIST_BOX, title)
    nodes = [box.get_child_at_index(index) for index in range(box.get_child_count())] if box else []
    return [node.get_name() for node in nodes if node.get_state_set().contains(Atspi.StateType.SHOWING)]


def changes(helper):
    """What the page had changed; reading left out."""
    return [call for call in helper.calls if call.startswith(("AddRule", "RemoveRule"))]


def wait_for_changes(helper, *expected):
    wait(lambda: changes(helper) == list(expected), f"{expected!r}")


def open_rules(window):
    key("ctrl+5")
    window.press(window.get(Role.RADIO_BUTTON, "Rules"))


@pytest.fixture
def four(helper):
    """To be asked for before the page."""
    set_rules(helper, TRACKER, SHOP, BOX, CORP)
    return helper


@pytest.fixture
def page(helper, window):
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    open_rules(window)
    window.get(Role.PUSH_BUTTON, ADD)
    return window


# --- what is told


def test_own_rules_in_words(four, page):
    wait(lambda: rows(OWN) == [
        ("tracker.example", f"Blocked · {BELOW} · added by alice on 21 November 2026"),
        ("cdn.shop.example", "Never blocked · this name alone · added by alice"),
        ("fritz.box", f"Asked of this network's own DNS, unencrypted · {BELOW} · added on 21 November 2026"),
        ("corp.example", f"Asked of udp://192.0.2.53 · {BELOW}")], "the four rules")


def test_rules_of_the_configuration(helper, page):
    """They say where they are from, and cannot be removed."""
    wait(lambda: rows(CONFIGURED) == [("corp.example", f"Asked of 192.0.2.53 · {BELOW}"),
                                      ("search.example", f"Answered with safe.search.example · {BELOW}"),
                                      ("lan.example", f"A local name, never asked of a resolver · {BELOW}")], "the three rules")
    where = "An administrator set them in /etc/sotto/sotto.conf, and can change them there."
    assert page.get(Role.LIST_BOX, CONFIGURED).get_description() == where
    assert accessibility.find(Role.PUSH_BUTTON, "Remove the rule for corp.example") is None


def test_no_rule(helper, page):
    set_rules(helper)
    page.get(Role.LABEL, "You have none yet. A rule blocks a name, keeps it from being blocked, or sends its lookups elsewhere.")
    assert names(OWN) == []
    assert accessibility.find(Role.LIST_BOX, CONFIGURED) is None


def test_list_follows(four, page):
    wait(lambda: len(names(OWN)) == 4, "the four rules")
    set_rules(four, rule("block", "new.example", own=True), CORP, TRACKER)
    wait_for_names(OWN, ["new.example", "corp.example", "tracker.example"])


def test_a_rule_that_reads_otherwise_now(four, page):
    wait(lambda: len(names(OWN)) == 4, "the four rules")
    set_rules(four, rule("allow", "tracker.example", own=True))
    wait(lambda: rows(OWN) == [("tracker.example", f"Never blocked · {BELOW}")], "what it does now")


def test_other_peoples_words_are_text(helper, page):
    set_rules(helper, rule("forward", "a_b.example", "<b>x</b> & y", own=True))
    wait(lambda: rows(OWN) == [("a_b.example", f"Asked of <b>x</b> & y · {BELOW}")], "the words as they are")


def test_view_that_nobody_sees_asks_for_nothing(helper, window):
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    key("ctrl+5")
    window.get(Role.PUSH_BUTTON, "Forget Home")
    set_rules(helper, TRACKER)
    pump(0.7)
    assert not [call for call in helper.all_calls if call.startswith(("ListRules", "ListNameLists"))]


def test_no_helper(four, page):
    four.stop()
    page.get(Role.LABEL, "There are no rules to see while the Sotto service is not running.")
    assert accessibility.find(Role.PUSH_BUTTON, ADD) is None
    four.start()
    page.get(Role.PUSH_BUTTON, ADD)
    wait_for_names(OWN, [])


def test_helper_that_knows_no_rules(helper, window):
    """One of an earlier version: names can be tried all the same."""
    for method in ("ListRules", "ListNameLists"):
        helper.refuse(method, "org.freedesktop.DBus.Error.UnknownMethod", "No such interface")
    answer(helper, "Explain", "a{sv}", ASKED)
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    open_rules(window)
    window.get(Role.LABEL, "This Sotto service is older than the app, and knows no rules of your own yet.")
    assert accessibility.find(Role.PUSH_BUTTON, ADD) is None
    try_name(window, "www.example.com")
    window.get(Role.LABEL, ASKED["summary"].get_string())
    assert accessibility.find(Role.PUSH_BUTTON, "Block www.example.com") is None


# --- files of names


def test_files_of_names(helper, page):
    set_lists(helper, name_list("/etc/sotto/ads.txt", "block", 12345, 2, 17), name_list("/etc/sotto/good.txt", "allow", 1),
              name_list("/etc/sotto/cloak.txt", "cloak", 3, 1, 9),
              name_list("/etc/sotto/gone.txt", "block", 7, failure="It could not be read: there is no such file."))
    page.get_row("/etc/sotto/ads.txt", "Blocks 12345 names · 2 lines were not understood, the first is line 17")
    page.get_row("/etc/sotto/good.txt", "Keeps 1 name from being blocked")
    page.get_row("/etc/sotto/cloak.txt", "Answers 3 names otherwise · 1 line was not understood: line 9")
    page.get_row("/etc/sotto/gone.txt", "Blocks 7 names · It could not be read: there is no such file.")
    page.get(Role.LABEL, "An administrator sets them in /etc/sotto/sotto.conf, with BlockLists=, AllowLists= and CloakList= below [Rules].")


def test_no_file_of_names(helper, page):
    set_lists(helper)
    page.get(Role.LABEL, "None is set up. An administrator can name some in /etc/sotto/sotto.conf, with BlockLists= below [Rules].")


# --- removing


def remove(page, name):
    page.press(page.get(Role.PUSH_BUTTON, f"Remove the rule for {name}"))


def test_removing_and_undoing(four, page):
    remove(page, "corp.example")
    wait_for_names(OWN, ["tracker.example", "cdn.shop.example", "fritz.box"])
    page.get(Role.LABEL, "The rule for corp.example is removed.")
    page.press(page.get(Role.PUSH_BUTTON, "Undo"))
    wait_for_changes(four, "RemoveRule(corp.example)", "AddRule(forward, corp.example, udp://192.0.2.53)")
    wait_for_names(OWN, ["corp.example", "tracker.example", "cdn.shop.example", "fritz.box"])
    page.gone(Role.PUSH_BUTTON, "Undo")
    wait(lambda: focused() == "Remove the rule for corp.example", "the keyboard at the rule that is back")


def test_undoing_keeps_a_rule_as_it_was(four, page):
    remove(page, "cdn.shop.example")
    page.press(page.get(Role.PUSH_BUTTON, "Undo"))
    wait_for_changes(four, "RemoveRule(=cdn.shop.example)", "AddRule(allow, =cdn.shop.example, )")


def test_notice_is_of_the_last_one(four, page):
    remove(page, "corp.example")
    page.get(Role.LABEL, "The rule for corp.example is removed.")
    remove(page, "fritz.box")
    page.get(Role.LABEL, "The rule for fritz.box is removed.")
    page.press(page.get(Role.PUSH_BUTTON, "Undo"))
    wait_for_names(OWN, ["fritz.box", "tracker.example", "cdn.shop.example"])


def test_notice_goes_with_the_page(four, page):
    remove(page, "corp.example")
    page.get(Role.PUSH_BUTTON, "Undo")
    key("ctrl+1")
    page.get(Role.PUSH_BUTTON, "Turn On Protection")
    key("ctrl+5")
    page.get(Role.PUSH_BUTTON, ADD)
    assert page.find(Role.PUSH_BUTTON, "Undo") is None


def test_notice_is_dismissed(four, page):
    remove(page, "corp.example")
    page.get(Role.PUSH_BUTTON, "Undo")
    page.press(page.get(Role.PUSH_BUTTON, "Dismiss"))
    page.gone(Role.PUSH_BUTTON, "Undo")


def test_notice_goes_when_there_is_such_a_rule_again(four, page):
    remove(page, "corp.example")
    page.get(Role.PUSH_BUTTON, "Undo")
    set_rules(four, rule("block", "corp.example", own=True))
    page.gone(Role.PUSH_BUTTON, "Undo")


def test_removing_twice_is_removing_once(four, page):
    button = page.get(Role.PUSH_BUTTON, "Remove the rule for corp.example")
    four.delay(700)
    page.press(button)
    page.press(button)
    page.get(Role.LABEL, "The rule for corp.example is removed.")
    assert changes(four) == ["RemoveRule(corp.example)"]


@pytest.mark.parametrize("error, sentence", [("NotAuthorized", "An administrator has to allow this."),
                                             ("NotFound", "No rule of yours is about corp.example.")])
def test_refused_removal(four, page, error, sentence):
    four.refuse("RemoveRule", error, sentence)
    remove(page, "corp.example")
    page.get(Role.LABEL, sentence)
    assert len(names(OWN)) == 4
    assert page.find(Role.PUSH_BUTTON, "Undo") is None
    remove(page, "corp.example")  # may be tried again
    wait_for_changes(four, "RemoveRule(corp.example)", "RemoveRule(corp.example)")


def test_keyboard_goes_on_to_the_neighbour(four, page):
    page.get(Role.PUSH_BUTTON, "Remove the rule for cdn.shop.example").grab_focus()
    wait(lambda: focused() == "Remove the rule for cdn.shop.example", "the keyboard")
    for following in ("Remove the rule for fritz.box", "Remove the rule for corp.example", "Remove the rule for tracker.example", ADD):
        key("space")
        wait(lambda expected=following: focused() == expected, f"the keyboard at {following!r}")
    wait_for_names(OWN, [])


# --- adding


@pytest.fixture
def dialog(page):
    page.press(page.get(Role.PUSH_BUTTON, ADD))
    page.get(Role.PUSH_BUTTON, "Cancel")
    return page


def fill(name, kind=None, servers=None, alone=False):
    accessibility.type_text(accessibility.get(Role.TEXT, "Name"), name)
    if alone:
        accessibility.press(accessibility.get(Role.CHECK_BOX, "And every name below it, such as www.example.com"))
    if kind is not None:
        accessibility.press(accessibility.get(Role.RADIO_BUTTON, kind))
    if servers is not None:
        accessibility.type_text(accessibility.get(Role.TEXT, "Servers"), servers)


def add():
    button = accessibility.get(Role.PUSH_BUTTON, "Add")
    wait(lambda: accessibility.is_sensitive(button), "the button to be there for it")
    accessibility.press(button)


def typed(field):
    return Atspi.Text.get_text(accessibility.get(Role.TEXT, field), 0, -1)


@pytest.mark.parametrize("form, call", [
    ({"name": "ads.example"}, "AddRule(block, ads.example, )"),
    ({"name": "ads.example", "alone": True}, "AddRule(block, =ads.example, )"),
    ({"name": " cdn.example ", "kind": "Never Block"}, "AddRule(allow, cdn.example, )"),
    ({"name": "fritz.box", "kind": "Use This Network's DNS"}, "AddRule(network, fritz.box, )"),
    ({"name": "corp.example", "kind": "Ask Other Servers", "servers": "192.0.2.53; tls://192.0.2.54#dns.example"},
     "AddRule(forward, corp.example, 192.0.2.53; tls://192.0.2.54#dns.example)"),
    ({"name": "https://www.shop.example/basket?id=1"}, "AddRule(block, www.shop.example, )"),
], ids=["block", "alone", "allow", "network", "forward", "address-of-a-page"])
def test_adding(helper, dialog, form, call):
    fill(**form)
    add()
    dialog.gone(Role.PUSH_BUTTON, "Cancel")
    wait_for_changes(helper, call)
    wait(lambda: len(names(OWN)) == 1, "the rule")


def test_warning_before_a_network_is_asked(helper, dialog):
    choice = dialog.get(Role.RADIO_BUTTON, "Use This Network's DNS")
    assert choice.get_description() == "Not encrypted: this network can read and change what it answers."


def test_incomplete_forms_cannot_be_sent(helper, dialog):
    button = dialog.get(Role.PUSH_BUTTON, "Add")
    assert not accessibility.is_sensitive(button)
    fill("corp.example", "Ask Other Servers")
    assert not accessibility.is_sensitive(button)
    fill("corp.example", servers="192.0.2.53")
    wait(lambda: accessibility.is_sensitive(button), "the button")


@pytest.mark.parametrize("kind, field, sentence", [
    (None, "Name", "That is not a name."),
    ("Ask Other Servers", "Name", "That is not a name."),
    ("Ask Other Servers", "Servers", "\"nobody\" is no server."),
    ("Use This Network's DNS", "Name", "Many people's names end in com: a rule for the network's own DNS is about one of them."),
])
def test_refusal_stands_beside_its_field(helper, dialog, kind, field, sentence):
    helper.refuse("AddRule", "InvalidArgument", sentence)
    fill("com", kind, "nobody" if kind == "Ask Other Servers" else None)
    add()
    label, entry = dialog.get(Role.LABEL, sentence), dialog.get(Role.TEXT, field)
    place, beside = (node.get_extents(Atspi.CoordType.SCREEN) for node in (entry, label))
    assert 0 <= beside.y - (place.y + place.height) < 12
    wait(lambda: entry.get_description() == sentence and focused() == field, "it to be spoken with the field")
    assert typed("Name") == "com"
    fill("other.example")
    dialog.gone(Role.LABEL, sentence)


def test_refusal_by_polkit(helper, dialog):
    helper.refuse("AddRule", "NotAuthorized", "An administrator's password is needed for this.")
    fill("ads.example")
    add()
    dialog.get(Role.LABEL, "An administrator's password is needed for this.")
    assert typed("Name") == "ads.example"


def test_helper_leaves_while_the_dialog_is_open(helper, dialog):
    fill("corp.example", "Ask Other Servers", "192.0.2.53")
    helper.stop()
    add()
    dialog.get(Role.LABEL, "The Sotto service is not running.")
    assert (typed("Name"), typed("Servers")) == ("corp.example", "192.0.2.53")
    helper.start()
    wait(lambda: helper.has_name(), "the helper")
    pump(0.5)
    add()
    dialog.gone(Role.PUSH_BUTTON, "Cancel")
    wait_for_changes(helper, "AddRule(forward, corp.example, 192.0.2.53)")


def test_helper_leaves_before_it_answers(helper, dialog):
    fill("ads.example")
    helper.delay(60000)
    add()
    pump(0.5)
    helper.stop()
    dialog.get(Role.LABEL, "The Sotto service stopped before it answered.")


def test_window_closes_while_a_rule_is_added(helper, dialog, app):
    helper.delay(1500)
    fill("ads.example")
    add()
    pump(0.3)
    key("Escape")
    dialog.gone(Role.PUSH_BUTTON, "Cancel")
    key("ctrl+w")
    pump(2)
    assert app.process.poll() is None


def test_by_keyboard_alone(helper, page):
    page.get(Role.PUSH_BUTTON, ADD).grab_focus()
    wait(lambda: focused() == ADD, "the keyboard")
    key("space")
    page.get(Role.PUSH_BUTTON, "Cancel")
    pump(0.3)
    subprocess.run(["xdotool", "type", "ads.example"], check=True)
    wait(lambda: typed("Name") == "ads.example", "the name")
    key("Return")
    page.gone(Role.PUSH_BUTTON, "Cancel")
    wait_for_changes(helper, "AddRule(block, ads.example, )")
    wait(lambda: focused() == ADD, "the keyboard where it was")


def test_escape_adds_nothing(helper, dialog):
    fill("ads.example")
    pump(0.3)
    key("Escape")
    dialog.gone(Role.PUSH_BUTTON, "Cancel")
    pump(0.3)
    assert changes(helper) == []


# --- many


def test_as_many_as_the_helper_keeps(helper, page):
    """A thousand: the newest at once, others when they are asked for or searched."""
    set_rules(helper, *(rule("block", f"n{index}.example", own=True) for index in range(1000)))
    wait(lambda: len(names(OWN)) == 100, "the newest", 20)
    page.press(accessibility.find(Role.PUSH_BUTTON, "Show More of Your Rules (900)", showing=False))
    wait(lambda: names(OWN) == [f"n{index}.example" for index in range(200)], "some more", 20)
    assert accessibility.find(Role.PUSH_BUTTON, "Show More of Your Rules (800)", showing=False)
    accessibility.type_text(page.get(Role.TEXT, "Search Rules"), "n999")
    wait(lambda: found(OWN) == ["n999.example"], "the oldest")


def test_page_answers_while_rows_are_made(helper, page):
    """A thousand of either kind: another page is there at once."""
    set_rules(helper, *(rule("block", f"n{index}.example", own=True) for index in range(1000)),
              *(rule("local", f"lan{index}.example") for index in range(1000)))
    wait(lambda: names(OWN), "the first rows")
    key("ctrl+1")
    page.get(Role.PUSH_BUTTON, "Turn On Protection")
    key("ctrl+5")
    page.get(Role.TEXT, "Search Rules")


def test_searching(helper, page):
    assert page.find(Role.TEXT, "Search Rules") is None  # a few are seen at a glance
    set_rules(helper, *(rule("block", f"n{index}.example", own=True) for index in range(30)), SHOP, BOX,
              *(rule("local", f"lan{index}.example") for index in range(300)))
    accessibility.type_text(page.get(Role.TEXT, "Search Rules"), "SHOP")
    wait(lambda: found(OWN) == ["cdn.shop.example"], "the one")
    page.get(Role.LABEL, "None of them matches your search.")
    accessibility.type_text(page.get(Role.TEXT, "Search Rules"), "lan29")
    wait(lambda: found(CONFIGURED) == ["lan29.example"] + [f"lan{index}.example" for index in range(290, 300)], "those found")
    page.get(Role.LABEL, "None of your rules matches your search.")
    accessibility.type_text(page.get(Role.TEXT, "Search Rules"), "unencrypted box")
    wait(lambda: found(OWN) == ["fritz.box"], "what is found by what it does")
    accessibility.type_text(page.get(Role.TEXT, "Search Rules"), "")
    wait(lambda: len(found(OWN)) > 10, "all of them, and more than there is room for")
    page.get(Role.PUSH_BUTTON, ADD).grab_focus()
    key("ctrl+f")
    wait(lambda: focused() == "Search Rules", "the keyboard in the search")


def test_many_of_the_configuration_are_folded(helper, window):
    set_rules(helper, *(rule("local", f"lan{index}.example") for index in range(2500)))
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    open_rules(window)
    fold = window.get(Role.TOGGLE_BUTTON, "Rules in sotto.conf, 2500 rules")
    assert window.find(Role.LIST_BOX, CONFIGURED) is None
    window.press(fold)
    wait(lambda: len(names(CONFIGURED)) == 100, "the first of them", 20)
    window.press(accessibility.find(Role.PUSH_BUTTON, "Show More of sotto.conf (2400)", showing=False))
    wait(lambda: len(names(CONFIGURED)) == 200, "some more of them", 20)


# --- why a name is answered as it is


def try_name(page, name):
    accessibility.type_text(page.get(Role.TEXT, "Name to try"), name)
    button = page.get(Role.PUSH_BUTTON, "Try")
    wait(lambda: accessibility.is_sensitive(button), "the button")
    page.press(button)


def test_why_it_is_blocked(helper, page):
    answer(helper, "Explain", "a{sv}", BLOCKED)
    try_name(page, "ads.example.com")
    page.get(Role.LABEL, "ads.example.com is blocked by /etc/sotto/ads.txt:17.")
    page.get(Role.LABEL, "Answer: NXDOMAIN")
    assert page.find(Role.LABEL, "1. A rule blocks it: /etc/sotto/ads.txt:17.") is None
    page.press(page.get(Role.TOGGLE_BUTTON, "Step by Step"))
    page.get(Role.LABEL, "1. A rule blocks it: /etc/sotto/ads.txt:17.")
    assert helper.calls == ["Explain(ads.example.com, )"]


def test_steps_are_told_in_order(helper, page):
    answer(helper, "Explain", "a{sv}", ASKED)
    try_name(page, "https://www.example.com/")
    page.press(page.get(Role.TOGGLE_BUTTON, "Step by Step"))
    page.get(Role.LABEL, "1. No rule is about it.\n2. The cache has no answer.\n3. First is asked Quad9 by dot, not measured yet.")
    assert helper.calls == ["Explain(www.example.com, )"]


def test_how_long_an_answer_is_kept(helper, page):
    answer(helper, "Explain", "a{sv}", explanation("www.example.com", "cache", "The cache answers www.example.com.",
                                                   answer="192.0.2.1", ttl=30))
    try_name(page, "www.example.com")
    page.get(Role.LABEL, "Answer: 192.0.2.1\nKept: for another 30 seconds")


@pytest.mark.parametrize("told, own, button, call", [
    (BLOCKED, None, "Never block ads.example.com", "AddRule(allow, ads.example.com, )"),
    (ASKED, None, "Block www.example.com", "AddRule(block, www.example.com, )"),
    (BLOCKED, rule("block", "example.com", own=True), "Remove the rule for example.com", "RemoveRule(example.com)"),
    (BLOCKED, rule("block", "=ads.example.com", own=True), "Remove the rule for ads.example.com", "RemoveRule(=ads.example.com)"),
    (ASKED, rule("allow", "www.example.com", own=True), "Remove the rule for www.example.com", "RemoveRule(www.example.com)"),
], ids=["never-block", "block", "remove-above", "remove-alone", "remove-allowed"])
def test_what_can_be_done_about_it(helper, page, told, own, button, call):
    """And what it led to is explained anew."""
    set_rules(helper, *([own] if own else []))
    answer(helper, "Explain", "a{sv}", told)
    try_name(page, told["name"].get_string())
    page.get(Role.LABEL, told["summary"].get_string())
    page.press([node for node in wait(lambda: accessibility.find_all(Role.PUSH_BUTTON, button), button)
                if node.get_parent().get_role() != Role.LIST_ITEM][0])
    wait_for_changes(helper, call)
    wait(lambda: len([done for done in helper.calls if done.startswith("Explain")]) >= 2, "another explanation")


def test_a_rule_about_another_name_is_left_alone(helper, page):
    """notexample.com is not below example.com, and a rule of one name alone is not about those below it."""
    set_rules(helper, rule("block", "xample.com", own=True), rule("block", "=example.com", own=True), rule("block", "b.ads.example.com", own=True))
    answer(helper, "Explain", "a{sv}", BLOCKED)
    try_name(page, "ads.example.com")
    page.get(Role.PUSH_BUTTON, "Never block ads.example.com")
    for name in ("xample.com", "example.com", "b.ads.example.com"):
        assert len(accessibility.find_all(Role.PUSH_BUTTON, f"Remove the rule for {name}")) == 1  # its own row's


def test_refused_change(helper, page):
    answer(helper, "Explain", "a{sv}", BLOCKED)
    helper.refuse("AddRule", "Failed", "There are 1000 rules of your own; remove one first.")
    try_name(page, "ads.example.com")
    page.press(page.get(Role.PUSH_BUTTON, "Never block ads.example.com"))
    page.get(Role.LABEL, "There are 1000 rules of your own; remove one first.")


def test_no_name(helper, page):
    helper.refuse("Explain", "InvalidArgument", "That is not a name.")
    try_name(page, "a b")
    page.get(Role.LABEL, "That is not a name.")
    accessibility.type_text(page.get(Role.TEXT, "Name to try"), "a")
    page.gone(Role.LABEL, "That is not a name.")


def test_trying_by_enter(helper, page):
    answer(helper, "Explain", "a{sv}", ASKED)
    entry = page.get(Role.TEXT, "Name to try")
    entry.grab_focus()
    accessibility.type_text(entry, "www.example.com")
    wait(lambda: focused() == "Name to try", "the keyboard")
    key("Return")
    wait(lambda: entry.get_description() == "www.example.com is asked of quad9, by dot.", "the answer, spoken with the field")


def test_what_was_said_goes_with_the_helper(helper, page):
    answer(helper, "Explain", "a{sv}", BLOCKED)
    try_name(page, "ads.example.com")
    page.get(Role.LABEL, "ads.example.com is blocked by /etc/sotto/ads.txt:17.")
    helper.stop()
    page.get(Role.LABEL, "There are no rules to see while the Sotto service is not running.")
    helper.start()
    page.get(Role.PUSH_BUTTON, ADD)
    assert page.find(Role.LABEL, "ads.example.com is blocked by /etc/sotto/ads.txt:17.") is None


# --- everybody


def bindings():
    roles = (Role.PUSH_BUTTON, Role.RADIO_BUTTON, Role.TOGGLE_BUTTON, Role.CHECK_BOX)
    keys = [Atspi.Action.get_key_binding(node, 0).split(";")[0] for role in roles for node in accessibility.find_all(role)]
    return sorted(binding for binding in keys if binding)


def test_mnemonics_are_unique_and_nothing_is_nameless(four, page):
    answer(four, "Explain", "a{sv}", explanation("fritz.box", "route", "fritz.box is asked of the servers for its domain, by udp."))
    try_name(page, "fritz.box")
    page.get(Role.PUSH_BUTTON, "Block fritz.box")
    remove(page, "corp.example")
    page.get(Role.PUSH_BUTTON, "Undo")
    assert len(bindings()) == len(set(bindings())) >= 7
    assert not [node for role in UNNAMED_ROLES for node in accessibility.find_all(role) if not node.get_name()]


def test_mnemonics_of_the_dialog_are_unique(helper, dialog):
    accessibility.press(accessibility.get(Role.RADIO_BUTTON, "Ask Other Servers"))
    inside = [node for node in accessibility.find_all(Role.RADIO_BUTTON) if node.get_name() in
              ("Block", "Never Block", "Use This Network's DNS", "Ask Other Servers")]
    inside += [accessibility.get(Role.PUSH_BUTTON, "Cancel"), accessibility.get(Role.PUSH_BUTTON, "Add"),
               accessibility.get(Role.CHECK_BOX, "And every name below it, such as www.example.com")]
    keys = [Atspi.Action.get_key_binding(node, 0).split(";")[0] for node in inside]
    assert all(keys) and len(keys) == len(set(keys)) == 7


@pytest.fixture
def right_to_left(monkeypatch):
    monkeypatch.setenv("GTK_MODULES", os.environ["SOTTO_RIGHT_TO_LEFT"])


def place(role, name):
    return accessibility.get(role, name).get_extents(Atspi.CoordType.SCREEN)


def test_right_to_left(right_to_left, four, page):
    assert place(Role.PUSH_BUTTON, "Try").x < place(Role.TEXT, "Name to try").x
    assert place(Role.PUSH_BUTTON, ADD).x < place(Role.LABEL, OWN).x
    row = next(node for node in accessibility.find_all(Role.LIST_ITEM) if node.get_name() == "corp.example")
    middle = row.get_extents(Atspi.CoordType.SCREEN)
    assert place(Role.PUSH_BUTTON, "Remove the rule for corp.example").x < middle.x + middle.width / 2


def test_narrow(four, page):
    """As narrow as a phone, every control is inside."""
    answer(four, "Explain", "a{sv}", BLOCKED)
    try_name(page, "ads.example.com")
    page.get(Role.PUSH_BUTTON, "Never block ads.example.com")
    pages.resize(360, 1200)
    window = accessibility.application().get_child_at_index(0).get_extents(Atspi.CoordType.SCREEN)
    assert window.width <= 362
    for role, name in ((Role.PUSH_BUTTON, "Try"), (Role.PUSH_BUTTON, ADD), (Role.PUSH_BUTTON, "Never block ads.example.com"),
                       (Role.PUSH_BUTTON, "Remove the rule for tracker.example"), (Role.TOGGLE_BUTTON, "Step by Step")):
        inside = place(role, name)
        assert window.x <= inside.x and inside.x + inside.width <= window.x + window.width, name
