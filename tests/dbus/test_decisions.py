# SPDX-License-Identifier: GPL-3.0-or-later
"""What users decide about single resolvers (favourites, relays), and all about one: held up to the helper itself."""

import base64
import json

import pytest
from conftest import PROPERTIES
from gi.repository import GLib

from lab.helper import NAME, PATH, STATE

RESOLVERS = f"{NAME}.Resolvers"
KEPT = STATE / "decisions.conf"
FAVOURITES = ["quad9", "cloudflare", "mullvad", "adguard-unfiltered", "controld"]
ENDPOINT = {"protocol": str, "address": str, "host": str, "path": str, "provider": str, "provider-key": str, "pins": list,
            "hashes": list, "relay": str, "stamp": str}
KINDS = {"dnscrypt": 1, "doh": 2, "dot": 3, "doq": 4, "odoh": 5}


def strings(*values):
    return GLib.Variant(f"({'s' * len(values)})", values)


def star(id, favourite):
    return GLib.Variant("(sb)", (id, favourite))


@pytest.fixture
def told(client):
    """What the interface of resolvers has told: "Changed", and each new Relay."""
    heard = []
    client.bus.signal_subscribe(NAME, RESOLVERS, "Changed", PATH, None, 0, lambda *_: heard.append("Changed"))
    client.bus.signal_subscribe(NAME, PROPERTIES, "PropertiesChanged", PATH, RESOLVERS, 0,
                                lambda *arguments: heard.append(arguments[5].unpack()[1]["Relay"]))

    def told():
        client.hear()
        since, heard[:] = heard[:], []
        return since
    return told


def listed(client):
    return {entry["id"]: entry for entry in client.call("ListResolvers")}


def favourites(client):
    return {id for id, entry in listed(client).items() if entry["favourite"]}


def relay(client):
    return client.call("Get", strings(RESOLVERS, "Relay"), PROPERTIES)


# --- all about one


def payload(stamp):
    text = stamp.removeprefix("sdns://")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_every_resolver_is_described(client):
    for id, entry in listed(client).items():
        described = client.call("Describe", strings(id), RESOLVERS)
        endpoints = described.pop("endpoints")
        assert described == entry
        assert endpoints
        for endpoint in endpoints:
            assert {key: type(value) for key, value in endpoint.items()} == ENDPOINT
            assert payload(endpoint["stamp"])[0] == KINDS[endpoint["protocol"]]
            assert endpoint["host"].encode() in payload(endpoint["stamp"])
            assert bytes.fromhex(endpoint["provider-key"]) in payload(endpoint["stamp"])
            assert all(bytes.fromhex(digest) in payload(endpoint["stamp"]) for digest in endpoint["hashes"])


def test_endpoints_are_in_the_order_of_the_ladder(client):
    protocols = [endpoint["protocol"] for endpoint in client.call("Describe", strings("quad9"), RESOLVERS)["endpoints"]]
    assert protocols == sorted(protocols, key=["dnscrypt", "doq", "doh", "dot"].index)
    assert len(set(protocols)) >= 3


def test_stamp_is_one_to_add(client):
    """What is given to others leads them to the same server."""
    endpoint = client.call("Describe", strings("quad9"), RESOLVERS)["endpoints"][0]
    id = client.call("Add", strings(endpoint["stamp"], "Given"), RESOLVERS)
    added = client.call("Describe", strings(id), RESOLVERS)["endpoints"]
    assert added == [endpoint]


@pytest.mark.parametrize("id, error", [("nobody", "NotFound"), ("", "NotFound"), ("x" * 100_000, "InvalidArgument")],
                         ids=["unknown", "empty", "endless"])
def test_unknown_is_not_described(client, id, error):
    assert client.refused("Describe", strings(id), RESOLVERS)[0] == error


# --- favourites


def test_favourites_are_the_configurations_at_first(client):
    assert favourites(client) == set(FAVOURITES)
    assert not KEPT.exists()


def test_favourites_are_told_and_outlive_the_process(client, service, told):
    client.call("SetFavourite", star("cloudflare", False), RESOLVERS)
    client.call("SetFavourite", star("quad9-unfiltered", True), RESOLVERS)
    wanted = {*FAVOURITES, "quad9-unfiltered"} - {"cloudflare"}
    assert told() == ["Changed", "Changed"]
    assert favourites(client) == wanted
    assert KEPT.stat().st_mode & 0o777 == 0o600
    assert service.stop() == 0
    service.start()
    assert favourites(client) == wanted


def test_sixth_favourite_is_refused(client, told):
    assert client.refused("SetFavourite", star("quad9-unfiltered", True), RESOLVERS) == (
        "InvalidArgument", "There are five favourites already; remove one of them first.")
    assert favourites(client) == set(FAVOURITES) and told() == []


def test_last_favourite_stays(client):
    for id in FAVOURITES[1:]:
        client.call("SetFavourite", star(id, False), RESOLVERS)
    assert client.refused("SetFavourite", star("quad9", False), RESOLVERS)[0] == "InvalidArgument"
    assert favourites(client) == {"quad9"}


@pytest.mark.parametrize("id", ["nobody", "", "auto", "x" * 100_000], ids=["unknown", "empty", "auto", "endless"])
def test_unknown_favourite_is_refused(client, id):
    error, sentence = client.refused("SetFavourite", star(id, True), RESOLVERS)
    assert error == "InvalidArgument" and len(sentence) < 200


# --- relays


def test_relay_is_told_and_outlives_the_process(client, service, told):
    known = client.call("ListRelays", interface=RESOLVERS)
    ours = next(entry["id"] for entry in known if entry["kind"] == "dnscrypt")
    client.call("SetResolver", strings("quad9"))
    assert relay(client) == "none"
    client.call("SetRelay", strings("", "*"), RESOLVERS)
    client.call("SetRelay", strings("quad9", ours), RESOLVERS)
    assert told() == ["*", "Changed", "Changed"]

    def expect():
        entry = listed(client)["quad9"]
        assert (relay(client), entry["relay-choice"], entry["protocols"]) == ("*", ours, ["relay"])
        endpoints = client.call("Describe", strings("quad9"), RESOLVERS)["endpoints"]
        assert {endpoint["relay"] for endpoint in endpoints} == {entry["relay"]} and entry["relay"]
        # others are given the server's own stamp, and choose their own relay
        assert all(payload(endpoint["stamp"])[0] == KINDS["dnscrypt"] for endpoint in endpoints)
    expect()
    assert service.stop() == 0
    service.start()
    expect()
    client.call("SetRelay", strings("quad9", ""), RESOLVERS)
    client.call("SetRelay", strings("", ""), RESOLVERS)
    assert (relay(client), listed(client)["quad9"]["relay"]) == ("none", "")


def test_relay_that_does_not_carry_it_is_refused(client):
    assert client.refused("SetRelay", strings("mullvad", "*"), RESOLVERS)[0] == "Failed"
    assert client.refused("SetRelay", strings("quad9", "nobody"), RESOLVERS) == ("NotFound", 'No relay is called "nobody".')
    assert client.refused("SetRelay", strings("nobody", "none"), RESOLVERS)[0] == "NotFound"
    assert client.refused("SetRelay", strings("", "nobody"), RESOLVERS)[0] == "NotFound"
    assert {entry["relay-choice"] for entry in listed(client).values()} == {""}
    assert relay(client) == "none" and not KEPT.exists()


def test_what_cannot_be_reached_says_so(client):
    """The chosen one can, so that everybody else's way may change; those that cannot say why they are not asked."""
    client.call("SetResolver", strings("quad9"))
    client.call("SetRelay", strings("", "*"), RESOLVERS)
    assert listed(client)["quad9"]["failure"] == ""
    assert "cannot be reached through a relay" in listed(client)["mullvad"]["failure"]


@pytest.mark.parametrize("words", [("x" * 100_000, "none"), ("quad9", "x" * 100_000)], ids=["id", "relay"])
def test_endless_words_are_refused(client, words):
    error, sentence = client.refused("SetRelay", strings(*words), RESOLVERS)
    assert error == "InvalidArgument" and len(sentence) < 100


def test_reload_keeps_what_was_decided(client, service):
    client.call("SetResolver", strings("quad9"))
    client.call("SetRelay", strings("", "*"), RESOLVERS)
    client.call("SetFavourite", star("cloudflare", False), RESOLVERS)
    service.daemon.send(1)
    service.daemon.wait_until("the reload", lambda: "settings reloaded" in service.daemon.log)
    assert relay(client) == "*" and "cloudflare" not in favourites(client)


# --- who may


@pytest.mark.parametrize("words", [["favourite", "quad9", "--remove"], ["relay", "auto"]], ids=lambda words: words[0])
def test_ordinary_user_may_change_nothing_without_polkit(client, guest, words):
    done = guest.run("sottoctl", *words, check=False)
    assert done.returncode == 5
    assert favourites(client) == set(FAVOURITES) and relay(client) == "none"


def test_ordinary_user_may_ask(client, guest):
    assert json.loads(guest.output("sottoctl", "describe", "quad9", "--json"))["endpoints"]
    assert guest.output("sottoctl", "relay").strip() == "none"
