# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a test: the scripted helper, the tray's host, notifications, and the app itself. They run in the
session that tests/gui/session set up."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest
from gi.repository import Gio, GLib

import scripted_helper
from scripted_systemd import ScriptedSystemd
from tray_host import NotificationPortal, NotificationServer, TrayHost
from waiting import wait

ID = "io.github.sottodns.Sotto"
APP = os.environ["SOTTO_APP"]
os.environ["SOTTO_SIGNIN"] = "/there/is/no/sign-in-program"  # unless a test brings one
# On a busy machine the tray's library says this CRITICAL; see app/tray/indicator.c, which makes up for it.
LIBRARY_RACE = r"CRITICAL \*\*: [0-9:.]+: g_dbus_proxy_new: assertion 'G_IS_DBUS_CONNECTION \(connection\)' failed"
# Of the web engine's processes, below a sign-in window that the app started: no bus for accessibility, for instance.
ENGINE_TROUBLES = r"^\(WebKit\w+:\d+\): .*$"
HERE = pathlib.Path(__file__).resolve().parent


def complaints(text):
    """The lines of what a program printed that tell of a fault in it."""
    text = re.sub(ENGINE_TROUBLES, "", re.sub(LIBRARY_RACE, "", text), flags=re.MULTILINE)
    return [line for line in text.splitlines() if re.search("CRITICAL|WARNING|ERROR|runtime error", line)]


class Helper:
    """The scripted helper in a process of its own, so that it can die, return, and be slow."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.process = None

    def start(self, **facts):
        self.process = subprocess.Popen([sys.executable, HERE / "scripted_helper.py", json.dumps(facts)])
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
        types = {"Until": "x", "ChangedAt": "x", "BuildTime": "x", "Protocol": "u", "OldestProtocol": "u",
                 "Logging": "b"}
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
        reading = ("GetStatistics", "List", "Describe")
        return [call for call in self.script("Calls").unpack()[0] if not call.startswith(reading)]

    @property
    def all_calls(self):
        return self.script("Calls").unpack()[0]


def window_memory():
    return pathlib.Path(os.environ["XDG_STATE_HOME"]) / "sotto" / "window"


class App:
    count = 0

    def __init__(self, *arguments, sandbox=None, remembers=False):
        """`remembers`: how the window was left by the app before."""
        App.count += 1
        if not remembers:
            window_memory().unlink(missing_ok=True)
        self.log = pathlib.Path(os.environ["XDG_RUNTIME_DIR"]) / f"app-{App.count}.log"
        self.output = self.log.open("w", encoding="utf-8")
        command, kept = sandbox.wrap([APP, *arguments]) if sandbox else ([APP, *arguments], None)
        self.process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.STDOUT, pass_fds=[kept] if kept else [])
        if kept:
            os.close(kept)
        self.pid = sandbox.pid() if sandbox else self.process.pid

    def text(self):
        return self.log.read_text(encoding="utf-8")

    def stop(self):
        """Ends the app as the end of a session does, and sees that it ends well: no warning, no sanitizer's report."""
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.kill(self.pid, signal.SIGKILL)
            code = self.process.wait()
        self.output.close()
        assert code == 0, f"the app ended with {code}\n{self.text()}"
        assert complaints(self.text()) == [], self.text()


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


class Program:
    """A program that only notes how it was called, found by a launcher or by a path."""

    def __init__(self, folder, name, mime_types=()):
        self.notes, self.path = folder / f"{name}.notes", folder / name
        self.path.write_text(f"#!/bin/sh\necho \"$@\" >>'{self.notes}'\nexit ${{SOTTO_TEST_EXIT:-0}}\n", encoding="utf-8")
        self.path.chmod(0o755)
        self.launcher = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "applications" / f"{name}.desktop"
        self.launcher.parent.mkdir(parents=True, exist_ok=True)
        types = "".join(f"{kind};" for kind in mime_types)
        self.launcher.write_text(f"[Desktop Entry]\nType=Application\nName={name}\nExec={self.path} %u\nMimeType={types}\n",
                                 encoding="utf-8")
        defaults = "".join(f"{kind}={name}.desktop\n" for kind in mime_types)
        (pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "mimeapps.list").write_text(f"[Default Applications]\n{defaults}",
                                                                                   encoding="utf-8")

    @property
    def calls(self):
        return self.notes.read_text(encoding="utf-8").splitlines() if self.notes.exists() else []


@pytest.fixture
def browser(tmp_path):
    """The browser that web addresses open in. To be asked for before the app."""
    program = Program(tmp_path, "test-browser", ("x-scheme-handler/http", "x-scheme-handler/https"))
    yield program
    program.launcher.unlink()


@pytest.fixture
def sign_in_program(tmp_path, monkeypatch):
    """Stands for sotto-signin, as if it were installed. To be asked for before the app."""
    program = Program(tmp_path, "test-signin")
    monkeypatch.setenv("SOTTO_SIGNIN", str(program.path))
    yield program
    program.launcher.unlink()


@pytest.fixture
def clock_program(tmp_path):
    """Stands for the desktop's settings of date and time. To be asked for before the app."""
    program = Program(tmp_path, "time-admin")
    yield program
    program.launcher.unlink()


@pytest.fixture
def systemd():
    systemd = ScriptedSystemd()
    systemd.start()
    yield systemd
    systemd.stop()


@pytest.fixture
def alarms():
    """The notifications of an app in a sandbox."""
    portal = NotificationPortal()
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def start(host, alarms, request):
    """Starts the app in a sandbox, with its window unless told otherwise."""
    import accessibility

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


def run_app(*arguments):
    """Starts the app again, as a click on its launcher does; the running instance takes over."""
    subprocess.run([APP, *arguments], check=True, timeout=10)


def enlarge_window():
    """What has to be scrolled to is not "showing" to assistive technology: makes the window tall."""
    name = "^[^ ]*Sotto( ~.*)?$"  # in pseudo_language.py's brackets, too
    found = wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", name], capture_output=True,
                                        text=True, check=False).stdout.split(), "the window on the screen")
    subprocess.run(["xdotool", "windowsize", found[-1], "700", "1200"], check=True)


@pytest.fixture
def window(item):
    import accessibility
    run_app()
    accessibility.application()
    enlarge_window()
    return accessibility
