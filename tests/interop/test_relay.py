# SPDX-License-Identifier: GPL-3.0-or-later
"""Anonymized DNSCrypt: dnsdist behind a relay made from the documented messages. That nothing goes to the server but
from the relay is counted by the kernel, which lets nothing else through."""

import subprocess

import dns.flags
import dns.rcode
import pytest
from dnscrypt_relays import FIRST, PORT, SECOND, Relay
from forwarder import Sottod, ask, ask_all, content, timed, why

from lab.process import wait_for
from lab.topology import DNSDIST

QUESTIONS = [("www", "A"), ("www", "AAAA"), ("alias", "A"), ("https", "HTTPS"), ("mx", "MX"), ("medium", "TXT"),
             ("there-is-no-such", "A")]


@pytest.fixture
def relay(servers):
    """relay(address, *options) starts one."""
    started = []

    def start(address=FIRST, *options):
        started.append(Relay(servers.machine, address, *options))
        return started[-1]
    yield start
    for one in started:
        one.stop()


@pytest.fixture
def only_relays(servers, cut_off):
    """From here on the server hears relays alone. Returns a function: how many other packets came for it."""
    cut_off(DNSDIST, rule=f"ip saddr != {{ {FIRST}, {SECOND} }} th dport {{ 853, 5443, 7443, 8443 }} counter drop")

    def others():
        ruleset = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout
        return int(ruleset.split("counter packets ")[1].split()[0])
    return others


@pytest.mark.parametrize("cipher", ["es1", "es2", "both"])
@pytest.mark.parametrize("name, rdtype", QUESTIONS, ids=lambda value: value)
def test_answer_is_binds(sottod, servers, relay, only_relays, bind, cipher, name, rdtype):
    sottod("--resolver", servers.stamps[cipher], "--relay", relay().stamp)
    name = f"{name}.example.test"
    assert content(ask(name, rdtype)) == content(bind(name, rdtype))
    assert only_relays() == 0


def test_server_hears_the_relay_alone(sottod, servers, relay, only_relays):
    passing = relay()
    sottod("--resolver", servers.stamps["both"], "--relay", passing.stamp)
    answers = ask_all([f"relayed-{number}.wild.example.test" for number in range(100)])
    assert all(answer is not None and answer.rcode() == dns.rcode.NOERROR for answer in answers)
    assert len(passing.carried()) >= 101  # and the certificates
    assert only_relays() == 0


def test_big_answer_comes_whole(sottod, servers, relay, only_relays, bind):
    """3 KiB: cut at first, asked for again with a longer query."""
    passing = relay()
    sottod("--resolver", servers.stamps["both"], "--relay", passing.stamp)
    assert content(ask("big.example.test", "TXT", tcp=True)) == content(bind("big.example.test", "TXT", tcp=True))
    assert len(passing.carried("tcp")) == 1
    assert "dropped" not in passing.daemon.log
    assert only_relays() == 0


def test_big_answer_comes_by_udp_where_the_relay_has_no_tcp(sottod, servers, relay, bind):
    passing = relay(FIRST, "--udp-only")
    sottod("--resolver", servers.stamps["both"], "--relay", passing.stamp)
    assert content(ask("big.example.test", "TXT", tcp=True)) == content(bind("big.example.test", "TXT", tcp=True))
    assert not passing.carried("tcp")


def test_answer_too_long_for_any_packet_is_truncated_not_false(sottod, servers, relay):
    sottod("--resolver", servers.stamps["both"], "--relay", relay().stamp)
    answer, seconds = timed(ask, "huge.example.test", "TXT", tcp=True)
    assert answer.flags & dns.flags.TC
    assert not answer.answer
    assert seconds < 2


def test_tcp_only_goes_to_the_relay_by_tcp(sottod, servers, relay, only_relays):
    """And from there by UDP: dnsdist gives certificates by UDP alone."""
    passing = relay()
    sottod("--tcp-only", "--resolver", servers.stamps["both"], "--relay", passing.stamp)
    assert ask("by-tcp.wild.example.test").rcode() == dns.rcode.NOERROR
    assert not passing.carried("udp")
    assert only_relays() == 0


def test_network_without_udp_gets_everything_by_tcp(sottod, servers, relay, only_relays):
    passing = relay()
    subprocess.run(["nft", "add", "rule", "ip", "cut", "out", "ip", "daddr", FIRST, "udp", "dport", str(PORT), "drop"],
                   check=True)
    sottod("--resolver", servers.stamps["both"], "--relay", passing.stamp)
    assert ask("without-udp.wild.example.test").rcode() == dns.rcode.NOERROR
    assert not passing.carried("udp")
    assert only_relays() == 0


def test_loss_behind_the_relay_is_made_good(sottod, servers, relay):
    sottod("--resolver", servers.stamps["both"], "--relay", relay(FIRST, "--lose", "2").stamp)
    assert ask("lossy.wild.example.test").rcode() == dns.rcode.NOERROR


@pytest.fixture
def any_relay(sottod, servers, tmp_path):
    """sottod with Relay=*, of the two relays given, and what is to be asked through them."""
    def start(*relays, endpoints=None):
        entries = "".join(f"[Relay {number}]\nOperator=Operator {number}\nStamp={one.stamp}\n"
                          for number, one in enumerate(relays))
        file = tmp_path / "sotto.conf"
        file.write_text(f"[Sotto]\nResolvers=lab\nRelay=*\n{entries}"
                        f"[Resolver lab]\nOperator=Lab\nEndpoints={endpoints or servers.stamps['both']}\n")
        return sottod("--config", file, "--ca-file", servers.authority.path)
    return start


def test_dead_relay_gives_way_to_another(any_relay, relay, only_relays):
    relays = [relay(FIRST), relay(SECOND)]
    any_relay(*relays)
    assert ask("two-relays.wild.example.test").rcode() == dns.rcode.NOERROR
    used = next(one for one in relays if one.carried())
    used.stop()
    for number in range(3):
        assert ask(f"one-relay-{number}.wild.example.test").rcode() == dns.rcode.NOERROR
    assert all(one.carried() for one in relays)
    assert only_relays() == 0


def test_silent_relay_gives_way_to_another(any_relay, relay, cut_off):
    relays = [relay(FIRST), relay(SECOND)]
    any_relay(*relays)
    assert ask("two-relays-again.wild.example.test").rcode() == dns.rcode.NOERROR
    used = next(one for one in relays if one.carried())
    cut_off(used.address)
    for number in range(3):
        answer, seconds = timed(ask, f"silent-relay-{number}.wild.example.test")
        assert answer.rcode() == dns.rcode.NOERROR
        assert seconds < 5


def test_without_a_relay_nothing_is_asked_directly(any_relay, relay, servers):
    """A resolver that DNS over TLS reaches too: not even then."""
    passing = relay()
    any_relay(passing, endpoints=f"{servers.stamps['both']};{servers.tls_uri(DNSDIST)}")
    passing.stop()
    answer = ask("not-directly.wild.example.test")
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert why(answer)
    assert servers.questions("not-directly.wild.example.test") == 0


@pytest.mark.parametrize("resolver, relay_name, sentence", [
    ("tls", "*", "cannot be reached through a relay"),
    ("dnscrypt", "nobody", "No relay is called"),
    ("dnscrypt", "sdns://AQ", "not a whole, valid stamp"),
], ids=["tls", "unknown", "broken"])
def test_what_cannot_be_is_said_at_once(servers, resolver, relay_name, sentence):
    asked = servers.tls_uri(DNSDIST) if resolver == "tls" else servers.stamps["both"]
    refused = Sottod("--resolver", asked, "--relay", relay_name, wait=False)
    wait_for("sottod to end", lambda: not refused.daemon.alive)
    assert refused.daemon.stop() != 0
    assert sentence in refused.daemon.log
