# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS over QUIC servers that are not of Sotto: quic-go's asks BIND, as the other resolvers of the tests do; knotd has
the same zone."""

import os
import re
import subprocess
from pathlib import Path

from forwarder import Daemon

from lab.pki import HOST
from lab.process import RUN
from lab.servers import STATE
from lab.topology import BIND, HAPROXY

FOLDER = Path(__file__).parent / "servers/doq"
GO = {"GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "",
      "GOCACHE": str(Path(os.environ.get("SOTTO_BUILD", RUN)) / "go-cache")}


class Server:
    """What both have; `address` and `port` say where."""

    address, port = None, 853

    def uri(self, host=HOST, pin=None):
        """As sottod takes it in Endpoints= and --resolver."""
        where = self.address if self.port == 853 else f"{self.address}:{self.port}"
        return f"quic://{where}#{host}" + (f"&pin-sha256={pin}" if pin else "")


class QuicGo(Server):
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
            subprocess.run(["go", "build", "-o", cls.program, FOLDER / "doqserver.go"], check=True, env={**os.environ, **GO})

    def start(self):
        self.daemon = Daemon(f"doq-{self.port}", list(map(str, self.command)))
        self.daemon.wait_until("the DNS over QUIC server to listen", lambda: "listening" in self.daemon.log)

    def stop(self, **options):
        self.daemon.stop(**options)

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


class Knotd(Server):
    """The DNS over QUIC of Knot DNS, by XDP on a link to a network namespace of its own."""

    name, link, peer_link = "knot", "knot1", "knot0"
    address, own_address = "198.51.100.201", "198.51.100.200"

    def __init__(self, authority):
        run = RUN / "knotd"
        run.mkdir(exist_ok=True)
        places = {"run": run, "pki": authority.folder, "link": self.link, "zones": STATE / "zones"}
        text = (FOLDER / "knotd.conf").read_text(encoding="utf-8")
        (run / "knotd.conf").write_text(re.sub("@([a-z]+)@", lambda m: str(places[m[1]]), text), encoding="utf-8")
        self._make_link()
        # XDP keeps its maps in the bpf file system, which `ip netns exec` unmounts with the rest of /sys.
        command = f"mount -t bpf bpf /sys/fs/bpf && exec knotd -c {run}/knotd.conf"
        self.daemon = Daemon("knotd", ["ip", "netns", "exec", self.name, "sh", "-c", command])
        self.daemon.wait_until("knotd to start", lambda: "server started" in self.daemon.log)

    def _make_link(self):
        for words in (["netns", "add", self.name],
                      ["link", "add", self.peer_link, "type", "veth", "peer", "name", self.link, "netns", self.name],
                      ["address", "add", f"{self.own_address}/31", "dev", self.peer_link],
                      ["link", "set", self.peer_link, "up"],
                      ["-n", self.name, "address", "add", f"{self.address}/31", "dev", self.link],
                      ["-n", self.name, "link", "set", self.link, "up"],
                      ["-n", self.name, "link", "set", "lo", "up"]):
            subprocess.run(["ip", *words], check=True)

    def stop(self):
        self.daemon.stop()
        subprocess.run(["ip", "netns", "delete", self.name], check=True)
