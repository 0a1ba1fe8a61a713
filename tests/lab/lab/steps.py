# SPDX-License-Identifier: GPL-3.0-or-later
"""What the words after `do` in a scenario do. A step waits until what it did is done (the cable is in: NetworkManager has an
address), so that the next one need not; what the helper makes of it is for expectations to say."""

import signal
import sys
import time

import dns.message

from .epoch import Epoch
from .hotel import LOGIN
from .logind import MockLogind
from .measuring import NOT_PROMISED
from .process import wait_for
from .servers import STATE
from .topology import BIND, CAFE, HOTEL
from .vpn import Office, Profile

DO = {}
LAN = "lan"
TWIN = "02:00:00:00:0e:11"
"""The hardware address of a gateway that imitates the hotel's."""


def step(word):
    def register(function):
        DO[word] = function
        return function
    return register


# --- the person at the laptop ---


@step("sottoctl")
def sottoctl(stage, args, fails=False):
    done = stage.sottoctl(*args, check=False)
    assert (done.returncode != 0) == fails, f"it ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"


@step("turn-off")
def turn_off(stage):
    """From here on nothing is promised."""
    promise_nothing(stage)
    stage.sottoctl("off")


@step("watch")
def watch(stage, promised=True):
    """Measure from now on; without a promise what leaves in clear is no leak yet."""
    stage.watch(promised)


@step("promise-nothing")
def promise_nothing(stage):
    if stage.watching:
        stage.watching.permit(NOT_PROMISED, servers=None)


@step("promise-again")
def promise_again(stage):
    stage.watching.forbid(NOT_PROMISED)


@step("permit")
def permit(stage, kind, names=(), servers=(HOTEL, CAFE)):
    """From here on, or until "forbid": these names, or all, may be asked of these servers in clear."""
    stage.watching.permit(kind, *names, servers=tuple(servers))


@step("forbid")
def forbid(stage, kind):
    stage.watching.forbid(kind)


@step("stop-clock")
def stop_clock(stage, because):
    stage.watching.stop_clock(because)


@step("start-clock")
def start_clock(stage):
    stage.watching.start_clock()


@step("wait")
def wait(_, seconds):
    """Only where nothing can be waited for, because nothing may happen."""
    time.sleep(seconds)


@step("around")
def around(stage, server=BIND, name="around.wild.example.test"):
    """A program asks a server of its own choice in clear."""
    stage.network.laptop.run("kdig", "+timeout=1", "+retry=0", f"@{server}", name, check=False)


@step("stubborn-unit")
def stubborn_unit(stage, server=BIND, name="stubborn.wild.example.test"):
    """The same by a service of systemd's, "stubborn", which lives on for a second, long enough to be asked who it is."""
    wire = "".join(f"\\x{byte:02x}" for byte in dns.message.make_query(name, "A").to_wire())
    stage.run("systemd-run", "--wait", "--collect", "--unit=stubborn", "timeout", "5", "bash", "-c",
              f"exec 3<>/dev/udp/{server}/53; printf '{wire}' >&3; sleep 1")


@step("rewrite-dns")
def rewrite_dns(stage, nameserver):
    """Another program writes /etc/resolv.conf, as such programs do: a new file in the place of the old one."""
    path = stage.path("/etc/resolv.conf")
    part = path.with_name("resolv.conf.another-program")
    part.write_text(f"# written by another program\nnameserver {nameserver}\n")
    part.rename(path)


# --- networks ---


@step("hotel")
def hotel(stage, mode):
    stage.hotel.mode(*mode)


@step("open-sign-in")
def open_sign_in(stage, how):
    """What a click on "Sign In" begins: a window of its own, or the whole machine opened."""
    if how == "machine":
        stage.sottoctl("signin", "--machine", "--yes")
        return
    window = stage.things["window"] = stage.network.laptop.start("window", sys.executable, "-m", "lab.window")
    stage.closing.callback(window.stop)
    window.wait_until("the sign-in window", lambda: "opened" in window.log, 20)


@step("press-button")
def press_button(stage, in_="window"):
    """On the sign-in page: in that window, or in a "browser", which looks the page up as every program does."""
    if in_ == "window":
        window = stage.things["window"]
        window.send(signal.SIGUSR1)
        window.wait_until("the page to let us through", lambda: "pressed" in window.log)
    else:
        stage.run(sys.executable, "-m", "lab.window", LOGIN)


@step("close-window")
def close_window(stage):
    """Without having signed in."""
    stage.things["window"].stop()


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
    renewal = [] if renew_after is None else [f"dhcp-option=option:T1,{renew_after}", f"dhcp-option=option:T2,{renew_after + 30}"]
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


@step("ask")
def ask(stage, name):
    """A program looks it up, whatever it is told."""
    stage.lookup(name)


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


# --- an office ---


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


# --- sleep ---


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


# --- the helper ---


@step("kill-helper")
def kill_helper(stage):
    """As a crash would. With systemd another one comes at once, without it none."""
    stage.watching.bank()
    if not stage.systemd:
        stage.helper.kill()
        return
    old = stage.sotto.pid
    stage.sotto.systemctl("kill", "--signal=KILL", "--kill-who=main", "sotto.service")
    stage.sotto.wait_running(other_than=old)


@step("stop-helper")
def stop_helper(stage):
    """In order; what is promised then is the network's own DNS."""
    promise_nothing(stage)
    if stage.watching:
        stage.watching.bank()
    if stage.systemd:
        stage.sotto.systemctl("stop", "sotto.service")
    else:
        assert stage.helper.stop() == 0


@step("start-helper")
def start_helper(stage):
    if stage.systemd:
        stage.sotto.systemctl("start", "sotto.service")
    else:
        stage.helper.start()


@step("freeze-helper")
def freeze_helper(stage, watchdog_s):
    """It hangs; systemd's watchdog is made as short as that before, which takes a restart."""
    stage.watching.bank()
    stage.sotto.drop_in(f"[Service]\nWatchdogSec={watchdog_s}\nTimeoutAbortSec=1\n")
    stage.sotto.systemctl("restart", "sotto.service")
    wait_for("protection", stage.sotto.is_on, 5)
    stage.watching.bank()
    old = stage.sotto.pid
    stage.run("kill", "-STOP", old)
    stage.sotto.wait_running(other_than=old)


@step("upgrade")
def upgrade(stage):
    """What a package does: its files in the place of the old ones, under the running program, then a restart."""
    from .install import install
    old = stage.sotto.pid
    install(stage.boot.root)
    stage.sotto.systemctl("daemon-reload")
    stage.watching.bank()
    stage.sotto.systemctl("restart", "sotto.service")
    stage.sotto.wait_running(other_than=old)


@step("uninstall")
def uninstall(stage):
    """What a package does on removal: stop the unit, take the files away."""
    promise_nothing(stage)
    stage.watching.bank()
    stage.sotto.systemctl("disable", "--now", "sotto.service")
    stage.run("sh", "-c", "rm -r /usr/sbin/sottod /usr/bin/sotto* /usr/libexec/sotto /lib/systemd/system/sotto*"
                          " /usr/lib/NetworkManager/dispatcher.d/90-sotto /etc/sotto /var/lib/sotto")
    stage.sotto.systemctl("daemon-reload")


@step("power-off")
def power_off(stage):
    stage.watching.bank()
    stage.boot.halt()


@step("power-on")
def power_on(stage):
    stage.power_on()
