# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers die, go silent, hang up and come back; the client waits no longer than its own patience."""

import time
from concurrent.futures import ThreadPoolExecutor

import dns.rcode
import pytest
from forwarder import PATIENCE_S, ask, ask_all, content, timed, why

from lab.topology import DNSDIST, HAPROXY, KRESD, UNBOUND


def assert_answered(answer):
    assert answer is not None, "no answer at all"
    assert answer.rcode() == dns.rcode.NOERROR, why(answer)


@pytest.mark.parametrize("warm", [False, True], ids=["from-the-start", "in-the-middle"])
@pytest.mark.parametrize("how", ["killed", "silent"])
def test_next_resolver_answers(sottod, servers, cut_off, how, warm):
    sottod("--strategy", "first", "--resolver", servers.tls_uri(UNBOUND), "--resolver", servers.tls_uri(KRESD))
    if warm:
        assert_answered(ask("warm.wild.example.test"))
    if how == "killed":
        servers.stop("unbound")
    else:
        cut_off(UNBOUND)
    for number in range(3):
        answer, seconds = timed(ask, f"failover-{how}-{warm}-{number}.wild.example.test".lower())
        assert_answered(answer)
        assert seconds < PATIENCE_S


def test_silent_dnscrypt_server_falls_back_to_dot(sottod, servers, cut_off):
    sottod("--strategy", "first", "--resolver", servers.stamps["both"], "--resolver", servers.tls_uri(UNBOUND))
    assert_answered(ask("warm-dnscrypt.wild.example.test"))
    cut_off(DNSDIST)
    assert_answered(ask("cold-dnscrypt.wild.example.test"))


def test_dnscrypt_without_udp_goes_by_tcp(sottod, servers, cut_off):
    """A network that swallows UDP to the server: the certificate and the queries come by TCP. dnsdist answers a
    certificate request over TCP with nothing, so the certificate is fetched before UDP goes."""
    sottod("--resolver", servers.stamps["both"])
    assert_answered(ask("with-udp.wild.example.test"))
    cut_off(DNSDIST, rule="udp dport 7443 drop")
    assert_answered(ask("without-udp.wild.example.test"))


def test_all_silent_says_why_in_time(sottod, servers, cut_off):
    sottod("--resolver", servers.tls_uri(UNBOUND), "--resolver", servers.tls_uri(KRESD))
    cut_off(UNBOUND, KRESD)
    answer, seconds = timed(ask, "all-silent.wild.example.test")
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert why(answer)
    assert seconds < PATIENCE_S


def test_all_killed_says_why_at_once(sottod, servers):
    sottod("--resolver", servers.tls_uri(UNBOUND))
    servers.stop("unbound")
    answer, seconds = timed(ask, "all-killed.wild.example.test")
    assert "refused the connection" in why(answer)
    assert seconds < 3


def test_server_that_comes_back_is_used_again(sottod, servers):
    sottod("--resolver", servers.tls_uri(UNBOUND))
    assert_answered(ask("before-the-restart.wild.example.test"))
    servers.stop("unbound")
    assert ask("during-the-restart.wild.example.test").rcode() == dns.rcode.SERVFAIL
    servers.start("unbound")
    deadline = time.monotonic() + 15
    while ask("after-the-restart.wild.example.test").rcode() != dns.rcode.NOERROR:
        assert time.monotonic() < deadline, "15 s after it came back it is not used"
        time.sleep(0.3)


def test_idle_close_by_the_server_is_no_failure(sottod, servers):
    """This server hangs up after half a second. Every question is answered, soon or late after the last."""
    sottod("--resolver", servers.tls_uri(HAPROXY, 5853))
    for number, pause in enumerate((0, 0.1, 0.5, 0.45, 1.2, 0.5, 0.49, 0.8)):
        time.sleep(pause)
        answer, seconds = timed(ask, f"idle-{number}.wild.example.test")
        assert_answered(answer)
        assert seconds < 1.5


def test_close_in_the_middle_of_many_loses_none(sottod, servers):
    """The server hangs up while answers that BIND takes longer for are outstanding: they are asked again."""
    sottod("--resolver", servers.tls_uri(HAPROXY, 5853), "--resolver", servers.tls_uri(UNBOUND))
    for answer in ask_all([f"700.{number}.slow.test" for number in range(10)]):
        assert_answered(answer)


def test_answers_come_out_of_order(sottod, servers):
    """One connection, a slow question first: the quick ones do not wait for it."""
    sottod("--resolver", servers.tls_uri(UNBOUND))
    assert_answered(ask("warm-pipeline.wild.example.test"))
    names = ["700.pipeline.slow.test", *(f"pipeline-{number}.wild.example.test" for number in range(8))]
    start = time.monotonic()

    def ask_timed(name):
        return content(ask(name)), time.monotonic() - start
    with ThreadPoolExecutor(len(names)) as pool:
        (slow, slow_s), *quick = pool.map(ask_timed, names)
    assert slow[0] == "NOERROR" and slow_s >= 0.65
    assert all(answer[0] == "NOERROR" and seconds < slow_s for answer, seconds in quick)
