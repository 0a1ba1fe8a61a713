# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd-resolved without systemd: its own configuration, no bus, and a link, for without one it takes itself for offline.

It reads fixed paths, so they are covered, in the benchmark's own mount namespace."""
import pathlib
import subprocess

import upstream

CONFIG = """[Resolve]
DNS={address}:{port}#{host}
FallbackDNS=
Domains=~.
DNSOverTLS=yes
DNSSEC=no
LLMNR=no
MulticastDNS=no
Cache=yes
CacheFromLocalhost=yes
DNSStubListener=yes
ReadEtcHosts=no
"""


class Resolved:
    def __init__(self, program):
        self.program = program

    def command(self, folder, server):
        self._cover(folder)
        pathlib.Path("/etc/systemd/resolved.conf").write_text(
            CONFIG.format(address=server.address, port=upstream.TLS_PORT, host=upstream.HOST))
        return [self.program]

    @staticmethod
    def _cover(folder):
        if (folder / "resolved-covered").exists():
            return
        for place in ("/etc/systemd", "/run/systemd", "/run/dbus"):
            if pathlib.Path(place).is_dir():
                subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", place], check=True)
        owned = pathlib.Path("/run/systemd/resolve")
        if owned.parent.is_dir():
            owned.mkdir()
            subprocess.run(["chown", "systemd-resolve:", owned], check=True)
        subprocess.run(["ip", "link", "add", "uplink", "type", "veth", "peer", "name", "uplink-end"], check=True)
        subprocess.run(["ip", "link", "set", "uplink-end", "up"], check=True)
        subprocess.run(["ip", "address", "add", "192.0.2.53/24", "dev", "uplink"], check=True)
        subprocess.run(["ip", "link", "set", "uplink", "up"], check=True)
        (folder / "resolved-covered").touch()
