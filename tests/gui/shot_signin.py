# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the screenshots of the sign-in window, in light and in dark: the real window and a real page, in the hotel of
hotel.py; the scripted helper plays the rest."""
import pathlib
import sys
import time

from gi.repository import GLib

import accessibility
from accessibility import Role
from conftest import Helper
from hotel import HOTEL, Hotel
from shot import Appearance, Desktop, place_of, settle, shot, xdotool
from waiting import wait

import os

OUT = pathlib.Path(sys.argv[1])


def shot_window(name):
    window = wait(lambda: xdotool("search", "--onlyvisible", "--name", "^Sign in to"), "the window", 20)[-1]
    xdotool("windowmove", window, 280, 60)
    settle()
    shot(name, place_of(window))


def take(dark):
    suffix = "dark" if dark else "light"
    appearance = Appearance(dark)
    Desktop.paint_wallpaper(type("Screen", (), {"dark": dark})).show()
    accessibility.program = "sotto-signin"
    helper = Helper()
    helper.start()
    for name in ("login", "img"):
        helper.script("Answer", GLib.Variant("(sv)", (f"ResolveForSignIn({name}.grand-hotel.test)",
                                                      GLib.Variant("as", [HOTEL]))))
    helper.set(State="signin", PortalAddress="http://login.grand-hotel.test/")
    window = Hotel([os.environ["SOTTO_SIGNIN_WINDOW"]])
    wait(lambda: "GET img.grand-hotel.test/logo.png" in window.requests(), "the page", 20)
    settle(2)
    shot_window(f"signin-page-{suffix}")
    helper.set(State="signin", Until=int(time.time()), SignIn="")
    settle()
    shot_window(f"signin-ended-{suffix}")
    helper.set(PortalAddress="https://login.grand-hotel.test/")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Try Again"))
    accessibility.get(Role.LABEL, "This page cannot prove who it is")
    shot_window(f"signin-certificate-{suffix}")
    details = accessibility.find_all(Role.TOGGLE_BUTTON)
    print([d.get_name() for d in details])
    accessibility.press(details[0])
    settle()
    shot_window(f"signin-certificate-details-{suffix}")
    go_on = [b for b in accessibility.find_all(Role.PUSH_BUTTON) if b.get_name().startswith("Go On")]
    accessibility.press(go_on[0])
    settle(2)
    shot_window(f"signin-excepted-{suffix}")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Open in Browser"))
    settle(1)
    shot(f"signin-question-{suffix}", (200, 40, 900, 860))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Cancel"))
    helper.set(State="starting", SignIn="")
    settle(1)
    shot_window(f"signin-finishing-{suffix}")
    helper.set(State="on")
    settle(0.3)
    shot(f"signin-online-{suffix}")
    window.stop()
    print(window.text())
    helper.stop()


if __name__ == "__main__":
    take(sys.argv[2] == "dark")
