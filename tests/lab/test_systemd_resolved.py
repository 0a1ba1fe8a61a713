# SPDX-License-Identifier: GPL-3.0-or-later
"""What test_systemd.py shows, on a machine whose lookups go through systemd-resolved."""

import time

import pytest

from lab.boot import Boot
from lab.booted_sotto import UNIT, BootedSotto
from lab.capture import Capture
from lab.clear_flows import CLEAR_FLOWS, ClearFlow
from lab.load import Load
from lab.process import wait_for
from lab.topology import HOTEL, LIE, TRUTH

STUB = "127.0.0.53"


OWN_HOST_NAME = ClearFlow("LLMNR", ("laptop",), servers=None, port=5355)
"""systemd-resolved asks the link whether another machine has this one's name."""


@pytest.fixture(scope="module")
def laptop(network, hotel_for_all, servers):
    boot = Boot.with_sotto(network, servers, resolved=True)
    yield BootedSotto(boot, STUB)
    boot.close()


@pytest.fixture
def protected(laptop, hotel):
    laptop.make_ready()
    return laptop


def no_leak(capture):
    return capture.no_plain_dns("load-50.wild.example.test", "asked.wild.example.test", allow=(*CLEAR_FLOWS, OWN_HOST_NAME))


def test_on_and_off(protected):
    assert protected.lookup() == TRUTH
    assert protected.boot.nameservers() == [STUB]
    protected.turn("off")
    wait_for("the hotel's lie", lambda: protected.lookup() == LIE, 2)


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
    assert all(one.is_answered for one in load.asked if one.sent > killed)
    no_leak(capture)


def test_reboot_holds(protected, network):
    with protected.asker():
        protected.boot.halt()
        with Capture(network) as capture:
            protected.boot.start()
            wait_for("protection, with no hand", protected.is_on, 10)
            time.sleep(1)
        evidence = no_leak(capture)
    assert evidence.packets_by_port.get(853, 0) + evidence.packets_by_port.get(7443, 0) > 10


def test_networking_off_and_on(protected, network):
    """NetworkManager takes our connection down before the network's, and brings the network up before ours."""
    with Capture(network) as capture, Load(protected.boot, rate=300) as load:
        protected.turn_networking_off_and_on()
        calm = time.monotonic()
        time.sleep(1)
    assert not load.unanswered_since(calm)
    no_leak(capture)


def test_another_program_brings_a_link_that_takes_every_name(protected):
    protected.add_rival()
    protected.boot.output("resolvectl", "domain", "other0", "~.")
    wait_for("the change to be noticed", lambda: protected.reason() == "dns-taken", 2)
    protected.boot.output("ip", "link", "delete", "other0")
    wait_for("protection, with no hand", protected.is_on, 5)


def test_another_program_replaces_the_stubs_file(protected):
    path = protected.boot.path("/etc/resolv.conf")
    path.unlink()
    path.write_text(f"nameserver {HOTEL}\n")
    wait_for("the change to be noticed", lambda: protected.reason() == "dns-taken", 2)
    refused = protected.boot.as_guest("sottoctl", "on", check=False)
    command = refused.stderr.partition("(sudo ")[2].partition(")")[0]
    assert command == "ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf", "neither NetworkManager nor we may"
    protected.boot.output(*command.split())
    wait_for("protection, with no hand", protected.is_on, 5)


def test_stop_restores(protected):
    protected.systemctl("stop", UNIT)
    wait_for("the network's own DNS", lambda: HOTEL in protected.boot.output("resolvectl", "dns", "wl0"), 2)
    assert protected.lookup() == LIE
