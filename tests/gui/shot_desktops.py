# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a screenshot of the app in the real tray of a desktop, its menu open above its window: KDE Plasma, GNOME with the
AppIndicator extension, MATE, and waybar on sway. Runs inside tests/gui/session, one desktop at a time, drawn in software on
the session's X server. Where the icon is, is told by what changes on the screen as its state does."""
import os
import pathlib
import subprocess
import sys

import camera
from camera import after, grab, shot, xdotool
from conftest import run_app
from desktop import Desktop
from states import STATES
from waiting import pump, wait

CONFIG = pathlib.Path(os.environ["XDG_CONFIG_HOME"])
SCREEN = os.environ["SOTTO_SCREEN"]
SWAY = f"""output X11-1 resolution {SCREEN} bg #33475a solid_color
default_border none
for_window [app_id="sotto"] floating enable, move position 120 120
"""
WAYBAR = '{ "layer": "top", "height": 30, "modules-right": ["tray", "clock"], "tray": { "icon-size": 20, "spacing": 8 } }\n'


def gsettings(schema, key, value):
    subprocess.run(["gsettings", "set", schema, key, value], check=True, timeout=10)


class Plasma(Desktop):
    """kwin draws the windows, plasmashell the panel; kded keeps the list of icons."""

    wallpaper_is_ours = False
    environment = {"XDG_CURRENT_DESKTOP": "KDE", "KDE_FULL_SESSION": "true", "KDE_SESSION_VERSION": "5",
                   "QT_QUICK_BACKEND": "software", "QT_XCB_GL_INTEGRATION": "none", "XDG_SESSION_TYPE": "x11"}

    def start_panel(self):
        self.start("kded5")
        self.start("kwin_x11", "--no-kactivities", KWIN_COMPOSE="O2", QT_XCB_GL_INTEGRATION="xcb_glx")
        self.start("/usr/lib/x86_64-linux-gnu/libexec/kactivitymanagerd")
        self.start("plasmashell", "--no-respawn")


class Gnome(Desktop):
    """The shell asks logind who is there; a mock says so."""

    wallpaper_is_ours = False
    environment = {"XDG_CURRENT_DESKTOP": "GNOME", "XDG_SESSION_TYPE": "x11", "GNOME_SHELL_SESSION_MODE": "user",
                   "GSETTINGS_BACKEND": "keyfile"}

    def start_panel(self):
        self.start("/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind")
        for key, value in (("welcome-dialog-last-shown-version", "'99'"), ("disable-user-extensions", "false"),
                           ("enabled-extensions", "['ubuntu-appindicators@ubuntu.com']")):
            gsettings("org.gnome.shell", key, value)
        gsettings("org.gnome.desktop.notifications", "show-banners", "false")
        pump(1)
        self.start("gnome-shell", "--x11", "--unsafe-mode")


class Mate(Desktop):
    """A panel with the indicator applet, whose service keeps the list of icons."""

    environment = {"XDG_CURRENT_DESKTOP": "MATE", "GSETTINGS_BACKEND": "keyfile"}
    objects = {"menu": {"object-type": "'menu-bar'", "position": "0"},
               "clock": {"object-type": "'applet'", "applet-iid": "'ClockAppletFactory::ClockApplet'", "position": "0",
                         "panel-right-stick": "true"},
               "indicators": {"object-type": "'applet'", "position": "10", "panel-right-stick": "true",
                              "applet-iid": "'IndicatorAppletCompleteFactory::IndicatorAppletComplete'"}}

    def start_panel(self):
        gsettings("org.mate.panel", "enable-sni-support", "false")
        gsettings("org.mate.panel", "toplevel-id-list", "['top']")
        gsettings("org.mate.panel", "object-id-list", repr(list(self.objects)))
        for key, value in (("expand", "true"), ("orientation", "'top'"), ("size", "28")):
            gsettings("org.mate.panel.toplevel:/org/mate/panel/toplevels/top/", key, value)
        for name, keys in self.objects.items():
            for key, value in {"toplevel-id": "'top'", **keys}.items():
                gsettings(f"org.mate.panel.object:/org/mate/panel/objects/{name}/", key, value)
        self.start("xfwm4", "--compositor=on")
        self.start("/usr/libexec/ayatana-indicator-application/ayatana-indicator-application-service")
        self.start("mate-panel")


class Waybar(Desktop):
    """sway as a window of the X server, so that there is a pointer."""

    wallpaper_is_ours = False
    environment = {"XDG_CURRENT_DESKTOP": "sway", "XDG_SESSION_TYPE": "wayland", "WLR_BACKENDS": "x11", "WLR_RENDERER": "pixman",
                   "WLR_LIBINPUT_NO_DEVICES": "1", "GDK_BACKEND": "wayland"}

    def start_panel(self):
        for program, text in (("sway", SWAY), ("waybar", WAYBAR)):
            (CONFIG / program).mkdir(parents=True, exist_ok=True)
            (CONFIG / program / "config").write_text(text, encoding="utf-8")
        self.start("sway", "-c", CONFIG / "sway/config")
        runtime = pathlib.Path(os.environ["XDG_RUNTIME_DIR"])
        socket = wait(lambda: [path.name for path in runtime.glob("wayland-*") if path.suffix != ".lock"], "sway", 20)[0]
        os.environ["WAYLAND_DISPLAY"] = socket
        self.start("waybar")


DESKTOPS = {"kde": Plasma, "gnome": Gnome, "mate": Mate, "waybar": Waybar}


def place_of_change(before, now):
    """The middle of what differs between two pictures; None where nothing does."""
    width, channels, stride = now.get_width(), now.get_n_channels(), now.get_rowstride()
    old, new = before.get_pixels(), now.get_pixels()
    rows = [y for y in range(now.get_height()) if old[y * stride:y * stride + width * channels] != new[y * stride:y * stride + width * channels]]
    columns = [x for y in rows for x in range(width)
               if old[y * stride + x * channels:y * stride + (x + 1) * channels] != new[y * stride + x * channels:y * stride + (x + 1) * channels]]
    return ((min(columns) + max(columns)) // 2, (rows[0] + rows[-1]) // 2) if rows else None


def facts(name):
    return next(state for state in STATES if state.name == name).facts


def find_icon(helper):
    """Where the icon is. A clock may tick in between: then once more."""
    def look():
        after(helper.set, **facts("off"))
        before = grab()
        after(helper.set, **facts("on"))
        first = place_of_change(before, grab())
        before = grab()
        after(helper.set, **facts("off"))
        return first if first is not None and first == place_of_change(before, grab()) else None
    try:
        return wait(look, "the icon in the tray", 60)
    except AssertionError:
        shot("desktop-without-icon")
        raise


def main():
    name = sys.argv[2]
    kind = DESKTOPS[name]
    os.environ.update(kind.environment)
    subprocess.run(["dbus-update-activation-environment", "--all"], check=True, timeout=10)  # some panels have their bus start parts
    with kind(dark=False) as desktop:
        x, y = find_icon(desktop.helper)
        after(desktop.helper.set, State="on", ResolverInUse="Quad9", Resolver="quad9")
        xdotool("key", "Escape")  # some begin with an overview
        run_app()
        pump(2)
        camera.still()
        after(xdotool, "mousemove", x, y, "click", 1)
        pump(1)  # GNOME waits for a second click
        camera.still()
        shot(f"desktop-{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
