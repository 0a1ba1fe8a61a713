# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages made to hurt who reads them, from a resolver whose certificate is good: loops, bombs, lies about lengths. They
are failures or, where they are whole after all, answers; the next question is answered, and no memory or time is lost."""

import socket
import struct

import dns.rcode
import pytest
from attackers import AS_NOGROUP, FORGED, FORGED_BYTES, Usage, Watch
from evil_servers import EvilPlain, EvilResolver, answer_to, first_label, frame, question_of, tls_context
from forwarder import ask, ask_all, timed, why

from lab.pki import HOST
from lab.topology import WILD

EVIL, PLAIN, ZONES = "127.0.0.66", "127.0.0.67", ("tls.test", "plain.test")
MEMORY_KIB, CPU_S = 16 * 1024, 0.5
FORGED_RECORD = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + FORGED_BYTES
WILD_BYTES = socket.inet_aton(WILD)
WHOLE, DEEP = 65535, 10


def message(query, *records, counts=None, flags=0x8180, additional=0):
    """An answer with these records, as octets; what the header says of their number may be a lie."""
    answers = len(records) - additional if counts is None else counts
    return query[:2] + struct.pack("!5H", flags, 1, answers, 0, additional) + question_of(query) + b"".join(records)


def record(rdata, owner=b"\xc0\x0c", rdtype=16, length=None):
    return owner + struct.pack("!HHIH", rdtype, 1, 60, len(rdata) if length is None else length) + rdata


def opt(options, length=None):
    return b"\0" + struct.pack("!HHIH", 41, 1232, 0, len(options) if length is None else length) + options


def option(code, data, length=None):
    return struct.pack("!HH", code, len(data) if length is None else length) + data


def fill(query, size=WHOLE):
    """A record that makes the message as long as may be."""
    return record(bytes(size - len(message(query)) - 12), rdtype=65280)


def pointer(offset):
    return struct.pack("!H", 0xC000 | offset)


def chain(query):
    """Owners that are pointers to the owner before, as deep as other readers still go, over and over."""
    first, each = len(message(query)), len(record(b"", rdtype=65280))
    return [record(b"", pointer(first + (number - 1) * each if number % DEEP else 12), 65280) for number in range(1300)]


BROKEN = {
    "pointer-to-itself": lambda query: message(query, record(b"\0", pointer(len(message(query)))), FORGED_RECORD),
    "pointers-to-each-other": lambda query: message(query, record(b"\0", pointer(len(message(query)) + 2) + pointer(len(message(query))))),
    "pointer-forwards": lambda query: message(query, record(b"\0", pointer(0x3FFF)), FORGED_RECORD),
    "question-is-a-pointer": lambda query: query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0) + pointer(12) + b"\0\1\0\1" + FORGED_RECORD,
    "labels-without-end": lambda query: message(query, record(b"\0", b"\x3f" + b"a" * 63) * 200),
    "reserved-label": lambda query: message(query, record(b"\0", b"\x80\0"), FORGED_RECORD),
    "fewer-records-than-said": lambda query: message(query, FORGED_RECORD, counts=65535),
    "more-records-than-said": lambda query: message(query, FORGED_RECORD, FORGED_RECORD, counts=1),
    "data-beyond-the-end": lambda query: message(query, record(FORGED_BYTES, rdtype=1, length=65535)),
    "opt-twice": lambda query: message(query, FORGED_RECORD, opt(b""), opt(b""), additional=2),
    "thousands-of-opt": lambda query: message(query, FORGED_RECORD, *[opt(b"")] * 5000, additional=5000),
    "opt-among-the-answers": lambda query: message(query, opt(b""), FORGED_RECORD),
    "option-beyond-its-opt": lambda query: message(query, FORGED_RECORD, opt(option(12, bytes(10), 60000)), additional=1),
    "opt-beyond-the-end": lambda query: message(query, FORGED_RECORD, opt(option(12, bytes(10)), 65535), additional=1),
    "header-alone": lambda query: query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0),
    "one-octet": lambda query: b"\0",
    "nothing": lambda query: b"",
    "zeros": lambda query: bytes(WHOLE),
    "ones": lambda query: b"\xff" * WHOLE,
}
"""Never an answer, whatever else they hold."""

ODD = {
    "as-long-as-may-be": lambda query: message(query, record(WILD_BYTES, rdtype=1), fill(query, WHOLE - 16 - len(opt(b"")))),
    "three-thousand-addresses": lambda query: message(query, *[record(WILD_BYTES, rdtype=1)] * 3000),
    "chain-of-pointers": lambda query: message(query, *chain(query), record(WILD_BYTES, rdtype=1)),
    "padding-of-sixty-kib": lambda query: message(query, record(WILD_BYTES, rdtype=1), opt(option(12, bytes(60000))), additional=1),
    "thousands-of-options": lambda query: message(query, record(WILD_BYTES, rdtype=1), opt(option(65001, b"") * 15000), additional=1),
    "keepalive-of-nothing": lambda query: message(query, record(WILD_BYTES, rdtype=1), opt(option(11, b"\0\0")), additional=1),
    "aliases-in-a-circle": lambda query: message(query, *[record(pointer(12), rdtype=5)] * 50, record(WILD_BYTES, rdtype=1)),
}
"""Whole, if strange: they are answers."""


@pytest.fixture(scope="module")
def resolver(all_servers):
    def answer(query):
        mood = first_label(query)
        if mood in BROKEN or mood in ODD:
            return [(BROKEN.get(mood) or ODD[mood])(query)]
        if mood.startswith("unasked"):
            return frame(answer_to(query, FORGED).replace(b"unasked", b"nobody!")) * 20000 + frame(answer_to(query, WILD))
        return [answer_to(query, WILD)]
    tls = EvilResolver(EVIL, 853, tls_context(all_servers.authority), answer)
    plain = EvilPlain(PLAIN, lambda query, reply: reply(query[:2] + struct.pack("!5H", 0x8380, 1, 0, 0, 0) + question_of(query)),
                      answer)
    yield tls
    tls.stop()
    plain.stop()


@pytest.fixture
def asking(sottod, resolver, tmp_path):
    """sottod, which asks evil servers alone: over TLS, and for plain.test in clear. At the end, what all of it has cost."""
    settings = tmp_path / "sotto.conf"
    settings.write_text(f"[Sotto]\nResolvers=tls://{EVIL}#{HOST}\n[Route plain.test]\nServers=udp://{PLAIN}\n")
    pid = sottod("--config", settings, runner=AS_NOGROUP).daemon.pid
    watch = Watch(("tcp", EVIL, 853), ("udp", PLAIN, 53), ("tcp", PLAIN, 53))
    for zone in ZONES:
        assert addresses(ask(f"first.{zone}")) == [WILD]
    before = Usage.of(pid)
    yield
    after = Usage.of(pid)
    assert after.memory_kib - before.memory_kib < MEMORY_KIB
    assert after.cpu_s - before.cpu_s < CPU_S
    assert watch.strays() == 0


def addresses(answer):
    return [str(record) for rrset in answer.answer for record in rrset]


def test_broken_messages_are_failures(asking):
    """All of them at once."""
    names = [f"{mood}.{zone}" for mood in BROKEN for zone in ZONES]
    for name, answer in zip(names, ask_all(names, workers=len(names), tcp=True, timeout=8)):
        assert answer.rcode() == dns.rcode.SERVFAIL and not answer.answer and why(answer), name
        assert FORGED_BYTES not in answer.to_wire(), name
    for zone in ZONES:
        assert addresses(ask(f"after-the-broken.{zone}")) == [WILD]


def test_odd_messages_are_answers(asking):
    names = [f"{mood}.{zone}" for mood in ODD for zone in ZONES]
    for name, answer in zip(names, ask_all(names, tcp=True)):
        assert answer.rcode() == dns.rcode.NOERROR and WILD in addresses(answer), name
        assert len(ask(name, tcp=False).to_wire()) <= 1232, name


@pytest.mark.parametrize("zone", ZONES)
def test_answers_that_nobody_asked_for(asking, zone):
    """Twenty thousand of them before the one that was."""
    answer, seconds = timed(ask, f"unasked.{zone}", timeout=8)
    assert addresses(answer) == [WILD]
    assert seconds < 4
    assert addresses(ask(f"after-unasked.{zone}")) == [WILD]
