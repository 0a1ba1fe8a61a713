# SPDX-License-Identifier: GPL-3.0-or-later
"""The internet's resolvers: bind9, unbound, knot-resolver, dnsdist and haproxy, each as its makers ship it."""

import concurrent.futures
import re
import shutil
import string
import sys
import time
from pathlib import Path

from .dnscrypt import Provider
from .epoch import OFFSET
from .pki import HOST, Authority
from .process import RUN
from .topology import BIND, CHECK_PAGE, DNSDIST, HAPROXY, KRESD, SLOW, TRUTH, UNBOUND, WHOAMI

CONF = Path(__file__).parent.parent / "conf"
STATE = RUN / "servers"
TXT_STRINGS = {"medium": 3, "big": 11, "huge": 40}


def ask(machine, name="www.example.test"):
    """The address that a program on `machine` gets by the system's own path; "" for none."""
    return (machine.run("getent", "ahostsv4", name, check=False).stdout.split() or [""])[0]


def kdig_short(machine, *words):
    """The answer's last record as text, "" for none (NXDOMAIN, no answer, a refused certificate)."""
    lines = machine.run("kdig", "+timeout=2", "+retry=0", "+short", *words, check=False).stdout.split("\n")
    return next((line for line in reversed(lines) if line and not line.startswith(";")), "")


def kdig_tls(machine, authority, name="www.example.test", address=UNBOUND, port=853, host=HOST):
    """The same over TLS with strict verification against the lab's authority."""
    return kdig_short(machine, f"@{address}", "-p", port, f"+tls-ca={authority.path}", f"+tls-hostname={host}", "+tls", name)


class Servers:
    """Starts all of them on `machine` in about a second; restartable one by one by name."""

    def __init__(self, machine):
        self.machine = machine
        self.daemons = {}
        STATE.mkdir(parents=True, exist_ok=True)
        self.authority = Authority(STATE / "pki")
        self._make_dnscrypt_keys()
        self._write_configuration()
        (STATE / "kresd").mkdir(exist_ok=True)
        python = [sys.executable, "-m"]
        self.commands = {
            "named": ["named", "-g", "-u", "root", "-c", STATE / "named.conf"],
            "unbound": ["unbound", "-d", "-p", "-c", STATE / "unbound.conf"],
            "kresd": ["kresd", "-n", "-c", STATE / "kresd.conf", STATE / "kresd"],
            "dnsdist": ["dnsdist", "-C", STATE / "dnsdist.conf", "--supervised"],
            "haproxy": ["haproxy", "-db", "-f", STATE / "haproxy.cfg"],
            "slow": [*python, "lab.slow", SLOW],
            "whoami": [*python, "lab.whoami", WHOAMI],
            "rogue": [*python, "lab.rogue", DNSDIST, 4443, STATE / "dnscrypt/expired.cert"],
            "meddler": [*python, "lab.meddler", DNSDIST, 3443, 7443],
            "checkpage": [*python, "lab.checkpage", CHECK_PAGE, STATE / OFFSET],
        }
        for name in self.commands:
            self.start(name, wait=False)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(self.wait_for, self.commands))

    def _make_dnscrypt_keys(self):
        folder = STATE / "dnscrypt"
        folder.mkdir(exist_ok=True)
        self.provider = Provider()
        now = int(time.time())
        self.provider.certificate(folder / "es1", 1)
        self.provider.certificate(folder / "es2", 2, serial=2)
        self.provider.certificate(folder / "expired", 2, start=now - 40 * 86400, end=now - 10 * 86400)
        Provider(self.provider.name).certificate(folder / "forged", 2)
        ports = {"es1": 8443, "es2": 5443, "both": 7443, "forged": 6443, "expired": 4443, "meddled": 3443}
        self.stamps = {name: self.provider.stamp(f"{DNSDIST}:{port}") for name, port in ports.items()}

    def _write_configuration(self):
        places = {"run": STATE, "pki": STATE / "pki", "conf": STATE, "dnscrypt": STATE / "dnscrypt",
                  "provider": self.provider.name}
        for source in CONF.glob("*.c*"):
            (STATE / source.name).write_text(re.sub("@([a-z]+)@", lambda m: str(places[m[1]]), source.read_text()))
        shutil.copytree(CONF / "zones", STATE / "zones", dirs_exist_ok=True)
        with open(STATE / "zones/example.test.zone", "a", encoding="ascii") as zone:
            for name, count in TXT_STRINGS.items():
                zone.writelines(f'{name} TXT "{letter * 240}"\n' for letter in string.ascii_letters[:count])

    def start(self, name, wait=True):
        self.daemons[name] = self.machine.start(name, *self.commands[name])
        if wait:
            self.wait_for(name)

    def stop(self, name, **options):
        self.daemons[name].stop(**options)

    def wait_for(self, name):
        """Until it answers by the protocol it is here for."""
        machine = self.machine
        ready = {
            "named": lambda: kdig_short(machine, f"@{BIND}", "www.example.test") == TRUTH,
            "unbound": lambda: kdig_tls(machine, self.authority, address=UNBOUND) == TRUTH,
            "kresd": lambda: kdig_tls(machine, self.authority, address=KRESD) == TRUTH,
            "dnsdist": lambda: kdig_tls(machine, self.authority, address=DNSDIST) == TRUTH,
            "haproxy": lambda: kdig_tls(machine, self.authority, address=HAPROXY) == TRUTH,
            "slow": lambda: kdig_short(machine, f"@{SLOW}", "0.slow.test") != "",
            "whoami": lambda: kdig_short(machine, f"@{WHOAMI}", "whoami.akamai.net") != "",
            "rogue": lambda: kdig_short(machine, f"@{DNSDIST}", "-p", 4443, "-t", "TXT", self.provider.name) != "",
            "meddler": lambda: kdig_short(machine, f"@{DNSDIST}", "-p", 3443, "-t", "TXT", self.provider.name) != "",
            "checkpage": lambda: machine.run("bash", "-c", f": >/dev/tcp/{CHECK_PAGE}/80", check=False).returncode == 0,
        }[name]
        self.daemons[name].wait_until(f"{name} to answer", ready, seconds=30)

    def stop_all(self):
        for daemon in self.daemons.values():
            daemon.stop()

    def restart_the_dead(self):
        """Between tests: whatever a test killed is back."""
        for name, daemon in self.daemons.items():
            if not daemon.alive:
                self.start(name)

    def questions(self, name, rdtype="A"):
        """How often BIND, who stands behind all the others, was asked this."""
        return len(self.asked_by(name, rdtype))

    def asked_by(self, name, rdtype="A"):
        """Which servers brought BIND this question, by address, in order."""
        pattern = rf"client @\S+ (\S+)#\d+ \({re.escape(name)}\): query: \S+ IN {rdtype} "
        return re.findall(pattern, self.daemons["named"].log, re.IGNORECASE)

    def tls_uri(self, address=UNBOUND, port=853, host=HOST, pin=None):
        """As sottod takes it in Endpoints= and --resolver."""
        where = address if port == 853 else f"{address}:{port}"
        return f"tls://{where}#{host}" + (f"&pin-sha256={pin}" if pin else "")

    def https_uri(self, address=UNBOUND, host=HOST):
        """The same for DNS over HTTPS, which every server here has at the usual place."""
        return f"https://{address}/dns-query#{host}"
