# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody on the path to a resolver over TLS or QUIC: ends connections at every step, weakens the handshake, changes
and repeats what was said, or answers himself. Sotto falls back to nothing, says why, and goes on when he is gone."""

import contextlib
import socket
import ssl
import time

import dns.rcode
import pytest
from attackers import AS_NOGROUP, FORGED, Watch
from doq_servers import QuicGo
from evil_servers import EvilResolver, Listening, answer_to, frame, quietly, reset, tls_context
from forwarder import ask, timed, why

from lab.pki import HOST, Authority
from lab.topology import UNBOUND, WILD

ON_PATH, PORT, HTTPS, QUIC = "127.0.0.64", 853, 443, 8853
FAILED_S = 6
"""By then a client has been told that there is no answer, whatever the attacker does."""


class Cut(Exception):
    """The attacker ends the connection, when these pieces have gone on."""


class OnPath(Listening):
    """TCP to the server behind. `toward(number, data)` and `back(number, data)` say which pieces go on instead of the one
    that came, the number-th on this connection in this direction, or raise Cut. `heard` is all that came from the client."""

    def __init__(self, toward=None, back=None, end=reset, port=PORT):
        def same(_, data):
            return [data]
        self.toward, self.back, self.end, self.heard = toward or same, back or same, end, bytearray()
        super().__init__(ON_PATH, port)

    def serve(self, connection):
        with socket.create_connection((UNBOUND, self.port), 5) as server:
            server.settimeout(None)
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            other = quietly(self._pump, server, connection, connection, "back")
            self._pump(connection, server, connection, "toward")
            other.join()

    def _pump(self, source, sink, client, direction):
        number = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if source is client:
                    self.heard += data
                try:
                    pieces, cut = getattr(self, direction)(number, data), False
                except Cut as last:
                    pieces, cut = last.args, True
                for piece in pieces:
                    sink.sendall(piece)
                if cut:
                    self.end(client)
                    break
                number += 1
        for side in (source, sink):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)


def close(connection):
    connection.shutdown(socket.SHUT_RDWR)


def uri(scheme="tls", extra=""):
    return f"{scheme}://{ON_PATH}{'/dns-query' if scheme == 'https' else ''}#{HOST}{extra}"


@pytest.fixture
def through(sottod, servers):
    """through(attacker, uri) starts sottod, which knows no other resolver; at the end nothing has gone past the attacker,
    and he has read no question."""
    started, watches = [], []

    def start(attacker, resolver=None):
        started.append(attacker)
        sottod("--resolver", resolver or uri(), runner=AS_NOGROUP)
        watches.append(Watch(*((protocol, ON_PATH, port) for protocol, port in (("tcp", PORT), ("tcp", HTTPS), ("udp", QUIC)))))
        return attacker
    yield start
    for one in started:
        one.stop()
        assert b"wild" not in getattr(one, "heard", b"")
    assert [watch.strays() for watch in watches] == [0] * len(watches)


def addresses(answer):
    return [str(record) for rrset in answer.answer for record in rrset]


def assert_refused(name, sentence=""):
    answer, seconds = timed(ask, f"{name}.wild.example.test", timeout=8)
    assert answer.rcode() == dns.rcode.SERVFAIL and not answer.answer
    assert why(answer) and sentence in why(answer)
    assert seconds < FAILED_S


def assert_answered(name):
    answer = ask(f"{name}.wild.example.test", timeout=8)
    assert addresses(answer) == [WILD], why(answer)


# ---- ended at every step ----

def half(data):
    return data[:len(data) // 2]


STEPS = {
    "hello": ("toward", 0, lambda data: []),
    "half-the-flight": ("back", 0, lambda data: [half(data)]),
    "after-the-flight": ("back", 0, lambda data: [data]),
    "question": ("toward", 1, lambda data: []),
    "half-the-question": ("toward", 1, lambda data: [half(data)]),
    "half-the-answer": ("back", 1, lambda data: [half(data)]),
}
"""Direction, how many pieces go on before, and what of the next one does."""


def breaks_at(step):
    """Hooks of an OnPath, while `step` holds one."""
    def hook(direction):
        def change(number, data):
            if step and STEPS[step[0]][0] == direction and number >= STEPS[step[0]][1]:
                raise Cut(*STEPS[step[0]][2](data))
            return [data]
        return change
    return hook("toward"), hook("back")


@pytest.mark.parametrize("step, end", [*((step, reset) for step in STEPS), ("hello", close), ("half-the-answer", close)],
                         ids=lambda value: {reset: "rst", close: "fin"}.get(value, value))
def test_connection_ended_at_every_step(through, step, end):
    """The client is told, soon; and when the attacker has gone, answered."""
    going_on = [step]
    attacker = through(OnPath(*breaks_at(going_on), end=end))
    assert_refused(f"broken-{step}")
    assert 1 <= attacker.accepted <= 12
    going_on.clear()
    assert_answered(f"whole-{step}")


# ---- cut into pieces, changed, repeated ----

def test_octet_by_octet(through):
    """Both ways, each in a segment of its own."""
    def drip(_, data):
        return [bytes([octet]) for octet in data]
    through(OnPath(drip, drip))
    for number in range(3):
        assert_answered(f"dripped-{number}")


def flip(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]


HANDSHAKE_CHANGES = {
    "hello-flipped": ("toward", lambda data: [flip(data, 40)]),
    "flight-flipped": ("back", lambda data: [flip(data, len(data) - 20)]),
    "flight-twice": ("back", lambda data: [data, data]),
    "flight-backwards": ("back", lambda data: [data[len(data) // 2:], half(data)]),
}
CHANGES = {
    "answer-flipped": ("back", 1, lambda data: [flip(data, -1)]),
    "answer-twice": ("back", 1, lambda data: [data, data]),
    "question-flipped": ("toward", 1, lambda data: [flip(data, -1)]),
    "question-twice": ("toward", 1, lambda data: [data, data]),
    "clear-answer": ("back", 1, lambda data: [frame(answer_to(b"\0\0" + bytes(10) + b"\1a\0\0\1\0\1", FORGED)), data]),
    "alert": ("back", 1, lambda data: [b"\x15\x03\x03\0\2\2\x0a", data]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_and_repeated_records_are_not_believed(through, change):
    """The connection on which it happens is given up; the next one brings the answer."""
    direction, place, changed = CHANGES[change]
    done = []

    def hook(number, data):
        if number < place or done:
            return [data]
        done.append(change)
        return changed(data)
    attacker = through(OnPath(**{direction: hook}))
    assert_answered(f"changed-{change}")
    assert done and attacker.accepted == 2


@pytest.mark.parametrize("change", HANDSHAKE_CHANGES)
def test_changed_handshakes_come_to_nothing(through, change):
    """There is no answer, and why is told; there is one when nothing is changed any more."""
    direction, changed = HANDSHAKE_CHANGES[change]
    going_on = [True]
    through(OnPath(**{direction: lambda number, data: changed(data) if going_on and number == 0 else [data]}))
    assert_refused(f"shaken-{change}")
    going_on.clear()
    assert_answered(f"steady-{change}")


def test_recorded_connection_is_not_believed(through):
    """All that the server said on the first connection is said again on the second."""
    recorded, playing = [], []

    def back(number, data):
        if not playing:
            recorded.append(data)
            return [data]
        if number < len(recorded):
            return [recorded[number]]
        raise Cut
    attacker = through(OnPath(back=back))
    assert_answered("recorded")
    attacker.hang_up()
    playing.append(True)
    assert_refused("played-again")
    playing.clear()
    recorded.clear()
    assert_answered("after-the-play")


# ---- weaker than it could be ----

HANDSHAKE_FAILURE, PROTOCOL_VERSION = 40, 70
SSL3_HELLO = bytes.fromhex("160300002a0200002603 00".replace(" ", "")) + bytes(32) + bytes.fromhex("00002f00")
REPLIES = {
    "ssl3": SSL3_HELLO,
    "alert-handshake-failure": b"\x15\x03\x01\0\2\2" + bytes([HANDSHAKE_FAILURE]),
    "alert-protocol-version": b"\x15\x03\x00\0\2\2" + bytes([PROTOCOL_VERSION]),
    "alert-close-notify": b"\x15\x03\x03\0\2\1\0",
    "dns-in-clear": frame(answer_to(b"\0\0" + bytes(10) + b"\1a\0\0\1\0\1", FORGED)),
    "http": b"HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\nContent-Length: 0\r\n\r\n",
    "noise": bytes(range(256)) * 8,
    "endless-record": b"\x16\x03\x03\x40\0" + bytes(16384) + b"\x16\x03\x03\x40\0" * 4000,
}


class Replies(OnPath):
    """Says the same to every hello."""

    def __init__(self, reply, port=PORT):
        self.reply = reply
        super().__init__(port=port)

    def serve(self, connection):
        self.heard += connection.recv(65536)
        connection.sendall(self.reply)
        while data := connection.recv(65536):
            self.heard += data


@pytest.mark.parametrize("reply", REPLIES)
def test_hello_answered_otherwise_than_by_tls(through, reply):
    attacker = through(Replies(REPLIES[reply]))
    assert_refused(f"replied-{reply}")
    assert attacker.accepted <= 4


@pytest.mark.parametrize("scheme", ["tls", "https"])
def test_stripped_hello_is_noticed(through, scheme):
    """Without TLS 1.3 in the client's list of versions, and without the protocol's name: in both cases the server is
    honest, and the two ends have not seen the same handshake."""
    stripped = []

    def toward(number, data):
        if number > 0:
            return [data]
        versions, protocol = data.find(b"\x03\x04\x03\x03"), data.find(b"\x02h2" if scheme == "https" else b"\x03dot")
        assert versions > 0 and protocol > 0
        stripped.append(data)
        if len(stripped) % 2:
            return [data[:versions] + b"\x03\x03\x03\x03" + data[versions + 4:]]
        return [data[:protocol + 1] + b"x" + data[protocol + 2:]]
    through(OnPath(toward, port=HTTPS if scheme == "https" else PORT), uri(scheme))
    for number in range(2):
        assert_refused(f"stripped-{scheme}-{number}")
    assert len(stripped) >= 2


def weak_context(authority, version=None, ciphers=None):
    context = tls_context(authority)
    context.set_ciphers((ciphers or "ALL:eNULL") + ":@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version or ssl.TLSVersion.TLSv1_2
    return context


WEAK = {
    "tls1.0": {"version": ssl.TLSVersion.TLSv1},
    "tls1.1": {"version": ssl.TLSVersion.TLSv1_1},
    "no-encryption": {"ciphers": "eNULL"},
    "no-authentication": {"ciphers": "aNULL"},
    "cbc": {"ciphers": "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA"},
    "no-forward-secrecy": {"ciphers": "kRSA:kPSK"},
}


@pytest.mark.parametrize("weakness", WEAK)
def test_weak_tls_is_not_spoken(through, servers, weakness):
    """With the resolver's own certificate: weakness is what an attacker makes of a true server."""
    server = EvilResolver(ON_PATH, PORT, weak_context(servers.authority, **WEAK[weakness]),
                          lambda query: [answer_to(query, FORGED)])
    through(server)
    assert_refused(f"weak-{weakness}")
    deadline = time.monotonic() + 5
    while not server.refused and time.monotonic() < deadline:  # it hears of it a moment after us
        time.sleep(0.05)
    assert server.refused and not server.shaken and not server.asked


# ---- another in its place ----

@pytest.fixture(scope="module")
def other_authority(tmp_path_factory):
    """The same names, signed by nobody whom anybody trusts."""
    return Authority(tmp_path_factory.mktemp("other-authority"))


SWAPS = {
    "wrong-name": "for another name",
    "expired": "has expired",
    "untrusted": "not from a trusted authority",
    "other-authority": "not from a trusted authority",
}


def context_of(kind, authority, other):
    return tls_context(other) if kind == "other-authority" else tls_context(authority, kind)


@pytest.mark.parametrize("kind", SWAPS)
def test_certificate_swapped_in_mid_run(through, servers, other_authority, kind):
    """The client has tickets of the true server. They resume nothing at an impostor, who is asked nothing; and the true one
    is taken back."""
    server = EvilResolver(ON_PATH, PORT, tls_context(servers.authority), lambda query: [answer_to(query, WILD)])
    through(server)
    assert_answered(f"before-{kind}")
    server.hang_up()
    assert_answered(f"resumed-{kind}")
    assert server.resumed == 1
    true, server.context = server.context, context_of(kind, servers.authority, other_authority)
    server.hang_up()
    assert_refused(f"swapped-{kind}", SWAPS[kind])
    assert f"swapped-{kind}" not in server.asked
    server.context = true
    assert_answered(f"after-{kind}")


def test_key_swapped_where_one_was_pinned(through, servers):
    """A good certificate for the right name, of another key than the one pinned."""
    pin = servers.authority.pins["no-address"]
    server = EvilResolver(ON_PATH, PORT, tls_context(servers.authority, "no-address"), lambda query: [answer_to(query, WILD)])
    through(server, uri(extra=f"&pin-sha256={pin}"))
    assert_answered("before-pin")
    server.context = tls_context(servers.authority)
    server.hang_up()
    assert_refused("swapped-pin", "not the one that was pinned")
    assert "swapped-pin" not in server.asked


@pytest.mark.parametrize("kind", SWAPS)
def test_quic_certificate_swapped_in_mid_run(through, servers, other_authority, kind):
    """With early data allowed nothing is said early to an impostor that he could read."""
    true = QuicGo(servers.authority, ON_PATH, QUIC)
    through(true, true.uri())
    assert_answered(f"quic-before-{kind}")
    true.stop()
    impostor = QuicGo(other_authority if kind == "other-authority" else servers.authority, ON_PATH, QUIC,
                      "server" if kind == "other-authority" else kind)
    try:
        assert_refused(f"quic-swapped-{kind}", SWAPS[kind])
        assert not impostor.query_lengths
    finally:
        impostor.stop()
    true.start()
    assert_answered(f"quic-after-{kind}")
