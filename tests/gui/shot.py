# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the screenshots: XFCE's real panel with the menu open, and the window, in light and in dark. Runs inside
tests/gui/session, with the scripted helper, so that every picture can be had at any time. The app is the app and the
resolvers are the built-in list; the helper's state, counts and latencies are made up."""
import base64
import configparser
import os
import pathlib
import subprocess
import sys
import time

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gio", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402

from conftest import APP, Helper, run_app  # noqa: E402
from scripted_helper import full_statistics, resolver  # noqa: E402
from states import STATES  # noqa: E402
from tray_host import own  # noqa: E402
from waiting import pump, wait  # noqa: E402

OUT = pathlib.Path(sys.argv[1])
BY_NAME = {state.name: state for state in STATES}
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
    """The desktop's word on light or dark, as its settings portal gives it."""

    def __init__(self, dark):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.scheme = GLib.Variant("u", 1 if dark else 2)
        interface = Gio.DBusNodeInfo.new_for_xml(PORTAL_XML).interfaces[0]
        self.bus.register_object("/org/freedesktop/portal/desktop", interface, self.on_call,
                                 lambda *_: GLib.Variant("u", 1), None)
        assert own(self.bus, "org.freedesktop.portal.Desktop")

    def on_call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        namespace = "org.freedesktop.appearance"
        if method == "Read" and parameters.unpack() == (namespace, "color-scheme"):
            invocation.return_value(GLib.Variant("(v)", (GLib.Variant("v", self.scheme),)))
        elif method == "Read":
            invocation.return_dbus_error("org.freedesktop.portal.Error.NotFound", "There is no such setting.")
        else:
            invocation.return_value(GLib.Variant("(a{sa{sv}})", ({namespace: {"color-scheme": self.scheme}},)))


def xdotool(*arguments):
    return subprocess.run(["xdotool", *map(str, arguments)], capture_output=True, text=True, check=False).stdout.split()


def settle(seconds=1.0):
    pump(seconds)


def shot(name, area=None):
    """The screen, or an area of it given as (left, top, width, height)."""
    crop = ["-crop", "{2}x{3}+{0}+{1}".format(*area), "+repage"] if area else []
    subprocess.run(["import", "-window", "root", *crop, OUT / f"{name}.png"], check=True, timeout=20)


def place_of(window):
    place = dict(line.split("=") for line in xdotool("getwindowgeometry", "--shell", window) if "=" in line)
    return [int(place[key]) for key in ("X", "Y", "WIDTH", "HEIGHT")]


def shot_window(name, title="^Sotto$"):
    """A window as it stands on the screen: with its round corners and its shadow."""
    window = xdotool("search", "--onlyvisible", "--name", title)[-1]
    xdotool("windowmove", window, 300, 90)
    settle()
    shot(name, place_of(window))


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


def paint_wallpaper(dark):
    css = Gtk.CssProvider()
    colours = "#33475a, #151d26" if dark else "#9fb8c8, #5d7f96"
    css.load_from_data(f"window {{ background: linear-gradient({colours}); }}".encode())
    window = Gtk.Window(type_hint=Gdk.WindowTypeHint.DESKTOP, decorated=False)
    window.get_style_context().add_provider(css, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
    window.set_default_size(*map(int, os.environ["SOTTO_SCREEN"].split("x")))
    return window


class Desktop:
    """xfce4-panel with its tray, and the app in it."""

    def __init__(self, dark):
        self.dark = dark
        self.processes = []
        self.appearance = Appearance(dark)
        self.helper = Helper()
        self.wallpaper = paint_wallpaper(dark)

    def start(self, *command, **environment):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=dict(os.environ, **environment))
        self.processes.append(process)
        return process

    def __enter__(self):
        folder = pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "xfce4/xfconf/xfce-perchannel-xml"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "xfce4-panel.xml").write_text(PANEL.format(dark=str(self.dark).lower()), encoding="utf-8")
        self.wallpaper.show()
        self.helper.start()
        self.helper.script("Answer", GLib.Variant("(sv)", ("ListResolvers", built_in_resolvers())))
        self.helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", full_statistics())))
        self.start("xfce4-panel", "--disable-wm-check", GTK_THEME="Adwaita:dark" if self.dark else "Adwaita")
        bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        wait(lambda: bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner",
                                   GLib.Variant("(s)", ("org.kde.StatusNotifierWatcher",)), None, 0, -1, None).unpack()[0],
             "the panel", 20)
        self.start(APP, "--background")
        settle(3)
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        self.helper.stop()


def open_menu(submenu=True):
    """A real click on the icon: it is the last but the clock at the right end of the panel."""
    left, top, width, _height = place_of(xdotool("search", "--onlyvisible", "--class", "wrapper")[-1])
    xdotool("mousemove", left + width // 2, top + 15, "click", 1)
    settle(1.5)
    if submenu:
        xdotool("mousemove", left - 60, top + 104)  # the pointer on "Resolver" opens its submenu
        settle(1.5)


def shot_menu(name, submenu=False):
    open_menu(submenu)
    shot(name, (660, 0, 620, 320))
    xdotool("key", "Escape")
    settle(0.5)


def shot_question(name):
    """The window with the question above it."""
    xdotool("key", "alt+u")  # Use Unprotected
    settle()
    shot(name, place_of(xdotool("search", "--onlyvisible", "--name", "^Sotto$")[0]))
    xdotool("key", "Escape")
    settle(0.5)


def take(dark):
    suffix = "dark" if dark else "light"
    with Desktop(dark) as desktop:
        helper = desktop.helper
        helper.set(State="on", ResolverInUse="Quad9", Resolver="quad9")
        settle()
        shot_menu(f"menu-{suffix}", submenu=True)
        for name in ("signin", "blocked", "ask"):
            helper.set(**BY_NAME[name].facts)
            shot_menu(f"menu-{name}-{suffix}")
        helper.set(**BY_NAME["on"].facts)
        run_app()
        settle(2)
        shot_window(f"status-on-{suffix}")
        xdotool("key", "F5")
        settle(1)
        shot_window(f"status-checked-{suffix}")
        xdotool("key", "ctrl+2")
        settle(1.5)
        shot_window(f"resolvers-{suffix}")
        xdotool("key", "ctrl+3")
        settle(1.5)
        shot_window(f"statistics-{suffix}")
        xdotool("key", "ctrl+1")
        for state in STATES:
            if state.name != "on":
                helper.set(**state.facts, ResolverInUse="" if state.name in ("off", "open") else "Quad9")
                settle()
                shot_window(f"status-{state.name}-{suffix}")
        helper.set(**BY_NAME["signin"].facts)
        settle()
        shot_question(f"question-{suffix}")
        helper.set(State="signing-in", Until=int(time.time()) + 252, SignIn="window")
        settle()
        shot_window(f"status-signing-in-{suffix}")
        helper.stop()
        settle()
        shot_window(f"status-no-helper-{suffix}")


def main():
    take(sys.argv[2] == "dark")
    return 0


if __name__ == "__main__":
    sys.exit(main())
