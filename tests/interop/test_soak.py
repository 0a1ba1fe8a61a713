# SPDX-License-Identifier: GPL-3.0-or-later
"""A minute at the full rate (SOTTO_SOAK_S=3600: an hour) while the settings are reloaded, resolvers are changed, killed,
stopped and cut off, and addresses come and go. Two forwarders live through it side by side: the plain build, as fast as it
answers, whose memory is measured; and the sanitizers' build, with a new name for every question, so that each goes to a
resolver. Of neither is a question lost."""

import itertools
import os
import re
import signal
import subprocess
import time

import pytest
from forwarder import ADDRESS, PORT, Sottod, ask
from steady import SteadyLoad, percentile
from vitals import Vitals

from lab.install import build_folder
from lab.topology import DNSDIST, HAPROXY, KRESD, UNBOUND

SECONDS = float(os.environ.get("SOTTO_SOAK_S", "60"))
WARM_S, STEP_S, STEADY_RATE = SECONDS / 4, 1.0, 200
PLAIN_PORT = PORT + 1
CACHE_BYTES = 300_000
"""Full before the warm-up is over, so that what grows afterwards is no cache."""
GROWTH_KB = 768
"""Of the plain build, from the end of the warm-up on. Each resolver's TLS session with its certificates is some 100 KB, and
three come and go; a leak of 4 bytes a question would be more."""
NAMES = 4000


def settings(resolvers, strategy):
    lists = ";".join(resolvers)
    return f"[Sotto]\nResolvers={lists}\nStrategy={strategy}\nCacheSize={CACHE_BYTES}\nLogLevel=error\n"


def four(servers):
    return [servers.tls_uri(UNBOUND), servers.stamps["both"], servers.https_uri(KRESD), servers.tls_uri(HAPROXY)]


class Meddler:
    """Does one thing after the other to both forwarders and what is around them. Three resolvers are in use, and nothing is
    ever done to two of them at once."""

    def __init__(self, servers, config, forwarders):
        self.servers, self.config, self.forwarders = servers, config, forwarders
        self.resolvers = four(servers)
        self.turns = itertools.count()

    def reload(self):
        turn = next(self.turns)
        three = [self.resolvers[(turn + number) % 4] for number in range(3)]
        strategy = ["fastest", "first", "round-robin", "p2", "spread", "random"][turn % 6]
        fresh = self.config.with_suffix(".new")
        fresh.write_text(settings(three, strategy), encoding="ascii")
        fresh.replace(self.config)
        for forwarder in self.forwarders:
            forwarder.reload()

    def restart(self, name):
        self.servers.stop(name, number=signal.SIGKILL)
        self.servers.start(name)

    def hang(self, name):
        self.servers.daemons[name].send(signal.SIGSTOP)
        time.sleep(STEP_S)
        self.servers.daemons[name].send(signal.SIGCONT)

    @staticmethod
    def cut(address):
        """What goes there is swallowed without a word."""
        subprocess.run(["nft", "-f", "-"], input=f"""
table ip cut {{
  chain out {{
    type filter hook output priority 0
    ip daddr {address} drop
  }}
}}
""", text=True, check=True)
        time.sleep(STEP_S)
        subprocess.run(["nft", "flush", "ruleset"], check=True)

    @staticmethod
    def move(address):
        """Its address goes, and with it what was bound to it, and comes back."""
        subprocess.run(["ip", "address", "del", f"{address}/32", "dev", "lo"], check=True)
        time.sleep(STEP_S)
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)

    def run(self, seconds):
        end = time.monotonic() + seconds
        deeds = itertools.cycle([
            self.reload, lambda: self.restart("unbound"), self.reload, lambda: self.hang("dnsdist"), self.reload,
            lambda: self.cut(KRESD), self.reload, lambda: self.move(UNBOUND), self.reload, lambda: self.restart("dnsdist"),
            self.reload, lambda: self.hang("kresd"), self.reload, lambda: self.cut(DNSDIST)])
        while time.monotonic() < end:
            next(deeds)()
            time.sleep(STEP_S)


class FullRate:
    """dnsperf in the background; what it says of its answers."""

    def __init__(self, names, seconds):
        words = ["nice", "-n", "10", "dnsperf", "-s", ADDRESS, "-p", PLAIN_PORT, "-d", names, "-c", 4, "-q", 100, "-l", seconds]
        self.process = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True)

    def finish(self):
        text = self.process.communicate(timeout=30)[0]
        def number(label):
            return float(re.search(rf"{label}:\s+([0-9.]+)", text)[1])
        self.sent, self.lost, self.rate = number("Queries sent"), number("Queries lost"), number("Queries per second")
        self.codes = dict(re.findall(r"([A-Z]+) ([0-9]+) \([0-9.]+%\)", text))


@pytest.fixture
def pair(servers, tmp_path):
    """Both forwarders, with one file of settings."""
    config = tmp_path / "sotto.conf"
    config.write_text(settings(four(servers)[:3], "fastest"), encoding="ascii")
    both = [Sottod("--config", config), Sottod("--config", config, listen=f"{ADDRESS}:{PLAIN_PORT}",
                                               program=build_folder("plain") / "daemon/sottod")]
    yield config, both
    for forwarder in both:
        forwarder.stop()


def snapshot(vitals):
    return vitals.pss_kb, vitals.descriptors, vitals.threads


def test_a_minute_of_everything(servers, pair, tmp_path, capsys):
    config, forwarders = pair
    names = tmp_path / "names"
    names.write_text("".join(f"soak-{number}.wild.example.test A\n" for number in range(NAMES)))
    meddler = Meddler(servers, config, forwarders)
    plain, checked = (Vitals(forwarder.daemon.pid) for forwarder in reversed(forwarders))
    for port in (PORT, PLAIN_PORT):
        ask("www.example.test", port=port)
    full = FullRate(names, SECONDS)
    with SteadyLoad("steady", rate=STEADY_RATE) as load:
        meddler.run(WARM_S)
        warm = snapshot(plain)
        warm_checked = checked.descriptors, checked.threads
        meddler.run(SECONDS - WARM_S)
        end = snapshot(plain)
    full.finish()
    failed = [one for one in load.asked if one.failed]
    with capsys.disabled():
        print(f"\nSOAK {SECONDS:.0f} s: {full.sent:.0f} asked at {full.rate:.0f}/s, {full.lost:.0f} lost, codes {full.codes};"
              f" {len(load.asked)} new names, {len(failed)} failed, p99 {percentile(load.asked, 99) * 1000:.0f} ms,"
              f" longest {percentile(load.asked, 100):.2f} s; PSS {warm[0]} to {end[0]} KB,"
              f" descriptors {warm[1]} to {end[1]}, threads {warm[2]} to {end[2]}")
    assert full.lost == 0
    assert set(full.codes) == {"NOERROR"}
    assert not failed
    assert end[0] - warm[0] < GROWTH_KB
    # Connections come and go: each of three resolvers has at most a new one beside one that drains, and an attempt.
    assert abs(end[1] - warm[1]) <= 9 and abs(checked.descriptors - warm_checked[0]) <= 9
    assert (end[2], checked.threads) == (warm[2], warm_checked[1])
