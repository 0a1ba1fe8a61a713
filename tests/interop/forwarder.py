# SPDX-License-Identifier: GPL-3.0-or-later
"""sottod on its own, without any bus: start it, ask it, end it."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dns.edns
import dns.exception
import dns.message
import dns.query
import dns.rcode

from lab.process import Daemon, wait_for

ADDRESS, PORT = "127.0.0.1", 5300
PATIENCE_S = 5.0
"""A client's own: an answer must have come by then, if only one that says why there is none."""


def ask(name, rdtype="A", address=ADDRESS, port=PORT, tcp=None, timeout=PATIENCE_S, **options):
    """The answer by UDP, and by TCP when it is truncated; `tcp` True or False for one of them alone."""
    query = dns.message.make_query(name, rdtype, **{"use_edns": 0, "payload": 1232, **options})
    if tcp is None:
        return dns.query.udp_with_fallback(query, address, timeout, port)[0]
    return (dns.query.tcp if tcp else dns.query.udp)(query, address, timeout, port)


def ask_all(names, workers=32, **options):
    """All at once, in order; None for one that was not answered."""
    def one(name):
        try:
            return ask(name, **options)
        except dns.exception.Timeout:
            return None
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, names))


def content(answer):
    """What matters of an answer: code, and the records without order and age."""
    return dns.rcode.to_text(answer.rcode()), sorted(
        f"{rrset.name} {rrset.rdtype} {record}".lower() for rrset in answer.answer for record in rrset)


def why(answer):
    """The text of its extended error, "" without one."""
    return " ".join(option.text or "" for option in answer.options if isinstance(option, dns.edns.EDEOption))


class Sottod:
    """Started when the constructor returns; stop() expects an orderly end, which a sanitizer's finding is not."""

    def __init__(self, *options, listen=f"{ADDRESS}:{PORT}", wait=True, runner=(), program=None):
        """`runner`: a command in front, which becomes it."""
        listening = ["--listen", listen] if listen else []
        self.daemon = Daemon("sottod", [*runner, program or os.environ["SOTTOD"], *listening, *map(str, options)])
        if wait:
            self.daemon.wait_until("sottod to listen", lambda: is_listening(int(listen.rpartition(":")[2]) if listen else PORT))

    def reload(self):
        self.daemon.send(signal.SIGHUP)

    def stop(self):
        status = self.daemon.stop(signal.SIGTERM, seconds=15)
        assert status == 0, f"sottod ended with {status}:\n{self.daemon.log[-3000:]}"


def is_listening(port=PORT):
    """Told without asking anything: a socket of the kernel's list."""
    local = f"0100007F:{port:04X}"
    return any(local in line for line in Path("/proc/net/udp").read_text().splitlines())


def wait_gone():
    wait_for("the port to be free", lambda: not is_listening(), 5)


def timed(function, *arguments, **options):
    """(its value, seconds it took)"""
    start = time.monotonic()
    return function(*arguments, **options), time.monotonic() - start
