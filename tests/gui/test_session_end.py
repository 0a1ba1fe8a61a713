# SPDX-License-Identifier: GPL-3.0-or-later
"""The session ends: the session manager says so, or bus or display are gone. The app ends with it, at once and without a
word; what the helper does is nobody's business then."""
import os
import signal
import subprocess
import time

import gi
import pytest
from conftest import APP, ID, App
from tray_host import own
from waiting import pump, wait

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

AT_ONCE_S = 2
MANAGER, MANAGER_PATH = "org.gnome.SessionManager", "/org/gnome/SessionManager"
CLIENT, CLIENT_PATH = "org.gnome.SessionManager.ClientPrivate", "/org/gnome/SessionManager/Client7"
MANAGER_XML = f"""<node><interface name="{MANAGER}">
  <method name="RegisterClient"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  <method name="UnregisterClient"><arg type="o" direction="in"/></method>
</interface></node>"""
CLIENT_XML = f"""<node><interface name="{CLIENT}">
  <method name="EndSessionResponse"><arg type="b" direction="in"/><arg type="s" direction="in"/></method>
  <signal name="QueryEndSession"><arg type="u"/></signal>
  <signal name="EndSession"><arg type="u"/></signal>
  <signal name="CancelEndSession"/>
  <signal name="Stop"/>
</interface></node>"""


class SessionManager:
    """A stand-in for a desktop's session manager, with the one client that is of interest."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.clients, self.responses = [], []
        self.registrations = [self.bus.register_object(path, Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0], self.on_call, None, None)
                              for path, xml in ((MANAGER_PATH, MANAGER_XML), (CLIENT_PATH, CLIENT_XML))]
        assert own(self.bus, MANAGER)

    def stop(self):
        self.bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ReleaseName", GLib.Variant("(s)", (MANAGER,)),
                           None, 0, -1, None)
        for registration in self.registrations:
            self.bus.unregister_object(registration)

    def on_call(self, _bus, sender, _path, _interface, method, parameters, invocation):
        reply = None
        if method == "RegisterClient":
            if parameters.unpack()[0] == ID:  # accessibility registers, too
                self.clients.append(sender)
            reply = GLib.Variant("(o)", (CLIENT_PATH,))
        elif method == "EndSessionResponse":
            self.responses.append(parameters.unpack()[0])
        invocation.return_value(reply)

    def say(self, signal_name, parameters=None):
        self.bus.emit_signal(self.clients[-1], CLIENT_PATH, CLIENT, signal_name, parameters)


@pytest.fixture
def manager():
    manager = SessionManager()
    yield manager
    manager.stop()


def ended(process):
    """How long it took to end; pumps what the app may wait for."""
    began = time.monotonic()
    wait(lambda: process.poll() is not None, "the app to end", 10)
    return time.monotonic() - began


def assert_ended_quietly(process, text, helper):
    assert ended(process) < AT_ONCE_S
    assert process.returncode == 0
    assert text() == "", text()
    assert helper.calls == []


@pytest.fixture(params=["tray", "window"])
def running(request, helper, host, notifications, manager):
    """The app beside a session manager: in the tray alone, and with its window."""
    app = App(*(["--background"] if request.param == "tray" else []))
    host.item().get("^Turn On Protection$")
    pump(0.3)
    yield app
    app.stop()


def test_session_manager_ends_the_session(running, manager, helper):
    assert len(manager.clients) == 1
    manager.say("QueryEndSession", GLib.Variant("(u)", (0,)))
    wait(lambda: manager.responses == [True], "the app's consent")
    assert running.process.poll() is None
    manager.say("EndSession", GLib.Variant("(u)", (0,)))
    assert_ended_quietly(running.process, running.text, helper)


def test_session_goes_on_after_all(running, manager):
    manager.say("QueryEndSession", GLib.Variant("(u)", (0,)))
    wait(lambda: manager.responses == [True], "the app's consent")
    manager.say("CancelEndSession")
    pump(0.5)
    assert running.process.poll() is None


def test_session_manager_stops_the_app(running, manager, helper):
    manager.say("Stop")
    assert_ended_quietly(running.process, running.text, helper)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_signal(running, helper, number):
    running.process.send_signal(number)
    assert_ended_quietly(running.process, running.text, helper)


class OwnSession:
    """A display and a bus that a test may kill, with the app; the helper's bus is everybody's."""

    def __init__(self, helper, folder):
        self.display, number = self.start("Xvfb", "-displayfd", "{}", "-screen", "0", "800x600x24", "-nolisten", "tcp",
                                          "-noreset")
        self.bus, address = self.start("dbus-daemon", "--session", "--nofork", "--print-address={}")
        self.log = folder / "app.log"
        with self.log.open("w", encoding="utf-8") as output:
            environment = dict(os.environ, DISPLAY=f":{number}", DBUS_SESSION_BUS_ADDRESS=address, NO_AT_BRIDGE="1")
            self.app = subprocess.Popen([APP], stdout=output, stderr=output, env=environment)
        wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Sotto$"], capture_output=True, check=False,
                                    env=environment).stdout, "the window", 15)
        wait(lambda: any(call.startswith("ListResolvers") for call in helper.all_calls), "the app to have found its helper")
        pump(0.5)

    @staticmethod
    def start(*command):
        """(the process, what it says of its address)"""
        reader, writer = os.pipe()
        process = subprocess.Popen([word.format(writer) for word in command], pass_fds=[writer], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader, encoding="ascii") as pipe:
            return process, pipe.readline().strip()

    def text(self):
        return self.log.read_text(encoding="utf-8")

    def stop(self):
        for process in (self.app, self.bus, self.display):
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def own_session(helper, tmp_path):
    session = OwnSession(helper, tmp_path)
    yield session
    session.stop()


@pytest.mark.parametrize("victim", ["display", "bus"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_session_is_gone(own_session, helper, victim, number):
    getattr(own_session, victim).send_signal(number)
    assert_ended_quietly(own_session.app, own_session.text, helper)


def test_all_is_gone_at_once(own_session, helper):
    for process in (own_session.display, own_session.bus):
        process.kill()
    assert_ended_quietly(own_session.app, own_session.text, helper)
