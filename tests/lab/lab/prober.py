# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that looks names up without end, as programs do: whom /etc/resolv.conf names at that moment, the next one there
if the first refuses, five seconds of patience, a name that nobody asked before. It tells when a lookup worked.

    python3 -m lab.prober RESOLV-CONF      until SIGTERM; prints one line of JSON for each lookup, see Probed
"""

import json
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass, field

import dns.exception
import dns.message
import dns.rdatatype

from .topology import WILD
from .vpn import OFFICE_SAYS

EVERY_S, PATIENCE_S = 0.05, 5
LABEL = "probed-all-the-time"
WORKING = (WILD, OFFICE_SAYS)
"""What the names asked here are; an office whose VPN takes all names has its own idea of them."""


@dataclass
class Probed:
    """One lookup; times as time.monotonic() tells them, None: not answered, or not with an address."""

    number: int
    sent: float
    answered: float | None
    address: str
    server: str

    @property
    def worked(self):
        return self.answered is not None and self.address in WORKING


@dataclass
class Lookup:
    number: int
    sent: float
    servers: list
    server: str = ""
    channel: socket.socket = field(default=None)

    @property
    def name(self):
        return f"{LABEL}-{self.number}.wild.example.test"

    def next_server(self):
        """Ask the next one; False when there is none left."""
        self.close()
        while self.servers:
            self.server = self.servers.pop(0)
            self.channel = socket.socket(socket.AF_INET6 if ":" in self.server else socket.AF_INET, socket.SOCK_DGRAM)
            try:
                self.channel.connect((self.server, 53))
                self.channel.send(dns.message.make_query(self.name, "A").to_wire())
                self.channel.setblocking(False)
                return True
            except OSError:
                self.close()
        return False

    def answer(self):
        """The address; None: not this one's answer, or none that helps."""
        message = dns.message.from_wire(self.channel.recv(4096))
        addresses = [record.to_text() for rrset in message.answer if rrset.rdtype == dns.rdatatype.A for record in rrset]
        return addresses[0] if addresses else None

    def close(self):
        if self.channel:
            self.channel.close()
            self.channel = None


class Asking:
    """All lookups under way."""

    def __init__(self, path):
        self.path, self.number, self.events, self.pending = path, 0, selectors.DefaultSelector(), set()

    def ask(self):
        self.number += 1
        self._go_on(Lookup(self.number, time.monotonic(), nameservers(self.path)))

    def _go_on(self, lookup):
        if lookup.next_server():
            self.events.register(lookup.channel, selectors.EVENT_READ, lookup)
            self.pending.add(lookup.number)
        else:
            self._end(lookup, "")

    def _end(self, lookup, address):
        self.pending.discard(lookup.number)
        lookup.close()
        answered = time.monotonic() if address else None
        print(json.dumps([lookup.number, lookup.sent, answered, address, lookup.server]), flush=True)

    def listen(self, seconds):
        for key, _ in self.events.select(seconds):
            lookup = key.data
            self.events.unregister(lookup.channel)
            try:
                address = lookup.answer()
            except (OSError, dns.exception.DNSException):
                address = None
            if address:
                self._end(lookup, address)
            else:
                self._go_on(lookup)

    def give_up(self, before):
        for key in list(self.events.get_map().values()):
            if key.data.sent < before:
                self.events.unregister(key.fileobj)
                self._end(key.data, "")


def nameservers(path):
    try:
        with open(path, encoding="ascii") as lines:
            return [line.split()[1] for line in lines if line.startswith("nameserver ")]
    except OSError:
        return []  # between two, or of a machine that is switched off


def main():
    going = True

    def stop(*_):
        nonlocal going
        going = False
    signal.signal(signal.SIGTERM, stop)
    asking, due = Asking(sys.argv[1]), time.monotonic()
    print("ready", flush=True)
    while going or asking.pending:
        now = time.monotonic()
        if going and now >= due:
            due = max(due + EVERY_S, now - EVERY_S)
            asking.ask()
        asking.listen(max(0.0, due - time.monotonic()) if going else 0.1)
        asking.give_up(time.monotonic() - PATIENCE_S)


if __name__ == "__main__":
    main()
