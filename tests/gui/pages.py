# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's pages as they are listed at its side, so that a test of every page also meets those that come later."""
import subprocess

import accessibility
from accessibility import Role
from waiting import pump, wait


def key(*keys):
    subprocess.run(["xdotool", "key", *keys], check=True, timeout=10)


def names():
    """Of the pages, in their order; the list of them may be folded away."""
    group = accessibility.find(Role.PANEL, "Pages", showing=False)
    return [group.get_child_at_index(index).get_name() for index in range(group.get_child_count())] if group else []


def button(name):
    """What a page is chosen by, where the list shows."""
    return accessibility.get(Role.RADIO_BUTTON, name)


def shown():
    """The name of the page that shows."""
    known = names()
    return next((node.get_name() for node in accessibility.find_all(Role.RADIO_BUTTON, showing=False)
                 if node.get_name() in known and accessibility.is_checked(node)), None)


def walk():
    """Opens each page in turn, and gives its name, once it has what it shows."""
    for name in wait(names, "the names of the pages"):
        accessibility.press(button(name))
        wait(lambda page=name: shown() == page, f"the page {name!r}")
        pump(0.6)
        yield name


def window_id():
    found = wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Sotto$"], capture_output=True,
                                        text=True, check=False).stdout.split(), "the window on the screen")
    return found[-1]


def focus():
    """Gives the window the keyboard; the window manager may not have, yet."""
    subprocess.run(["xdotool", "windowfocus", "--sync", window_id()], check=True, timeout=10)
    pump(0.1)


def resize(width, height):
    subprocess.run(["xdotool", "windowsize", window_id(), str(width), str(height)], check=True)
    pump(0.4)


def size():
    """Of the window as the screen has it: (width, height)."""
    lines = subprocess.run(["xdotool", "getwindowgeometry", "--shell", window_id()], capture_output=True, text=True,
                           check=True).stdout.split()
    place = dict(line.split("=") for line in lines)
    return int(place["WIDTH"]), int(place["HEIGHT"])
