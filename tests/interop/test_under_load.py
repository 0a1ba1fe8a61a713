# SPDX-License-Identifier: GPL-3.0-or-later
"""500 questions a second, each for a new name, through three resolvers; one of them fails in one of the ways there are.
No client's question fails, and few wait."""

import signal
import sys
import time
from pathlib import Path

import pytest
from steady import SteadyLoad, percentile

from lab.servers import STATE
from lab.topology import HAPROXY, KRESD, UNBOUND

RATE, WARM_S, FAULT_S, AFTER_S = 500, 1, 4, 1
PORT = 9953
HUNG_P99_S, REFUSED_P99_S = 1.0, 0.1
"""What is promised."""


SCREEN = []


@pytest.fixture(autouse=True)
def screen(capsys):
    """The figures are shown, however the tests are run."""
    SCREEN[:] = [capsys]


@pytest.fixture
def faulty(all_servers):
    """A resolver with moods: faulty("slow") changes it."""
    mood = STATE / "mood"
    mood.write_text("good", encoding="ascii")
    program = Path(__file__).parent / "faulty.py"
    daemon = all_servers.machine.start("faulty", sys.executable, program, HAPROXY, PORT, STATE / "pki/server.crt",
                                       STATE / "pki/server.key", mood)
    daemon.wait_until("the faulty resolver", lambda: "serving" in daemon.log)

    def change(word):
        fresh = mood.with_suffix(".new")
        fresh.write_text(word, encoding="ascii")
        fresh.replace(mood)
    yield change
    daemon.stop()


FAULTY_ANSWER = bytes((203, 0, 113, 99))


def show(what, asked):
    failed = sum(one.failed for one in asked)
    p50, p99, worst = (percentile(asked, percent) * 1000 for percent in (50, 99, 100))
    with SCREEN[0].disabled():
        print(f"\n{what}: {len(asked)} asked at {RATE}/s, {failed} failed,"
              f" p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {worst:.0f} ms")


def run(what, fault, repair, p99_s, in_use=None):
    """Load before, during and after the fault; the promises are about all of it from the fault on. `in_use` tells from
    an answer whether the victim gave it: that it was asked at all."""
    with SteadyLoad(what, RATE) as load:
        time.sleep(WARM_S)
        start = time.monotonic()
        fault()
        time.sleep(FAULT_S)
        end = time.monotonic()
        repair()
        time.sleep(AFTER_S)
    show(f"LOAD {what}, before", load.since(0, start))
    show(f"LOAD {what}, during", load.since(start, end))
    show(f"LOAD {what}, after", load.since(end))
    assert not [one for one in load.asked if one.failed]
    if in_use:
        assert sum(map(in_use, load.since(0, start))) > 0.5 * len(load.since(0, start)), "the victim was hardly asked"
    assert len(load.since(start, end)) > 0.8 * RATE * FAULT_S, "the load itself was not steady"
    assert percentile(load.since(start), 99) < p99_s


def three(servers, victim):
    """Command line with the victim first, so that `first` certainly asks it; `fastest` finds its own."""
    others = [resolver for resolver in (servers.tls_uri(UNBOUND), servers.stamps["both"], servers.tls_uri(KRESD))
              if resolver != victim]
    return [word for resolver in [victim, *others[:2]] for word in ("--resolver", resolver)]


VICTIMS = {"unbound": lambda servers: servers.tls_uri(UNBOUND), "dnsdist": lambda servers: servers.stamps["both"]}


@pytest.mark.parametrize("strategy", ["first", "fastest"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_killed(sottod, servers, victim, strategy):
    """DNS over TLS: refused connections; DNSCrypt: ICMP."""
    sottod("--strategy", strategy, *three(servers, VICTIMS[victim](servers)))
    run(f"{victim}-killed-{strategy}", lambda: servers.stop(victim, number=signal.SIGKILL),
        lambda: servers.start(victim), REFUSED_P99_S)


@pytest.mark.parametrize("strategy", ["first", "fastest"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_hung(sottod, servers, victim, strategy):
    daemon = servers.daemons[victim]
    sottod("--strategy", strategy, *three(servers, VICTIMS[victim](servers)))
    try:
        run(f"{victim}-hung-{strategy}", lambda: daemon.send(signal.SIGSTOP), lambda: daemon.send(signal.SIGCONT),
            HUNG_P99_S)
    finally:
        daemon.send(signal.SIGCONT)


@pytest.mark.parametrize("strategy", ["first", "fastest"])
@pytest.mark.parametrize("mood", ["slow", "wrong-id", "wrong-question", "garbage", "noise"])
def test_faulty(sottod, servers, faulty, mood, strategy):
    sottod("--strategy", strategy, *three(servers, servers.tls_uri(HAPROXY, PORT)))
    run(f"{mood}-{strategy}", lambda: faulty(mood), lambda: faulty("good"), HUNG_P99_S,
        in_use=lambda one: one.answer.endswith(FAULTY_ANSWER) if strategy == "first" else True)
