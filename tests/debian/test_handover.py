# SPDX-License-Identifier: GPL-3.0-or-later
"""From the helper that a Flatpak brought to the package's, and back. The tests are steps: each begins where the one before left the
laptop."""

import time

import pytest

from lab.boot import Boot
from lab.booted_sotto import UNIT, BootedSotto
from lab.capture import Capture
from lab.load import Load
from lab.payload import HOME, RECORD, Payload
from lab.process import wait_for
from lab.resolvers import configure_sotto
from lab.topology import TRUTH
from packages import changed_files, dpkg, install, package


@pytest.fixture(scope="module")
def payload(network):
    return Payload()


@pytest.fixture(scope="module")
def laptop(network, hotel_for_all, servers, payload):
    """With a Flatpak's helper, on."""
    boot = Boot(network, lambda root: configure_sotto(servers, root))
    laptop = BootedSotto(boot)
    done = payload.install(boot)
    assert done.returncode == 0, done.stderr
    boot.as_guest("busctl", "call", "io.github.sottodns.Sotto1", "/io/github/sottodns/Sotto1", "io.github.sottodns.Sotto1", "TurnOn")
    assert laptop.lookup() == TRUTH
    yield laptop
    boot.close()


def program(laptop):
    return laptop.boot.output("readlink", f"/proc/{laptop.pid}/exe")


def test_package_takes_over_and_holds(laptop, network):
    assert program(laptop).startswith(HOME)
    with Capture(network) as capture:
        with Load(laptop.boot, rate=200) as load:
            time.sleep(1)
            print(install(laptop.boot, package("sottod")).stdout)
            time.sleep(2)
        wait_for("protection", laptop.is_on, 5)
    assert program(laptop) == "/usr/libexec/sotto/sottod-service"
    assert laptop.show("FragmentPath") == f"/lib/systemd/system/{UNIT}"
    waited = max(one.answered - one.sent for one in load.asked if one.is_answered)
    print(f"hand-over: {len(load.asked)} questions asked, the longest wait {waited:.2f} s")
    assert [one for one in load.asked if not one.is_answered] == []
    capture.no_plain_dns(*(f"load-{number}.wild.example.test" for number in (0, 10, 50, 100)))


def test_nothing_of_the_flatpak_s_helper_is_left(laptop):
    assert changed_files(laptop.boot, "sottod") == []
    assert [place for place in (HOME, RECORD, f"/etc/systemd/system/{UNIT}") if laptop.boot.path(place).exists()] == []
    assert laptop.systemctl("is-enabled", UNIT) == "enabled"
    assert laptop.systemctl("is-system-running") == "running"


def test_a_flatpak_leaves_the_package_alone(laptop, payload):
    assert payload.install(laptop.boot).returncode == 4
    assert laptop.is_on()
    assert not laptop.boot.path(HOME).exists()


def test_after_removal_a_flatpak_brings_its_own_again(laptop, payload):
    """On, as it was."""
    dpkg(laptop.boot, "--remove", "sottod")
    done = payload.install(laptop.boot)
    assert done.returncode == 0, done.stderr
    wait_for("protection, with no hand", lambda: laptop.lookup() == TRUTH, 10)
    assert program(laptop).startswith(HOME)


def test_purging_the_package_takes_nothing_from_the_flatpak(laptop):
    dpkg(laptop.boot, "--purge", "sottod")
    assert laptop.lookup() == TRUTH
    assert laptop.boot.path("/var/lib/sotto/state.conf").exists()
    assert laptop.systemctl("is-enabled", UNIT) == "enabled"
