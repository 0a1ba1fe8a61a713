# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of scenarios (steps.py): networks, an office behind a VPN, sleep and the clock."""

from .epoch import Epoch
from .hotel import LOGIN
from .logind import MockLogind
from .process import wait_for
from .servers import STATE
from .steps import step
from .vpn import Office, Profile

LAN = "lan"
TWIN = "02:00:00:00:0e:11"
"""The hardware address of a gateway that imitates the hotel's."""


@step("hotel")
def hotel(stage, mode):
    stage.hotel.mode(*mode)


@step("pull-cable")
def pull_cable(stage, network="hotel"):
    """Without waiting for anybody to notice."""
    stage.things["cable out"] = True
    stage.network_called(network).cable(False)


@step("plug-cable")
def plug_cable(stage, network="hotel"):
    """The same."""
    stage.network_called(network).cable(True)


def _active(stage):
    return stage.nmcli("--fields", "NAME,DEVICE,STATE", "connection", "show", "--active", check=False)


def _wait_joined(stage, network):
    link = {"hotel": "wl0", "cafe": "wl1"}[network]
    wait_for(f"the laptop to have joined the {network}", lambda: f":{link}:activated" in _active(stage), 20)


@step("join")
def join(stage, network):
    """Plug in, and wait until there is an address."""
    place = stage.network_called(network)
    place.cable(True)
    if network == "cafe" and "cafe" not in stage.things:
        stage.nmcli("connection", "add", "type", "ethernet", "ifname", "wl1", "con-name", "cafe", "ipv6.method", "disabled")
        stage.things["cafe"] = place
        stage.closing.callback(stage.nmcli, "connection", "delete", "cafe", check=False)
    _wait_joined(stage, network)


@step("leave")
def leave(stage, network):
    """Pull the cable and wait until NetworkManager believes it, which takes it some seconds."""
    pull_cable(stage, network)
    link = {"hotel": "wl0", "cafe": "wl1"}[network]
    wait_for("NetworkManager to notice", lambda: f":{link}:activated" not in _active(stage), 15)


@step("reconnect")
def reconnect(stage):
    """What another access point of the same network comes to: the link goes and comes back, a new address is asked for."""
    stage.nmcli("connection", "up", "hotel")


@step("announce")
def announce(stage, dns, renew_after=None):
    """Whom the hotel tells its guests to ask from now on, and how soon they ask for news (DHCP's T1)."""
    renewal = []
    if renew_after is not None:
        renewal = [f"dhcp-option=option:T1,{renew_after}", f"dhcp-option=option:T2,{renew_after + 30}"]
    stage.closing.callback(stage.hotel.announce)
    stage.hotel.announce(*renewal, dns=dns)


@step("ipv6-only")
def ipv6_only(stage, on):
    """The hotel gives its guests IPv6 alone, and IPv4 behind a translator; or IPv4 alone, as before. The laptop joins anew."""
    pull_cable(stage)
    stage.nmcli("connection", "modify", "hotel", "ipv6.method", "auto")
    stage.hotel.ipv6_only(on)
    stage.closing.callback(stage.hotel.ipv6_only, False)
    stage.hotel.cable(True)
    stage.nmcli("connection", "up", "hotel")


@step("ipv6-black-hole")
def ipv6_black_hole(stage):
    """The hotel announces IPv6, which leads nowhere, and its sign-in page has an address there too."""
    hotel, prefix = stage.hotel, "2001:db8:dead::"
    hotel.machine.ip("address", "replace", f"{prefix}1/64", "dev", "lan", "nodad")
    stage.closing.callback(hotel.machine.ip, "address", "del", f"{prefix}1/64", "dev", "lan")
    hotel.machine.run("nft", "add table ip6 hole; add chain ip6 hole before { type filter hook prerouting priority 0; };"
                             f" add rule ip6 hole before iifname lan ip6 daddr != {{ {prefix}1, fe80::/10, ff00::/8 }} drop")
    stage.closing.callback(hotel.machine.run, "nft", "delete table ip6 hole")
    stage.closing.callback(hotel.announce)
    hotel.announce("enable-ra", "dhcp-range=::,constructor:lan,ra-only,64,2m", f"address=/{LOGIN}/{prefix}80",
                   f"address=/nmcheck.lab.test/{prefix}80")
    stage.nmcli("connection", "modify", "hotel", "ipv6.method", "auto")
    stage.nmcli("connection", "up", "hotel")
    laptop = stage.network.laptop
    wait_for("an address of that prefix", lambda: prefix.rstrip(":") in laptop.output("ip", "-6", "address", "show", "wl0"))


@step("evil-twin")
def evil_twin(stage, on):
    """Another hotel of the same name takes its place: what tells them apart is the gateway's hardware address. Or the real one
    is back."""
    path = f"/sys/class/net/{LAN}/address"
    own = stage.things.setdefault("gateway", stage.hotel.machine.output("cat", path))
    stage.closing.callback(stage.hotel.machine.ip, "link", "set", LAN, "address", own)
    pull_cable(stage)
    stage.hotel.machine.ip("link", "set", LAN, "address", TWIN if on else own)
    stage.hotel.cable(True)
    stage.nmcli("connection", "up", "hotel")


@step("metered")
def metered(stage, on):
    """The hotel's network costs by the byte, says its profile."""
    stage.nmcli("connection", "modify", "hotel", "connection.metered", "yes" if on else "no")
    stage.nmcli("connection", "up", "hotel")


@step("networking")
def networking(stage, on):
    stage.nmcli("networking", "on" if on else "off")


@step("restart-networkmanager")
def restart_networkmanager(stage, crash=False):
    if stage.systemd:
        stage.sotto.systemctl(*(["kill", "--signal=KILL"] if crash else ["restart"]), "NetworkManager.service")
        stage.wait_online()
    else:
        stage.networkmanager.restart(kill=crash)


@step("stop-resolver")
def stop_resolver(stage, name):
    stage.servers.stop(name)


@step("start-resolver")
def start_resolver(stage, name):
    stage.servers.start(name)


@step("vpn")
def vpn(stage, takes_all=False):
    """A profile of the office's VPN, not yet up."""
    office = stage.things["office"] = Office(stage.network, stage.servers.authority)
    stage.closing.callback(office.stop)
    stage.things["vpn"] = Profile(stage.networkmanager, office, takes_all)
    stage.closing.callback(stage.things["vpn"].delete)


@step("vpn-up")
def vpn_up(stage):
    stage.things["vpn"].up()


@step("vpn-down")
def vpn_down(stage):
    stage.things["vpn"].down()


@step("vpn-crash")
def vpn_crash(stage):
    stage.things["vpn"].crash()


@step("logind")
def logind(stage):
    mock = stage.things["logind"] = MockLogind(stage.bus)
    stage.closing.callback(mock.stop)
    wait_for("the helper to want to know of sleep", lambda: "Sotto" in mock.waits_for())


@step("sleep")
def sleep(stage):
    """Nothing runs in a laptop that sleeps: the lookups that others ask meanwhile are not counted, and all connections die."""
    stage.things["logind"].prepare_for_sleep(True)
    wait_for("the helper to let it sleep", lambda: "Sotto" not in stage.things["logind"].waits_for(), 2)
    stage.hotel.forget()


@step("wake")
def wake(stage):
    stage.things["logind"].prepare_for_sleep(False)


@step("clock")
def clock(stage, wrong_by_days):
    """The laptop's is wrong by as much as the internet moves (lab/epoch.py); 0: it was set right."""
    if "epoch" not in stage.things:
        stage.things["epoch"] = Epoch(stage.servers, STATE)
        stage.closing.callback(stage.things["epoch"].back)
    if wrong_by_days:
        stage.things["epoch"].move(-wrong_by_days)
    else:
        stage.things["epoch"].back()
