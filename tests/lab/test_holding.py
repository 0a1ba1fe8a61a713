# SPDX-License-Identifier: GPL-3.0-or-later
"""What was turned on stays on, whatever happens to the network, and no question leaves in clear meanwhile. (What happens
to the helper is for systemd, test_systemd.py; without it a crash gives the network its own DNS back.)"""

import time

import pytest

from lab.capture import Capture
from lab.helper import ADDRESSES
from lab.load import Load
from lab.networkmanager import RESOLV_CONF, nameservers
from lab.process import wait_for
from lab.servers import ask
from lab.topology import HOTEL, LIE, TRUTH, WILD


FAST = 300
LOAD_NAMES = [f"load-{number}.wild.example.test" for number in range(0, 600, 20)]


class Asker:
    """A program of the laptop's that looks names up without end: seven a second, a new one each time."""

    LABEL = "asked-all-the-time"
    LOOP = 'i=0; while :; do i=$((i + 1)); timeout 10 getent ahostsv4 $0-$i.wild.example.test & sleep 0.15; done'

    def __init__(self, machine):
        self.daemon = machine.start("asker", "sh", "-c", self.LOOP, self.LABEL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.stop()


@pytest.fixture
def watched(protected, network):
    """Protected, and asked all the time; at its end no question may have left in clear."""
    with Capture(network) as capture, Asker(network.laptop):
        yield protected
    capture.no_plain_dns(Asker.LABEL)


def held(network):
    wait_for("the machine's DNS to be ours again", lambda: nameservers() == ADDRESSES, 15)
    wait_for("the true answer", lambda: ask(network.laptop) == TRUTH, 15)


def test_networkmanager_restarts(watched, networkmanager, network):
    networkmanager.restart()
    held(network)


def test_networkmanager_crashes(watched, networkmanager, network):
    networkmanager.restart(kill=True)
    held(network)


def test_networkmanager_is_away_for_long(watched, networkmanager, network, guest):
    """So long that somebody else is looked for who can switch DNS; there is none, and what is set stays in force."""
    networkmanager.daemon.stop()
    time.sleep(12)
    assert nameservers() == ADDRESSES
    assert ask(network.laptop, "nobody-manages.wild.example.test") == WILD
    assert watched.status(guest)["state"] == "on"
    networkmanager.start()
    networkmanager.wait_connected()
    held(network)
    assert watched.status(guest)["state"] == "on"


def test_link_reconnects(watched, networkmanager, network):
    networkmanager.reconnect()
    held(network)


def test_networking_off_and_on(watched, networkmanager, network, hotel):
    """With the half second that a Wi-Fi takes to join: NetworkManager drops our connection with all others, and it is asked
    for again before there is a network."""
    networkmanager.nmcli("networking", "off")
    wait_for("the link to go", lambda: nameservers() == [])
    hotel.cable(False)
    networkmanager.nmcli("networking", "on")
    time.sleep(0.5)
    hotel.cable(True)
    networkmanager.wait_connected()
    held(network)


def test_networking_off_and_on_in_no_time(protected, networkmanager, network):
    """DHCP within milliseconds, as in no real network, is faster than we are: resolv.conf names the hotel's DNS for a moment,
    both times, and a program that asks all the time asks it. Nothing leaves, and nothing is held back afterwards."""
    with Capture(network) as capture, Load(network.laptop, FAST, RESOLV_CONF) as load:
        for _ in range(3):
            networkmanager.nmcli("networking", "off")
            networkmanager.nmcli("networking", "on")
            networkmanager.wait_connected()
            held(network)
        time.sleep(0.5)
        calm = time.monotonic()
        time.sleep(1)
    tempted = sum(one.server == HOTEL for one in load.asked)
    print(f"networking off and on: {tempted} of {len(load.asked)} questions were for the hotel's DNS")
    capture.no_plain_dns(*LOAD_NAMES)
    assert not load.unanswered_since(calm)


def test_connection_taken_down_by_hand(protected, networkmanager, network):
    """No transition of the machine's own, and NetworkManager is done with it within 5 ms: how many questions leave is told, not
    promised; that it does not last is."""
    with Capture(network) as capture, Load(network.laptop, FAST, RESOLV_CONF) as load:
        networkmanager.nmcli("connection", "down", "Sotto")
        held(network)
    leaks, _ = capture.leaks()
    tempted = sum(one.server == HOTEL for one in load.asked)
    print(f"taken down by hand: {tempted} questions were for the hotel's DNS, {len(leaks)} left")
    assert len(leaks) < FAST / 4


def barrier_is_up(network):
    return "sotto" in network.laptop.output("nft", "list", "tables")


@pytest.fixture
def cut_off(protected, networkmanager, network):
    """Networking is off, and the barrier is still up."""
    networkmanager.nmcli("networking", "off")
    wait_for("the barrier", lambda: barrier_is_up(network), 2)
    yield protected
    networkmanager.nmcli("networking", "on")
    networkmanager.wait_connected()
    assert ask(network.laptop) == LIE


def test_barrier_goes_with_the_helper(cut_off, network):
    """Whoever connects the machine next has DNS."""
    cut_off.kill()
    wait_for("no barrier", lambda: not barrier_is_up(network), 2)


def test_barrier_goes_when_turned_off(cut_off, network, guest):
    cut_off.sottoctl(guest, "off")
    wait_for("no barrier", lambda: not barrier_is_up(network), 2)


def test_cable_pulled_and_put_back(watched, networkmanager, network, hotel):
    hotel.cable(False)
    time.sleep(1)
    hotel.cable(True)
    networkmanager.wait_connected()
    held(network)


def test_blocked_resolver_is_said_and_nothing_goes_around_it(watched, network, guest, hotel):
    watched.sottoctl(guest, "use", "lab-unbound")
    hotel.mode("hijack53", "block853")
    wait_for("the block to be noticed", lambda: watched.status(guest)["state"] == "blocked", 40)
    status = watched.status(guest)
    assert status["reason-code"] and status["reason"].endswith(".")
    assert nameservers() == ADDRESSES
    assert ask(network.laptop, "not-answered.wild.example.test") == ""
    hotel.mode("hijack53")
    wait_for("the block to be lifted", lambda: watched.status(guest)["state"] == "on", 40)
    held(network)


def test_dead_network_is_silent(watched, network, hotel):
    hotel.mode("dead")
    assert ask(network.laptop, "dead-network.wild.example.test") == ""
    assert nameservers() == ADDRESSES
    hotel.mode("hijack53")
    held(network)


def test_crash_without_systemd_restores_the_networks_dns(protected, network):
    protected.kill()
    began = time.monotonic()
    wait_for("the network's own DNS", lambda: nameservers() == [HOTEL], 6)
    print(f"restored {time.monotonic() - began:.2f} s after the crash (2 s are promised)")
    assert ask(network.laptop) == LIE


def test_helper_that_comes_back_goes_on_by_itself(protected, network, guest):
    protected.kill()
    wait_for("the network's own DNS", lambda: nameservers() == [HOTEL], 6)
    protected.start()
    held(network)
    assert protected.status(guest)["state"] == "on"


def test_stopped_helper_restores_the_networks_dns(protected, network):
    assert protected.stop() == 0
    wait_for("the network's own DNS", lambda: nameservers() == [HOTEL], 6)
    assert ask(network.laptop) == LIE
