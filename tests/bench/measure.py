# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: processor time, memory and wake-ups of a process as the kernel counts them, and dnsperf's view of its
answers."""
import contextlib
import dataclasses
import pathlib
import re
import socket
import subprocess
import time

import dns.message

OUTSTANDING = 100


class BenchError(Exception):
    """One sentence on what could not be measured."""


@dataclasses.dataclass
class Load:
    """One run of dnsperf."""

    sent: int
    lost: int
    queries_per_s: float
    cpu_us_per_query: float = 0.0


def threads(pid):
    return pathlib.Path(f"/proc/{pid}/task").iterdir()


def cpu_s(pid):
    """Time that its threads have run, which the scheduler knows to the nanosecond."""
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads(pid)) / 1e9


def wake_ups(pid):
    """How often its threads went to sleep."""
    return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (thread / "status").read_text(), re.M)[1])
               for thread in threads(pid))


def pss_kib(pid):
    """Memory with shared pages divided among those who share them."""
    return int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])


@contextlib.contextmanager
def running(command, log, environment=None):
    """The process, ended when the block is left."""
    with open(log, "ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=log.parent,
                                   env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def dnsperf(address, port, names, *options):
    done = subprocess.run(["dnsperf", "-s", address, "-p", str(port), "-d", str(names), "-c", "10", *map(str, options)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"dnsperf failed: {done.stderr.strip()}")
    return done.stdout


def number(text, label):
    return float(re.search(rf"{label}:\s+([0-9.]+)", text)[1])


def load(pid, address, port, names, repeats=1):
    """All of `names`, `repeats` times, as fast as it answers."""
    before = cpu_s(pid)
    text = dnsperf(address, port, names, "-q", OUTSTANDING, "-n", repeats)
    answered = number(text, "Queries completed")
    if not re.search(r"NOERROR [0-9]+ \(100", text):
        raise BenchError("it did not answer every query well")
    return Load(int(number(text, "Queries sent")), int(number(text, "Queries lost")), number(text, "Queries per second"),
                (cpu_s(pid) - before) * 1e6 / max(answered, 1))


def latencies_us(address, port, names, rate, seconds, *options):
    """Every good answer's time at a low rate, sorted, in microseconds, and how many others there were."""
    text = dnsperf(address, port, names, "-Q", rate, "-l", seconds, "-q", OUTSTANDING, "-v", *options)
    times = sorted(float(value) * 1e6 for value in re.findall(r"^> NOERROR \S+ \S+ ([0-9.]+)", text, re.M))
    if len(times) < rate * seconds / 2:
        raise BenchError("it left too many queries unanswered at a low rate")
    return times, int(number(text, "Queries sent")) - len(times)


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def first_answer_s(process, address, port, timeout_s=15.0):
    """Asks until the process has answered well; how long that took from the call on."""
    query = dns.message.make_query("first.bench-names.net", "A")
    start = time.monotonic()
    while time.monotonic() < start + timeout_s:
        if process.poll() is not None:
            raise BenchError(f"it ended with status {process.returncode}")
        query.id = (query.id + 1) % 65536
        # a socket for each try: an answer that comes too late must not be taken for the next one's
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1.0)
            try:
                client.connect((address, port))
                client.send(query.to_wire())
                answer = client.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                time.sleep(0.0005)  # it does not listen yet, or its network is being made
                continue
        if answer[:2] == query.to_wire()[:2] and answer[3] & 15 == 0:
            return time.monotonic() - start
        time.sleep(0.005)
    raise BenchError("it did not answer a first query")
