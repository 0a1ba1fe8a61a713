# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority of the lab's own, one good certificate, and one for each way to be bad."""

import base64
import datetime
import hashlib
import ipaddress
import shutil
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .topology import INTERNET

HOST = "dns.lab.test"
NAMES = [HOST, *(f"{server}.lab.test" for server in ("bind", "unbound", "kresd", "dnsdist", "haproxy", "relay", "target"))]
TRUST_STORE = Path("/etc/ssl/certs/ca-certificates.crt")
DAY = datetime.timedelta(days=1)


def _name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alternatives(names):
    return x509.SubjectAlternativeName([x509.DNSName(name) for name in names] +
                                       [x509.IPAddress(ipaddress.ip_address(address)) for address in INTERNET])


class Authority:
    """Writes into `folder`: ca.crt; NAME.key, NAME.crt (with the chain) and NAME.pem (both) for each certificate."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.utcnow()
        self.certificate = (
            x509.CertificateBuilder().subject_name(_name("Lab Root")).issuer_name(_name("Lab Root"))
            .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY).not_valid_after(now + 3650 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256()))
        self.path = self.folder / "ca.crt"
        self.path.write_bytes(self._pem(self.certificate))
        self.pins = {}
        self._issue("server", NAMES)
        self._issue("wrong-name", ["elsewhere.example"], addresses=False)
        self._issue("no-address", NAMES, addresses=False)
        self._issue("expired", NAMES, start=now - 40 * DAY, end=now - 10 * DAY)
        self._issue("untrusted", NAMES, self_signed=True)

    @staticmethod
    def _pem(certificate):
        return certificate.public_bytes(serialization.Encoding.PEM)

    def issue_client(self, name):
        """One that shows who asks, for servers that want to know."""
        self._issue(name, [f"{name}.lab.test"], addresses=False, usage=ExtendedKeyUsageOID.CLIENT_AUTH)

    def issue_dated(self, name, start, end):
        """One as the servers', but of another time."""
        self._issue(name, NAMES, start=start, end=end)

    def _issue(self, name, names, start=None, end=None, self_signed=False, addresses=True,
               usage=ExtendedKeyUsageOID.SERVER_AUTH):
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.utcnow()
        alternatives = _alternatives(names) if addresses else x509.SubjectAlternativeName([x509.DNSName(n) for n in names])
        certificate = (
            x509.CertificateBuilder().subject_name(_name(names[0]))
            .issuer_name(_name(names[0]) if self_signed else self.certificate.subject)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(start or now - DAY).not_valid_after(end or now + 90 * DAY)
            .add_extension(alternatives, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .sign(key if self_signed else self.key, hashes.SHA256()))
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        chain = self._pem(certificate) + (b"" if self_signed else self._pem(self.certificate))
        for suffix, content in (("key", secret), ("crt", chain), ("pem", chain + secret)):
            path = self.folder / f"{name}.{suffix}"
            path.write_bytes(content)
            path.chmod(0o644)
        public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.pins[name] = base64.b64encode(hashlib.sha256(public).digest()).decode()
        """RFC 7858 pins, base64 of the SHA-256 of the SubjectPublicKeyInfo."""

    def trust(self, root="/"):
        """Put the lab's root certificate, alone, in place of the public ones: strict verification is then real."""
        store = Path(root) / TRUST_STORE.relative_to("/")
        store.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.path, store)
