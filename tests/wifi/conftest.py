# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests with real Wi-Fi. Run with `./dev test wifi`."""

import os
from pathlib import Path

import pytest

from air.laptop import Laptop
from air.machine import Machine
from air.places import Place
from air.watch import Watch

MEASURED = []
"""Lines for the end of the run."""


def pytest_terminal_summary(terminalreporter):
    if MEASURED:
        terminalreporter.section("measured")
        for line in MEASURED:
            terminalreporter.write_line(line)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what the laptop wrote down."""
    outcome = yield
    report = outcome.get_result()
    machine = item.funcargs.get("machine")
    if report.failed and machine:
        report.sections.append(("journal of the laptop", machine.journal()))


@pytest.fixture(scope="session")
def measured():
    return MEASURED


@pytest.fixture(scope="session")
def machine(tmp_path_factory):
    running = Machine(Path(os.environ["SOTTO_WIFI_IMAGE"]), tmp_path_factory.mktemp("machine"))
    MEASURED.append(f"the machine was up after {running.boot_s:.0f} s")
    yield running
    running.close()


@pytest.fixture(scope="session")
def hotel(machine):
    return Place(machine, "hotel", "Grand Hotel Wi-Fi", "100.64.10.1")


@pytest.fixture(scope="session")
def twin(machine):
    return Place(machine, "twin", "Grand Hotel Wi-Fi", "100.64.10.1")


@pytest.fixture(scope="session")
def cafe(machine):
    return Place(machine, "cafe", "Cafe", "100.64.20.1", "flat-white-please")


@pytest.fixture(scope="session")
def laptop(machine):
    return Laptop(machine)


@pytest.fixture
def joined(laptop, hotel):
    """In the hotel, by its open Wi-Fi."""
    hotel.switch_on()
    laptop.join(hotel)
    return laptop


@pytest.fixture
def protected(joined):
    if joined.status()["state"] != "on":
        joined.sottoctl("on")
    return joined


@pytest.fixture
def watch(laptop, hotel, twin, cafe):
    """Starts one: watch(), or watch(flow, …) with what may be in clear beside the usual."""
    return lambda *flows: Watch(laptop, (hotel, twin, cafe), flows)
