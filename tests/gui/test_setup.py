# SPDX-License-Identifier: GPL-3.0-or-later
"""How a person sees the helper come onto the computer, being updated, and leave it again. The app runs in a sandbox as a
Flatpak does (sandbox.py); the host's systemd and its administrator are played by the test."""
import accessibility
import pytest
from accessibility import Role
from gi.repository import Gio, GLib
from sandbox import DIGEST, HELPER, ID, PAYLOAD, SCRIPT, SYSTEMD, Sandbox
from test_window import key
from waiting import pump, wait

TURN_ON, AGAIN = "Turn On Protection", "Try Again"
NEW_NETWORKS = "Protect new networks by itself"
ASKING, SETTING_UP = "Waiting for the administrator…", "Setting up…"
COMMAND = f'sudo sh "$(flatpak info --show-location {ID})/files/share/sotto/setup" install '
NOT_ALLOWED = ("This app is not allowed to talk to systemd, which sets up the service. Allow it, or type this into a "
               "terminal:")
NO_MANAGER = "Neither NetworkManager nor systemd-resolved is running."  # the helper's words where the host has neither


@pytest.fixture
def first_run(start, systemd, tmp_path):
    """The app at its first run, with the button in sight."""
    app = start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    return app


def installed(systemd, helper, order, note=""):
    """The installer does its work: from now on there is a helper."""
    helper.start(Payload=DIGEST)
    systemd.finish(order, note)


# --- the first run


def test_first_run_is_one_page(first_run):
    accessibility.get_row("What Sotto does", "It encrypts what every program on this computer looks up, so that nobody on the "
                          "network can read or change it.")
    accessibility.get_row("What it sets up", "A small system service; an administrator's password is asked once.")
    accessibility.get_row("What it does not do", "The network can still see which servers you connect to, and their names "
                          "where a site does not hide them. This is not a VPN.")
    accessibility.gone(Role.RADIO_BUTTON, "Resolvers")
    accessibility.gone(Role.PUSH_BUTTON, "Check Now")


def test_one_click_sets_up_and_turns_on(first_run, systemd, no_helper):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    accessibility.get(Role.LABEL, ASKING)
    assert not accessibility.is_sensitive(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.allow(systemd.order())
    accessibility.get(Role.LABEL, SETTING_UP)
    accessibility.gone(Role.LABEL, ASKING)
    installed(systemd, no_helper, systemd.order())
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    accessibility.get(Role.RADIO_BUTTON, "Resolvers")
    assert no_helper.calls == ["TurnOn()"]


def test_what_systemd_is_told(first_run, systemd):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    order = systemd.order()
    assert (order.unit, order.mode, order.interactive) == ("sotto-setup.service", "fail", True)
    assert order.command[:6] == ["/bin/sh", "-c", SCRIPT, "sotto-setup", DIGEST, "install"]
    assert order.read_input() == PAYLOAD
    systemd.refuse(order)


def test_turning_on_is_still_the_first_run(first_run, systemd, no_helper):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.allow(systemd.order())
    no_helper.start(Payload=DIGEST)
    no_helper.delay(2500)
    systemd.finish(systemd.order())
    accessibility.get(Role.LABEL, "Turning on…")
    assert accessibility.find(Role.RADIO_BUTTON, "Resolvers") is None
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")


def set_up_without_protecting_new_networks(systemd, helper):
    accessibility.press(accessibility.get(Role.CHECK_BOX, NEW_NETWORKS))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.allow(systemd.order())


def test_new_networks_are_protected_unless_told(first_run):
    assert accessibility.is_checked(accessibility.get(Role.CHECK_BOX, NEW_NETWORKS))


def test_new_networks_are_asked_about_from_the_first_run_on(first_run, systemd, no_helper):
    """Before it turns on, since the network at hand is a new one, too."""
    set_up_without_protecting_new_networks(systemd, no_helper)
    installed(systemd, no_helper, systemd.order())
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    assert no_helper.calls == ["SetUnknownNetworks(ask)", "TurnOn()"]


def test_administrator_is_waited_for_again(first_run, systemd, no_helper):
    set_up_without_protecting_new_networks(systemd, no_helper)
    no_helper.start(Payload=DIGEST)
    no_helper.delay(1500)
    systemd.finish(systemd.order())
    accessibility.get(Role.LABEL, ASKING)
    accessibility.get(Role.LABEL, "Turning on…")
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")


def test_refusal_for_new_networks_is_said_and_no_more(first_run, systemd, no_helper):
    set_up_without_protecting_new_networks(systemd, no_helper)
    no_helper.start(Payload=DIGEST)
    no_helper.refuse("SetUnknownNetworks", "NotAuthorized", "An administrator's password is needed for this.")
    systemd.finish(systemd.order())
    accessibility.get(Role.LABEL, "New networks are protected without asking you. An administrator's password is needed for "
                      "this.")
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    assert no_helper.calls == ["SetUnknownNetworks(ask)", "TurnOn()"]


def test_trying_again_asks_the_administrator_once(first_run, systemd):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.refuse(systemd.order())
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, AGAIN))
    systemd.refuse(systemd.order(2))
    accessibility.get(Role.PUSH_BUTTON, AGAIN)
    pump(0.5)
    assert len(systemd.orders) == 2


def test_administrator_says_no(first_run, systemd, alarms):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.refuse(systemd.order())
    accessibility.get(Role.LABEL, "An administrator has to allow this.")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, AGAIN))
    accessibility.get(Role.LABEL, ASKING)
    accessibility.gone(Role.LABEL, "An administrator has to allow this.")
    systemd.refuse(systemd.order(2))
    accessibility.get(Role.PUSH_BUTTON, AGAIN)
    assert alarms.sent == []


def test_setup_fails(first_run, systemd, alarms):
    sentence = "polkit on this computer reads no rules, so nobody could switch Sotto."
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.allow(systemd.order())
    systemd.finish(systemd.order(), complaint=f"unpacking\n{sentence}\n")
    accessibility.get(Role.LABEL, sentence)
    accessibility.get(Role.PUSH_BUTTON, AGAIN)
    assert accessibility.find(Role.PUSH_BUTTON, "Copy the Command") is None
    assert alarms.sent == []


def test_another_setup_is_under_way(first_run, systemd):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.refuse(systemd.order(), f"{SYSTEMD}.UnitExists", "Unit sotto-setup.service was already loaded")
    accessibility.get(Role.LABEL, "The Sotto service is being installed or removed already; try again in a moment.")


def test_turning_on_fails_after_the_setup(first_run, systemd, no_helper):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.allow(systemd.order())
    no_helper.start(Payload=DIGEST)
    no_helper.refuse("TurnOn", "Failed", NO_MANAGER)
    systemd.finish(systemd.order())
    accessibility.get(Role.LABEL, NO_MANAGER)
    accessibility.get(Role.RADIO_BUTTON, "Resolvers")
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    assert no_helper.calls == ["TurnOn()"]


def test_window_closed_while_the_administrator_is_asked(first_run, systemd, host):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    order = systemd.order()
    accessibility.get(Role.LABEL, ASKING)
    key("ctrl+w")
    accessibility.gone(Role.LABEL, ASKING)
    wait(lambda: host.item().title == ASKING, "the tray to say what is waited for")
    host.item().click("^Open Sotto$")
    accessibility.get(Role.LABEL, ASKING)
    systemd.refuse(order)


@pytest.mark.parametrize("complaint", ["", "There is no room left on the disk."], ids=["refused", "failed"])
def test_setup_ends_badly_while_no_window_is_open(first_run, systemd, alarms, host, complaint):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    order = systemd.order()
    key("ctrl+w")
    accessibility.gone(Role.LABEL, ASKING)
    if complaint:
        systemd.allow(order)
        systemd.finish(order, complaint=complaint)
    else:
        systemd.refuse(order)
    wait(lambda: host.item().title == "Not set up yet", "the end of it")
    pump(0.5)
    assert [alarm["body"] for alarm in alarms.sent] == ([complaint] if complaint else []), "an administrator's no ends it quietly"


def test_first_run_by_keyboard(first_run, systemd):
    key("Return")
    accessibility.get(Role.LABEL, ASKING)
    systemd.refuse(systemd.order())
    accessibility.get(Role.PUSH_BUTTON, AGAIN)
    key("Return")
    systemd.refuse(systemd.order(2))


def test_tray_before_the_setup(systemd, start, host, alarms, tmp_path):
    start(Sandbox(tmp_path), "--background")
    item = host.item()
    wait(lambda: item.title == "Not set up yet", "the title")
    assert item.icon == f"{ID}-off-symbolic"
    assert item.menu().labels() == ["Not set up yet", "Set Up Protection…", "Open Sotto", "Quit"]
    keys = [entry.mnemonic for entry in item.menu().children if entry.visible and entry.mnemonic]
    assert len(keys) == len(set(keys)) == 3
    item.click("^Set Up Protection…$")
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    pump(0.5)
    assert systemd.orders == [] and alarms.sent == []


def test_turning_on_by_the_launcher_leads_to_the_setup(systemd, start, tmp_path):
    start(Sandbox(tmp_path), "--turn-on")
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    pump(0.5)
    assert systemd.orders == []


def test_native_helper_is_used_as_it_is(systemd, start, helper, tmp_path):
    start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    accessibility.get(Role.RADIO_BUTTON, "Resolvers")
    assert accessibility.find(Role.PUSH_BUTTON, "Update…") is None


# --- updates

OLDER = "The system service is older than this app."


def test_update_is_offered_and_done(systemd, start, no_helper, tmp_path):
    no_helper.start(Payload="0" * 64, State="on")
    start(Sandbox(tmp_path))
    accessibility.get(Role.LABEL, OLDER)
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Update…"))
    accessibility.get(Role.LABEL, ASKING)
    systemd.allow(systemd.order())
    accessibility.get(Role.LABEL, "Updating the system service…")
    no_helper.stop()
    no_helper.start(Payload=DIGEST, State="on")
    systemd.finish(systemd.order())
    accessibility.gone(Role.PUSH_BUTTON, "Update…")
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    assert no_helper.calls == [], "an update leaves protection as it is"


def test_update_is_refused(systemd, start, no_helper, tmp_path):
    no_helper.start(Payload="0" * 64, State="on")
    start(Sandbox(tmp_path))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Update…"))
    systemd.allow(systemd.order())
    systemd.finish(systemd.order(), complaint="There is no room left on the disk.")
    accessibility.get(Role.LABEL, "There is no room left on the disk.")
    assert accessibility.is_sensitive(accessibility.get(Role.PUSH_BUTTON, "Update…"))


def test_update_without_systemd_gives_the_command(start, no_helper, tmp_path):
    no_helper.start(Payload="0" * 64, State="on")
    start(Sandbox(tmp_path, system=(HELPER,)))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Update…"))
    wait(lambda: any(text.startswith(f"{NOT_ALLOWED} {COMMAND}") for text in accessibility.text_of(Role.LABEL)), "the command")


def test_helper_that_follows_is_told_in_small(systemd, start, no_helper, tmp_path):
    no_helper.start(Payload="0" * 64, State="on")
    start(Sandbox(tmp_path, system_wide=True))
    accessibility.get(Role.LABEL, "The system service is older than this app and updates itself.")
    assert accessibility.find(Role.PUSH_BUTTON, "Update…") is None


def test_nobody_is_asked_for_what_is_there(systemd, start, no_helper, tmp_path):
    no_helper.start(Payload=DIGEST)
    start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(ID, "/io/github/sottodns/Sotto", "org.gtk.Actions", "Activate",
                                                    GLib.Variant("(sava{sv})", ("install", [], {})), None, 0, -1, None)
    pump(0.5)
    assert systemd.orders == []


# --- removal

QUESTION = "Remove the system component?"


def open_removal():
    """By the keyboard, as the menu is."""
    key("F10")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Remove System Component…"))
    accessibility.get(Role.LABEL, QUESTION)


def test_removal(systemd, start, no_helper, alarms, tmp_path):
    no_helper.start(Payload=DIGEST, State="on")
    start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    open_removal()
    accessibility.get(Role.LABEL, "This network's own DNS is put back, and your lookups are no longer protected. Settings that "
                      "somebody wrote by hand stay. An administrator has to allow it.")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Remove"))
    order = systemd.order()
    assert order.command == ["/usr/local/lib/io.github.sottodns.Sotto/current/bin/sotto-setup", "remove"]
    systemd.allow(order)
    no_helper.stop()
    accessibility.get(Role.LABEL, "Removing the system service…")
    systemd.finish(order, note="/etc/sotto/sotto.conf stays, because somebody wrote it.")
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    accessibility.get_row("What it sets up", "A small system service; an administrator's password is asked once.")
    accessibility.get(Role.LABEL, "/etc/sotto/sotto.conf stays, because somebody wrote it.")
    pump(5.5)
    assert alarms.sent == [], "the user's own doing is no alarm"


def test_removal_by_mistake(systemd, start, no_helper, tmp_path):
    no_helper.start(Payload=DIGEST, State="on")
    start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    open_removal()
    key("Return")
    accessibility.gone(Role.LABEL, QUESTION)
    pump(0.5)
    assert systemd.orders == []


def test_removal_is_refused(systemd, start, no_helper, tmp_path):
    no_helper.start(Payload=DIGEST, State="on")
    start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    open_removal()
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Remove"))
    systemd.refuse(systemd.order())
    accessibility.get(Role.LABEL, "An administrator has to allow this.")
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")


def test_native_helper_cannot_be_removed(systemd, start, helper, tmp_path):
    start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    key("F10")
    accessibility.get(Role.PUSH_BUTTON, "Quit")
    assert accessibility.find(Role.PUSH_BUTTON, "Remove System Component…") is None
