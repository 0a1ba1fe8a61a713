# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scenario is played on: the laptop, with Sotto on it, and what surrounds it. LaptopStage has the helper of the
sanitizer build, started by hand; BootedStage (booted_stage.py) a whole Debian with systemd and the build people install."""

import contextlib
import json
import re
from collections import Counter
from pathlib import Path

from .helper import NAME, PATH
from .measuring import RESOLV_CONF, Watch
from .process import wait_for
from .servers import ask
from .topology import DNSDIST, HAPROXY, HOTEL, KRESD, UNBOUND

SETTINGS = {"Networks": {"SignInSeconds": 20, "ProbeSeconds": 1, "SearchSeconds": 4}}
"""Shorter than people's, so that a scenario takes seconds; its own `settings` come on top."""
FILE = "etc/sotto/sotto.conf.d/60-scenario.conf"


def resolvers(servers):
    """The good four with all the ways that lead to them, and names of their own, as public ones have."""
    ways = {"dnsdist": (DNSDIST, [servers.stamps["both"]], True), "unbound": (UNBOUND, [], True),
            "kresd": (KRESD, [], True), "haproxy": (HAPROXY, [], False)}
    found = {}
    for name, (address, endpoints, has_https) in ways.items():
        host = f"{name}.lab.test"
        https = [servers.https_uri(address, host)] if has_https else []
        found[f"Resolver lab-{name}"] = {"Endpoints": ";".join([*endpoints, *https, servers.tls_uri(address, host=host)])}
    return found


def write_settings(root, servers, *groups):
    """As a drop-in of Sotto's; later groups win."""
    merged = {}
    for table in (SETTINGS, resolvers(servers), *groups):
        for group, keys in table.items():
            merged.setdefault(group, {}).update(keys)
    path = Path(root) / FILE
    path.write_text("\n".join(f"[{group}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items())
                              for group, keys in merged.items()))
    return path


class Stage:
    """What both have in common. `get` gives a fixture of conftest.py by its name, once it is needed."""

    systemd = False
    flows = ()
    """What else may be asked in clear on this one."""

    def __init__(self, get, scenario):
        self.get, self.scenario = get, scenario
        self.network, self.hotel, self.servers = get("network"), get("hotel"), get("servers")
        self.cafe = get("cafe") if any("cafe" in words.values() for words in scenario.steps) else None
        self.closing = contextlib.ExitStack()
        self.closing.callback(self.hotel.cable, True)
        self.watching = None
        self.things = {}
        """What a step made and a later one needs, by name."""

    def begin(self):
        """As the scenario's `begin` wants it."""
        self.hotel.mode(*self.scenario.hotel)
        if self.scenario.begin == "untouched":
            return
        if self.scenario.resolver != "auto":
            self.sottoctl("use", self.scenario.resolver)
        if self.scenario.begin == "protected":
            self.sottoctl("on")
            self.watch()

    def watch(self, promised=True):
        """Measure from now on; `promised`: that nothing leaves in clear."""
        RESOLV_CONF.unlink(missing_ok=True)
        RESOLV_CONF.symlink_to(self.path("/etc/resolv.conf"))
        self.watching = Watch(self, self.scenario.name, promised)
        self.closing.callback(self.watching.close)

    def network_called(self, name):
        """The hotel or the café; the café is there in scenarios that name it."""
        return {"hotel": self.hotel, "cafe": self.cafe}[name]

    def clear_counts(self):
        """What the helper counted in clear since it started, by kind, and "leaked"; nothing where it does not run."""
        done = self.sottoctl("stats", "--json", check=False)
        if done.returncode != 0:
            return Counter()
        statistics = json.loads(done.stdout)
        return Counter({**statistics["clear-flows"], "leaked": statistics["leaked"]})

    def status(self):
        done = self.sottoctl("status", "--json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    @property
    def state(self):
        """Cheaper than status(): asked often."""
        return self.property("State")

    def property(self, name, interface=NAME):
        done = self.run("gdbus", "call", "--system", "--dest", NAME, "--object-path", PATH, "--method",
                        "org.freedesktop.DBus.Properties.Get", interface, name, check=False)
        found = re.match(r"\(<(?:\w+ )?'?(.*?)'?>,\)", done.stdout)
        return found[1] if found else ""

    def nameservers(self):
        try:
            lines = self.path("/etc/resolv.conf").read_text().splitlines()
        except OSError:
            return []
        return [line.split()[1] for line in lines if line.startswith("nameserver ")]

    def nmcli(self, *words, check=True):
        return self.run("nmcli", "--terse", *words, check=check).stdout.strip()

    def wait_online(self, seconds=20):
        wait_for("NetworkManager to be connected",
                 lambda: self.nmcli("--fields", "STATE", "general", check=False).startswith("connected"), seconds)

    def close(self):
        self.closing.close()


class LaptopStage(Stage):
    """The helper runs from the beginning, off."""

    def __init__(self, get, scenario):
        super().__init__(get, scenario)
        get("installed")
        get("polkit")
        settings = write_settings("/", self.servers, scenario.settings)
        self.closing.callback(settings.unlink)
        self.networkmanager, self.guest = get("networkmanager"), get("guest")
        self.bus = self.networkmanager.bus
        self.helper = get("helper")
        self.begin()

    def run(self, *argv, **options):
        return self.network.laptop.run(*argv, **options)

    def sottoctl(self, *words, check=True):
        return self.guest.run("sottoctl", *words, check=check, timeout=60)

    def path(self, inside):
        return Path(inside)

    def lookup(self, name):
        return ask(self.network.laptop, name)

    def own_dns(self):
        """What the hotel's DHCP made of resolv.conf."""
        return [HOTEL]
