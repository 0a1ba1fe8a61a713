# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen reader finds, on every page and in every state: names, roles, values, and word of what changes."""
import accessibility
import pages
import pytest
import scripted_helper
from accessibility import Atspi, Role
from gi.repository import GLib
from states import STATES
from waiting import pump, wait

CONTROLS = {Role.PUSH_BUTTON, Role.TOGGLE_BUTTON, Role.RADIO_BUTTON, Role.CHECK_BOX, Role.TEXT, Role.PASSWORD_TEXT,
            Role.COMBO_BOX, Role.SPIN_BUTTON, Role.SLIDER, Role.LINK, Role.MENU_ITEM}
NO_ROLES = {Role.UNKNOWN, Role.INVALID, Role.FILLER, Role.PANEL, Role.VIEWPORT, Role.REDUNDANT_OBJECT, Role.EXTENDED}
PRESSED = {Role.PUSH_BUTTON, Role.TOGGLE_BUTTON, Role.RADIO_BUTTON, Role.CHECK_BOX, Role.LINK}
# What stands between a window and its widgets, and the cells of a table, which GTK names by what is in them.
FRAMES = {Role.FRAME, Role.DIALOG, Role.SCROLL_PANE, Role.TABLE_CELL}


@pytest.fixture
def busy(helper):
    """A helper with something to tell on every page."""
    helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", scripted_helper.full_statistics(leaked=3))))
    helper.set(State="on", ResolverInUse="Quad9")
    return helper


def walk(node):
    yield node
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None and child.get_state_set().contains(Atspi.StateType.SHOWING):
            yield from walk(child)


def relations(node):
    return {relation.get_relation_type(): relation for relation in node.get_relation_set()}


# Names of the scripted helper that have an underscore of their own.
DATA = {f"{action} home_router{more}" for action, more in (("Details of", ""), ("Show", " in the tray menu"))} | {"home_router, 1 ms"}


def faults_of(node):
    role, states, name = node.get_role(), node.get_state_set(), (node.get_name() or "").strip()
    focusable = states.contains(Atspi.StateType.FOCUSABLE) and role not in FRAMES
    if (focusable or role in CONTROLS) and not name and Atspi.RelationType.LABELLED_BY not in relations(node):
        yield "has no name"
    if focusable and role in NO_ROLES:
        yield "has no role to act by"
    if role in PRESSED and states.contains(Atspi.StateType.SENSITIVE) and node.get_n_actions() == 0:
        yield "cannot be pressed by assistive technology"
    if role == Role.CHART and not (name and node.get_description() and "Value" in node.get_interfaces()):
        yield "is a chart without a name, a value or words for it"
    if role == Role.TABLE and not name:
        yield "is a table without a name"
    if role in (Role.SLIDER, Role.SPIN_BUTTON, Role.PROGRESS_BAR) and "Value" not in node.get_interfaces():
        yield "has no value"
    if "_" in name and role in PRESSED and name not in DATA:
        yield "is called by its mnemonic"


def faults():
    """Of all that shows, in words."""
    root = accessibility.application()
    nodes = [node for index in range(root.get_child_count()) for node in walk(root.get_child_at_index(index))]
    return [f"{node.get_role().value_nick} {node.get_name()!r} in {node.get_parent().get_name()!r} {fault}"
            for node in nodes for fault in faults_of(node)]


def test_pages(busy, window):
    found = {}
    for page in pages.walk():
        pages.resize(720, 2300)
        found[page] = faults()
    assert not any(found.values()), found


def test_states(helper, window):
    found = {}
    for state in STATES:
        helper.set(**state.facts)
        window.get(Role.LABEL, state.line)
        pump(0.2)
        found[state.name] = faults()
    assert not any(found.values()), found


def test_failure(helper, window):
    """The bar above the page."""
    helper.refuse("TurnOn", "Failed", "Quad9 did not answer within 5 seconds.")
    window.press(window.get(Role.PUSH_BUTTON, "Turn On Protection"))
    window.get(Role.PUSH_BUTTON, "Dismiss")
    assert faults() == []


def test_menu(helper, window):
    window.press(window.get(Role.TOGGLE_BUTTON, "Menu"))
    wait(lambda: window.find(Role.PUSH_BUTTON, "Quit") or window.find(Role.MENU_ITEM, "Quit"), "the menu")
    assert faults() == []


def test_first_run(helper, window):
    helper.stop()
    window.get(Role.LABEL, "Sotto service is not running")
    assert faults() == []


class Announcements:
    """What comes to show as a notification: a screen reader reads that at once, wherever its user is."""

    def __init__(self):
        self.heard = []
        self.listener = Atspi.EventListener.new(self.on_event)
        self.listener.register("object:state-changed:showing")

    def on_event(self, event):
        if event.source is not None and event.source.get_role() == Role.NOTIFICATION:
            self.heard.append((event.source.get_name(), event.source.get_description()))

    def end(self):
        self.listener.deregister("object:state-changed:showing")


@pytest.mark.parametrize("page", ["Status", "Settings"])
def test_new_state_is_announced(helper, window, page):
    window.press(pages.button(page))
    pump(0.5)
    announcements = Announcements()
    try:
        helper.set(State="blocked", ReasonCode="timeout", Reason="No resolver answered for 15 seconds.")
        wait(lambda: announcements.heard == [("This network blocks private lookups", "No resolver answered for 15 seconds.")],
             "the news")
        helper.set(Reason="No resolver answered for 15 seconds.")
        pump(0.5)
        assert len(announcements.heard) == 1, "it is told once"
    finally:
        announcements.end()
