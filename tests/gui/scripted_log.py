# SPDX-License-Identifier: GPL-3.0-or-later
"""The query log of the scripted helper: a pipe that a test writes to, with whatever it likes."""
import json
import os
import queue
import select
import threading
import time

from gi.repository import Gio, GLib

INTERFACE = "io.github.sottodns.Sotto1.Queries"
RESOLVERS = (("Quad9", "dnscrypt"), ("Cloudflare", "dot"), ("Mullvad", "doh"))


def line(name, source="resolver", **fields):
    """One line as the contract has it."""
    asked = source in ("resolver", "coalesced", "failed")
    known = {"time": int(time.time()), "name": name, "type": "A", "source": source,
             "rcode": "NXDOMAIN" if source == "rule" else "NOERROR", "resolver": "Quad9" if asked else "",
             "protocol": "dnscrypt" if asked else "", "latency": 8200 if asked else 0,
             "rule": "ads.txt line 12" if source == "rule" else ""}
    assert fields.keys() <= known.keys(), fields
    return json.dumps({**known, **fields}) + "\n"


def burst(count):
    """Lines of an afternoon, made fast: some thousand names, one in ten blocked, one in three from the cache."""
    now = int(time.time())
    kinds = [("resolver", *RESOLVERS[n % 3], 5000 + 731 * n, "") for n in range(6)] + [("cache", "", "", 0, "")] * 3
    kinds.append(("rule", "", "", 0, "ads.txt line 12"))
    for n in range(count):
        source, resolver, protocol, latency, rule = kinds[n % 10]
        yield (f'{{"time":{now},"name":"host-{n % 4000}.example.org","type":"{"AAAA" if n % 2 else "A"}","source":"{source}",'
               f'"rcode":"NOERROR","resolver":"{resolver}","protocol":"{protocol}","latency":{latency},"rule":"{rule}"}}\n')


class Reader:
    """Somebody who reads: written to by a thread, since a pipe that is full makes the writer wait."""

    def __init__(self):
        self.theirs, self.ours = os.pipe()
        self.lines = queue.Queue()
        threading.Thread(target=self.write, daemon=True).start()

    def write(self):
        while (data := self.lines.get()) is not None:
            try:
                while data:
                    data = data[os.write(self.ours, data):]
            except BrokenPipeError:
                break
        os.close(self.ours)
        self.ours = -1

    def is_open(self):
        """poll(2) tells of an error where nobody reads any more."""
        if self.ours < 0:
            return False
        poll = select.poll()
        poll.register(self.ours, 0)
        return not poll.poll(0)


class ScriptedLog:
    def __init__(self, helper):
        self.helper = helper
        self.facts = {"Logging": GLib.Variant("b", False)}
        self.held = b""
        self.readers = []

    def set_logging(self, on):
        if not on:
            self.held = b""
            self.end()
        self.helper.set({"Logging": GLib.Variant("b", on)})

    def follow(self, invocation):
        reader = Reader()
        self.readers.append(reader)
        descriptors = Gio.UnixFDList.new()
        descriptors.append(reader.theirs)
        os.close(reader.theirs)
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (0,)), descriptors)
        if self.held:
            reader.lines.put(self.held)

    def tell(self, data):
        """To whoever reads now, and to all who begin to."""
        self.held += data
        for reader in self.readers:
            reader.lines.put(data)

    def end(self):
        for reader in self.readers:
            reader.lines.put(None)
        self.readers = []

    def count_readers(self):
        """Those who have not closed their end."""
        return sum(reader.is_open() for reader in self.readers)
