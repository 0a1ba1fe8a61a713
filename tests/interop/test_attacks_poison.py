# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache poisoning in plain DNS, where nothing but port, ID and question tells a true answer: by one who knows port and ID.
Nothing is believed that is no answer to the question, and an answer to one name is none to another."""

import socket
import struct
import time

import dns.flags
import dns.rcode
import pytest
from attackers import AS_NOGROUP, FORGED, FORGED_BYTES, Watch
from evil_servers import EvilPlain, answer_to, first_label, question_of, written
from forwarder import ask, ask_all, timed

from lab.topology import UNBOUND, WILD

SERVER, OTHER = "127.0.0.61", "127.0.0.62"
OWN_TRUTH, SOON_S = "192.0.2.7", 0.05


def forged(query, **fields):
    """An answer that leads to the attacker, with some of its header and question another: `name` and the like."""
    name, rdtype, rdclass = question_of(query)[:-4], 1, 1
    number, flags, questions = struct.unpack("!H", query[:2])[0], 0x8180, 1
    values = {"number": number, "flags": flags, "questions": questions, "name": name, "rdtype": rdtype, "rdclass": rdclass,
              "tail": b"", **fields}
    question = values["name"] + struct.pack("!HH", values["rdtype"], values["rdclass"])
    record = struct.pack("!HHHIH", 0xC00C, 1, 1, 3600, 4) + FORGED_BYTES
    return struct.pack("!6H", values["number"], values["flags"], values["questions"], 1, 0, 0) \
        + question * values["questions"] + record + values["tail"]


FALSE = {
    "wrong-id": lambda query: forged(query, number=struct.unpack("!H", query[:2])[0] ^ 1),
    "wrong-name": lambda query: forged(query, name=b"\x06victim\x06poison\x04test\0"),
    "longer-name": lambda query: forged(query, name=b"\x01a" + question_of(query)[:-4]),
    "shorter-name": lambda query: forged(query, name=question_of(query)[:-4][1 + query[12]:]),
    "wrong-type": lambda query: forged(query, rdtype=28),
    "wrong-class": lambda query: forged(query, rdclass=3),
    "a-query": lambda query: forged(query, flags=0x0100),
    "wrong-opcode": lambda query: forged(query, flags=0xA980),
    "no-question": lambda query: forged(query, questions=0),
    "two-questions": lambda query: forged(query, questions=2),
    "octets-left-over": lambda query: forged(query, tail=b"\0"),
    "cut-short": lambda query: forged(query)[:-2],
    "more-records-than-there-are": lambda query: forged(query)[:6] + b"\0\2" + forged(query)[8:],
    "header-alone": lambda query: forged(query)[:12],
    "nothing": lambda query: b"",
}
ELSEWHERE = ("other-port", "other-address")
"""The right answer's looks, but not its sender."""


def with_extras(query):
    """True answers that say something of other names too: of `bank`, of which a true server knows OWN_TRUTH."""
    name, bank = f"{first_label(query)}.poison.test.", f"bank-{first_label(query)}.poison.test."
    true = f"{name} 60 IN A {OWN_TRUTH}"
    return {
        "additional": lambda: written(query, [true], additional=[f"{bank} 3600 IN A {FORGED}"]),
        "authority": lambda: written(query, [true], [f"poison.test. 3600 IN NS {bank}", f"test. 3600 IN NS {bank}"],
                                     [f"{bank} 3600 IN A {FORGED}"]),
        "answer": lambda: written(query, [true, f"{bank} 3600 IN A {FORGED}"]),
        "alias": lambda: written(query, [f"{name} 60 IN CNAME {bank}", f"{bank} 3600 IN A {FORGED}"]),
        "dname": lambda: written(query, [true, f"poison.test. 3600 IN DNAME {FORGED.replace('.', '-')}.test."]),
        "denial": lambda: written(query, [], ["poison.test. 3600 IN SOA a. b. 1 1 1 1 3600"]),
    }


@pytest.fixture(scope="module")
def server():
    elsewhere = {}
    for mood, address in zip(ELSEWHERE, ((SERVER, 5353), (OTHER, 53))):
        elsewhere[mood] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        elsewhere[mood].bind(address)

    def by_udp(query, reply):
        mood = first_label(query)
        extra = with_extras(query).get(mood)
        if mood.startswith("truncated"):
            reply(query[:2] + struct.pack("!5H", 0x8380, 1, 0, 0, 0) + question_of(query))
        elif extra:
            reply(extra())
        else:
            if mood in FALSE:
                reply(FALSE[mood](query))
            elif mood in ELSEWHERE:
                reply(forged(query), elsewhere[mood])
            elif mood == "slow":
                time.sleep(0.3)
            time.sleep(SOON_S)
            reply(answer_to(query, OWN_TRUTH))
            if mood == "second-answer":
                reply(forged(query))

    def by_tcp(query):
        if first_label(query) == "truncated-for-ever":
            return [query[:2] + struct.pack("!5H", 0x8380, 1, 0, 0, 0) + question_of(query)]
        if first_label(query) == "truncated-then-closed":
            raise ConnectionError
        false = [FALSE[mood](query) for mood in FALSE if mood != "nothing" and first_label(query) == "truncated-once"]
        return [*false, answer_to(query, OWN_TRUTH)]

    started = EvilPlain(SERVER, by_udp, by_tcp)
    yield started
    started.stop()
    for one in elsewhere.values():
        one.close()


@pytest.fixture
def asking(sottod, servers, server, tmp_path):
    """sottod, for which `server` knows poison.test, and a resolver over TLS all else; at the end, nobody else was asked."""
    settings = tmp_path / "sotto.conf"
    settings.write_text(f"[Sotto]\nResolvers={servers.tls_uri()}\n[Route poison.test]\nServers=udp://{SERVER}\n")
    sottod("--config", settings, runner=AS_NOGROUP)
    watch = Watch(("udp", SERVER, 53), ("tcp", SERVER, 53), ("tcp", UNBOUND, 853))
    yield
    assert watch.strays() == 0


def addresses(answer):
    return [str(record) for rrset in answer.answer for record in rrset]


def test_answers_to_other_questions_are_not_believed(asking):
    """Each comes before the true one, from the right address and port."""
    answers = dict(zip(FALSE, ask_all([f"{mood}.poison.test" for mood in FALSE])))
    assert {mood: addresses(answer) for mood, answer in answers.items()} == {mood: [OWN_TRUTH] for mood in FALSE}
    assert addresses(ask("victim.poison.test")) == [OWN_TRUTH]


def test_answers_from_elsewhere_are_not_believed(asking):
    for mood in ELSEWHERE:
        assert addresses(ask(f"{mood}.poison.test")) == [OWN_TRUTH]


def test_second_answer_changes_nothing(asking, server):
    for _ in range(3):
        assert addresses(ask("second-answer.poison.test")) == [OWN_TRUTH]
    assert server.count("second-answer") == 1


@pytest.mark.parametrize("mood", ["additional", "authority", "answer", "alias", "dname", "denial"])
def test_records_of_other_names_answer_nothing_else(asking, server, mood):
    """The name that they are about is asked for anew, and so is another that they would stand above."""
    ask(f"{mood}.poison.test")
    for victim in (f"bank-{mood}", f"beside-{mood}"):
        assert addresses(ask(f"{victim}.poison.test")) == [OWN_TRUTH]
        assert server.count(victim) == 1
    assert addresses(ask(f"{mood}.wild.example.test")) == [WILD]


def test_same_question_at_once_is_one_to_forge(asking, server):
    """Who makes many of the same question be asked has as many tries only if each is put (a birthday attack)."""
    answers = ask_all(["slow.poison.test"] * 100, workers=100)
    assert [addresses(answer) for answer in answers] == [[OWN_TRUTH]] * 100
    assert server.count("slow") == 1


def test_truncated_for_ever_comes_to_an_end(asking, server):
    """TC by UDP, and by TCP again: one question by each, and the client hears what there is to hear."""
    answer, seconds = timed(ask, "truncated-for-ever.poison.test", tcp=True)
    assert answer.flags & dns.flags.TC and not answer.answer
    assert seconds < 2
    assert server.count("truncated-for-ever", "udp") == server.count("truncated-for-ever", "tcp") == 1


def test_truncated_and_no_tcp_is_a_failure(asking, server):
    answer, seconds = timed(ask, "truncated-then-closed.poison.test")
    assert answer.rcode() == dns.rcode.SERVFAIL and not answer.answer
    assert seconds < 5


def test_forced_to_tcp_the_same_answers_are_not_believed(asking, server):
    """On the connection itself, before the true one."""
    assert addresses(ask("truncated-once.poison.test")) == [OWN_TRUTH]
    assert server.count("truncated-once", "tcp") == 1
