# SPDX-License-Identifier: GPL-3.0-or-later
"""The resolver every forwarder asks: one dnsdist that makes its answers up, by plain DNS, TLS and DNSCrypt.

It costs the same whoever asks, answers in microseconds and from the loopback only, so that what is left to measure is
the forwarder. DNSCrypt is the exception: dnsdist derives the shared key anew for every query, which takes it some 100 µs.
So its answers come one at a time, each wakes the forwarder, and a query costs more processor time than over TLS, where
answers come by the dozen. At the same rate of queries the two protocols cost Sotto the same."""
import base64
import subprocess
import time

ADDRESS, HOST, PROVIDER = "127.0.0.2", "dns.bench-names.net", "2.dnscrypt-cert.bench-names.net"
PLAIN_PORT, TLS_PORT, DNSCRYPT_PORT = 53, 853, 8443

CONFIG = """
setACL('127.0.0.0/8')
setSecurityPollSuffix('')
setMaxUDPOutstanding(65535)
generateDNSCryptProviderKeys('{folder}/provider.pub', '{folder}/provider.key')
generateDNSCryptCertificate('{folder}/provider.key', '{folder}/resolver.cert', '{folder}/resolver.key', 1,
                            {begin}, {end}, DNSCryptExchangeVersion.VERSION2)
addLocal('{address}:{plain}')
addTLSLocal('{address}:{tls}', '{folder}/server.pem', '{folder}/server.key', {{maxInFlight=1000}})
addDNSCryptBind('{address}:{dnscrypt}', '{provider}', '{folder}/resolver.cert', '{folder}/resolver.key')
addAction(AllRule(), SpoofAction({{'192.0.2.1'}}, {{ttl=3600}}))
"""


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


def command(folder):
    """Writes what dnsdist needs into `folder`; returns how to start it."""
    make_certificates(folder)
    now = int(time.time())
    (folder / "upstream.conf").write_text(CONFIG.format(
        folder=folder, address=ADDRESS, plain=PLAIN_PORT, tls=TLS_PORT, dnscrypt=DNSCRYPT_PORT, provider=PROVIDER,
        begin=now - 3600, end=now + 86400))
    return ["dnsdist", "--supervised", "--disable-syslog", "-C", str(folder / "upstream.conf")]


def stamp(folder):
    """The sdns:// stamp of its DNSCrypt side."""
    def prefixed(data):
        return bytes([len(data)]) + data
    key = (folder / "provider.pub").read_bytes()
    body = b"\x01" + bytes(8) + b"".join(map(prefixed, (f"{ADDRESS}:{DNSCRYPT_PORT}".encode(), key, PROVIDER.encode())))
    return "sdns://" + base64.urlsafe_b64encode(body).decode().rstrip("=")
