# SPDX-License-Identifier: GPL-3.0-or-later
"""Where resolvers come from: the signed lists, folded at the end of their page."""
import accessibility
import pytest
from accessibility import Role
from conftest import enlarge_window
from gi.repository import GLib
from scripted_resolvers import list_source
from test_window import open_resolvers
from waiting import wait


def answer(helper, *sources):
    helper.script("Answer", GLib.Variant("(sv)", ("ListSources", GLib.Variant("aa{sv}", sources))))


def heading(text):
    return wait(lambda: accessibility.find(Role.TOGGLE_BUTTON, f"Signed Lists, {text}", showing=False), f"{text!r}")


def has_fact(caption, value):
    return any(node.get_description() == value for node in accessibility.find_all(Role.LIST_ITEM, caption, showing=False))


def refresh_button():
    return wait(lambda: accessibility.find(Role.PUSH_BUTTON, "Refresh Now", showing=False), "the button")


@pytest.fixture
def page(helper, item):
    open_resolvers(item)
    enlarge_window()
    return helper


def test_when_they_were_signed(page):
    accessibility.press(heading("Refreshed on 20 September 2026, 10:26"))
    wait(lambda: has_fact("public-resolvers", "300 entries, signed on 20 September 2026, 10:26"), "the list")
    wait(lambda: has_fact("relays", "40 entries, signed on 20 September 2026, 10:26"), "the other one")


def test_refused_list_says_why(helper, item):
    sentence = "The list is not signed by its publisher."
    answer(helper, list_source("public-resolvers", entries=300, failure=sentence), list_source("relays", entries=40))
    open_resolvers(item)
    accessibility.press(heading("1 list could not be refreshed"))
    wait(lambda: has_fact("public-resolvers", f"300 entries, signed on 20 September 2026, 10:26\n{sentence}"), "the reason")


def test_never_fetched(helper, item):
    answer(helper, list_source("public-resolvers", signed_at=0))
    open_resolvers(item)
    accessibility.press(heading("Not fetched yet"))
    wait(lambda: has_fact("public-resolvers", "Not fetched yet"), "the list")


def test_refreshing_takes_its_time_and_says_so(page):
    accessibility.press(heading("Refreshed on 20 September 2026, 10:26"))
    page.delay(1500)
    accessibility.press(refresh_button())
    wait(lambda: accessibility.find(Role.LABEL, "Fetching, encrypted…", showing=False), "that it is under way")
    assert not accessibility.is_sensitive(refresh_button())
    wait(lambda: accessibility.find(Role.LABEL, "All lists are up to date.", showing=False), "that it is done")
    wait(lambda: accessibility.is_sensitive(refresh_button()), "the button again")
    assert page.calls == ["RefreshSources()"]


def test_refused_refreshing_says_why(page):
    page.refuse("RefreshSources", "Failed", "public-resolvers: the resolver did not answer in time.")
    accessibility.press(heading("Refreshed on 20 September 2026, 10:26"))
    accessibility.press(refresh_button())
    wait(lambda: accessibility.find(Role.LABEL, "public-resolvers: the resolver did not answer in time.", showing=False),
         "the reason")
    assert accessibility.is_sensitive(refresh_button())


def test_no_lists_no_heading(helper, item):
    answer(helper)
    open_resolvers(item)
    accessibility.get(Role.RADIO_BUTTON, "Quad9, 8 ms")
    assert not any(node.get_name().startswith("Signed Lists") for node in accessibility.find_all(Role.TOGGLE_BUTTON))
