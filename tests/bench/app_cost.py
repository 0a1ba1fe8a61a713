# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tray app costs beside a real panel (xfce4-panel) and with the scripted helper: memory, wake-ups, time to the
icon, to the window and to each page. The numbers depend on the machine and on what else it does, and nothing asserts
them.

Of memory, what counts is proportional: the toolkit's pages in a file are there once for all programs that use it. So a
session without another GTK program shows more for the same app, and "all" is the most it can be; "own" is what would be
free without it, and the least."""
import os
import statistics
import subprocess
import time

from gi.repository import Gio, GLib

import camera
import cost
from conftest import APP, App
from desktop import Xfce, has_name
from tray_host import WATCHER
from waiting import pump, wait

IDLE_S, STARTS, ROUNDS = 30, 5, 5
# What is asked for, and the page's key.
TRAY_MB, WINDOW_MB, PAGE_MS = 12, 30, 50
PAGES = {"1": "Status", "2": "Resolvers", "3": "Statistics", "4": "Query Log", "5": "Networks & Rules", "6": "Settings"}


class Session(Xfce):
    """The desktop of the screenshots, in which nobody starts the app yet."""

    def __enter__(self):
        self.start_helper()
        self.start_panel()
        wait(lambda: has_name(WATCHER), "the panel", 20)
        return self


class Icons:
    """Tells when the panel has taken an icon."""

    def __init__(self):
        self.taken = []
        bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        bus.signal_subscribe(None, WATCHER, "StatusNotifierItemRegistered", None, None, Gio.DBusSignalFlags.NONE,
                             lambda *_: self.taken.append(time.monotonic()))

    def start_app(self):
        """Starts the app and gives it, and the milliseconds to its icon."""
        self.taken.clear()
        begun = time.monotonic()
        app = App("--background")
        wait(lambda: self.taken, "the icon", 20)
        return app, (self.taken[0] - begun) * 1000


def end(app):
    """Without App.stop()'s look at what it printed: the screenshots' desktop has half a portal, of which GTK complains."""
    app.process.terminate()
    app.process.wait(10)
    app.output.close()


def row(what, value, unit, asked=""):
    print(f"{what:<44}{value:>9} {unit:<4} {asked}")


def memory_row(what, pid, asked=None):
    memory = cost.memory_mb(pid)
    row(what, f"{memory['proportional']:.1f}", "MB", (f"(asked: {asked})" if asked else "")
        + f" own {memory['own']:.1f}, all {memory['all']:.1f}")


def measure_starts(icons):
    times = []
    for _ in range(STARTS):
        app, taken_ms = icons.start_app()
        times.append(taken_ms)
        pump(1)
        end(app)
    row("start to icon", f"{statistics.median(times):.0f}", "ms")


def measure_idle(what, pid, settle_s=5):
    pump(settle_s)
    activity = cost.Activity(pid)
    pump(IDLE_S)
    woken, processor_ms = activity.since()
    row(f"{what}: wake-ups", f"{woken / IDLE_S:.2f}", "/s", f"processor {processor_ms / IDLE_S:.2f} ms/s, over {IDLE_S} s")


def measure_window(app):
    begun = time.monotonic()
    subprocess.run([APP], check=True, timeout=10)
    shown = wait(lambda: camera.xdotool("search", "--onlyvisible", "--name", "^Sotto$"), "the window")
    row("click to window", f"{(time.monotonic() - begun) * 1000:.0f}", "ms", "with the start of the program that asks for it")
    pump(3)
    camera.xdotool("windowfocus", shown[-1])
    memory_row("window open", app.pid, f"at most {WINDOW_MB}")


def press(app, key):
    """What cost.frames_ms() says of the page."""
    before = len(cost.frames_ms(app.text()))
    camera.xdotool("key", f"ctrl+{key}")
    found = wait(lambda: cost.frames_ms(app.text())[before:], f"a frame after ctrl+{key}")
    pump(0.8)
    return found[0]


def measure_pages(app):
    """A machine that does something else, too, takes longer than the processor's time."""
    first, later = {}, {}
    for turn in range(ROUNDS + 1):
        for key, name in [*list(PAGES.items())[1:], ("1", "Status")]:
            taken = press(app, key)
            if turn == 0:
                first[name] = taken
            else:
                later.setdefault(name, []).append(taken)
    for name in PAGES.values():
        visit = "" if name == "Status" else f", {first[name][0]:.0f} the first time ({first[name][1]:.0f})"
        row(f"page {name}", f"{statistics.median(all_ms for all_ms, _ in later[name]):.0f}", "ms",
            f"(asked: below {PAGE_MS}) {statistics.median(busy_ms for _, busy_ms in later[name]):.0f} on a processor{visit}")


def main():
    with Session(dark=False):
        icons = Icons()
        measure_starts(icons)
        os.environ["GTK_MODULES"] = os.environ["SOTTO_FRAME_TIMES"]
        app, _ = icons.start_app()
        try:
            measure_idle("tray alone", app.pid, settle_s=20)
            memory_row("tray alone", app.pid, f"at most {TRAY_MB}")
            measure_window(app)
            measure_pages(app)
            memory_row("after all pages", app.pid, f"at most {WINDOW_MB}")
            measure_idle("page Status", app.pid)
            camera.xdotool("key", "ctrl+w")
            pump(3)
            memory_row("window closed again", app.pid)
            measure_idle("window closed again", app.pid)
        finally:
            end(app)


if __name__ == "__main__":
    main()
