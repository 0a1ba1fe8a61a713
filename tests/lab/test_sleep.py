# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop that is closed and opened again. logind is python-dbusmock's (a real suspend would be this machine's own): it
announces, and counts who makes it wait."""

import time

import pytest

from lab.logind import MockLogind
from lab.process import wait_for
from lab.servers import ask
from lab.topology import WILD


@pytest.fixture
def logind(bus):
    mock = MockLogind(bus)
    yield mock
    mock.stop()


@pytest.fixture
def opened(protected, logind, guest, network):
    """Protected, logind told to wait for us, and a connection to the resolver open."""
    protected.sottoctl(guest, "use", "lab-unbound")
    wait_for("the helper's lock", lambda: "Sotto" in logind.waits_for())
    assert ask(network.laptop, "before-sleep.wild.example.test") == WILD
    assert connections(network)
    return protected


def connections(network):
    """TCP and UDP sockets of the laptop that are connected to somebody on the internet."""
    return network.laptop.output("ss", "-Htun", "state", "established", "dst", "198.51.100.0/24").splitlines()


def test_connections_are_closed_before_sleep(opened, logind, network):
    logind.prepare_for_sleep(True)
    wait_for("the lock to be let go", lambda: "Sotto" not in logind.waits_for(), 2)
    assert connections(network) == []


def test_first_lookup_after_sleep(opened, logind, network, hotel):
    """Meanwhile everything between us and the resolver has forgotten the connection."""
    logind.prepare_for_sleep(True)
    wait_for("the lock to be let go", lambda: "Sotto" not in logind.waits_for(), 2)
    hotel.forget()
    logind.prepare_for_sleep(False)
    began = time.monotonic()
    assert ask(network.laptop, "after-sleep.wild.example.test") == WILD
    took = time.monotonic() - began
    print(f"first lookup after sleep: {took * 1000:.0f} ms")
    assert took < 1
    wait_for("the lock of the next time", lambda: "Sotto" in logind.waits_for(), 2)
