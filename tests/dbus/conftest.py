# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole helper on a system bus of its own, with its policy file, and with neither NetworkManager nor polkit there."""

import shutil
from pathlib import Path

import pytest
from gi.repository import Gio, GLib

from lab.helper import NAME, PATH, STATE, Helper
from lab.install import build_folder, install
from lab.networkmanager import SOCKET, SystemBus
from lab.process import Daemon, Here, wait_for
from lab.session import User

PROPERTIES = "org.freedesktop.DBus.Properties"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of every daemon's log."""
    report = (yield).get_result()
    if report.failed:
        report.sections.extend((daemon.name, daemon.log[-3000:]) for daemon in Daemon.running)


class Client:
    """A connection of its own, so that tests do not meet; what it hears of the helper's properties is in `changes`."""

    def __init__(self):
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(f"unix:path={SOCKET}", flags, None, None)
        self.changes = []
        self.bus.signal_subscribe(NAME, PROPERTIES, "PropertiesChanged", PATH, NAME, 0,
                                  lambda *arguments: self.changes.append(arguments[5].unpack()[1]))

    def call(self, method, arguments=None, interface=NAME, timeout_ms=15000):
        reply = self.bus.call_sync(NAME, PATH, interface, method, arguments, None, 0, timeout_ms, None).unpack()
        return reply[0] if reply else None

    def refused(self, method, arguments=None, interface=NAME):
        """(error, sentence) of a call that must fail; the helper's own errors by their last word."""
        with pytest.raises(GLib.Error) as caught:
            self.call(method, arguments, interface)
        name = Gio.DBusError.get_remote_error(caught.value)
        return name.removeprefix(f"{NAME}.Error."), caught.value.message.removeprefix(f"GDBus.Error:{name}: ")

    def properties(self):
        return self.call("GetAll", GLib.Variant("(s)", (NAME,)), PROPERTIES)

    def hear(self):
        """All changes up to now: the reply to one more call comes after every signal that was sent before."""
        self.properties()
        while GLib.MainContext.default().iteration(False):
            pass
        return self.changes

    def close(self):
        if not self.bus.is_closed():
            self.bus.close_sync(None)


@pytest.fixture(scope="session")
def installed():
    install(build=build_folder("asan"))


@pytest.fixture(scope="session")
def bus(installed):
    # Else the bus would start it.
    Path("/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service").unlink(missing_ok=True)
    return SystemBus(Here())


@pytest.fixture(scope="session")
def guest():
    return User(Here())


@pytest.fixture
def service(bus):
    """The helper's process, started anew with nothing remembered."""
    shutil.rmtree(STATE, ignore_errors=True)
    running = Helper(bus)
    yield running
    code = running.stop()
    assert code == 0, f"sottod ended with {code}:\n{running.daemon.log[-3000:]}"
    wait_for("the device to go", lambda: "sotto0" not in Here().output("ip", "-br", "link"), 5)


@pytest.fixture
def client(service):
    caller = Client()
    yield caller
    caller.close()
