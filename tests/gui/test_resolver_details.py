# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about a resolver: facts to compare with what its operator publishes, and what can be done with it."""
import accessibility
import pytest
from accessibility import Atspi, Role
from conftest import enlarge_window
from gi.repository import GLib
from scripted_helper import RESOLVERS, resolver
from test_window import clipboard, key, open_resolvers
from waiting import pump, wait

KEY_CHANGED = "Its list has given another key for it since 22 November 2026."
PIN = "i2kObfz0qIKCGNWt7MjBUeSrh0Dyjb0/zWINImZES+I="


def texts(**values):
    return {key.replace("_", "-"): GLib.Variant("s", value) for key, value in values.items()}


def connection(**more):
    """One entry of ListConnections, to Quad9 over TLS."""
    certificate = texts(subject="CN=dns.quad9.net", issuer="CN=Test Authority", key_pin=PIN, body_hash="ab" * 32)
    certificate |= {"not-before": GLib.Variant("x", 1790000000), "not-after": GLib.Variant("x", 1800000000)}
    facts = texts(resolver="Quad9", endpoint="9.9.9.9:853", protocol="dot", security="TLS 1.3, AES-256-GCM", version="TLS 1.3",
                  cipher="AES-256-GCM", alpn="dot", relay="")
    return facts | {"resumed": GLib.Variant("b", True), "padding": GLib.Variant("u", 128),
                    "chain": GLib.Variant("aa{sv}", [certificate]), "pins": GLib.Variant("as", []),
                    "valid-until": GLib.Variant("x", 0), "opened-at": GLib.Variant("x", 1790000000),
                    "queries": GLib.Variant("t", 1284), "latency": GLib.Variant("x", 8100)} | more


@pytest.fixture
def connected(helper):
    dnscrypt = connection(**texts(protocol="dnscrypt", endpoint="9.9.9.9:8443", version="", cipher="", alpn="",
                                  security="X25519-XChaCha20Poly1305"))
    dnscrypt |= {"chain": GLib.Variant("aa{sv}", []), "valid-until": GLib.Variant("x", 1800000000)}
    others = connection(**texts(resolver="Mullvad", endpoint="194.242.2.2:853"))
    helper.script("Answer", GLib.Variant("(sv)", ("ListConnections", GLib.Variant("aa{sv}",
                                                                                  [connection(), dnscrypt, others]))))
    return helper


def open_details(item, name):
    open_resolvers(item)
    enlarge_window()
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, f"Details of {name}"))
    accessibility.get(Role.PUSH_BUTTON, "Back to the Resolvers")


def unfold(start):
    heading = wait(lambda: next((node for node in accessibility.find_all(Role.TOGGLE_BUTTON, showing=False)
                                 if node.get_name().startswith(start)), None), f"what is called {start!r}")
    accessibility.press(heading)


def fact(caption, value):
    """A fact, scrolled to or not."""
    wait(lambda: any(node.get_description() == value for node in accessibility.find_all(Role.LIST_ITEM, caption, showing=False)),
         f"{caption}: {value}")


def is_focused(node):
    return node.get_state_set().contains(Atspi.StateType.FOCUSED)


# --- what is told


def test_who_it_is(helper, item):
    helper.script("Answer", GLib.Variant("(sv)", ("ListResolvers", GLib.Variant("aa{sv}", [resolver(
        "quad9", "Quad9", "Quad9 Foundation", "CH", 8, source="public-resolvers", description="A non-profit in Zürich.",
        dnssec=True, nolog=True)]))))
    open_details(item, "Quad9")
    for caption, value in {"Operator": "Quad9 Foundation", "Country": "Switzerland", "What it says of itself": "no logs · DNSSEC",
                           "Protocols": "DNSCrypt · DoT", "Latency": "8 ms", "Known from": "public-resolvers"}.items():
        fact(caption, value)
    accessibility.get(Role.LABEL, "A non-profit in Zürich.")


def test_endpoints_with_their_keys(helper, item):
    open_details(item, "Quad9")
    unfold("DNSCrypt · 192.0.2.1:8443, tried first")
    fact("Provider name", "2.dnscrypt-cert.resolver.test")
    fact("Provider key", "67" * 32)
    unfold("DNS over TLS · 192.0.2.1:853, number 2 in the order")
    fact("Host name", "dns.resolver.test")
    fact("Pinned key", "bXkgcGluIGlzIG9mIHRoaXJ0eS10d28gYnl0ZXM=")


def test_stamp_is_copied(helper, item):
    open_details(item, "Quad9")
    unfold("DNSCrypt · ")
    button = wait(lambda: accessibility.find(Role.PUSH_BUTTON, "Copy: Stamp", showing=False), "the button")
    accessibility.press(button)
    wait(lambda: button.get_name() == "Copied", "that it was copied")
    assert clipboard().strip() == "sdns://AQEAAAAAAAAADjE5Mi4wLjIuMTo4NDQz"
    wait(lambda: button.get_name() == "Copy: Stamp", "the button as it was")


def test_connections_with_their_certificates(connected, item):
    open_details(item, "Quad9")
    unfold("DNS over TLS · 9.9.9.9:853, 1284 lookups")
    fact("Certificate 1", "CN=dns.quad9.net\nIssued by CN=Test Authority\nValid from 21 September 2026 to 15 January 2027")
    fact("Key pin of certificate 1", PIN)
    for caption, value in {"Version": "TLS 1.3", "Cipher": "AES-256-GCM", "ALPN": "dot", "Resumed": "yes",
                           "Padding": "to a multiple of 128 bytes"}.items():
        fact(caption, value)
    unfold("DNSCrypt · 9.9.9.9:8443, 1284 lookups")
    fact("Expires", "15 January 2027, 08:00")
    assert not any("194.242.2.2" in node.get_name() for node in accessibility.find_all(Role.TOGGLE_BUTTON, showing=False))


def test_no_connection_no_heading(helper, item):
    helper.script("Answer", GLib.Variant("(sv)", ("ListConnections", GLib.Variant("aa{sv}", []))))
    open_details(item, "Quad9")
    unfold("DNSCrypt · ")
    assert accessibility.find(Role.LABEL, "Connected Now") is None


def test_changed_key_is_said_first(helper, item):
    helper.script("Answer", GLib.Variant("(sv)", ("ListResolvers", GLib.Variant("aa{sv}", [
        resolver("a", "Somebody", "Somebody", "", key_changed=KEY_CHANGED)]))))
    open_details(item, "Somebody")
    accessibility.get(Role.LABEL, KEY_CHANGED)


def test_refused_description_says_why(helper, item):
    helper.refuse("Describe", "Failed", "The settings are being read anew.")
    open_details(item, "Quad9")
    wait(lambda: accessibility.find(Role.LABEL, "The settings are being read anew.", showing=False), "the reason")


# --- what can be done


def test_use(helper, item):
    open_details(item, "Mullvad")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Use This Resolver"))
    wait(lambda: helper.calls == ["SetResolver(mullvad)"], "SetResolver")
    assert not accessibility.is_sensitive(accessibility.get(Role.PUSH_BUTTON, "This Resolver Is Chosen"))


def test_refused_use_is_explained(helper, item):
    helper.refuse("SetResolver", "Failed", "Mullvad's certificate has expired.")
    open_details(item, "Mullvad")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Use This Resolver"))
    accessibility.get(Role.LABEL, "Mullvad's certificate has expired.")
    assert accessibility.is_sensitive(accessibility.get(Role.PUSH_BUTTON, "Use This Resolver"))


def test_star(helper, item):
    open_details(item, "Mullvad")
    button = accessibility.get(Role.TOGGLE_BUTTON, "Show Mullvad in the tray menu")
    assert accessibility.is_checked(button)
    accessibility.press(button)
    wait(lambda: helper.calls == ["SetFavourite(mullvad, False)"], "SetFavourite")
    wait(lambda: not accessibility.is_checked(button), "the empty star")


def test_own_entry_is_removed_when_asked_twice(helper, item):
    open_details(item, "home_router")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Remove…"))
    accessibility.get(Role.LABEL, "Remove home_router?")
    pump(0.3)
    assert helper.calls == []
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Remove"))
    wait(lambda: helper.calls == ["Remove(under_score)"], "Remove")


def test_what_is_gone_closes(helper, item):
    helper.script("Answer", GLib.Variant("(sv)", ("ListResolvers", GLib.Variant("aa{sv}", RESOLVERS))))
    open_details(item, "NextDNS")
    helper.script("Answer", GLib.Variant("(sv)", ("ListResolvers", GLib.Variant("aa{sv}", RESOLVERS[:3]))))
    accessibility.press(accessibility.get(Role.TOGGLE_BUTTON, "Show NextDNS in the tray menu"))  # then the list is asked for
    accessibility.get(Role.RADIO_BUTTON, "Automatic")


def test_chosen_entry_stays(helper, item):
    helper.set(Resolver="under_score")
    open_details(item, "home_router")
    assert not accessibility.is_sensitive(accessibility.get(Role.PUSH_BUTTON, "Remove…"))
    accessibility.get(Role.LABEL, "It cannot be removed while it is chosen; choose another one first.")


def test_what_is_built_in_is_not_removed(helper, item):
    open_details(item, "Quad9")
    accessibility.get(Role.PUSH_BUTTON, "Use This Resolver")
    assert accessibility.find(Role.PUSH_BUTTON, "Remove…") is None


# --- there and back by the keyboard


@pytest.mark.parametrize("back", ["Escape", "alt+Left"])
def test_keys_lead_there_and_back(helper, item, back):
    open_resolvers(item)
    enlarge_window()
    Atspi.Component.grab_focus(accessibility.get(Role.RADIO_BUTTON, "Quad9, 8 ms"))
    wait(lambda: is_focused(accessibility.get(Role.RADIO_BUTTON, "Quad9, 8 ms")), "the focus")
    key("Menu")
    wait(lambda: is_focused(accessibility.get(Role.PUSH_BUTTON, "Back to the Resolvers")), "the focus in the details")
    key(back)
    wait(lambda: is_focused(accessibility.get(Role.PUSH_BUTTON, "Details of Quad9")), "the focus where it was")


def test_helper_leaves_while_details_are_seen(helper, item):
    open_details(item, "Mullvad")
    helper.stop()
    wait(lambda: not accessibility.is_sensitive(accessibility.get(Role.PUSH_BUTTON, "Use This Resolver")), "the button to rest")
    helper.start()
    wait(lambda: accessibility.is_sensitive(accessibility.get(Role.PUSH_BUTTON, "Use This Resolver")), "the button again")


def test_unfolded_facts_stay_when_something_changes(helper, item):
    open_details(item, "Quad9")
    unfold("DNSCrypt · ")
    fact("Provider key", "67" * 32)
    accessibility.press(accessibility.get(Role.TOGGLE_BUTTON, "Show Quad9 in the tray menu"))
    wait(lambda: helper.calls == ["SetFavourite(quad9, False)"], "SetFavourite")
    wait(lambda: helper.all_calls.count("Describe(quad9)") > 1, "the facts anew")
    pump(0.3)
    fact("Provider key", "67" * 32)
    heading = next(node for node in accessibility.find_all(Role.TOGGLE_BUTTON, showing=False)
                   if node.get_name().startswith("DNSCrypt · "))
    assert accessibility.is_checked(heading)
