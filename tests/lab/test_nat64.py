# SPDX-License-Identifier: GPL-3.0-or-later
"""A Wi-Fi without IPv4, which reaches the IPv4 internet through a translator, and a link without IPv6: resolvers are found,
names lead somewhere, and nothing in clear tells more than that Sotto asked for the translator."""

import json
import sys

import pytest

from lab.capture import Capture
from lab.process import wait_for
from lab.resolvers import DROP_IN
from lab.servers import ask
from lab.topology import HOTEL6_ON_LINK, LIE6, NAT64_PREFIX, TRUTH, UNBOUND, WILD

WEB, WEB_MADE = "web.example.test", "2001:db8:64:ff9b::c633:6450"
"""A web server with an IPv4 address alone, and what the translator makes of it."""
KNOWN_MADE = {"2001:db8:64:ff9b::c000:aa", "2001:db8:64:ff9b::c000:ab"}

GET = """
import socket, sys
with socket.create_connection((sys.argv[1], 80), timeout=5) as web:
    web.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    print(web.getpeername()[0], web.makefile().readline())
"""


def addresses6(machine, name):
    """What a program is told of the name's IPv6 addresses."""
    lines = machine.run("getent", "ahostsv6", name, check=False).stdout.splitlines()
    return {line.split()[0] for line in lines if not line.startswith("::ffff:")}


def open_page(machine, name):
    """Whom a connection to the name's web server came to, and the status line."""
    return machine.run(sys.executable, "-c", GET, name, check=False).stdout.strip()


@pytest.fixture
def both_families(networkmanager):
    """The laptop's profile takes what a network has, as profiles do."""
    networkmanager.nmcli("connection", "modify", "hotel", "ipv6.method", "auto")
    return networkmanager


def roam(networkmanager, hotel, ipv6_only, **how):
    """Into the hotel's other network."""
    hotel.cable(False)
    hotel.ipv6_only(ipv6_only, **how)
    hotel.cable(True)
    networkmanager.reconnect()


def state(helper, guest):
    return helper.status(guest)["state"]


def clear_flows(helper, guest):
    return json.loads(helper.sottoctl(guest, "stats", "--json").stdout)["clear-flows"]


def test_hotel_without_ipv4_translates(network, both_families, hotel):
    """The premise: without Sotto the laptop lives by the hotel's own DNS64."""
    roam(both_families, hotel, True)
    assert addresses6(network.laptop, "ipv4only.arpa") == KNOWN_MADE
    assert addresses6(network.laptop, "www.example.test") == {LIE6}
    assert open_page(network.laptop, WEB) == f"{WEB_MADE} HTTP/1.0 200 OK"


def test_turned_on_without_ipv4(network, both_families, helper, hotel, guest):
    with Capture(network) as capture:
        roam(both_families, hotel, True)
        helper.sottoctl(guest, "on")
        assert state(helper, guest) == "on"
        assert ask(network.laptop) == TRUTH
        assert addresses6(network.laptop, "www.example.test") == {"2001:db8::10"}, "its own, which the hotel hid"
        assert addresses6(network.laptop, WEB) == {WEB_MADE}
        assert addresses6(network.laptop, "ipv4only.arpa") == KNOWN_MADE
        assert open_page(network.laptop, WEB) == f"{WEB_MADE} HTTP/1.0 200 OK"
    evidence = capture.no_plain_dns("web.example.test")
    assert evidence.clear_flows["nat64"] == 1
    assert hotel.questions(WEB) == 0


def test_dns_that_is_known_on_the_link_alone(network, both_families, protected, hotel, guest):
    """As home routers announce themselves."""
    with Capture(network) as capture:
        roam(both_families, hotel, True, dns=HOTEL6_ON_LINK)
        wait_for("lookups without IPv4", lambda: ask(network.laptop, "there.wild.example.test") == WILD, 10)
        assert open_page(network.laptop, WEB) == f"{WEB_MADE} HTTP/1.0 200 OK"
    evidence = capture.no_plain_dns("there.wild.example.test", WEB)
    assert evidence.clear_flows["nat64"] == clear_flows(protected, guest)["nat64"] == 1


def test_roaming_there_and_back(network, both_families, protected, hotel, guest):
    with Capture(network) as capture:
        roam(both_families, hotel, True)
        wait_for("lookups without IPv4", lambda: ask(network.laptop, "there.wild.example.test") == WILD, 10)
        assert addresses6(network.laptop, WEB) == {WEB_MADE}
        assert clear_flows(protected, guest)["nat64"] == 1
        roam(both_families, hotel, False)
        wait_for("lookups with IPv4", lambda: ask(network.laptop, "back.wild.example.test") == WILD, 10)
        assert addresses6(network.laptop, WEB) == set(), "nothing translates here"
        assert open_page(network.laptop, WEB).endswith("200 OK")
        assert state(protected, guest) == "on"
    evidence = capture.no_plain_dns("there.wild.example.test", "back.wild.example.test")
    assert evidence.clear_flows["nat64"] == clear_flows(protected, guest)["nat64"] == 1


def test_link_without_ipv6_passes_ipv6_resolvers_over(network, helper, servers, hotel, guest):
    path = DROP_IN.with_name("60-six.conf")
    path.write_text(f"""[Resolver lab-six]
Name=Lab Six
Endpoints={servers.tls_uri('[2001:db8:53::53]')};{servers.tls_uri(UNBOUND)}
""")
    try:
        helper.stop()
        helper.start()
        helper.sottoctl(guest, "use", "lab-six")
        helper.sottoctl(guest, "on")
        assert ask(network.laptop) == TRUTH
        assert helper.status(guest)["resolver"] == "lab-six"
    finally:
        path.unlink()
