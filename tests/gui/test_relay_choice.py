# SPDX-License-Identifier: GPL-3.0-or-later
"""By whose hands a resolver is reached: for all of them, for one, and what no relay carries."""
import accessibility
from accessibility import Role
from conftest import enlarge_window
from gi.repository import GLib
from scripted_resolvers import RELAYS, relay
from test_resolver_details import open_details
from test_window import key, open_resolvers
from waiting import wait

MANY = [relay(f"many-{number:03}", f"many-{number:03}", "Many", "DE") for number in range(190)]


def open_relays(item, name):
    open_details(item, name)
    accessibility.press(wait(lambda: accessibility.find(Role.PUSH_BUTTON, "Change the Relay…", showing=False), "the button"))
    accessibility.get(Role.LABEL, f"Relay for {name}")


def open_relays_for_all(item):
    open_resolvers(item)
    enlarge_window()
    accessibility.press(wait(lambda: accessibility.find(Role.PUSH_BUTTON, "Change the Relay for All Resolvers…", showing=False),
                             "the button"))
    accessibility.get(Role.LABEL, "Relay for All Resolvers")


def choice(name):
    return accessibility.get(Role.RADIO_BUTTON, name)


def has_row(title, detail):
    return any(node.get_description() == detail for node in accessibility.find_all(Role.LIST_ITEM, title, showing=False))


def test_one_for_all(helper, item):
    open_relays_for_all(item)
    wait(lambda: accessibility.is_checked(choice("None")), "what is so")
    assert accessibility.find(Role.RADIO_BUTTON, "As for all resolvers: None") is None
    accessibility.press(choice("Picked for me"))
    wait(lambda: helper.calls == ["SetRelay(, *)"], "SetRelay")
    wait(lambda: accessibility.is_checked(choice("Picked for me")), "the choice")
    key("Escape")
    wait(lambda: has_row("Relay for All Resolvers", "Picked for me"), "the choice on the page")


def test_one_of_its_own(helper, item):
    open_relays(item, "Quad9")
    wait(lambda: accessibility.is_checked(choice("As for all resolvers: None")), "what is so")
    accessibility.get_row("anon-cs-fr", "cryptostorm · France · DNSCrypt")
    accessibility.press(choice("anon-cs-fr"))
    wait(lambda: helper.calls == ["SetRelay(quad9, anon-cs-fr)"], "SetRelay")
    wait(lambda: accessibility.is_checked(choice("anon-cs-fr")), "the choice")
    key("Escape")
    wait(lambda: has_row("Relay", "anon-cs-fr"), "the choice in the details")
    key("Escape")
    accessibility.get(Role.RADIO_BUTTON, "Automatic")


def test_back_to_what_is_so_for_all(helper, item):
    helper.set(Relay="*")
    open_relays(item, "Quad9")
    accessibility.press(choice("None"))
    wait(lambda: accessibility.is_checked(choice("None")), "the choice")
    accessibility.press(choice("As for all resolvers: Picked for me"))
    wait(lambda: helper.calls == ["SetRelay(quad9, none)", "SetRelay(quad9, )"], "both calls")


def test_only_relays_that_fit(helper, item):
    open_relays(item, "Quad9")  # which speaks DNSCrypt, and no Oblivious DoH
    choice("anon-tiarap")
    assert accessibility.find(Role.RADIO_BUTTON, "odohrelay-crypto-sx", showing=False) is None


def test_all_relays_for_all(helper, item):
    open_relays_for_all(item)
    choice("odohrelay-crypto-sx")
    choice("anon-cs-fr")


def test_refused_way_goes_back(helper, item):
    sentence = 'No relay is known through which "quad9" could be reached, and which is in other hands.'
    helper.refuse("SetRelay", "NotFound", sentence)
    open_relays(item, "Quad9")
    accessibility.press(choice("Picked for me"))
    accessibility.get(Role.LABEL, sentence)
    wait(lambda: accessibility.is_checked(choice("As for all resolvers: None")), "the old way")


def test_slow_way_says_so(helper, item):
    open_relays(item, "Quad9")
    choice("anon-cs-fr")
    helper.delay(1500)
    accessibility.press(choice("anon-cs-fr"))
    accessibility.get(Role.LABEL, "Trying this way…")
    wait(lambda: helper.calls == ["SetRelay(quad9, anon-cs-fr)"], "SetRelay")
    accessibility.gone(Role.LABEL, "Trying this way…")


def test_search_among_many(helper, item):
    helper.script("Answer", GLib.Variant("(sv)", ("ListRelays", GLib.Variant("aa{sv}", MANY + RELAYS))))
    open_relays(item, "Quad9")
    wait(lambda: accessibility.find(Role.RADIO_BUTTON, "anon-tiarap", showing=False), "the last one")
    accessibility.type_text(accessibility.get(Role.TEXT, "Search Relays"), "singapore")
    accessibility.gone(Role.RADIO_BUTTON, "many-000")
    accessibility.press(choice("anon-tiarap"))
    wait(lambda: helper.calls == ["SetRelay(quad9, anon-tiarap)"], "SetRelay")


def test_search_that_finds_nothing(helper, item):
    open_relays(item, "Quad9")
    choice("anon-tiarap")
    accessibility.type_text(accessibility.get(Role.TEXT, "Search Relays"), "zzz")
    accessibility.get(Role.LABEL, "No relay matches your search.")
    accessibility.type_text(accessibility.get(Role.TEXT, "Search Relays"), "")
    choice("anon-tiarap")
    accessibility.gone(Role.LABEL, "No relay matches your search.")


def test_explanation_stands_beside_the_choice(helper, item):
    open_relays_for_all(item)
    accessibility.get(Role.LABEL, "A relay learns who asks and not what, the resolver what is asked and not by whom. "
                                  "Relays pass on DNSCrypt and Oblivious DoH.")


def test_what_no_relay_carries_says_so(helper, item):
    open_details(item, "Mullvad")  # DoT and DoH
    wait(lambda: has_row("Relay", "No relay carries this resolver: it speaks neither DNSCrypt, as relays pass it on, nor "
                                  "Oblivious DoH."), "the sentence")
    assert accessibility.find(Role.PUSH_BUTTON, "Change the Relay…") is None


def test_helper_leaves_while_relays_are_seen(helper, item):
    open_relays(item, "Quad9")
    choice("anon-cs-fr")
    helper.stop()
    wait(lambda: not accessibility.is_sensitive(choice("anon-cs-fr")), "the list to rest")
