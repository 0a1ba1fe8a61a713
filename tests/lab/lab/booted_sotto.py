# SPDX-License-Identifier: GPL-3.0-or-later
"""A booted laptop with Sotto installed and its unit enabled."""

import contextlib
import hashlib
import json
import time

from .process import wait_for
from .topology import HOTEL, TRUTH

UNIT = "sotto.service"
DROP_IN = "/run/systemd/system/sotto.service.d/test.conf"
WWW = "www.example.test"

ASKER = """\
[Unit]
Description=A program that asks names from the first moment on
DefaultDependencies=no
After=local-fs.target
[Service]
Environment=RES_OPTIONS="timeout:1 attempts:1"
ExecStart=/bin/sh -c 'while :; do n=$((n+1)); getent ahostsv4 boot-$n.asked.wild.example.test; sleep 0.02; done'
[Install]
WantedBy=sysinit.target
"""


class BootedSotto:
    """And the state the tests bring it to."""

    def __init__(self, boot, nameserver=HOTEL):
        self.boot = boot
        boot.wait_online()
        wait_for(f"{nameserver} in resolv.conf", lambda: boot.nameservers() == [nameserver])
        self.resolv_conf_without = self.resolv_conf()
        self.networkmanager_files_without = self.networkmanager_files()

    def resolv_conf(self):
        return self.boot.path("/etc/resolv.conf").read_bytes()

    def networkmanager_files(self):
        """What is below /etc/NetworkManager, as one hash."""
        folder = self.boot.path("/etc/NetworkManager")
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            stat = path.lstat()
            digest.update(f"{path.relative_to(folder)} {stat.st_mode} {stat.st_uid} {stat.st_mtime_ns}\n".encode())
            if path.is_file():
                digest.update(path.read_bytes())
        return digest.hexdigest()

    def systemctl(self, *words, check=True):
        return self.boot.output("systemctl", *words, check=check)

    def show(self, key):
        return self.systemctl("show", "--value", "--property", key, UNIT)

    @property
    def pid(self):
        """Of the helper, as the booted system counts."""
        return int(self.show("MainPID"))

    def sottoctl(self, *words, check=True):
        return self.boot.run("sottoctl", *words, check=check)

    def status(self):
        return json.loads(self.sottoctl("status", "--json").stdout)

    def turn(self, word):
        """By the person at the screen."""
        return self.boot.as_guest("sottoctl", word)

    def is_on(self):
        done = self.sottoctl("status", "--json", check=False)
        return done.returncode == 0 and json.loads(done.stdout)["state"] == "on"

    def reason(self):
        """Why it is not on, as a word; "" when all is well."""
        return json.loads(self.sottoctl("status", "--json", check=False).stdout)["reason-code"]

    def turn_networking_off_and_on(self):
        """At once, soon and later; each time until the true answer is back, and with half a second of calm at the end."""
        for pause in (0, 0.3, 1):
            self.boot.output("nmcli", "networking", "off")
            time.sleep(pause)
            self.boot.output("nmcli", "networking", "on")
            wait_for("protection", self.is_on, 10)
            wait_for("the true answer", lambda: self.lookup() == TRUTH, 10)
        time.sleep(0.5)

    def add_rival(self):
        """Another program brings a link with a DNS server of its own, other0; what names it wants is not said yet."""
        for words in ("link add other0 type veth peer name other1", "address add 192.0.2.9/24 dev other0",
                      "link set other0 up", "link set other1 up"):
            self.boot.output("ip", *words.split())
        self.boot.output("resolvectl", "dns", "other0", "192.0.2.1")

    def lookup(self, name=WWW):
        return self.boot.run("getent", "ahostsv4", name, check=False, timeout=60).stdout.split(" ")[0]

    def wait_running(self, other_than=0, seconds=20):
        """The helper's process number, once there is one and not the old one."""
        def running():
            pid = self.pid
            return pid if pid not in (0, other_than) and self.show("ActiveState") == "active" else None
        return wait_for("the helper to run", running, seconds)

    def wait_restored(self, since, seconds=2.0):
        """Until resolv.conf is the network's own to the byte; how long that took. Promised: two seconds."""
        wait_for("the network's own DNS", lambda: self.resolv_conf() == self.resolv_conf_without, seconds)
        return time.monotonic() - since

    def drop_in(self, text):
        path = self.boot.path(DROP_IN)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.systemctl("daemon-reload")

    def make_ready(self):
        """As installed, running and on."""
        path = self.boot.path(DROP_IN)
        if path.exists():
            path.unlink()
            self.systemctl("daemon-reload")
        self.systemctl("reset-failed", UNIT, check=False)  # also forgets how often it was started
        self.systemctl("enable", "--now", UNIT)
        self.wait_running()
        if not self.is_on():
            self.turn("on")

    @contextlib.contextmanager
    def asker(self):
        """A program asks all the time from now on, over reboots too, whom resolv.conf says."""
        unit = self.boot.root / "etc/systemd/system/asker.service"
        unit.write_text(ASKER)
        self.systemctl("enable", unit.name)
        yield
        self.systemctl("disable", "--now", unit.name)
        unit.unlink()
