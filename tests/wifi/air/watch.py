# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in clear on the air of every place, and how long no lookup worked, from the constructor to end()."""

import os
from dataclasses import dataclass, field

from lab.capture import CLEAR_PORTS
from lab.clear_flows import ClearFlow
from lab.process import wait_for
from lab.topology import WILD

FLOWS = tuple(ClearFlow(kind, names, None) for kind, names in (
    ("portal-check", ("nmcheck.lab.test",)), ("network", (".lan",)), ("nat64", ("ipv4only.arpa",)),
    ("discovery", ("_dns.resolver.arpa",))))
MARKER_PORT = 9


@dataclass
class Seen:
    leaks: dict
    """place → sentences"""
    packets: dict
    """place → the laptop's packets there"""
    answers: list = field(default_factory=list)
    """Times at which lookups were answered, and well."""
    lies: list = field(default_factory=list)
    began: float = 0
    ended: float = 0

    @property
    def outage_s(self):
        """The longest time in which no lookup was answered."""
        moments = sorted([self.began, *self.answers, self.ended])
        return max(later - earlier for earlier, later in zip(moments, moments[1:]))

    def first_answer(self, after):
        return min((moment for moment in self.answers if moment > after), default=float("inf"))


class Watch:
    def __init__(self, laptop, places, flows=()):
        self.laptop, self.machine, self.places = laptop, laptop.machine, places
        self.flows = (*FLOWS, *flows)
        self.since = {place.name: place.captured() for place in places}
        self.began = self.machine.uptime()
        self.machine.shell("setsid /opt/air/prober >probed 2>/dev/null </dev/null & echo $! >prober.pid")

    def end(self, at):
        """`at`: the place where the laptop is, which must hear a last question before the captures prove anything."""
        self.machine.shell("sleep 1; kill -- -$(cat prober.pid)", check=False)
        ended = self.machine.uptime()
        self._mark(at)
        lines = [line.split() for line in self.machine.shell("cat probed").stdout.splitlines()]
        packets = {place.name: [one for one in place.packets(self.since[place.name]) if one.from_laptop] for place in self.places}
        return Seen({name: self._leaks(heard) for name, heard in packets.items()}, packets,
                    [float(line[1]) for line in lines if line[2] == WILD], [line for line in lines if line[2] != WILD],
                    self.began, ended)

    def _mark(self, place):
        name = f"end-of-capture-{os.urandom(4).hex()}"
        self.machine.shell(f"kdig @{place.gateway} -p {MARKER_PORT} +timeout=1 +retry=0 {name}.test", check=False)
        wait_for("the capture's end marker", lambda: self.machine.shell(
            f"grep -qa {name} {place.name}.pcap", check=False).returncode == 0)

    def _leaks(self, packets):
        def leaks(one):
            return ((one.question or one.destination_port in CLEAR_PORTS) and one.destination_port != MARKER_PORT
                    and not any(flow.permits(one, one.question) for flow in self.flows))
        return [str(one) for one in packets if leaks(one)]
