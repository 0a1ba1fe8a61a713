# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing moves for who does not want it to ("gtk-enable-animations" off): what comes is there in its first frame."""
import os
import pathlib

import accessibility
import pages
import pytest
from accessibility import Role
from pages import key
from pixels import Picture
from waiting import pump, wait


@pytest.fixture
def still():
    """To be asked for before the app."""
    folder = pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "gtk-3.0"
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "settings.ini"
    settings.write_text("[Settings]\ngtk-enable-animations=false\n", encoding="utf-8")
    yield
    settings.unlink()


def first_and_last(act):
    """The screen with the first change that `act` brings, and as it stays."""
    pump(0.5)
    before = Picture.of_screen()
    act()
    first = wait(lambda: next((picture for picture in [Picture.of_screen()] if picture.data != before.data), None), "a change")
    pump(1)
    return first, Picture.of_screen()


@pytest.fixture
def settings(helper, window):
    """A page on which nothing changes by itself, in a window as narrow as a phone."""
    helper.set(State="on")
    window.press(pages.button("Settings"))
    pages.resize(360, 640)
    window.get(Role.TOGGLE_BUTTON, "Pages")
    pages.focus()
    return window


def test_list_of_pages(still, settings):
    first, last = first_and_last(lambda: key("F9"))
    assert accessibility.find(Role.RADIO_BUTTON, "Settings") is not None
    assert first.data == last.data


def test_pages(still, settings):
    key("ctrl+1")
    settings.get(Role.PUSH_BUTTON, "Turn Off Protection")
    first, last = first_and_last(lambda: key("ctrl+6"))  # which has nothing to wait for
    assert pages.shown() == "Settings"
    assert first.data == last.data


def test_bar(still, helper, settings):
    helper.refuse("TurnOff", "Failed", "Quad9 did not answer within 5 seconds.")
    key("ctrl+1")
    button = settings.get(Role.PUSH_BUTTON, "Turn Off Protection")
    key("ctrl+6")
    first, last = first_and_last(lambda: settings.press(button))
    settings.get(Role.PUSH_BUTTON, "Dismiss")
    assert first.data == last.data
