# SPDX-License-Identifier: GPL-3.0-or-later
"""The hotel without IPv4 for its guests: router advertisements, a DNS server that makes IPv6 addresses of IPv4 ones
(DNS64, unbound), and a translator between the two (NAT64, tayga). The internet is IPv4 as ever."""

from pathlib import Path

from .process import RUN
from .topology import BIND, HOTEL6, HOTEL6_ON_LINK, LIE, LIE6, NAT64_PREFIX

TRANSLATOR, POOL = "192.168.255.1", "192.168.255.0/24"
"""Guests' IPv4 addresses between tayga and the masquerading at the hotel's outer side."""

ROUTER = """\
port=0
bind-interfaces
interface=lan
except-interface=lo
enable-ra
dhcp-range=::,constructor:lan,ra-stateless,64,2m
dhcp-option=option6:dns-server,[{dns}]
dhcp-option=option6:domain-search,hotel.test
log-dhcp
log-facility=-
"""

DNS64 = f"""\
server:
  username: ""
  chroot: ""
  directory: "{RUN}"
  pidfile: ""
  use-syslog: no
  log-queries: yes
  interface: {HOTEL6}
  interface: {HOTEL6_ON_LINK}%lan
  access-control: ::/0 allow
  module-config: "dns64 iterator"
  dns64-prefix: {NAT64_PREFIX}
  local-zone: "test." nodefault
  local-data: "ipv4only.arpa. 60 AAAA {NAT64_PREFIX.split('/')[0]}192.0.0.170"
  local-data: "ipv4only.arpa. 60 AAAA {NAT64_PREFIX.split('/')[0]}192.0.0.171"
  local-data: "www.example.test. 60 A {LIE}"
  local-data: "www.example.test. 60 AAAA {LIE6}"
  local-data: "printer.hotel.test. 60 AAAA 2001:db8:64::20"
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: {BIND}
"""

NAT64 = f"""\
tun-device nat64
ipv4-addr {TRANSLATOR}
prefix {NAT64_PREFIX}
dynamic-pool {POOL}
data-dir {RUN}/tayga
"""


class Ipv6Only:
    """Runs on `machine`, from the constructor to stop()."""

    def __init__(self, machine, dns=HOTEL6):
        self.machine = machine
        self.daemons = []
        # Else the cable that is pulled takes the address along.
        machine.run("sh", "-c", "cd /proc/sys/net/ipv6/conf && echo 1 >all/forwarding && echo 1 >lan/keep_addr_on_down")
        machine.ip("address", "add", f"{HOTEL6}/64", "dev", "lan", "nodad")
        machine.ip("address", "add", f"{HOTEL6_ON_LINK}/64", "dev", "lan", "nodad")
        self._start_translator()
        self.dns = self._start("dns64", "unbound", "-d", "-p", "-c", self._configure("dns64.conf", DNS64))
        self.dns.wait_until("the hotel's DNS64", lambda: "start of service" in self.dns.log)
        router = self._start("router6", "dnsmasq", "--keep-in-foreground", "--user=root",
                             f"--conf-file={self._configure('router6.conf', ROUTER.format(dns=dns))}")
        router.wait_until("the hotel's router advertisements", lambda: "router advertisement" in router.log)

    @staticmethod
    def _configure(name, text):
        path = Path(RUN / name)
        path.write_text(text)
        return path

    def _start(self, name, *argv):
        self.daemons.append(self.machine.start(name, *argv))
        return self.daemons[-1]

    def _start_translator(self):
        (RUN / "tayga").mkdir(exist_ok=True)
        configuration = self._configure("tayga.conf", NAT64)
        self.machine.run("tayga", "--config", configuration, "--mktun")
        self.machine.ip("link", "set", "nat64", "up")
        self.machine.ip("route", "add", POOL, "dev", "nat64")
        self.machine.ip("-6", "route", "add", NAT64_PREFIX, "dev", "nat64")
        self._start("tayga", "tayga", "--config", configuration, "--nodetach")

    def questions(self, name):
        """How often the hotel's DNS was asked."""
        return sum(f" {name}. " in line for line in self.dns.log.splitlines())

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.stop()
        self.machine.ip("link", "delete", "nat64")
        self.machine.ip("-6", "address", "flush", "dev", "lan", "scope", "global")
        self.machine.run("ip", "address", "delete", f"{HOTEL6_ON_LINK}/64", "dev", "lan", check=False)  # a pulled cable does
