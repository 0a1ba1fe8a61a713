# SPDX-License-Identifier: GPL-3.0-or-later
"""The way through a hotel's Wi-Fi, as its guest sees it: sign-in, consent, what is done on a network."""
import os
import re
import subprocess
import time

import accessibility
import pytest
from accessibility import Atspi, Role
from conftest import App, run_app
from gi.repository import GLib
from scripted_helper import leak
from states import STATES
from test_window import clipboard, key
from waiting import pump, wait

ADDRESS = "http://portal.grand-hotel.test/login"
BROWSER_QUESTION = "Sign in with your browser?"
OPEN_QUESTION = "Use this network unprotected?"


def find_button(name):
    return accessibility.get(Role.PUSH_BUTTON, name)


def press(name):
    accessibility.press(find_button(name))


def question(text):
    return accessibility.get(Role.LABEL, text)


# --- the window in every state


def test_window_in_every_state(helper, window):
    """One sentence, one primary action, one way out: all as buttons, by the names the menu has."""
    every = {label for state in STATES for label in state.choices}
    for state in STATES:
        helper.set(**state.facts)
        window.get(Role.LABEL, state.line)
        if state.sentence:
            window.get(Role.LABEL, state.sentence)
        wait(lambda: every & {node.get_name() for node in accessibility.find_all(Role.PUSH_BUTTON)} == set(state.choices),
             f"the buttons of {state.name}: {state.choices}")


# --- signing in


def test_sign_in_starts_the_window(helper, sign_in_program, item):
    helper.set(State="signin")
    item.click("^Sign In to Wi-Fi…$")
    wait(lambda: len(sign_in_program.calls) == 1, "the sign-in window")
    assert helper.calls == []  # the window itself opens what it needs
    helper.set(State="signing-in", Until=int(time.time()) + 200, SignIn="window")
    item.get("^Stop Signing In$")
    item.click("^Sign In to Wi-Fi…$")
    wait(lambda: len(sign_in_program.calls) == 2, "the sign-in window, brought to the front")


def test_sign_in_by_the_launcher(helper, sign_in_program, item):
    helper.set(State="signin")
    item.get("^Sign In")
    run_app("--sign-in")
    wait(lambda: sign_in_program.calls, "the sign-in window")
    assert accessibility.find_application() is None


def test_sign_in_as_the_first_start(helper, browser, host, notifications):
    """The launcher's action while the app does not run yet: the helper's state comes first."""
    helper.set(State="signin")
    app = App("--sign-in")
    try:
        question(BROWSER_QUESTION)
        pump(0.5)
        question(BROWSER_QUESTION)
        press("Open Browser")
        wait(lambda: browser.calls == [ADDRESS], "the browser on the sign-in page")
    finally:
        app.stop()


def test_sign_in_where_nobody_asks_for_it(helper, sign_in_program, item, notifications):
    item.get("^Turn On")
    run_app("--sign-in")
    wait(lambda: notifications.sent, "a sentence")
    assert notifications.sent[0]["body"] == "This network does not ask for a sign-in."
    assert sign_in_program.calls == []


@pytest.mark.skipif("SOTTO_SIGNIN_WINDOW" not in os.environ, reason="sotto-signin was not built")
def test_one_click_opens_the_real_window(helper, monkeypatch, host, notifications, request):
    """From the icon through the window to the good news; the page itself is test_signin.py's."""
    monkeypatch.setenv("SOTTO_SIGNIN", os.environ["SOTTO_SIGNIN_WINDOW"])
    item = request.getfixturevalue("item")
    helper.set(State="signin")
    item.click("^Sign In to Wi-Fi…$")
    wait(lambda: "ResolveForSignIn(portal.grand-hotel.test)" in helper.calls, "the window to ask for the page's name", 30)
    assert helper.calls[0] == "BeginSignIn(window)"
    wait(lambda: re.fullmatch(r"Signing in — 4:\d\d left", item.title), "the countdown in the tray")
    item.click("^Stop Signing In$")
    wait(lambda: "EndSignIn()" in helper.calls, "the end")
    helper.set(State="on", SignIn="", Until=0)
    wait(lambda: notifications.sent[-1]["title"] == "You're online and protected", "the good news")
    wait(lambda: not windows("^Sign in to"), "the window to close by itself", 20)


def windows(title):
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True, text=True,
                          check=False).stdout.split()


def test_sign_in_window_that_fails_leaves_the_browser(helper, sign_in_program, monkeypatch, host, notifications, request):
    monkeypatch.setenv("SOTTO_TEST_EXIT", "1")
    item = request.getfixturevalue("item")
    helper.set(State="signin")
    item.click("^Sign In to Wi-Fi…$")
    question(BROWSER_QUESTION)
    assert helper.calls == []


def test_sign_in_window_that_fails_too_late_asks_nothing(helper, sign_in_program, item, tmp_path):
    """Signed in by it, and then it crashed: there is nothing to open any more."""
    over, ended = tmp_path / "over", tmp_path / "ended"
    sign_in_program.path.write_text(f"#!/bin/sh\necho >>'{sign_in_program.notes}'\nuntil [ -e '{over}' ]; do sleep 0.05; done\n"
                                    f"touch '{ended}'\nexit 1\n", encoding="utf-8")
    helper.set(State="signin")
    item.click("^Sign In to Wi-Fi…$")
    wait(lambda: sign_in_program.calls, "the sign-in window")
    helper.set(State="on", ResolverInUse="Quad9")
    item.get("^Turn Off Protection$")
    over.touch()
    wait(ended.exists, "its end")
    pump(1)
    assert accessibility.find(Role.LABEL, BROWSER_QUESTION) is None


def test_browser_opens_only_after_the_question(helper, browser, item):
    helper.set(State="signin")
    item.click("^Sign In to Wi-Fi…$")
    question(BROWSER_QUESTION)
    accessibility.get(Role.LABEL, "Until you have signed in, and for a few minutes at most, this network can read and change "
                      "what this computer looks up. Then everything is private again by itself.")
    pump(0.3)
    assert helper.calls == [] and browser.calls == []
    press("Open Browser")
    wait(lambda: browser.calls == [ADDRESS], "the browser on the sign-in page")
    assert helper.calls == ["BeginSignIn(machine)"]
    item.click("^Sign In to Wi-Fi…$")
    wait(lambda: browser.calls == [ADDRESS, ADDRESS], "the browser once more, without a question")
    assert helper.calls == ["BeginSignIn(machine)"]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", ""])
def test_only_web_addresses_are_opened(helper, browser, item, notifications, address):
    helper.set(State="signin", PortalAddress=address)
    item.click("^Sign In to Wi-Fi…$")
    press("Open Browser")
    sentence = "This network does not say where its sign-in page is. Open any page in your browser to get there."
    wait(lambda: [sent for sent in notifications.sent if sent["body"] == sentence], "the sentence")
    assert browser.calls == []


def test_enter_cancels(helper, browser, item):
    helper.set(State="signin")
    item.click("^Sign In to Wi-Fi…$")
    question(BROWSER_QUESTION)

    def is_gone_by_enter():
        key("Return")  # a window manager gives the focus when it likes
        pump(0.3)
        return accessibility.find(Role.LABEL, BROWSER_QUESTION) is None

    wait(is_gone_by_enter, "Enter to end the question")
    assert helper.calls == [] and browser.calls == []


def test_refused_sign_in_says_why(helper, browser, item, notifications):
    helper.refuse("BeginSignIn", "Failed", "This network does not want a sign-in any more.")
    helper.set(State="signin")
    item.click("^Sign In to Wi-Fi…$")
    press("Open Browser")
    wait(lambda: notifications.sent and notifications.sent[-1]["body"] == "This network does not want a sign-in any more.",
         "the reason")
    assert browser.calls == []


def test_countdown(helper, item):
    helper.set(State="signing-in", Until=int(time.time()) + 252, SignIn="window")
    seen = set()
    wait(lambda: seen.add(item.title) or len([title for title in seen if title.startswith("Signing in — 4:")]) >= 3,
         "three seconds of the countdown")
    assert all(re.fullmatch(r"Signing in — 4:(0\d|1[012]) left", title) for title in seen if title.startswith("Sign")), seen
    assert item.find(r"^Signing in — 4:\d\d left$")
    spoken = item.properties()["IconAccessibleDesc"]
    assert re.fullmatch(r"Signing in until \d\d:\d\d", spoken), "a screen reader is not told every second"


def test_countdown_in_the_window_and_its_end(helper, window, item):
    helper.set(State="signing-in", Until=int(time.time()) + 62, SignIn="window")
    wait(lambda: any(re.fullmatch("Signing in — 0:5[0-9] left", name) for name in accessibility.text_of(Role.LABEL)),
         "the countdown in the window")
    helper.set(State="on", SignIn="", Until=0)
    window.get(Role.LABEL, "Protected on Grand Hotel Wi-Fi")
    before = item.properties()["Title"]
    pump(1.5)
    assert item.properties()["Title"] == before == "Protected"


def test_countdown_never_runs_below_zero(helper, item):
    helper.set(State="signing-in", Until=int(time.time()) - 30)
    wait(lambda: item.title == "Signing in — 0:00 left", "the end of the countdown")


def test_stop_signing_in(helper, item):
    helper.set(State="signing-in", Until=int(time.time()) + 200)
    item.click("^Stop Signing In$")
    wait(lambda: helper.calls == ["EndSignIn()"], "EndSignIn")
    item.get("^This Wi-Fi needs you to sign in$")


def test_window_says_who_can_read_while_signing_in(helper, window):
    later = int(time.time()) + 200
    helper.set(State="signing-in", Until=later, SignIn="window")
    window.get(Role.LABEL, "Only the sign-in window asks this network; the rest waits.")
    window.get(Role.LIST_ITEM, "Lookups are encrypted")
    helper.set(SignIn="machine")
    window.get(Role.LABEL, "Until you have signed in this network can read and change what this computer looks up.")
    window.get_row("Lookups are not encrypted", "They cross this network in the clear")


# --- consent


def test_unprotected_only_after_the_question(helper, item):
    helper.set(State="blocked")
    item.click("^Allow Unprotected for 15 Minutes…$")
    before = time.time()
    question(OPEN_QUESTION)
    until = [time.strftime("%H:%M", time.localtime(before + 900 + slack)) for slack in (0, -5)]
    assert any(re.match(f"Until ({'|'.join(until)}) this network can read and change what this computer looks up.", name)
               for name in accessibility.text_of(Role.LABEL))
    pump(0.3)
    assert helper.calls == []
    press("Allow")
    wait(lambda: helper.calls == ["AllowUnprotected(900)"], "the consent")
    item.get("^Not protected here, by your choice — until")
    item.click("^Protect Again$")
    wait(lambda: helper.calls == ["AllowUnprotected(900)", "Resume()"], "Resume")


def test_cancelled_consent_opens_nothing(helper, item):
    helper.set(State="signin")
    item.click("^Use Unprotected for 15 Minutes…$")
    question(OPEN_QUESTION)
    press("Cancel")
    accessibility.gone(Role.LABEL, OPEN_QUESTION)
    pump(0.3)
    assert helper.calls == []


def test_question_above_the_window(helper, window):
    helper.set(State="blocked")
    press("Allow Unprotected for 15 Minutes…")
    question(OPEN_QUESTION)
    press("Allow")
    wait(lambda: helper.calls == ["AllowUnprotected(900)"], "the consent")


def test_question_goes_with_its_state(helper, item):
    helper.set(State="blocked")
    item.click("^Allow Unprotected for 15 Minutes…$")
    question(OPEN_QUESTION)
    helper.set(State="starting", ReasonCode="searching")
    pump(0.3)
    question(OPEN_QUESTION)  # Sotto only keeps trying
    helper.set(State="on", ReasonCode="")
    accessibility.gone(Role.LABEL, OPEN_QUESTION)
    assert helper.calls == []


def test_question_belongs_to_its_network(helper, item):
    helper.set(State="blocked")
    item.click("^Allow Unprotected for 15 Minutes…$")
    question(OPEN_QUESTION)
    helper.set(Network="Another Hotel")
    accessibility.gone(Role.LABEL, OPEN_QUESTION)


def test_one_question_at_a_time(helper, item):
    helper.set(State="signin")
    item.click("^Use Unprotected for 15 Minutes…$")
    question(OPEN_QUESTION)
    item.click("^Sign In to Wi-Fi…$")
    pump(0.5)
    assert accessibility.find(Role.LABEL, BROWSER_QUESTION) is None


# --- trying, clock, other programs


def test_keep_trying(helper, item):
    helper.set(State="blocked")
    item.click("^Keep Trying$")
    wait(lambda: helper.calls == ["LookAgain()"], "LookAgain")


def test_date_and_time(helper, clock_program, item):
    helper.set(State="blocked", ReasonCode="clock-wrong")
    item.click("^Open Date & Time$")
    wait(lambda: clock_program.calls, "the desktop's settings")
    assert helper.calls == []


def test_no_settings_for_date_and_time(helper, item, notifications):
    helper.set(State="blocked", ReasonCode="clock-wrong")
    item.click("^Open Date & Time$")
    wait(lambda: notifications.sent, "a sentence")
    assert "timedatectl set-ntp true" in notifications.sent[0]["body"]


def test_details_of_tampering_are_a_check(helper, window):
    helper.set(State="blocked", ReasonCode="cert-untrusted",
               Reason="Someone on this network tried to answer for Quad9. Sotto refused.")
    press("Details")
    wait(lambda: helper.calls == ["CheckProtection()"], "a check")


def test_taken_dns_is_put_right(helper, item):
    helper.set(State="error", ReasonCode="dns-taken")
    item.click("^Turn On Again$")
    wait(lambda: helper.calls == ["TurnOn()"], "TurnOn")


def test_taken_dns_is_left(helper, item):
    helper.set(State="error", ReasonCode="dns-taken")
    item.click("^Leave It$")
    wait(lambda: helper.calls == ["TurnOff()"], "TurnOff")


# --- policies


def test_asked_about_a_new_network(helper, item):
    helper.set(State="ask", Policy="ask")
    item.click("^Leave It Alone$")
    wait(lambda: helper.calls == ["SetPolicy(hotel, leave-alone)"], "the choice")
    item.get("^Not protected here, by your choice$")
    item.click("^Protect This Network$")
    wait(lambda: helper.calls[1:] == ["SetPolicy(hotel, protect)"], "the other choice")
    item.get("^Protected on Grand Hotel Wi-Fi$")


def test_policy_in_the_window(helper, window):
    helper.set(State="on")
    window.get_row("On Grand Hotel Wi-Fi", "Lookups are encrypted here while Sotto is on")
    window.choose_policy("Grand Hotel Wi-Fi", "Leave Alone")
    wait(lambda: helper.calls == ["SetPolicy(hotel, leave-alone)"], "the choice")
    window.get_row("On Grand Hotel Wi-Fi", "This network's own DNS is used here")
    helper.set(Policy="ask")
    window.get_row("On Grand Hotel Wi-Fi", "You are asked before anything is encrypted here")
    pump(0.3)
    assert helper.calls == ["SetPolicy(hotel, leave-alone)"], "what somebody else chose is not echoed"


def test_refused_policy_goes_back(helper, window):
    helper.refuse("SetPolicy", "Failed", "The choice cannot be kept: the disk is full.")
    helper.set(State="on")
    window.choose_policy("Grand Hotel Wi-Fi", "Leave Alone")
    wait(lambda: helper.calls == ["SetPolicy(hotel, leave-alone)"], "the choice")
    window.get_row("On Grand Hotel Wi-Fi", "Lookups are encrypted here while Sotto is on")


def test_no_policy_where_no_network_is_known(helper, window):
    choice = "What Sotto does on Grand Hotel Wi-Fi: Protect"
    helper.set(State="on")
    window.get(Role.TOGGLE_BUTTON, choice)
    helper.set(Current="")
    window.gone(Role.TOGGLE_BUTTON, choice)
    helper.set(Current="hotel")
    window.get(Role.TOGGLE_BUTTON, choice)
    helper.set(State="off")  # nothing is done on any network then
    window.gone(Role.TOGGLE_BUTTON, choice)


# --- the report


def test_report_tells_what_left_in_the_clear(helper, window):
    helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", GLib.Variant("a{sv}", {
        "leaks-watched": GLib.Variant("b", True), "clear-flows": GLib.Variant("a{st}", {"sign-in": 12, "portal-check": 4})}))))
    helper.script("Answer", GLib.Variant("(sv)", ("ListLeaks", GLib.Variant("aa{sv}", [
        leak("chrome", "8.8.8.8", 31, "alice"), leak("", "1.1.1.1", 2, protocol="tcp")]))))
    helper.set(State="on", ResolverInUse="Quad9")
    window.get(Role.LABEL, "Protected on Grand Hotel Wi-Fi")
    press("Copy Report")
    find_button("Copied")
    report = clipboard()
    assert "In the clear, sign-in: 12 packets" in report
    assert "In the clear, portal-check: 4 packets" in report
    assert "Went around Sotto: chrome of alice to 8.8.8.8 by udp, 31 times, last 2026-09-21T" in report
    assert "Went around Sotto: an unknown program to 1.1.1.1 by tcp, 2 times" in report


def test_report_without_a_list_of_leaks(helper, window):
    helper.refuse("ListLeaks", "Failed", "Nothing is watched here.")
    helper.set(State="on", ResolverInUse="Quad9")
    window.get(Role.LABEL, "Protected on Grand Hotel Wi-Fi")
    press("Copy Report")
    find_button("Copied")
    assert "Protected on Grand Hotel Wi-Fi" in clipboard()


def test_who_went_around_is_named(helper, window):
    helper.answer_statistics(network_encrypted=7, leaked=0)
    helper.set(State="on", ResolverInUse="Quad9")
    window.get(Role.LIST_ITEM, "Nothing is leaking")
    assert "ListLeaks()" not in helper.all_calls, "asked for only when there are any"
    helper.script("Answer", GLib.Variant("(sv)", ("ListLeaks", GLib.Variant("aa{sv}", [
        leak("chrome", "8.8.8.8", 31, "alice"), leak("", "1.1.1.1", 2, protocol="tcp")]))))
    helper.answer_statistics(network_encrypted=7, leaked=33)
    window.get_row("Some lookups went around Sotto", "33 unencrypted lookups of programs were seen leaving: "
                   "chrome asked 8.8.8.8, an unknown program asked 1.1.1.1")


def test_what_may_be_in_the_clear_is_counted_by_kind(helper, window):
    helper.set(State="on", ResolverInUse="Quad9")
    window.get(Role.LIST_ITEM, "Lookups are encrypted")
    assert window.find(Role.LIST_ITEM, "Readable, for a reason") is None
    helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", GLib.Variant("a{sv}", {
        "clear-flows": GLib.Variant("a{st}", {"sign-in": 12, "network": 3, "vpn": 0})}))))
    window.get_row("Readable, for a reason", "while somebody signed in: 12 · names of this network: 3")
    helper.set(State="off")
    window.gone(Role.LIST_ITEM, "Readable, for a reason")
