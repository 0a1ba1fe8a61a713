# SPDX-License-Identifier: GPL-3.0-or-later
"""The sign-in window, in a hotel (see hotel.py): the page's names are known to the scripted helper alone, and whatever
asks the hotel's DNS by itself is seen there."""
import os
import shutil
import subprocess
import time

import pytest
from gi.repository import GLib

import accessibility
from accessibility import Role
from hotel import BLACK_HOLE, GUEST, HOTEL, Hotel
from waiting import pump, wait

WINDOW = os.environ.get("SOTTO_SIGNIN_WINDOW")
pytestmark = pytest.mark.skipif(WINDOW is None, reason="sotto-signin was not built")
TITLE = "Sign in to Grand Hotel Wi-Fi"


@pytest.fixture
def names(helper):
    """What ResolveForSignIn answers."""
    def answer(name, *addresses):
        helper.script("Answer", GLib.Variant("(sv)", (f"ResolveForSignIn({name})", GLib.Variant("as", addresses))))
    answer("login.grand-hotel.test", HOTEL)
    answer("img.grand-hotel.test", HOTEL)
    return answer


class Window(Hotel):
    def __init__(self, helper, address):
        helper.set(State="signin", PortalAddress=address)
        super().__init__([WINDOW])

    def geometry(self):
        found = wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{TITLE}$"], capture_output=True,
                                            text=True, check=False).stdout.split(), "the window on the screen", 20)
        text = subprocess.run(["xdotool", "getwindowgeometry", "--shell", found[-1]], capture_output=True, text=True, check=True)
        place = dict(line.split("=") for line in text.stdout.splitlines())
        return [int(place[key]) for key in ("X", "Y", "WIDTH", "HEIGHT")]

    def wait_for_request(self, request):
        wait(lambda: request in self.requests(), f"{request} among {self.requests()}", 20)

    def click_page(self):
        """On the button in the middle of the page, which fills the window below header and address."""
        left, top, width, height = self.geometry()
        subprocess.run(["xdotool", "mousemove", str(left + width // 2), str(top + height // 2 + 36), "click", "1"], check=True)


@pytest.fixture
def open_window(helper, names, monkeypatch):
    monkeypatch.setattr(accessibility, "program", "sotto-signin")
    windows = []

    def opened(address="http://login.grand-hotel.test/"):
        windows.append(Window(helper, address))
        return windows[-1]
    yield opened
    for window in windows:
        code, text = window.stop(), window.text()
        assert code in (0, 143), f"the window ended with {code}\n{text}"
        assert "CRITICAL" not in text and "WARNING" not in text and "ERROR" not in text, text


def test_signs_in_and_closes(helper, open_window):
    window = open_window()
    window.wait_for_request("GET login.grand-hotel.test/")
    accessibility.get(Role.LABEL, "login.grand-hotel.test")
    accessibility.get(Role.LABEL, "Not secure")
    pump(1)
    window.click_page()
    window.wait_for_request("POST login.grand-hotel.test/login")
    helper.set(State="on", ResolverInUse="Quad9", SignIn="")
    accessibility.get(Role.LABEL, "You're online and protected")
    assert window.wait_for_end() == 0
    assert helper.calls[0] == "BeginSignIn(window)"
