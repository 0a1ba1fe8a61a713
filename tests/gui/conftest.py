# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a test: the scripted helper, the tray's host, notifications, and the app itself. They run in the
session that tests/gui/session set up."""
import os
import pathlib
import subprocess
import sys

import pytest
from gi.repository import Gio, GLib

import scripted_helper
from tray_host import NotificationServer, TrayHost
from waiting import wait

APP = os.environ["SOTTO_APP"]
HERE = pathlib.Path(__file__).resolve().parent


class Helper:
    """The scripted helper in a process of its own, so that it can die, return, and be slow."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.process = None

    def start(self):
        self.process = subprocess.Popen([sys.executable, HERE / "scripted_helper.py"])
        wait(self.has_name, "the scripted helper")

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def has_name(self):
        return self.bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner",
                                  GLib.Variant("(s)", (scripted_helper.NAME,)), None, 0, -1, None).unpack()[0]

    def script(self, method, parameters=None):
        return self.bus.call_sync(scripted_helper.NAME, scripted_helper.PATH, scripted_helper.SCRIPT, method, parameters,
                                  None, 0, 5000, None)

    def set(self, **facts):
        """Changes facts; strings and numbers are taken for what the contract says they are."""
        types = {"Until": "x", "ChangedAt": "x", "Protocol": "u"}
        self.script("Set", GLib.Variant("(a{sv})", ({name: GLib.Variant(types.get(name, "s"), value)
                                                     for name, value in facts.items()},)))

    def answer_statistics(self, **counters):
        self.script("Answer", GLib.Variant("(sv)", ("GetStatistics", scripted_helper.statistics(**counters))))

    def refuse(self, method, error, sentence):
        self.script("Refuse", GLib.Variant("(sss)", (method, error, sentence)))

    def delay(self, milliseconds):
        self.script("Delay", GLib.Variant("(u)", (milliseconds,)))

    @property
    def calls(self):
        """What the app asked for, without the reading of lists and counters."""
        reading = ("GetStatistics", "ListResolvers", "ListNetworks", "ListLeaks")
        return [call for call in self.script("Calls").unpack()[0] if not call.startswith(reading)]

    @property
    def all_calls(self):
        return self.script("Calls").unpack()[0]


class App:
    def __init__(self, *arguments):
        self.log = pathlib.Path(os.environ["XDG_RUNTIME_DIR"]) / "app.log"
        self.output = self.log.open("w", encoding="utf-8")
        self.process = subprocess.Popen([APP, *arguments], stdout=self.output, stderr=subprocess.STDOUT)

    def text(self):
        return self.log.read_text(encoding="utf-8")

    def stop(self):
        """Ends the app as the end of a session does, and sees that it ends well: no warning, no sanitizer's report."""
        self.process.terminate()
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.output.close()
        text = self.text()
        assert code == 0, f"the app ended with {code}\n{text}"
        assert "CRITICAL" not in text and "WARNING" not in text, text


@pytest.fixture
def helper():
    helper = Helper()
    helper.start()
    yield helper
    helper.stop()


@pytest.fixture
def host():
    host = TrayHost()
    host.start()
    yield host
    host.stop()


@pytest.fixture
def notifications():
    server = NotificationServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def app(host, notifications):
    """The app in the tray, without a window. What it prints must be free of GLib's warnings."""
    state = pathlib.Path(os.environ["XDG_STATE_HOME"]) / "sotto" / "networks"
    state.unlink(missing_ok=True)
    app = App("--background")
    yield app
    app.stop()


@pytest.fixture
def item(app, host):
    return host.item()


def run_app(*arguments):
    """Starts the app again, as a click on its launcher does; the running instance takes over."""
    subprocess.run([APP, *arguments], check=True, timeout=10)


def enlarge_window():
    """What has to be scrolled to is not "showing" to assistive technology: makes the window tall."""
    found = wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Sotto$"], capture_output=True,
                                        text=True, check=False).stdout.split(), "the window on the screen")
    subprocess.run(["xdotool", "windowsize", found[-1], "700", "1200"], check=True)


@pytest.fixture
def window(item):
    import accessibility
    run_app()
    accessibility.application()
    enlarge_window()
    return accessibility
