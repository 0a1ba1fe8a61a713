# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications: few, and each one once."""
import os
import pathlib

import accessibility
import pytest
import scripted_helper
from accessibility import Role
from gi.repository import GLib
from waiting import pump, wait

FILE = pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "sotto" / "app.conf"


def test_protected_is_said_once_a_network(helper, item, notifications):
    item.get("^Turn On")
    helper.set(State="on", ResolverInUse="Quad9")
    wait(lambda: notifications.sent, "a notification")
    assert notifications.sent[0]["title"] == "Protected on Grand Hotel Wi-Fi"
    assert notifications.sent[0]["body"] == "Your lookups are encrypted; Quad9 answers them."
    helper.set(State="off")
    helper.set(State="on")
    pump(0.5)
    assert len(notifications.sent) == 1
    helper.set(State="off")
    helper.set(State="on", Network="Another Hotel")
    wait(lambda: len(notifications.sent) == 2, "a notification of the other network")


def test_stopped_is_urgent_and_has_a_way_out(helper, item, notifications):
    helper.set(State="on", Network="")
    item.get("^Turn Off")
    wait(lambda: notifications.sent, "the first notification")
    helper.set(State="error", Reason="Another program changed your DNS settings.")
    wait(lambda: len(notifications.sent) == 2, "a notification")
    stopped = notifications.sent[1]
    assert stopped["title"] == "Protection stopped"
    assert stopped["body"] == "Another program changed your DNS settings."
    assert stopped["hints"]["urgency"] == 2
    notifications.press(2, "Turn On Again")
    wait(lambda: helper.calls == ["TurnOn()"], "TurnOn")


def test_turning_off_is_no_news(helper, item, notifications):
    helper.set(State="on", Network="Home")
    wait(lambda: notifications.sent, "the first notification")
    item.click("^Turn Off Protection$")
    item.get("^Turn On")
    pump(0.5)
    assert len(notifications.sent) == 1


def test_restart_of_the_helper_is_no_news(helper, item, notifications):
    helper.set(State="on", Network="Home")
    wait(lambda: notifications.sent, "the first notification")
    helper.stop()
    item.get("^Sotto service is not running$")
    helper.start()
    helper.set(State="on", Network="Home")
    item.get("^Turn Off")
    pump(6)
    assert len(notifications.sent) == 1


def test_helper_that_stays_away_is_reported(helper, item, notifications):
    helper.set(State="on", Network="Home")
    wait(lambda: notifications.sent, "the first notification")
    helper.stop()
    wait(lambda: len(notifications.sent) == 2, "a notification", 12)
    assert notifications.sent[1]["title"] == "Protection stopped"
    assert notifications.sent[1]["labels"][-1] == "Try Again"


def titles(notifications):
    return [sent["title"] for sent in notifications.sent]


def test_sign_in_from_its_notification(helper, sign_in_program, item, notifications):
    helper.set(State="signin")
    wait(lambda: titles(notifications) == ["Grand Hotel Wi-Fi needs you to sign in"], "the notification")
    notifications.press(1, "Sign In")
    wait(lambda: sign_in_program.calls, "the sign-in window")


def test_sign_in_is_wanted_once_and_taken_back(helper, item, notifications):
    helper.set(State="signin")
    wait(lambda: titles(notifications) == ["Grand Hotel Wi-Fi needs you to sign in"], "the notification")
    helper.set(State="signing-in", SignIn="window", Until=2000000000)
    wait(lambda: notifications.closed == [1], "the notification to go")
    helper.set(State="signin", SignIn="", Until=0)
    pump(0.5)
    assert len(notifications.sent) == 1, "who closed the window needs not be told"


def sign_in(helper, notifications):
    helper.set(State="signin")
    wait(lambda: titles(notifications)[-1:] == ["Grand Hotel Wi-Fi needs you to sign in"], "the notification of the sign-in")
    helper.set(State="signing-in", Until=2000000000)
    helper.set(State="starting", ReasonCode="searching", Until=0)
    helper.set(State="on", ReasonCode="")
    wait(lambda: helper.calls == ["CheckProtection()"], "the check")


def test_online_after_a_sign_in_is_said_each_time(helper, item, notifications):
    helper.set(State="on", ResolverInUse="Quad9")
    wait(lambda: len(notifications.sent) == 1, "the first notification")
    sign_in(helper, notifications)
    wait(lambda: titles(notifications)[-1] == "You're online and protected", "the good news")
    assert len(notifications.sent) == 3 and 2 in notifications.closed


def test_online_is_said_only_when_the_check_went_well(helper, item, notifications):
    helper.script("Answer", GLib.Variant("(sv)", ("CheckProtection", GLib.Variant("a{sv}", scripted_helper.evidence(False)))))
    sign_in(helper, notifications)
    pump(0.5)
    assert len(notifications.sent) == 1


def test_resumed_is_silent(helper, item, notifications):
    helper.set(State="on")
    wait(lambda: len(notifications.sent) == 1, "the first notification")
    for state in ("paused", "open"):
        helper.set(State=state, Until=2000000000)
        helper.set(State="on", Until=0)
        wait(lambda: titles(notifications)[-1] == "Protection is on again", "the notification")
        assert notifications.sent[-1]["hints"]["urgency"] == 0
    helper.set(State="off")
    wait(lambda: len(notifications.sent) in notifications.closed, "the notification to go")


def test_resumed_by_itself_on_the_next_network(helper, item, notifications):
    helper.set(State="on")
    wait(lambda: len(notifications.sent) == 1, "the first notification")
    for facts in ({"State": "paused"}, {"State": "offline"}, {"State": "starting"}, {"State": "on", "Network": "Café"}):
        helper.set(**facts)
        pump(0.1)
    wait(lambda: titles(notifications)[-1] == "Protection is on again", "the notification")


def test_stopped_is_taken_back_when_cured(helper, item, notifications):
    helper.set(State="on", Network="Home")
    wait(lambda: notifications.sent, "the first notification")
    helper.set(State="error", ReasonCode="dns-taken", Reason="Another program changed your DNS settings.")
    wait(lambda: len(notifications.sent) == 2, "a notification")
    assert notifications.sent[1]["labels"][-2:] == ["Turn On Again", "Leave It"]
    helper.set(State="on", ReasonCode="", Reason="")
    wait(lambda: 2 in notifications.closed, "the notification to go")
    pump(0.3)
    assert len(notifications.sent) == 2


def test_turning_on_in_vain_is_not_stopping(helper, item, notifications):
    """Who turned it on is told by the call that failed."""
    helper.set(State="starting")
    item.get("^Turning on…$")
    helper.set(State="starting", ReasonCode="searching")
    item.get("^Looking for a way through…$")
    helper.set(State="off", ReasonCode="timeout", Reason="No resolver answered.")
    item.get("^Turn On Protection$")
    pump(0.3)
    assert notifications.sent == []


def test_stopped_after_a_search_is_news(helper, item, notifications):
    helper.set(State="on", Network="Home")
    wait(lambda: notifications.sent, "the first notification")
    helper.set(State="starting", ReasonCode="searching")
    item.get("^Looking for a way through…$")
    helper.set(State="error", ReasonCode="dns-taken", Reason="Another program changed your DNS settings.")
    wait(lambda: titles(notifications)[-1] == "Protection stopped", "the notification")


@pytest.fixture
def wants_to_be_asked():
    """To be asked for before the app."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text("[App]\nAskWhenBlocked=true\nNotifications=false\n", encoding="utf-8")
    yield
    FILE.unlink()


def test_asks_on_a_network_that_blocks(wants_to_be_asked, helper, item, notifications):
    helper.set(State="blocked", Reason="No resolver answered.")
    wait(lambda: titles(notifications) == ["Grand Hotel Wi-Fi blocks private lookups"], "the question")
    assert notifications.sent[0]["labels"][-2:] == ["Keep Trying", "Allow Unprotected for 15 Minutes…"]
    notifications.press(1, "Keep Trying")
    wait(lambda: helper.calls == ["LookAgain()"], "the look")


def test_question_goes_when_a_way_is_found(wants_to_be_asked, helper, item, notifications):
    helper.set(State="blocked")
    wait(lambda: notifications.sent, "the question")
    helper.set(State="on")
    wait(lambda: 1 in notifications.closed, "the question to go")


def test_question_opens_nothing_by_itself(wants_to_be_asked, helper, item, notifications):
    helper.set(State="blocked")
    wait(lambda: notifications.sent, "the question")
    notifications.press(1, "Allow Unprotected for 15 Minutes…")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Cancel"))
    pump(0.3)
    assert helper.calls == []


def test_asks_once_each_time_a_network_is_joined(wants_to_be_asked, helper, item, notifications):
    def asked(times):
        wait(lambda: len(notifications.sent) == times, f"question {times}")
        pump(0.2)
        assert len(notifications.sent) == times

    helper.set(State="blocked")
    asked(1)
    for state in ("starting", "blocked", "on", "blocked"):
        helper.set(State=state)
        pump(0.1)
    asked(1)
    helper.set(Network="Café")
    asked(2)
    for state in ("offline", "blocked"):
        helper.set(State=state)
        pump(0.1)
    asked(3)


def test_tampering_is_no_question(wants_to_be_asked, helper, item, notifications):
    """Whoever forges answers is not to be let in by one click."""
    helper.set(State="blocked", ReasonCode="cert-untrusted")
    item.get("^Details$")
    pump(0.3)
    assert notifications.sent == []


def test_blocked_is_no_news(helper, item, notifications):
    """Nothing leaks and the icon shows it; a notification would not help anybody through."""
    helper.set(State="on", Network="Home")
    wait(lambda: notifications.sent, "the first notification")
    helper.set(State="blocked", Reason="No resolver answered.")
    item.get("^Keep Trying$")
    pump(0.3)
    assert len(notifications.sent) == 1
