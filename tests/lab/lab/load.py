# SPDX-License-Identifier: GPL-3.0-or-later
"""A steady load, asked as programs ask: each question goes to the server that resolv.conf names at that moment, so that a
moment in which it names another shows, here and on the wire.

    python3 -m lab.load RESOLV-CONF RATE     until SIGTERM; prints [[sent, answered or null, server, rcode], ...] as JSON
"""

import json
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass

import dns.message

PATIENCE_S = 5


@dataclass
class Asked:
    """One question; times as time.monotonic() tells them."""

    sent: float
    answered: float
    server: str
    rcode: int

    @property
    def is_answered(self):
        return self.answered is not None and self.rcode == 0


class Load:
    """`with Load(boot) as load: ...; load.asked`, on a boot, or on a machine that names its servers in `path`."""

    def __init__(self, boot, rate=50, path=None):
        self.machine, self.path = (boot, path) if path else (boot.network.laptop, boot.path("/etc/resolv.conf"))
        self.rate, self.asked = rate, []

    def __enter__(self):
        # In the laptop's network, but with the lab's Python: there is none on the booted disk.
        self.daemon = self.machine.start("load", sys.executable, "-m", "lab.load", self.path, self.rate)
        self.daemon.wait_until("the load", lambda: "ready" in self.daemon.log)
        return self

    def __exit__(self, kind, value, traceback):
        self.daemon.stop(seconds=PATIENCE_S + 5)
        if kind is None:
            self.asked = [Asked(*one) for one in json.loads(self.daemon.log.splitlines()[-1])]

    def unanswered_since(self, moment):
        """What was asked after `moment` and not answered well: seconds since then, whom it was asked of, what came instead."""
        return [(round(one.sent - moment, 3), one.server, one.rcode) for one in self.asked
                if one.sent > moment and not one.is_answered]

    def first_good_after(self, moment):
        """Seconds until a question asked after `moment` was answered; None: it never was."""
        good = [one.answered for one in self.asked if one.sent >= moment and one.is_answered]
        return min(good) - moment if good else None


def nameserver(path):
    with open(path, encoding="ascii") as lines:
        return next((line.split()[1] for line in lines if line.startswith("nameserver ")), None)


def ask_until_stopped(path, rate):
    going = True

    def stop(*_):
        nonlocal going
        going = False
    signal.signal(signal.SIGTERM, stop)
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setblocking(False)
    events = selectors.DefaultSelector()
    events.register(client, selectors.EVENT_READ)
    print("ready", flush=True)
    asked, due, end = [], time.monotonic(), None
    while end is None or (time.monotonic() < end and any(one[1] is None for one in asked)):
        now = time.monotonic()
        if going and now >= due:
            due += 1 / rate
            asked.append(send(client, path, len(asked)))
        elif not going and end is None:
            end = now + PATIENCE_S
        for _ in events.select(max(0.0, due - now) if going else 0.05):
            receive(client, asked)
    print(json.dumps(asked), flush=True)


def send(client, path, number):
    query = dns.message.make_query(f"load-{number}.wild.example.test", "A")
    query.id = number
    server = None
    try:
        server = nameserver(path)
        if server:
            client.sendto(query.to_wire(), (server, 53))
    except OSError:
        pass  # resolv.conf between two, or no route: not answered
    return [time.monotonic(), None, server, None]


def receive(client, asked):
    try:
        wire = client.recv(4096)
    except OSError:
        return  # what a closed port of a server said earlier
    answer = dns.message.from_wire(wire)
    if answer.id < len(asked) and asked[answer.id][1] is None:
        asked[answer.id][1], asked[answer.id][3] = time.monotonic(), int(answer.rcode())


if __name__ == "__main__":
    ask_until_stopped(sys.argv[1], float(sys.argv[2]))
