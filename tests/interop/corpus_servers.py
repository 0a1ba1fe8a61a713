# SPDX-License-Identifier: GPL-3.0-or-later
"""The corpus served by BIND, in clear and over TLS, and by dnsdist in front of it over DNSCrypt and HTTPS."""

import shutil
import socket
import struct
import subprocess

from asker import query_wire
from corpus import SIGNED, SIGNED3, Question, Zones, labels
from lab.pki import HOST
from lab.process import RUN
from lab.servers import STATE

BIND, DNSDIST = "127.0.0.41", "127.0.0.42"
DNSCRYPT_PORT = 8443
FOLDER = RUN / "corpus"

NAMED = """
tls corpus {{ cert-file "{pki}/server.crt"; key-file "{pki}/server.key"; }};
options {{
  directory "{folder}"; managed-keys-directory "{folder}"; pid-file none; session-keyfile none;
  listen-on port 53 {{ {address}; }};
  listen-on port 853 tls corpus {{ {address}; }};
  listen-on-v6 {{ none; }};
  recursion yes; allow-recursion {{ any; }}; dnssec-validation no; empty-zones-enable no;
  minimal-responses no; rrset-order {{ order none; }}; max-udp-size 4096; edns-udp-size 4096;
  check-names primary ignore; tcp-clients 1000;
}};
controls {{ }};
{zones}
"""

DIST = """
setACL('127.0.0.0/8')
setSecurityPollSuffix('')
setMaxUDPOutstanding(65535)
newServer({{address='{bind}:53', sockets=8}})
getServer(0):setUp()
setLocal('{address}:53')
addDOHLocal('{address}:443', '{pki}/server.crt', '{pki}/server.key', {{'/dns-query'}})
addDNSCryptBind('{address}:{port}', '{provider}', {{'{keys}/es1.cert', '{keys}/es2.cert'}},
                {{'{keys}/es1.key', '{keys}/es2.key'}})
"""


def _sign(zone):
    """Writes ZONE.signed, with the keys that it makes."""
    def run(*words):
        subprocess.run(words, cwd=FOLDER, check=True, capture_output=True)
    for flags in ([], ["-f", "KSK"]):
        run("dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", *flags, zone)
    run("dnssec-signzone", "-q", "-S", "-o", zone, "-f", f"{zone}.signed", *(["-3", "-"] if zone == SIGNED3 else []), zone)


def _answers(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        client.connect((address, 53))
        try:
            client.send(query_wire(1, Question(labels("host0.corpus.test"), 1)))
            return struct.unpack_from("!H", client.recv(4096), 6)[0] > 0
        except OSError:
            return False


class CorpusServers:
    """Both, answering when the constructor returns."""

    def __init__(self, servers):
        self.zones = Zones()
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        self._write(servers)
        servers.machine.run("ip", "address", "replace", f"{BIND}/32", "dev", "lo")  # BIND knows addresses of links alone
        start = servers.machine.start
        self.daemons = [start("corpus-named", "named", "-g", "-u", "root", "-c", FOLDER / "named.conf"),
                        start("corpus-dnsdist", "dnsdist", "-C", FOLDER / "dnsdist.conf", "--supervised")]
        for daemon, address in zip(self.daemons, (BIND, DNSDIST)):
            daemon.wait_until(f"{daemon.name} to answer", lambda address=address: _answers(address), seconds=30)
        self.stamp = servers.provider.stamp(f"{DNSDIST}:{DNSCRYPT_PORT}")
        self.tls_uri, self.https_uri = f"tls://{BIND}#{HOST}", f"https://{DNSDIST}/dns-query#{HOST}"

    def _write(self, servers):
        blocks = []
        for zone, lines in self.zones.texts.items():
            (FOLDER / zone).write_text("\n".join(lines) + "\n")
            is_signed = zone in (SIGNED, SIGNED3)
            if is_signed:
                _sign(zone)
            blocks.append(f'zone "{zone}" {{ type primary; file "{zone}{".signed" if is_signed else ""}"; }};')
        (FOLDER / "named.conf").write_text(NAMED.format(folder=FOLDER, pki=STATE / "pki", address=BIND,
                                                        zones="\n".join(blocks)))
        (FOLDER / "dnsdist.conf").write_text(DIST.format(bind=BIND, address=DNSDIST, port=DNSCRYPT_PORT,
                                                         pki=STATE / "pki",
                                                         provider=servers.provider.name, keys=STATE / "dnscrypt"))

    def stop(self):
        for daemon in self.daemons:
            daemon.stop()
