#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A relay of Anonymized DNSCrypt, over UDP and TCP, made from the documented messages.

    dnscrypt_relay.py ADDRESS:PORT [--from ADDRESS] [--allow-loopback] [--any-port] [--udp-only] [--lose N]

A packet is  ff×8 00 00 | the server's address as IPv6 16 | its port 2 | what goes on to the server.  What goes on goes
by UDP, however it came; one answer goes back, unchanged, if it is not longer. As real relays do it refuses servers that
are not of the public internet, ports other than 443, and what is neither DNSCrypt nor a request for certificates. It
says what it does, a line an event.
"""

import argparse
import asyncio
import ipaddress
import struct

import dns.exception
import dns.message
import dns.rdatatype

MAGIC = b"\xff" * 8 + b"\0\0"
HEADER = len(MAGIC) + 18
RESPONSE_MAGIC = b"r6fnvWj8"
QUERY_OVERHEAD = 68
PROVIDER_PREFIX = b"2.dnscrypt-cert"
PATIENCE_S = 5


class Refused(Exception):
    """Why a packet is not passed on."""


def certificate_request(packet):
    """Whether this is one; Refused if it is another DNS message."""
    try:
        message = dns.message.from_wire(packet)
    except (dns.exception.DNSException, ValueError):  # an unknown opcode is the latter
        return False
    question = message.question[0] if message.question else None
    if question is None or question.rdtype != dns.rdatatype.TXT or \
            b".".join(question.name.labels[:2]).lower() != PROVIDER_PREFIX:
        raise Refused("a DNS message that asks for no certificate")
    return True


class ToServer(asyncio.DatagramProtocol):
    """One query's own socket towards the server; `answered` gets the first answer."""

    def __init__(self):
        self.answered = asyncio.get_running_loop().create_future()

    def datagram_received(self, data, addr):
        if not self.answered.done():
            self.answered.set_result(data)

    def error_received(self, exc):
        if not self.answered.done():
            self.answered.set_exception(exc)


class Relay(asyncio.DatagramProtocol):
    def __init__(self, options):
        self.options = options
        self.to_lose = options.lose
        self.udp = None
        self.tasks = set()

    def target(self, packet):
        """(address, port, what goes there); Refused with a reason."""
        if len(packet) <= HEADER or not packet.startswith(MAGIC):
            raise Refused("no relayed packet")
        address = ipaddress.IPv6Address(packet[10:26])
        port, = struct.unpack("!H", packet[26:28])
        address, inner = address.ipv4_mapped or address, packet[HEADER:]
        if not (address.is_global or self.options.allow_loopback) or address.is_multicast:
            raise Refused(f"{address} is not of the public internet")
        if port != 443 and not self.options.any_port:
            raise Refused(f"port {port}")
        if inner.startswith(MAGIC):
            raise Refused("another relay behind this one")
        if not certificate_request(inner) and (len(inner) < QUERY_OVERHEAD or inner.startswith(bytes(7))):
            raise Refused("neither a DNSCrypt query nor a request for certificates")
        return str(address), port, inner

    async def pass_on(self, packet, how, client):
        """The answer; None when there is none to send."""
        try:
            address, port, inner = self.target(packet)
        except Refused as refusal:
            return print(f"refused {how} {client}: {refusal}", flush=True)
        if self.to_lose:
            self.to_lose -= 1
            return print(f"lost {how} {client}", flush=True)
        print(f"{how} {client} to {address}:{port}: {len(inner)}", flush=True)
        source = (self.options.source, 0) if self.options.source else None
        transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
            ToServer, local_addr=source, remote_addr=(address, port))
        transport.sendto(inner)
        try:
            answer = await asyncio.wait_for(server.answered, PATIENCE_S)
        except (asyncio.TimeoutError, OSError) as error:
            return print(f"no answer from {address}:{port}: {error!r}", flush=True)
        finally:
            transport.close()
        if len(answer) > len(inner):
            return print(f"dropped {len(answer)} > {len(inner)}", flush=True)
        return answer

    def connection_made(self, transport):
        self.udp = transport

    def datagram_received(self, data, addr):
        async def serve():
            answer = await self.pass_on(data, "udp", addr[0])
            if answer is not None:
                self.udp.sendto(answer, addr)
        task = asyncio.ensure_future(serve())
        self.tasks.add(task)  # the loop itself holds it weakly
        task.add_done_callback(self.tasks.discard)

    async def serve_tcp(self, reader, writer):
        client = writer.get_extra_info("peername")[0]
        try:
            while True:
                length, = struct.unpack("!H", await reader.readexactly(2))
                answer = await self.pass_on(await reader.readexactly(length), "tcp", client)
                if answer is not None:
                    writer.write(struct.pack("!H", len(answer)) + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("listen")
    parser.add_argument("--from", dest="source", metavar="ADDRESS", help="what servers see")
    parser.add_argument("--allow-loopback", action="store_true", help="servers that are not of the public internet too")
    parser.add_argument("--any-port", action="store_true", help="servers on other ports than 443 too")
    parser.add_argument("--udp-only", action="store_true")
    parser.add_argument("--lose", type=int, default=0, metavar="N", help="the first N packets are not passed on")
    options = parser.parse_args()
    host, _, port = options.listen.rpartition(":")
    relay = Relay(options)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: relay, local_addr=(host, int(port)))
    if not options.udp_only:
        await asyncio.start_server(relay.serve_tcp, host, int(port))
    print("listening", flush=True)
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
