# SPDX-License-Identifier: GPL-3.0-or-later
"""A relay and a target of Oblivious DoH, running, and their stamps. The client's address is another than theirs."""

import base64
import signal
import struct
import sys
from pathlib import Path

from lab.servers import STATE
from lab.topology import BIND

SERVER = Path(__file__).parent / "servers/odoh.py"
CLIENT, RELAY, TARGET = "127.0.0.1", "127.0.0.21", "127.0.0.22"
RELAY_HOST, TARGET_HOST = "relay.lab.test", "target.lab.test"
PORT = 8443


def _field(text):
    return bytes([len(text)]) + text.encode()


def _stamp(kind, *fields):
    data = bytes([kind]) + struct.pack("<Q", 0) + b"".join(fields)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Oblivious:
    """Both servers; `relay_options` such as --post-only."""

    def __init__(self, servers, *relay_options, options=(), upstream=BIND):
        self.machine, self.authority = servers.machine, servers.authority
        certificate = ["--certificate", STATE / "pki/server.crt", "--key", STATE / "pki/server.key", *options]
        self._target = ["target", "--listen", f"{TARGET}:{PORT}", "--upstream", upstream, *certificate]
        self._relay = ["relay", "--listen", f"{RELAY}:{PORT}", "--target", f"{TARGET_HOST}:{PORT}={TARGET}:{PORT}",
                       "--trust", self.authority.path, *certificate, *relay_options]
        self.target = self.relay = None
        self.start_target()
        self.start_relay()

    def _start(self, name, words):
        daemon = self.machine.start(name, sys.executable, SERVER, *words)
        daemon.wait_until(f"{name} to listen", lambda: "listening" in daemon.log)
        return daemon

    def start_target(self):
        self.target = self._start("odoh-target", self._target)

    def start_relay(self):
        self.relay = self._start("odoh-relay", self._relay)

    @property
    def stamp(self):
        relay = _stamp(0x85, _field(f"{RELAY}:{PORT}"), b"\0", _field(RELAY_HOST), _field("/proxy"))
        target = _stamp(0x05, _field(f"{TARGET_HOST}:{PORT}"), _field("/dns-query"))
        return f"sdns://{relay}/{target}"

    def rotate(self):
        """The target has another key from now on, and knows no other."""
        self.target.send(signal.SIGUSR1)
        self.target.wait_until("the new key", lambda: "rotated" in self.target.log)

    def stop(self):
        for daemon in (self.relay, self.target):
            daemon.stop()
