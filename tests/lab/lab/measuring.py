# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured while a scenario is played: what leaves in clear, on every cable of the laptop's, and how long no lookup
worked. A Watch runs from the scenario's "watch" to its end; the sum is a Result, a row of the table (table.py)."""

import contextlib
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from .capture import Cable, Capture
from .clear_flows import CLEAR_FLOWS, CertificateRequest, ClearFlow
from .process import RUN, wait_for
from .prober import LABEL, PATIENCE_S, Probed
from .topology import CAFE, HOTEL

RESOLV_CONF = RUN / "laptop-resolv.conf"
"""Leads to the laptop's, wherever that is now: another one after a reboot."""
CAFE_FLOWS = (CertificateRequest(), ClearFlow("portal-check", ("nmcheck.lab.test",), (CAFE,)),
              ClearFlow("network", (".cafe.test",), (CAFE,)), ClearFlow("network", (".hotel.test",), (HOTEL,)),
              ClearFlow("nat64", ("ipv4only.arpa",), (CAFE,)), ClearFlow("discovery", ("_dns.resolver.arpa",), (CAFE,)))
HOTEL_FLOWS = (*CLEAR_FLOWS, ClearFlow("network", (".cafe.test",), (CAFE,)))
NOT_PROMISED = "not promised"
INSIDE_A_TUNNEL = "vpn"
"""The one kind that no cable shows."""


@dataclass
class Result:
    """A row."""

    name: str
    clear: Counter = field(default_factory=Counter)
    leaks: list = field(default_factory=list)
    outage_ms: int = 0
    excused: list = field(default_factory=list)
    """(why, seconds): when nobody could expect a lookup to work."""
    counted: Counter | None = None
    """What the helper counted, by kind, with "leaked"; None where it was killed in between."""
    lookups: int = 0
    lost: int = 0


class Watch:
    def __init__(self, stage, name):
        self.stage, self.name = stage, name
        network = stage.network
        cables = [(Capture(network, "scenario"), HOTEL_FLOWS)]
        if network.cafe:
            cables.append((Capture(network, "scenario-cafe", Cable(network.cafe, "wl1")), CAFE_FLOWS))
        self.captures = cables
        self.permits = {}
        self.pauses, self.paused_since = [], None
        self.before, self.counted, self.helper_lost = stage.clear_counts(), Counter(), False
        self.prober = network.laptop.start("prober", sys.executable, "-m", "lab.prober", RESOLV_CONF)
        self.prober.wait_until("the prober", lambda: "ready" in self.prober.log)
        self.began = time.monotonic()

    # What leaves in clear

    def permit(self, kind, *names, servers=(HOTEL, CAFE)):
        """From now on, or until forbid(): these names, or all, may be asked of these servers in clear."""
        self.forbid(kind)
        stack = self.permits[kind] = contextlib.ExitStack()
        for capture, _ in self.captures:
            stack.enter_context(capture.permit(kind, *names, servers=servers))

    def forbid(self, kind):
        if kind in self.permits:
            self.permits.pop(kind).close()

    def bank(self):
        """The helper is about to end, and forgets what it counted."""
        self.counted += self.stage.clear_counts() - self.before
        self.before = Counter()

    # How long no lookup worked

    def stop_clock(self, why):
        assert self.paused_since is None, "the clock stands already"
        self.paused_since = (time.monotonic(), why)

    def start_clock(self):
        since, why = self.paused_since
        self.pauses.append((since, time.monotonic(), why))
        self.paused_since = None

    def probed(self):
        return [Probed(*json.loads(line)) for line in self.prober.log.splitlines() if line.startswith("[")]

    def wait_working(self, seconds=15):
        """Until a lookup works that was asked after now."""
        now = time.monotonic()
        wait_for("a lookup that works", lambda: any(one.worked and one.sent > now for one in self.probed()), seconds)

    def _outage(self, until):
        moments = sorted([self.began, *(one.answered for one in self.probed() if one.worked), until])
        return max((later - earlier - self._paused_between(earlier, later) for earlier, later in zip(moments, moments[1:])),
                   default=0)

    def _paused_between(self, earlier, later):
        return sum(max(0, min(later, until) - max(earlier, since)) for since, until, _ in self.pauses)

    # The end

    def close(self):
        """Whatever still runs is ended; nothing is said."""
        self.prober.stop(9)
        for capture, _ in self.captures:
            capture.tcpdump.stop()

    def result(self):
        """Ends the watch."""
        if self.paused_since:
            self.start_clock()
        else:
            self.wait_working()
        outage = self._outage(time.monotonic())
        self.prober.stop(seconds=PATIENCE_S + 5)
        self.bank()
        for kind in list(self.permits):
            self.forbid(kind)
        result = Result(self.name, outage_ms=round(outage * 1000), counted=None if self.helper_lost else self.counted)
        probed = self.probed()
        result.lookups, result.lost = len(probed), sum(not one.worked for one in probed)
        result.excused = [(why, until - since) for since, until, why in self.pauses]
        for capture, flows in self.captures:
            leaks, evidence = capture.leaks(allow=flows)
            result.leaks += leaks
            result.clear += evidence.clear_flows
        if NOT_PROMISED not in result.clear:
            for capture, _ in self.captures:
                assert not any(LABEL.encode() in packet.raw for packet in capture.packets), "a name was readable on the wire"
        del result.clear[NOT_PROMISED]
        return result


def disagreement(result):
    """Where the helper's own count is another one than the cable's: a sentence, "" for none."""
    if result.counted is None:
        return ""
    seen = Counter({kind: count for kind, count in result.clear.items() if kind != INSIDE_A_TUNNEL})
    told = Counter({kind: count for kind, count in result.counted.items() if kind not in (INSIDE_A_TUNNEL, "leaked")})
    if len(told) > 0 and +seen != +told:  # a helper that does not count by kind says nothing
        return f"The cable saw in clear {dict(+seen)}, the helper counted {dict(+told)}."
    if result.counted["leaked"] != len(result.leaks):
        return f"The cable saw {len(result.leaks)} leaks, the helper counted {result.counted['leaked']}."
    return ""
