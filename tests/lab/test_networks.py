# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks are told apart by their gateway too, and what is decided about one does not hold for its imitation."""

import json
import time
from pathlib import Path

import pytest

from lab.hotel import LOGIN
from lab.process import wait_for
from lab.topology import HOTEL

TWIN = "02:00:00:00:0e:11"


@pytest.fixture
def lan(network):
    """The hotel's side of the cable; after the test it has its own hardware address again."""
    own = json.loads(network.hotel.run("ip", "-j", "link", "show", "lan").stdout)[0]["address"]
    yield own
    network.hotel.ip("link", "set", "lan", "address", own)


def networks(helper, guest):
    return json.loads(helper.sottoctl(guest, "networks", "--json").stdout)


def current(helper, guest):
    """Id of the network at hand, once it is known."""
    ids = []

    def known():
        ids[:] = [entry["id"] for entry in networks(helper, guest) if entry["current"]]
        return ids
    wait_for("the network to be known", known, 5)
    return ids[0]


def replace_hotel(hotel, network, networkmanager, address):
    """Another hotel of the same name takes its place."""
    hotel.cable(False)
    network.hotel.ip("link", "set", "lan", "address", address)
    hotel.cable(True)
    networkmanager.reconnect()
    networkmanager.wait_connected()


def test_network_is_known_by_the_same_id(helper, guest, networkmanager):
    first = current(helper, guest)
    networkmanager.reconnect()
    networkmanager.wait_connected()
    assert current(helper, guest) == first
    (entry,) = networks(helper, guest)
    assert (entry["name"], entry["ssid"], entry["policy"], entry["decided"]) == ("hotel", "", "protect", False)
    assert entry["last-seen"] > 1700000000


def test_known_networks_survive_a_restart(helper, guest):
    first = current(helper, guest)
    helper.sottoctl(guest, "networks", "leave-alone")
    helper.stop()
    helper.start()
    assert current(helper, guest) == first
    (entry,) = networks(helper, guest)
    assert (entry["policy"], entry["decided"]) == ("leave-alone", True)


def test_imitation_is_another_network(helper, guest, hotel, network, networkmanager, lan):
    first = current(helper, guest)
    replace_hotel(hotel, network, networkmanager, TWIN)
    wait_for("the imitation to be seen", lambda: current(helper, guest) != first, 5)
    assert {entry["name"] for entry in networks(helper, guest)} == {"hotel"}
    assert len(networks(helper, guest)) == 2
    replace_hotel(hotel, network, networkmanager, lan)
    wait_for("the hotel to be known again", lambda: current(helper, guest) == first, 5)


def test_imitation_is_not_left_alone(protected, guest, hotel, network, networkmanager, lan):
    current(protected, guest)
    protected.sottoctl(guest, "networks", "leave-alone")
    assert protected.status(guest)["state"] == "open"
    replace_hotel(hotel, network, networkmanager, TWIN)
    wait_for("the imitation to be protected from", lambda: protected.status(guest)["state"] == "on", 15)
    replace_hotel(hotel, network, networkmanager, lan)
    wait_for("the hotel to be left alone again", lambda: protected.status(guest)["state"] == "open", 15)


def test_gateway_that_is_replaced_is_noticed(helper, guest, network, lan):
    """By somebody else's ARP, with no link lost."""
    first = current(helper, guest)
    laptop = json.loads(network.laptop.run("ip", "-j", "-4", "address", "show", "wl0").stdout)[0]["addr_info"][0]["local"]
    network.hotel.ip("link", "set", "lan", "address", TWIN)
    network.hotel.ip("neigh", "flush", "dev", "lan")
    network.hotel.run("ping", "-c1", "-W1", "-I", HOTEL, laptop, check=False)
    wait_for("the other gateway to be seen", lambda: current(helper, guest) != first, 5)


def test_forgotten_network_is_new(helper, guest):
    first = current(helper, guest)
    helper.sottoctl(guest, "networks", "leave-alone")
    helper.sottoctl(guest, "networks", "forget", "--current")
    assert current(helper, guest) == first
    (entry,) = networks(helper, guest)
    assert (entry["policy"], entry["decided"]) == ("protect", False)


def test_unknown_networks_take_an_administrator(helper, guest, network):
    """The person at the screen may decide about one network, and not about all."""
    done = helper.sottoctl(guest, "networks", "ask", "--unknown", check=False)
    assert (done.returncode, done.stderr) == (5, "sottoctl networks: An administrator's password is needed for this.\n")
    current(helper, guest)
    network.laptop.run("sottoctl", "networks", "ask", "--unknown")
    assert [entry["policy"] for entry in networks(helper, guest)] == ["ask"]
    helper.stop()
    helper.start()
    assert json.loads(helper.sottoctl(guest, "networks", "--unknown", "--json").stdout) == {"unknown": "ask"}


def test_metered_network_is_spared(helper, guest, networkmanager):
    networkmanager.nmcli("connection", "modify", "hotel", "connection.metered", "yes")
    networkmanager.reconnect()
    networkmanager.wait_connected()

    def told():
        lists = json.loads(helper.sottoctl(guest, "lists", "--json").stdout)
        return lists and all("traffic may cost" in entry["failure"] for entry in lists)
    wait_for("lists to say why they are not fetched", told, 5)


@pytest.fixture
def announcing(protected, hotel, networkmanager):
    """A hotel whose DHCP tells where its sign-in page is (RFC 8910), and a laptop whose DHCP client hands that on:
    NetworkManager's own does not. Protected there."""
    configuration = Path("/etc/NetworkManager/NetworkManager.conf")
    configuration.write_text(configuration.read_text().replace("dhcp=internal", "dhcp=dhclient"))

    def announce(address):
        hotel.announce(f"dhcp-option-force=114,{address}")
        networkmanager.restart()
        networkmanager.reconnect()
        networkmanager.wait_connected()
    yield announce
    hotel.announce()


def test_sign_in_page_that_the_network_tells_of_is_looked_at(announcing, hotel):
    announcing(f"https://{LOGIN}/api")
    wait_for("the network's word to be asked", lambda: hotel.questions(LOGIN), 10)


def test_network_speaks_for_itself_by_https_alone(announcing, hotel):
    announcing(f"http://{LOGIN}/api")
    time.sleep(3)
    assert not hotel.questions(LOGIN)
