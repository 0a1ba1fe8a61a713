# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks thousands of questions, many at once, and compares answers."""

import selectors
import socket
import struct
import time

import dns.message

from forwarder import PATIENCE_S

AT_ONCE = 100
PAYLOAD = 1232
RD, AD, CD, TC = 0x0100, 0x0020, 0x0010, 0x0200
OPT_LENGTH = 11
HEADER = 12
COMPARED_FLAGS = 0xffff & ~0x0400
"""All of the header's but AA: a forwarder is no authority (RFC 1035 §4.1.1)."""


class AskerError(Exception):
    """No answer came to a question, or none that belongs to one."""


def query_wire(number, question):
    """The message, its ID the number's lower bits."""
    flags = RD | (AD if question.authentic_data else 0) | (CD if question.checking_disabled else 0)
    name = b"".join(bytes([len(label)]) + label for label in question.name) + b"\0"
    wire = struct.pack("!6H", number & 0xffff, flags, 1, 0, 0, int(question.edns)) + name
    wire += struct.pack("!2H", question.rdtype, 1)
    if question.edns:
        wire += struct.pack("!BHHIH", 0, 41, PAYLOAD, 0x8000 if question.dnssec_ok else 0, 0)
    return wire


class _Under:
    """What has been asked and not answered yet."""

    def __init__(self, questions):
        self.questions = iter(questions)
        self.waiting, self.answers = {}, {}

    def next(self):
        """The next message to send; None when enough is under way or nothing is left."""
        if len(self.waiting) >= AT_ONCE:
            return None
        number, question = next(self.questions, (None, None))
        if question is None:
            return None
        wire = query_wire(number, question)
        self.waiting[number & 0xffff] = (number, wire, time.monotonic())
        return wire

    def take(self, reply):
        identity, = struct.unpack_from("!H", reply)
        if identity not in self.waiting:
            raise AskerError(f"an answer that nobody waits for: {reply[:40].hex()}")
        number, wire, _ = self.waiting.pop(identity)
        question = wire[HEADER:len(wire) - OPT_LENGTH if wire[11] else None]
        if reply[HEADER:HEADER + len(question)] != question:
            raise AskerError(f"the question is not echoed letter by letter: {question!r}")
        self.answers[number] = reply

    def complain(self, deadline_s):
        """Everything is answered within a client's patience, if with a failure."""
        late = [entry for entry in self.waiting.values() if time.monotonic() - entry[2] > deadline_s]
        if late:
            raise AskerError(f"{len(late)} questions got no answer, the first is {late[0][1][HEADER:]!r}")


def ask_udp(address, port, questions):
    """{number: reply} for an iterable of (number, Question)."""
    under = _Under(questions)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client, selectors.DefaultSelector() as events:
        client.connect((address, port))
        client.setblocking(False)
        events.register(client, selectors.EVENT_READ)
        while True:
            while (wire := under.next()) is not None:
                client.send(wire)
            if not under.waiting:
                return under.answers
            if not events.select(0.5):
                under.complain(PATIENCE_S)
            try:
                while True:
                    under.take(client.recv(65535))
            except BlockingIOError:
                pass


def _frames(data):
    """The whole messages at the beginning of a stream's bytes; the rest stays."""
    while len(data) >= 2:
        length, = struct.unpack_from("!H", data)
        if len(data) < 2 + length:
            return
        yield bytes(data[2:2 + length])
        del data[:2 + length]


def ask_tcp(address, port, questions):
    """The same over one connection, pipelined."""
    under, data, unsent = _Under(questions), bytearray(), bytearray()
    with socket.create_connection((address, port), PATIENCE_S) as client, selectors.DefaultSelector() as events:
        client.setblocking(False)
        events.register(client, selectors.EVENT_READ)
        while True:
            while (wire := under.next()) is not None:
                unsent += struct.pack("!H", len(wire)) + wire
            if not under.waiting:
                return under.answers
            if unsent:
                del unsent[:client.send(unsent)]
            events.modify(client, selectors.EVENT_READ | (selectors.EVENT_WRITE if unsent else 0))
            ready = events.select(0.5)
            if not ready:
                under.complain(PATIENCE_S)
            if any(mask & selectors.EVENT_READ for _, mask in ready):
                received = client.recv(1 << 20)
                if not received:
                    raise AskerError(f"the connection was closed with {len(under.waiting)} questions unanswered")
                data += received
                for reply in _frames(data):
                    under.take(reply)


def is_truncated(reply):
    return bool(struct.unpack_from("!H", reply, 2)[0] & TC)


def ask_as_a_stub(address, port, questions):
    """(what came by UDP, what was final): truncated answers are asked for again by TCP."""
    questions = dict(questions)
    first = ask_udp(address, port, questions.items())
    cut = {number: questions[number] for number, reply in first.items() if is_truncated(reply)}
    return first, {**first, **ask_tcp(address, port, cut.items())}


def _split(reply):
    """Flags, counts and records as bytes without OPT, and what OPT says of DO; None where that takes a parser."""
    _, flags, *counts = struct.unpack_from("!6H", reply)
    if counts[3] and reply[-OPT_LENGTH:-OPT_LENGTH + 3] == b"\0\0\x29" and reply[-2:] == b"\0\0":
        counts[3] -= 1
        version_and_flags = reply[-6:-2]
        return flags & COMPARED_FLAGS, counts, reply[HEADER:-OPT_LENGTH], version_and_flags
    return None if counts[3] else (flags & COMPARED_FLAGS, counts, reply[HEADER:], None)


def _records(section):
    """A section as a set of records: owner in lower case, type, data as it stands in a message of no compression."""
    return {(str(rrset.name).lower(), rrset.rdclass, rrset.rdtype, record.to_digestable()) for rrset in section
            for record in rrset}


def content(reply):
    """What must be the same, whoever brings it: response code with its upper bits, flags but AA, the sections as sets
    of records, TTL and letter case of names aside; whether there is OPT, its version and DO. OPT's size and options are
    of one hop (RFC 6891 §6.1.1)."""
    message = dns.message.from_wire(reply)
    return {"rcode": message.rcode(), "flags": int(message.flags) & COMPARED_FLAGS, "version": message.edns,
            "ednsflags": message.ednsflags & 0xffff,
            **{name: _records(getattr(message, name)) for name in ("answer", "authority", "additional")}}


def same(left, right):
    """Most pairs are alike in every octet; the others are read and compared."""
    halves = _split(left), _split(right)
    return (halves[0] is not None and halves[0] == halves[1]) or content(left) == content(right)
