# SPDX-License-Identifier: GPL-3.0-or-later
"""A resolver over HTTPS that means harm, or has fallen into bad hands: its certificate is good, what it says is not.
It gets nobody elsewhere, and costs neither memory nor time that others would miss."""

import struct
import threading
import time

import dns.rcode
import pytest
from attackers import AS_NOGROUP, FORGED, FORGED_BYTES, Usage, Watch
from evil_servers import EvilTls, answer_to, read_exactly, tls_context
from forwarder import ask, timed, why

from lab.pki import HOST
from lab.topology import UNBOUND, WILD

EVIL = "127.0.0.65"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 1, 1, 4
FLOOD_S, MEMORY_KIB, CPU_S, WAIT_S = 1.0, 24 * 1024, 0.7, 0.5


def frame(kind, flags, stream, payload=b""):
    return struct.pack("!I", len(payload))[1:] + struct.pack("!BBI", kind, flags, stream) + payload


def number(value, bits, first=0):
    """RFC 7541 §5.1."""
    if value < (1 << bits) - 1:
        return bytes([first | value])
    octets, value = [first | ((1 << bits) - 1)], value - ((1 << bits) - 1)
    while value >= 128:
        octets.append(value % 128 | 128)
        value //= 128
    return bytes([*octets, value])


def field(name, value, first=0):
    """A header field, not indexed, or with first=0x40 put into the table."""
    return bytes([first]) + number(len(name), 7) + name + number(len(value), 7) + value


def status(code):
    return field(b":status", str(code).encode())


DNS = field(b"content-type", b"application/dns-message")


def headers(stream, block, flags=END_HEADERS):
    return frame(HEADERS, flags, stream, block)


def answered(stream, body, block=None):
    return headers(stream, block or status(200) + DNS) + frame(DATA, END_STREAM, stream, body)


def in_pieces(stream, block, size=16000):
    """A header block of any length."""
    pieces = [block[at:at + size] for at in range(0, len(block), size)]
    return headers(stream, pieces[0], 0) + b"".join(
        frame(CONTINUATION, END_HEADERS if piece is pieces[-1] else 0, stream, piece) for piece in pieces[1:])


def then_for_ever(first, piece, count=200):
    """Something, and then the same until nobody listens."""
    def send(stream, _):
        yield first(stream)
        chunk = piece(stream) * count
        while True:
            yield chunk
    return send


def for_ever(piece):
    return then_for_ever(lambda _: b"", piece)


BOMB = b"," * 3900
"""A cache-control of many directives, which is put into the table once and named by an octet from then on."""

# What is said to a question: octets, one piece after the other.
WRONG = {
    "redirect": lambda stream, query: [headers(stream, status(301) + field(b"location", f"https://{FORGED}/dns-query".encode()),
                                               END_HEADERS | END_STREAM)],
    "redirect-with-an-answer": lambda stream, query: [answered(stream, answer_to(query, FORGED),
                                                               status(307) + DNS + field(b"location", b"https://evil.test/"))],
    "web-page": lambda stream, query: [answered(stream, answer_to(query, FORGED), status(200) + field(b"content-type", b"text/html"))],
    "no-type": lambda stream, query: [answered(stream, answer_to(query, FORGED), status(200))],
    "no-status": lambda stream, query: [answered(stream, answer_to(query, FORGED), DNS)],
    "error-with-an-answer": lambda stream, query: [answered(stream, answer_to(query, FORGED), status(502) + DNS)],
    "another-question": lambda stream, query: [answered(stream, answer_to(query[:12] + b"\1a" + query[12:], FORGED))],
    "pushed": lambda stream, query: [frame(PUSH_PROMISE, END_HEADERS, stream, struct.pack("!I", 2) + field(b":method", b"GET")
                                           + field(b":scheme", b"https") + field(b":authority", HOST.encode())
                                           + field(b":path", b"/dns-query")), answered(2, answer_to(query, FORGED))],
    "other-stream": lambda stream, query: [answered(stream + 2, answer_to(query, FORGED))],
    "reset": lambda stream, query: [frame(RST_STREAM, 0, stream, struct.pack("!I", 11))],
    "http1": lambda stream, query: [b"HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\n\r\n" + answer_to(query, FORGED)],
    "goaway": lambda stream, query: [frame(GOAWAY, 0, 0, struct.pack("!II", 0, 11) + b"enhance your calm")],
    "window-overflow": lambda stream, query: [frame(WINDOW_UPDATE, 0, 0, struct.pack("!I", 0x7fffffff)) * 2],
    "frame-too-long": lambda stream, query: [frame(DATA, 0, stream, bytes(60000))],
    "padding-beyond-the-frame": lambda stream, query: [headers(stream, status(200) + DNS) + frame(DATA, 8, stream, b"\xff" + bytes(10))],
    "half-a-header": lambda stream, query: [headers(stream, b"\x40\x7f")],
    "table-too-large": lambda stream, query: [headers(stream, number(1 << 20, 5, 0x20) + status(200) + DNS)],
    "hpack-bomb": lambda stream, query: [in_pieces(stream, status(200) + DNS + field(b"cache-control", BOMB, 0x40) + b"\xbe" * 50000),
                                         frame(DATA, END_STREAM, stream, answer_to(query, FORGED))],
    "header-of-a-mebibyte": lambda stream, query: [in_pieces(stream, status(200) + field(b"x", bytes(1 << 20)))],
}
FLOODS = {
    "settings": for_ever(lambda stream: frame(SETTINGS, 0, 0, struct.pack("!HI", 4, 65535))),
    "settings-of-the-table": for_ever(lambda stream: frame(SETTINGS, 0, 0, struct.pack("!HIHI", 1, 0, 1, 65536))),
    "ping": for_ever(lambda stream: frame(PING, 0, 0, bytes(8))),
    "ping-answers": for_ever(lambda stream: frame(PING, ACK, 0, bytes(8))),
    "window-updates": for_ever(lambda stream: frame(WINDOW_UPDATE, 0, stream, struct.pack("!I", 1))),
    "priorities": for_ever(lambda stream: frame(PRIORITY, 0, stream, struct.pack("!IB", 0, 1))),
    "unknown-frames": for_ever(lambda stream: frame(77, 0, stream, bytes(8))),
    "empty-data": then_for_ever(lambda stream: headers(stream, status(200) + DNS), lambda stream: frame(DATA, 0, stream)),
    "early-hints": for_ever(lambda stream: headers(stream, status(103))),
    "empty-continuations": then_for_ever(lambda stream: headers(stream, status(200), 0),
                                         lambda stream: frame(CONTINUATION, 0, stream)),
    "continuations": then_for_ever(lambda stream: headers(stream, status(200), 0),
                                   lambda stream: frame(CONTINUATION, 0, stream, field(b"x", bytes(1000))), 10),
    "resets-of-others": for_ever(lambda stream: frame(RST_STREAM, 0, stream, struct.pack("!I", 8))),
    "endless-body": then_for_ever(lambda stream: headers(stream, status(200) + DNS),
                                  lambda stream: frame(DATA, 0, stream, bytes(16000)), 4),
    "goodbyes": for_ever(lambda stream: frame(GOAWAY, 0, 0, struct.pack("!II", 0x7fffffff, 0))),
}


class EvilWeb(EvilTls):
    """Says what `say(stream, query)` gives to every POST; or, without it, the truth. `asked` counts questions."""

    def __init__(self, context):
        self.say, self.asked = None, 0
        super().__init__(EVIL, 443, context, self._talk)

    def _talk(self, stream):
        read_exactly(stream, len(PREFACE))
        stream.sendall(frame(SETTINGS, 0, 0))
        while True:
            length, kind, _, identity = struct.unpack("!IBBI", b"\0" + read_exactly(stream, 9))
            payload = read_exactly(stream, length)
            if kind == SETTINGS and length:
                stream.sendall(frame(SETTINGS, ACK, 0))
            elif kind == DATA:
                self.asked += 1
                for piece in (self.say or (lambda *_: [answered(identity, answer_to(payload, WILD))]))(identity, payload):
                    stream.sendall(piece)


@pytest.fixture(scope="module")
def web(all_servers):
    started = EvilWeb(tls_context(all_servers.authority, alpn=["h2"]))
    yield started
    started.stop()


@pytest.fixture
def asking(sottod, servers, web):
    """asking() starts sottod with the evil server alone, asking(good) with another resolver behind it; returns its process."""
    watch = []

    def start(*others):
        web.say = None
        evil = f"https://{EVIL}/dns-query#{HOST}"
        options = [word for resolver in (evil, *others) for word in ("--resolver", resolver)]
        pid = sottod("--strategy", "first", *options, runner=AS_NOGROUP).daemon.pid
        watch.append(Watch(("tcp", EVIL, 443), ("tcp", UNBOUND, 853)))
        assert ask("warm.wild.example.test").answer
        return pid
    yield start
    web.hang_up()
    assert [one.strays() for one in watch] == [0]


def addresses(answer):
    return [str(record) for rrset in answer.answer for record in rrset]


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_answers_are_failures(asking, web, kind):
    """And the next question, to which the same server says the truth, is answered."""
    pid = asking()
    before = Usage.of(pid)
    web.say = WRONG[kind]
    answer, seconds = timed(ask, f"wrong-{kind}.wild.example.test", timeout=8)
    assert answer.rcode() == dns.rcode.SERVFAIL and not answer.answer and why(answer)
    assert seconds < 6
    web.say = None
    assert addresses(ask(f"right-{kind}.wild.example.test", timeout=8)) == [WILD]
    after = Usage.of(pid)
    assert after.memory_kib - before.memory_kib < MEMORY_KIB
    assert after.cpu_s - before.cpu_s < CPU_S


@pytest.mark.parametrize("kind", FLOODS)
def test_floods_cost_little(asking, web, servers, kind):
    """One that never ends: the question is answered by the next resolver, others meanwhile, and the connection is given up."""
    pid = asking(servers.tls_uri())
    before, waits = Usage.of(pid), []
    web.say = FLOODS[kind]
    client = threading.Thread(target=lambda: waits.append(timed(ask, f"flood-{kind}.wild.example.test", timeout=8)))
    client.start()
    end = time.monotonic() + FLOOD_S
    while time.monotonic() < end:
        answer, seconds = timed(ask, "warm.wild.example.test", timeout=8)
        assert FORGED_BYTES not in answer.to_wire()
        waits.append((answer, seconds))
        time.sleep(0.02)
    client.join()
    during = Usage.of(pid)
    web.say = None
    print(f"{kind}: {len(waits)} asked, longest {max(seconds for _, seconds in waits[:-1]):.3f} s,"
          f" CPU {during.cpu_s - before.cpu_s:.2f} s, memory {during.memory_kib - before.memory_kib:+} KiB, asked {web.asked}")
    assert all(addresses(answer) == [WILD] for answer, _ in waits)
    assert during.memory_kib - before.memory_kib < MEMORY_KIB
    assert during.cpu_s - before.cpu_s < CPU_S
    web.hang_up()
    assert addresses(ask(f"after-{kind}.wild.example.test", timeout=8)) == [WILD]
