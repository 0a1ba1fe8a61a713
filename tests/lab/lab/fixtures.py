# SPDX-License-Identifier: GPL-3.0-or-later
"""pytest's plugin for every suite that works in the lab: the network, its servers and its hotel, and what a failed test shows.
A conftest.py says `pytest_plugins = ["lab.fixtures"]`.
"""

import pytest

from .boot import Boot
from .capture import Capture
from .hotel import Hotel
from .process import Daemon, LabError, require_lab
from .servers import Servers
from .topology import Network


def pytest_configure(config):
    try:
        require_lab()
    except LabError as error:
        pytest.exit(str(error), returncode=3)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of every daemon's log."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for daemon in Daemon.running:
            state = "running" if daemon.alive else f"ended with {daemon.process.returncode}"
            report.sections.append((f"{daemon.name} ({state})", daemon.log[-3000:]))
        if Boot.running:
            report.sections.append(("journal of the booted laptop", Boot.running.journal()))


@pytest.fixture(scope="session")
def network():
    """Laptop, hotel and inet, wired up."""
    return Network()


@pytest.fixture(scope="session")
def servers(network):
    """Every resolver, answering."""
    return Servers(network.inet)


@pytest.fixture(scope="session")
def hotel_for_all(network, servers):
    return Hotel(network)


@pytest.fixture
def hotel(hotel_for_all, servers):
    """The hotel in its open mood; after the test it is so again, and servers that the test killed are back."""
    yield hotel_for_all
    hotel_for_all.ipv6_only(False)
    hotel_for_all.mode("open")
    servers.restart_the_dead()


@pytest.fixture
def capture(network):
    with Capture(network) as running:
        yield running
