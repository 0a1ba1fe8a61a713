# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's frame: from a phone's width to a large screen, with its list of pages beside the page or folded away."""
import accessibility
import pages
import pytest
import states
from accessibility import Atspi, Role
from conftest import App, run_app, window_memory
from pages import key
from waiting import pump, wait

PHONE = (360, 640)
LEFT_ALONE = [state for state in states.STATES if state.name in ("blocked", "tampered", "clock", "taken", "ask", "signin-late")]


@pytest.fixture
def small(helper, window):
    helper.set(State="on")
    window.get(Role.PUSH_BUTTON, "Turn Off Protection")
    pages.resize(*PHONE)
    window.get(Role.TOGGLE_BUTTON, "Pages")
    return window


def listed():
    """Whether the list of pages shows."""
    return accessibility.find(Role.RADIO_BUTTON, "Settings") is not None


def focused():
    root = accessibility.find_application()
    rule = Atspi.MatchRule.new(Atspi.StateSet.new([Atspi.StateType.FOCUSED]), Atspi.CollectionMatchType.ALL, {},
                               Atspi.CollectionMatchType.ALL, [], Atspi.CollectionMatchType.ANY, [],
                               Atspi.CollectionMatchType.ALL, False)
    found = root.get_child_at_index(0).get_matches(rule, Atspi.CollectionSortOrder.CANONICAL, 0, True)
    return found[0].get_name() if found else None


def titles():
    """What the header bar says."""
    return {node.get_name() for node in accessibility.find_all(Role.LABEL)}


def test_list_stands_at_the_side(helper, window):
    assert listed()
    assert window.find(Role.TOGGLE_BUTTON, "Pages") is None
    window.press(pages.button("Statistics"))
    wait(lambda: pages.shown() == "Statistics", "the page")
    wait(lambda: "Statistics" in titles(), "its name as the title")


def test_list_folds_on_a_phone(small):
    wait(lambda: not listed(), "the list to fold")
    small.press(small.get(Role.TOGGLE_BUTTON, "Pages"))
    wait(listed, "the list")
    small.press(pages.button("Statistics"))
    wait(lambda: not listed(), "the list to go once a page is chosen")
    assert pages.shown() == "Statistics" and "Statistics" in titles()
    pages.resize(900, 700)
    wait(listed, "the list, now that there is room")


def test_folded_list_by_keyboard(small):
    wait(lambda: not listed(), "the list to fold")
    key("F9")
    wait(lambda: listed() and focused() == "Status", "the list, with the keyboard in it")
    key("Down", "Down")
    wait(lambda: pages.shown() == "Statistics" and listed(), "the list to stay while one walks through it")
    key("Escape")
    wait(lambda: not listed() and focused() == "Pages", "the list to go, and the keyboard back at its button")
    key("F9")
    wait(lambda: listed() and focused() == "Statistics", "the list at the page that shows")
    key("Up", "space")
    wait(lambda: not listed() and pages.shown() == "Resolvers", "the page that was chosen")
    wait(lambda: focused() not in (None, *pages.names()), "the keyboard in the page")


def test_folded_list_by_keyboard_in_a_hurry(small):
    """Called back while it still goes."""
    wait(lambda: not listed(), "the list to fold")
    for _ in range(4):
        key("F9")
        wait(lambda: listed() and focused() == "Status", "the list, with the keyboard in it")
        key("Escape")
        wait(lambda: not listed() and focused() == "Pages", "the list to go")


def test_list_at_the_side_by_keyboard(helper, window):
    key("F9")
    wait(lambda: focused() == "Status", "the keyboard in the list")
    key("Down")
    wait(lambda: pages.shown() == "Resolvers" and focused() == "Resolvers", "the next page")
    key("Tab")
    wait(lambda: focused() not in (None, *pages.names()), "the list to be one stop of Tab")


def test_every_page_is_no_wider_than_a_phone(helper, window):
    helper.set(State="on")
    for name in pages.walk():
        pages.resize(*PHONE)
        assert pages.size()[0] == PHONE[0], f"{name} is wider than a phone"
        pages.resize(900, 900)


@pytest.mark.parametrize("state", LEFT_ALONE, ids=lambda state: state.name)
def test_every_state_is_no_wider_than_a_phone(small, helper, state):
    helper.set(**state.facts)
    small.get(Role.LABEL, state.line)
    pump(0.3)
    assert pages.size()[0] == PHONE[0]


def test_bars_are_no_wider_than_a_phone(small, helper):
    helper.refuse("TurnOff", "Failed", "Neither NetworkManager nor systemd-resolved is running, and both are needed.")
    small.press(small.get(Role.PUSH_BUTTON, "Turn Off Protection"))
    small.get(Role.PUSH_BUTTON, "Dismiss")
    pump(0.3)
    assert pages.size()[0] == PHONE[0]


def test_state_is_seen_from_every_page(helper, window):
    helper.set(State="blocked", ReasonCode="timeout", Reason="No resolver answered for 15 seconds.")
    wait(lambda: pages.button("Status").get_description() == "This network blocks private lookups", "what stands in the list")


def test_window_is_as_it_was_left(helper, host, notifications):
    app = App()
    try:
        accessibility.press(pages.button("Statistics"))
        pages.resize(700, 555)
        left = pages.size()
        key("ctrl+w")
        wait(lambda: accessibility.find_application() is None, "the window to close")
        assert "Page=statistics" in window_memory().read_text(encoding="utf-8")
        run_app()
        wait(lambda: pages.shown() == "Statistics" and pages.size() == left, "the window as it was left")
    finally:
        app.stop()
    again = App(remembers=True)
    try:
        wait(lambda: pages.shown() == "Statistics" and pages.size() == left, "the window as the app before left it")
    finally:
        again.stop()


def test_nonsense_is_not_remembered(helper, host, notifications):
    window_memory().parent.mkdir(parents=True, exist_ok=True)
    window_memory().write_text("[Window]\nWidth=-3\nHeight=99999999\nMaximized=perhaps\nPage=elsewhere\n", encoding="utf-8")
    app = App(remembers=True)
    try:
        accessibility.get(Role.PUSH_BUTTON, "Turn On Protection")
        assert pages.shown() == "Status"
    finally:
        app.stop()


def test_screen_twice_as_dense(monkeypatch, helper, request):
    monkeypatch.setenv("GDK_SCALE", "2")
    window = request.getfixturevalue("window")
    pages.resize(2 * PHONE[0], 2 * PHONE[1])
    window.get(Role.TOGGLE_BUTTON, "Pages")
    assert pages.size()[0] == 2 * PHONE[0]
