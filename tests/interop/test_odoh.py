# SPDX-License-Identifier: GPL-3.0-or-later
"""Oblivious DoH, against a relay and a target made from RFC 9230: who sees what, and what is refused."""

import base64
import time

import dns.name
import dns.rcode
import pytest
from forwarder import ask, ask_all, content, timed, why
from oblivious_servers import CLIENT, RELAY, Oblivious

QUESTIONS = [("www", "A"), ("www", "AAAA"), ("alias", "A"), ("https", "HTTPS"), ("mx", "MX"), ("medium", "TXT"),
             ("big", "TXT"), ("there-is-no-such", "A")]


@pytest.fixture
def oblivious(servers):
    """oblivious(*relay options) starts both servers."""
    started = []

    def start(*relay_options, **arguments):
        started.append(Oblivious(servers, *relay_options, **arguments))
        return started[-1]
    yield start
    for pair in started:
        pair.stop()


@pytest.mark.parametrize("name, rdtype", QUESTIONS, ids=lambda value: value)
def test_answer_is_binds(sottod, oblivious, bind, name, rdtype):
    sottod("--resolver", oblivious().stamp)
    name = f"{name}.example.test"
    assert content(ask(name, rdtype)) == content(bind(name, rdtype))


def test_answer_of_10_kib_comes_whole(sottod, oblivious, bind):
    sottod("--resolver", oblivious().stamp)
    assert content(ask("huge.example.test", "TXT", tcp=True)) == content(bind("huge.example.test", "TXT", tcp=True))


def test_many_questions_share_a_connection_and_a_key(sottod, oblivious):
    pair = oblivious()
    sottod("--resolver", pair.stamp)
    answers = ask_all([f"many-{number}.wild.example.test" for number in range(100)])
    assert all(answer is not None and answer.rcode() == dns.rcode.NOERROR for answer in answers)
    assert pair.target.log.count("configs asked") == 1


def test_relay_sees_who_asks_but_not_what(sottod, oblivious):
    pair = oblivious()
    sottod("--resolver", pair.stamp)
    name = "nobody-elses-business.wild.example.test"
    assert ask(name).rcode() == dns.rcode.NOERROR
    posts = [line for line in pair.relay.log.splitlines() if line.startswith("POST")]
    assert len(posts) == 1
    assert f"of {CLIENT} for" in posts[0]
    body = base64.b16decode(posts[0].rsplit(" ", 1)[1])
    assert dns.name.from_text(name).to_wire()[:12] not in body
    assert b"nobody" not in body


def test_target_sees_what_is_asked_but_not_by_whom(sottod, oblivious):
    pair = oblivious()
    sottod("--resolver", pair.stamp)
    name = "from-somebody.wild.example.test"
    assert ask(name).rcode() == dns.rcode.NOERROR
    assert f"question of {RELAY}: {name}. A" in pair.target.log
    assert f"configs asked by {RELAY}" in pair.target.log
    assert CLIENT not in pair.target.log.replace(RELAY, "")


def test_queries_of_different_names_have_one_length(sottod, oblivious):
    pair = oblivious()
    sottod("--resolver", pair.stamp)
    for name in ("a.wild.example.test", "a-much-longer-name-than-the-other-one.wild.example.test"):
        ask(name)
    lengths = {len(line.rsplit(" ", 1)[1]) for line in pair.relay.log.splitlines() if line.startswith("POST")}
    assert len(lengths) == 1


def test_new_key_is_fetched_when_the_old_one_is_refused(sottod, oblivious):
    pair = oblivious()
    sottod("--resolver", pair.stamp)
    assert ask("before.wild.example.test").rcode() == dns.rcode.NOERROR
    pair.rotate()
    answers = ask_all([f"after-{number}.wild.example.test" for number in range(20)])
    assert all(answer is not None and answer.rcode() == dns.rcode.NOERROR for answer in answers)
    assert "an unknown key" in pair.target.log
    assert pair.target.log.count("configs asked") == 2


@pytest.mark.parametrize("label, sentence", [("wrong-padding", "does not follow its format"),
                                             ("damaged", "decryption failed"),
                                             ("wrong-type", "does not follow its format")])
def test_wrong_answer_is_refused(sottod, oblivious, label, sentence):
    sottod("--resolver", oblivious().stamp)
    answer = ask(f"{label}.wild.example.test")
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert sentence in why(answer)
    assert ask("right.wild.example.test").rcode() == dns.rcode.NOERROR


def test_relay_killed_and_back(sottod, oblivious):
    pair = oblivious()
    sottod("--resolver", pair.stamp)
    assert ask("before.wild.example.test").rcode() == dns.rcode.NOERROR
    pair.relay.stop(9)
    answer, seconds = timed(ask, "meanwhile.wild.example.test")
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert "refused the connection" in why(answer)
    assert seconds < 5
    pair.start_relay()
    for _ in range(3):  # a resolver that has failed is left alone for a second
        answer = ask("after.wild.example.test")
        if answer.rcode() == dns.rcode.NOERROR:
            break
    assert answer.rcode() == dns.rcode.NOERROR


def test_target_restarted_with_another_key(sottod, oblivious):
    pair = oblivious()
    sottod("--resolver", pair.stamp)
    assert ask("before.wild.example.test").rcode() == dns.rcode.NOERROR
    pair.target.stop()
    pair.start_target()
    assert ask("after.wild.example.test").rcode() == dns.rcode.NOERROR


def test_key_that_the_relay_does_not_fetch_is_not_asked_for_directly(sottod, oblivious):
    pair = oblivious("--post-only")
    sottod("--resolver", pair.stamp)
    answer = ask("keyless.wild.example.test")
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert "ODoHDirectKeys=yes" in why(answer)
    assert "asked" not in pair.target.log


def test_key_is_asked_for_directly_where_that_is_allowed(sottod, oblivious, servers, tmp_path):
    """The target's address comes from another resolver; the questions still go through the relay alone."""
    pair = oblivious("--post-only")
    configuration = tmp_path / "sotto.conf"
    configuration.write_text("[Sotto]\nODoHDirectKeys=true\n")
    sottod("--config", configuration, "--strategy", "first", "--resolver", pair.stamp, "--resolver", servers.tls_uri())
    name = "allowed.wild.example.test"
    for number in range(20):  # the other resolver answers while the key is looked for
        assert ask(f"meanwhile-{number}.wild.example.test").rcode() == dns.rcode.NOERROR
        if "question of" in pair.target.log:
            break
        time.sleep(0.3)
    assert ask(name).rcode() == dns.rcode.NOERROR
    assert f"configs asked by {CLIENT}" in pair.target.log
    assert f"question of {RELAY}: {name}. A" in pair.target.log
    assert f"question of {CLIENT}" not in pair.target.log


def test_relay_with_a_wrong_certificate_is_refused(sottod, oblivious, servers):
    pair = oblivious()
    sottod("--resolver", pair.stamp, "--ca-file", servers.authority.folder / "untrusted.crt")
    answer = ask("untrusted.wild.example.test")
    assert "not from a trusted authority" in why(answer)
    assert pair.target.log.count("asked") == 0
