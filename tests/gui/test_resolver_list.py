# SPDX-License-Identifier: GPL-3.0-or-later
"""What signed lists hold, in the window: folded below its operators, found by a search, shown when it is chosen."""

import accessibility
import pytest
from accessibility import Role
from conftest import enlarge_window
from gi.repository import GLib
from scripted_helper import RESOLVERS, resolver
from test_window import found_resolvers, open_resolvers
from waiting import wait

CHANGED = "Its list has given another key for it since 22 November 2026."
MANY = [f"many-{number:03}" for number in range(1000)]


def listed(name, operator, **more):
    return resolver(name, name, operator, "", source="public-resolvers", **more)


LISTED = [*(listed(name, "Many Servers") for name in MANY), listed("alone", "Somebody"),
          listed("other-a", "Others"), listed("other-b", "Others", key_changed=CHANGED)]


@pytest.fixture
def lists(helper):
    helper.script("Answer", GLib.Variant("(sv)", ("ListResolvers", GLib.Variant("aa{sv}", RESOLVERS + LISTED))))
    return helper


def in_lists():
    return [name for name in found_resolvers() if name in {*MANY, "alone", "other-a", "other-b"}]


def test_operators_are_folded(lists, item):
    open_resolvers(item)
    enlarge_window()
    accessibility.get(Role.TOGGLE_BUTTON, "Many Servers, 1000 resolvers")
    wait(lambda: in_lists() == ["alone"], "the one that needs no heading")


def test_operator_is_unfolded_and_folded(lists, item):
    open_resolvers(item)
    enlarge_window()
    heading = accessibility.get(Role.TOGGLE_BUTTON, "Others, 2 resolvers")
    accessibility.press(heading)
    wait(lambda: in_lists() == ["other-a", "other-b", "alone"], "what is below the heading")
    accessibility.press(heading)
    wait(lambda: in_lists() == ["alone"], "nothing below the heading")


def test_search_looks_below_every_operator(lists, item):
    open_resolvers(item)
    enlarge_window()
    entry = accessibility.get(Role.TEXT, "Search Resolvers")
    for words, found in {"many-04": MANY[40:50], "public-resolvers somebody": ["alone"], "another key": ["other-b"]}.items():
        accessibility.type_text(entry, words)
        wait(lambda: found_resolvers() == found, f"what {words!r} finds")
    accessibility.type_text(entry, "")
    wait(lambda: in_lists() == ["alone"], "the folded list again")


def test_chosen_one_is_seen(lists, item):
    lists.set(Resolver="many-500")
    open_resolvers(item)
    enlarge_window()
    wait(lambda: in_lists() == ["many-500", "alone"], "the chosen one below its operator")
    wait(lambda: accessibility.is_checked(accessibility.get(Role.RADIO_BUTTON, "many-500")), "its mark")
