# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that are not as most are."""

import contextlib
import time

import pytest

from host.laptop import PASSWORD
from host.repository import REFERENCE
from host.steps import MANAGE_UNITS, TURN_ON, no_trace, on_disk, unchanged
from lab.capture import Capture
from lab.install import install
from lab.payload import HOME, ID
from lab.process import wait_for
from lab.topology import TRUTH


@pytest.fixture(scope="module", autouse=True)
def installed(laptop, repository):
    repository.publish("second")
    laptop.desktop.run("flatpak", "install", "--user", "--assumeyes", "--from", REFERENCE, timeout=60)
    yield
    laptop.desktop.run("flatpak", "uninstall", "--user", "--assumeyes", "--delete-data", ID)


@contextlib.contextmanager
def read_only_usr(laptop):
    """As on Silverblue and its like: /usr is the image, /usr/local lies elsewhere."""
    laptop.boot.run("sh", "-c", "mkdir -p /var/usrlocal && cp -a /usr/local/. /var/usrlocal && mount --bind /usr /usr"
                                " && mount -o remount,bind,ro /usr && mount --bind /var/usrlocal /usr/local")
    assert laptop.boot.run("touch", "/usr/share/polkit-1/actions/x", check=False).returncode != 0
    yield
    laptop.boot.run("sh", "-c", "umount /usr/local && umount -l /usr && rm -r /var/usrlocal")


def test_usr_that_nobody_may_write(laptop, hotel):
    hotel.mode("hijack53")
    with read_only_usr(laptop):
        before = on_disk(laptop)
        with laptop.prompt("give", PASSWORD):
            laptop.setup("install")
        laptop.turn("on")
        assert laptop.lookup() == TRUTH
        assert laptop.boot.path(f"/var/usrlocal/{HOME.removeprefix('/usr/local/')}/current/bin/sottod").exists()
        with laptop.prompt("give", PASSWORD):
            laptop.setup("remove")
        laptop.wait_restored(time.monotonic())
        unchanged(before, laptop)


def test_without_networkmanager(laptop, app):
    app.quit()
    laptop.systemctl("mask", "--now", "--runtime", "NetworkManager.service")
    with laptop.prompt("give", PASSWORD) as prompts:
        app.start()
        app.press(TURN_ON)
        app.wait("^Neither NetworkManager nor systemd-resolved is running\\.$", 30)
    assert prompts.actions == [MANAGE_UNITS]
    app.quit()
    laptop.systemctl("unmask", "--runtime", "NetworkManager.service")
    laptop.systemctl("start", "NetworkManager.service")
    laptop.boot.wait_online()
    with laptop.prompt("give", PASSWORD):
        laptop.setup("remove")
    assert no_trace(laptop) == []


def test_on_from_the_first_moment_after_a_reboot(laptop, network, hotel):
    """With nobody logged in, and a program that asks names before anything else runs."""
    hotel.mode("hijack53")
    with laptop.prompt("give", PASSWORD):
        laptop.setup("install")
    laptop.turn("on")
    with laptop.asker():
        laptop.shut_down()
        with Capture(network) as capture:
            laptop.boot.start()
            wait_for("protection", lambda: laptop.fact("State") == "on", 15)
            time.sleep(1)
    evidence = capture.no_plain_dns("asked.wild.example.test")
    assert evidence.packets_by_port.get(853, 0) + evidence.packets_by_port.get(7443, 0) > 10
    laptop.log_in()
    with laptop.prompt("give", PASSWORD):
        laptop.setup("remove")
    assert no_trace(laptop) == []


def test_a_package_of_the_system_is_used_as_it_is(laptop, app, hotel):
    """The last step: it stays."""
    hotel.mode("hijack53")
    laptop.bring_libraries()
    install(laptop.boot.path("/"))
    laptop.systemctl("daemon-reload")
    laptop.boot.run("busctl", "call", "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ReloadConfig")
    laptop.systemctl("enable", "--now", "sotto.service")
    laptop.wait_running()
    with laptop.prompt("give", PASSWORD) as prompts:
        app.start()
        app.press("^Turn On Protection$")
        app.wait("^Turn Off Protection$", 20)
    assert prompts.actions == []
    assert laptop.lookup() == TRUTH
    assert laptop.setup_state()["state"] == "none"
    assert laptop.payload() == ""
