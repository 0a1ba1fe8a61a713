# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of the package sottod on a booted laptop. The tests are steps: each begins where the one before left the laptop."""

import time

import pytest

from lab.boot import Boot
from lab.booted_sotto import UNIT, BootedSotto
from lab.capture import Capture
from lab.host_files import differences, host_files
from lab.load import Load
from lab.process import wait_for
from lab.resolvers import configure_sotto
from lab.topology import LIE, TRUTH
from packages import dpkg, field, install, installed_version, newer, package

LIST = "/etc/sotto/ads.txt"
"""A file that the administrator keeps beside the settings."""


@pytest.fixture(scope="module")
def laptop(network, hotel_for_all, servers):
    """Without Sotto, but with the settings of somebody who had read its manual."""
    def prepare(root):
        configure_sotto(servers, root)
        (root / LIST.lstrip("/")).write_text("ads.example.com\n")
    boot = Boot(network, prepare)
    laptop = BootedSotto(boot)
    laptop.files_without = files(laptop)
    yield laptop
    boot.close()


def files(laptop):
    return host_files(laptop.boot.path("/"), ignored=["var/lib/dpkg"])


def no_leak(capture):
    return capture.no_plain_dns(*(f"load-{number}.wild.example.test" for number in (0, 10, 50, 100)))


def test_installed_it_runs_and_changes_nothing(laptop):
    print(install(laptop.boot, package("sottod")).stdout)
    laptop.wait_running()
    assert laptop.systemctl("is-enabled", UNIT) == "enabled"
    assert laptop.boot.output("ps", "-o", "user=", "-p", laptop.pid) == "sotto"
    assert laptop.lookup() == LIE
    assert laptop.resolv_conf() == laptop.resolv_conf_without
    journal = laptop.boot.journal("-u", UNIT, "--output=cat", "--quiet")
    assert "name on the system bus" not in journal, "the bus knew its user before it was started"


def test_on_by_the_user_at_the_screen(laptop):
    laptop.turn("on")
    assert laptop.lookup() == TRUTH


def test_upgrade_holds(laptop, network):
    old = laptop.pid
    with Capture(network) as capture:
        with Load(laptop.boot, rate=200) as load:
            time.sleep(1)
            began = time.monotonic()
            install(laptop.boot, newer("sottod"))
            took = time.monotonic() - began
            time.sleep(2)
        wait_for("protection", laptop.is_on, 5)
    assert installed_version(laptop.boot, "sottod") == field("sottod", "Version") + "+newer"
    assert laptop.pid != old, "the new program runs"
    waited = max(one.answered - one.sent for one in load.asked if one.is_answered)
    print(f"upgrade: {took:.2f} s, {len(load.asked)} questions asked, the longest wait {waited:.2f} s")
    assert [one for one in load.asked if not one.is_answered] == []
    no_leak(capture)


def test_upgrade_leaves_off_what_is_off(laptop):
    laptop.turn("off")
    install(laptop.boot, newer("sottod"))
    laptop.wait_running()
    assert not laptop.is_on()
    assert laptop.lookup() == LIE
    laptop.turn("on")


def test_removed_restores_though_somebody_goes_on_asking_the_helper(laptop):
    """Who asks it has the bus start it."""
    laptop.boot.run("systemd-run", "--unit=curious", "sh", "-c", "while sottoctl status; do :; done; while :; do busctl call"
                    " io.github.sottodns.Sotto1 /io/github/sottodns/Sotto1 org.freedesktop.DBus.Peer Ping; done")
    dpkg(laptop.boot, "--remove", "sottod")
    laptop.wait_restored(time.monotonic())
    laptop.systemctl("stop", "curious.service")
    assert laptop.lookup() == LIE
    assert laptop.boot.run("systemctl", "is-active", UNIT, check=False).stdout.strip() == "inactive"
    assert "sotto" not in laptop.boot.output("ip", "link")
    assert laptop.networkmanager_files() == laptop.networkmanager_files_without


def test_installed_again_it_goes_on_as_it_was(laptop):
    install(laptop.boot, package("sottod"))
    wait_for("protection, with no hand", laptop.is_on, 10)
    assert laptop.lookup() == TRUTH


def test_purged_leaves_its_user_and_what_it_does_not_know(laptop):
    dpkg(laptop.boot, "--purge", "sottod")
    laptop.wait_restored(time.monotonic())
    left = differences(laptop.files_without, files(laptop))
    accounts = [line for line in left if line in {f"! etc/{name}" for name in ("passwd", "group", "shadow", "gshadow")}]
    settings = ["- etc/sotto/sotto.conf.d", "- etc/sotto/sotto.conf.d/50-lab.conf"]
    assert sorted(left) == sorted(accounts + settings)
    assert laptop.boot.path(LIST).exists()
    assert laptop.boot.output("getent", "passwd", "sotto").endswith("nologin")
