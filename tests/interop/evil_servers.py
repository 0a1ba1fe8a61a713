# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that mean harm, each on an address of its own and in this process: plain DNS, DNS over TLS, and whatever a test
does with a TLS connection. What they are to do, the first label of the name that they are asked for says, or the test."""

import contextlib
import socket
import ssl
import struct
import threading

import dns.message
import dns.rrset

QUESTION_END = 5
"""Octets of a question behind the labels: the root, type and class."""


def question_of(query):
    """The name's octets and what follows, as they stand in a query."""
    return query[12:query.index(0, 12) + QUESTION_END]


def first_label(query):
    return query[13:13 + query[12]].decode().lower()


def answer_to(query, *addresses, flags=0x8180, ttl=60):
    """Octets of an answer with these addresses to a query of one question."""
    records = b"".join(struct.pack("!HHHIH", 0xC00C, 1, 1, ttl, 4) + socket.inet_aton(address) for address in addresses)
    return query[:2] + struct.pack("!5H", flags, 1, len(addresses), 0, 0) + question_of(query) + records


def written(query, answer=(), authority=(), additional=()):
    """An answer with records as text, "name ttl IN type data"."""
    reply = dns.message.make_response(dns.message.from_wire(query), recursion_available=True)
    reply.use_edns(False)
    for section, records in (("answer", answer), ("authority", authority), ("additional", additional)):
        for record in records:
            name, ttl, _, rdtype, data = record.split(maxsplit=4)
            getattr(reply, section).append(dns.rrset.from_text(name, int(ttl), "IN", rdtype, data))
    return reply.to_wire()


def read_exactly(stream, count):
    data = b""
    while len(data) < count:
        piece = stream.recv(count - len(data))
        if not piece:
            raise ConnectionError("closed")
        data += piece
    return data


def read_frame(stream):
    """A message with its length before it."""
    return read_exactly(stream, struct.unpack("!H", read_exactly(stream, 2))[0])


def frame(message):
    return struct.pack("!H", len(message)) + message


def framed(answer):
    """What a test gives for an answer: messages in a list, or octets that are frames already."""
    return answer if isinstance(answer, bytes) else b"".join(map(frame, answer))


def reset(connection):
    """Closes it, the other side sees RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def quietly(function, *arguments):
    """In a thread of its own; that a connection ends is no matter."""
    def run():
        with contextlib.suppress(OSError, ValueError):
            function(*arguments)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


class Listening:
    """Accepts connections until stop(); `serve(connection)` gets each in a thread. `accepted`: how many there were."""

    def __init__(self, address, port):
        self.address, self.port, self.accepted, self.connections = address, port, 0, []
        self.listener = socket.create_server((address, port), backlog=128)
        quietly(self._accept)

    def _accept(self):
        while True:
            connection = self.listener.accept()[0]
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.accepted += 1
            self.connections.append(connection)
            quietly(self._serve, connection)

    def _serve(self, connection):
        with connection:
            self.serve(connection)

    def serve(self, connection):
        raise NotImplementedError

    def hang_up(self):
        """Ends all connections, in the middle of whatever."""
        while self.connections:
            with contextlib.suppress(OSError):
                self.connections.pop().shutdown(socket.SHUT_RDWR)

    def stop(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.hang_up()


class EvilPlain(Listening):
    """`by_udp(query, reply)` and `by_tcp(query)` are the test's: the one calls `reply(message, socket=None)` as often as it
    likes, the other returns an answer (framed()). `asked`: every query that came, as (how, first label)."""

    def __init__(self, address, by_udp, by_tcp=None, port=53):
        self.by_udp, self.by_tcp, self.asked = by_udp, by_tcp, []
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, port))
        super().__init__(address, port)
        quietly(self._datagrams)

    def _datagrams(self):
        while True:
            query, client = self.udp.recvfrom(65535)
            if not query:
                return  # shut down
            self.asked.append(("udp", first_label(query)))
            quietly(self.by_udp, query, lambda message, by=None, to=client: (by or self.udp).sendto(message, to))

    def serve(self, connection):
        while True:
            query = read_frame(connection)
            self.asked.append(("tcp", first_label(query)))
            connection.sendall(framed(self.by_tcp(query)))

    def count(self, label, how=None):
        return sum(1 for one in self.asked if one[1] == label and how in (None, one[0]))

    def stop(self):
        super().stop()
        with contextlib.suppress(OSError):
            self.udp.shutdown(socket.SHUT_RDWR)
        self.udp.close()


def tls_context(authority, certificate="server", alpn=()):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.folder / f"{certificate}.crt", authority.folder / f"{certificate}.key")
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


class EvilTls(Listening):
    """TLS with `context`, which may be exchanged at any time; then `talk(stream)`. `shaken`: handshakes that were finished,
    `resumed`: with a ticket, `refused`: those that were not, and why."""

    def __init__(self, address, port, context, talk):
        self.context, self.talk, self.shaken, self.resumed, self.refused = context, talk, 0, 0, []
        super().__init__(address, port)

    def serve(self, connection):
        try:
            stream = self.context.wrap_socket(connection, server_side=True)
        except (OSError, ssl.SSLError) as error:
            self.refused.append(str(error))
            return
        self.shaken += 1
        self.resumed += stream.session_reused
        self.connections.append(stream)
        with stream:
            self.talk(stream)


class EvilResolver(EvilTls):
    """DNS over TLS; `answer(query)` gives an answer (framed()). `asked`: first labels."""

    def __init__(self, address, port, context, answer):
        self.answer, self.asked = answer, []
        super().__init__(address, port, context, self._talk)

    def _talk(self, stream):
        while True:
            query = read_frame(stream)
            self.asked.append(first_label(query))
            stream.sendall(framed(self.answer(query)))
