# SPDX-License-Identifier: GPL-3.0-or-later
"""How a person sees the helper come onto the computer, being updated, and leave it again; and what the window says when
the sandbox or the host lacks something. The app runs in a sandbox as a Flatpak does (sandbox.py); the host's systemd and
its administrator are played by the test."""
import os
import signal

import accessibility
import pytest
from accessibility import Role
from conftest import APP, App, Helper, enlarge_window
from gi.repository import Gio, GLib
from sandbox import DIGEST, HELPER, PAYLOAD, SCRIPT, SYSTEMD, TRAY, Sandbox
from scripted_systemd import ScriptedSystemd
from states import STATES
from test_window import UNNAMED_ROLES, clipboard, key
from tray_host import disown, own
from waiting import pump, wait

ID = "io.github.sottodns.Sotto"
TURN_ON, AGAIN = "Turn On Protection", "Try Again"
ASKING, SETTING_UP = "Waiting for the administrator…", "Setting up…"
COMMAND = f'sudo sh "$(flatpak info --show-location {ID})/files/share/sotto/setup" install '
PORTAL = "org.freedesktop.portal.Flatpak"
PORTAL_XML = f"""<node><interface name="{PORTAL}">
  <method name="Spawn"><arg type="ay" direction="in"/><arg type="aay" direction="in"/><arg type="a{{uh}}" direction="in"/>
    <arg type="a{{ss}}" direction="in"/><arg type="u" direction="in"/><arg type="a{{sv}}" direction="in"/>
    <arg type="u" direction="out"/></method>
</interface></node>"""
NO_MANAGER = "Neither NetworkManager nor systemd-resolved is running."  # the helper's words where the host has neither
NOT_ALLOWED = ("This app is not allowed to talk to systemd, which sets up the service. Allow it, or type this into a "
               "terminal:")


@pytest.fixture
def systemd():
    systemd = ScriptedSystemd()
    systemd.start()
    yield systemd
    systemd.stop()


@pytest.fixture
def start(host, notifications, request):
    """Starts the app in a sandbox, with its window unless told otherwise."""
    def start_app(sandbox, *arguments):
        app = App(*arguments, sandbox=sandbox)
        request.addfinalizer(app.stop)
        if not arguments:
            accessibility.application()
            enlarge_window()
        return app
    return start_app


@pytest.fixture
def no_helper():
    """One that a test may start."""
    helper = Helper()
    yield helper
    helper.stop()


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


def test_administrator_says_no(first_run, systemd, notifications):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.refuse(systemd.order())
    accessibility.get(Role.LABEL, "An administrator has to allow this.")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, AGAIN))
    accessibility.get(Role.LABEL, ASKING)
    accessibility.gone(Role.LABEL, "An administrator has to allow this.")
    systemd.refuse(systemd.order(2))
    accessibility.get(Role.PUSH_BUTTON, AGAIN)
    assert notifications.sent == []


def test_setup_fails(first_run, systemd, notifications):
    sentence = "polkit on this computer reads no rules, so nobody could switch Sotto."
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    systemd.allow(systemd.order())
    systemd.finish(systemd.order(), complaint=f"unpacking\n{sentence}\n")
    accessibility.get(Role.LABEL, sentence)
    accessibility.get(Role.PUSH_BUTTON, AGAIN)
    assert accessibility.find(Role.PUSH_BUTTON, "Copy the Command") is None
    assert notifications.sent == []


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


def test_first_run_by_keyboard(first_run, systemd):
    key("Return")
    accessibility.get(Role.LABEL, ASKING)
    systemd.refuse(systemd.order())


def test_tray_before_the_setup(systemd, start, host, notifications, tmp_path):
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
    assert systemd.orders == [] and notifications.sent == []


def test_turning_on_by_the_launcher_leads_to_the_setup(systemd, start, tmp_path):
    start(Sandbox(tmp_path), "--turn-on")
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
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


def test_newer_helper_in_a_sandbox_wants_another_app(start, no_helper, host, tmp_path):
    no_helper.start(Payload="0" * 64, Version="9.0.0", Protocol=99, OldestProtocol=99)
    sandbox = Sandbox(tmp_path)
    start(sandbox)
    accessibility.get(Role.LABEL, "This app is too old")
    assert accessibility.find(Role.PUSH_BUTTON, "Restart Sotto") is None
    sandbox.update()
    accessibility.get(Role.LABEL, "Sotto was updated. Restart it.")
    accessibility.get(Role.PUSH_BUTTON, "Restart Sotto")
    assert host.item().find("^Restart Sotto$")


# --- a restart


class FlatpakPortal:
    """A stand-in for Flatpak's portal: starts the app in another sandbox, the one of the version installed now."""

    def __init__(self, sandbox=None):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.sandbox = sandbox  # None refuses
        self.calls, self.apps = [], []
        self.registration = 0

    def start(self):
        interface = Gio.DBusNodeInfo.new_for_xml(PORTAL_XML).interfaces[0]
        self.registration = self.bus.register_object("/org/freedesktop/portal/Flatpak", interface, self.on_call, None, None)
        assert own(self.bus, PORTAL)

    def stop(self):
        disown(self.bus, PORTAL)
        self.bus.unregister_object(self.registration)
        for app in self.apps:
            app.stop()

    def on_call(self, _bus, _sender, _path, _interface, _method, parameters, invocation):
        directory, command, files, environment, flags, options = parameters.unpack()
        arguments = [bytes(word).rstrip(b"\0").decode() for word in command]
        self.calls.append((bytes(directory).rstrip(b"\0").decode(), arguments, files, environment, flags, options))
        if self.sandbox is None:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", "There is no such app.")
            return
        self.apps.append(App(*arguments[1:], sandbox=self.sandbox))
        invocation.return_value(GLib.Variant("(u)", (1,)))


@pytest.fixture
def portal(tmp_path):
    portal = FlatpakPortal(Sandbox(tmp_path / "new"))
    portal.start()
    yield portal
    portal.stop()


def test_app_updated_while_it_runs(start, helper, portal, host, tmp_path):
    sandbox = Sandbox(tmp_path / "old")
    app = start(sandbox)
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    assert accessibility.find(Role.PUSH_BUTTON, "Restart") is None
    sandbox.update()
    accessibility.get(Role.LABEL, "Sotto was updated. Restart it to use the new version.")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Restart"))
    wait(lambda: app.process.poll() is not None, "the old instance to end")
    assert app.process.returncode == 0
    assert portal.calls == [("/", [APP, "--gapplication-replace"], {}, {}, 2, {})]
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    accessibility.gone(Role.PUSH_BUTTON, "Restart")
    wait(lambda: host.item().title == "Not protected", "the new instance in the tray")


def test_restart_that_fails_says_what_to_do(start, helper, portal, tmp_path):
    portal.sandbox = None
    sandbox = Sandbox(tmp_path / "old")
    app = start(sandbox)
    sandbox.update()
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Restart"))
    accessibility.get(Role.LABEL, "Sotto could not restart itself. Close it and open it again; your protection stays as it is.")
    assert app.process.poll() is None


def ask_bus(bus, method):
    return bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", method, GLib.Variant("(s)", (ID,)), None, 0, -1,
                         None).unpack()[0]


def test_restart_of_a_native_app(helper, app, item):
    """A package of the system was upgraded, and the helper is a newer one already."""
    helper.set(Version="9.0.0", Protocol=99, OldestProtocol=99)
    item.click("^Restart Sotto$")
    wait(lambda: app.process.poll() is not None, "the old instance to end")
    assert app.process.returncode == 0
    new = wait(lambda: ask_bus(item.bus, "GetConnectionUnixProcessID"), "the new instance")
    os.kill(new, signal.SIGTERM)
    wait(lambda: not ask_bus(item.bus, "NameHasOwner"), "the new instance to end")


# --- removal

QUESTION = "Remove the system component?"


def open_removal():
    """By the keyboard, as the menu is."""
    key("F10")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Remove System Component…"))
    accessibility.get(Role.LABEL, QUESTION)


def test_removal(systemd, start, no_helper, notifications, tmp_path):
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
    assert notifications.sent == [], "the user's own doing is no alarm"


def test_removal_by_mistake(systemd, start, no_helper, tmp_path):
    no_helper.start(Payload=DIGEST, State="on")
    start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    open_removal()
    key("Return")
    accessibility.gone(Role.LABEL, QUESTION)
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


# --- what is missing


def test_systemd_not_allowed(start, tmp_path):
    start(Sandbox(tmp_path, system=(HELPER,)))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    accessibility.get(Role.LABEL, NOT_ALLOWED)
    wait(lambda: any(text.startswith(COMMAND) for text in accessibility.text_of(Role.LABEL)), "the command")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Copy the Command"))
    assert clipboard().startswith(COMMAND)
    accessibility.get(Role.PUSH_BUTTON, AGAIN)


def test_no_systemd_at_all(start, tmp_path):
    start(Sandbox(tmp_path))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    accessibility.get(Role.LABEL, "systemd, which sets up the service, cannot be reached. Type this into a terminal:")


def test_helper_not_allowed(start, host, tmp_path):
    start(Sandbox(tmp_path, system=(SYSTEMD,)))
    accessibility.get(Role.LABEL, "Sotto is not allowed to talk to its service")
    accessibility.get(Role.LABEL, f"flatpak override --user --system-talk-name={HELPER} {ID}")
    assert host.item().menu().labels() == ["Sotto is not allowed to talk to its service", "Restart Sotto", "Open Sotto", "Quit"]


def test_no_system_bus(start, monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/there/is/no/bus")
    start(Sandbox(tmp_path))
    accessibility.get(Role.LABEL, "The system bus cannot be reached")
    accessibility.get(Role.PUSH_BUTTON, AGAIN)


def test_tray_not_allowed(helper, tmp_path):
    app = App(sandbox=Sandbox(tmp_path, session=()))
    try:
        accessibility.get(Role.LABEL, "This app is not allowed to use the tray, so Sotto lives in this window. Closing it "
                          "changes nothing about your protection.")
    finally:
        app.stop()


def test_no_sign_in_window_in_the_sandbox(start, helper, tmp_path):
    helper.set(State="signin")
    start(Sandbox(tmp_path))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Sign In to Wi-Fi…"))
    accessibility.get(Role.LABEL, "Sign in with your browser?")


def test_app_without_a_payload_waits_for_a_helper(start, tmp_path):
    start(Sandbox(tmp_path, brings_helper=False))
    accessibility.get(Role.LABEL, "Sotto service is not running")
    accessibility.get(Role.LABEL, "systemctl start sotto.service")


# --- for everybody


def mnemonics():
    """Of the buttons in sight, the letters that press them."""
    buttons = [node for role in (Role.PUSH_BUTTON, Role.TOGGLE_BUTTON) for node in accessibility.find_all(role)]
    keys = [node.get_key_binding(0).split(";")[0] for node in buttons if node.get_n_actions() > 0]
    return sorted(key for key in keys if key)


def assert_usable(where):
    keys = mnemonics()
    assert len(keys) == len(set(keys)), f"{where}: {keys}"
    unnamed = [role.value_nick for role in UNNAMED_ROLES for node in accessibility.find_all(role) if not node.get_name()]
    assert not unnamed, f"{where}: {unnamed}"


def test_first_run_is_usable_by_all(start, tmp_path):
    start(Sandbox(tmp_path, system=(HELPER,)))
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    assert_usable("first run")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    accessibility.get(Role.PUSH_BUTTON, "Copy the Command")
    assert_usable("no systemd")


def test_bars_are_usable_by_all(start, no_helper, tmp_path):
    """Each state with the bar of an old helper and that of a failure above it, then with that of an updated app."""
    no_helper.start(Payload="0" * 64)
    no_helper.refuse("CheckProtection", "Failed", "That was too much.")
    sandbox = Sandbox(tmp_path)
    start(sandbox)
    accessibility.get(Role.PUSH_BUTTON, "Update…")
    for state in STATES:
        no_helper.set(**state.facts)
        accessibility.get(Role.LABEL, state.line)
        accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Check Now"))
        accessibility.get(Role.PUSH_BUTTON, "Dismiss")
        assert len(mnemonics()) >= 4
        assert_usable(state.name)
    sandbox.update()
    accessibility.get(Role.PUSH_BUTTON, "Restart")
    accessibility.gone(Role.PUSH_BUTTON, "Update…")  # one thing at a time
    for state in STATES:
        no_helper.set(**state.facts)
        accessibility.get(Role.LABEL, state.line)
        assert_usable(state.name)
