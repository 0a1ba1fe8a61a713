# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop of a user of the laptop's: an X server, XFCE's window manager and panel, and Sotto's app in the panel's tray.

All of it runs as that user, with a session bus of its own; what clicks in the tray's menu (tray.py) does so over the
same D-Bus interfaces as a panel.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

from .process import wait_for

HERE = Path(__file__).parent
CONF = HERE.parent / "conf"
GUI = HERE.parents[1] / "gui"
TOOLS = Path("/usr/local/share/lab-desktop")
"""A copy of the programs that run as the user: the checkout may lie where only root can read."""


class Desktop:
    """Up, with an empty tray, when the constructor returns. `user` is one of session.py's, or of seat.py's on a boot."""

    def __init__(self, user, size="1280x800", tools=(), accessible=False):
        self.user = user
        self.processes = []
        folder = user.path(TOOLS)
        folder.mkdir(parents=True, exist_ok=True)
        for tool in (HERE / "tray.py", HERE / "wallpaper.py", GUI / "tray_host.py", GUI / "waiting.py", *tools):
            shutil.copy(tool, folder)
        self._configure_panel()
        self.environment = [f"DBUS_SESSION_BUS_ADDRESS=unix:path={user.runtime}/bus", "LANG=C.UTF-8",
                            "GSETTINGS_BACKEND=memory", "LIBGL_ALWAYS_SOFTWARE=1", "PYTHONDONTWRITEBYTECODE=1"]
        if not accessible:
            self.environment.append("NO_AT_BRIDGE=1")
        if not user.has_bus:
            self.start("session-bus", "dbus-daemon", "--session", "--nofork", f"--address=unix:path={user.runtime}/bus")
        self._start_screen(size)
        self.start("xfwm4", "xfwm4", "--compositor=on")
        self.start("xfce4-panel", "xfce4-panel", "--disable-wm-check")
        self.tray("wait-for-panel")

    def _configure_panel(self):
        configuration = self.user.path(self.user.home) / ".config"
        folder = configuration / "xfce4/xfconf/xfce-perchannel-xml"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(CONF / "xfce4-panel.xml", folder)
        for path in (configuration, *configuration.rglob("*")):
            os.chown(path, self.user.uid, self.user.gid)

    def _start_screen(self, size):
        # /tmp is the machine's, whose X servers must not meet ours: sockets of our own, and no lock files (-displayfd).
        self.user.machine.run("sh", "-c", "mkdir -p /tmp/.X11-unix && mount -t tmpfs -o mode=1777 tmpfs /tmp/.X11-unix")
        number = self.user.runtime / "display"
        self.user.path(number).unlink(missing_ok=True)  # of the desktop before: it has the same number, and is no server yet
        server = self.start("Xvfb", "sh", "-c", 'exec Xvfb -displayfd 3 -screen 0 "$1" -nolisten tcp -noreset 3>"$2"',
                            "Xvfb", f"{size}x24", number)
        written = self.user.path(number)
        server.wait_until("the X server", lambda: written.exists() and written.read_text().endswith("\n"))
        self.environment.append(f"DISPLAY=:{written.read_text().strip()}")

    def start(self, name, *argv):
        daemon = self.user.start(name, "env", *self.environment, *argv)
        self.processes.append(daemon)
        return daemon

    def run(self, *argv, **options):
        return self.user.run("env", *self.environment, *argv, **options)

    def output(self, *argv, **options):
        return self.run(*argv, **options).stdout.strip()

    def tray(self, *words, **options):
        """One of tray.py's commands; what it prints, from JSON."""
        return self.tool("tray.py", *words, **options)

    def tool(self, name, *words, **options):
        done = self.run(sys.executable, TOOLS / name, *words, **options)
        return json.loads(done.stdout) if done.stdout else None

    def paint(self, background):
        """The desktop behind the windows, as CSS has it."""
        self.start("wallpaper", sys.executable, TOOLS / "wallpaper.py", background)

    def show_window(self):
        """As a click on the app's launcher does; left of where the tray's menu opens."""
        self.run("sotto")
        window = wait_for("Sotto's window", lambda: self._windows("--name", "^Sotto$"))[-1]
        self.run("xdotool", "windowmove", window, 120, 80)

    def open_menu(self):
        """A real click on the icon: the panel's last but the clock."""
        icons = self._windows("--class", "wrapper")
        place = dict(line.split("=") for line in self.run("xdotool", "getwindowgeometry", "--shell", icons[-1]).stdout.split())
        before = self._windows("--class", "")
        self.run("xdotool", "mousemove", int(place["X"]) + int(place["WIDTH"]) // 2, int(place["Y"]) + 15, "click", 1)
        wait_for("the menu", lambda: len(self._windows("--class", "")) > len(before))
        time.sleep(1)  # until everything is painted

    def _windows(self, *search):
        return self.run("xdotool", "search", "--onlyvisible", *search, check=False).stdout.split()

    def screenshot(self, path):
        picture = self.user.runtime / "screen.png"
        self.run("import", "-window", "root", picture)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.user.path(picture), path)

    def stop(self):
        for daemon in reversed(self.processes):
            daemon.stop()
        self.user.machine.run("umount", "/tmp/.X11-unix", check=False)
