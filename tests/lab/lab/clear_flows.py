# SPDX-License-Identifier: GPL-3.0-or-later
"""What may leave the laptop in clear, by kind: the list of DESIGN, told from the packets alone.

The kinds are the words of the helper's own `clear-flows`, but nothing of the helper's is asked: a server and a name
decide, and for what is allowed for a while (a sign-in, a consent, the search for the time), when the packet was sent.
"""

import math
from dataclasses import dataclass

from .topology import HOTEL, HOTEL6, HOTEL6_ON_LINK

ANY = ""
"""As a name: all of them."""


@dataclass
class ClearFlow:
    """Questions to one of `servers` (None: whomever), for one of `names` (one that begins with a dot: also for what is
    below it), sent between two moments (seconds since 1970)."""

    kind: str
    names: tuple
    servers: tuple | None = (HOTEL, HOTEL6, HOTEL6_ON_LINK)
    port: int | None = 53
    since: float = 0
    until: float = math.inf

    def permits(self, packet, question):
        """`question`: (name, type), or None of a packet of TCP whose connection never came to one."""
        return (self.port in (None, packet.destination_port) and self.since <= packet.time <= self.until
                and (self.servers is None or packet.destination in self.servers)
                and any(self._covers(rule, question) for rule in self.names))

    @staticmethod
    def _covers(rule, question):
        if rule == ANY or not question:
            return rule == ANY
        return question[0] == rule.lstrip(".") or (rule[0] == "." and question[0].endswith(rule))


@dataclass
class CertificateRequest(ClearFlow):
    """The one flow that is known by how its name begins, and goes to whatever port the resolver has."""

    kind: str = "certificate"
    names: tuple = ("2.dnscrypt-cert.",)
    servers: tuple | None = None
    port: int | None = None

    def permits(self, packet, question):
        return bool(question) and question[0].startswith(self.names) and question[1] == "TXT"


CLEAR_FLOWS = (
    CertificateRequest(),
    ClearFlow("portal-check", ("nmcheck.lab.test",)),
    ClearFlow("network", (".hotel.test",)),
    ClearFlow("nat64", ("ipv4only.arpa",)),
    ClearFlow("discovery", ("_dns.resolver.arpa",)),
)
"""Those that need nobody's consent, at any time. The others a test tells: Capture.permit()."""
