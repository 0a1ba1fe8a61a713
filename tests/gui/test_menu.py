# SPDX-License-Identifier: GPL-3.0-or-later
"""The tray's icon and menu, in every state, as a panel sees them."""
import os
import subprocess
import time

import pytest
from conftest import APP, App, run_app
from states import CLOCK, LATER, NAMES, STATES, State
from waiting import pump, wait

ID = "io.github.sottodns.Sotto"


@pytest.mark.parametrize("state", STATES, ids=NAMES)
def test_state(helper, item, state):
    helper.set(**state.facts)
    wait(lambda: item.title == state.title, f"the title {state.title!r}")
    wait(lambda: item.icon == f"{ID}-{state.shape}-symbolic", "the icon")
    properties = item.properties()
    assert properties["IconAccessibleDesc"] == state.title
    assert properties["Status"] == "Active"
    menu = item.menu()
    assert not menu.children[0].enabled
    above = menu.labels()[:1 + len(state.choices)]
    assert above == [state.line, *[f"{label} — resumes at {CLOCK}" if state.name == "paused" else label
                                   for label in state.choices]]
    assert menu.labels()[1 + len(state.choices)].startswith("Resolver: ")


def test_paused(helper, item):
    until = int(time.time()) + 300
    clock = time.strftime("%H:%M", time.localtime(until))
    helper.set(State="paused", Until=until)
    wait(lambda: item.title == f"Paused until {clock}", "the time at which the pause ends")
    assert item.icon == f"{ID}-paused-symbolic"
    assert item.menu().labels()[:2] == [f"Paused until {clock}", f"Resume Now — resumes at {clock}"]
    item.click("^Resume Now")
    wait(lambda: "Resume()" in helper.calls, "Resume")


def test_no_helper(item):
    wait(lambda: item.title == "Sotto service is not running", "the missing helper")
    assert item.icon == f"{ID}-error-symbolic"
    assert item.menu().labels() == ["Sotto service is not running", "Try Again", "Open Sotto", "Quit"]


def test_newer_helper_is_not_guessed_at(helper, item):
    helper.set(Protocol=99, OldestProtocol=99, State="on")
    wait(lambda: item.title == "Sotto needs a restart", "the refusal of a newer helper")
    assert item.find("^Turn") is None


def test_one_click_turns_on_and_off(helper, item):
    item.click("^Turn On Protection$")
    item.get("^Turn Off Protection$")
    assert helper.calls == ["TurnOn()"]
    wait(lambda: item.icon == f"{ID}-on-symbolic", "the icon of protection")
    item.click("^Turn Off Protection$")
    item.get("^Turn On Protection$")
    assert helper.calls == ["TurnOn()", "TurnOff()"]


def test_failed_turn_on_says_why(helper, item, notifications):
    helper.refuse("TurnOn", "Failed", "Quad9 did not answer within 5 seconds.")
    item.click("^Turn On Protection$")
    wait(lambda: notifications.sent, "a notification")
    assert notifications.sent[0]["title"] == "That did not work"
    assert notifications.sent[0]["body"] == "Quad9 did not answer within 5 seconds."
    assert item.find("^Turn On Protection$")


def test_refusal_is_a_sentence(helper, item, notifications):
    helper.refuse("TurnOn", "NotAuthorized", "An administrator has to allow this.")
    item.click("^Turn On Protection$")
    wait(lambda: notifications.sent, "a notification")
    assert notifications.sent[0]["body"] == "An administrator has to allow this."


def test_resolver_menu_lists_automatic_and_favourites(helper, item):
    item.get("^Quad9$")
    submenu = item.get("^Resolver: Automatic$")
    assert submenu.labels() == ["Automatic — fastest nearby", "Quad9", "Cloudflare", "Mullvad", "AdGuard",
                                "DNS4EU Protective", "More Resolvers…"]
    assert [entry.label for entry in submenu.children if entry.checked] == ["Automatic — fastest nearby"]


def test_choosing_a_resolver(helper, item):
    item.click("^Quad9$")
    wait(lambda: item.get("^Quad9$").checked, "the choice")
    assert helper.calls == ["SetResolver(quad9)"]
    item.get("^Resolver: Quad9$")
    item.click("^Automatic")
    wait(lambda: item.get("^Automatic").checked, "the choice")
    assert helper.calls == ["SetResolver(quad9)", "SetResolver(auto)"]


def test_choice_of_somebody_else_is_shown_and_not_echoed(helper, item):
    item.get("^Mullvad$")
    helper.set(Resolver="mullvad")
    wait(lambda: item.get("^Mullvad$").checked, "the choice")
    pump(0.3)
    assert helper.calls == []


def test_refused_resolver_goes_back(helper, item, notifications):
    helper.refuse("SetResolver", "Failed", "Mullvad's certificate has expired.")
    item.click("^Mullvad$")
    wait(lambda: notifications.sent, "a notification")
    assert notifications.sent[0]["body"] == "Mullvad's certificate has expired."
    wait(lambda: item.get("^Automatic").checked, "the old choice")
    assert helper.calls == ["SetResolver(mullvad)"]


def test_chosen_resolver_that_is_no_favourite_is_in_the_menu(helper, item):
    item.get("^Quad9$")
    helper.set(Resolver="under_score")
    wait(lambda: item.get("^home_router$").checked, "the choice")
    item.get("^Resolver: home_router$")


def test_names_keep_their_underscores(helper, item):
    helper.set(State="on", Network="my_wifi_5")
    wait(lambda: item.menu().children[0].properties["label"] == "Protected on my__wifi__5", "the network's name")


def test_pause(helper, item):
    helper.set(State="on")
    item.get("^Pause$")
    item.click("^For 5 Minutes$")
    wait(lambda: helper.calls == ["Pause(300)"], "Pause")
    item.get("^Resume Now")
    assert item.find("^Pause$") is None


def test_pause_until_the_network_is_left(helper, item):
    helper.set(State="on")
    item.get("^Pause$")
    item.click("^Until I Leave This Network$")
    wait(lambda: helper.calls == ["Pause(0)"], "Pause")
    wait(lambda: item.menu().labels()[:2] == ["Paused until you leave Grand Hotel Wi-Fi", "Resume Now"], "the pause")
    item.click("^Resume Now$")
    wait(lambda: helper.calls == ["Pause(0)", "Resume()"], "Resume")


def test_counts_are_fresh_when_the_menu_opens(helper, item):
    helper.set(State="on")
    item.get("^Turn Off")
    helper.answer_statistics(network_encrypted=41, leaked=2)
    item.about_to_show()
    item.get("^41 lookups encrypted · 2 in the clear$")
    helper.answer_statistics(network_encrypted=1, leaked=0)
    item.about_to_show()
    entry = item.get("^1 lookup encrypted · 0 in the clear$")
    assert not entry.enabled
    helper.answer_statistics(watched=False, network_encrypted=9)
    item.about_to_show()
    item.get("^9 lookups encrypted$")


def test_counts_are_not_shown_while_unprotected(helper, item):
    item.get("^Turn On")
    assert item.find("in the clear") is None


def test_nothing_is_polled_while_no_window_is_open(helper, item):
    helper.set(State="on")
    item.get("^Turn Off")
    pump(0.3)
    before = len(helper.all_calls)
    pump(2.5)
    assert len(helper.all_calls) == before


def test_mnemonics_are_unique(helper, item):
    item.get("^Quad9$")
    signing_in = State("signing-in", {"State": "signing-in", "Until": LATER}, "signin", "", [])
    for state in [*STATES, signing_in]:
        helper.set(**state.facts)
        wait(lambda: item.icon == f"{ID}-{state.shape}-symbolic", f"the icon of {state.name}")
        pump(0.1)
        levels = [item.menu()] + [entry for entry in item.menu().children if entry.children]
        for level in levels:
            keys = [entry.mnemonic for entry in level.children if entry.visible and entry.mnemonic]
            assert len(keys) == len(set(keys)), f"{state.name}: {keys}"
            verbs = [entry for entry in level.children if entry.visible and entry.enabled and not entry.is_separator]
            unnamed = [entry.label for entry in verbs if entry.mnemonic is None and level is levels[0]]
            assert not unnamed, f"{state.name}: {unnamed}"
    helper.stop()
    pump(0.3)
    keys = [entry.mnemonic for entry in item.menu().children if entry.visible and entry.mnemonic]
    assert len(keys) == len(set(keys)), keys


def test_quit_says_that_protection_stays(helper, item, app):
    helper.set(State="on")
    item.click("^Quit — Protection Stays On$")
    assert app.process.wait(5) == 0
    assert helper.calls == []


def test_helper_dies_and_returns(helper, item):
    helper.set(State="on")
    item.get("^Turn Off")
    helper.stop()
    item.get("^Sotto service is not running$")
    assert item.find("^Turn") is None and item.find("^Resolver") is None
    helper.start()
    item.get("^Not protected on Grand Hotel Wi-Fi$")
    item.get("^Quad9$")


def test_helper_stopped_while_asked(helper, item, notifications):
    item.get("^Turn On")
    helper.delay(60000)
    item.click("^Turn On Protection$")
    wait(lambda: helper.calls == ["TurnOn()"], "the call")
    helper.stop()
    wait(lambda: notifications.sent, "a notification")
    assert notifications.sent[0]["body"] == "The Sotto service stopped before it answered."


def test_panel_restarts(helper, item, host):
    item.get("^Turn On")
    host.stop()
    pump(0.3)
    host.start()
    host.item().get("^Turn On Protection$")


@pytest.mark.skipif(not os.path.exists(os.environ["SOTTO_LATE_BUS"]), reason="late-bus.so is not built")
def test_icon_on_a_busy_machine(helper, host, notifications, monkeypatch):
    """The tray's library misses a watcher whose name it learns before it has a connection."""
    monkeypatch.setenv("LD_PRELOAD", os.environ["SOTTO_LATE_BUS"])
    app = App("--background")
    monkeypatch.delenv("LD_PRELOAD")
    try:
        host.item().get("^Turn On Protection$")
        assert len(host.registered) == 1
        host.stop()
        pump(0.3)
        host.start()
        host.item().get("^Turn On Protection$")
        pump(1.5)
        assert len(host.registered) == 1, "the library finds a later watcher by itself"
    finally:
        app.stop()
    assert "g_dbus_proxy_new" in app.text(), "the library did not stumble, so this test proved nothing"


def test_slow_helper_never_stalls_the_menu(helper, item):
    """Every reply takes 3 s; the menu answers within 300 ms all the while."""
    helper.set(State="on")
    item.get("^Turn Off")
    helper.delay(3000)
    item.click("^Turn Off Protection$")
    slowest = 0
    end = time.monotonic() + 3.5
    while time.monotonic() < end:
        began = time.monotonic()
        item.about_to_show()
        item.menu()
        slowest = max(slowest, time.monotonic() - began)
        pump(0.05)
    assert slowest < 0.3, f"the menu took {slowest * 1000:.0f} ms"
    item.get("^Turn On Protection$")


def test_memory_does_not_grow_with_changes(helper, item, app):
    """The tray's library leaks a menu that is set again; ours is built once."""
    def resident_kib():
        with open(f"/proc/{app.process.pid}/status", encoding="ascii") as status:
            return int(next(line for line in status if line.startswith("VmRSS")).split()[1])

    def change(times):
        for _ in range(times):
            helper.set(State="on", Network="Grand Hotel Wi-Fi")
            helper.set(State="off", Network="Another Hotel")
        item.get("^Turn On")
        pump(1)

    change(50)
    before = resident_kib()
    change(250)
    grown = resident_kib() - before
    assert grown < 2048, f"500 changes took {grown} KiB"


def test_version():
    assert subprocess.run([APP, "--version"], check=True, capture_output=True, text=True).stdout.startswith("sotto 0.")


def test_desktop_actions(helper, item):
    run_app("--turn-on")
    wait(lambda: helper.calls == ["TurnOn()"], "TurnOn")
    run_app("--turn-off")
    wait(lambda: helper.calls == ["TurnOn()", "TurnOff()"], "TurnOff")


def test_turn_on_as_the_first_start(helper, host, notifications):
    app = App("--turn-on")
    try:
        wait(lambda: helper.calls == ["TurnOn()"], "TurnOn")
        host.item().get("^Turn Off Protection$")
    finally:
        app.stop()
