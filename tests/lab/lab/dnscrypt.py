# SPDX-License-Identifier: GPL-3.0-or-later
"""DNSCrypt v2, written from its draft on libsodium alone: keys and certificates for the lab's servers, sdns:// stamps,
and a client to hold our own against.

    from the shell:  python3 -m lab.dnscrypt sdns://… NAME [TYPE] [--tcp] [--es 1|2]
"""

import argparse
import base64
import ctypes
import os
import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path

import dns.message
import dns.rdatatype

sodium = ctypes.CDLL("libsodium.so.23")
sodium.sodium_init()

RESPONSE_MAGIC = bytes.fromhex("7236666e76576a38")
MAC = 16


class DnscryptError(Exception):
    """What the server sent is not an answer one may believe."""


def _call(function, *arguments):
    if function(*arguments) != 0:
        raise DnscryptError(f"{function.__name__} failed")


def _size(data):
    return ctypes.c_ulonglong(len(data))


def _pair(function):
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    _call(function, public, secret)
    return public.raw, secret.raw


class Provider:
    """An Ed25519 key that signs certificates, and the name under which they are asked for."""

    def __init__(self, name="2.dnscrypt-cert.lab.test"):
        self.name = name
        self.public, self._secret = _pair(sodium.crypto_sign_keypair)

    def certificate(self, path, construction, serial=1, start=None, end=None):
        """Write PATH.cert and PATH.key as dnsdist reads them: the 124 bytes, and the 32 of the short-term secret key."""
        public, secret = _pair(sodium.crypto_box_keypair)
        now = int(time.time())
        signed = public + os.urandom(8) + struct.pack(">III", serial, start or now - 60, end or now + 86400)
        signature = ctypes.create_string_buffer(64)
        _call(sodium.crypto_sign_ed25519_detached, signature, None, signed, _size(signed), self._secret)
        Path(f"{path}.cert").write_bytes(b"DNSC" + struct.pack(">HH", construction, 0) + signature.raw + signed)
        Path(f"{path}.key").write_bytes(secret[:32])

    def stamp(self, address):
        def prefixed(data):
            return bytes([len(data)]) + data
        body = b"\x01" + bytes(8) + prefixed(address.encode()) + prefixed(self.public) + prefixed(self.name.encode())
        return "sdns://" + base64.urlsafe_b64encode(body).decode().rstrip("=")


def parse_stamp(stamp):
    """(address, port, provider key, provider name) of a DNSCrypt stamp."""
    text = stamp.removeprefix("sdns://")
    body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert body[0] == 1, "not a DNSCrypt stamp"
    fields, offset = [], 9
    while offset < len(body):
        fields.append(body[offset + 1:offset + 1 + body[offset]])
        offset += 1 + body[offset]
    address, _, port = fields[0].decode().partition(":")
    return address, int(port or 443), fields[1], fields[2].decode()


@dataclass(order=True)
class Certificate:
    """The parts of one certificate that a client needs; the greatest is the one to use."""

    construction: int
    serial: int
    key: bytes
    magic: bytes

    @classmethod
    def parse(cls, data, provider_key):
        """DnscryptError says why it may not be used."""
        if data[:4] != b"DNSC" or len(data) < 124:
            raise DnscryptError("not a certificate")
        signature, signed = data[8:72], data[72:]
        if sodium.crypto_sign_ed25519_verify_detached(signature, signed, _size(signed), provider_key) != 0:
            raise DnscryptError("signed by another key")
        serial, start, end = struct.unpack(">III", signed[40:52])
        if not start <= time.time() <= end:
            raise DnscryptError("not valid at this time")
        return cls(struct.unpack(">H", data[4:6])[0], serial, signed[:32], signed[32:40])


def _exchange(destination, packet, tcp):
    if not tcp:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(3)
            udp.sendto(packet, destination)
            return udp.recv(65535)
    with socket.create_connection(destination, 3) as stream, stream.makefile("rb") as reader:
        stream.sendall(struct.pack(">H", len(packet)) + packet)
        return reader.read(struct.unpack(">H", reader.read(2))[0])


class Client:
    """Asks one server. `construction` 1 is X25519-XSalsa20Poly1305, 2 is X25519-XChaCha20Poly1305, None the best."""

    def __init__(self, stamp, construction=None):
        address, port, provider_key, self.provider = parse_stamp(stamp)
        self.destination = address, port
        self.certificates, self.refused = [], []
        # Always by UDP: dnsdist answers a clear request over TCP with a message of no bytes.
        reply = dns.message.from_wire(_exchange(self.destination, self._certificate_request(), tcp=False))
        for record in (record for answer in reply.answer for record in answer):
            try:
                self.certificates.append(Certificate.parse(b"".join(record.strings), provider_key))
            except DnscryptError as error:
                self.refused.append(str(error))
        usable = [c for c in self.certificates if construction in (None, c.construction)]
        if not usable:
            raise DnscryptError(f"no certificate to use ({', '.join(self.refused) or 'none of this construction'})")
        self.certificate = max(usable)
        self.public, secret = _pair(sodium.crypto_box_keypair)
        family = "crypto_box" if self.certificate.construction == 1 else "crypto_box_curve25519xchacha20poly1305"
        self._seal = getattr(sodium, f"{family}_easy_afternm")
        self._open = getattr(sodium, f"{family}_open_easy_afternm")
        self._shared = ctypes.create_string_buffer(32)
        _call(getattr(sodium, f"{family}_beforenm"), self._shared, self.certificate.key, secret)

    def _certificate_request(self):
        return dns.message.make_query(self.provider, "TXT").to_wire()

    def query(self, name, rdtype="A", tcp=False):
        """The answer, a dns.message.Message."""
        query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232)
        plain = query.to_wire() + b"\x80"
        plain = plain.ljust(max(256, (len(plain) + 63) // 64 * 64), b"\0")
        nonce = os.urandom(12)
        sealed = ctypes.create_string_buffer(len(plain) + MAC)
        _call(self._seal, sealed, plain, _size(plain), nonce + bytes(12), self._shared)
        reply = _exchange(self.destination, self.certificate.magic + self.public + nonce + sealed.raw, tcp)
        if reply[:8] != RESPONSE_MAGIC or reply[8:20] != nonce:
            raise DnscryptError("not the answer to this query")
        opened = ctypes.create_string_buffer(len(reply) - 32 - MAC)
        _call(self._open, opened, reply[32:], _size(reply[32:]), reply[8:32], self._shared)
        answer = dns.message.from_wire(opened.raw.rstrip(b"\0")[:-1])
        if not query.is_response(answer):
            raise DnscryptError("the answer is to another question")
        return answer


def main():
    parser = argparse.ArgumentParser(description="Ask a DNSCrypt server.")
    parser.add_argument("stamp")
    parser.add_argument("name")
    parser.add_argument("type", nargs="?", default="A", type=dns.rdatatype.from_text)
    parser.add_argument("--tcp", action="store_true")
    parser.add_argument("--es", type=int, choices=(1, 2))
    options = parser.parse_args()
    print(Client(options.stamp, options.es).query(options.name, options.type, options.tcp))


if __name__ == "__main__":
    main()
