# SPDX-License-Identifier: GPL-3.0-or-later
"""A NetworkManager that runs dnsmasq for the machine's lookups (dns=dnsmasq): programs ask 127.0.0.1 before, while and after
protection is on, and what dnsmasq asks and remembers is what changes."""

import time

import pytest

from lab.capture import Capture
from lab.networkmanager import RESOLV_CONF, NetworkManager, nameservers, resolv_conf
from lab.process import wait_for
from lab.servers import ask
from lab.topology import HOTEL, LIE, TRUTH, WILD
from lab.vpn import DOMAIN, OFFICE_SAYS, WIKI, Office, Profile

STUB = "127.0.0.1"


@pytest.fixture
def networkmanager(bus, hotel, network):
    manager = NetworkManager(bus, dns="dnsmasq")
    wait_for("NetworkManager's dnsmasq", lambda: nameservers() == [STUB] and ask(network.laptop) == LIE)
    yield manager
    manager.stop()
    network.release_laptop()


def wait_answer(network, answer, seconds=2):
    wait_for(f"{answer} for www.example.test", lambda: ask(network.laptop) == answer, seconds)


def test_on_and_off(hijacked, network, guest):
    before = resolv_conf()
    assert ask(network.laptop) == LIE, "dnsmasq remembers it"
    with Capture(network) as capture:
        hijacked.sottoctl(guest, "on")
        assert nameservers() == [STUB]
        assert ask(network.laptop) == TRUTH, "and does not any more"
        assert ask(network.laptop, "dnsmasq-asks.wild.example.test") == WILD
    capture.no_plain_dns("dnsmasq-asks")
    hijacked.sottoctl(guest, "off")
    assert ask(network.laptop) == LIE
    assert resolv_conf() == before


def test_names_of_the_link_go_to_its_own_dns(protected, network, hotel):
    before = hotel.questions("printer.hotel.test")
    assert ask(network.laptop, "printer.hotel.test") == "100.64.10.20"
    assert ask(network.laptop, "printer") == "100.64.10.20", "in the network's search domain"
    assert hotel.questions("printer.hotel.test") > before


def test_networkmanager_restarts(protected, networkmanager, network, guest):
    with Capture(network) as capture:
        networkmanager.restart()
        wait_for("protection to be back", lambda: protected.status(guest)["state"] == "on", 15)
        wait_answer(network, TRUTH, 10)
        assert ask(network.laptop, "after-restart.wild.example.test") == WILD
    capture.no_plain_dns("after-restart")


def test_crash_restores(protected, network):
    protected.kill()
    killed = time.monotonic()
    wait_answer(network, LIE)
    print(f"restored {time.monotonic() - killed:.2f} s after the crash (2 s are promised)")


def test_stop_restores(protected, network):
    assert protected.stop() == 0
    wait_answer(network, LIE)


def test_dnsmasq_dies(protected, network, guest):
    """NetworkManager starts another one, with the same servers."""
    network.laptop.run("sh", "-c", 'kill -9 "$(cat /run/NetworkManager/dnsmasq.pid)"')
    wait_for("lookups to be answered", lambda: ask(network.laptop, "new-dnsmasq.wild.example.test") == WILD, 10)
    assert protected.status(guest)["state"] == "on"


def test_another_program_rewrites_dns(protected, network, guest):
    ours = RESOLV_CONF.read_bytes()
    RESOLV_CONF.write_text(f"nameserver {HOTEL}\n")
    wait_for("the change to be noticed", lambda: protected.status(guest)["reason-code"] == "dns-taken", 2)
    assert ask(network.laptop) == LIE
    protected.sottoctl(guest, "on")
    assert RESOLV_CONF.read_bytes() == ours and ask(network.laptop) == TRUTH


@pytest.fixture
def office(network, servers):
    running = Office(network, servers.authority)
    yield running
    running.stop()


@pytest.mark.parametrize("takes_all", [False, True])
def test_vpn(protected, networkmanager, office, network, guest, takes_all):
    profile = Profile(networkmanager, office, takes_all=takes_all)
    with Capture(network) as capture:
        profile.up()
        wait_for("the office's name", lambda: ask(network.laptop, f"wiki.{DOMAIN}") == WIKI, 5)
        wait_answer(network, OFFICE_SAYS if takes_all else TRUTH)
        profile.down()
        wait_for("protection as before", lambda: protected.status(guest)["state"] == "on", 5)
        wait_answer(network, TRUTH)
        assert ask(network.laptop, f"wiki.{DOMAIN}") == ""
    profile.delete()
    capture.no_plain_dns("www.example.test")
