# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients, clients that behave badly, and too little of everything: others are answered meanwhile, what is held for
anybody has an end, and afterwards all is as before."""

import contextlib
import resource
import select
import socket
import struct
import subprocess
import threading
import time

import dns.rcode
import pytest
from forwarder import ADDRESS, PATIENCE_S, PORT, Sottod, ask
from steady import SteadyLoad, percentile
from vitals import Vitals

from lab.install import build_folder
from lab.topology import DNSDIST, UNBOUND

CLIENTS = 1000
IDLE_S = 10
"""After so long without a whole question a TCP client is let go."""
KNOWN = "www.example.test"
TXT = 16


@pytest.fixture(autouse=True, scope="module")
def descriptors():
    """Enough of them for both ends' sake."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * CLIENTS), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def message(number, name, rdtype=1):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!HHHHHH", number & 0xFFFF, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, rdtype, 1)


def frame(number, name, rdtype=1):
    wire = message(number, name, rdtype)
    return struct.pack("!H", len(wire)) + wire


def connect():
    return socket.create_connection((ADDRESS, PORT), timeout=PATIENCE_S)


@pytest.fixture
def crowd():
    """crowd(1000): so many connections, gone afterwards."""
    everyone = []

    def gather(count):
        everyone.extend(connect() for _ in range(count))
        return everyone[-count:]
    yield gather
    for client in everyone:
        client.close()


def receive(client, count=1):
    """So many answers, or as many as come before the end or a client's patience."""
    taken, answers = b"", []
    client.settimeout(PATIENCE_S)
    with contextlib.suppress(OSError):
        while len(answers) < count:
            more = client.recv(65536)
            if not more:
                break
            taken += more
            while len(taken) >= 2 and len(taken) >= 2 + int.from_bytes(taken[:2], "big"):
                end = 2 + int.from_bytes(taken[:2], "big")
                answers.append(taken[2:end])
                taken = taken[end:]
    return answers


def rcodes(answers):
    return [answer[3] & 15 for answer in answers]


def is_closed(client):
    """Whether the other side closes it within a second, whatever it sent before."""
    client.settimeout(1)
    try:
        while client.recv(65536):
            pass
        return True
    except TimeoutError:
        return False
    except OSError:
        return True


@contextlib.contextmanager
def others_are_answered(what, p99_s=1.0):
    """Meanwhile another program asks, and none of its questions fails or takes long."""
    with SteadyLoad(f"other-{what}", rate=50, clients=1, catch_up_s=0.1) as load:
        yield load
    assert load.asked and not [one for one in load.asked if one.failed]
    assert percentile(load.asked, 99) < p99_s


# --- many


def test_thousand_clients_at_once(sottod, servers, crowd):
    vitals = Vitals(sottod("--resolver", servers.tls_uri(UNBOUND)).daemon.pid)
    ask(KNOWN)
    before = vitals.descriptors
    everyone = crowd(CLIENTS)
    for number, client in enumerate(everyone):
        client.sendall(frame(number, KNOWN))
    assert [rcodes(receive(client)) for client in everyone] == [[dns.rcode.NOERROR]] * CLIENTS
    # For as many new names there are not places enough: each is told, and nobody is left without a word.
    for number, client in enumerate(everyone):
        client.sendall(frame(number, f"thousand-{number}.wild.example.test"))
    answers = [receive(client) for client in everyone]
    assert all(len(one) == 1 for one in answers)
    good = sum(rcodes(one) == [dns.rcode.NOERROR] for one in answers)
    assert good >= 250
    for client in everyone:
        client.close()
    deadline = time.monotonic() + 3
    while vitals.descriptors > before + 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert vitals.descriptors <= before + 2


@pytest.mark.parametrize("name, rdtype", [(KNOWN, 1), ("huge.example.test", TXT)], ids=["small", "ten-kilobytes"])
def test_thousand_questions_before_the_first_answer_is_read(sottod, servers, name, rdtype):
    sottod("--resolver", servers.tls_uri(UNBOUND))
    ask(name, rdtype)
    with connect() as client:
        client.sendall(b"".join(frame(number, name, rdtype) for number in range(1000)))
        time.sleep(0.5)
        answers = receive(client, 1000)
    assert [int.from_bytes(answer[:2], "big") for answer in answers] == list(range(1000))
    assert set(rcodes(answers)) == {dns.rcode.NOERROR}


def test_thousand_new_names_on_one_connection_each_get_a_word(sottod, servers):
    sottod("--resolver", servers.tls_uri(UNBOUND))
    ask(KNOWN)
    with connect() as client, others_are_answered("pipeline"):
        client.sendall(b"".join(frame(number, f"pipe-{number}.wild.example.test") for number in range(1000)))
        answers = receive(client, 1000)
    assert sorted(int.from_bytes(answer[:2], "big") for answer in answers) == list(range(1000))
    assert rcodes(answers).count(dns.rcode.NOERROR) >= 180


def flood(stop, rate):
    """New names from one socket, whose answers nobody reads."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((ADDRESS, PORT))
        client.setblocking(False)
        began, sent = time.monotonic(), 0
        while not stop.is_set():
            while sent < (time.monotonic() - began) * rate:
                with contextlib.suppress(OSError):
                    client.send(message(sent, f"flood-{sent}.wild.example.test"))
                sent += 1
            time.sleep(0.002)


def test_flood_of_one_program_leaves_places_for_others(sottod, servers):
    sottod("--resolver", servers.tls_uri(UNBOUND))
    stop = threading.Event()
    flooding = threading.Thread(target=flood, args=(stop, 5000))
    flooding.start()
    try:
        with others_are_answered("flood"):
            time.sleep(3)
    finally:
        stop.set()
        flooding.join()


# --- badly behaved


def test_clients_that_stall_are_let_go_and_cost_others_nothing(sottod, servers, crowd):
    vitals = Vitals(sottod("--resolver", servers.tls_uri(UNBOUND)).daemon.pid)
    ask(KNOWN)
    before = vitals.descriptors
    query = frame(1, "loris.wild.example.test")
    trickling, promising, oversize, cut = crowd(50), crowd(50), crowd(50), crowd(50)
    half_closed, silent = crowd(50), crowd(50)
    for client in promising:
        client.sendall(b"\xff\xff")
    for client in oversize:
        client.sendall(b"\xff\xff" + bytes(60_000))
    for client in cut:
        client.sendall(query[:-1])
    for number, client in enumerate(half_closed):
        client.sendall(bytes(2) * 100 + frame(number, KNOWN))  # and frames of nothing before it
        client.shutdown(socket.SHUT_WR)
    with others_are_answered("loris"):
        assert [rcodes(receive(client)) for client in half_closed] == [[dns.rcode.NOERROR]] * len(half_closed)
        assert all(is_closed(client) for client in half_closed)
        for number in range(IDLE_S + 1):  # never a whole one in time
            for client in trickling:
                with contextlib.suppress(OSError):
                    client.sendall(query[number:number + 1])
            time.sleep(1)
    for kind in (trickling, promising, oversize, cut, silent):
        assert all(is_closed(client) for client in kind)
    assert vitals.descriptors <= before + 2


def test_who_never_reads_cannot_fill_the_memory(servers, crowd):
    """A thousand of them, each of whom has asked for 2 MB. The kernel holds what its buffers take, the forwarder 8 MB for all
    of them together, in arrays that may be twice as large, and 8 KB for each connection."""
    bound_kb = 2 * 8 * 1024 + 8 * CLIENTS
    forwarder = Sottod("--resolver", servers.tls_uri(UNBOUND), program=build_folder("plain") / "daemon/sottod")
    vitals = Vitals(forwarder.daemon.pid)
    try:
        ask("huge.example.test", TXT)
        before = vitals.rss_kb
        questions = b"".join(frame(number, "huge.example.test", TXT) for number in range(200))
        most = 0
        with others_are_answered("unread"):
            for client in crowd(CLIENTS):
                with contextlib.suppress(OSError):
                    client.sendall(questions)
                most = max(most, vitals.rss_kb)
            for _ in range(20):
                time.sleep(0.1)
                most = max(most, vitals.rss_kb)
        print(f"RSS {before} KB before, {most} KB at the most")
        assert most - before < bound_kb
    finally:
        forwarder.stop()


# --- too little


def test_no_descriptor_left(sottod, servers, crowd):
    forwarder = sottod("--resolver", servers.tls_uri(UNBOUND))
    vitals = Vitals(forwarder.daemon.pid)
    ask(KNOWN)
    limit = ["prlimit", "--pid", str(forwarder.daemon.pid)]
    before = subprocess.run([*limit, "--nofile", "--noheadings", "--output", "SOFT,HARD"], check=True, capture_output=True,
                            text=True).stdout.split()
    said = forwarder.daemon.log.count("cannot accept TCP clients")
    subprocess.run([*limit, f"--nofile={vitals.descriptors}:{before[1]}"], check=True)
    waiting = crowd(100)  # in the kernel's queue
    for number, client in enumerate(waiting):
        client.sendall(frame(number, KNOWN))
    with others_are_answered("descriptors"):
        busy = vitals.load(2)
    assert not select.select(waiting, [], [], 0)[0]
    subprocess.run([*limit, f"--nofile={before[0]}:{before[1]}"], check=True)
    assert [rcodes(receive(client)) for client in waiting] == [[dns.rcode.NOERROR]] * len(waiting)
    print(f"{busy:.0%} of a processor while no descriptor was left")
    assert busy < 0.25
    assert forwarder.daemon.log.count("cannot accept TCP clients") - said <= 1


# --- a path that stalls


def stalled(address, stall_s, cut_off, rate=300):
    """One program asks all the time. The path is cut for a while, and calm comes after it."""
    with SteadyLoad(f"stall-{address.rpartition('.')[2]}-{stall_s * 10:.0f}", rate=rate, clients=1, catch_up_s=0.1) as load:
        time.sleep(1)
        cut_off(address)
        time.sleep(stall_s)
        subprocess.run(["nft", "flush", "ruleset"], check=True)
        calm = time.monotonic()
        time.sleep(1.5)
    return load, calm


RESOLVERS = {"dot": (UNBOUND, lambda servers: servers.tls_uri(UNBOUND)), "doh": (UNBOUND, lambda servers: servers.https_uri(UNBOUND)),
             "dnscrypt": (DNSDIST, lambda servers: servers.stamps["both"])}


@pytest.mark.parametrize("stall_s", [0.4, 1.0])
@pytest.mark.parametrize("resolver", RESOLVERS)
def test_questions_after_a_stall_are_answered(sottod, servers, cut_off, resolver, stall_s):
    """TCP tries again later and later: half a second after the path is back nothing may have come through yet, and all that
    time one program's questions take places. They wait for one; before, they were refused."""
    address, uri = RESOLVERS[resolver]
    sottod("--resolver", uri(servers))
    load, calm = stalled(address, stall_s, cut_off)
    assert not [(one.sent - calm, one.rcode) for one in load.since(calm) if one.failed]
    if stall_s < 0.5:
        assert not [one for one in load.asked if one.failed]
