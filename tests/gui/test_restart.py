# SPDX-License-Identifier: GPL-3.0-or-later
"""The app restarts into what is installed now: a running Flatpak by the portal, a native one by its path. What the portal
starts is a real instance, in another sandbox."""
import os
import signal

import accessibility
import pytest
from accessibility import Role
from conftest import APP, App
from gi.repository import Gio, GLib
from sandbox import ID, Sandbox
from tray_host import disown, own
from waiting import wait

TURN_ON = "Turn On Protection"
PORTAL = "org.freedesktop.portal.Flatpak"
PORTAL_XML = f"""<node><interface name="{PORTAL}">
  <method name="Spawn"><arg type="ay" direction="in"/><arg type="aay" direction="in"/><arg type="a{{uh}}" direction="in"/>
    <arg type="a{{ss}}" direction="in"/><arg type="u" direction="in"/><arg type="a{{sv}}" direction="in"/>
    <arg type="u" direction="out"/></method>
</interface></node>"""


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
