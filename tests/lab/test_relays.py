# SPDX-License-Identifier: GPL-3.0-or-later
"""Relays that are chosen while protection is on, in a hotel that answers for everybody: one that carries is used for
everything that follows, one that does not leaves the old way as it is, and lookups go on all the while."""

import base64
import json
import sys
import threading
from pathlib import Path

import pytest

from lab.capture import Capture
from lab.process import wait_for
from lab.servers import ask
from lab.topology import DNSDIST, TRUTH, WILD

SERVER = Path(__file__).parents[1] / "interop/servers/dnscrypt_relay.py"
DROP_IN = Path("/etc/sotto/sotto.conf.d/70-relays.conf")
LIVE, DEAD, PORT = "198.51.100.31", "198.51.100.99", 8053


def stamp(address):
    text = f"{address}:{PORT}".encode()
    return "sdns://" + base64.urlsafe_b64encode(b"\x81" + bytes([len(text)]) + text).decode().rstrip("=")


class Relay:
    """One relay on the internet, at an address of its own."""

    def __init__(self, machine):
        self.machine = machine
        machine.ip("address", "add", f"{LIVE}/24", "dev", "net0")
        self.start()

    def start(self):
        self.daemon = self.machine.start("relay", sys.executable, SERVER, f"{LIVE}:{PORT}", "--from", LIVE,
                                         "--allow-loopback", "--any-port")
        self.daemon.wait_until("the relay to listen", lambda: "listening" in self.daemon.log)

    def carried(self):
        return sum(line.startswith(("udp ", "tcp ")) for line in self.daemon.log.splitlines())

    def close(self):
        self.daemon.stop()
        self.machine.ip("address", "del", f"{LIVE}/24", "dev", "net0")


@pytest.fixture
def relay(network, installed):
    """The live relay; Sotto knows it and a dead one."""
    DROP_IN.write_text(f"[Relay live]\nOperator=Elsewhere\nStamp={stamp(LIVE)}\n"
                       f"[Relay dead]\nOperator=Nowhere\nStamp={stamp(DEAD)}\n")
    running = Relay(network.inet)
    yield running
    running.close()
    DROP_IN.unlink()


@pytest.fixture
def anonymous(relay, protected, guest):
    """Protection is on, with a resolver of DNSCrypt alone, asked directly."""
    protected.sottoctl(guest, "use", "lab-dnscrypt")
    return protected


def described(helper, guest):
    return json.loads(helper.sottoctl(guest, "describe", "lab-dnscrypt", "--json").stdout)


def reached_by(helper, guest):
    """Through which relay it is asked, as every place that tells of it says alike."""
    description = described(helper, guest)
    relays = {endpoint["relay"] for endpoint in description["endpoints"]}
    assert relays == {description["relay"]}
    return relays.pop()


def went_to(capture, address):
    capture.stop()
    return [packet for packet in capture.packets if packet.destination == address]


def test_live_relay_carries_all_from_now_on(anonymous, relay, network, guest):
    anonymous.sottoctl(guest, "relay", "live")
    before = relay.carried()
    with Capture(network) as capture:
        for number in range(10):
            assert ask(network.laptop, f"carried-{number}.wild.example.test") == WILD
    assert relay.carried() >= before + 10
    assert went_to(capture, DNSDIST) == [] and went_to(capture, LIVE)
    assert reached_by(anonymous, guest) == "live"
    assert anonymous.status(guest)["state"] == "on"


def test_dead_relay_leaves_the_old_way(anonymous, relay, network, guest):
    """Directly before, directly after, and meanwhile."""
    proof = {}

    def choose():
        proof["done"] = anonymous.sottoctl(guest, "relay", "dead", check=False)
    chooser = threading.Thread(target=choose)
    chooser.start()
    answered = 0
    while chooser.is_alive():
        assert ask(network.laptop, f"meanwhile-{answered}.wild.example.test") == WILD
        answered += 1
    print(f"{answered} lookups while the dead relay was tried: {proof['done'].stderr}")
    assert proof["done"].returncode == 1 and proof["done"].stderr.strip().endswith(".")
    assert answered > 1
    assert (reached_by(anonymous, guest), anonymous.sottoctl(guest, "relay").stdout) == ("", "none\n")
    assert anonymous.status(guest)["state"] == "on"
    assert ask(network.laptop) == TRUTH


def test_dead_relay_leaves_the_live_one(anonymous, relay, network, guest):
    anonymous.sottoctl(guest, "relay", "live", "--for", "lab-dnscrypt")
    done = anonymous.sottoctl(guest, "relay", "dead", "--for", "lab-dnscrypt", check=False)
    assert done.returncode == 1
    with Capture(network) as capture:
        assert ask(network.laptop, "still.wild.example.test") == WILD
    assert went_to(capture, DNSDIST) == []
    assert reached_by(anonymous, guest) == "live"


def test_choice_outlives_the_process(anonymous, relay, network, guest):
    anonymous.sottoctl(guest, "relay", "live")
    anonymous.stop()
    anonymous.start()
    wait_for("protection again", lambda: anonymous.status(guest)["state"] == "on")
    with Capture(network) as capture:
        assert ask(network.laptop, "again.wild.example.test") == WILD
    assert went_to(capture, DNSDIST) == []
    assert reached_by(anonymous, guest) == "live"


def test_relay_that_dies_is_not_gone_around(anonymous, relay, network, guest):
    """A direct connection would show who asks: then nothing is answered, until somebody decides."""
    anonymous.sottoctl(guest, "relay", "live")
    relay.daemon.stop()
    with Capture(network) as capture:
        assert ask(network.laptop, "nobody-carries.wild.example.test") == ""
    assert went_to(capture, DNSDIST) == []
    anonymous.sottoctl(guest, "relay", "none")
    wait_for("answers again", lambda: ask(network.laptop) == TRUTH)
    relay.start()


def test_resolver_that_no_relay_carries_stays(anonymous, relay, network, guest):
    anonymous.sottoctl(guest, "use", "lab-unbound")
    done = anonymous.sottoctl(guest, "relay", "auto", check=False)
    assert (done.returncode, "cannot be reached through a relay" in done.stderr) == (1, True)
    assert ask(network.laptop, "direct.wild.example.test") == WILD
