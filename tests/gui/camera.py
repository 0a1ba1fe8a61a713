# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the screen. When to take one is told by the screen itself: something has changed, and now it is still."""
import pathlib
import subprocess
import sys
import time

import gi

gi.require_version("Gdk", "3.0")
from gi.repository import Gdk  # noqa: E402

from waiting import pump  # noqa: E402

OUT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
CHANGE_S = 1.0
STILL_S = 0.25
PATIENCE_S = 4.0
"""So long a change is waited for, and a screen that never comes to rest; a graph moves every second."""


def grab(area=None):
    """The screen, or an area of it given as (left, top, width, height)."""
    root = Gdk.get_default_root_window()
    left, top, width, height = area or (0, 0, root.get_width(), root.get_height())
    left, top = max(left, 0), max(top, 0)
    return Gdk.pixbuf_get_from_window(root, left, top, min(width, root.get_width() - left), min(height, root.get_height() - top))


def look():
    return hash(grab().get_pixels())


def still():
    """Waits until the screen has been the same for a while."""
    end = time.monotonic() + PATIENCE_S
    seen, since = look(), time.monotonic()
    while time.monotonic() < min(end, since + STILL_S):
        pump(0.05)
        now = look()
        if now != seen:
            seen, since = now, time.monotonic()


def after(action, *arguments, **words):
    """Does something that shows, and waits until it has been shown."""
    before, end = look(), time.monotonic() + CHANGE_S
    result = action(*arguments, **words)
    while look() == before and time.monotonic() < end:
        pump(0.05)
    still()
    return result


def shot(name, area=None):
    grab(area).savev(str(OUT / f"{name}.png"), "png", [], [])


def xdotool(*arguments):
    return subprocess.run(["xdotool", *map(str, arguments)], capture_output=True, text=True, check=False).stdout.split()


def press_key(*keys):
    after(xdotool, "key", *keys)


def windows(title):
    return xdotool("search", "--onlyvisible", "--name", title)


def place_of(window):
    place = dict(line.split("=") for line in xdotool("getwindowgeometry", "--shell", window) if "=" in line)
    return [int(place[key]) for key in ("X", "Y", "WIDTH", "HEIGHT")]


placed = {}
"""Where each window was put; where it is says the window manager, in its own words about shadows."""


def shot_window(name, title="^Sotto$", at=(300, 90), size=None):
    """A window as it stands on the screen: with its round corners and its shadow."""
    window = windows(title)[-1]
    if placed.get(window) != (at, size):
        placed[window] = (at, size)
        xdotool("windowmove", window, *at, *(["windowsize", window, *size] if size else []))
        pump(0.3)
        still()
    shot(name, place_of(window))
