# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with each forwarder: a scenario starts it, has it asked, and gives figures for a row of its table."""
import contextlib
import dataclasses
import statistics
import time

import measure
import upstream
from measure import percentile

HOT_NAMES = 100
LOW_RATE = 1000
PATIENCE_US = 5_000_000
"""What dnsperf has; an answer that never came counts as one that took so long."""
LOSS_RATE, LOSS_RTT_MS, LOSS_PER_MILLE = 200, 20, 20


@dataclasses.dataclass
class Scale:
    """How much of everything: as it should be, or quick and rough."""

    hit_repeats: int
    miss_count: int
    fill_count: int
    low_rate_s: int
    loss_s: int
    idle_s: int
    starts: int


FULL = Scale(hit_repeats=2000, miss_count=20_000, fill_count=100_000, low_rate_s=4, loss_s=10, idle_s=20, starts=5)
QUICK = Scale(hit_repeats=300, miss_count=4_000, fill_count=10_000, low_rate_s=1, loss_s=2, idle_s=5, starts=1)


class Runner:
    """One run's folder, upstreams and results: {scenario: {row: {figure: value}}}."""

    def __init__(self, folder, scale, near, far):
        self.folder, self.scale, self.near, self.far = folder, scale, near, far
        self.results = {}
        self.direct_p50 = {}

    def record(self, scenario, row, **figures):
        self.results.setdefault(scenario, {}).setdefault(row, {}).update(figures)

    def names(self, label, count):
        """A file of `count` names; those of another label are others."""
        path = self.folder / f"{label}.txt"
        path.write_text("".join(f"{label}-{i}.bench-names.net A\n" for i in range(count)))
        return path

    @contextlib.contextmanager
    def running(self, contender, protocol, server):
        """The forwarder, which has answered once."""
        command = contender.command(self.folder, protocol, server)
        log = self.folder / f"{contender.name}-{protocol}.log"
        with measure.running(command, log, contender.environment(self.folder)) as process:
            process.first_answer_s = measure.first_answer_s(process, contender.address, contender.port)
            yield process

    # ---- scenarios: each takes a contender and a protocol ----

    def load(self, contender, protocol):
        """Processor time and latency of misses, and with the first protocol of hits, and memory."""
        where = contender.address, contender.port
        main = protocol == contender.protocols[0]
        with self.running(contender, protocol, self.near) as process:
            idle_kib = measure.pss_kib(process.pid)
            misses = measure.load(process.pid, *where, self.names(f"miss-{protocol}", self.scale.miss_count))
            self.record(f"miss-{protocol}", contender.name, cpu_us=misses.cpu_us_per_query)
            self._latency(contender, f"miss-{protocol}", self.names("slow", LOW_RATE * self.scale.low_rate_s * 2))
            if main and contender.has_cache:
                self._hits(contender, process.pid)
            if main:
                measure.load(process.pid, *where, self.names("fill", self.scale.fill_count))
                self.record("memory", contender.name, idle_mb=idle_kib / 1024,
                            filled_mb=measure.pss_kib(process.pid) / 1024)

    def _hits(self, contender, pid):
        where, hot = (contender.address, contender.port), self.names("hot", HOT_NAMES)
        measure.load(pid, *where, hot)
        hits = measure.load(pid, *where, hot, self.scale.hit_repeats)
        self.record("hit", contender.name, cpu_us=hits.cpu_us_per_query)
        self._latency(contender, "hit", hot)

    def _latency(self, contender, scenario, names):
        times, _ = measure.latencies_us(contender.address, contender.port, names, LOW_RATE, self.scale.low_rate_s)
        p50 = percentile(times, 0.5)
        self.record(scenario, contender.name, p50_us=p50, p99_us=percentile(times, 0.99))
        if scenario in self.direct_p50:
            self.record(scenario, contender.name, added_p50_us=p50 - self.direct_p50[scenario])

    def direct(self):
        """What the load tool sees without anybody in between, by TLS, or by plain UDP where Sotto uses DNSCrypt. Its own
        HTTPS loses answers, so there TLS counts as well."""
        names = self.names("direct", LOW_RATE * self.scale.low_rate_s * 2)
        ways = {("tls", "https"): (upstream.TLS_PORT, "dot"), ("dnscrypt",): (upstream.PLAIN_PORT, "udp")}
        for protocols, (port, mode) in ways.items():
            times, _ = measure.latencies_us(upstream.NEAR, port, names, LOW_RATE, self.scale.low_rate_s, "-m", mode)
            for protocol in protocols:
                self.direct_p50[f"miss-{protocol}"] = percentile(times, 0.5)
                self.record(f"miss-{protocol}", "no one", p50_us=percentile(times, 0.5), p99_us=percentile(times, 0.99))

    def loss(self, contender, protocol):
        """A low rate through the lossy link."""
        with self.running(contender, protocol, self.far):
            where = contender.address, contender.port
            warm = self.names("warm", 20)
            measure.dnsperf(*where, warm, "-n", 1, "-q", 1)
            names = self.names(f"far-{protocol}", LOSS_RATE * self.scale.loss_s * 2)
            times, lost = measure.latencies_us(*where, names, LOSS_RATE, self.scale.loss_s)
            times += [PATIENCE_US] * lost
            self.record(f"loss-{protocol}", contender.name, p50_ms=percentile(times, 0.5) / 1e3,
                        p99_ms=percentile(times, 0.99) / 1e3, lost=lost)

    def start(self, contender, protocol):
        """From exec to the first answer, with the first protocol."""
        if protocol != contender.protocols[0]:
            return
        taken = []
        for _ in range(self.scale.starts):
            with self.running(contender, protocol, self.near) as process:
                taken.append(process.first_answer_s)
        self.record("start", contender.name, first_ms=statistics.median(taken) * 1e3)

    def idle(self, contenders):
        """All at once, since each does nothing: wake-ups a second."""
        with contextlib.ExitStack() as stack:
            running = {}
            for contender in contenders:
                running[contender.name] = stack.enter_context(
                    self.running(contender, contender.protocols[0], self.near)).pid
            time.sleep(3)
            before = {name: measure.wake_ups(pid) for name, pid in running.items()}
            time.sleep(self.scale.idle_s)
            for name, pid in running.items():
                self.record("idle", name, wake_ups=(measure.wake_ups(pid) - before[name]) / self.scale.idle_s)
