# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS over QUIC against real servers."""

import time

import dns.rcode
import pytest
from doq_servers import Knotd, QuicGo
from forwarder import ask, ask_all, content, timed, why

from lab.process import wait_for
from lab.resolvers import WRONG_PIN
from lab.topology import TRUTH

QUESTIONS = [("www", "A"), ("www", "AAAA"), ("alias", "A"), ("https", "HTTPS"), ("svc", "SVCB"), ("mx", "MX"),
             ("medium", "TXT"), ("big", "TXT"), ("www", "MX"), ("there-is-no-such", "A")]


@pytest.fixture(scope="module")
def server(all_servers):
    started = QuicGo(all_servers.authority)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def knotd(all_servers):
    started = Knotd(all_servers.authority)
    yield started
    started.stop()


@pytest.fixture(scope="module", params=["wrong-name", "expired", "untrusted"])
def impostor(request, all_servers):
    started = QuicGo(all_servers.authority, port=8853, certificate=request.param)
    yield request.param, started
    started.stop()


@pytest.mark.parametrize("name, rdtype", QUESTIONS, ids=lambda value: value)
@pytest.mark.parametrize("upstream", ["server", "knotd"])
def test_answer_is_binds(sottod, request, bind, upstream, name, rdtype):
    sottod("--resolver", request.getfixturevalue(upstream).uri())
    name = f"{name}.example.test"
    assert content(ask(name, rdtype)) == content(bind(name, rdtype))


@pytest.mark.parametrize("upstream", ["server", "knotd"])
def test_answer_of_10_kib_comes_by_tcp(sottod, request, bind, upstream):
    sottod("--resolver", request.getfixturevalue(upstream).uri())
    assert content(ask("huge.example.test", "TXT", tcp=True)) == content(bind("huge.example.test", "TXT", tcp=True))


def test_queries_are_padded_to_128(sottod, server):
    sottod("--resolver", server.uri())
    before = len(server.query_lengths)
    ask_all([f"{'x' * length}.padded.wild.example.test" for length in (1, 20, 60)])
    lengths = server.query_lengths[before:]
    assert len(lengths) == 3
    assert all(length % 128 == 0 for length in lengths)


def test_a_thousand_questions_share_one_connection(sottod, server):
    """More than the server's limit of streams, 64, and more than it lets anyone open at first."""
    sottod("--resolver", server.uri())
    before = server.connections
    answers = ask_all([f"many-{number}.wild.example.test" for number in range(1000)], workers=150)
    assert all(answer is not None and answer.rcode() == dns.rcode.NOERROR for answer in answers)
    assert server.connections == before + 1


@pytest.mark.parametrize("chosen", [False, True], ids=["not-chosen", "chosen"])
def test_early_data(sottod, server, tmp_path, chosen):
    """Off unless chosen; then a second connection asks in its first packet."""
    settings = tmp_path / "sotto.conf"
    settings.write_text(f"[Sotto]\nZeroRTT={str(chosen).lower()}\n", encoding="ascii")
    sottod("--config", settings, "--resolver", server.uri())
    before = server.early_connections
    assert ask("doq-before-idle.wild.example.test").rcode() == dns.rcode.NOERROR
    time.sleep(8.5)  # three quarters of the server's idle timeout: the connection is closed
    assert ask("doq-after-idle.wild.example.test").rcode() == dns.rcode.NOERROR
    if chosen:  # the server answers early data before it has shaken hands, which is when it says so
        wait_for("the handshake with early data", lambda: server.early_connections == before + 1)
    assert server.early_connections == before + chosen


def test_bad_certificate_is_refused_with_its_reason(sottod, servers, impostor):
    kind, server = impostor
    sentence = {"wrong-name": "for another name", "expired": "has expired", "untrusted": "not from a trusted authority"}
    sottod("--resolver", server.uri())
    name = f"doq-{kind}.wild.example.test"
    answer, seconds = timed(ask, name)
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert sentence[kind] in why(answer)
    assert seconds < 3
    assert servers.questions(name) == 0


def test_pins(sottod, servers, server):
    right = sottod("--resolver", server.uri(pin=servers.authority.pins["server"]))
    assert content(ask("www.example.test")) == ("NOERROR", [f"www.example.test. 1 {TRUTH}"])
    right.stop()
    sottod("--resolver", server.uri(pin=WRONG_PIN))
    assert "not the one that was pinned" in why(ask("www.example.test"))


def test_server_that_is_not_there_is_told_at_once(sottod, servers):
    sottod("--resolver", f"quic://{QuicGo.nowhere}#dns.lab.test")
    answer, seconds = timed(ask, "doq-nowhere.wild.example.test")
    assert "refused the connection" in why(answer)
    assert seconds < 3


def test_restarted_server_is_used_again(sottod, servers, server):
    """It has forgotten the connection and says so, or its port did: the question is asked again."""
    sottod("--resolver", server.uri())
    assert ask("doq-before.wild.example.test").rcode() == dns.rcode.NOERROR
    server.stop()
    server.start()
    answer, seconds = timed(ask, "doq-after.wild.example.test")
    assert answer.rcode() == dns.rcode.NOERROR
    assert seconds < 4


def test_connection_is_kept_less_long_than_the_server_would(sottod, server):
    """Its idle timeout is 10 s; what is asked after it goes to a new connection at once."""
    sottod("--resolver", server.uri())
    ask("doq-early.wild.example.test")
    before = server.connections
    time.sleep(10.5)
    answer, seconds = timed(ask, "doq-late.wild.example.test")
    assert answer.rcode() == dns.rcode.NOERROR
    assert seconds < 0.5
    assert server.connections == before + 1
