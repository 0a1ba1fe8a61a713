# SPDX-License-Identifier: GPL-3.0-or-later
"""The hotel: DHCP, a resolver that lies about www.example.test, and a firewall with moods."""

from pathlib import Path

from .ipv6_only import Ipv6Only
from .process import RUN
from .topology import BIND, HOTEL, HOTEL_OUTSIDE, LIE, LIE6, WHOAMI, give_hotel_addresses

DOMAIN = "hotel.test"

DNSMASQ = f"""\
no-resolv
no-hosts
no-ping
bind-interfaces
interface=lan
except-interface=lo
dhcp-authoritative
dhcp-range=100.64.10.100,100.64.10.199,255.255.255.0,2m
dhcp-option=option:router,{HOTEL}
dhcp-option=option:dns-server,{HOTEL}
dhcp-option=option:domain-name,{DOMAIN}
dhcp-leasefile={RUN}/hotel.leases
log-queries
log-facility=-
server={BIND}
server=/whoami.akamai.net/{WHOAMI}@{HOTEL_OUTSIDE}
address=/www.example.test/{LIE}
address=/www.example.test/{LIE6}
address=/printer.{DOMAIN}/100.64.10.20
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
    "forgetful": ([], ["ct state invalid drop"]),
    "dead": ([], ["drop"]),
}


def set_mood(machine, *names):
    def rules(position):
        return "\n".join(f"iifname lan {rule}" for name in names for rule in MODES[name][position])
    machine.run("nft", "-f", "-", input=f"""
table ip mood
delete table ip mood
table ip mood {{
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

    def __init__(self, network):
        self.machine = network.hotel
        self.without_ipv4 = None
        self._start_dnsmasq()
        self.mode("open")

    def _start_dnsmasq(self):
        configuration = Path(RUN / "hotel-dnsmasq.conf")
        configuration.write_text(DNSMASQ)
        self.dnsmasq = self.machine.start("dnsmasq", "dnsmasq", "--keep-in-foreground", "--user=root",
                                          f"--conf-file={configuration}")
        self.dnsmasq.wait_until("the hotel's DNS", lambda: "started, version" in self.dnsmasq.log)

    def mode(self, *names):
        """Set the moods named, and only these."""
        set_mood(self.machine, *names)

    def forget(self):
        """Drop in silence what belongs to connections made before now, as a router does that was restarted or grew tired
        of them."""
        self.machine.run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0")
        self.mode("forgetful")

    def cable(self, plugged):
        """Pull the laptop's cable, or put it back."""
        self.machine.ip("link", "set", "lan", "up" if plugged else "down")

    def ipv6_only(self, on=True):
        """From now on guests get IPv6 alone: addresses and DNS by router advertisements, and the IPv4 internet through a
        translator (NAT64 with NAT64_PREFIX, and DNS64 at HOTEL6, which lies as the hotel's DNS does). on=False: IPv4 alone,
        as before. Moods are for IPv4 and do not reach a guest meanwhile. A guest finds out by joining anew
        (NetworkManager.reconnect, or cable()), with a profile whose ipv6.method is auto."""
        if on == (self.without_ipv4 is not None):
            return
        if on:
            self.dnsmasq.stop()
            self.machine.ip("-4", "address", "flush", "dev", "lan")
            self.without_ipv4 = Ipv6Only(self.machine)
            return
        self.without_ipv4.stop()
        self.without_ipv4 = None
        give_hotel_addresses(self.machine)
        self._start_dnsmasq()

    def questions(self, name):
        """How often the hotel's own resolver was asked, since it was last started."""
        if self.without_ipv4:
            return self.without_ipv4.questions(name)
        return sum(f"] {name} from " in line for line in self.dnsmasq.log.splitlines())
