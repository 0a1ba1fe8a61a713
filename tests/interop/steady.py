# SPDX-License-Identifier: GPL-3.0-or-later
"""A steady load on the forwarder, and what became of each question of it."""

import selectors
import socket
import struct
import threading
import time
from dataclasses import dataclass

from forwarder import ADDRESS, PATIENCE_S, PORT

NOERROR = 0
CLIENTS = 8


@dataclass
class Asked:
    """One question; `seconds` and `rcode` None: no answer came while a client would have waited."""

    sent: float
    seconds: float = None
    rcode: int = None
    answer: bytes = b""

    @property
    def failed(self):
        return self.rcode != NOERROR


class SteadyLoad:
    """`with SteadyLoad("names", rate=500) as load: …; load.since(moment)`. Every name is new, so that each question goes
    to a resolver; or there are `names` of them alone, for one who is to know beforehand what will be asked. What a busy
    machine kept it from asking is made up for at once, as far as `catch_up_s` goes back."""

    def __init__(self, label, rate=500, names=None, clients=CLIENTS, port=PORT, catch_up_s=float("inf")):
        self.label, self.rate, self.names, self.asked = label, rate, names, []
        self.clients, self.port, self.catch_up_s = clients, port, catch_up_s
        self.thread, self.going = threading.Thread(target=self._run), True

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        self.thread.join()

    def since(self, moment, until=float("inf")):
        return [one for one in self.asked if moment <= one.sent < until]

    def _run(self):
        events, clients = selectors.DefaultSelector(), []
        for _ in range(self.clients):
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            client.connect((ADDRESS, self.port))
            client.setblocking(False)
            events.register(client, selectors.EVENT_READ)
            clients.append(client)
        due, end = time.monotonic(), None
        while end is None or (time.monotonic() < end and any(one.rcode is None for one in self.asked)):
            now = time.monotonic()
            if self.going:
                due = max(due, now - self.catch_up_s)
                while due <= now:
                    due += 1 / self.rate
                    self._send(clients[len(self.asked) % self.clients])
            elif end is None:
                end = now + PATIENCE_S
            for key, _ in events.select(max(0.0, due - time.monotonic()) if self.going else 0.05):
                self._receive(key.fileobj)
        for client in clients:
            client.close()

    def _send(self, client):
        number = len(self.asked)
        labels = (f"{self.label}-{number % self.names if self.names else number}", "wild", "example", "test")
        name = b"".join(bytes([len(label)]) + label.encode() for label in labels)
        client.send(struct.pack("!HHHHHH", number & 0xFFFF, 0x0100, 1, 0, 0, 0) + name + b"\0\0\1\0\1")
        self.asked.append(Asked(time.monotonic()))

    def _receive(self, client):
        while True:
            try:
                answer = client.recv(4096)
            except OSError:
                return
            number, flags = struct.unpack("!HH", answer[:4])
            last = len(self.asked) - 1
            one = self.asked[last - ((last - number) & 0xFFFF)]  # the last of this ID
            if one.rcode is None:
                one.seconds, one.rcode, one.answer = time.monotonic() - one.sent, flags & 15, answer


def percentile(asked, percent):
    """Seconds within which so many of them were answered."""
    seconds = sorted(one.seconds if one.seconds is not None else PATIENCE_S for one in asked)
    return seconds[min(len(seconds) - 1, len(seconds) * percent // 100)]
