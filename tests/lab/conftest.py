# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the test network. Run with `./dev test lab`, or tests/lab/enter /usr/bin/python3 -m pytest tests/lab."""

import shutil
import signal

import pytest

from lab import table
from lab.boot import Boot
from lab.cafe import Cafe
from lab.helper import STATE, Helper
from lab.install import build_folder, install
from lab.networkmanager import NetworkManager, SystemBus
from lab.polkit import Polkit
from lab.resolvers import configure_sotto
from lab.servers import ask
from lab.session import User
from lab.table import PLAYED
from lab.topology import LIE

pytest_plugins = ["lab.fixtures"]


def pytest_terminal_summary(terminalreporter):
    """What the scenarios measured."""
    if PLAYED:
        terminalreporter.section("scenarios")
        for line in table.text(PLAYED):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def cafe_for_all(network, servers):
    return Cafe(network)


@pytest.fixture
def cafe(cafe_for_all):
    """The second network, not plugged in."""
    cafe_for_all.cable(False)
    yield cafe_for_all
    cafe_for_all.mode("open")
    cafe_for_all.cable(False)


@pytest.fixture
def laptop(network, hotel):
    """The laptop with an address it did not ask NetworkManager for."""
    network.static_laptop()
    yield network.laptop
    network.release_laptop()


@pytest.fixture(scope="session")
def bus(network):
    """The laptop's system bus. It lives as long as the lab: a bus that ends takes every client along."""
    return SystemBus(network.laptop)


@pytest.fixture(scope="session")
def polkit(bus):
    return Polkit(bus)


@pytest.fixture
def guest(network):
    """An ordinary user, active at the seat; see User.session()."""
    user = User(network.laptop)
    yield user
    user.session("active")


@pytest.fixture
def networkmanager(bus, hotel, network):
    """NetworkManager, connected to the hotel by DHCP."""
    manager = NetworkManager(bus)
    yield manager
    manager.stop()
    network.release_laptop()


@pytest.fixture(scope="session")
def installed(servers, bus):
    """The sanitizer build of Sotto on the laptop, with the lab's resolvers."""
    install(build=build_folder("asan"))
    path = configure_sotto(servers)
    bus.reload()
    return path


@pytest.fixture
def helper(installed, polkit, networkmanager):
    """sottod on the laptop's bus, started as its unit starts it."""
    shutil.rmtree(STATE, ignore_errors=True)
    running = Helper(networkmanager.bus)
    yield running
    code = running.stop()
    assert code in (0, -signal.SIGKILL), f"sottod ended with {code}:\n{running.daemon.log[-3000:]}"


@pytest.fixture
def hijacked(helper, hotel, network, guest):
    """The helper, off, in a hotel that answers whatever goes to port 53, whoever it was for."""
    hotel.mode("hijack53")
    assert ask(network.laptop) == LIE
    return helper


@pytest.fixture
def protected(hijacked, guest):
    """The same, turned on."""
    hijacked.sottoctl(guest, "on")
    return hijacked


@pytest.fixture
def boot(network, hotel):
    """Boots the laptop: boot() or boot(prepare=…, resolved=True); see Boot. One at a time."""
    booted = []

    def start(**options):
        booted.append(Boot(network, **options))
        return booted[-1]
    yield start
    for one in booted:
        one.close()
