# SPDX-License-Identifier: GPL-3.0-or-later
"""The target's half of Oblivious DoH's messages (RFC 9230 §6) and of HPKE (RFC 9180), from their documents.

One suite alone: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
"""

import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

KEM, KDF, AEAD = 0x0020, 0x0001, 0x0001
KEM_SUITE = b"KEM" + struct.pack("!H", KEM)
HPKE_SUITE = b"HPKE" + struct.pack("!HHH", KEM, KDF, AEAD)
KEY, NONCE, HASH = 16, 12, 32
QUERY, RESPONSE = 1, 2
VERSION = 0x0001


class Refused(Exception):
    """Why a message cannot be answered; `status` is HTTP's."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


# HKDF-SHA256 (RFC 5869)

def extract(salt, key):
    return hmac.new(salt or bytes(HASH), key, hashlib.sha256).digest()


def expand(key, info, length):
    made, block = b"", b""
    while len(made) < length:
        block = hmac.new(key, block + info + bytes([len(made) // HASH + 1]), hashlib.sha256).digest()
        made += block
    return made[:length]


# HPKE

def labeled_extract(suite, salt, label, key):
    return extract(salt, b"HPKE-v1" + suite + label + key)


def labeled_expand(suite, key, label, info, length):
    return expand(key, struct.pack("!H", length) + b"HPKE-v1" + suite + label + info, length)


def raw_public(key):
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def derive_key_pair(seed):
    """DeriveKeyPair of RFC 9180 §7.1.3."""
    extracted = labeled_extract(KEM_SUITE, b"", b"dkp_prk", seed)
    return X25519PrivateKey.from_private_bytes(labeled_expand(KEM_SUITE, extracted, b"sk", b"", 32))


class Context:
    """SetupBaseR: what the recipient of `encapsulated` has in common with its sender."""

    def __init__(self, encapsulated, private, info):
        point = private.exchange(X25519PublicKey.from_public_bytes(encapsulated))
        extracted = labeled_extract(KEM_SUITE, b"", b"eae_prk", point)
        shared = labeled_expand(KEM_SUITE, extracted, b"shared_secret",
                                encapsulated + raw_public(private.public_key()), HASH)
        schedule = (b"\0" + labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
                    + labeled_extract(HPKE_SUITE, b"", b"info_hash", info))
        secret = labeled_extract(HPKE_SUITE, shared, b"secret", b"")
        self.key = labeled_expand(HPKE_SUITE, secret, b"key", schedule, KEY)
        self.nonce = labeled_expand(HPKE_SUITE, secret, b"base_nonce", schedule, NONCE)
        self.exporter = labeled_expand(HPKE_SUITE, secret, b"exp", schedule, HASH)

    def open_first(self, associated, sealed):
        return AESGCM(self.key).decrypt(self.nonce, sealed, associated)

    def export(self, context, length):
        return labeled_expand(HPKE_SUITE, self.exporter, b"sec", context, length)


# Oblivious DoH

def vector(data):
    return struct.pack("!H", len(data)) + data


def take_vector(data):
    if len(data) < 2 or len(data) < 2 + struct.unpack("!H", data[:2])[0]:
        raise Refused(400, "a length beyond the message's end")
    length = struct.unpack("!H", data[:2])[0]
    return data[2:2 + length], data[2 + length:]


def plaintext(message, padding):
    return vector(message) + vector(bytes(padding))


class TargetKey:
    """A key pair and what is published of it."""

    def __init__(self, private=None):
        self.private = private or X25519PrivateKey.generate()
        contents = struct.pack("!HHH", KEM, KDF, AEAD) + vector(raw_public(self.private.public_key()))
        self.config = struct.pack("!H", VERSION) + vector(contents)
        self.id = expand(extract(b"", contents), b"odoh key id", HASH)

    @property
    def secret(self):
        return self.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def configs(*parts):
    """An ObliviousDoHConfigs of TargetKey.config and the like."""
    return vector(b"".join(parts))


class Question:
    """One decrypted query, which knows how to encrypt its answer."""

    def __init__(self, body, keys):
        if body[:1] != bytes([QUERY]):
            raise Refused(400, "not a query")
        key_id, rest = take_vector(body[1:])
        sealed, rest = take_vector(rest)
        key = next((key for key in keys if key.id == key_id), None)
        if key is None:
            raise Refused(401, "an unknown key")
        self.context = Context(sealed[:32], key.private, b"odoh query")
        try:
            self.plain = self.context.open_first(bytes([QUERY]) + vector(key_id), sealed[32:])
        except InvalidTag:
            raise Refused(400, "it cannot be decrypted") from None
        self.message, padding = take_vector(self.plain)
        self.padding, left = take_vector(padding)
        if rest or left or any(self.padding):
            raise Refused(400, "wrong padding")

    def seal(self, plain, nonce=None):
        """The whole response to `plain`, a plaintext()."""
        nonce = nonce or os.urandom(max(KEY, NONCE))
        extracted = extract(self.plain + vector(nonce), self.context.export(b"odoh response", KEY))
        sealed = AESGCM(expand(extracted, b"odoh key", KEY)).encrypt(
            expand(extracted, b"odoh nonce", NONCE), plain, bytes([RESPONSE]) + vector(nonce))
        return bytes([RESPONSE]) + vector(nonce) + vector(sealed)
