# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop whose clock is wrong, by as much as the internet around it lives in another time (lab/epoch.py says what is
played and what is not): said so, let out as far as the names of time servers, strict again when it is right."""

import json
import time

import pytest

from lab.capture import Capture
from lab.epoch import OFFSET, RESOLVER, Epoch
from lab.process import wait_for
from lab.resolvers import DROP_IN
from lab.servers import STATE, ask
from lab.topology import LIE, TRUTH, WILD

SENTENCE = "Your computer's clock is wrong, so secure connections fail."
TIME_SERVER = "0.time.wild.example.test"
SETTINGS = f"""\
[Networks]
SearchSeconds=4
TimeServers=time.wild.example.test
[Protection]
Favourites={RESOLVER}
"""


@pytest.fixture
def strict(installed, hijacked, guest):
    """Protected by the one resolver, in a hotel that answers whatever goes to port 53."""
    drop_in = DROP_IN.with_name("60-clock.conf")
    drop_in.write_text(SETTINGS)
    hijacked.stop()
    hijacked.start()
    wait_for("the helper to know the network", lambda: hijacked.status(guest)["network"] == "hotel", 5)
    hijacked.sottoctl(guest, "use", RESOLVER)
    hijacked.sottoctl(guest, "on")
    yield hijacked
    drop_in.unlink()


@pytest.fixture
def epoch(servers):
    moved = Epoch(servers, STATE)
    yield moved
    moved.back()
    servers.wait_for("haproxy")


def wait_for_code(helper, user, state, code, seconds):
    def reached():
        status = helper.status(user)
        return (status["state"], status["reason-code"]) == (state, code)
    wait_for(f"{state}, {code}", reached, seconds)


@pytest.mark.parametrize("days", [-900, 4000], ids=["ahead", "behind"])
def test_wrong_clock(strict, network, hotel, guest, epoch, days):
    """Ahead of an internet in the past, behind one in the future."""
    with Capture(network) as capture:
        epoch.move(days)
        assert ask(network.laptop, "first.wild.example.test") == ""
        wait_for_code(strict, guest, "blocked", "clock-wrong", 12)
        assert strict.status(guest)["reason"] == SENTENCE
        with capture.permit("time", ".time.wild.example.test"):
            assert ask(network.laptop, TIME_SERVER) == WILD
            assert ask(network.laptop) not in (LIE, TRUTH)
        epoch.back()
        strict.sottoctl(guest, "look")
        wait_for_code(strict, guest, "on", "", 5)
        asked = hotel.questions("1.time.wild.example.test")
        assert ask(network.laptop) == TRUTH
        assert ask(network.laptop, "1.time.wild.example.test") == WILD
        assert hotel.questions("1.time.wild.example.test") == asked
    evidence = capture.no_plain_dns("www.example.test", "first.wild.example.test")
    counted = json.loads(strict.sottoctl(guest, "stats", "--json").stdout)
    assert evidence.clear_flows["time"] == counted["clear-flows"]["time"] > 0
    assert counted["leaked"] == 0


def test_start_with_a_wrong_clock(strict, network, guest, epoch):
    """A battery that ran empty over night; what was on is on, and says what is wrong at once."""
    strict.stop()
    epoch.move(4000)
    strict.start()
    began = time.monotonic()
    wait_for_code(strict, guest, "blocked", "clock-wrong", 10)
    print(f"named after {time.monotonic() - began:.1f} s")
    assert ask(network.laptop) not in (LIE, TRUTH)
    assert ask(network.laptop, TIME_SERVER) == WILD


def test_turning_on_with_a_wrong_clock(strict, guest, epoch):
    strict.sottoctl(guest, "off")
    epoch.move(4000)
    done = strict.sottoctl(guest, "on", check=False)
    assert (done.returncode, done.stderr) == (1, f"sottoctl on: {SENTENCE}\n")
    assert strict.status(guest)["state"] == "off"


def test_expired_certificate_is_the_resolvers(strict, guest, epoch):
    """The web says that our clock is right, so it is the certificate that is not."""
    epoch.move(-900)
    (STATE / OFFSET).unlink()
    strict.sottoctl(guest, "off")
    done = strict.sottoctl(guest, "on", check=False)
    assert (done.returncode, done.stderr) == (1, "sottoctl on: The resolver's certificate has expired.\n")
