# SPDX-License-Identifier: GPL-3.0-or-later
"""The resolver every forwarder asks: dnsdist, which makes its answers up, by plain DNS, TLS and HTTPS; a responder of our
own for DNSCrypt; quic-go for DNS over QUIC.

It costs the same whoever asks and answers in microseconds, so that what is left to measure is the forwarder. dnsdist speaks
DNSCrypt too, but derives the shared key anew for every query, 100 µs: dnscrypt_upstream.c does not. It can be near, on the
loopback, or far, behind a link that takes its time and loses packets (lossy_link.c)."""
import base64
import dataclasses
import os
import pathlib
import shutil
import subprocess

HOST = "dns.bench-names.net"
NEAR, FAR = "127.0.0.2", "10.77.0.2"
PLAIN_PORT, TLS_PORT, HTTPS_PORT, QUIC_PORT, DNSCRYPT_PORT, PATH = 53, 853, 443, 853, 8443, "/dns-query"

CONFIG = """
setACL('0.0.0.0/0')
setSecurityPollSuffix('')
setMaxUDPOutstanding(65535)
addLocal('{address}:{plain}')
addTLSLocal('{address}:{tls}', '{folder}/server.pem', '{folder}/server.key', {{maxInFlight=1000}})
addDOHLocal('{address}:{https}', '{folder}/server.pem', '{folder}/server.key', '{path}')
addAction(AllRule(), SpoofAction({{'192.0.2.1'}}, {{ttl=3600}}))
addAction(AllRule(), RCodeAction(DNSRCode.NOERROR))
"""

HERE = pathlib.Path(__file__).resolve().parent
BUILT = pathlib.Path(os.environ.get("SOTTO_BUILD", HERE.parents[1] / "build")) / "plain" / "tests" / "bench"
QUIC_SOURCE = HERE.parent / "interop" / "servers" / "doq" / "doqserver.go"
GO = {"GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "", "CGO_ENABLED": "0"}


def make_certificates(folder):
    """An authority and the server's certificate, valid for a day."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    (folder / "server.ext").write_text(f"subjectAltName=DNS:{HOST}\nextendedKeyUsage=serverAuth\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", "-subj", "/CN=Bench Root")
    openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", f"/CN={HOST}")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1",
            "-extfile", "server.ext", "-out", "server.pem")


def make_quic_server(folder):
    """quic-go's server; without the Go compiler there is none, and what needs it is left out."""
    program = folder / "doqserver"
    if shutil.which("go"):
        cache = {"GOCACHE": str(BUILT.parents[2] / "go-cache")}
        subprocess.run(["go", "build", "-o", program, QUIC_SOURCE], check=True, env={**os.environ, **GO, **cache})
    return program if program.exists() else None


@dataclasses.dataclass
class Upstream:
    """One of the two; what it says is in NAME.log of the folder, and its DNSCrypt stamp in NAME.stamp."""

    folder: pathlib.Path
    name: str
    address: str
    quic_server: pathlib.Path = None

    def command(self):
        """Writes what it needs; returns a shell's words that start all of it and wait."""
        config = self.folder / f"{self.name}.dnsdist"
        config.write_text(CONFIG.format(folder=self.folder, address=self.address, plain=PLAIN_PORT, tls=TLS_PORT,
                                        https=HTTPS_PORT, path=PATH))
        lines = [f"dnsdist --supervised --disable-syslog -C {config}",
                 f"{BUILT / 'dnscrypt_upstream'} {self.address}:{DNSCRYPT_PORT} >{self.folder / self.name}.stamp"]
        if self.quic_server:
            lines.append(f"{self.quic_server} {self.address}:{QUIC_PORT} {self.folder}/server.pem {self.folder}/server.key"
                         f" {self.address}:{PLAIN_PORT} 2>/dev/null")
        return ["sh", "-c", "".join(f"{line} &\n" for line in lines) + "wait"]

    @property
    def tls_uri(self):
        return f"tls://{self.address}:{TLS_PORT}#{HOST}"

    @property
    def https_uri(self):
        return f"https://{self.address}:{HTTPS_PORT}{PATH}#{HOST}"

    @property
    def quic_uri(self):
        return f"quic://{self.address}:{QUIC_PORT}#{HOST}"

    @property
    def dnscrypt_stamp(self):
        return (self.folder / f"{self.name}.stamp").read_text().split()[0]

    @property
    def https_stamp(self):
        body = b"\x02" + bytes(8) + b"".join(
            map(_prefixed, (f"{self.address}:{HTTPS_PORT}", b"", f"{HOST}:{HTTPS_PORT}", PATH)))
        return "sdns://" + base64.urlsafe_b64encode(body).decode().rstrip("=")

    @property
    def dnscrypt_key_and_provider(self):
        """Of the stamp: the provider's key in hexadecimal, and its name."""
        text = self.dnscrypt_stamp.removeprefix("sdns://")
        rest, fields = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))[9:], []
        while rest:
            fields.append(rest[1:1 + rest[0]])
            rest = rest[1 + rest[0]:]
        return fields[1].hex(), fields[2].decode()


def _prefixed(data):
    data = data if isinstance(data, bytes) else data.encode()
    return bytes([len(data)]) + data


def behind_link(command, rtt_ms, loss):
    """The command on the far side of a link; `loss` of 1000 packets each way."""
    return [str(BUILT / "lossy-link"), "--rtt", str(rtt_ms), "--loss", str(loss), "--seed", "7", *command]
