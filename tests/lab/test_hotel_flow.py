# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way through a hotel's sign-in with the real parts: the helper notices the page, the window shows it, somebody
fills it in, and the computer is online and protected. (What leaves in clear meanwhile is counted by the scenarios.)"""

import shutil
import time

import pytest

from lab.desktop import TOOLS, Desktop
from lab.hotel import LOGIN
from lab.install import build_folder
from lab.process import wait_for
from lab.servers import ask
from lab.topology import TRUTH

PROGRAM = "app/signin/sotto-signin"  # the plain one: a web engine does not like to be measured by a sanitizer


@pytest.fixture
def desktop(guest):
    desktop = Desktop(guest, "1280x900")
    yield desktop
    desktop.stop()


@pytest.fixture
def window(helper, hotel, guest, desktop):
    """In front of the hotel's page."""
    hotel.mode("portal")
    helper.sottoctl(guest, "on")
    wait_for("the sign-in page to be noticed", lambda: helper.status(guest)["state"] == "signin", 30)
    window = desktop.start("sotto-signin", shutil.copy(build_folder("plain") / PROGRAM, TOOLS))
    window.wait_until("the sign-in to begin", lambda: helper.status(guest)["state"] == "signing-in", 30)
    window.wait_until("the page to be read", lambda: '"GET / HTTP/1.1" 200' in hotel.doormen["portal"].log, 30)
    assert hotel.questions(LOGIN) > 0
    return window


def test_signs_in_by_the_window(window, helper, hotel, guest, desktop, network):
    def sign_in():
        """Into the form's first field, once more when that was before the form could be seen."""
        time.sleep(3)
        desktop.run("xdotool", "key", "Tab")
        desktop.run("xdotool", "type", "101")
        desktop.run("xdotool", "key", "Return")
        return '"POST /sign-in' in hotel.doormen["portal"].log
    wait_for("the form to be sent", sign_in, 40)
    wait_for("the network to let through", lambda: helper.status(guest)["state"] == "on", 30)
    wait_for("the window to close", lambda: not window.alive, 20)
    assert ask(network.laptop, "www.example.test") == TRUTH
