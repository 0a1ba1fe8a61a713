# SPDX-License-Identifier: GPL-3.0-or-later
"""sottoctl stats, connection, log and flush against a helper that plays its part."""

import json
import os

import pytest
from gi.repository import Gio, GLib
from test_sottoctl import Helper, address, ctl, environment  # noqa: F401, fixtures

LINES = [{"time": 1700000000, "name": "www.example", "type": "AAAA", "source": "resolver", "rcode": "NOERROR",
          "resolver": "Quad9", "protocol": "dot", "latency": 12300, "rule": ""},
         {"lost": 3},
         {"time": 1700000001, "name": "ads.example", "type": "A", "source": "rule", "rcode": "NXDOMAIN", "resolver": "",
          "protocol": "", "latency": 0, "rule": "ads.txt:7"}]


def dictionary(**values):
    return {key.replace("_", "-"): value if isinstance(value, GLib.Variant) else GLib.Variant("t", value)
            for key, value in values.items()}


def tally(**more):
    return dictionary(queries=10, failures=2, bytes_sent=1500, bytes_received=3000, latency_p50=8192, latency_p95=65536, **more)


def day(name, queries):
    return dictionary(day=GLib.Variant("s", name), queries=queries, cache_hits=1, blocked=2, encrypted=3, failed=0)


class SeeingHelper(Helper):
    def GetStatistics(self):
        return GLib.Variant("(a{sv})", ({
            **dictionary(queries=107, blocked=9, stale=4, prefetched=3, since=GLib.Variant("x", 1700000000)),
            "resolvers": GLib.Variant("aa{sv}", [tally(id=GLib.Variant("s", "quad9"), name=GLib.Variant("s", "Quad9"))]),
            "transports": GLib.Variant("aa{sv}", [tally(protocol=GLib.Variant("s", "dot"))]),
            "today": GLib.Variant("a{sv}", day("2026-11-22", 42)),
            "week": GLib.Variant("aa{sv}", [day("2026-11-21", 41), day("2026-11-22", 42)])},))

    def ListConnections(self):
        certificate = {"subject": GLib.Variant("s", "CN=dns.quad9.net"), "issuer": GLib.Variant("s", "CN=Somebody"),
                       "not-before": GLib.Variant("x", 1700000000), "not-after": GLib.Variant("x", 1800000000),
                       "key-pin": GLib.Variant("s", "cGlu"), "body-hash": GLib.Variant("s", "abcd")}
        return GLib.Variant("(aa{sv})", ([{
            "resolver": GLib.Variant("s", "Quad9"), "endpoint": GLib.Variant("s", "tls://9.9.9.9:853#dns.quad9.net"),
            "protocol": GLib.Variant("s", "dot"), "security": GLib.Variant("s", "TLS1.3 X"),
            "version": GLib.Variant("s", "TLS1.3"), "cipher": GLib.Variant("s", "TLS_AES_256_GCM_SHA384"),
            "alpn": GLib.Variant("s", "dot"), "resumed": GLib.Variant("b", True), "padding": GLib.Variant("u", 128),
            "chain": GLib.Variant("aa{sv}", [certificate]), "pins": GLib.Variant("as", ["cGlu"]),
            "valid-until": GLib.Variant("x", 0), "relay": GLib.Variant("s", ""), "opened-at": GLib.Variant("x", 1700000000),
            "queries": GLib.Variant("t", 5), "latency": GLib.Variant("x", 12300)}],))

    def SetLogging(self, on):
        return None

    def FlushCache(self, name):
        return GLib.Variant("(u)", (1 if name else 250,))

    def on_call(self, bus, sender, path, interface, method, parameters, invocation):
        if method != "FollowLog" or self.refusal:
            super().on_call(bus, sender, path, interface, method, parameters, invocation)
            return
        theirs, ours = os.pipe()
        descriptors = Gio.UnixFDList.new()
        descriptors.append(theirs)
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (0,)), descriptors)
        os.close(theirs)
        os.write(ours, "".join(json.dumps(line) + "\n" for line in LINES).encode())
        os.close(ours)


@pytest.fixture
def helper(address):  # noqa: F811
    helper = SeeingHelper(address)
    yield helper
    helper.stop()


def rows(text):
    return [line.split() for line in text.splitlines()]


def test_stats_show_resolvers_protocols_and_days(ctl, helper):  # noqa: F811
    lines = rows(ctl("stats").stdout)
    assert ["blocked", "by", "a", "rule", "9"] in lines
    assert ["Quad9", "10", "2", "8.2", "ms", "65.5", "ms", "1.5", "kB", "3.0", "kB"] in lines
    assert ["dot", "10", "2", "8.2", "ms", "65.5", "ms", "1.5", "kB", "3.0", "kB"] in lines
    assert ["2026-11-22", "42", "1", "2", "3", "0"] in lines


def test_stats_json_has_the_tables(ctl, helper):  # noqa: F811
    statistics = json.loads(ctl("stats", "--json").stdout)
    assert statistics["today"]["queries"] == 42
    assert [entry["day"] for entry in statistics["week"]] == ["2026-11-21", "2026-11-22"]
    assert statistics["resolvers"][0]["latency-p95"] == 65536


def test_connection_in_words(ctl, helper):  # noqa: F811
    text = ctl("connection").stdout
    assert text.startswith("Quad9  dot\n")
    for words in ("TLS_AES_256_GCM_SHA384", "to a multiple of 128 bytes", "Resumed    yes", "Pinned     cGlu",
                  "1  CN=dns.quad9.net", "key pin       cGlu", "body hash     abcd", "valid         2023-11-14 to 2027-01-15"):
        assert words in text


def test_connection_in_json(ctl, helper):  # noqa: F811
    connection, = json.loads(ctl("connection", "--json").stdout)
    assert connection["chain"][0]["key-pin"] == "cGlu" and connection["resumed"] is True


def test_log_is_read_as_it_comes(ctl, helper):  # noqa: F811
    done = ctl("log", "--json")
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == LINES


def test_log_in_words(ctl, helper):  # noqa: F811
    lines = rows(ctl("log", "--follow").stdout)
    assert lines == [["22:13:20", "AAAA", "NOERROR", "www.example", "resolver", "Quad9", "dot", "12.3", "ms"],
                     ["(3", "lines", "were", "lost", "here)"],
                     ["22:13:21", "A", "NXDOMAIN", "ads.example", "rule", "ads.txt:7"]]


@pytest.mark.parametrize("word, on", [("on", True), ("off", False)])
def test_log_is_switched(ctl, helper, word, on):  # noqa: F811
    assert ctl("log", word).returncode == 0
    assert helper.calls == [("SetLogging", on)]


def test_log_knows_two_words(ctl, helper):  # noqa: F811
    assert ctl("log", "perhaps").returncode == 2
    assert helper.calls == []


def test_log_needs_permission(ctl, helper):  # noqa: F811
    helper.refusal = ("NotAuthorized", "An administrator's password is needed for this.")
    done = ctl("log")
    assert (done.returncode, done.stderr) == (5, "sottoctl log: An administrator's password is needed for this.\n")


def test_flush(ctl, helper):  # noqa: F811
    assert ctl("flush").stdout == "250 answers were forgotten.\n"
    assert ctl("flush", "www.example").stdout == "1 answer was forgotten.\n"
    assert json.loads(ctl("flush", "--json").stdout) == {"entries": 250}
    assert helper.calls == [("FlushCache", ""), ("FlushCache", "www.example"), ("FlushCache", "")]
