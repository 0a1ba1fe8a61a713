# SPDX-License-Identifier: GPL-3.0-or-later
"""The laptop's system bus and its NetworkManager, both real, with plain /etc/resolv.conf."""

import time
from pathlib import Path

from .process import wait_for
from .servers import CONF

RESOLV_CONF = Path("/etc/resolv.conf")
SOCKET = Path("/run/dbus/system_bus_socket")


def resolv_conf():
    return RESOLV_CONF.read_text()


def nameservers():
    return [line.split()[1] for line in resolv_conf().splitlines() if line.startswith("nameserver ")]


class SystemBus:
    """Put policy and activation files in place before it starts; reload() reads new ones."""

    def __init__(self, machine):
        self.machine = machine
        SOCKET.unlink(missing_ok=True)
        SOCKET.parent.mkdir(parents=True, exist_ok=True)
        self.daemon = machine.start("dbus", "dbus-daemon", "--system", "--nofork", "--nopidfile")
        self.daemon.wait_until("the system bus", SOCKET.exists)

    def call(self, destination, path, method, *arguments, check=True, run=None):
        """gdbus call as root, or by the `run` of a Session."""
        return (run or self.machine.run)("gdbus", "call", "--system", "--dest", destination, "--object-path", path,
                                         "--method", method, *arguments, check=check)

    def reload(self):
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.ReloadConfig")

    def owns(self, name):
        answer = self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", name)
        return "true" in answer.stdout

    def stop(self):
        self.daemon.stop()


class NetworkManager:
    """Starts with one profile, "hotel", DHCP on wl0; connected when the constructor returns. `dns` as NetworkManager.conf(5)
    has it."""

    def __init__(self, bus, log_level="INFO", dns="default"):
        self.bus, self.machine, self.log_level = bus, bus.machine, log_level
        configuration = (CONF / "NetworkManager.conf").read_text()
        Path("/etc/NetworkManager/NetworkManager.conf").write_text(configuration.replace("dns=default", f"dns={dns}"))
        self.start()
        self.nmcli("connection", "add", "type", "ethernet", "ifname", "wl0", "con-name", "hotel", "ipv6.method", "disabled")
        self.wait_connected()

    def nmcli(self, *words, check=True):
        return self.machine.run("nmcli", "--terse", *words, check=check).stdout.strip()

    def start(self):
        self.daemon = self.machine.start("NetworkManager", "NetworkManager", "--debug", f"--log-level={self.log_level}")
        self.daemon.wait_until("NetworkManager on the bus", lambda: self.bus.owns("org.freedesktop.NetworkManager"))

    def restart(self, kill=False):
        self.daemon.stop(9 if kill else 15)
        self.start()
        self.wait_connected()

    def stop(self):
        """And forget what it made, for a test that brings its own."""
        self.nmcli("connection", "delete", "hotel", check=False)
        self.daemon.stop()

    @property
    def state(self):
        return self.nmcli("--fields", "STATE", "general", check=False)

    def wait_connected(self):
        wait_for("NetworkManager to be connected", lambda: self.state.startswith("connected") and nameservers(), 20)

    def reconnect(self):
        """What roaming comes to: the link goes and comes back."""
        self.nmcli("connection", "up", "hotel")

    def watch_resolv_conf(self, seconds):
        """Every content of nameserver lines seen within `seconds`, in order, without repeats: [(ms, nameservers)]."""
        seen, start = [], time.monotonic()
        while time.monotonic() - start < seconds:
            try:
                now = nameservers()
            except OSError:
                now = None
            if not seen or seen[-1][1] != now:
                seen.append((int((time.monotonic() - start) * 1000), now))
            time.sleep(0.002)
        return seen
