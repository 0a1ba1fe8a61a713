# SPDX-License-Identifier: GPL-3.0-or-later
"""A program on a private bus, played by a thread of the test: it owns a name and answers calls."""

import threading

from gi.repository import Gio, GLib

ALLOW_INTERACTIVE = Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION


class Peer:
    """Subclasses have on_call() and on_get(), which run in its thread."""

    def __init__(self, address, name, path, xml):
        self.address, self.name, self.path, self.xml = address, name, path, xml
        self.context = GLib.MainContext()
        self.loop = GLib.MainLoop.new(self.context, False)
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        assert self.ready.wait(10)

    def run(self):
        self.context.push_thread_default()
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(self.address, flags, None, None)
        for interface in Gio.DBusNodeInfo.new_for_xml(self.xml).interfaces:
            self.bus.register_object(self.path, interface, self.on_call, self.on_get, None)
        self.bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                           GLib.Variant("(su)", (self.name, 0)), None, 0, -1, None)
        self.ready.set()
        self.loop.run()
        self.context.pop_thread_default()
        if not self.bus.is_closed():
            self.bus.close_sync(None)

    def stop(self):
        self.loop.quit()
        self.thread.join(10)
