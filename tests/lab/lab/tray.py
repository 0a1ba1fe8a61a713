# SPDX-License-Identifier: GPL-3.0-or-later
"""tray.py wait-for-panel | title | menu | click PATTERN | wait TITLE: Sotto's item in the tray of a running panel, used as a
panel uses it. The panel is the real one; the item is found where the panel keeps it. Prints JSON.

click and wait print the clock (CLOCK_MONOTONIC, seconds) at which they were done, to measure from.
"""

import json
import sys
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from tray_host import PROPERTIES, WATCHER, TrayItem  # noqa: E402
from waiting import wait  # noqa: E402


def items(bus):
    """Of the panel's watcher: "BUS-NAME/OBJECT/PATH" each."""
    reply = bus.call_sync(WATCHER, "/StatusNotifierWatcher", PROPERTIES, "Get",
                          GLib.Variant("(ss)", (WATCHER, "RegisteredStatusNotifierItems")), None, 0, 2000, None)
    return [TrayItem(bus, name, f"/{path}") for name, _, path in (entry.partition("/") for entry in reply.unpack()[0])]


def has_panel(bus):
    return bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner",
                         GLib.Variant("(s)", (WATCHER,)), None, 0, -1, None).unpack()[0]


def sotto(bus):
    def find():
        return next((item for item in items(bus) if item.properties()["Id"].startswith("io.github.sottodns")), None)
    return wait(find, "Sotto in the tray", 20)


def main():
    command, *words = sys.argv[1:]
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    if command == "wait-for-panel":
        wait(lambda: has_panel(bus), "the panel", 20)
        return
    item = sotto(bus)
    if command == "click":
        item.click(words[0])
        answer = time.monotonic()
    elif command == "wait":
        wait(lambda: item.title == words[0], f"the title {words[0]!r} (it is {item.title!r})", 15)
        answer = time.monotonic()
    else:
        answer = {"title": lambda: item.title, "menu": lambda: item.menu().labels()}[command]()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
