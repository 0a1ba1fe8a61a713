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
from .clear_flows import ANY, CLEAR_FLOWS, CertificateRequest, ClearFlow
from .process import RUN, wait_for
from .prober import LABEL, PATIENCE_S, Probed
from .topology import CAFE, HOTEL

RESOLV_CONF = RUN / "laptop-resolv.conf"
"""Leads to the laptop's, wherever that is now: another one after a reboot."""
CAFE_FLOWS = (CertificateRequest(), ClearFlow("portal-check", ("nmcheck.lab.test",), (CAFE,)),
              ClearFlow("network", (".cafe.test",), (CAFE,)), ClearFlow("network", (".hotel.test",), (HOTEL,)),
              ClearFlow("nat64", ("ipv4only.arpa",), (CAFE,)), ClearFlow("discovery", ("_dns.resolver.arpa",), (CAFE,)))
HOTEL_FLOWS = (*CLEAR_FLOWS, ClearFlow("network", (".cafe.test",), (CAFE,)))
UNSURE_S = 3
NOT_PROMISED = "not promised"
INSIDE_A_TUNNEL = "vpn"
"""The one kind that no cable shows."""
CONSENT = "consent"
OWN_NAME = "own-name"
"""systemd-resolved asks the link whether another machine has this one's name (LLMNR); no lookup of anybody's."""


@dataclass
class Result:
    """A row."""

    name: str
    clear: Counter = field(default_factory=Counter)
    leaks: list = field(default_factory=list)
    outage_ms: int = 0
    surely: Counter = field(default_factory=Counter)
    """The same with "leaked", without what left just when the helper was asked for its count."""
    excused: list = field(default_factory=list)
    """(why, seconds): when nobody could expect a lookup to work."""
    counted: Counter = field(default_factory=Counter)
    """What the helper counted, by kind, with "leaked"."""
    is_blurred: bool = False
    """The helper may have counted more, see disagreement()."""
    lookups: int = 0
    lost: int = 0


class Watch:
    def __init__(self, stage, name, promised):
        self.stage, self.name = stage, name
        network = stage.network
        cables = [(Capture(network, "scenario"), HOTEL_FLOWS)]
        if stage.cafe:
            stage.cafe.cable(True)  # tcpdump does not open a link that is down, but stays on one that goes down
            cables.append((Capture(network, "scenario-cafe", Cable(network.cafe, "wl1")), CAFE_FLOWS))
            stage.cafe.cable(False)
        self.captures = cables
        self.permits, self.promise_changed = {}, False
        if not promised:
            self.permit(NOT_PROMISED, servers=None)
        self.pauses, self.paused_since = [], None
        self.before, self.counted, self.banked = stage.clear_counts(), Counter(), []
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
            if kind == NOT_PROMISED:
                capture.permitted[-1].port = None
                self.promise_changed = True

    def forbid(self, kind):
        if kind in self.permits:
            self.permits.pop(kind).close()

    def bank(self):
        """The helper is about to end, and forgets what it counted."""
        self.banked.append(time.time())
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
        result = Result(self.name, outage_ms=round(outage * 1000), counted=self.counted,
                        is_blurred=self.promise_changed or "cable out" in self.stage.things)
        probed = self.probed()
        result.lookups, result.lost = len(probed), sum(not one.worked for one in probed)
        result.excused = [(why, until - since) for since, until, why in self.pauses]
        self._judge(result, time.time())
        return result

    def _judge(self, result, until):
        """What the cables showed up to then; those that are out are put in, for the captures' end markers."""
        for place in filter(None, (self.stage.hotel, self.stage.cafe)):
            place.cable(True)
        for capture, flows in self.captures:
            capture.stop()
            first = [one for one in capture.permitted if one.kind == NOT_PROMISED]
            allowed = (*first, *flows, *self.stage.flows)
            everything = capture.packets
            capture.packets = _select(capture, everything, lambda moment: moment <= until)
            leaks, evidence = capture.leaks(allow=allowed)
            capture.packets = _select(capture, everything, lambda moment: not self._is_unsure(moment))
            sure_leaks, sure = capture.leaks(allow=allowed)
            result.leaks += leaks
            result.clear += evidence.clear_flows
            result.surely += sure.clear_flows + Counter(leaked=len(sure_leaks))
            result.leaks += [f"{LABEL} was readable in {one}" for one in everything if one.time <= until
                             and LABEL.encode() in one.raw and not one.question and not _is_open(capture, one.time)]
        for told in (result.clear, result.surely):
            del told[NOT_PROMISED]

    def _is_unsure(self, moment):
        """Whether the helper may have told its count, for the last time, before it counted this."""
        return any(since <= moment <= since + UNSURE_S for since in self.banked)


def _select(capture, packets, holds):
    """Those whose time is right, and the end marker."""
    return [one for one in packets if holds(one.time) or one.question == (capture.marker, "A")]


def _is_open(capture, moment):
    """Whether all names may be asked in clear at that moment, and so be read: also in answers, which come a moment later."""
    return any(ANY in flow.names and flow.since <= moment <= flow.until + PATIENCE_S for flow in capture.permitted)


def disagreement(result):
    """Where the helper's own count is another one than the cable's: a sentence, "" for none. What is sent while a cable is out
    the helper counts, on the laptop's end of it, and nobody sees on the other; and where a promise began or ended in between, a
    program may have been told of one server and have asked it in the next moment."""
    consented = bool(result.clear[CONSENT] or result.counted[CONSENT])
    seen = _comparable(result.clear + Counter(leaked=len(result.leaks)), consented)
    told, least = _comparable(result.counted, consented), _comparable(result.surely, consented)
    if least <= told and (told <= seen or result.is_blurred):
        return ""
    return f"The cable saw in clear {dict(seen)}, the helper counted {dict(told)}."


def _comparable(counted, consented):
    """Without what only one of both sees. A consent lets a sign-in page be looked for like anything else: which of the two a
    question was, nobody can see from outside, and the helper does not say."""
    of_both = Counter({kind: count for kind, count in counted.items() if kind not in (OWN_NAME, INSIDE_A_TUNNEL)})
    if consented:
        of_both[CONSENT] += of_both.pop("portal-check", 0)
    return +of_both
