# SPDX-License-Identifier: GPL-3.0-or-later
"""A real OpenVPN through NetworkManager: the office's names go to the office and all others where they went, unless the VPN
takes everything; and nothing leaves in clear when it comes, goes or breaks."""

from pathlib import Path

import pytest

from lab.capture import Capture
from lab.helper import ADDRESSES
from lab.networkmanager import nameservers
from lab.process import wait_for
from lab.servers import ask
from lab.topology import TRUTH, WILD
from lab.vpn import DOMAIN, OFFICE_SAYS, WIKI, Office, Profile


@pytest.fixture
def office(network, servers):
    running = Office(network, servers.authority)
    yield running
    running.stop()


@pytest.fixture(params=[False])
def vpn(protected, networkmanager, office, request):
    """Protected; the profile is there and not yet up. Its parameter: whether it takes all traffic."""
    profile = Profile(networkmanager, office, takes_all=request.param)
    yield profile
    profile.delete()


def resolve(network, name):
    return ask(network.laptop, name)


def searches():
    lines = Path("/etc/resolv.conf").read_text().splitlines()
    return [word for line in lines if line.startswith("search ") for word in line.split()[1:]]


def state(helper, guest):
    return helper.status(guest)["state"]


def test_names_of_the_office_go_to_the_office(vpn, office, network, protected, guest):
    with Capture(network) as capture:
        vpn.up()
        wait_for("the office's name", lambda: resolve(network, f"wiki.{DOMAIN}") == WIKI, 5)
        assert resolve(network, "www.example.test") == TRUTH
        assert office.asked("www.example.test") == 0
        wait_for("the search domain of the office", lambda: searches()[:1] == [DOMAIN], 5)
        assert resolve(network, "wiki") == WIKI
        assert network.laptop.run("getent", "hosts", WIKI).stdout.split()[1] == f"wiki.{DOMAIN}"
    assert state(protected, guest) == "on"
    capture.no_plain_dns("www.example.test")
    capture.no_plain_dns("wiki")


def test_names_of_the_office_end_with_the_vpn(vpn, office, network, protected):
    vpn.up()
    wait_for("the office's name", lambda: resolve(network, f"wiki.{DOMAIN}") == WIKI, 5)
    vpn.down()
    with Capture(network) as capture:
        assert resolve(network, f"wiki.{DOMAIN}") == "", "and it is not tried in the hotel's domain"
        assert resolve(network, "after-vpn.wild.example.test") == WILD
    capture.no_plain_dns("wiki")


@pytest.mark.parametrize("vpn", [True], indirect=True)
def test_vpn_that_takes_all_gets_all_names(vpn, office, network, protected, guest):
    with Capture(network) as capture:
        vpn.up()
        wait_for("the VPN to be in charge", lambda: state(protected, guest) == "vpn", 5)
        assert resolve(network, "www.example.test") == OFFICE_SAYS
        assert nameservers() == ADDRESSES, "held"
        vpn.down()
        wait_for("protection as before", lambda: state(protected, guest) == "on", 5)
        assert resolve(network, "after-vpn.wild.example.test") == WILD
    capture.no_plain_dns("www.example.test")
    capture.no_plain_dns("after-vpn")


@pytest.mark.parametrize("vpn", [True], indirect=True)
def test_vpn_that_breaks_opens_nothing(vpn, office, network, protected, guest):
    with Capture(network) as capture:
        vpn.up()
        wait_for("the VPN to be in charge", lambda: state(protected, guest) == "vpn", 5)
        vpn.crash()
        wait_for("the true answer", lambda: resolve(network, "broken-vpn.wild.example.test") == WILD, 10)
        assert state(protected, guest) == "on"
    capture.no_plain_dns("broken-vpn")
