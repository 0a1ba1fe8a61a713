# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for a desktop's panel: a StatusNotifierWatcher with a host, which shows nothing but reads an item and
its menu, and clicks in it, exactly as a panel does over D-Bus (org.kde.StatusNotifierItem, com.canonical.dbusmenu).
It is a fake so that a test can see every property and need no pixel; real panels are for screenshots."""
import re

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from waiting import pump, wait  # noqa: E402

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"
WATCHER_XML = f"""<node><interface name="{WATCHER}">
  <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
  <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
  <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
  <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
  <property name="ProtocolVersion" type="i" access="read"/>
  <signal name="StatusNotifierItemRegistered"><arg type="s"/></signal>
  <signal name="StatusNotifierHostRegistered"/>
  <signal name="StatusNotifierHostUnregistered"/>
</interface></node>"""


def own(bus, name):
    """Takes a bus name, from another owner if need be, and replies whether it is ours."""
    flags = 7  # allow replacement, replace, do not queue
    reply = bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                          GLib.Variant("(su)", (name, flags)), None, 0, -1, None)
    return reply.unpack()[0] in (1, 4)


def disown(bus, name):
    bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ReleaseName", GLib.Variant("(s)", (name,)),
                  None, 0, -1, None)


class TrayHost:
    """The watcher; `has_host` False is a watcher that runs with no panel behind it."""

    def __init__(self, has_host=True):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.has_host = has_host
        self.registered = []
        self.registration = 0

    def start(self):
        interface = Gio.DBusNodeInfo.new_for_xml(WATCHER_XML).interfaces[0]
        self.registration = self.bus.register_object("/StatusNotifierWatcher", interface, self.on_call, self.on_get, None)
        wait(lambda: own(self.bus, WATCHER), "a panel before to let go of the name")

    def stop(self):
        if self.registration:
            disown(self.bus, WATCHER)
            self.bus.unregister_object(self.registration)
        self.registration = 0
        self.registered.clear()

    def set_host(self, has_host):
        self.has_host = has_host
        signal = "StatusNotifierHostRegistered" if has_host else "StatusNotifierHostUnregistered"
        self.bus.emit_signal(None, "/StatusNotifierWatcher", WATCHER, signal, None)

    def on_call(self, _bus, sender, _path, _interface, method, parameters, invocation):
        if method == "RegisterStatusNotifierItem":
            name = parameters.unpack()[0]
            self.registered.append((sender, name) if name.startswith("/") else (name, "/StatusNotifierItem"))
        invocation.return_value(None)

    def on_get(self, _bus, _sender, _path, _interface, name):
        return {"RegisteredStatusNotifierItems": GLib.Variant("as", [name + path for name, path in self.registered]),
                "IsStatusNotifierHostRegistered": GLib.Variant("b", self.has_host),
                "ProtocolVersion": GLib.Variant("i", 0)}[name]

    def item(self):
        wait(lambda: self.registered, "an item in the tray")
        return TrayItem(self.bus, *self.registered[-1])


class MenuEntry:
    """One entry of the menu with those below it, as GetLayout returned it."""

    def __init__(self, layout):
        self.id, self.properties, children = layout
        self.children = [MenuEntry(child) for child in children]

    @property
    def label(self):
        return re.sub("_(.)", r"\1", self.properties.get("label", ""))

    @property
    def mnemonic(self):
        found = re.search("(?<!_)_([^_])", self.properties.get("label", "").replace("__", ""))
        return found.group(1).lower() if found else None

    @property
    def enabled(self):
        return self.properties.get("enabled", True)

    @property
    def visible(self):
        return self.properties.get("visible", True)

    @property
    def checked(self):
        return self.properties.get("toggle-state", 0) == 1

    @property
    def is_separator(self):
        return self.properties.get("type") == "separator"

    def walk(self):
        """Every entry below this one, with what is hidden."""
        for child in self.children:
            yield child
            yield from child.walk()

    def labels(self):
        """The labels one sees, of this level."""
        return [child.label for child in self.children if child.visible and not child.is_separator]


class TrayItem:
    """The icon in the tray, as a panel uses it."""

    def __init__(self, bus, name, path):
        self.bus, self.name, self.path = bus, name, path

    def call(self, path, interface, method, parameters=None, timeout_ms=2000):
        return self.bus.call_sync(self.name, path, interface, method, parameters, None, 0, timeout_ms, None).unpack()

    def properties(self):
        return self.call(self.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (ITEM,)))[0]

    @property
    def icon(self):
        return self.properties()["IconName"]

    @property
    def title(self):
        return self.properties()["Title"]

    def about_to_show(self):
        """What a panel says before it opens the menu."""
        return self.call(self.properties()["Menu"], MENU, "AboutToShow", GLib.Variant("(i)", (0,)))

    def menu(self):
        return MenuEntry(self.call(self.properties()["Menu"], MENU, "GetLayout", GLib.Variant("(iias)", (0, -1, [])))[1])

    def find(self, pattern, hidden=False):
        """The first entry whose label matches; None when there is none, or none that is visible."""
        for entry in self.menu().walk():
            if re.search(pattern, entry.label) and (hidden or entry.visible) and not entry.is_separator:
                return entry
        return None

    def get(self, pattern):
        return wait(lambda: self.find(pattern), f"a menu entry like {pattern!r}")

    def click(self, pattern):
        entry = self.get(pattern)
        assert entry.enabled, f"{entry.label!r} is greyed out"
        self.call(self.properties()["Menu"], MENU, "Event",
                  GLib.Variant("(isvu)", (entry.id, "clicked", GLib.Variant("i", 0), 0)))
        pump(0.05)
        return entry

    def middle_click(self):
        self.call(self.path, ITEM, "SecondaryActivate", GLib.Variant("(ii)", (0, 0)))


NOTIFICATIONS = "org.freedesktop.Notifications"
NOTIFICATIONS_XML = f"""<node><interface name="{NOTIFICATIONS}">
  <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{{sv}}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
</interface></node>"""


class NotificationServer:
    """A stand-in for the desktop's notifications: records what is sent and presses their buttons."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.sent = []
        self.closed = []
        self.registration = 0

    def start(self):
        interface = Gio.DBusNodeInfo.new_for_xml(NOTIFICATIONS_XML).interfaces[0]
        self.registration = self.bus.register_object("/org/freedesktop/Notifications", interface, self.on_call, None, None)
        assert own(self.bus, NOTIFICATIONS)

    def stop(self):
        disown(self.bus, NOTIFICATIONS)
        self.bus.unregister_object(self.registration)

    def on_call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        reply = None
        if method == "Notify":
            _app, _replaces, _icon, title, body, actions, hints, _timeout = parameters.unpack()
            self.sent.append({"title": title, "body": body, "actions": actions[::2], "labels": actions[1::2], "hints": hints})
            reply = GLib.Variant("(u)", (len(self.sent),))
        elif method == "CloseNotification":
            self.closed.append(parameters.unpack()[0])
        elif method == "GetCapabilities":
            reply = GLib.Variant("(as)", (["actions", "body", "persistence"],))
        elif method == "GetServerInformation":
            reply = GLib.Variant("(ssss)", ("test", "sotto", "1", "1.2"))
        invocation.return_value(reply)

    def press(self, number, label):
        """Presses the button with that label on the notification of that number, counted from 1."""
        action = self.sent[number - 1]["actions"][self.sent[number - 1]["labels"].index(label)]
        self.bus.emit_signal(None, "/org/freedesktop/Notifications", NOTIFICATIONS, "ActionInvoked",
                             GLib.Variant("(us)", (number, action)))


PORTAL = "org.freedesktop.portal.Desktop"
PORTAL_XML = """<node><interface name="org.freedesktop.portal.Notification">
  <method name="AddNotification"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/></method>
  <method name="RemoveNotification"><arg type="s" direction="in"/></method>
  <property name="version" type="u" access="read"/></interface></node>"""


class NotificationPortal:
    """The same for an app in a sandbox, which sends them by the portal."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.sent = []
        self.registration = 0

    def start(self):
        interface = Gio.DBusNodeInfo.new_for_xml(PORTAL_XML).interfaces[0]
        self.registration = self.bus.register_object("/org/freedesktop/portal/desktop", interface, self.on_call,
                                                     lambda *_: GLib.Variant("u", 1), None)
        assert own(self.bus, PORTAL)

    def stop(self):
        disown(self.bus, PORTAL)
        self.bus.unregister_object(self.registration)

    def on_call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        if method == "AddNotification":
            _id, notification = parameters.unpack()
            self.sent.append(notification)
        invocation.return_value(None)
