# SPDX-License-Identifier: GPL-3.0-or-later
"""What attackers need: packets from addresses that are not theirs, a place on the path; and what tells that they had no
success: the address that they would lead people to, what left in spite of the rules, what it cost."""

import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from forwarder import PORT

from lab.process import wait_for

FORGED = "203.0.113.66"
"""Where every attacker leads to."""
FORGED_BYTES = socket.inet_aton(FORGED)
NOGROUP = 65534
AS_NOGROUP = ("env", f"ASAN_OPTIONS={os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=1",
              "setpriv", f"--regid={NOGROUP}", "--clear-groups")
"""Before sottod: the firewall tells its packets by the group, and memory is free when it was freed."""
BUILD = Path(os.environ.get("SOTTO_BUILD", "/nowhere"))


def program(name):
    """One of those that meson.build makes, in whichever build there is."""
    return next(path for flavour in ("plain", "asan") if (path := BUILD / flavour / "tests/interop" / name).exists())


# ---- what it costs ----

@dataclass
class Usage:
    """CPU seconds so far and resident KiB of a process."""

    cpu_s: float
    memory_kib: int

    @classmethod
    def of(cls, pid):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        return cls((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(status.split("VmRSS:")[1].split()[0]))


# ---- what leaves ----

class Watch:
    """Counts what a sottod that was started AS_NOGROUP sends, other than answers to its own clients and what goes to one of
    `allowed`, (protocol, address, port): everything that is in clear is among it."""

    def __init__(self, *allowed):
        rules = "\n".join(f"    meta skgid {NOGROUP} ip daddr {address} {protocol} dport {port} accept"
                          for protocol, address, port in allowed)
        subprocess.run(["nft", "-f", "-"], check=True, text=True, input=f"""
table inet watch
delete table inet watch
table inet watch {{
  chain out {{
    type filter hook output priority 10
    meta skgid {NOGROUP} th sport {PORT} accept
{rules}
    meta skgid {NOGROUP} counter
  }}
}}
""")

    @staticmethod
    def strays():
        listing = subprocess.run(["nft", "list", "table", "inet", "watch"], check=True, capture_output=True, text=True).stdout
        return int(listing.split("counter packets ")[1].split()[0])


# ---- beside the path ----

class Flood:
    """`with Flood(source, ports, templates): …`: flood.c from now on; its speed is known afterwards. `source`: (address,
    port) of whom it claims to be; `ports`: the first and the last one of the target's."""

    def __init__(self, source, ports, templates, rate=60000, target=None):
        self.templates = templates
        self.argv = [str(word) for word in ("nice", "-n", "-20", program("flood"), rate, *source, target or source[0], *ports)]

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write("\n".join(self.templates) + "\n")
        self.process.stdin.close()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        sent, _, seconds, _ = self.process.stdout.read().split()
        self.process.wait()
        self.sent, self.rate = int(sent), int(sent) / float(seconds)


def udp_sockets(pid):
    """{local port: (remote address, remote port)} of a process's connected UDP sockets, as somebody learns them who has
    found a way to."""
    inodes = {os.readlink(path)[8:-1] for path in Path(f"/proc/{pid}/fd").iterdir() if os.path.islink(path)
              and os.readlink(path).startswith("socket:[")}
    found = {}
    for line in Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if words[9] in inodes and words[2] != "00000000:0000":
            address, port = words[2].split(":")
            found[int(words[1].split(":")[1], 16)] = (
                socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16))
    return found


def port_towards(pid, address, port):
    """The port from which it asks that server; waits until there is one."""
    return wait_for("a socket to the server", lambda: [local for local, remote in udp_sockets(pid).items()
                                                       if remote == (address, port)], 5)[0]
