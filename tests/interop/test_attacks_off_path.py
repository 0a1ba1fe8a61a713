# SPDX-License-Identifier: GPL-3.0-or-later
"""Attackers beside the path: they see nothing, and send forged packets by the ten thousand a second. Whatever they guess
right or have found out, none of their answers is believed, and the true ones go on coming.

A flood is of 50,000 packets a second at least, beside 200 questions a second whose names the attacker knows. What he
must not be told of costs him nothing here: he knows the port of every socket that is kept for long."""

import threading
import time

import pytest
from attackers import AS_NOGROUP, FORGED_BYTES, Flood, Usage, Watch, port_towards
from doq_servers import QuicGo
from forwarder import ask, why
from steady import SteadyLoad, percentile

from lab.topology import BIND, DNSDIST, HAPROXY

LEAST_RATE, QUESTIONS_A_SECOND, FLOOD_S, NAMES = 50_000, 200, 5, 8
P99_S, CPU, MEMORY_KIB = 1.0, 0.6, 16 * 1024
EPHEMERAL = (32768, 60999)
"""Where Linux takes source ports from."""


def wire_name(name):
    return "".join(f"{len(label):02x}{label.encode().hex()}" for label in (*name.split("."), "")) if name else "00"


def forged_answer(name, identity="####", flags="8180"):
    """To a question for its address, under every ID in turn."""
    return f"udp {identity}{flags}0001000100000000{wire_name(name)}00010001c00c000100010000003c0004{FORGED_BYTES.hex()}"


def random_octets(count):
    return "??" * count


FORGERIES = {
    "plain": [forged_answer(f"plain-{number}.wild.example.test") for number in range(NAMES)],
    "dnscrypt": [f"udp 7236666e76576a38{random_octets(24 + length)}" for length in (0, 15, 16, 64, 200, 1200)]
    + [forged_answer(f"dnscrypt-{number}.wild.example.test") for number in range(NAMES)]
    + [forged_answer("2.dnscrypt-cert.lab.test", flags="8380"), f"udp {random_octets(1)}", f"udp {random_octets(300)}"],
    "quic": [f"udp 40{random_octets(40)}", f"udp 5f{random_octets(1199)}",  # short header, or a stateless reset
             f"udp c00000000108{random_octets(8)}08{random_octets(8)}00410a{random_octets(300)}",  # Initial
             f"udp e00000000108{random_octets(8)}08{random_octets(8)}410a{random_octets(300)}",  # Handshake
             f"udp f00000000108{random_octets(8)}08{random_octets(8)}{random_octets(40)}",  # Retry
             f"udp 800000000008{random_octets(8)}12{random_octets(18)}0a0a0a0aff00001d",  # Version Negotiation
             "udp 800000000000000a0a0a0a", f"udp {random_octets(1)}", f"udp {random_octets(20)}"],
}


def icmp(queries):
    """Without a quotation, with one of nothing known, and with how these begin (ID or the like unknown)."""
    return ["icmp " + rest for rest in ("", random_octets(8), random_octets(64), *queries)]


UNREACHABLE = {
    "plain": icmp(f"####01000001000000000001{wire_name(f'plain-{number}.wild.example.test')}00010001" for number in range(NAMES)),
    "dnscrypt": icmp([random_octets(400)]),
    "quic": icmp([f"40{random_octets(60)}", f"c00000000112{random_octets(18)}08{random_octets(8)}00449e{random_octets(300)}"]),
}


@pytest.fixture
def quic(all_servers):
    started = QuicGo(all_servers.authority)
    yield started
    started.stop()


@pytest.fixture
def attacked(sottod, servers, quic, tmp_path):
    """attacked(transport): sottod asks by it, without a cache, so that every question is one to forge an answer to. Gives
    (process, server, ports): whom the attacker claims to be, and where the socket is. That is known where it is kept for
    long, which is the worst case."""
    def start(transport):
        settings = tmp_path / "sotto.conf"
        settings.write_text(f"[Sotto]\nCacheSize=0\nResolvers={servers.tls_uri()}\n"
                            + (f"[Route wild.example.test]\nServers=udp://{BIND}\n" if transport == "plain" else ""))
        server = {"plain": (BIND, 53), "dnscrypt": (DNSDIST, 7443), "quic": (HAPROXY, 853)}[transport]
        options = {"plain": [], "dnscrypt": ["--resolver", servers.stamps["both"]], "quic": ["--resolver", quic.uri()]}
        pid = sottod("--config", settings, *options[transport], runner=AS_NOGROUP).daemon.pid
        assert ask("first.wild.example.test").answer
        if transport == "plain":
            return pid, server, EPHEMERAL
        port = port_towards(pid, *server)
        return pid, server, (port, port)
    return start


def under_fire(transport, attacked, capsys, templates, ports=None, seconds=FLOOD_S):
    """200 questions a second during a flood. Each gets the true answer, soon; nothing goes elsewhere."""
    pid, server, known = attacked(transport)
    watch = Watch(("udp", *server), *([("tcp", *server)] if templates is FORGERIES[transport] else []))
    before = Usage.of(pid)
    with SteadyLoad(transport, QUESTIONS_A_SECOND, NAMES) as load:
        with Flood(server, ports or known, templates) as flood:
            time.sleep(seconds)
        during = Usage.of(pid)
    wrong = [one for one in load.asked if one.failed or FORGED_BYTES in one.answer]
    p99, cpu = percentile(load.asked, 99), (during.cpu_s - before.cpu_s) / seconds
    with capsys.disabled():
        print(f"\n{transport}: {flood.sent} forged at {flood.rate:.0f}/s; {len(load.asked)} asked, {len(wrong)} failed,"
              f" p50 {percentile(load.asked, 50) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, CPU {cpu * 100:.0f} %,"
              f" memory {during.memory_kib - before.memory_kib:+} KiB")
    assert flood.rate >= LEAST_RATE
    assert len(load.asked) >= 0.9 * QUESTIONS_A_SECOND * seconds
    assert not wrong
    assert p99 < P99_S
    assert cpu < CPU
    assert during.memory_kib - before.memory_kib < MEMORY_KIB
    assert watch.strays() == 0


@pytest.mark.parametrize("transport", FORGERIES)
def test_flood_of_forged_answers(attacked, capsys, transport):
    under_fire(transport, attacked, capsys, FORGERIES[transport])


@pytest.mark.parametrize("transport", UNREACHABLE)
def test_flood_of_forged_icmp(attacked, quic, capsys, transport):
    """Which goes to every port: one that was told it would be left at once. No socket is left, and none is doubted."""
    under_fire(transport, attacked, capsys, UNREACHABLE[transport], EPHEMERAL, seconds=3)
    assert quic.connections == {"quic": 1}.get(transport, 0)


def test_known_port_and_every_id(sottod, servers, tmp_path):
    """The server is slow, and the attacker has found out the question and the port: he has the time to try every ID. It is
    of no use, for the question is soon put by TCP."""
    settings = tmp_path / "sotto.conf"
    settings.write_text(f"[Sotto]\nResolvers={servers.tls_uri()}\n[Route slow.test]\nServers=udp://{BIND}\n")
    pid = sottod("--config", settings, runner=AS_NOGROUP).daemon.pid
    name, answers = "1500.known-port.slow.test", []
    client = threading.Thread(target=lambda: answers.append(ask(name, timeout=8)))
    client.start()
    port = port_towards(pid, BIND, 53)
    with Flood((BIND, 53), (port, port), [forged_answer(name)]) as flood:
        client.join()
    assert [str(record) for rrset in answers[0].answer for record in rrset] == ["203.0.113.99"], why(answers[0])
    assert flood.sent > 65536, "the attacker had no time to try them all"
