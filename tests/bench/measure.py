# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: processor time and memory of a process as the kernel counts them, and dnsperf's view of its answers."""
import contextlib
import dataclasses
import os
import pathlib
import re
import subprocess
import time

OUTSTANDING = 100
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """One sentence on what could not be measured."""


@dataclasses.dataclass
class Load:
    """One run of dnsperf."""

    sent: int
    lost: int
    queries_per_s: float
    cpu_us_per_query: float = 0.0


def cpu_s(pid):
    """utime + stime of all its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def pss_kib(pid):
    """Memory with shared pages divided among those who share them."""
    return int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])


@contextlib.contextmanager
def running(command, log):
    """The process, ended when the block is left."""
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=log.parent)
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


def load(pid, port, names, repeats=1):
    """All of `names`, `repeats` times, as fast as it answers."""
    before = cpu_s(pid)
    text = dnsperf("127.0.0.1", port, names, "-q", OUTSTANDING, "-n", repeats)
    answered = number(text, "Queries completed")
    if not re.search(r"NOERROR [0-9]+ \(100", text):
        raise BenchError("it did not answer every query well")
    return Load(int(number(text, "Queries sent")), int(number(text, "Queries lost")), number(text, "Queries per second"),
                (cpu_s(pid) - before) * 1e6 / max(answered, 1))


def latencies_us(address, port, names, rate, seconds, *options):
    """Every answer's time at a low rate, sorted, in microseconds."""
    text = dnsperf(address, port, names, "-Q", rate, "-l", seconds, "-q", 10, "-v", *options)
    times = sorted(float(value) * 1e6 for value in re.findall(r"^> NOERROR \S+ \S+ ([0-9.]+)", text, re.M))
    if len(times) < rate * seconds / 2:
        raise BenchError("it left too many queries unanswered at a low rate")
    return times


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def wait_until_answering(process, address, port, folder, timeout_s=15):
    names = folder / "first.txt"
    names.write_text("first.bench-names.net A\n")
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise BenchError(f"it ended with status {process.returncode}")
        if "NOERROR" in dnsperf(address, port, names, "-n", 1, "-t", 1):
            return
        time.sleep(0.1)
    raise BenchError("it did not answer a first query")
