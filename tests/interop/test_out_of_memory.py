# SPDX-License-Identifier: GPL-3.0-or-later
"""No memory left. GLib ends a process that gets none, and so does the forwarder: it says why where its log is, leaves no dump
of its memory, sends nothing around the resolver, and whoever started it (a unit's Restart=) starts it again."""

import contextlib
import re
import resource
import socket
import subprocess
from pathlib import Path

import dns.rcode
import pytest
from forwarder import ADDRESS, PORT, Sottod, ask, wait_gone

from lab.install import build_folder
from lab.process import wait_for
from lab.topology import UNBOUND

ACCOUNT = "memoryless"
ROOM = 2 << 20
"""More than it has now: enough for some hundred clients, and not for what a thousand want kept for them."""
CLIENTS, QUESTIONS, TXT = 1000, 200, 16
IN_CLEAR = f"""
table inet clear {{
  chain out {{
    type filter hook output priority 0
    meta skuid {ACCOUNT} th dport 53 counter
  }}
}}
"""


@pytest.fixture
def account():
    subprocess.run(["useradd", "--system", "--home-dir", f"/var/lib/{ACCOUNT}", "--create-home", ACCOUNT], check=True)
    subprocess.run(["nft", "-f", "-"], input=IN_CLEAR, text=True, check=True)
    yield
    subprocess.run(["nft", "delete", "table", "inet", "clear"], check=True)
    subprocess.run(["userdel", "--remove", ACCOUNT], check=True, capture_output=True)


def sent_in_clear():
    listing = subprocess.run(["nft", "list", "table", "inet", "clear"], check=True, capture_output=True, text=True).stdout
    return int(listing.split("packets ")[1].split()[0])


def want_much(forwarder):
    """Clients who ask for much at once and read nothing, until it is gone."""
    question = b"\0\1\1\0\0\1\0\0\0\0\0\0\4huge\7example\4test\0" + TXT.to_bytes(2, "big") + b"\0\1"
    with contextlib.ExitStack() as everyone, contextlib.suppress(OSError):
        for _ in range(CLIENTS):
            client = everyone.enter_context(socket.create_connection((ADDRESS, PORT), timeout=1))
            client.sendall((len(question).to_bytes(2, "big") + question) * QUESTIONS)
            if not forwarder.daemon.alive:
                return
        wait_for("the end", lambda: not forwarder.daemon.alive)
    forwarder.daemon.wait()


def test_it_says_so_ends_and_serves_again(servers, account, tmp_path):
    log = tmp_path / "sottod.log"
    options = ["--resolver", servers.tls_uri(UNBOUND), "--user", ACCOUNT, "--log-file", log]
    program = build_folder("plain") / "daemon/sottod"
    forwarder = Sottod(*options, program=program)
    process = Path(f"/proc/{forwarder.daemon.pid}")
    assert ask("huge.example.test", "TXT").rcode() == dns.rcode.NOERROR
    assert re.search(r"^Max core file size +0 +0 ", (process / "limits").read_text(encoding="ascii"), re.M)
    pages = int((process / "statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + ROOM
    subprocess.run(["prlimit", f"--pid={forwarder.daemon.pid}", f"--as={most}:{most}"], check=True, user=ACCOUNT, group=ACCOUNT,
                   extra_groups=[])
    want_much(forwarder)
    assert forwarder.daemon.process.returncode < 0
    said = log.read_text(encoding="utf-8")
    assert re.search(r" ends at once, and has to be started again: .*failed to allocate [0-9]+ bytes$", said, re.M), said
    wait_gone()
    again = Sottod(*options, program=program)
    try:
        assert ask("after.wild.example.test").rcode() == dns.rcode.NOERROR
    finally:
        again.stop()
    assert sent_in_clear() == 0
