# SPDX-License-Identifier: GPL-3.0-or-later
"""Relays of Anonymized DNSCrypt, running. Servers see a relay's own address."""

import base64
import sys
from pathlib import Path

SERVER = Path(__file__).parent / "servers/dnscrypt_relay.py"
PORT = 8053
FIRST, SECOND = "127.0.0.31", "127.0.0.32"


def relay_stamp(address):
    """Of a relay there."""
    text = f"{address}:{PORT}".encode()
    return "sdns://" + base64.urlsafe_b64encode(b"\x81" + bytes([len(text)]) + text).decode().rstrip("=")


class Relay:
    """One relay, on one of these addresses; `options` such as --udp-only."""

    def __init__(self, machine, address, *options):
        self.address = address
        self.daemon = machine.start(f"relay-{address}", sys.executable, SERVER, f"{address}:{PORT}", "--from", address,
                                    "--allow-loopback", "--any-port", *options)
        self.daemon.wait_until("the relay to listen", lambda: "listening" in self.daemon.log)

    @property
    def stamp(self):
        return relay_stamp(self.address)

    def carried(self, how=""):
        """What it passed on, a line each; `how` "udp" or "tcp" for one way alone."""
        return [line for line in self.daemon.log.splitlines() if line.startswith((f"{how} " if how else ("udp ", "tcp ")))]

    def stop(self):
        self.daemon.stop()
