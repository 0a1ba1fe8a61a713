# SPDX-License-Identifier: GPL-3.0-or-later
"""An office behind a VPN: a real OpenVPN server on the internet with a DNS server inside the tunnel, and a profile for it in
the laptop's NetworkManager."""

from .process import RUN, wait_for
from .topology import CHECK_PAGE

DOMAIN = "corp.test"
DNS = "10.8.0.1"
WIKI = "10.8.0.77"
"""wiki.corp.test, known to the office's DNS alone."""
OFFICE_SAYS = "10.8.0.99"
"""What the office's DNS says every other name is, so that its answers are known."""

SERVER = """\
local {listen}
port 1194
proto udp
dev tun-office
dev-type tun
topology subnet
server 10.8.0.0 255.255.255.0
ca {folder}/ca.crt
cert {folder}/server.crt
key {folder}/server.key
dh none
keepalive 1 5
push "dhcp-option DNS {dns}"
push "dhcp-option DOMAIN {domain}"
push "route 10.9.0.0 255.255.255.0"
verb 3
"""


class Office:
    """Runs on the internet; its own link is `tun-office`."""

    def __init__(self, network, authority):
        self.machine, self.folder = network.inet, authority.folder
        authority.issue_client("laptop")
        configuration = RUN / "office.ovpn"
        configuration.write_text(SERVER.format(listen=CHECK_PAGE, folder=self.folder, dns=DNS, domain=DOMAIN))
        self.openvpn = self.machine.start("office-openvpn", "openvpn", "--config", configuration)
        self.openvpn.wait_until("the office's VPN", lambda: "Initialization Sequence Completed" in self.openvpn.log)
        self.dnsmasq = self.machine.start(
            "office-dns", "dnsmasq", "--keep-in-foreground", "--user=root", "--no-resolv", "--no-hosts", "--bind-interfaces",
            f"--listen-address={DNS}", "--except-interface=lo", "--log-queries", "--log-facility=-", "--conf-file=/dev/null",
            f"--address=/wiki.{DOMAIN}/{WIKI}", f"--address=/#/{OFFICE_SAYS}", f"--pid-file={RUN}/office-dns.pid",
            f"--ptr-record=77.0.8.10.in-addr.arpa,wiki.{DOMAIN}")
        self.dnsmasq.wait_until("the office's DNS", lambda: "started, version" in self.dnsmasq.log)

    def asked(self, name):
        """How often the office's DNS was asked for it."""
        return sum(f"] {name} from " in line for line in self.dnsmasq.log.splitlines())

    def stop(self):
        self.dnsmasq.stop()
        self.openvpn.stop()


class Profile:
    """The connection "office" in NetworkManager."""

    def __init__(self, networkmanager, office, takes_all):
        self.nm = networkmanager
        folder = office.folder
        data = f"connection-type=tls,remote={CHECK_PAGE}:1194:udp,dev-type=tun,ca={folder}/ca.crt," \
               f"cert={folder}/laptop.crt,key={folder}/laptop.key,cert-pass-flags=4,ping=1,ping-restart=5"
        self.nm.nmcli("connection", "add", "type", "vpn", "vpn-type", "openvpn", "con-name", "office", "ifname", "*",
                      "vpn.data", data, "ipv4.never-default", "no" if takes_all else "yes", "ipv6.method", "disabled")

    def up(self):
        self.nm.nmcli("connection", "up", "office")

    def down(self):
        self.nm.nmcli("connection", "down", "office")

    def crash(self):
        """Kill the client's process; NetworkManager finds out by itself."""
        self.nm.machine.run("sh", "-c", "kill -9 $(pgrep -x openvpn -f -- '.*nm-openvpn.*' || pgrep -n openvpn)")
        wait_for("NetworkManager to notice", lambda: "office" not in self.nm.nmcli("--fields", "NAME", "connection", "show",
                                                                                     "--active"), 15)

    def delete(self):
        self.nm.nmcli("connection", "delete", "office", check=False)
