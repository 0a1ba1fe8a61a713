# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page by keyboard alone: Tab comes to every control and back to where it began, arrows walk through lists, no
letter is given to two controls, and where the keyboard is can be seen."""
import re

import accessibility
import pages
import pytest
import scripted_helper
from accessibility import Atspi, Role
from gi.repository import GLib
from pages import key
from pixels import Picture
from states import STATES
from waiting import pump, wait

CONTROLS = [Role.PUSH_BUTTON, Role.TOGGLE_BUTTON, Role.RADIO_BUTTON, Role.CHECK_BOX, Role.TEXT, Role.PASSWORD_TEXT,
            Role.COMBO_BOX, Role.SPIN_BUTTON, Role.SLIDER, Role.LINK]
MOST_STOPS = 150
ENTRIES = [Role.TEXT, Role.PASSWORD_TEXT]


@pytest.fixture
def tall(window):
    """The window so tall that nothing has to be scrolled to."""
    pages.resize(720, 2300)
    return window


@pytest.fixture
def busy(helper):
    """A helper with something to tell on every page."""
    helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", scripted_helper.full_statistics(leaked=3))))
    helper.set(State="on", ResolverInUse="Quad9")
    return helper


def matches(states, roles=()):
    rule = Atspi.MatchRule.new(Atspi.StateSet.new(states), Atspi.CollectionMatchType.ALL, {}, Atspi.CollectionMatchType.ALL,
                               list(roles), Atspi.CollectionMatchType.ANY, [], Atspi.CollectionMatchType.ALL, False)
    window = accessibility.application().get_child_at_index(0)
    return window.get_matches(rule, Atspi.CollectionSortOrder.CANONICAL, 0, True)


def focused():
    found = matches([Atspi.StateType.FOCUSED])
    return found[0] if found else None


def place(node):
    box = node.get_extents(Atspi.CoordType.SCREEN)
    return box.x, box.y, box.width, box.height


def label(node):
    """What a failure calls it; two of one page differ at least by their number."""
    return f"{node.get_role().value_nick} {node.get_name()!r} ({node.path.rpartition('/')[2]})" if node else "nothing"


def press(keys):
    key(keys)
    pump(0.02)


def move(keys):
    """Presses the key and gives what has the keyboard then; it may stay where it is."""
    before = label(focused())
    press(keys)
    for _ in range(50):
        if label(focused()) != before:
            break
        pump(0.02)
    return focused()


def stops():
    """What Tab comes to, in its order, from the first until the first again."""
    first = move("Tab")
    found = {label(first): first}
    for _ in range(MOST_STOPS):
        node = move("Tab")
        if label(node) == label(first):
            return found
        assert label(node) not in found, f"Tab does not leave {label(node)}"
        found[label(node)] = node
    raise AssertionError(f"Tab does not come back to {label(first)}")


def ancestors(node):
    while node is not None and node.get_role() != Role.FRAME:
        yield node
        node = node.get_parent()


def group_of(node):
    """The radio buttons of which one stop of Tab is made."""
    relations = node.get_relation_set() if node.get_role() == Role.RADIO_BUTTON else []
    for relation in relations:
        if relation.get_relation_type() == Atspi.RelationType.MEMBER_OF:
            return {label(relation.get_target(index)) for index in range(relation.get_n_targets())}
    return set()


def rows_from(node):
    """The rows of the list that the node is in, as Down walks through them."""
    found = {}
    node.grab_focus()
    pump(0.05)
    for _ in range(MOST_STOPS):
        node = move("Down")
        row = next((step for step in ancestors(node) if step.get_role() == Role.LIST_ITEM), None)
        if row is None or label(row) in found:
            break
        found[label(row)] = row
    return found


def reached(found):
    """All that the stops lead to: their radio groups, and what is in the rows of their lists."""
    names = set(found)
    rows = {}
    for node in found.values():
        names |= group_of(node)
        parents = [step.get_role() for step in ancestors(node)]
        if Role.LIST_BOX in parents and not any(label(step) in rows for step in ancestors(node)):
            rows.update(rows_from(node))
    return names, set(rows)


def test_tab_comes_to_every_control(busy, tall):
    missed = {}
    for page in pages.walk():
        wanted = matches([Atspi.StateType.SHOWING, Atspi.StateType.SENSITIVE], CONTROLS)
        wanted = {label(node): [label(step) for step in ancestors(node)] for node in wanted}
        names, rows = reached(stops())
        missed[page] = [name for name, path in wanted.items() if name not in names and not rows.intersection(path)]
    assert not any(missed.values()), missed


def test_tab_goes_both_ways(busy, tall):
    for page in pages.walk():
        there = [label(move("Tab")) for _ in range(5)]
        back = [label(move("shift+Tab")) for _ in range(4)]
        assert back == there[-2::-1], page


def letters():
    """The letters that Alt presses something with, and what."""
    found = {}
    for node in matches([Atspi.StateType.SHOWING, Atspi.StateType.SENSITIVE], CONTROLS):
        for index in range(node.get_n_actions()):
            pressed = re.match(r"<Alt>(\w)", Atspi.Action.get_key_binding(node, index) or "")
            if pressed:
                found.setdefault(pressed[1].lower(), {label(node)}).add(label(node))
    return {letter: who for letter, who in found.items() if len(who) > 1}


def test_letters_are_unique_on_each_page(busy, tall):
    twice = {page: letters() for page in pages.walk()}
    assert not any(twice.values()), twice


def test_letters_are_unique_in_each_state(helper, window):
    twice = {}
    for state in STATES:
        helper.set(**state.facts)
        window.get(Role.LABEL, state.line)
        twice[state.name] = letters()
    assert not any(twice.values()), twice


@pytest.fixture(params=["Adwaita", "Adwaita:dark", "HighContrast"])
def theme(request, monkeypatch):
    """To be asked for before the app."""
    monkeypatch.setenv("GTK_THEME", request.param)
    return request.param


def grown(area, screen, by=4):
    x, y, width, height = area
    left, top = max(x - by, 0), max(y - by, 0)
    return left, top, min(x + width + by, screen[0]) - left, min(y + height + by, screen[1]) - top


def test_focus_is_seen(theme, busy, tall):
    """Where the keyboard is, some of the picture differs from when it is elsewhere, by 3:1."""
    unseen = {}
    for page in pages.walk():
        first, seen = None, {}
        for _ in range(MOST_STOPS):
            node = move("Tab")
            pump(0.05)
            if node is None or label(node) in seen or label(node) == first:
                break
            first = first or label(node)
            seen[label(node)] = 21
            if sum(name.startswith(node.get_role().value_nick) for name in seen) > 3:
                continue  # rows and buttons of a list are alike
            here = place(node)
            with_focus = Picture.of_screen()
            move("Tab")
            pump(0.05)
            without = Picture.of_screen()
            move("shift+Tab")
            seen[label(node)] = with_focus.strongest_change(without, grown(here, with_focus.size))
        unseen[page] = {name: round(contrast, 2) for name, contrast in seen.items() if contrast < 3}
    assert not any(unseen.values()), unseen
