# SPDX-License-Identifier: GPL-3.0-or-later
"""One resolver, 20 ms away, behind a link that loses 2 % of the packets each way (tests/bench/lossy_link.c): no question is
lost, and few wait for what TCP or a plain retry would take. By each protocol, all at once."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from doq_servers import QuicGo
from forwarder import Sottod

from lab.process import RUN, Daemon

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import measure  # noqa: E402
import upstream  # noqa: E402

RATE, SECONDS = 200, 10
P99_US = 100_000
"""Twice what is reached on a machine with nothing else to do: TCP alone reaches 55 ms, a DNSCrypt retry 700."""
PORTS = {"dnscrypt": 5311, "tls": 5312, "https": 5313, "quic": 5314}


@pytest.fixture(scope="module")
def priority():
    """What is measured is the link and what is done about it, not whatever else wants the processors: threads and programs
    that are started from here on go first."""
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    yield
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


@pytest.fixture(scope="module")
def far(priority):
    """The resolver behind the link, by four protocols."""
    folder = RUN / "loss"
    folder.mkdir()
    upstream.make_certificates(folder)
    QuicGo.build()
    server = upstream.Upstream(folder, "far", upstream.FAR, QuicGo.program)
    daemon = Daemon("far", upstream.behind_link(server.command(), rtt_ms=20, loss=20))
    measure.first_answer_s(daemon.process, upstream.FAR, upstream.PLAIN_PORT)
    yield server
    daemon.stop()


def ask_steadily(server, protocol):
    """(times in µs, how many were not answered well)"""
    resolver = {"dnscrypt": server.dnscrypt_stamp, "tls": server.tls_uri, "https": server.https_uri,
                "quic": server.quic_uri}[protocol]
    port, names = PORTS[protocol], server.folder / f"{protocol}.txt"
    names.write_text("".join(f"{protocol}-{i}.bench-names.net A\n" for i in range(RATE * SECONDS * 2)))
    sottod = Sottod("--resolver", resolver, "--ca-file", server.folder / "ca.pem", listen=f"127.0.0.1:{port}", wait=False)
    try:
        measure.first_answer_s(sottod.daemon.process, "127.0.0.1", port)
        return measure.latencies_us("127.0.0.1", port, names, RATE, SECONDS)
    finally:
        sottod.stop()


@pytest.fixture(scope="module")
def measured(far):
    """{protocol: what ask_steadily says}"""
    with ThreadPoolExecutor(len(PORTS)) as pool:
        return dict(zip(PORTS, pool.map(lambda protocol: ask_steadily(far, protocol), PORTS)))


@pytest.mark.parametrize("protocol", PORTS)
def test_nothing_is_lost(measured, protocol):
    times, lost = measured[protocol]
    assert lost == 0 and len(times) > RATE * SECONDS * 0.9


@pytest.mark.parametrize("protocol", PORTS)
def test_few_wait(measured, protocol, capsys):
    times, _ = measured[protocol]
    p50, p99 = (measure.percentile(times, share) for share in (0.5, 0.99))
    with capsys.disabled():
        print(f"\nLOSS {protocol}: p50 {p50 / 1000:.1f} ms, p99 {p99 / 1000:.1f} ms")
    assert p99 < P99_US
