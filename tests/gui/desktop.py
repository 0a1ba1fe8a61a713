# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screenshot stands on: a wallpaper, light or dark, XFCE's real panel, and the app with a scripted helper, so that
every picture can be had at any time. The app is the app and the resolvers are the built-in list; the helper's state, counts
and latencies are made up."""
import base64
import configparser
import os
import pathlib
import subprocess
import time

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gio", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402

import camera  # noqa: E402
from conftest import APP, ID, Helper, run_app  # noqa: E402
from scripted_helper import full_statistics, resolver  # noqa: E402
from scripted_log import line  # noqa: E402
from tray_host import own  # noqa: E402
from waiting import wait  # noqa: E402

PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="{dark}"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="30"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/><value type="int" value="2"/><value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
    <property name="plugin-3" type="string" value="clock"/>
  </property>
</channel>
"""
PORTAL_XML = """<node><interface name="org.freedesktop.portal.Settings">
  <method name="Read"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/></method>
  <method name="ReadAll"><arg type="as" direction="in"/><arg type="a{sa{sv}}" direction="out"/></method>
  <signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
  <property name="version" type="u" access="read"/></interface></node>"""



class Appearance:
    """The desktop's word on light or dark, and on contrast, as its settings portal gives it; and its fonts."""

    def __init__(self, dark, contrast=False):
        settings = pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "gtk-3.0/settings.ini"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("[Settings]\ngtk-font-name=Cantarell 11\ngtk-icon-theme-name=Adwaita\ngtk-enable-animations=0\n", encoding="utf-8")
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.values = {("org.freedesktop.appearance", "color-scheme"): GLib.Variant("u", 1 if dark else 2),
                       ("org.gnome.desktop.a11y.interface", "high-contrast"): GLib.Variant("b", contrast)}
        interface = Gio.DBusNodeInfo.new_for_xml(PORTAL_XML).interfaces[0]
        self.registration = self.bus.register_object("/org/freedesktop/portal/desktop", interface, self.on_call,
                                                     lambda *_: GLib.Variant("u", 1), None)
        assert own(self.bus, "org.freedesktop.portal.Desktop")

    def stop(self):
        self.bus.unregister_object(self.registration)

    def on_call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        if method == "Read" and parameters.unpack() in self.values:
            invocation.return_value(GLib.Variant("(v)", (GLib.Variant("v", self.values[parameters.unpack()]),)))
        elif method == "Read":
            invocation.return_dbus_error("org.freedesktop.portal.Error.NotFound", "There is no such setting.")
        else:
            namespaces = {}
            for (namespace, name), value in self.values.items():
                namespaces.setdefault(namespace, {})[name] = value
            invocation.return_value(GLib.Variant("(a{sa{sv}})", (namespaces,)))


def built_in_resolvers():
    """The built-in list as ListResolvers would tell it, with latencies that are anybody's guess."""
    parser = configparser.ConfigParser(interpolation=None, delimiters="=")
    parser.optionxform = str
    parser.read(os.environ["SOTTO_RESOLVERS"], encoding="utf-8")
    favourites = parser["Defaults"]["Favourites"].split(";")
    protocols = {1: "dnscrypt", 2: "doh", 3: "dot"}
    found = []
    for section in parser.sections():
        if not section.startswith("Resolver "):
            continue
        entry, name = parser[section], section.removeprefix("Resolver ")
        kinds = {base64.urlsafe_b64decode(stamp.removeprefix("sdns://")[:4])[0] for stamp in entry["Endpoints"].split(";")}
        blocks = entry.get("Blocks", "").split(";")
        found.append(resolver(
            name, entry["Name"], entry["Operator"], entry.get("Country", ""), 6 + sum(name.encode()) % 53, name in favourites,
            [protocols[kind] for kind in sorted(kinds) if kind in protocols], description=entry.get("Description", ""),
            dnssec=entry.getboolean("DNSSEC", False), nolog=entry.getboolean("NoLog", False), malware="malware" in blocks,
            ads="ads" in blocks, adult="adult" in blocks))
    return GLib.Variant("aa{sv}", found)


def looked_up():
    """Some minutes of somebody's afternoon, as the query log tells them."""
    names = ["www.example.org", "cdn.example.net", "ads.example.com", "mail.example.org", "img.example.net", "time.example.com",
             "tracker.example.com", "maps.example.org", "news.example.net", "api.example.com"]
    now = int(time.time())
    for number in range(40):
        name = names[number * 7 % len(names)]
        source = "rule" if name.startswith(("ads", "tracker")) else ("resolver", "cache", "resolver")[number % 3]
        yield line(name, source, time=now - 11 * (40 - number), type="AAAA" if number % 2 else "A",
                   **({"latency": 7000 + 1300 * (number % 9)} if source == "resolver" else {}))


def paint_wallpaper(dark):
    css = Gtk.CssProvider()
    colour = "#26323d" if dark else "#86a5b8"  # one, so that pictures stay small
    css.load_from_data(f"window {{ background: {colour}; }}".encode())
    window = Gtk.Window(type_hint=Gdk.WindowTypeHint.DESKTOP, decorated=False)
    window.get_style_context().add_provider(css, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
    window.set_default_size(*map(int, os.environ["SOTTO_SCREEN"].split("x")))
    return window


def has_name(name):
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    return bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner", GLib.Variant("(s)", (name,)), None, 0,
                         -1, None).unpack()[0]


def show_page(name):
    """By its name, as the tray's menu does it."""
    Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
        ID, "/io/github/sottodns/Sotto", "org.freedesktop.Application", "ActivateAction",
        GLib.Variant("(sava{sv})", ("show-page", [GLib.Variant("s", name)], {})), None, 0, 5000, None)


class Desktop:
    """A wallpaper and the app, whose alone `environment` is; whoever adds a panel starts it in start_panel."""

    wallpaper_is_ours = True

    def __init__(self, dark, contrast=False, **environment):
        self.dark, self.app_environment = dark, environment
        self.processes = []
        self.appearance = Appearance(dark, contrast)
        self.helper = Helper()
        self.wallpaper = paint_wallpaper(dark)

    def start(self, *command, **environment):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=dict(os.environ, **environment))
        self.processes.append(process)
        return process

    def start_helper(self):
        self.helper.start()
        self.helper.script("Answer", GLib.Variant("(sv)", ("ListResolvers", built_in_resolvers())))
        self.helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", full_statistics())))
        self.helper.set(State="on", ResolverInUse="Quad9", Resolver="quad9")
        self.helper.script("Set", GLib.Variant("(a{sv})", ({"Logging": GLib.Variant("b", True)},)))
        self.helper.script("Log", GLib.Variant("(ay)", ("".join(looked_up()).encode(),)))

    def start_panel(self):
        pass

    def __enter__(self):
        if self.wallpaper_is_ours:
            self.wallpaper.show()
        self.start_helper()
        self.start_panel()
        if type(self) is not Desktop:
            wait(lambda: has_name("org.kde.StatusNotifierWatcher"), "the panel", 60)
        self.start(APP, "--background", **self.app_environment)
        wait(lambda: has_name(ID), "the app", 20)
        camera.still()
        return self

    def open_window(self):
        run_app()
        wait(lambda: camera.windows("^Sotto$"), "the window", 20)
        camera.still()

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        self.helper.stop()
        self.appearance.stop()
        self.wallpaper.destroy()
        camera.placed.clear()  # the X server may give the next window the same number


class Xfce(Desktop):
    """With xfce4-panel and its tray."""

    def start_panel(self):
        folder = pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "xfce4/xfconf/xfce-perchannel-xml"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "xfce4-panel.xml").write_text(PANEL.format(dark=str(self.dark).lower()), encoding="utf-8")
        self.start("xfce4-panel", "--disable-wm-check", GTK_THEME="Adwaita:dark" if self.dark else "Adwaita")
