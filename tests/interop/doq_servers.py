# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS over QUIC servers that share no code with Sotto; each asks BIND, as the other resolvers of the tests do."""

import os
import subprocess
from pathlib import Path

from forwarder import Daemon, wait_for
from lab.process import RUN
from lab.topology import BIND, HAPROXY

from lab.pki import HOST

SOURCE = Path(__file__).parent / "servers/doq/doqserver.go"
GO = {"GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "",
      "GOCACHE": str(Path(os.environ.get("SOTTO_BUILD", RUN)) / "go-cache")}


class QuicGo:
    """quic-go and miekg/dns, from Debian's packages: servers/doq. Answers when the constructor returns."""

    program = RUN / "doqserver"
    nowhere = f"{HAPROXY}:9999"

    def __init__(self, authority, address=HAPROXY, port=853, certificate="server", upstream=BIND):
        self.build()
        self.authority, self.address, self.port = authority, address, port
        self.command = [self.program, f"{address}:{port}", authority.folder / f"{certificate}.crt",
                        authority.folder / f"{certificate}.key", f"{upstream}:53"]
        self.start()

    @classmethod
    def build(cls):
        if not cls.program.exists():
            subprocess.run(["go", "build", "-o", cls.program, SOURCE], check=True, env={**os.environ, **GO})

    def start(self):
        self.daemon = Daemon(f"doq-{self.port}", list(map(str, self.command)))
        self.daemon.wait_until("the DNS over QUIC server to listen", lambda: "listening" in self.daemon.log)

    def stop(self, **options):
        self.daemon.stop(**options)

    def uri(self, host=HOST, pin=None):
        """As sottod takes it in Endpoints= and --resolver."""
        where = self.address if self.port == 853 else f"{self.address}:{self.port}"
        return f"quic://{where}#{host}" + (f"&pin-sha256={pin}" if pin else "")

    @property
    def connections(self):
        return self.daemon.log.count("connection from")

    @property
    def early_connections(self):
        """Those on which early data came."""
        return self.daemon.log.count("early data true")

    @property
    def query_lengths(self):
        """Of every query, without its two octets of length."""
        return [int(line.split("asked ")[1].split()[0]) for line in self.daemon.log.splitlines() if "asked " in line]
