# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine without NetworkManager: systemd-networkd brings the link up, systemd-resolved knows its DNS, and the switch is
resolved's own settings for our link."""

import time

import pytest

from lab.boot import Boot
from lab.booted_sotto import UNIT, WWW, BootedSotto
from lab.capture import Capture
from lab.clear_flows import CLEAR_FLOWS, ClearFlow
from lab.load import Load
from lab.process import wait_for
from lab.topology import HOTEL, LIE, TRUTH, WILD

STUB = "127.0.0.53"


OWN_HOST_NAME = ClearFlow("LLMNR", ("laptop",), servers=None, port=5355)
"""systemd-resolved asks the link whether another machine has this one's name."""


@pytest.fixture(scope="module")
def laptop(network, hotel_for_all, servers):
    boot = Boot.with_sotto(network, servers, resolved=True, networkmanager=False)
    yield BootedSotto(boot, STUB)
    boot.close()


@pytest.fixture
def protected(laptop, hotel):
    laptop.make_ready()
    return laptop


def no_leak(capture, *names):
    return capture.no_plain_dns("load-50.wild.example.test", "asked.wild.example.test", *names,
                                allow=(*CLEAR_FLOWS, OWN_HOST_NAME))


def own_servers(laptop):
    return laptop.boot.output("resolvectl", "dns", "sotto0").partition(":")[2].split()


def test_on_and_off(laptop, hotel, network):
    laptop.make_ready()
    laptop.turn("off")
    wait_for("the hotel's lie", lambda: laptop.lookup() == LIE, 2)
    assert own_servers(laptop) == []
    with Capture(network) as capture:
        laptop.turn("on")
        assert laptop.lookup() == TRUTH
        assert laptop.lookup("networkd.wild.example.test") == WILD
    no_leak(capture, "networkd")
    status = laptop.status()
    assert (status["state"], status["network"]) == ("on", "wl0")
    assert own_servers(laptop)[0] == "198.19.53.53"
    laptop.turn("off")
    wait_for("the hotel's lie", lambda: laptop.lookup() == LIE, 2)


def test_names_of_the_link_go_to_its_own_dns(protected):
    assert protected.lookup("printer.hotel.test") == "100.64.10.20"


def test_resolved_restarts(protected, network):
    with Capture(network) as capture:
        protected.systemctl("restart", "systemd-resolved")
        wait_for("the true answer", lambda: protected.lookup("restarted.wild.example.test") == WILD, 10)
        time.sleep(1)
        assert protected.is_on()
    no_leak(capture, "restarted")


def test_settings_lost_are_made_again(protected):
    protected.boot.output("resolvectl", "revert", "sotto0")
    wait_for("our servers", lambda: own_servers(protected) != [], 3)
    wait_for("the true answer", lambda: protected.lookup() == TRUTH, 3)


def test_link_reconnects(protected, network):
    with Capture(network) as capture:
        protected.boot.output("networkctl", "down", "wl0")
        time.sleep(1)
        protected.boot.output("networkctl", "up", "wl0")
        wait_for("the true answer", lambda: protected.lookup("reconnected.wild.example.test") == WILD, 15)
        wait_for("protection to be on", protected.is_on, 10)
    no_leak(capture, "reconnected")


def test_another_link_is_told_to_take_every_name(protected):
    """By networkd, who manages it."""
    protected.boot.output("resolvectl", "domain", "wl0", "~.", "hotel.test")
    wait_for("the change to be noticed", lambda: protected.reason() == "dns-taken", 2)
    refused = protected.boot.as_guest("sottoctl", "on", check=False)
    assert refused.returncode == 1 and "ask wl0 about every name" in refused.stderr
    protected.boot.output("resolvectl", "domain", "wl0", "hotel.test")
    wait_for("protection, with no hand", protected.is_on, 5)


def test_another_program_brings_a_link_that_takes_every_name(protected):
    """By the bus, as such programs do; first its servers, then that it wants every name."""
    protected.add_rival()
    time.sleep(1)
    assert protected.reason() == "", "for other names than all that is its right"
    protected.boot.output("resolvectl", "domain", "other0", "~.")
    wait_for("the change to be noticed", lambda: protected.reason() == "dns-taken", 2)
    protected.boot.output("ip", "link", "delete", "other0")
    wait_for("protection, with no hand", protected.is_on, 5)


def test_another_program_replaces_the_stubs_file(protected):
    path = protected.boot.path("/etc/resolv.conf")
    path.unlink()
    path.write_text(f"nameserver {HOTEL}\n")
    wait_for("the change to be noticed", lambda: protected.reason() == "dns-taken", 2)
    path.unlink()
    path.symlink_to("../run/systemd/resolve/stub-resolv.conf")
    wait_for("protection, with no hand", protected.is_on, 5)


def test_crash_holds(protected, network):
    with Capture(network) as capture:
        with Load(protected.boot) as load:
            time.sleep(0.5)
            old = protected.pid
            protected.systemctl("kill", "--signal=KILL", "--kill-who=main", UNIT)
            killed = time.monotonic()
            protected.wait_running(other_than=old)
            time.sleep(2)
    assert load.first_good_after(killed) < 5
    no_leak(capture)


def test_reboot_holds(protected, network):
    with protected.asker():
        protected.boot.halt()
        with Capture(network) as capture:
            protected.boot.start()
            wait_for("protection, with no hand", protected.is_on, 10)
            time.sleep(1)
        no_leak(capture)


def test_stop_restores(protected):
    protected.systemctl("stop", UNIT)
    since = time.monotonic()
    wait_for("the network's own DNS", lambda: protected.lookup(WWW) == LIE, 2)
    print(f"restored {time.monotonic() - since:.2f} s after the stop (2 s are promised)")
    assert "sotto0" not in protected.boot.output("resolvectl", "dns")


def switches_to_resolved(laptop):
    return laptop.boot.output("journalctl", "--no-pager", "--boot", "--unit=sotto").count("switched by systemd-resolved")


def test_networkmanager_comes_and_goes(protected, network):
    """For good: from then on it is the one that switches; and back, when it stays away."""
    nm_conf = protected.boot.path("/etc/NetworkManager/conf.d/lab.conf")
    nm_conf.write_text("[main]\ndns=systemd-resolved\nno-auto-default=*\n[keyfile]\nunmanaged-devices=interface-name:wl0\n")
    protected.boot.path("/etc/systemd/system/NetworkManager.service").unlink()
    protected.systemctl("daemon-reload")
    with Capture(network) as capture:
        protected.systemctl("start", "NetworkManager")
        wait_for("our connection", lambda: "Sotto:activated" in protected.boot.output(
            "nmcli", "-t", "-f", "NAME,STATE", "connection", "show", "--active"), 10)
        wait_for("protection to be on", protected.is_on, 10)
        assert protected.lookup("managed.wild.example.test") == WILD
        before = switches_to_resolved(protected)
        protected.systemctl("stop", "NetworkManager")
        wait_for("systemd-resolved to be used again", lambda: switches_to_resolved(protected) > before, 20)
        wait_for("protection to be on", protected.is_on, 10)
        assert protected.lookup("alone-again.wild.example.test") == WILD
    no_leak(capture, "managed", "alone-again")
    protected.turn("off")
    wait_for("the hotel's lie", lambda: protected.lookup() == LIE, 2)
    assert own_servers(protected) == []
