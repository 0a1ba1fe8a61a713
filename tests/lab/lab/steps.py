# SPDX-License-Identifier: GPL-3.0-or-later
"""What the words after `do` in a scenario do. A step waits until what it did is done (the cable is in: NetworkManager has an
address), so that the next one need not; what the helper makes of it is for expectations to say.

Here: the measuring, the person at the laptop, and the laptop's programs. network_steps.py and helper_steps.py have more."""

import signal
import sys
import time

import dns.message

from .hotel import LOGIN
from .measuring import NOT_PROMISED
from .topology import BIND, CAFE, HOTEL

DO = {}


def step(word):
    def register(function):
        DO[word] = function
        return function
    return register


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


@step("ask")
def ask(stage, name):
    """A program looks it up, whatever it is told."""
    stage.lookup(name)
