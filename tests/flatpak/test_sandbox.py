# SPDX-License-Identifier: GPL-3.0-or-later
"""The app with less than it asks for: it opens, and says what is missing and what to do. (Without the tray's name a panel such as
this laptop's shows the icon all the same, the X11 way; where there is none, tests/gui has the words.)"""

import contextlib
import time

import pytest

from host.laptop import NAME
from host.repository import REFERENCE
from host.steps import TURN_ON, no_trace
from lab.payload import ID, PROGRAM
from lab.topology import TRUTH

NOT_ALLOWED = ("^This app is not allowed to talk to systemd, which sets up the service\\. Allow it, or type this into a "
               "terminal:$")


@pytest.fixture(scope="module", autouse=True)
def installed(laptop, repository):
    repository.publish("second")
    laptop.desktop.run("flatpak", "install", "--user", "--assumeyes", "--from", REFERENCE, timeout=60)
    yield
    laptop.desktop.run("flatpak", "uninstall", "--user", "--assumeyes", "--delete-data", ID)


@contextlib.contextmanager
def override(laptop, *what):
    laptop.desktop.run("flatpak", "override", "--user", *what, ID)
    yield
    laptop.desktop.run("flatpak", "override", "--user", "--reset", ID)


def test_permissions_are_those_explained(laptop, request):
    """The table in flatpak/README.md is what is installed."""
    readme = (request.config.rootpath / "flatpak/README.md").read_text()
    shown = laptop.desktop.output("flatpak", "info", "--show-permissions", ID)
    facts = dict(line.split("=") for line in shown.splitlines() if "=" in line)
    talks = {name for name, may in facts.items() if may == "talk"}
    assert {name for name in talks if f"talk-name={name}`" not in readme} == set()
    assert set(facts["shared"].strip(";").split(";")) == {"network", "ipc"}
    assert set(facts["sockets"].strip(";").split(";")) <= {"x11", "wayland", "fallback-x11"}
    assert not {"devices", "filesystems", "features"} & facts.keys()


def test_without_systemd_the_command_is_shown_and_works(laptop, app, hotel):
    app.quit()
    hotel.mode("hijack53")
    with override(laptop, "--system-no-talk-name=org.freedesktop.systemd1"):
        app.start()
        app.press(TURN_ON)
        app.wait(NOT_ALLOWED)
        command = app.wait("^sudo sh ")
        print(laptop.administrator(command).stdout)
        app.wait("^Not protected on ", 20)
        app.press("^Turn On Protection$")
        app.wait("^Turn Off Protection$")
        assert laptop.lookup() == TRUTH
        app.quit()


def test_without_the_helpers_name(laptop, app):
    with override(laptop, f"--system-no-talk-name={NAME}"):
        app.start()
        app.wait("^Sotto is not allowed to talk to its service$")
        app.wait(f"^flatpak override --user --system-talk-name={NAME} {ID}$")
        app.quit()


def test_removed_by_hand(laptop):
    """Without any app."""
    laptop.administrator(f"sudo {PROGRAM} remove")
    laptop.wait_restored(time.monotonic())
    assert no_trace(laptop) == []
