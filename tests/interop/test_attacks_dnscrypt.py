# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody on the path to a DNSCrypt server, or the relay itself: sees every packet, keeps, changes, repeats and makes up
what it likes. Nothing but the server's own answers is believed, and nothing goes around the encryption."""

import contextlib
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor

import dns.message
import dns.rcode
import pytest
from attackers import AS_NOGROUP, FORGED, Watch
from dnscrypt_relays import FIRST, relay_stamp
from dnscrypt_relays import PORT as RELAY_PORT
from evil_servers import answer_to, question_of, quietly
from forwarder import ask, timed, why

from lab.dnscrypt import Provider
from lab.topology import DNSDIST, TRUTH, WILD

ON_PATH, PORT = "127.0.0.63", 7443
RESPONSE_MAGIC = bytes.fromhex("7236666e76576a38")
RELAY_MAGIC, RELAY_HEADER = b"\xff" * 8 + b"\0\0", 28


class OnPath:
    """UDP: hands every packet on and `meddle(query, answer)` says what the client gets instead, in order. Keeps all it has
    seen. As a relay (`is_relay`) it finds the server in the packet."""

    def __init__(self, meddle, address=ON_PATH, port=PORT, server=(DNSDIST, PORT), is_relay=False):
        self.meddle, self.server, self.is_relay = meddle, server, is_relay
        self.queries, self.answers = [], []
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind((address, port))
        quietly(self._run)

    def _run(self):
        while True:
            packet, client = self.front.recvfrom(65535)
            if not packet:
                return  # shut down
            quietly(self._pass_on, packet, client)

    def ask(self, query):
        """The server's own answer."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
            back.settimeout(3)
            back.sendto(query, self.server)
            return back.recv(65535)

    def _pass_on(self, packet, client):
        query = packet[RELAY_HEADER:] if self.is_relay else packet
        self.queries.append(query)
        answer = self.ask(query)
        self.answers.append(answer)
        for one in self.meddle(query, answer):
            self.front.sendto(one, client)

    def stop(self):
        with contextlib.suppress(OSError):
            self.front.shutdown(socket.SHUT_RDWR)
        self.front.close()


@pytest.fixture
def on_path(sottod, servers):
    """on_path(meddle) starts somebody between sottod and the server; nothing may go past him."""
    started, watches = [], []

    def start(meddle, **options):
        started.append(OnPath(meddle, **options))
        sottod("--resolver", servers.provider.stamp(f"{ON_PATH}:{PORT}"), runner=AS_NOGROUP)
        watches.append(Watch(("udp", ON_PATH, PORT), ("tcp", ON_PATH, PORT)))
        return started[-1]
    yield start
    for one in started:
        one.stop()
    assert [watch.strays() for watch in watches] == [0] * len(watches)


def addresses(answer):
    return [str(record) for rrset in answer.answer for record in rrset]


def is_sealed(packet):
    return packet.startswith(RESPONSE_MAGIC)


def test_recorded_answers_are_not_believed_later(on_path):
    """All of them come again before each answer; so do the server's answers to recorded queries, put to it anew. He lets go of
    none of the first before he has all, so that nothing is asked again for being late."""
    together, later = threading.Barrier(6), threading.Event()

    def meddle(query, answer):
        if not is_sealed(answer):
            return [answer]
        if not later.is_set():
            together.wait(5)
        again = [attacker.ask(old) for old in attacker.queries[-4:] if old is not query]
        return [*(old for old in attacker.answers if old is not answer), *again, answer, answer]
    attacker = on_path(meddle)
    names = ["www.example.test", *(f"replayed-{number}.wild.example.test" for number in range(5))]
    with ThreadPoolExecutor(len(names)) as pool:
        assert [addresses(answer) for answer in pool.map(ask, names)] == [[TRUTH], *[[WILD]] * 5]
    assert sum(map(is_sealed, attacker.answers)) == 6, "a question was put twice"
    later.set()
    for number in range(5):
        assert addresses(ask(f"replayed-later-{number}.wild.example.test")) == [WILD]


def test_changed_answers_are_not_believed(on_path):
    """A flipped bit in each part, cut and lengthened ones, another query's nonce, the box of another answer, clear ones."""
    def meddle(query, answer):
        if not is_sealed(answer):
            return [answer]
        flipped = [answer[:at] + bytes([answer[at] ^ 1]) + answer[at + 1:] for at in (0, 8, 19, 20, 31, 32, 47, 48, -1)]
        nonce, previous = answer[8:20], attacker.answers[-2]
        clear = [answer_to(query[:2] + bytes(10) + b"\1a\0\0\1\0\1", FORGED),
                 struct.pack("!6H", 0, 0x8380, 0, 0, 0, 0)]  # TC: come by TCP, where you would be told anything
        return [*flipped, answer[:-1], answer[:40], answer + b"\0", answer + bytes(3000), previous[:8] + nonce + previous[20:],
                *clear, b"", answer]
    attacker = on_path(meddle)
    for number in range(5):
        assert addresses(ask(f"changed-{number}.wild.example.test")) == [WILD]


def certificates_in(answer):
    return [b"".join(record.strings) for rrset in dns.message.from_wire(answer).answer for record in rrset]


def with_certificates(answer, certificates):
    """The same answer, other certificates in it."""
    header = answer[:2] + struct.pack("!5H", 0x8580, 1, len(certificates), 0, 0)
    return header + question_of(answer) + b"".join(
        struct.pack("!HHHIHB", 0xC00C, 16, 1, 600, len(one) + 1, len(one)) + one for one in certificates)


@pytest.fixture
def impostor(tmp_path, servers):
    """A certificate of somebody else's key for the same provider name, newer than any."""
    Provider(servers.provider.name).certificate(tmp_path / "impostor", 2, serial=0xFFFFFFFF)
    return (tmp_path / "impostor.cert").read_bytes()


@pytest.mark.parametrize("order", ["first", "last", "answer-before", "answer-after"])
def test_impostors_certificate_beside_the_true_one(on_path, impostor, order):
    """In the same answer, or in one of its own that comes just before."""
    def meddle(_, answer):
        if is_sealed(answer):
            return [answer]
        true = certificates_in(answer)
        alone = with_certificates(answer, [impostor])
        return {"first": [with_certificates(answer, [impostor, *true])], "last": [with_certificates(answer, [*true, impostor])],
                "answer-before": [alone, answer], "answer-after": [answer, alone]}[order]
    attacker = on_path(meddle)
    assert addresses(ask(f"impostor-{order}.wild.example.test")) == [WILD]
    assert all(query[:8] != impostor[104:112] for query in attacker.queries), "asked under the impostor's key"


@pytest.mark.parametrize("kind", ["impostor", "truncated-for-ever", "empty", "flipped"])
def test_no_certificate_no_question(on_path, impostor, kind):
    """Without a good certificate nothing is asked, and the client is told why."""
    def meddle(_, answer):
        true = certificates_in(answer)
        return [{"impostor": lambda: with_certificates(answer, [impostor]),
                 "truncated-for-ever": lambda: answer[:2] + b"\x87\x80" + answer[4:6] + bytes(6) + question_of(answer),
                 "empty": lambda: with_certificates(answer, []),
                 "flipped": lambda: with_certificates(answer, [one[:-1] + bytes([one[-1] ^ 1]) for one in true])}[kind]()]
    attacker = on_path(meddle)
    answer, seconds = timed(ask, f"uncertified-{kind}.wild.example.test", timeout=8)
    assert answer.rcode() == dns.rcode.SERVFAIL and why(answer)
    assert ("not signed by its provider" in why(answer)) == (kind in ("impostor", "flipped"))
    assert seconds < 6
    assert all(b"uncertified" not in query for query in attacker.queries)
    assert all(b"dnscrypt-cert" in query for query in attacker.queries), "something else than certificates was asked for"


RELAY_LIES = {
    "clear-answers": lambda query, answer: [answer_to(b"\0\0" + bytes(10) + b"\1a\0\0\1\0\1", FORGED)],
    "sealed-to-nobody": lambda query, answer: [RESPONSE_MAGIC + query[40:52] + bytes(12) + bytes(200)],
    "echo": lambda query, answer: [query],
    "its-own-header": lambda query, answer: [RELAY_MAGIC + bytes(18) + query],
    "other-query": lambda query, answer: [answer[:8] + bytes(12) + answer[20:]],
}


@pytest.mark.parametrize("lie", RELAY_LIES)
def test_relay_that_answers_itself(sottod, servers, lie):
    """It cannot, for it does not have the key: its answers are passed over, and the server's is waited for."""
    def meddle(query, answer):
        return [*RELAY_LIES[lie](query, answer), answer] if is_sealed(answer) else [answer]
    relay = OnPath(meddle, FIRST, RELAY_PORT, is_relay=True)
    try:
        sottod("--resolver", servers.stamps["both"], "--relay", relay_stamp(FIRST), runner=AS_NOGROUP)
        watch = Watch(("udp", FIRST, RELAY_PORT), ("tcp", FIRST, RELAY_PORT))
        for number in range(3):
            answer = ask(f"relay-{lie}-{number}.wild.example.test")
            assert addresses(answer) == [WILD]
        assert watch.strays() == 0
    finally:
        relay.stop()


def test_relay_that_brings_its_own_certificate(sottod, servers, impostor):
    """And would answer under it: it is not asked anything, and neither is the server without a relay."""
    def meddle(_, answer):
        return [with_certificates(answer, [impostor])]
    relay = OnPath(meddle, FIRST, RELAY_PORT, is_relay=True)
    try:
        sottod("--resolver", servers.stamps["both"], "--relay", relay_stamp(FIRST), runner=AS_NOGROUP)
        watch = Watch(("udp", FIRST, RELAY_PORT), ("tcp", FIRST, RELAY_PORT))
        answer = ask("own-certificate.wild.example.test", timeout=8)
        assert answer.rcode() == dns.rcode.SERVFAIL and "not signed by its provider" in why(answer)
        assert servers.questions("own-certificate.wild.example.test") == 0
        assert watch.strays() == 0
    finally:
        relay.stop()
