# SPDX-License-Identifier: GPL-3.0-or-later
"""The page Settings: what starts at login, natively and by the portal of a sandbox, and which notifications there are."""
import os
import pathlib

import accessibility
import gi
import pytest
from accessibility import Role
from conftest import App
from sandbox import Sandbox
from scripted_portal import FAILED, GRANTED, REFUSED, BackgroundPortal
from test_window import PAGES, key
from waiting import pump, wait

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

ID = "io.github.sottodns.Sotto"
LOGIN, NOTIFICATIONS, COLOUR = "Start at login", "Notifications", "Colour icon"
UNKNOWN = "Protect new networks by itself"
CONFIG = pathlib.Path(os.environ["XDG_CONFIG_HOME"])
LAUNCHER = CONFIG / "autostart" / "io.github.sottodns.Sotto.desktop"
FILE = CONFIG / "sotto" / "app.conf"
REFUSAL = "Your desktop did not allow it. Its settings for apps may."


@pytest.fixture(autouse=True)
def clean():
    """No setting of another test; to be asked for before the app."""
    for path in (LAUNCHER, FILE):
        path.unlink(missing_ok=True)
    yield
    for path in (LAUNCHER, FILE):
        path.unlink(missing_ok=True)


def open_settings():
    accessibility.press(accessibility.get(Role.RADIO_BUTTON, "Settings"))
    accessibility.get(Role.TOGGLE_BUTTON, LOGIN)


def switch(name):
    return accessibility.get(Role.TOGGLE_BUTTON, name)


def is_on(name):
    return accessibility.is_checked(switch(name))


def wait_for(name, on):
    wait(lambda: is_on(name) == on, f"{name} to be {'on' if on else 'off'}")


def wait_for_kept(line):
    wait(lambda: FILE.exists() and line in FILE.read_text(encoding="utf-8").splitlines(), f"{line} in the file")


@pytest.fixture
def page(clean, helper, window):
    open_settings()
    return window


# --- starting at login


def test_start_at_login(page):
    assert not is_on(LOGIN)
    page.press(switch(LOGIN))
    wait(LAUNCHER.exists, "the launcher")
    assert "Exec=sotto --background" in LAUNCHER.read_text(encoding="utf-8").splitlines()
    wait_for(LOGIN, True)
    page.press(switch(LOGIN))
    wait(lambda: not LAUNCHER.exists(), "the launcher to go")
    wait_for(LOGIN, False)


def test_what_the_desktop_switched_off_is_off(page):
    page.press(switch(LOGIN))
    wait(LAUNCHER.exists, "the launcher")
    LAUNCHER.write_text(LAUNCHER.read_text(encoding="utf-8") + "Hidden=true\n", encoding="utf-8")
    page.press(page.get(Role.RADIO_BUTTON, "Status"))
    page.get(Role.PUSH_BUTTON, "Turn On Protection")
    open_settings()
    wait_for(LOGIN, False)


def test_what_cannot_be_written_is_said(page):
    folder = LAUNCHER.parent
    kept = folder.with_name("autostart-kept")
    if folder.exists():
        folder.rename(kept)
    folder.touch()
    try:
        page.press(switch(LOGIN))
        wait(lambda: any(name.startswith("The setting could not be kept: ") for name in page.text_of(Role.LABEL)), "why")
        assert not is_on(LOGIN)
    finally:
        folder.unlink()
        if kept.exists():
            kept.rename(folder)


# --- by the portal


@pytest.fixture
def portal(alarms):
    portal = BackgroundPortal()
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def sandboxed(portal, helper, start, tmp_path):
    start(Sandbox(tmp_path))
    open_settings()
    return portal


def test_portal_grants(sandboxed):
    accessibility.press(switch(LOGIN))
    wait_for_kept("StartAtLogin=true")
    wait_for(LOGIN, True)
    assert sandboxed.asked[0]["autostart"] is True
    assert sandboxed.asked[0]["commandline"] == ["sotto", "--background"]
    assert not LAUNCHER.exists(), "the portal's to write"
    accessibility.press(switch(LOGIN))
    wait_for(LOGIN, False)
    assert sandboxed.asked[1]["autostart"] is False


@pytest.mark.parametrize("response, autostart, sentence", [
    (REFUSED, None, REFUSAL), (GRANTED, False, REFUSAL),
    (FAILED, None, "Your desktop could not do it, and does not say why.")])
def test_portal_refuses(sandboxed, response, autostart, sentence):
    sandboxed.response, sandboxed.autostart = response, autostart
    accessibility.press(switch(LOGIN))
    accessibility.get(Role.LABEL, sentence)
    wait_for(LOGIN, False)
    assert not FILE.exists()


def test_portal_takes_its_time(sandboxed):
    sandboxed.response = None
    accessibility.press(switch(LOGIN))
    accessibility.get_row(LOGIN, "Waiting for your desktop's answer…")
    assert not accessibility.is_sensitive(switch(LOGIN))
    sandboxed.response = GRANTED
    sandboxed.answer()
    wait(lambda: accessibility.is_sensitive(switch(LOGIN)), "the answer")
    assert is_on(LOGIN)


def test_portal_that_stops(sandboxed, alarms):
    sandboxed.response = None
    accessibility.press(switch(LOGIN))
    accessibility.get_row(LOGIN, "Waiting for your desktop's answer…")
    alarms.stop()
    accessibility.get(Role.LABEL, "Your desktop's service for apps stopped before it answered.")
    wait_for(LOGIN, False)
    alarms.start()


def test_portal_with_a_path_of_its_own(sandboxed):
    """As portals before 0.9 had."""
    sandboxed.path = "/org/freedesktop/portal/desktop/request/t1"
    accessibility.press(switch(LOGIN))
    wait_for_kept("StartAtLogin=true")


def test_no_portal(alarms, helper, start, tmp_path):
    start(Sandbox(tmp_path))
    open_settings()
    accessibility.press(switch(LOGIN))
    accessibility.get(Role.LABEL, "This desktop has no way for a sandboxed app to start at login.")
    wait_for(LOGIN, False)


def test_question_that_stands_ends_with_the_app(sandboxed):
    """The fixture sees that the app ends well."""
    sandboxed.response = None
    accessibility.press(switch(LOGIN))
    accessibility.get_row(LOGIN, "Waiting for your desktop's answer…")


# --- at the first run


@pytest.fixture
def first_run(portal, systemd, start, tmp_path):
    start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, "Turn On Protection")
    return portal


def test_first_run_starts_at_login(first_run, systemd):
    assert accessibility.is_checked(accessibility.get(Role.CHECK_BOX, "Start Sotto when I log in"))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Turn On Protection"))
    wait(lambda: [asked["autostart"] for asked in first_run.asked] == [True], "the question")
    systemd.refuse(systemd.order())


def test_first_run_without(first_run, systemd):
    accessibility.press(accessibility.get(Role.CHECK_BOX, "Start Sotto when I log in"))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Turn On Protection"))
    systemd.refuse(systemd.order())
    pump(0.5)
    assert first_run.asked == []


# --- notifications


def test_notifications_off(page, helper, notifications):
    assert is_on(NOTIFICATIONS)
    page.press(switch(NOTIFICATIONS))
    wait_for_kept("Notifications=false")
    helper.set(State="on", ResolverInUse="Quad9")
    helper.set(State="signin")
    pump(1)
    assert notifications.sent == []


def test_that_protection_stopped_is_always_told(page, helper, notifications):
    page.press(switch(NOTIFICATIONS))
    wait_for(NOTIFICATIONS, False)
    helper.set(State="on", ResolverInUse="Quad9")
    pump(0.3)
    helper.set(State="error", ReasonCode="not-pointed", Reason="The system does not ask Sotto.")
    wait(lambda: [sent["title"] for sent in notifications.sent] == ["Protection stopped"], "the notification")


def test_choice_outlives_the_app(clean, helper, host, notifications):
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text("[App]\nNotifications=false\n", encoding="utf-8")
    app = App()
    try:
        open_settings()
        assert not is_on(NOTIFICATIONS)
    finally:
        app.stop()


def test_damaged_file(clean, helper, host, notifications):
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text("nonsense\n", encoding="utf-8")
    app = App()
    try:
        open_settings()
        accessibility.get(Role.LABEL, f"{FILE} cannot be read, so the settings are as they were at first.")
        assert is_on(NOTIFICATIONS)
        accessibility.press(switch(NOTIFICATIONS))
        wait(lambda: not any("cannot be read" in name for name in accessibility.text_of(Role.LABEL)), "the sentence to go")
        assert "Notifications=false" in FILE.read_text(encoding="utf-8")
    finally:
        app.stop()


# --- the icon


def test_colour_icon(page, helper, host):
    item = host.item()
    helper.set(State="on")
    wait(lambda: item.icon == f"{ID}-on-symbolic", "the icon")
    page.press(switch(COLOUR))
    wait(lambda: item.icon == f"{ID}-on", "the coloured icon")
    wait_for_kept("ColourIcon=true")
    helper.set(State="blocked")
    wait(lambda: item.icon == f"{ID}-warning", "the coloured icon of another state")
    page.press(switch(COLOUR))
    wait(lambda: item.icon == f"{ID}-warning-symbolic", "the panel's colour")


# --- where a network blocks


def test_stays_blocked_unless_told(page):
    assert page.get(Role.RADIO_BUTTON, "Stay blocked").get_state_set().contains(Atspi.StateType.CHECKED)
    page.press(page.get(Role.RADIO_BUTTON, "Ask me"))
    wait_for_kept("AskWhenBlocked=true")
    page.press(page.get(Role.RADIO_BUTTON, "Stay blocked"))
    wait_for_kept("AskWhenBlocked=false")


# --- new networks


def test_protects_new_networks_by_itself(page, helper):
    wait_for(UNKNOWN, True)
    page.press(switch(UNKNOWN))
    wait(lambda: helper.calls == ["SetUnknownNetworks(ask)"], "the call")
    wait_for(UNKNOWN, False)
    page.press(switch(UNKNOWN))
    wait_for(UNKNOWN, True)
    assert helper.calls[1:] == ["SetUnknownNetworks(protect)"]


def test_choice_of_somebody_else_is_shown(page, helper):
    wait_for(UNKNOWN, True)
    helper.set(UnknownNetworks="ask")
    wait_for(UNKNOWN, False)
    pump(0.2)
    assert helper.calls == []


def test_administrator_is_waited_for(page, helper):
    wait_for(UNKNOWN, True)
    helper.delay(1500)
    page.press(switch(UNKNOWN))
    page.get_row(UNKNOWN, "Waiting for the administrator…")
    assert not accessibility.is_sensitive(switch(UNKNOWN))
    wait(lambda: accessibility.is_sensitive(switch(UNKNOWN)), "the answer")
    assert not is_on(UNKNOWN)


def test_administrator_refuses(page, helper, notifications):
    wait_for(UNKNOWN, True)
    helper.refuse("SetUnknownNetworks", "NotAuthorized", "An administrator's password is needed for this.")
    page.press(switch(UNKNOWN))
    page.get_row(UNKNOWN, "An administrator's password is needed for this.")
    assert is_on(UNKNOWN)
    assert notifications.sent == []


def test_older_service(page, helper):
    helper.set(UnknownNetworks="")
    page.get_row(UNKNOWN, "The Sotto service is too old to change this.")
    assert not accessibility.is_sensitive(switch(UNKNOWN))


def test_no_service(page, helper):
    helper.stop()
    page.get_row(UNKNOWN, "The Sotto service decides this, and it is not running.")
    assert not accessibility.is_sensitive(switch(UNKNOWN))


def test_window_closed_while_the_administrator_is_asked(page, helper):
    """The fixture sees that the app ends well."""
    helper.delay(1500)
    page.press(switch(UNKNOWN))
    page.get_row(UNKNOWN, "Waiting for the administrator…")
    key("ctrl+w")
    accessibility.gone(Role.TOGGLE_BUTTON, UNKNOWN)
    wait(lambda: helper.calls == ["SetUnknownNetworks(ask)"], "the call")
    pump(1.7)


# --- everybody


def test_by_keyboard(page):
    key("ctrl+6")
    for _ in range(20):
        if switch(NOTIFICATIONS).get_state_set().contains(Atspi.StateType.FOCUSED):
            break
        key("Tab")
        pump(0.1)
    key("space")
    wait_for(NOTIFICATIONS, False)


@pytest.fixture
def right_to_left(monkeypatch):
    monkeypatch.setenv("GTK_MODULES", os.environ["SOTTO_RIGHT_TO_LEFT"])


def test_right_to_left(right_to_left, page):
    place = switch(LOGIN).get_extents(Atspi.CoordType.SCREEN)
    row = page.find(Role.LIST_ITEM, LOGIN).get_extents(Atspi.CoordType.SCREEN)
    assert place.x + place.width / 2 < row.x + row.width / 2


@pytest.fixture
def scaled(monkeypatch):
    monkeypatch.setenv("GDK_SCALE", "2")


def test_twice_as_large(scaled, page):
    page.press(switch(NOTIFICATIONS))
    wait_for(NOTIFICATIONS, False)


def test_pages(page):
    assert [name for name in page.text_of(Role.RADIO_BUTTON) if name in PAGES] == PAGES
