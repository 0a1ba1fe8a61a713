# SPDX-License-Identifier: GPL-3.0-or-later
"""Three machines on two wires:

    laptop (wl0, by DHCP) --- (lan 100.64.10.1/24) hotel (wan 198.51.100.254/24) --- (net0 198.51.100.x/24) inet

The hotel routes and masquerades. No namespace has an uplink: what is not 198.51.100.0/24 goes nowhere.

Who roams needs a fourth, made by Network.open_cafe():

    laptop (wl1, by DHCP) --- (lan 100.64.20.1/24) cafe (wan 192.0.2.249/30) --- (net1 192.0.2.250/30) inet
"""

import subprocess

from .process import RUN, Here, LabError, wait_for

BIND, UNBOUND, KRESD, DNSDIST, HAPROXY, SLOW, WHOAMI = (f"198.51.100.{host}" for host in (10, 11, 12, 13, 14, 16, 17))
CHECK_PAGE = "198.51.100.80"
INTERNET = (BIND, UNBOUND, KRESD, DNSDIST, HAPROXY, SLOW, WHOAMI, CHECK_PAGE)
HOTEL_OUTSIDE = "192.0.2.254"
"""Where the hotel's resolver asks from when it asks who it is: a network of its own, as every provider has."""
HOTEL, LIE, LIE6 = "100.64.10.1", "100.64.10.66", "2001:db8:bad::66"
HOTEL6, HOTEL6_ON_LINK, NAT64_PREFIX = "2001:db8:64::1", "fe80::64", "2001:db8:64:ff9b::/96"
"""The hotel's DNS, by an address for everywhere and by one for the link, and its translator, where it has no
IPv4 for guests (Hotel.ipv6_only)."""
CAFE, CAFE_LIE, CAFE_OUTSIDE = "100.64.20.1", "100.64.20.66", "192.0.2.249"
TRUTH = "203.0.113.10"
"""What www.example.test really is; the hotel says LIE."""
WILD = "203.0.113.12"
"""What every name under wild.example.test is."""


class Machine(Here):
    """A network and a mount namespace, held by a process that sleeps.

    The mount namespace is for /sys: of its own network, read-only (NetworkManager without udevd takes a link for
    managed only then) and with the cgroup file system (polkit finds a process's login session by its cgroup).
    """

    SETUP = "mount -t sysfs sysfs /sys && mount -t cgroup2 cgroup2 /sys/fs/cgroup && mount -o remount,ro /sys" \
            " && ip link set lo up && echo ready && exec sleep infinity"

    def __init__(self, name, holder):
        self.name, self.holder = name, holder

    @classmethod
    def create(cls, name):
        holder = subprocess.Popen(["unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", cls.SETUP],
                                  stdout=subprocess.PIPE, start_new_session=True)
        if holder.stdout.readline() != b"ready\n":
            raise LabError(f"The namespaces of {name} cannot be made.")
        subprocess.run(["ip", "netns", "attach", name, str(holder.pid)], check=True)
        (RUN / f"{name}.machine").write_text(str(holder.pid))
        return cls(name, holder.pid)

    @classmethod
    def running(cls, name):
        """One that another process of this lab made."""
        return cls(name, int((RUN / f"{name}.machine").read_text()))

    def command(self, argv):
        return ["nsenter", f"--target={self.holder}", "--net", "--mount", "--wdns=/", "--", *map(str, argv)]

    def ip(self, *words):
        subprocess.run(["ip", "-n", self.name, *words], check=True)


def _link(left, left_name, right, right_name):
    subprocess.run(["ip", "link", "add", left_name, "netns", left.name, "type", "veth",
                    "peer", "name", right_name, "netns", right.name], check=True)


def give_hotel_addresses(machine):
    """Those that the hotel has on its guests' side."""
    for address in (HOTEL, LIE):
        machine.ip("address", "add", f"{address}/24", "dev", "lan")


class Network:
    """The three machines, wired up."""

    def __init__(self):
        self.laptop, self.hotel, self.inet = (Machine.create(n) for n in ("laptop", "hotel", "inet"))
        self.cafe = None
        _link(self.laptop, "wl0", self.hotel, "lan")
        _link(self.hotel, "wan", self.inet, "net0")
        give_hotel_addresses(self.hotel)
        self.hotel.ip("address", "add", "198.51.100.254/24", "dev", "wan")
        for link in ("lan", "wan"):
            self.hotel.ip("link", "set", link, "up")
        for address in INTERNET:
            self.inet.ip("address", "add", f"{address}/24", "dev", "net0")
        self.hotel.ip("address", "add", f"{HOTEL_OUTSIDE}/32", "dev", "wan")
        self.inet.ip("link", "set", "net0", "up")
        self.inet.ip("route", "add", "default", "via", "198.51.100.254")
        # /proc/sys/net shows the namespace of who opens it.
        self.hotel.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        self.hotel.run("nft", "add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; };"
                              f" add rule ip nat post oifname wan ip saddr != {HOTEL_OUTSIDE} masquerade")

    def open_cafe(self):
        """The second network, once."""
        if self.cafe:
            return
        self.cafe, behind = Machine.create("cafe"), "192.0.2.250"
        _link(self.laptop, "wl1", self.cafe, "lan")
        _link(self.cafe, "wan", self.inet, "net1")
        for address, link in ((f"{CAFE}/24", "lan"), (f"{CAFE_LIE}/24", "lan"), (f"{CAFE_OUTSIDE}/30", "wan")):
            self.cafe.ip("address", "add", address, "dev", link)
        for link in ("lan", "wan"):
            self.cafe.ip("link", "set", link, "up")
        self.inet.ip("address", "add", f"{behind}/30", "dev", "net1")
        self.inet.ip("link", "set", "net1", "up")
        self.cafe.ip("route", "add", "default", "via", behind)
        self.cafe.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        self.cafe.run("nft", "add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; };"
                             " add rule ip nat post oifname wan masquerade")

    def static_laptop(self):
        """An address without DHCP and NetworkManager, for tests that need neither."""
        self.laptop.ip("address", "replace", "100.64.10.90/24", "dev", "wl0")
        self.laptop.ip("link", "set", "wl0", "up")
        self.laptop.ip("route", "replace", "default", "via", HOTEL)
        wait_for("the laptop's link", lambda: self.laptop.run("ping", "-c1", "-W1", HOTEL, check=False).returncode == 0)

    def release_laptop(self):
        self.laptop.ip("address", "flush", "dev", "wl0")


def internet_here():
    """The internet's addresses on this namespace's loopback: the same servers without a network between."""
    for address in INTERNET:
        subprocess.run(["ip", "address", "replace", f"{address}/32", "dev", "lo"], check=True)
    return Here()
