# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does on the laptop, and sees."""

import json
import time

from lab.process import LabError, wait_for

PATIENCE_S = 120
"""For things whose duration is not what is tested; the machine is slow."""


class Laptop:
    def __init__(self, machine):
        self.machine, self.profiles = machine, set()

    def sottoctl(self, *words, check=True):
        return self.machine.run("sottoctl", *words, check=check)

    def status(self):
        return json.loads(self.sottoctl("status", "--json", check=False).stdout)

    def networks(self):
        return json.loads(self.sottoctl("networks", "--json").stdout)

    def network(self):
        """The one it is on."""
        (current,) = [one for one in self.networks() if one["current"]]
        return current

    def wait_state(self, state, code="", seconds=PATIENCE_S):
        """How long that took, by the laptop's own clock."""
        began, seen = self.machine.uptime(), [None]

        def reached():
            time.sleep(0.5)  # to ask is work for the machine
            status = self.status()
            seen[0] = (status["state"], status["reason-code"])
            return seen[0] == (state, code)
        try:
            wait_for(f"{state} {code}", reached, seconds)
        except Exception as error:
            raise AssertionError(f"{error} It is {seen[0]}.\n{self.machine.journal('-u', 'sotto')}") from None
        return self.machine.uptime() - began

    def lookup(self, name):
        """The address that a program gets; "" for none."""
        return self.machine.shell(f"getent ahostsv4 {name}", check=False).stdout.split(" ")[0]

    def join(self, place):
        """By the person's own click; scans until the place is heard."""
        if self.ssid() == place.ssid:
            return
        words = ["password", place.password] if place.password else []
        told = [""]

        def joined():
            if place.ssid in self.profiles:
                done = self.machine.run("nmcli", "--wait", "30", "connection", "up", place.ssid, check=False)
            else:
                self.machine.run("nmcli", "device", "wifi", "list", "--rescan", "yes", check=False)
                done = self.machine.run("nmcli", "--wait", "30", "device", "wifi", "connect", place.ssid, *words, check=False)
            told[0] = done.stderr.strip()
            return done.returncode == 0
        try:
            wait_for(f"the laptop to join {place.ssid}", joined, PATIENCE_S)
        except LabError as error:
            raise LabError(f"{error} NetworkManager says: {told[0]}") from None
        self.profiles.add(place.ssid)

    def ssid(self):
        """Of the network it is on; "" none."""
        return self.machine.shell("nmcli -t -g GENERAL.STATE,GENERAL.CONNECTION device show wlan0 | "
                                  "{ read -r state; read -r name; case $state in 100*) echo \"$name\";; esac; }").stdout.strip()

    def access_point(self):
        """Whose it is talking to, by hardware address; "" nobody's."""
        return self.machine.shell("iw dev wlan0 link | awk '/Connected to/ {print $3}'").stdout.strip()

    def wait_online(self, seconds=PATIENCE_S):
        wait_for("the laptop to be on a network", self.ssid, seconds)
