# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may start the app besides the user: the session bus, for its launcher, the launcher's actions and the address of a
resolver. There is one app all the same."""
import configparser
import os
import pathlib
import shutil
import subprocess

import accessibility
import gi
import pytest
from accessibility import Role
from conftest import APP, ID, complaints, run_app
from test_add_resolver import STAMP, text_in
from waiting import pump, wait

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

PATH = "/io/github/sottodns/Sotto"
LAUNCHER = pathlib.Path(os.environ["SOTTO_DESKTOP"]) / f"{ID}.desktop.in"
REFUSAL = "Sotto opens nothing but sdns: addresses, which describe a resolver."
BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


class Installed:
    """The app as it is installed for the session bus and the desktop; the bus starts it."""

    def __init__(self, folder):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.log = folder / "app.log"
        self.program = folder / "sotto"
        self.program.write_text(f"#!/bin/sh\necho started >>'{self.log}'\nexec '{APP}' \"$@\" >>'{self.log}' 2>&1\n", encoding="utf-8")
        self.program.chmod(0o755)
        data = pathlib.Path(os.environ["XDG_DATA_HOME"])
        self.service, self.launcher = data / f"dbus-1/services/{ID}.service", data / f"applications/{ID}.desktop"
        for path in (self.service, self.launcher):
            path.parent.mkdir(parents=True, exist_ok=True)
        text = pathlib.Path(os.environ["SOTTO_BUS_SERVICE"]).read_text(encoding="utf-8")
        self.service.write_text(text.replace("@sotto@", str(self.program)), encoding="utf-8")
        shutil.copy(LAUNCHER, self.launcher)
        # what a desktop tells the bus as it starts
        names = ("DISPLAY", "DBUS_SYSTEM_BUS_ADDRESS", "XDG_STATE_HOME", "SOTTO_SIGNIN")
        environment = {name: os.environ[name] for name in names if name in os.environ}
        self.ask_bus("UpdateActivationEnvironment", GLib.Variant("(a{ss})", (environment,)))
        self.ask_bus("ReloadConfig")

    def ask_bus(self, method, parameters=None):
        reply = self.bus.call_sync(*BUS, method, parameters, None, 0, 5000, None)
        return reply.unpack()

    def call(self, method, parameters):
        """Of org.freedesktop.Application, as a desktop calls it: the bus starts the app where it does not run."""
        self.bus.call_sync(ID, PATH, "org.freedesktop.Application", method, parameters, None, 0, 15000, None)

    def activate_action(self, name):
        self.call("ActivateAction", GLib.Variant("(sava{sv})", (name, [], {})))

    def open(self, *addresses):
        self.call("Open", GLib.Variant("(asa{sv})", (addresses, {})))

    def is_running(self):
        return self.ask_bus("NameHasOwner", GLib.Variant("(s)", (ID,)))[0]

    def starts(self):
        return self.log.read_text(encoding="utf-8").count("started\n") if self.log.exists() else 0

    def desktop(self):
        """The launcher, as a desktop reads it."""
        return Gio.DesktopAppInfo.new_from_filename(str(self.launcher))

    def remove(self):
        if self.is_running():
            self.activate_action("quit")
            wait(lambda: not self.is_running(), "the app to end")
        self.service.unlink()
        self.launcher.unlink()
        self.ask_bus("ReloadConfig")
        assert complaints(self.log.read_text(encoding="utf-8")) == []


@pytest.fixture
def installed(host, notifications, tmp_path, monkeypatch):
    (pathlib.Path(os.environ["XDG_STATE_HOME"]) / "sotto/window").unlink(missing_ok=True)  # on which page it was closed
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")  # a launcher whose program is nowhere counts for nothing
    installed = Installed(tmp_path)
    yield installed
    installed.remove()


def windows():
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Sotto$"], capture_output=True, text=True,
                          check=False).stdout.split()


def actions_of_the_launcher():
    launcher = configparser.ConfigParser(interpolation=None)
    launcher.read(LAUNCHER, encoding="utf-8")
    return [name for name in launcher["Desktop Entry"]["Actions"].split(";") if name]


def test_bus_starts_the_app_into_the_tray(installed, helper, host):
    installed.ask_bus("StartServiceByName", GLib.Variant("(su)", (ID, 0)))
    item = host.item()
    item.get("^Turn On Protection$")
    pump(0.5)
    assert windows() == [] and installed.starts() == 1


def test_launcher_opens_the_window(installed, helper):
    assert installed.desktop().launch([])
    accessibility.get(Role.PUSH_BUTTON, "Turn On Protection")
    assert installed.starts() == 1


def test_every_action_of_the_launcher_is_one_of_the_app(installed, helper):
    installed.ask_bus("StartServiceByName", GLib.Variant("(su)", (ID, 0)))
    described = installed.bus.call_sync(ID, PATH, "org.gtk.Actions", "DescribeAll", None, None, 0, 5000, None).unpack()[0]
    assert actions_of_the_launcher() == ["turn-on", "turn-off", "sign-in"]
    for name in actions_of_the_launcher():
        enabled, parameter, _state = described[name]
        assert enabled and parameter == ""


def test_turn_on_and_off_from_the_launcher(installed, helper, host):
    """The first starts the app, which has not yet found its helper when it is told to."""
    installed.desktop().launch_action("turn-on", None)
    wait(lambda: helper.calls == ["TurnOn()"], "TurnOn")
    host.item().get("^Turn Off Protection$")
    installed.desktop().launch_action("turn-off", None)
    wait(lambda: helper.calls == ["TurnOn()", "TurnOff()"], "TurnOff")
    assert windows() == [] and installed.starts() == 1


def test_sign_in_from_the_launcher(sign_in_program, installed, helper):
    helper.set(State="signin")
    installed.desktop().launch_action("sign-in", None)
    wait(lambda: sign_in_program.calls, "the sign-in window")


def test_there_is_one_app(installed, helper, host):
    """The bus, the launcher's command and its options all end up with the one that runs."""
    installed.activate_action("turn-on")
    wait(lambda: helper.calls == ["TurnOn()"], "TurnOn")
    owner = installed.ask_bus("GetNameOwner", GLib.Variant("(s)", (ID,)))
    run_app("--background")
    run_app("--turn-off")
    wait(lambda: helper.calls == ["TurnOn()", "TurnOff()"], "TurnOff")
    assert windows() == []
    run_app()
    accessibility.get(Role.PUSH_BUTTON, "Turn On Protection")
    assert installed.ask_bus("GetNameOwner", GLib.Variant("(s)", (ID,))) == owner
    assert installed.starts() == 1 and len(host.registered) == 1


def test_a_second_service_gives_way(installed, helper):
    installed.ask_bus("StartServiceByName", GLib.Variant("(su)", (ID, 0)))
    second = subprocess.run([APP, "--gapplication-service"], capture_output=True, text=True, check=False, timeout=10)
    assert second.returncode != 0 and complaints(second.stderr) == []
    assert installed.is_running()


@pytest.mark.parametrize("running", [False, True], ids=["cold", "warm"])
def test_stamp_is_shown_before_it_is_added(installed, helper, running):
    if running:
        installed.ask_bus("StartServiceByName", GLib.Variant("(su)", (ID, 0)))
    assert "x-scheme-handler/sdns" in installed.desktop().get_supported_types()
    assert installed.desktop().launch_uris([STAMP], None)
    assert text_in(accessibility.get(Role.TEXT, "Stamp or address")) == STAMP
    assert helper.calls == []  # nothing is added unasked


def test_stamp_on_the_command_line(installed, helper):
    installed.ask_bus("StartServiceByName", GLib.Variant("(su)", (ID, 0)))
    run_app(STAMP)
    assert text_in(accessibility.get(Role.TEXT, "Stamp or address")) == STAMP


@pytest.mark.parametrize("address", ["https://example.org/", "file:///etc/passwd", "sdnsx://AQ", "sdns"])
def test_nothing_else_is_opened(installed, helper, address):
    installed.open(address)
    accessibility.get(Role.LABEL, REFUSAL)
    assert accessibility.find(Role.TEXT, "Stamp or address") is None
