# SPDX-License-Identifier: GPL-3.0-or-later
"""A shell in a running lab: `./dev lab`, or with a command to run there instead."""

import os
import shlex
import sys

from .helper import Helper
from .hotel import DOORMEN, MODES, Hotel, set_mood
from .install import build_folder, install
from .networkmanager import NetworkManager, SystemBus
from .polkit import Polkit
from .process import RUN, LabError, require_lab
from .resolvers import configure_sotto
from .servers import Servers
from .session import User
from .topology import BIND, DNSDIST, HAPROXY, HOTEL, KRESD, LIE, TRUTH, UNBOUND, Machine, Network

BANNER = f"""
The lab is up: laptop (wl0) --- hotel ({HOTEL}) --- inet. Leave the shell and all of it is gone.

  on MACHINE COMMAND...   on the laptop, in the hotel, on the inet       on laptop getent hosts www.example.test
  as_guest COMMAND...     the laptop's user, active at its screen         as_guest sottoctl on
  mood MOOD...            {' '.join(MODES)}
  watch_cable             what passes between laptop and hotel (tcpdump)
  logs                    every daemon's log is in {RUN}

www.example.test is {TRUTH}; the hotel says {LIE}. Anything under wild.example.test exists, and is not cached yet.
BIND {BIND}   Unbound {UNBOUND}   Knot Resolver {KRESD}   dnsdist {DNSDIST}   HAProxy {HAPROXY}
"""


def functions(user):
    """Bash functions for the shell and for commands."""
    def machine(name):
        return shlex.join(Machine.running(name).command([]))
    cases = "\n".join(f'    {name}) shift; {machine(name)} "$@" ;;' for name in ("laptop", "hotel", "inet"))
    return f"""
on() {{ case $1 in
{cases}
    *) echo "on laptop|hotel|inet COMMAND..." >&2; return 2 ;;
    esac; }}
as_guest() {{ on laptop {shlex.join(user.command([]))} "$@"; }}
mood() {{ {shlex.quote(sys.executable)} -m lab.shell --mood "$@"; }}
watch_cable() {{ on hotel tcpdump -nli lan "$@"; }}
logs() {{ tail -n 5 {RUN}/*.log; }}
"""


def bring_up():
    network = Network()
    servers = Servers(network.inet)
    hotel = Hotel(network)
    hotel.mode(*DOORMEN)  # whose programs stay, for moods to come
    hotel.mode("open")
    try:
        build = build_folder()
    except LabError:
        build = None
    if build:
        install(build=build)
        configure_sotto(servers)
    bus = SystemBus(network.laptop)
    Polkit(bus)
    NetworkManager(bus)
    if build:
        try:
            Helper(bus)
        except LabError as error:  # the rest of the lab is there all the same, to find out why
            print(f"lab: {error}", file=sys.stderr)
    return User(network.laptop)


def main():
    if sys.argv[1:2] == ["--mood"]:
        unknown = set(sys.argv[2:]) - set(MODES)
        if unknown or len(sys.argv) == 2:
            sys.exit(f"mood: choose from {' '.join(MODES)}")
        set_mood(Machine.running("hotel"), *sys.argv[2:])
        return
    try:
        require_lab()
        user = bring_up()
    except LabError as error:
        sys.exit(f"lab: {error}")
    helpers, rc = RUN / "functions", RUN / "shellrc"
    helpers.write_text(functions(user))
    rc.write_text(f"[ -e ~/.bashrc ] && . ~/.bashrc\n. {helpers}\nPS1='lab:\\w# '\n")
    if len(sys.argv) > 1:
        line = '"$@"' if len(sys.argv) > 2 else sys.argv[1]
        os.execvp("bash", ["bash", "-c", f". {helpers}; {line}", "lab", *sys.argv[1:]])
    print(BANNER)
    os.execvp("bash", ["bash", "--rcfile", str(rc), "-i"])



if __name__ == "__main__":
    main()
