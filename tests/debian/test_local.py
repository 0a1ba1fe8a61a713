# SPDX-License-Identifier: GPL-3.0-or-later
"""`meson install` to /usr/local, on a laptop that runs already: every daemon finds what it reads."""

import shutil

import pytest

from lab.boot import Boot
from lab.booted_sotto import UNIT, BootedSotto
from lab.install import build_folder, install
from lab.resolvers import configure_sotto
from lab.topology import LIE, TRUTH

NAME = "io.github.sottodns.Sotto1"


@pytest.fixture(scope="module")
def laptop(network, hotel_for_all, servers, pytestconfig):
    boot = Boot(network, lambda root: configure_sotto(servers, root))
    laptop = BootedSotto(boot)
    root = boot.path("/")
    install(root, build_folder("local"))
    shutil.copy(pytestconfig.rootpath / "tests/tools/enable-helper", root / "usr/local/bin")
    boot.run("enable-helper")
    yield laptop
    boot.close()


def test_installed_it_runs_and_changes_nothing(laptop):
    laptop.wait_running()
    assert laptop.show("FragmentPath") == f"/usr/local/lib/systemd/system/{UNIT}"
    assert laptop.lookup() == LIE


def test_on_by_the_user_at_the_screen_and_not_from_elsewhere(laptop):
    """polkit knows the actions; NetworkManager does what the helper asks, by polkit's rules."""
    laptop.turn("on")
    assert laptop.lookup() == TRUTH
    assert laptop.boot.as_guest("sottoctl", "off", remote=True, check=False).returncode != 0
    assert laptop.lookup() == TRUTH


def test_started_by_the_bus(laptop):
    laptop.systemctl("stop", UNIT)
    assert laptop.lookup() == LIE
    laptop.boot.run("busctl", "call", NAME, "/io/github/sottodns/Sotto1", "org.freedesktop.DBus.Peer", "Ping")
    laptop.wait_running()
