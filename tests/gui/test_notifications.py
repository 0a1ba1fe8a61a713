# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications: few, and each one once."""
from waiting import pump, wait


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
