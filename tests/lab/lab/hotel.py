# SPDX-License-Identifier: GPL-3.0-or-later
"""The hotel: DHCP, a resolver that lies about www.example.test, and a firewall with moods."""

import sys
from pathlib import Path

from .ipv6_only import Ipv6Only
from .process import RUN
from .topology import BIND, HOTEL, HOTEL6, HOTEL_OUTSIDE, KRESD, LIE, LIE6, UNBOUND, WHOAMI, give_hotel_addresses

DOMAIN = "hotel.test"
LOGIN = "login.wifi.test"
"""The host of the sign-in page, in the zone of whoever runs it for many hotels."""

DNSMASQ = """\
no-resolv
no-hosts
no-ping
bind-interfaces
interface=lan
except-interface=lo
dhcp-authoritative
dhcp-range={net}.100,{net}.199,255.255.255.0,2m
dhcp-option=option:router,{gateway}
dhcp-option=option:dns-server,{dns}
dhcp-option=option:domain-name,{domain}
dhcp-leasefile={run}/{place}.leases
log-queries
log-facility=-
server={upstream}
server=/whoami.akamai.net/{whoami}@{outside}
address=/www.example.test/{lie}
address=/www.example.test/{lie6}
address=/printer.{domain}/{net}.20
address=/{login}/{gateway}
"""

# mode → (rules before routing, rules for what is forwarded)
MODES = {
    "open": ([], []),
    "hijack53": (["udp dport 53 redirect to :53", "tcp dport 53 redirect to :53"], []),
    "drop53": ([], ["meta l4proto { tcp, udp } th dport 53 drop"]),
    "block853": ([], ["meta l4proto { tcp, udp } th dport 853 drop"]),
    "reject853": ([], ["tcp dport 853 reject with tcp reset", "udp dport 853 reject"]),
    "blockquic": ([], ["udp dport { 443, 4443, 5443, 6443, 7443, 8443 } drop"]),
    "blockdoh": ([], ["tcp dport 443 drop"]),
    "blockdnscrypt": ([], ["tcp dport { 4443, 5443, 6443, 7443, 8443 } drop"]),
    "blockudp": ([], ["meta l4proto udp drop"]),
    "only443": ([], ["tcp dport != 443 drop", "meta l4proto != tcp drop"]),
    "block-unbound": ([], [f"ip daddr {UNBOUND} drop"]),
    "block-kresd": ([], [f"ip daddr {KRESD} drop"]),
    "middlebox": (["tcp dport { 443, 853 } redirect to :8853"], []),
    "blocksni": (["tcp dport { 443, 853 } redirect to :8854"], []),
    "portal": (["ip saddr != @signed meta l4proto { tcp, udp } th dport 53 redirect to :53",
                "ip saddr != @signed tcp dport 80 redirect to :80"],
               ["ip saddr != @signed tcp dport 443 reject with tcp reset", "ip saddr != @signed drop"]),
    "forgetful": ([], ["ct state invalid drop"]),
    "dead": ([], ["drop"]),
}


DOORMEN = {
    "portal": ("lab.portal", LOGIN),
    "middlebox": ("lab.middlebox", "8853"),
    "blocksni": ("lab.snifilter", "8854", "unbound.lab.test", "kresd.lab.test"),
}
"""Moods that need a program in the hotel: a module and its arguments."""


def set_mood(machine, *names):
    def rules(position):
        return "\n".join(f"iifname lan {rule}" for name in names for rule in MODES[name][position])
    machine.run("nft", "-f", "-", input=f"""
table ip mood
delete table ip mood
table ip mood {{
  set signed {{ type ipv4_addr; }}
  chain before {{ type nat hook prerouting priority -100; {rules(0)}
  }}
  chain forward {{ type filter hook forward priority 0; {rules(1)}
  }}
}}
""")
    # A connection under way keeps the verdict of its first packet otherwise.
    machine.run("conntrack", "-F")


class Hotel:
    """Runs on the network's hotel machine."""

    place, net, gateway, domain = "hotel", "100.64.10", HOTEL, DOMAIN
    lie, lie6, outside = LIE, LIE6, HOTEL_OUTSIDE

    def __init__(self, network):
        self.machine = getattr(network, self.place)
        self.dnsmasq = self.without_ipv4 = None
        self.doormen = {}
        self.announce()
        self.mode("open")

    def announce(self, *extra, dns=None):
        """(Re)start DHCP and DNS; `dns`: whom guests are told to ask, `extra`: more lines for dnsmasq."""
        if self.dnsmasq:
            self.dnsmasq.stop()
        configuration = Path(RUN / f"{self.place}-dnsmasq.conf")
        configuration.write_text(DNSMASQ.format(
            place=self.place, net=self.net, gateway=self.gateway, domain=self.domain, lie=self.lie, lie6=self.lie6,
            outside=self.outside, dns=dns or self.gateway, login=LOGIN, upstream=BIND, whoami=WHOAMI, run=RUN)
            + "\n".join((*extra, "")))
        self.dnsmasq = self.machine.start(f"{self.place}-dnsmasq", "dnsmasq", "--keep-in-foreground", "--user=root",
                                          f"--conf-file={configuration}", f"--pid-file={RUN}/{self.place}-dnsmasq.pid")
        self.dnsmasq.wait_until(f"the {self.place}'s DNS", lambda: "started, version" in self.dnsmasq.log)

    def mode(self, *names):
        """Set the moods named, and only these."""
        for doorman in DOORMEN.keys() & set(names) - self.doormen.keys():
            module, *arguments = DOORMEN[doorman]
            self.doormen[doorman] = self.machine.start(f"{self.place}-{doorman}", sys.executable, "-m", module, *arguments)
            self.doormen[doorman].wait_until(f"the {self.place}'s {doorman}", lambda d=doorman: "ready" in self.doormen[d].log)
        set_mood(self.machine, *names)

    def forget(self):
        """Drop in silence what belongs to connections made before now, as a router does that was restarted or grew tired
        of them."""
        self.machine.run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0")
        self.mode("forgetful")

    def cable(self, plugged):
        """Pull the laptop's cable, or put it back."""
        self.machine.ip("link", "set", "lan", "up" if plugged else "down")

    def ipv6_only(self, on=True, dns=HOTEL6):
        """From now on guests get IPv6 alone: addresses and DNS by router advertisements, and the IPv4 internet through a
        translator (NAT64 with NAT64_PREFIX, and DNS64 at `dns`, HOTEL6 or HOTEL6_ON_LINK, which lies as the hotel's DNS
        does). on=False: IPv4 alone, as before. Moods are for IPv4 and do not reach a guest meanwhile. A guest finds out by
        joining anew (NetworkManager.reconnect, or cable()), with a profile whose ipv6.method is auto."""
        if on == (self.without_ipv4 is not None):
            return
        if on:
            self.dnsmasq.stop()
            self.machine.ip("-4", "address", "flush", "dev", "lan")
            self.without_ipv4 = Ipv6Only(self.machine, dns)
            return
        self.without_ipv4.stop()
        self.without_ipv4 = None
        give_hotel_addresses(self.machine)
        self.announce()

    def questions(self, name):
        """How often the hotel's own resolver was asked, since it was last started."""
        if self.without_ipv4:
            return self.without_ipv4.questions(name)
        return sum(f"] {name} from " in line for line in self.dnsmasq.log.splitlines())
