# SPDX-License-Identifier: GPL-3.0-or-later
"""A resolver given by its address alone is asked first how it is reached encrypted."""

import pytest
from gi.repository import GLib

RESOLVERS = "io.github.sottodns.Sotto1.Resolvers"


def add(client, spec):
    return client.refused("Add", GLib.Variant("(ss)", (spec, "")), RESOLVERS)


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
