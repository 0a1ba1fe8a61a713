# SPDX-License-Identifier: GPL-3.0-or-later
"""What signed lists hold, in the window: folded below its operators, found by a search, shown when it is chosen."""

import accessibility
import pytest
from accessibility import Atspi, Role
from conftest import enlarge_window
from gi.repository import GLib
from scripted_helper import RESOLVERS, resolver
from test_window import found_resolvers, key, open_resolvers
from waiting import pump, wait

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


def test_many_are_shown_by_the_page(lists, item):
    open_resolvers(item)
    enlarge_window()
    accessibility.press(accessibility.get(Role.TOGGLE_BUTTON, "Many Servers, 1000 resolvers"))

    def built():
        return sum(node.get_name().startswith("many-") for node in accessibility.find_all(Role.RADIO_BUTTON, showing=False))

    wait(lambda: built() == 50, "the first fifty")
    more = wait(lambda: accessibility.find(Role.LIST_ITEM, "950 more resolvers", showing=False), "what is left")
    assert more.get_description() == "Many Servers"
    accessibility.press(accessibility.find(Role.PUSH_BUTTON, "Show More", showing=False))
    wait(lambda: built() == 100, "the next fifty")
    wait(lambda: accessibility.find(Role.LIST_ITEM, "900 more resolvers", showing=False), "what is left")
    first = accessibility.get(Role.PUSH_BUTTON, "Details of many-050")  # has been scrolled to
    wait(lambda: first.get_state_set().contains(Atspi.StateType.FOCUSED), "the focus at the first new one")


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


# --- filters


def set_filter(*labels):
    """Opens the filters, toggles some, and closes them."""
    accessibility.press(next(node for node in accessibility.find_all(Role.TOGGLE_BUTTON)
                             if node.get_name().startswith("Filters")))
    for label in labels:
        accessibility.press(accessibility.get(Role.CHECK_BOX, label))
    key("Escape")
    accessibility.gone(Role.CHECK_BOX, labels[0])


def test_filters_add_up(helper, item):
    open_resolvers(item)
    enlarge_window()
    set_filter("No logs", "DNSSEC")
    wait(lambda: found_resolvers() == ["Cloudflare, 6 ms", "Mullvad, 31 ms", "Quad9, 8 ms", "Digitale Gesellschaft, 19 ms"],
         "what keeps no logs and checks DNSSEC")
    accessibility.get(Role.LABEL, "4 resolvers match")
    accessibility.get(Role.TOGGLE_BUTTON, "Filters (2)")
    set_filter("Blocks malware")
    wait(lambda: found_resolvers() == ["Quad9, 8 ms"], "what blocks malware, too")
    accessibility.get(Role.LABEL, "1 resolver matches")


def test_one_protocol_of_those_chosen_is_enough(helper, item):
    helper.script("Answer", GLib.Variant("(sv)", ("ListResolvers", GLib.Variant("aa{sv}", [
        resolver("a", "Only DoQ", "A", "", protocols=("doq",)), resolver("b", "Only ODoH", "B", "", protocols=("odoh",)),
        resolver("c", "Only DoT", "C", "", protocols=("dot",)), resolver("d", "Relayed", "D", "", protocols=("relay",))]))))
    open_resolvers(item)
    set_filter("DNS over QUIC", "Oblivious DoH")
    wait(lambda: found_resolvers() == ["Only DoQ", "Only ODoH"], "what speaks either")
    set_filter("DNS over QUIC", "Oblivious DoH", "DNSCrypt")
    wait(lambda: found_resolvers() == ["Relayed"], "DNSCrypt, which goes through a relay")


def test_nothing_that_filters(helper, item):
    open_resolvers(item)
    enlarge_window()
    set_filter("Not filtering")
    wait(lambda: "Google Public DNS, 9 ms" in found_resolvers(), "the list")
    assert not {"AdGuard, 24 ms", "Quad9, 8 ms", "CleanBrowsing Family, 40 ms"} & set(found_resolvers())


def test_filter_and_search_combine(helper, item):
    open_resolvers(item)
    entry = accessibility.get(Role.TEXT, "Search Resolvers")
    set_filter("DNSSEC")
    accessibility.type_text(entry, "united states")
    wait(lambda: found_resolvers() == ["Cloudflare, 6 ms", "Google Public DNS, 9 ms", "NextDNS"], "both at once")
    accessibility.get(Role.LABEL, "3 resolvers match")
    assert entry.get_description() == "3 resolvers match"  # for who types, and sees nothing


def test_way_back_from_nothing(helper, item):
    open_resolvers(item)
    enlarge_window()
    everything = wait(lambda: len(found_resolvers()) == 11 and found_resolvers(), "the whole list")
    set_filter("Blocks ads", "Oblivious DoH")
    accessibility.type_text(accessibility.get(Role.TEXT, "Search Resolvers"), "zzz")
    accessibility.get(Role.LABEL, "No resolver matches. Clear All shows every one again.")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Clear All"))
    wait(lambda: found_resolvers() == everything, "everything again")
    accessibility.gone(Role.PUSH_BUTTON, "Clear All")
    accessibility.get(Role.TOGGLE_BUTTON, "Filters")


def test_headings_tell_what_a_filter_leaves(lists, item):
    lists.script("Answer", GLib.Variant("(sv)", ("ListResolvers", GLib.Variant("aa{sv}", [
        *(listed(f"x-{number}", "Many Servers", nolog=number < 3) for number in range(20)), listed("alone", "Somebody")]))))
    open_resolvers(item)
    accessibility.get(Role.TOGGLE_BUTTON, "Many Servers, 20 resolvers")
    set_filter("No logs")
    accessibility.press(accessibility.get(Role.TOGGLE_BUTTON, "Many Servers, 3 of 20 resolvers"))
    wait(lambda: found_resolvers() == ["x-0", "x-1", "x-2"], "these three")


def test_more_than_can_be_looked_through(lists, item):
    open_resolvers(item)
    accessibility.type_text(accessibility.get(Role.TEXT, "Search Resolvers"), "many servers")
    accessibility.get(Role.LABEL, "1000 resolvers match; the first 200 are shown")


# --- stars


def star(name):
    return accessibility.get(Role.TOGGLE_BUTTON, f"Show {name} in the tray menu")


def test_star_is_given_and_taken(helper, item):
    open_resolvers(item)
    enlarge_window()
    before = wait(lambda: len(found_resolvers()) == 11 and found_resolvers(), "the whole list")
    assert accessibility.is_checked(star("Quad9"))
    accessibility.press(star("Quad9"))
    wait(lambda: helper.calls == ["SetFavourite(quad9, False)"], "SetFavourite")
    accessibility.press(star("NextDNS"))
    wait(lambda: accessibility.is_checked(star("NextDNS")), "the star")
    wait(lambda: helper.calls[-1] == "SetFavourite(nextdns, True)", "SetFavourite")
    pump(0.5)
    assert found_resolvers() == before  # nothing jumps away from under the pointer
    key("ctrl+1")
    accessibility.get(Role.PUSH_BUTTON, "Turn On Protection")
    key("ctrl+2")
    wait(lambda: found_resolvers().index("NextDNS") < found_resolvers().index("Quad9, 8 ms"), "the order of favourites")


def test_sixth_star_is_refused(helper, item):
    open_resolvers(item)
    enlarge_window()
    accessibility.press(star("NextDNS"))
    accessibility.get(Role.LABEL, "There are five favourites already; remove one of them first.")
    wait(lambda: not accessibility.is_checked(star("NextDNS")), "the star to go back")


def test_focus_stays_when_the_list_is_told_anew(helper, item):
    open_resolvers(item)
    enlarge_window()
    Atspi.Component.grab_focus(star("Quad9"))
    wait(lambda: star("Quad9").get_state_set().contains(Atspi.StateType.FOCUSED), "the focus")
    key("space")
    wait(lambda: helper.calls == ["SetFavourite(quad9, False)"], "SetFavourite")
    pump(0.5)
    assert star("Quad9").get_state_set().contains(Atspi.StateType.FOCUSED)


def test_helper_leaves_while_the_list_is_seen(helper, item):
    open_resolvers(item)
    star("Quad9")
    helper.stop()
    wait(lambda: not accessibility.is_sensitive(accessibility.get(Role.RADIO_BUTTON, "Automatic")), "the list to rest")
