# SPDX-License-Identifier: GPL-3.0-or-later
"""The standalone forwarder between a client and every kind of server, all in one network namespace."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "lab"))

from lab.process import Daemon, LabError, require_lab  # noqa: E402
from lab.servers import Servers  # noqa: E402
from lab.topology import BIND, internet_here  # noqa: E402

from forwarder import Sottod, ask  # noqa: E402


def pytest_configure(config):
    try:
        require_lab()
    except LabError as error:
        pytest.exit(str(error), returncode=3)
    if not os.access(os.environ.get("SOTTOD", ""), os.X_OK):
        pytest.exit("SOTTOD must name the sottod to test: run the tests as ./dev test interop.", returncode=3)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of every log, of the ended ones of this test too."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for daemon in Daemon.running:
            report.sections.append((f"{daemon.name} ({'running' if daemon.alive else 'ended'})", daemon.log[-3000:]))


@pytest.fixture(scope="session")
def all_servers():
    servers = Servers(internet_here())
    servers.authority.trust()
    return servers


@pytest.fixture
def servers(all_servers):
    """Every resolver, answering; those that the test killed or cut off are back afterwards."""
    yield all_servers
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    all_servers.restart_the_dead()


@pytest.fixture(scope="session")
def bind(all_servers):
    """Asks the authority itself."""
    return lambda name, rdtype="A", **options: ask(name, rdtype, address=BIND, port=53, **options)


@pytest.fixture
def sottod(servers):
    """sottod("--resolver", …) starts the forwarder on 127.0.0.1:5300; its end is checked."""
    started = []

    def start(*options, **arguments):
        started.append(Sottod(*options, **arguments))
        return started[-1]
    yield start
    for forwarder in started:
        forwarder.stop()


@pytest.fixture
def cut_off():
    """cut_off(address) swallows what is sent there, as a dead network does; with rule="udp dport 443 drop" only that.
    The test's end restores."""
    def cut(*addresses, rule="drop"):
        rules = "\n".join(f"ip daddr {address} {rule}" for address in addresses)
        subprocess.run(["nft", "-f", "-"], input=f"""
table ip cut {{
  chain out {{
    type filter hook output priority 0
    {rules}
  }}
}}
""", text=True, check=True)
    yield cut
    subprocess.run(["nft", "flush", "ruleset"], check=True)
