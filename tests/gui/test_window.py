# SPDX-License-Identifier: GPL-3.0-or-later
"""The window, as a screen reader uses it."""
import subprocess
import time

import accessibility
from accessibility import Role
from conftest import App, enlarge_window, run_app
from waiting import pump, wait

PAGES = ["Status", "Resolvers", "Statistics", "Query Log", "Networks & Rules", "Settings"]
UNNAMED_ROLES = [Role.PUSH_BUTTON, Role.TOGGLE_BUTTON, Role.RADIO_BUTTON, Role.TEXT, Role.CHECK_BOX, Role.COMBO_BOX]


def key(*keys):
    subprocess.run(["xdotool", "key", *keys], check=True, timeout=10)


def clipboard():
    """What the app copied, read as another program would."""
    code = ("import gi; gi.require_version('Gtk', '3.0'); from gi.repository import Gtk, Gdk;"
            "print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())")
    return subprocess.run(["/usr/bin/python3", "-c", code], check=True, capture_output=True, text=True, timeout=10).stdout


def found_resolvers():
    """The resolvers that can be seen; the pages' own switches are radio buttons too."""
    return [name for name in accessibility.text_of(Role.RADIO_BUTTON) if name not in PAGES]


def open_resolvers(item):
    item.click("^More Resolvers…$")
    accessibility.get(Role.RADIO_BUTTON, "Automatic")


def test_status_turns_on_and_off(helper, window):
    window.get(Role.LABEL, "Not protected on Grand Hotel Wi-Fi")
    window.press(window.get(Role.PUSH_BUTTON, "Turn On Protection"))
    window.get(Role.LABEL, "Protected on Grand Hotel Wi-Fi")
    window.press(window.get(Role.PUSH_BUTTON, "Turn Off Protection"))
    window.get(Role.LABEL, "Not protected on Grand Hotel Wi-Fi")
    assert helper.calls == ["TurnOn()", "TurnOff()"]


def test_proof_shows_real_counts_every_second(helper, window):
    helper.set(State="on", ResolverInUse="Quad9")
    helper.answer_statistics(network_encrypted=7, leaked=0)
    window.get_row("Lookups are encrypted", "7 since you joined Grand Hotel Wi-Fi")
    window.get_row("Nothing is leaking", "0 unencrypted lookups of programs were seen leaving")
    window.get_row("Who answers", "Quad9")
    helper.answer_statistics(network_encrypted=8, leaked=3)
    window.get_row("Lookups are encrypted", "8 since you joined Grand Hotel Wi-Fi")
    window.get_row("Some lookups went around Sotto", "3 unencrypted lookups of programs were seen leaving")


def test_leaks_nobody_watches_are_not_called_none(helper, window):
    helper.answer_statistics(watched=False, network_encrypted=7)
    helper.set(State="on")
    window.get_row("Leaks are not counted", "This computer does not let Sotto watch what leaves it")
    assert window.find(Role.LIST_ITEM, "Nothing is leaking") is None


def test_status_pauses_until_the_network_is_left(helper, window):
    helper.set(State="on")
    window.press(window.get(Role.TOGGLE_BUTTON, "Pause"))
    window.press(accessibility.get(Role.PUSH_BUTTON, "Until I Leave This Network"))
    window.get(Role.LABEL, "Paused until you leave Grand Hotel Wi-Fi")
    window.press(window.get(Role.PUSH_BUTTON, "Resume Now"))
    window.get(Role.LABEL, "Protected on Grand Hotel Wi-Fi")
    assert helper.calls == ["Pause(0)", "Resume()"]


def test_nothing_is_claimed_while_lookups_go_out_in_the_clear(helper, window):
    for state in ("off", "paused", "error"):
        helper.set(State=state)
        window.get_row("Lookups are not encrypted", "They cross this network in the clear")
        assert window.find(Role.LIST_ITEM, "Nothing is leaking") is None
        assert window.find(Role.LIST_ITEM, "Lookups are encrypted") is None


def test_reason_is_the_sentence(helper, window):
    helper.set(State="blocked", ReasonCode="timeout", Reason="No resolver answered for 15 seconds.")
    window.get(Role.LABEL, "No resolver answered for 15 seconds.")


def test_who_else_changed_it(helper, window):
    changed = int(time.time())
    helper.set(State="on", ChangedBy="alice", ChangedAt=changed)
    window.get(Role.LABEL, time.strftime("Last changed by alice at %H:%M", time.localtime(changed)))


def test_f5_checks(helper, window):
    helper.set(State="on", ResolverInUse="Quad9")
    window.get(Role.LABEL, "Protected on Grand Hotel Wi-Fi")
    key("F5")
    window.get(Role.LABEL, "Lookups are private.")
    window.get_row("This computer asks Sotto", "A lookup through the system's own path came by the resolver")
    window.get_row("Attempts to answer for a resolver", "Sotto refused 2 times")
    window.get(Role.ICON, "Passed, with a remark")
    before = time.strftime("%H:%M", time.localtime(1789990000))
    window.get_row("Before, without protection", f"{before}, on Grand Hotel Wi-Fi: 192.0.2.53 answered in place of 9.9.9.9")
    window.get_row("Who answers", "Quad9 · DNSCrypt, XChaCha20 · 9.9.9.9:8443")
    assert helper.calls == ["CheckProtection()"]
    helper.set(State="off")
    window.gone(Role.LABEL, "Lookups are private.")


def test_check_from_the_menu_opens_the_window(helper, item):
    helper.set(State="on")
    item.click("^Check Protection Now$")
    accessibility.get(Role.LABEL, "Lookups are private.")


def test_copy_report(helper, window):
    helper.set(State="on", ResolverInUse="Quad9")
    window.press(window.get(Role.PUSH_BUTTON, "Check Now"))
    window.get(Role.LABEL, "Lookups are private.")
    window.press(window.get(Role.PUSH_BUTTON, "Copy Report"))
    window.get(Role.PUSH_BUTTON, "Copied")
    report = clipboard()
    assert "Sotto 0.1.0: Protected on Grand Hotel Wi-Fi" in report
    assert "Lookups are encrypted: 1284 since you joined Grand Hotel Wi-Fi" in report
    assert "[ok] The resolver answers: Quad9 answered in 8 ms, over DNSCrypt" in report


def test_failure_is_shown_in_the_window(helper, window, notifications):
    helper.refuse("TurnOn", "Failed", "Quad9 did not answer within 5 seconds.")
    button = window.get(Role.PUSH_BUTTON, "Turn On Protection")
    key("Tab")  # the window is in front
    window.press(button)
    window.get(Role.LABEL, "Quad9 did not answer within 5 seconds.")
    assert notifications.sent == []


def test_no_helper(item):
    run_app()
    accessibility.get(Role.LABEL, "Sotto service is not running")
    accessibility.get(Role.LABEL, "systemctl start sotto.service")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Copy the Command"))
    pump(0.2)
    assert clipboard().strip() == "systemctl start sotto.service"
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Try Again"))
    accessibility.get(Role.LABEL, "The Sotto service is not running.")


def test_middle_click_opens_the_window_and_changes_nothing(helper, item):
    item.get("^Turn On")
    item.middle_click()
    accessibility.get(Role.PUSH_BUTTON, "Turn On Protection")
    assert helper.calls == []


def test_search(helper, item):
    open_resolvers(item)
    accessibility.get(Role.RADIO_BUTTON, "Quad9, 8 ms")
    accessibility.get(Role.RADIO_BUTTON, "Mullvad, 31 ms")
    entry = accessibility.get(Role.TEXT, "Search Resolvers")
    for words, found in {"quad": ["Quad9, 8 ms"], "switzerland logs": ["Quad9, 8 ms", "Digitale Gesellschaft, 19 ms"],
                         "blocks ads": ["AdGuard, 24 ms"], "zzz": []}.items():
        accessibility.type_text(entry, words)
        wait(lambda: found_resolvers() == found, f"what {words!r} finds")


def test_order_of_the_list(helper, item):
    """Automatic, what the machine's configuration adds, favourites, then the others by name."""
    open_resolvers(item)
    enlarge_window()
    accessibility.get(Role.RADIO_BUTTON, "Quad9, 8 ms")
    wait(lambda: found_resolvers() == [
        "Automatic", "home_router, 1 ms", "AdGuard, 24 ms", "Cloudflare, 6 ms", "DNS4EU Protective, 22 ms", "Mullvad, 31 ms",
        "Quad9, 8 ms", "CleanBrowsing Family, 40 ms", "Digitale Gesellschaft, 19 ms", "Google Public DNS, 9 ms", "NextDNS",
    ], "the whole list in order")


def test_choosing_in_the_list(helper, item):
    open_resolvers(item)
    accessibility.press(accessibility.get(Role.RADIO_BUTTON, "Mullvad, 31 ms"))
    wait(lambda: helper.calls == ["SetResolver(mullvad)"], "SetResolver")
    wait(lambda: accessibility.is_checked(accessibility.get(Role.RADIO_BUTTON, "Mullvad, 31 ms")), "the choice")
    item.get("^Resolver: Mullvad$")


def test_refused_choice_is_explained_in_place(helper, item, notifications):
    helper.refuse("SetResolver", "Failed", "Mullvad's certificate has expired.")
    open_resolvers(item)
    accessibility.press(accessibility.get(Role.RADIO_BUTTON, "Mullvad, 31 ms"))
    accessibility.get(Role.LABEL, "Mullvad's certificate has expired.")
    wait(lambda: accessibility.is_checked(accessibility.get(Role.RADIO_BUTTON, "Automatic")), "the old choice")
    assert notifications.sent == []


def test_slow_choice_says_so(helper, item):
    open_resolvers(item)
    radio = accessibility.get(Role.RADIO_BUTTON, "Mullvad, 31 ms")
    helper.delay(1500)
    accessibility.press(radio)
    accessibility.get(Role.LABEL, "Trying Mullvad…")
    wait(lambda: helper.calls == ["SetResolver(mullvad)"], "SetResolver")
    accessibility.gone(Role.LABEL, "Trying Mullvad…")


def test_pages_by_key(helper, window):
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    key("ctrl+2")
    window.get(Role.RADIO_BUTTON, "Quad9, 8 ms")
    key("ctrl+3")
    window.get(Role.RADIO_BUTTON, "Today")
    key("ctrl+5")
    window.get(Role.PUSH_BUTTON, "Forget Home")
    key("ctrl+1")
    window.get(Role.PUSH_BUTTON, "Turn On Protection")


def test_every_widget_has_a_name(helper, item):
    helper.set(State="on")
    run_app()
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    for page in PAGES:
        accessibility.press(accessibility.get(Role.RADIO_BUTTON, page))
        pump(0.5)
        unnamed = [role.value_nick for role in UNNAMED_ROLES for node in accessibility.find_all(role) if not node.get_name()]
        assert not unnamed, f"{page}: {unnamed}"


def test_one_instance_one_window(helper, item, app, window):
    run_app()
    run_app()
    pump(0.5)
    assert window.application().get_child_count() == 1
    assert app.process.poll() is None


def test_closing_leaves_the_app_in_the_tray(helper, item, app, window):
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    key("ctrl+w")
    window.gone(Role.PUSH_BUTTON, "Turn On Protection")
    item.click("^Open Sotto$")
    window.get(Role.PUSH_BUTTON, "Turn On Protection")


def test_polling_ends_with_the_window(helper, item, window):
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    key("ctrl+w")
    window.gone(Role.PUSH_BUTTON, "Turn On Protection")
    pump(0.3)
    before = len(helper.all_calls)
    pump(2.5)
    assert len(helper.all_calls) == before


BANNER = "This desktop has no tray, so Sotto lives in this window. Closing it changes nothing about your protection."


def test_no_tray_opens_the_window_with_a_banner(helper):
    app = App()
    try:
        accessibility.get(Role.PUSH_BUTTON, "Turn On Protection")
        accessibility.get(Role.LABEL, BANNER)
        key("ctrl+w")
        assert app.process.wait(5) == 0
        assert helper.calls == []
    finally:
        app.stop()


def test_watcher_without_a_host_is_no_tray(helper, host):
    host.has_host = False
    app = App()
    try:
        accessibility.get(Role.LABEL, BANNER)
        host.set_host(True)
        accessibility.gone(Role.LABEL, BANNER)
    finally:
        app.stop()
