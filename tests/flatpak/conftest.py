# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the Flatpak suite. Run with `./dev test flatpak`. Its tests are steps: each begins where the one before left the
laptop, so they run in the order written here and in the files."""

import pytest

from host.laptop import App, Laptop
from host.repository import Repository
from host.steps import flatpak_commit

pytest_plugins = ["lab.fixtures"]
STEPS = ("test_system_installation", "test_user_installation", "test_sandbox", "test_hosts")
"""In this order; the other files before them."""
TOOK = []


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: STEPS.index(item.module.__name__) if item.module.__name__ in STEPS else -1)


def pytest_runtest_logreport(report):
    module, _, step = report.nodeid.rpartition("/")[2].partition(".py::")
    if module in STEPS and report.when != "teardown":
        TOOK.append((f"{module.removeprefix('test_')}: {step.removeprefix('test_')}", report.when, report.duration))


def pytest_terminal_summary(terminalreporter):
    """How long each step took, what a fixture did for the first of them in a column of its own."""
    terminalreporter.section("time of each step: itself + getting ready for it")
    for name in dict.fromkeys(name for name, _, _ in TOOK):
        seconds = {when: took for one, when, took in TOOK if one == name}
        terminalreporter.write_line(f"{seconds.get('call', 0):7.1f} s + {seconds.get('setup', 0):4.1f} s  {name}")
    terminalreporter.write_line(f"{sum(took for _, _, took in TOOK):7.1f} s in all")


@pytest.fixture(scope="session")
def laptop(network, hotel_for_all, servers):
    booted = Laptop(network, servers)
    yield booted
    booted.close()


@pytest.fixture(scope="session")
def repository(laptop):
    serving = Repository(laptop)
    yield serving
    serving.stop()


@pytest.fixture(scope="module")
def app(laptop):
    """Open from the step on that first asks for it; steps may close it and open it."""
    running = App(laptop)
    yield running
    running.quit()


@pytest.fixture(scope="module")
def older(laptop):
    """The commit that was installed first."""
    return flatpak_commit(laptop)
