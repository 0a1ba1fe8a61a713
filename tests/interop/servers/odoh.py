#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An oblivious target and an oblivious relay (RFC 9230), made from the document and from nothing of Sotto's.

    odoh.py target --listen ADDRESS:PORT --upstream ADDRESS[:PORT] --certificate FILE --key FILE
    odoh.py relay  --listen ADDRESS:PORT --target NAME=ADDRESS:PORT … --trust FILE --certificate FILE --key FILE

The target forwards to a plain resolver. SIGUSR1 gives it a new key and makes it forget the old one. It pads answers to
468 bytes; those of names that begin with the label "wrong-padding" with something else than zeros, of "wrong-type" with
another Content-Type, of "damaged" with one bit changed.

Each line of the log is one request: the target's shows who asked and what, the relay's who asked and the body as it
went by.
"""

import argparse
import asyncio
import base64
import signal
import struct
import sys
import urllib.parse

import dns.message
import dns.rdatatype

from http2 import Client, Response, serve
from oblivious import Question, Refused, TargetKey, configs, plaintext

MEDIA_TYPE = "application/oblivious-dns-message"
WELL_KNOWN = "/.well-known/odohconfigs"
ANSWER_BLOCK = 468
UPSTREAM_PATIENCE_S = 3


class Upstream(asyncio.DatagramProtocol):
    """Plain DNS by UDP, by TCP where that is cut; the IDs are its own."""

    def __init__(self, address, port):
        self.address, self.port = address, port
        self.waiting, self.next_id, self.transport = {}, 0, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        future = self.waiting.pop(data[:2], None)
        if future and not future.done():
            future.set_result(data)

    async def ask(self, query):
        self.next_id = (self.next_id + 1) % 65536
        number = struct.pack("!H", self.next_id)
        future = asyncio.get_running_loop().create_future()
        self.waiting[number] = future
        self.transport.sendto(number + query[2:])
        reply = await asyncio.wait_for(future, UPSTREAM_PATIENCE_S)
        if reply[2] & 0x02:  # TC
            reply = await asyncio.wait_for(self.ask_tcp(query), UPSTREAM_PATIENCE_S)
        return query[:2] + reply[2:]

    async def ask_tcp(self, query):
        reader, writer = await asyncio.open_connection(self.address, self.port)
        try:
            writer.write(struct.pack("!H", len(query)) + query)
            length = struct.unpack("!H", await reader.readexactly(2))[0]
            return await reader.readexactly(length)
        finally:
            writer.close()


def question_text(message):
    try:
        question = dns.message.from_wire(message, question_only=True).question[0]
        return f"{question.name} {dns.rdatatype.to_text(question.rdtype)}"
    except Exception as error:  # what came is not DNS: say so, that is all
        return f"nothing readable ({error})"


class Target:
    def __init__(self, options):
        self.upstream_address = options.upstream
        self.upstream, self.keys = None, [TargetKey()]
        self.options = options

    def rotate(self):
        self.keys = [TargetKey()]
        print("rotated", flush=True)

    def configuration(self):
        """The key behind one of a version that nobody knows, as will come one day."""
        unknown = struct.pack("!HH", 0xff06, 4) + b"what"
        return Response(200, [("content-type", "application/octet-stream"), ("cache-control", "max-age=3600")],
                        configs(unknown, *(key.config for key in self.keys)))

    async def answer(self, request):
        if request.method == "GET" and request.path == WELL_KNOWN:
            print(f"configs asked by {request.peer[0]}", flush=True)
            return self.configuration()
        if request.method != "POST" or request.headers.get("content-type") != MEDIA_TYPE:
            return Response(415, [], b"")
        try:
            question = Question(request.body, self.keys)
        except Refused as error:
            print(f"refused {request.peer[0]}: {error}", flush=True)
            return Response(error.status, [("content-type", "text/plain")], str(error).encode())
        if not self.options.quiet:
            print(f"question of {request.peer[0]}: {question_text(question.message)}", flush=True)
        try:
            reply = await self.upstream.ask(question.message)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
            return Response(502, [], b"")
        return self.encrypt(question, reply)

    def encrypt(self, question, reply):
        plain = plaintext(reply, -len(reply) % ANSWER_BLOCK if len(reply) < 60000 else 0)
        label = question.message[13:13 + question.message[12]] if len(question.message) > 13 else b""
        if label == b"wrong-padding":
            plain = plain[:-1] + b"\1"
        sealed = bytearray(question.seal(plain))
        if label == b"damaged":
            sealed[-1] ^= 1
        media_type = "application/dns-message" if label == b"wrong-type" else MEDIA_TYPE
        return Response(200, [("content-type", media_type)], bytes(sealed))

    async def run(self):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, self.rotate)
        address, port = split(self.upstream_address, 53)
        _, self.upstream = await loop.create_datagram_endpoint(lambda: Upstream(address, port),
                                                               remote_addr=(address, port))
        await serve(*split(self.options.listen), self.options.certificate, self.options.key, self.answer)


class Relay:
    """Passes on to the targets that it knows, on connections that it keeps; nothing of the client goes along."""

    def __init__(self, options):
        self.options, self.clients = options, {}

    def client_for(self, target):
        return self.clients.get(target)

    async def answer(self, request):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)
        host, path = query.get("targethost", [""])[0], query.get("targetpath", [""])[0]
        client = self.client_for(host)
        if not self.options.quiet:
            print(f"{request.method} of {request.peer[0]} for {host} {path}: {base64.b16encode(request.body).decode()}",
                  flush=True)
        refusal = self.why_not(request, client, path)
        if refusal:
            return Response(refusal, [("content-type", "text/plain")], b"")
        headers = [("content-type", MEDIA_TYPE), ("accept", MEDIA_TYPE)] if request.method == "POST" else []
        try:
            received, body = await asyncio.wait_for(client.request(request.method, path, headers, request.body), 4)
        except (OSError, asyncio.TimeoutError):
            return Response(502, [("proxy-status", "relay; error=destination_unavailable")], b"")
        kept = [(name, received[name]) for name in ("content-type", "cache-control") if name in received]
        return Response(int(received[":status"]), kept, body)

    def why_not(self, request, client, path):
        if not path.startswith("/"):
            return 400
        if client is None:
            return 403
        if request.method == "GET":
            return 405 if self.options.post_only or path != WELL_KNOWN else None
        if request.method != "POST":
            return 405
        return None if request.headers.get("content-type") == MEDIA_TYPE else 415

    async def run(self):
        address, port = split(self.options.listen)
        for spec in self.options.target:
            name, where = spec.split("=")
            self.clients[name] = Client(*split(where), name.split(":")[0], self.options.trust, source=address)
        await serve(address, port, self.options.certificate, self.options.key, self.answer)


def split(text, port=443):
    host, _, number = text.partition(":")
    return host, int(number or port)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("role", choices=["target", "relay"])
    parser.add_argument("--listen", required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--upstream", help="the target's resolver")
    parser.add_argument("--target", action="append", default=[], help="NAME=ADDRESS:PORT that the relay passes on to")
    parser.add_argument("--trust", help="the authorities that the relay trusts")
    parser.add_argument("--post-only", action="store_true", help="the relay takes nothing but questions")
    parser.add_argument("--quiet", action="store_true", help="do not log questions")
    options = parser.parse_args()
    try:
        asyncio.run((Target if options.role == "target" else Relay)(options).run())
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
