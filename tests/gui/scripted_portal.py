# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the desktop's Background portal: it notes what an app in a sandbox asks for and answers as told. It
writes no launcher; that a desktop's portal does is xdg-desktop-portal's to test."""
from gi.repository import Gio, GLib

from tray_host import PORTAL, own

PATH = "/org/freedesktop/portal/desktop"
BACKGROUND_XML = """<node><interface name="org.freedesktop.portal.Background">
  <method name="RequestBackground"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
    <arg type="o" direction="out"/></method>
  <property name="version" type="u" access="read"/></interface></node>"""
GRANTED, REFUSED, FAILED = 0, 1, 2


class BackgroundPortal:
    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.asked = []
        self.response = GRANTED  # None: it does not answer
        self.autostart = None  # what it does; None: what was asked for
        self.path = None  # of the Request; None: as the app expects
        self.pending = None
        self.registration = 0

    def start(self):
        interface = Gio.DBusNodeInfo.new_for_xml(BACKGROUND_XML).interfaces[0]
        self.registration = self.bus.register_object(PATH, interface, self.on_call, lambda *_: GLib.Variant("u", 1), None)
        own(self.bus, PORTAL)

    def stop(self):
        self.bus.unregister_object(self.registration)

    def on_call(self, _bus, sender, _path, _interface, _method, parameters, invocation):
        parent, options = parameters.unpack()
        self.asked.append({"parent": parent, **options})
        path = self.path or f"{PATH}/request/{sender[1:].replace('.', '_')}/{options['handle_token']}"
        invocation.return_value(GLib.Variant("(o)", (path,)))
        self.pending = (sender, path)
        if self.response is not None:
            # an app that got another path than it expected has to have read it first
            GLib.timeout_add(300 if self.path else 0, self.answer)

    def answer(self):
        sender, path = self.pending
        on = self.asked[-1]["autostart"] if self.autostart is None else self.autostart
        results = {"background": GLib.Variant("b", True), "autostart": GLib.Variant("b", on)} if self.response == GRANTED else {}
        self.bus.emit_signal(sender, path, "org.freedesktop.portal.Request", "Response",
                             GLib.Variant("(ua{sv})", (self.response, results)))
        return GLib.SOURCE_REMOVE
