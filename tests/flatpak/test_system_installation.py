# SPDX-License-Identifier: GPL-3.0-or-later
"""Sotto as a system installation: from a line on a web page to the last file gone."""

import time

import pytest

from host.laptop import PASSWORD
from host.repository import REFERENCE
from host.steps import (ADMINISTRATOR, MANAGE_UNITS, SECRET, TURN_ON, WWW, flatpak_commit, helper_files, no_trace,
                        nothing_lost, on_disk, unchanged)
from lab.capture import Capture
from lab.load import Load
from lab.payload import HOME, ID
from lab.process import wait_for
from lab.topology import LIE, TRUTH



@pytest.fixture(scope="module")
def untouched(laptop):
    """What was on the disk before anything of Sotto's was; sudo, and Flatpak as root, have left their marks already."""
    assert laptop.administrator("sudo flatpak remotes").returncode == 0
    return on_disk(laptop)


@pytest.fixture(scope="module")
def without_helper(laptop, untouched):
    """And with the app, but before its helper."""
    return on_disk(laptop)


def test_an_administrator_is_at_the_screen(laptop, untouched):
    facts = laptop.boot.output("loginctl", "show-session", laptop.seat.identifier, "-p", "Active", "-p", "Class", "-p", "Type")
    assert set(facts.split()) == {"Active=yes", "Class=user", "Type=x11"}
    assert laptop.administrator("sudo id --user").stdout == "0\n"
    assert laptop.lookup() == LIE
    assert no_trace(laptop) == []


def test_without_sotto_lookups_are_seen(laptop, network):
    """Else the captures of the other steps would prove nothing."""
    with Capture(network) as capture:
        laptop.lookup(SECRET)
    with pytest.raises(AssertionError, match=f"DNS in clear.*{SECRET}"):
        capture.no_plain_dns(SECRET)


def test_installs_from_the_reference(laptop, repository, untouched):
    with laptop.prompt("give", PASSWORD) as prompts:
        done = laptop.terminal(f"flatpak install --system --from {REFERENCE}", "y\n" * 4)
    assert prompts.actions == ["org.freedesktop.Flatpak.configure-remote"], done.stdout
    options = laptop.desktop.output("flatpak", "remotes", "--columns=name,options")
    assert "no-gpg-verify" not in next(line for line in options.splitlines() if line.startswith("sotto"))
    assert laptop.setup_state()["state"] == "needed"


def test_shows_in_the_tray(app):
    assert app.title() == "Not set up yet"
    assert "Turn On Protection" in app.texts()


@pytest.mark.parametrize("answer", [("give", "the wrong password"), ("dismiss",), None],
                         ids=["refused", "dismissed", "no-agent"])
def test_without_a_yes_nothing_happens(laptop, app, without_helper, answer):
    if answer:
        with laptop.prompt(*answer) as prompts:
            app.press(TURN_ON)
            app.wait(ADMINISTRATOR)
        assert prompts.actions == [MANAGE_UNITS]
        assert prompts.answers == ["dismissed" if answer[0] == "dismiss" else "refused"]
    else:
        app.press(TURN_ON)
        app.wait(ADMINISTRATOR)
    unchanged(without_helper, laptop)
    assert laptop.lookup() == LIE


def test_one_click_and_one_password_protect(laptop, app, without_helper, network, hotel):
    hotel.mode("hijack53")
    with laptop.prompt("give", PASSWORD) as prompts, Capture(network) as capture:
        began = time.monotonic()
        app.press(TURN_ON)
        app.wait("^Turn Off Protection$", 30)
        print(f"protected {time.monotonic() - began:.1f} s after the click")
        assert laptop.lookup() == TRUTH
        laptop.lookup(SECRET)
    assert prompts.actions == [MANAGE_UNITS] and prompts.answers == ["accepted"]
    capture.no_plain_dns(WWW, SECRET)
    assert app.title() == "Protected"
    assert laptop.is_on()
    assert laptop.setup_state()["state"] == "current"


def test_the_helper_needs_nothing_of_the_host(laptop):
    mapped = helper_files(laptop)
    assert any(path.startswith(f"{HOME}/versions/") and "libsodium" in path for path in mapped)
    assert [path for path in mapped if not path.startswith(f"{HOME}/versions/")] == []
    assert laptop.boot.output("ps", "-o", "user=", "-p", laptop.pid) == "sotto"


def test_update_is_followed(laptop, repository, app, network, older):
    repository.publish("second")
    before = laptop.payload()
    with Capture(network) as capture:
        with Load(laptop.boot, rate=20) as load:
            began = time.monotonic()
            laptop.desktop.run("flatpak", "update", "--system", "--assumeyes", ID, timeout=60)
            updated = time.monotonic()
            wait_for("the helper to follow", lambda: laptop.payload() not in ("", before), 30)
            wait_for("protection", laptop.is_on, 10)
            print(f"updated in {updated - began:.1f} s, followed {time.monotonic() - updated:.1f} s later")
            time.sleep(1)
    nothing_lost(load)
    capture.no_plain_dns(*(f"load-{number}.wild.example.test" for number in range(10)))
    assert app.wait("^Sotto was updated")
    app.quit()
    app.start()
    assert app.wait("^Turn Off Protection$")
    assert laptop.setup_state()["state"] == "current"


def test_the_way_back_is_closed_to_the_helper(laptop, app, older):
    newest = laptop.payload()
    app.quit()
    laptop.administrator(f"sudo flatpak update --system --assumeyes --commit={older} {ID}")
    assert flatpak_commit(laptop) == older
    wait_for("the refusal", lambda: "older than what is installed" in laptop.boot.journal("--unit=sotto-follow.service"), 20)
    assert laptop.payload() == newest
    app.start()
    assert app.wait("^Turn Off Protection$")
    assert laptop.is_on(), "the older app works with the newer helper"
    assert laptop.setup_state()["state"] == "current"
    app.quit()
    laptop.desktop.run("flatpak", "update", "--system", "--assumeyes", ID, timeout=60)


def test_removed_by_the_menu(laptop, app, without_helper, hotel):
    app.start()
    app.wait("^Turn Off Protection$")
    with laptop.prompt("give", PASSWORD) as prompts:
        app.window("key", "F10")
        app.press("^Remove System Component…$")
        app.press("^Remove$")
        app.wait("^Turn On Protection$", 30)
    laptop.wait_restored(time.monotonic())
    assert prompts.actions == [MANAGE_UNITS]
    assert laptop.lookup() == LIE
    unchanged(without_helper, laptop)
    assert no_trace(laptop) == []


def test_an_app_that_goes_takes_its_helper_along(laptop, app, untouched, hotel):
    with laptop.prompt("give", PASSWORD):
        laptop.setup("install")
    laptop.turn("on")
    assert laptop.lookup() == TRUTH
    app.quit()
    laptop.desktop.run("flatpak", "uninstall", "--system", "--assumeyes", "--delete-data", ID)
    wait_for("the helper to go", lambda: no_trace(laptop) == [], 30)
    laptop.wait_restored(time.monotonic())
    assert laptop.lookup() == LIE
    unchanged(untouched, laptop)
    assert list(laptop.boot.path("/home/guest/.var/app").glob("*")) == []
