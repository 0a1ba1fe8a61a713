# SPDX-License-Identifier: GPL-3.0-or-later
"""The Queries interface of the real helper: the log, the cache, the connections, the counters of days."""

import json
import os
import socket
import struct
import time

import pytest
from conftest import Client
from gi.repository import GLib

from lab.helper import ADDRESSES, NAME, PATH, STATE
from lab.process import Here, wait_for

QUERIES = f"{NAME}.Queries"


def ask(name):
    """The response code for a question put to the helper as a program would."""
    query = struct.pack("!6H", 1, 0x100, 1, 0, 0, 0)
    query += b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + struct.pack("!BHH", 0, 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(query, (ADDRESSES[0], 53))
        return client.recv(512)[3] & 15


def set_logging(client, on):
    client.call("SetLogging", GLib.Variant("(b)", (on,)), QUERIES)


def follow(client):
    """A file of the log's lines as they come."""
    reply, descriptors = client.bus.call_with_unix_fd_list_sync(NAME, PATH, QUERIES, "FollowLog", None, None, 0, 5000, None, None)
    return os.fdopen(descriptors.get(reply.unpack()[0]), encoding="utf-8")


def is_logging(client):
    return client.call("Get", GLib.Variant("(ss)", (QUERIES, "Logging")), "org.freedesktop.DBus.Properties")


@pytest.fixture
def logging(client):
    set_logging(client, True)
    return client


def test_log_is_off_at_first(client):
    assert is_logging(client) is False
    assert client.refused("FollowLog", None, QUERIES) == ("Failed", "The query log is off.")


def test_log_tells_what_was_and_what_comes(logging):
    ask("before.invalid")
    with follow(logging) as lines:
        first = json.loads(lines.readline())
        ask("after.invalid")
        second = json.loads(lines.readline())
    assert {**first, "time": 0} == {"time": 0, "name": "before.invalid", "type": "A", "source": "special", "rcode": "NXDOMAIN",
                                    "resolver": "", "protocol": "", "latency": 0, "rule": ""}
    assert abs(first["time"] - time.time()) < 60
    assert second["name"] == "after.invalid"


def test_log_ends_and_forgets_when_turned_off(logging):
    ask("before.invalid")
    with follow(logging) as lines:
        assert lines.readline()
        set_logging(logging, False)
        assert lines.read() == ""
    assert is_logging(logging) is False
    set_logging(logging, True)
    ask("later.invalid")
    with follow(logging) as lines:
        assert json.loads(lines.readline())["name"] == "later.invalid"


def test_reader_that_does_not_read_holds_nobody_up(logging):
    with follow(logging):
        for _ in range(2000):
            assert ask("www.invalid") == 3


def test_names_are_not_in_the_services_log(logging, service):
    ask("secret.invalid")
    with follow(logging) as lines:
        assert lines.readline()
    assert "secret" not in service.daemon.log
    assert "the query log is on by=root" in service.daemon.log


@pytest.mark.parametrize("words", [["log"], ["log", "on"], ["log", "off"], ["flush"]])
def test_ordinary_user_may_not_without_polkit(client, guest, words):
    done = guest.run("sottoctl", *words, check=False)
    assert (done.returncode, done.stderr) == (
        5, f"sottoctl {words[0]}: Only root may do this, since polkit is not running to ask.\n")


def test_everybody_may_see_connections(client, guest):
    assert client.call("ListConnections", None, QUERIES) == []
    assert guest.run("sottoctl", "connection").stdout == "No connection to a resolver is open.\n"


@pytest.mark.parametrize("name", ["", ".", "example.org", "example.org."])
def test_empty_cache_forgets_nothing(client, name):
    assert client.call("FlushCache", GLib.Variant("(s)", (name,)), QUERIES) == 0


@pytest.mark.parametrize("name", ["a..b", "x" * 64, "a." * 200])
def test_what_is_no_name_is_refused(client, name):
    assert client.refused("FlushCache", GLib.Variant("(s)", (name,)), QUERIES) == ("InvalidArgument", "That is not a name.")


def test_days_outlive_the_helper(client, service):
    ask("www.invalid")
    before = client.call("GetStatistics")
    client.close()
    service.stop()
    wait_for("the device to go", lambda: "sotto0" not in Here().output("ip", "-br", "link"), 5)
    assert (STATE / "statistics").stat().st_mode & 0o777 == 0o600
    service.start()
    again = Client()
    ask("www.invalid")
    after = again.call("GetStatistics")
    again.close()
    assert (before["today"]["queries"], after["today"]["queries"], after["queries"]) == (1, 2, 1)
    assert len(after["week"]) == 7 and after["week"][-1] == after["today"]
