# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the screenshots of the sign-in window: the real window and a real page, in the hotel of hotel.py. The scripted
helper says when which thing happens."""
import os
import sys
import time

from gi.repository import GLib

import accessibility
from accessibility import Role
from camera import after, shot, shot_window, still
from conftest import Helper
from desktop import Appearance, paint_wallpaper
from hotel import HOTEL, Hotel
from waiting import wait

TITLE = "^Sign in to"


class Guest:
    """Somebody in front of the window."""

    def __init__(self, suffix):
        self.suffix = suffix
        self.helper = Helper()
        self.helper.start()
        for name in ("login", "img"):
            self.helper.script("Answer", GLib.Variant("(sv)", (f"ResolveForSignIn({name}.grand-hotel.test)",
                                                               GLib.Variant("as", [HOTEL]))))
        self.helper.set(State="signin", PortalAddress="http://login.grand-hotel.test/")
        self.hotel = Hotel([os.environ["SOTTO_SIGNIN_WINDOW"]])

    def shot(self, name):
        shot_window(f"signin-{name}-{self.suffix}", TITLE)

    def end(self):
        self.hotel.stop()
        self.helper.stop()


def press(name, role=Role.PUSH_BUTTON):
    accessibility.press(accessibility.get(role, name))


def take_page(guest):
    wait(lambda: "GET img.grand-hotel.test/logo.png" in guest.hotel.requests(), "the page", 20)
    still()
    guest.shot("page")
    after(press, "Open in Browser")
    shot(f"signin-question-{guest.suffix}", (200, 40, 900, 860))
    after(press, "Cancel")
    guest.helper.set(Until=int(time.time()))
    after(guest.helper.set, State="signin", SignIn="")
    guest.shot("ended")


def take_certificate(guest):
    guest.helper.set(PortalAddress="https://login.grand-hotel.test:444/")
    press("Try Again")
    accessibility.get(Role.LABEL, "This page cannot prove who it is")
    after(press, "What it showed instead", Role.TOGGLE_BUTTON)
    guest.shot("certificate")
    press("Go On to login.grand-hotel.test All the Same")
    accessibility.get(Role.LABEL, "Not secure")


def take_end(guest):
    after(guest.helper.set, State="starting", SignIn="")
    guest.shot("finishing")
    guest.helper.set(State="on")
    shot_window(f"signin-online-{guest.suffix}", TITLE)  # it is soon gone


def main():
    dark = sys.argv[2] == "dark"
    appearance, wallpaper = Appearance(dark), paint_wallpaper(dark)
    wallpaper.show()
    accessibility.program = "sotto-signin"
    guest = Guest("dark" if dark else "light")
    take_page(guest)
    take_certificate(guest)
    take_end(guest)
    guest.end()
    del appearance
    return 0


if __name__ == "__main__":
    sys.exit(main())
