# SPDX-License-Identifier: GPL-3.0-or-later
"""Sotto in one user's home: what the host never runs by itself is asked for, each time."""

import time

import pytest

from host.laptop import PASSWORD
from host.repository import REFERENCE
from host.steps import MANAGE_UNITS, TURN_ON, WWW, flatpak_commit, no_trace, nothing_lost, on_disk, unchanged
from lab.capture import Capture
from lab.load import Load
from lab.payload import ID, RECORD
from lab.process import wait_for
from lab.topology import LIE, TRUTH

HOME = "/home/guest/.local/share/flatpak"


@pytest.fixture(scope="module")
def untouched(laptop):
    return on_disk(laptop)


@pytest.fixture(scope="module")
def older(laptop):
    return flatpak_commit(laptop, "--user")


def test_installs_without_an_administrator(laptop, repository, untouched):
    repository.publish("first")
    with laptop.prompt("give", PASSWORD) as prompts:
        laptop.terminal(f"flatpak install --user --from {REFERENCE}", "y\n" * 4)
    assert prompts.actions == []
    assert laptop.setup_state()["state"] == "needed"
    unchanged(untouched, laptop)


def test_one_click_and_one_password_protect(laptop, app, network, hotel, older):
    hotel.mode("hijack53")
    with laptop.prompt("give", PASSWORD) as prompts, Capture(network) as capture:
        app.press(TURN_ON)
        app.wait("^Turn Off Protection$", 30)
        assert laptop.lookup() == TRUTH
    assert prompts.actions == [MANAGE_UNITS]
    capture.no_plain_dns(WWW)
    assert HOME in laptop.boot.path(RECORD).read_text()


def test_update_is_offered_and_done_with_a_password(laptop, repository, app, network):
    repository.publish("second")
    before = laptop.payload()
    laptop.desktop.run("flatpak", "update", "--user", "--assumeyes", ID, timeout=60)
    app.wait("^Sotto was updated")
    app.quit()
    app.start()
    app.wait("^The system service is older than this app\\.$")
    assert laptop.payload() == before, "nothing in a home is run by root"
    with laptop.prompt("give", PASSWORD) as prompts, Capture(network) as capture:
        with Load(laptop.boot, rate=20) as load:
            app.press("^Update…$")
            wait_for("the newer helper", lambda: laptop.payload() not in ("", before), 30)
            wait_for("protection", laptop.is_on, 10)
            time.sleep(1)
    assert prompts.actions == [MANAGE_UNITS]
    nothing_lost(load)
    capture.no_plain_dns(*(f"load-{number}.wild.example.test" for number in range(10)))
    app.wait("^Turn Off Protection$")
    assert laptop.setup_state()["state"] == "current"


def test_the_way_back_is_closed_to_the_helper(laptop, app, older):
    newest = laptop.payload()
    app.quit()
    laptop.desktop.run("flatpak", "update", "--user", "--assumeyes", f"--commit={older}", ID, timeout=60)
    app.start()
    app.wait("^Turn Off Protection$")
    assert laptop.setup_state()["state"] == "current", "the older app works with the newer helper"
    with laptop.prompt("give", PASSWORD):
        done = laptop.setup("install", check=False)
    assert done.returncode != 0 and "newer" in done.stdout
    assert laptop.payload() == newest and laptop.is_on()


def test_removed_by_a_command(laptop, app, untouched):
    app.quit()
    with laptop.prompt("give", PASSWORD) as prompts:
        laptop.setup("remove")
    laptop.wait_restored(time.monotonic())
    assert prompts.actions == [MANAGE_UNITS]
    assert laptop.lookup() == LIE
    unchanged(untouched, laptop)
    assert no_trace(laptop) == []


def test_an_app_that_goes_takes_its_helper_along(laptop, untouched):
    with laptop.prompt("give", PASSWORD):
        laptop.setup("install")
    laptop.turn("on")
    assert laptop.lookup() == TRUTH
    laptop.desktop.run("flatpak", "uninstall", "--user", "--assumeyes", "--delete-data", ID)
    wait_for("the helper to go", lambda: no_trace(laptop) == [], 30)
    laptop.wait_restored(time.monotonic())
    unchanged(untouched, laptop)
