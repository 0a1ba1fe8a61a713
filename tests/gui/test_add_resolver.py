# SPDX-License-Identifier: GPL-3.0-or-later
"""A resolver of one's own: what is understood is shown first, what is refused stays in the form, and what was added is
found in the list."""
import accessibility
import pytest
from accessibility import Atspi, Role
from conftest import enlarge_window, run_app
from test_window import found_resolvers, key, open_resolvers
from waiting import pump, wait

STAMP = ("sdns://AQcAAAAAAAAADDkuOS45Ljk6ODQ0MyBnyEe4yHWM0SAkVUO-dWdG3zTfHYTAC4xHA2jfgh2GPhkyLmRuc2NyeXB0LWNlcnQucXVhZDkubmV0")
RELAY = "sdns://gQ0xOTIuMC4yLjk6NDQz"
REFUSAL = "The resolver does not tell how it is reached encrypted."


@pytest.fixture
def form(helper, item):
    open_resolvers(item)
    enlarge_window()
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Add a Resolver…"))
    return accessibility.get(Role.TEXT, "Stamp or address")


def add_button():
    return accessibility.get(Role.PUSH_BUTTON, "Add")


def press_add():
    wait(lambda: accessibility.is_sensitive(add_button()), "the button Add")
    accessibility.press(add_button())


def text_in(entry):
    return Atspi.Text.get_text(entry, 0, -1)


def understood():
    return {node.get_name(): node.get_description() for node in accessibility.find_all(Role.LIST_ITEM)
            if node.get_name() in ("Protocol", "Address", "Host name", "Path", "Provider name", "Provider key", "Pinned key",
                                   "What it says of itself")}


def test_stamp_from_a_qr_code(helper, form):
    assert not accessibility.is_sensitive(add_button())
    accessibility.type_text(form, f"\n  {STAMP[:40]}\n{STAMP[40:]} \n")
    wait(lambda: understood() == {
        "Protocol": "DNSCrypt", "Address": "9.9.9.9:8443", "Provider name": "2.dnscrypt-cert.quad9.net",
        "Provider key": "67c847b8c8758cd120245543be756746df34df1d84c00b8c470368df821d863e",
        "What it says of itself": "no logs · DNSSEC · filters nothing"}, "what the stamp says")
    accessibility.type_text(accessibility.get(Role.TEXT, "Name, if you like"), "My Nine")
    press_add()
    wait(lambda: helper.calls == [f"Add({STAMP}, My Nine)"], "Add")
    accessibility.get(Role.LABEL, "My Nine is in the list now.")


def test_new_one_is_shown_and_used(helper, form):
    accessibility.type_text(form, "https://dns.example/dns-query")
    press_add()
    accessibility.get(Role.LABEL, "dns.example is in the list now.")
    wait(lambda: "https://dns.example/dns-query" in found_resolvers(), "its row")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Use It Now"))
    wait(lambda: helper.calls[1:] == ["SetResolver(own-10)"], "SetResolver")
    wait(lambda: accessibility.get(Role.PUSH_BUTTON, "Details of https://dns.example/dns-query").get_state_set().contains(
        Atspi.StateType.FOCUSED), "the focus at the new one")


def test_added_and_not_used(helper, form):
    accessibility.type_text(form, "https://dns.example/dns-query")
    press_add()
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Close"))
    accessibility.gone(Role.LABEL, "dns.example is in the list now.")
    assert helper.calls == ["Add(https://dns.example/dns-query, )"]


def test_filter_does_not_hide_the_new_one(helper, item):
    open_resolvers(item)
    enlarge_window()
    search = accessibility.get(Role.TEXT, "Search Resolvers")
    accessibility.type_text(search, "zzz")
    wait(lambda: found_resolvers() == [], "an empty list")
    key("ctrl+n")
    accessibility.type_text(accessibility.get(Role.TEXT, "Stamp or address"), "tls://192.0.2.1#dns.example")
    press_add()
    wait(lambda: "tls://192.0.2.1#dns.example" in found_resolvers(), "its row")
    assert text_in(search) == ""


def test_refusal_keeps_what_was_typed(helper, form):
    helper.refuse("Add", "InvalidArgument", REFUSAL)
    accessibility.type_text(form, "192.0.2.1")
    accessibility.type_text(accessibility.get(Role.TEXT, "Name, if you like"), "Router")
    press_add()
    accessibility.get(Role.LABEL, REFUSAL)
    assert text_in(form) == "192.0.2.1"
    assert text_in(accessibility.get(Role.TEXT, "Name, if you like")) == "Router"
    accessibility.type_text(form, "192.0.2.2")
    accessibility.gone(Role.LABEL, REFUSAL)


def test_address_alone_is_asked_and_may_be_cancelled(helper, form):
    helper.delay(3000)
    accessibility.type_text(form, "192.0.2.1")
    accessibility.get(Role.LABEL, "This address is asked how it can be reached encrypted. It is added only if it can prove that "
                                  "the answer is its own.")
    press_add()
    accessibility.get(Role.LABEL, "Asking 192.0.2.1 how it is reached encrypted…")
    assert not accessibility.is_sensitive(form)
    key("Escape")  # as Cancel
    accessibility.gone(Role.LABEL, "Asking 192.0.2.1 how it is reached encrypted…")
    accessibility.get(Role.LABEL, "Cancelled. If the answer still comes, the resolver appears in the list.")
    assert text_in(form) == "192.0.2.1" and accessibility.is_sensitive(form)
    key("Escape")
    accessibility.gone(Role.TEXT, "Stamp or address")


def test_by_address_name_and_key(helper, form):
    accessibility.press(accessibility.get(Role.TOGGLE_BUTTON, "By Address, Name and Key, What an operator may publish instead"))
    for name, text in {"IP address": "2001:db8::1", "Name in the certificate": "dns.example",
                       "Key (base64 of its SHA-256)": "i2kObfz0qIKCGNWt7MjBUeSrh0Dyjb0/zWINImZES+I="}.items():
        accessibility.type_text(accessibility.get(Role.TEXT, name), text)
    wait(lambda: understood() == {"Protocol": "DNS over TLS", "Address": "[2001:db8::1]", "Host name": "dns.example",
                                  "Pinned key": "i2kObfz0qIKCGNWt7MjBUeSrh0Dyjb0/zWINImZES+I="}, "what it makes up")
    press_add()
    wait(lambda: helper.calls == [
        "Add(tls://[2001:db8::1]#dns.example&pin-sha256=i2kObfz0qIKCGNWt7MjBUeSrh0Dyjb0/zWINImZES+I=, )"], "Add")


def test_relay_is_no_resolver(helper, form):
    accessibility.type_text(form, RELAY)
    accessibility.get(Role.LABEL, "This is the stamp of a relay, not of a resolver.")
    assert not accessibility.is_sensitive(add_button())


def test_what_is_not_understood_is_left_to_the_helper(helper, form):
    helper.refuse("Add", "InvalidArgument", "This is not a whole, valid stamp.")
    accessibility.type_text(form, STAMP[:-9])
    pump(0.3)
    assert understood() == {}
    press_add()
    accessibility.get(Role.LABEL, "This is not a whole, valid stamp.")


def test_enter_adds(helper, form):
    accessibility.type_text(form, "tls://192.0.2.1#dns.example")
    wait(lambda: accessibility.is_sensitive(add_button()), "the button Add")
    key("Return")
    wait(lambda: helper.calls == ["Add(tls://192.0.2.1#dns.example, )"], "Add")


def test_link_fills_the_form_and_adds_nothing(helper, item):
    run_app(STAMP)
    entry = accessibility.get(Role.TEXT, "Stamp or address")
    wait(lambda: text_in(entry) == STAMP, "the stamp in the form")
    wait(lambda: understood().get("Protocol") == "DNSCrypt", "what it says")
    run_app(RELAY)  # another link, while the form stands
    wait(lambda: text_in(entry) == RELAY, "the other one")
    pump(0.3)
    assert helper.calls == []


def test_helper_leaves_while_it_is_asked(helper, form):
    helper.delay(5000)
    accessibility.type_text(form, "192.0.2.1")
    press_add()
    accessibility.get(Role.LABEL, "Asking 192.0.2.1 how it is reached encrypted…")
    helper.stop()
    accessibility.get(Role.LABEL, "The Sotto service stopped before it answered.")
    assert text_in(form) == "192.0.2.1"


def test_window_may_be_closed_meanwhile(helper, app, form):
    helper.delay(1000)
    accessibility.type_text(form, "192.0.2.1")
    press_add()
    accessibility.get(Role.LABEL, "Asking 192.0.2.1 how it is reached encrypted…")
    key("Escape")
    accessibility.gone(Role.LABEL, "Asking 192.0.2.1 how it is reached encrypted…")
    key("Escape")
    accessibility.gone(Role.TEXT, "Stamp or address")
    key("ctrl+w")
    accessibility.gone(Role.RADIO_BUTTON, "Automatic")
    pump(1.5)
    assert app.process.poll() is None


def test_every_field_has_a_name(helper, form):
    accessibility.press(accessibility.get(Role.TOGGLE_BUTTON, "By Address, Name and Key, What an operator may publish instead"))
    accessibility.get(Role.TEXT, "IP address")
    unnamed = [node for role in (Role.TEXT, Role.PUSH_BUTTON, Role.TOGGLE_BUTTON) for node in accessibility.find_all(role)
               if not node.get_name()]
    assert unnamed == []
