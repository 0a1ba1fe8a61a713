# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the screenshots of the app on XFCE, light or dark: the tray in each state with its menu open, the window in each
state and on each of its pages; then the window on a phone's width, at twice the scale, in high contrast, and in Arabic. Runs
inside tests/gui/session."""
import os
import pathlib
import sys
import time
import xml.etree.ElementTree as ElementTree

import accessibility
from accessibility import Role
from camera import after, place_of, press_key, shot, shot_window, still, xdotool
from desktop import Desktop, Xfce, show_page
from states import STATES
from tray_host import TrayHost

WIDE, PHONE = (900, 760), (360, 720)


def pages():
    """The names of the window's pages, from its layout: one that is new comes in by itself."""
    layout = ElementTree.parse(pathlib.Path(os.environ["SOTTO_UI"]) / "window.ui")
    stack = next(node for node in layout.iter("object") if node.get("id") == "stack")
    return [node.text for child in stack.findall("child") for node in child.findall("packing/property") if node.get("name") == "name"]


def on_icon():
    """Where the icon is: the last but the clock at the right end of the panel."""
    left, top, width, _height = place_of(windows_of_class("wrapper")[-1])
    return left + width // 2, top + 15


def windows_of_class(name):
    return xdotool("search", "--onlyvisible", "--class", name)


def shot_menu(name, submenu=False):
    x, y = on_icon()
    after(xdotool, "mousemove", x, y, "click", 1)
    if submenu:
        after(xdotool, "mousemove", x - 70, y + 89)  # the pointer on "Resolver" opens its submenu
    shot(name, (x - 520, 0, 620, 360))
    after(xdotool, "key", "Escape")


def facts_of(state):
    return {**state.facts, "ResolverInUse": "" if state.name in ("off", "open", "left-alone", "ask") else "Quad9"}


def state_named(name):
    return next(state for state in STATES if state.name == name)


def take_tray(helper, suffix):
    for state in STATES:
        after(helper.set, **facts_of(state))
        shot_menu(f"menu-{state.name}-{suffix}", submenu=state.name == "on")


def take_pages(suffix, size=WIDE, at=(300, 90)):
    for page in pages():
        after(show_page, page)
        shot_window(f"{page}-{suffix}", at=at, size=size)
    after(show_page, "status")


def show_state(helper, line, **facts):
    """What the window says is what tells that it has been drawn: a graph there moves by itself."""
    helper.set(**facts)
    accessibility.get(Role.LABEL, line)
    still()


def show_lookups():
    """The query log shows what it holds when it is asked to."""
    show_page("log")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Show Lookups"))
    accessibility.gone(Role.PUSH_BUTTON, "Show Lookups")
    still()


def take_states(helper, suffix):
    for state in STATES:
        show_state(helper, state.line, **facts_of(state))
        shot_window(f"status-{state.name}-{suffix}")
    after(helper.set, State="signing-in", Until=int(time.time()) + 252, SignIn="window")
    accessibility.get(Role.PUSH_BUTTON, "Stop Signing In")
    still()
    shot_window(f"status-signing-in-{suffix}")


def take_dialogs(helper, suffix):
    show_state(helper, state_named("signin").line, **state_named("signin").facts)
    for keys, role, expected, name in (("ctrl+question", Role.LABEL, "Check protection now", "shortcuts"),
                                       ("F10", Role.PUSH_BUTTON, "About Sotto", "menu-of-the-window"),
                                       ("alt+u", Role.PUSH_BUTTON, "Allow", "question")):
        xdotool("key", keys)
        accessibility.get(role, expected)
        still()
        shot(f"{name}-{suffix}", (200, 60, 1040, 1060))
        xdotool("key", "Escape")
        accessibility.gone(role, expected)
    show_state(helper, state_named("on").line, **facts_of(state_named("on")))
    xdotool("key", "F5")
    accessibility.get(Role.LABEL, "Lookups are private.")
    still()
    shot_window(f"status-checked-{suffix}")


def take_desktop(suffix):
    """The whole of it: the window, and the menu open in the panel."""
    shot_window(f"status-{suffix}", at=(110, 70), size=(760, 760))
    x, y = on_icon()
    after(xdotool, "mousemove", x, y, "click", 1)
    after(xdotool, "mousemove", x - 70, y + 89)
    shot(f"desktop-{suffix}", (40, 0, 1400, 860))
    press_key("Escape", "Escape")


def take_xfce(dark, suffix):
    with Xfce(dark) as xfce:
        take_tray(xfce.helper, suffix)
        after(xfce.helper.set, State="on", ResolverInUse="Quad9", Resolver="quad9")
        xfce.open_window()
        take_desktop(suffix)
        show_lookups()
        take_pages(suffix)
        take_states(xfce.helper, suffix)
        take_dialogs(xfce.helper, suffix)
        xfce.helper.stop()
        accessibility.gone(Role.LABEL, "Lookups are private.")
        still()
        shot_window(f"status-no-helper-{suffix}")


def take_elsewhere():
    """Each page as other people have it, light: one picture of each tells enough."""
    arabic = {"LD_PRELOAD": os.environ["SOTTO_OTHER_WORDS"], "SOTTO_WORDS": os.environ["SOTTO_TRANSLATIONS"], "LANGUAGE": "ar",
              "GTK_MODULES": os.environ["SOTTO_RIGHT_TO_LEFT"]}
    host = TrayHost()
    host.start()
    for name, size, options in (("phone", PHONE, {}), ("arabic", WIDE, arabic), ("contrast", WIDE, {"contrast": True}),
                                ("scale-2", (1280, 1400), {"GDK_SCALE": "2"})):
        with Desktop(dark=False, **options) as plain:
            plain.open_window()
            take_pages(name, size, at=(40, 40))
    host.stop()


def main():
    take_xfce(sys.argv[2] == "dark", sys.argv[2])
    if sys.argv[2] == "light":
        take_elsewhere()
    return 0


if __name__ == "__main__":
    sys.exit(main())
