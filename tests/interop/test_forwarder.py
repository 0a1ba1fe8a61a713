# SPDX-License-Identifier: GPL-3.0-or-later
"""The forwarder's own behaviour: cache, limits, settings, reload, life as a daemon."""

import os
import pwd
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest
from forwarder import ADDRESS, PORT, ask, ask_all, content, is_listening, wait_gone, why

from lab.process import Daemon, filters, wait_for
from lab.topology import DNSDIST, HAPROXY, KRESD, SLOW, UNBOUND

TWO = f"tls://{HAPROXY}#dns.lab.test;tls://{UNBOUND}#dns.lab.test"


def write_config(path, *lines):
    path.write_text("[Sotto]\n" + "\n".join(lines) + "\n")
    return path


def test_second_time_comes_from_the_cache(sottod, servers):
    sottod("--resolver", servers.tls_uri(HAPROXY))
    first, second = ask("cached.wild.example.test"), ask("cached.wild.example.test")
    assert content(first) == content(second)
    assert servers.questions("cached.wild.example.test") == 1


def test_absence_comes_from_the_cache(sottod, servers):
    sottod("--resolver", servers.tls_uri(HAPROXY))
    for _ in range(2):
        assert ask("absent-for-sure.example.test").rcode() == dns.rcode.NXDOMAIN
    assert servers.questions("absent-for-sure.example.test") == 1


def test_ttl_counts_down_and_ends(sottod, servers):
    sottod("--resolver", servers.tls_uri(HAPROXY))
    before = servers.questions("brief.example.test")
    assert ask("brief.example.test").answer[0].ttl == 2
    time.sleep(1.1)
    assert ask("brief.example.test").answer[0].ttl <= 1
    time.sleep(1.2)
    assert ask("brief.example.test").answer[0].ttl == 2
    assert servers.questions("brief.example.test") == before + 2


def test_without_cache_everything_is_asked(sottod, servers):
    sottod("--cache-size", 0, "--resolver", servers.tls_uri(HAPROXY))
    for _ in range(3):
        ask("uncached.wild.example.test")
    assert servers.questions("uncached.wild.example.test") == 3


@pytest.mark.parametrize("resolver", ["dot", "dnscrypt"])
def test_same_question_at_once_goes_out_once(sottod, servers, resolver):
    sottod("--resolver", servers.tls_uri(HAPROXY) if resolver == "dot" else servers.stamps["both"])
    name = f"600.once-{resolver}.slow.test"
    answers = ask_all([name] * 20)
    assert all(answer and answer.rcode() == dns.rcode.NOERROR for answer in answers)
    assert servers.questions(name) == 1


def test_more_than_max_queries_fail_at_once_with_the_reason(sottod, servers):
    sottod("--max-queries", 5, "--resolver", servers.tls_uri(HAPROXY))
    ask("warm-limit.wild.example.test")
    answers = ask_all([f"700.limit-{number}.slow.test" for number in range(20)])
    refused = [answer for answer in answers if answer.rcode() == dns.rcode.SERVFAIL]
    assert len(refused) == 15
    assert all("Too many lookups" in why(answer) for answer in refused)
    assert ask("after-limit.wild.example.test").rcode() == dns.rcode.NOERROR


def test_garbage_is_survived(sottod, servers):
    sottod("--resolver", servers.tls_uri(HAPROXY))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        for length in (0, 1, 11, 12, 13, 100, 1500):
            udp.sendto(os.urandom(length), (ADDRESS, PORT))
            udp.sendto(bytes(length), (ADDRESS, PORT))
            udp.sendto(b"\xff" * length, (ADDRESS, PORT))
    with socket.create_connection((ADDRESS, PORT)) as tcp:
        tcp.sendall(b"\xff\xff" + os.urandom(3000))
    assert ask("after-garbage.wild.example.test").rcode() == dns.rcode.NOERROR


def test_tcp_client_pipelines(sottod, servers):
    sottod("--resolver", servers.tls_uri(HAPROXY))
    names = ["700.tcp.slow.test", "tcp-a.wild.example.test", "tcp-b.wild.example.test"]
    queries = [dns.message.make_query(name, "A") for name in names]
    with socket.create_connection((ADDRESS, PORT)) as tcp:
        for query in queries:
            dns.query.send_tcp(tcp, query)
        order = [dns.query.receive_tcp(tcp)[0].id for _ in queries]
    assert sorted(order) == sorted(query.id for query in queries)
    assert order[-1] == queries[0].id


def test_four_lines_take_turns(sottod, servers, tmp_path):
    """A cache and two upstreams over TLS: a working configuration is four lines."""
    lines = ["[Sotto]", f"Listen={ADDRESS}:{PORT}", f"Resolvers={TWO}", "Strategy=round-robin"]
    config = tmp_path / "sotto.conf"
    config.write_text("\n".join(lines) + "\n")
    sottod("--config", config, listen=None)
    names = [f"turn-{number}.wild.example.test" for number in range(10)]
    for name in names:
        assert ask(name).rcode() == dns.rcode.NOERROR
    asked = [servers.asked_by(name)[0] for name in names]
    assert asked.count(HAPROXY) == 5 and asked.count(UNBOUND) == 5
    servers.stop("unbound")
    for number in range(4):
        assert ask(f"turn-after-{number}.wild.example.test").rcode() == dns.rcode.NOERROR


def test_drop_in_has_the_last_word(sottod, servers, tmp_path):
    config = write_config(tmp_path / "sotto.conf", f"Listen={ADDRESS}:{PORT}", f"Resolvers={servers.tls_uri(UNBOUND)}")
    folder = tmp_path / "sotto.conf.d"
    folder.mkdir()
    write_config(folder / "10-other.conf", f"Resolvers={servers.tls_uri(KRESD)}")
    sottod("--config", config, listen=None)
    assert ask("drop-in.wild.example.test").rcode() == dns.rcode.NOERROR
    assert servers.asked_by("drop-in.wild.example.test") == [KRESD]


def test_reload_under_load_loses_no_query(sottod, servers, tmp_path):
    config = tmp_path / "sotto.conf"

    def configure(first, second):
        write_config(config, f"Listen={ADDRESS}:{PORT}", f"Resolvers={servers.tls_uri(first)};{servers.tls_uri(second)}",
                     "Strategy=first")
    configure(HAPROXY, UNBOUND)
    forwarder = sottod("--config", config, listen=None)
    done, lost = threading.Event(), []
    counted = [0] * 4

    def load(worker):
        while not done.is_set():
            name = f"{counted[worker] % 3 * 100}.load-{worker}-{counted[worker]}.slow.test"
            answer = ask_all([name], workers=1)[0]
            if answer is None or answer.rcode() != dns.rcode.NOERROR:
                lost.append((name, answer and why(answer)))
            counted[worker] += 1
    workers = [threading.Thread(target=load, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for turn in range(12):
        configure(*((UNBOUND, HAPROXY) if turn % 2 == 0 else (HAPROXY, UNBOUND)))
        forwarder.reload()
        time.sleep(0.25)
    done.set()
    for worker in workers:
        worker.join()
    assert not lost
    assert sum(counted) > 50
    asked = {address for worker in range(4) for number in range(counted[worker])
             for address in servers.asked_by(f"{number % 3 * 100}.load-{worker}-{number}.slow.test")}
    assert asked == {HAPROXY, UNBOUND}, "the reloads changed nothing"


def test_reload_takes_the_new_settings(sottod, servers, tmp_path):
    config = write_config(tmp_path / "sotto.conf", f"Listen={ADDRESS}:{PORT}", f"Resolvers={servers.tls_uri(UNBOUND)}")
    forwarder = sottod("--config", config, listen=None)
    ask("old-settings.wild.example.test")
    write_config(config, f"Listen={ADDRESS}:{PORT}", f"Resolvers={servers.tls_uri(KRESD)}")
    forwarder.reload()
    time.sleep(0.5)
    ask("new-settings.wild.example.test")
    assert servers.asked_by("old-settings.wild.example.test") == [UNBOUND]
    assert servers.asked_by("new-settings.wild.example.test") == [KRESD]


def test_reload_of_nonsense_keeps_the_old(sottod, servers, tmp_path):
    config = write_config(tmp_path / "sotto.conf", f"Listen={ADDRESS}:{PORT}", f"Resolvers={servers.tls_uri(UNBOUND)}")
    forwarder = sottod("--config", config, listen=None)
    write_config(config, "Resolvers=tls://not an address")
    forwarder.reload()
    time.sleep(0.5)
    assert ask("kept-settings.wild.example.test").rcode() == dns.rcode.NOERROR
    assert "not an address" in forwarder.daemon.log


def test_behind_unbound_as_the_cache(sottod, servers, tmp_path):
    """The classic arrangement: unbound caches and forwards to us, we encrypt."""
    config = tmp_path / "unbound.conf"
    config.write_text(f"""
server:
  interface: 127.0.0.1@5301
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  do-ip6: no
  do-not-query-localhost: no
  module-config: "iterator"
  local-zone: "test." nodefault
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{PORT}
""")
    sottod("--resolver", servers.stamps["both"])
    cache = Daemon("unbound-cache", ["unbound", "-d", "-p", "-c", str(config)])
    try:
        cache.wait_until("unbound", lambda: is_listening(5301))
        for name, rdtype in (("www", "A"), ("big", "TXT"), ("https", "HTTPS"), ("alias", "AAAA"), ("none", "A")):
            through = ask(f"{name}.example.test", rdtype, port=5301)
            assert content(through) == content(ask(f"{name}.example.test", rdtype)), name
        for _ in range(2):
            ask("behind-unbound.wild.example.test", port=5301)
        assert servers.questions("behind-unbound.wild.example.test") == 1
    finally:
        cache.stop()


@pytest.mark.parametrize("size, payload", [(None, 1232), (1400, 1400), (512, -1)])
def test_edns_payload_size_of_what_goes_in_clear(sottod, servers, tmp_path, size, payload):
    config = tmp_path / "sotto.conf"
    config.write_text(f"[Sotto]\nResolvers={servers.tls_uri()}\n[Route slow.test]\nServers=udp://{SLOW}\n")
    sottod("--config", config, *(["--edns-payload-size", size] if size else []))
    name = f"0.payload-{size}.slow.test".lower()
    assert ask(name, use_edns=False).rcode() == dns.rcode.NOERROR
    assert f"{name}. {payload}" in servers.daemons["slow"].log


def test_tcp_only_sends_no_udp_upstream(sottod, servers, cut_off):
    """And a client by UDP is not bounced to TCP for it."""
    cut_off(DNSDIST, rule="udp dport 7443 counter")
    sottod("--tcp-only", "--resolver", servers.stamps["both"])
    before = _udp_packets()
    answer = ask("tcp-only.wild.example.test", tcp=False)
    assert answer.rcode() == dns.rcode.NOERROR and not answer.flags & dns.flags.TC, why(answer)
    # dnsdist answers a certificate request over TCP with nothing at all: that one may go by UDP in the end.
    assert _udp_packets() - before <= 1


def _udp_packets():
    listing = subprocess.run(["nft", "list", "table", "ip", "cut"], check=True, capture_output=True, text=True).stdout
    return int(listing.split("packets ")[1].split()[0])


def test_daemon_with_user_log_and_pid_file(servers, tmp_path):
    """It answers when the command returns, which holds on to none of the caller's descriptors; it is the user named, in
    a root of its own; its files are where it was told."""
    home = Path("/var/lib/forwarder")
    subprocess.run(["useradd", "--system", "--home-dir", home, "--create-home", "forwarder"], check=True)
    pid_file, log_file = tmp_path / "sottod.pid", tmp_path / "sottod.log"
    command = [os.environ["SOTTOD"], "--listen", f"{ADDRESS}:{PORT}", "--resolver", servers.tls_uri(), "--user", "forwarder",
               "--daemonize", "--log-file", log_file, "--pid-file", pid_file]
    try:
        done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True, timeout=10)
        assert done.returncode == 0, done.stderr
        assert ask("daemon.wild.example.test").rcode() == dns.rcode.NOERROR
        pid, account = int(pid_file.read_text()), pwd.getpwnam("forwarder")
        status = Path(f"/proc/{pid}/status").read_text()
        assert f"Uid:\t{account.pw_uid}\t{account.pw_uid}" in status
        assert f"Gid:\t{account.pw_gid}\t{account.pw_gid}" in status
        assert os.readlink(f"/proc/{pid}/root") == str(home)
        assert log_file.exists()
    finally:
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
        wait_gone()


@pytest.mark.parametrize("options", [
    ["--resolver", "tls://not-an-address#x"], ["--resolver", "sdns://AQ"], ["--listen", "nowhere"], ["--no-such-option"],
    ["--listen", "127.0.0.1:5300", "--resolver", "no-such-id"], ["--edns-payload-size", "5000"],
], ids=lambda options: " ".join(options))
def test_wrong_command_line_is_refused_with_a_sentence(servers, options):
    done = subprocess.run([os.environ["SOTTOD"], *options], check=False, capture_output=True, text=True, timeout=10)
    assert done.returncode == 2
    assert done.stderr.strip()


def test_version(servers):
    done = subprocess.run([os.environ["SOTTOD"], "--version"], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("sottod ")


def test_forwarder_is_without_the_services_libraries(sottod, servers):
    forwarder = sottod("--resolver", servers.tls_uri())
    loaded = Path(f"/proc/{forwarder.daemon.pid}/maps").read_text()
    assert "/libgnutls" in loaded
    assert not [name for name in ("gio", "gobject", "nm", "systemd", "json-glib") if f"/lib{name}" in loaded]


def test_calls_of_every_thread_are_filtered(sottod, servers, tmp_path):
    """Where no systemd does it: while it answers, by each way, and after a reload, which reads files in threads of its own."""
    names = tmp_path / "names.txt"
    names.write_text("blocked.example.test\n", encoding="ascii")
    config = write_config(tmp_path / "sotto.conf", f"Resolvers={servers.tls_uri()}", f"BlockLists={names}")
    forwarder = sottod("--config", config)
    for turn in range(2):
        for tcp in (False, True):
            assert ask(f"turn{turn}-{tcp}.wild.example.test", tcp=tcp).rcode() == dns.rcode.NOERROR
        for thread in os.listdir(f"/proc/{forwarder.daemon.pid}/task"):
            assert filters(f"{forwarder.daemon.pid}/task/{thread}") == filters() + 1
        forwarder.daemon.send(signal.SIGHUP)
        wait_for("the reload", lambda wanted=turn + 1: forwarder.daemon.log.count("settings reloaded") == wanted)
    assert "filtered" not in forwarder.daemon.log


def test_filters_refuse_what_they_should():
    """All of their own tests, in the build that is installed: a sanitizer asks more of the kernel."""
    program = Path(os.environ["SOTTO_BUILD"], "plain/tests/unit/base/syscall_filter_test")
    done = subprocess.run([program, "--tap"], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "keeper-opens-no-file" in done.stdout and "SKIP" not in done.stdout, done.stdout


def test_address_in_use_is_said(sottod, servers):
    sottod("--resolver", servers.tls_uri())
    second = subprocess.run([os.environ["SOTTOD"], "--listen", f"{ADDRESS}:{PORT}", "--resolver", servers.tls_uri()],
                            check=False, capture_output=True, text=True, timeout=10)
    assert second.returncode == 1
    assert "already uses this address" in second.stderr
