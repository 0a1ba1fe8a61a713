# SPDX-License-Identifier: GPL-3.0-or-later
"""A resolver given by its address alone is asked first how it is reached encrypted."""

import socket
import time

import pytest
from gi.repository import Gio, GLib

from lab.helper import NAME, PATH
from lab.process import Here, wait_for

RESOLVERS = "io.github.sottodns.Sotto1.Resolvers"


def add(client, spec):
    return client.refused("Add", GLib.Variant("(ss)", (spec, "")), RESOLVERS)


def pump():
    while GLib.MainContext.default().iteration(False):
        pass


@pytest.mark.parametrize("address", ["192.168.1.1", "10.1.2.3:5353", "fe80::1", "[fd00::1]:53"])
def test_private_address_is_refused(client, address):
    code, sentence = add(client, address)
    assert code == "InvalidArgument"
    assert "for which no certificate can vouch" in sentence


def test_address_where_nobody_answers_is_refused(client):
    code, sentence = add(client, "198.51.100.99")
    assert code == "InvalidArgument"
    assert "198.51.100.99 could not be asked how it is reached encrypted." in sentence


def test_others_are_served_while_one_is_asked(client, service):
    """The question goes out, and the helper ends in order with it open."""
    client.bus.call("io.github.sottodns.Sotto1", "/io/github/sottodns/Sotto1", RESOLVERS, "Add",
                    GLib.Variant("(ss)", ("198.51.100.99", "")), None, 0, 5000, None, None)
    assert client.properties()


@pytest.fixture
def silent_port():
    """A port of 198.51.100.0/24 where everything is taken and nothing answered."""
    Here().run("ip", "addr", "add", "198.51.100.1/24", "dev", "lo")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as swallows:
        swallows.bind(("0.0.0.0", 0))
        yield swallows.getsockname()[1]
    Here().run("ip", "addr", "del", "198.51.100.1/24", "dev", "lo")


def test_only_a_few_are_asked_at_once(client, silent_port):
    """Each takes sockets, of which lookups must not run out. Who asks is known by then: a stranger may ask three at once."""
    errors = []
    client.properties()
    time.sleep(0.3)

    def on_reply(bus, result):
        with pytest.raises(GLib.Error) as caught:
            bus.call_finish(result)
        errors.append(Gio.DBusError.get_remote_error(caught.value).rpartition(".")[2])

    for number in range(50):
        spec = f"198.51.100.{number + 1}:{silent_port}"
        client.bus.call(NAME, PATH, RESOLVERS, "Add", GLib.Variant("(ss)", (spec, "")), None, 0, 20000, None, on_reply)
    wait_for("all answers", lambda: pump() or len(errors) == 50, 20)
    assert errors.count("Busy") == 46
    assert errors.count("InvalidArgument") == 4
