# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way through a hotel as a traveller goes it, with the real parts: panel, tray, window, helper and page.

SOTTO_SHOTS names a folder for a picture of the screen at each step.
"""

import os
import shutil
import time
from pathlib import Path

import pytest

from lab.capture import Capture
from lab.desktop import TOOLS, Desktop
from lab.hotel import LOGIN
from lab.install import build_folder
from lab.portal import PAPER
from lab.process import wait_for
from lab.servers import ask
from lab.topology import TRUTH, WILD

PROGRAM = "app/signin/sotto-signin"  # the plain one: a web engine does not like to be measured by a sanitizer
SECRET = "what-the-traveller-reads.wild.example.test"
NEEDS_SIGN_IN = "This Wi-Fi needs you to sign in"


class Traveller:
    """Somebody at the desktop, who looks, clicks and types."""

    def __init__(self, guest, desktop):
        self.guest, self.desktop = guest, desktop
        self.pictures = os.environ.get("SOTTO_SHOTS")

    def look(self, name, after_s=1.0):
        """`after_s`: until everything is painted."""
        if self.pictures:
            time.sleep(after_s)
            self.desktop.screenshot(Path(self.pictures) / f"{name}.png")

    def look_at_menu(self, name):
        if self.pictures:
            self.desktop.open_menu()
            self.look(name)
            self.desktop.run("xdotool", "key", "Escape")

    def click(self, label):
        return self.desktop.tray("click", label)

    def wait(self, title, seconds=30):
        wait_for(f"the tray to say {title!r}", lambda: self.desktop.tray("title") == title, seconds)

    def window(self):
        """The sign-in window, or None."""
        found = self.desktop.run("xdotool", "search", "--onlyvisible", "--name", "^Sign in to", check=False).stdout.split()
        return found[-1] if found else None

    def sees_page(self):
        """The page is painted: its paper is what is in the middle of the window."""
        place = dict(line.split("=") for line in
                     self.desktop.run("xdotool", "getwindowgeometry", "--shell", self.window()).stdout.split())
        x, y = (int(place[at]) + int(place[size]) // 2 for at, size in (("X", "WIDTH"), ("Y", "HEIGHT")))
        seen = self.desktop.run("import", "-window", "root", "-crop", f"1x1+{x}+{y}", "-depth", "8", "txt:-").stdout
        return PAPER in seen.upper()

    def fill_in(self, room):
        """Into the field that the page points at by itself."""
        self.desktop.run("xdotool", "type", room)
        self.look("5-filled-in")
        self.desktop.run("xdotool", "key", "Return")


@pytest.fixture
def desktop(guest):
    desktop = Desktop(guest, "1280x900")
    desktop.run("dbus-update-activation-environment", "DISPLAY")  # for who shows notifications
    desktop.paint("linear-gradient(#33475a, #151d26)")
    yield desktop
    desktop.stop()


@pytest.fixture
def traveller(helper, guest, desktop):
    """Protected in the hotel, which asks for nothing yet."""
    program = shutil.copy(build_folder("plain") / PROGRAM, TOOLS)
    desktop.start("sotto", "env", f"SOTTO_SIGNIN={program}", "sotto", "--background")
    traveller = Traveller(guest, desktop)
    traveller.wait("Not protected")
    traveller.click("^Turn On Protection")
    traveller.wait("Protected")
    return traveller


def test_signs_in_by_one_click(traveller, helper, hotel, guest, network, networkmanager, desktop):
    page = lambda request: request in hotel.doormen["portal"].log  # noqa: E731
    with Capture(network) as capture:
        hotel.cable(False)
        traveller.wait("No network")
        hotel.mode("portal")
        hotel.cable(True)
        traveller.wait(NEEDS_SIGN_IN)
        traveller.look("1-notified")
        traveller.look_at_menu("2-needs-sign-in")
        waiting = network.laptop.start("traveller-reads", "dig", "+short", "+tries=20", "+timeout=3", SECRET)
        with capture.permit("sign-in", LOGIN):
            traveller.click("^Sign In to Wi-Fi")
            wait_for("the sign-in to begin", lambda: helper.status(guest)["state"] == "signing-in", 30)
            wait_for("the page to be painted", lambda: traveller.window() and traveller.sees_page(), 40)
            traveller.look("3-page")
            traveller.look_at_menu("4-signing-in")
            assert SECRET not in hotel.dnsmasq.log
            traveller.fill_in("101")
            wait_for("the form to be sent", lambda: page('"POST /sign-in'), 20)
            wait_for("the network to let through", lambda: helper.status(guest)["state"] == "on", 30)
        traveller.look("6-online", after_s=0.5)
        traveller.wait("Protected")
        wait_for("the window to close", lambda: not traveller.window(), 20)
        assert ask(network.laptop, "www.example.test") == TRUTH
        wait_for("what waited meanwhile", lambda: WILD in waiting.log, 20)
        traveller.look_at_menu("7-protected")
        desktop.show_window()
        traveller.look("8-status")
    flows = capture.no_plain_dns(SECRET, "www.example.test").clear_flows
    assert flows["sign-in"] >= 1, "the control: the page's name was asked in clear, and seen"
