# SPDX-License-Identifier: GPL-3.0-or-later
"""Running programs: here, in a namespace of the lab, for a while or as a daemon with a log."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

RUN = Path("/run/lab")


class LabError(Exception):
    """Something of the lab itself does not work; the message is one sentence for a person."""


def require_lab():
    """Refuse to work on the machine itself."""
    if "SOTTO_LAB" not in os.environ:
        raise LabError("This needs the lab's container: run it as tests/lab/enter COMMAND (or ./dev test).")


def wait_for(what, condition, seconds=10.0):
    """The first true value of `condition()`; LabError names `what` when it did not come in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise LabError(f"After {seconds:g} s still waiting for {what}.")
        time.sleep(0.03)


def filters(process="self"):
    """How many filters of system calls hold in a process, or in a thread of one ("12/task/13"): a container has one of its own."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(re.search(r"^Seccomp_filters:\s*([0-9]+)$", status, re.M)[1])


class Daemon:
    """A program that keeps running, its output in /run/lab/NAME.log."""

    running = []

    def __init__(self, name, argv, environment=None):
        self.name = name
        self.log_path = RUN / f"{name}.log"
        with open(self.log_path, "ab") as log:
            self._log_start = log.tell()
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **(environment or {})}, start_new_session=True)
        Daemon.running.append(self)

    @property
    def pid(self):
        return self.process.pid

    @property
    def alive(self):
        return self.process.poll() is None

    @property
    def log(self):
        """What it said since it was started."""
        return self.log_path.read_bytes()[self._log_start:].decode(errors="replace")

    def send(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=10):
        return self.process.wait(seconds)

    def stop(self, number=signal.SIGTERM, seconds=5):
        """End it; -9 if it does not listen. Idempotent."""
        if self in Daemon.running:
            Daemon.running.remove(self)
        if self.alive:
            self.send(number)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def wait_until(self, what, condition, seconds=10.0):
        """Like wait_for, but a daemon that died meanwhile fails at once and shows its log."""
        def alive_and_ready():
            if not self.alive:
                raise LabError(f"{self.name} ended with status {self.process.returncode}:\n{self.log[-2000:]}")
            return condition()
        try:
            return wait_for(what, alive_and_ready, seconds)
        except LabError as error:
            raise LabError(f"{error}\nLast words of {self.name}:\n{self.log[-2000:]}") from None


class Here:
    """Where the caller is. Machine (topology.py) is the same for another namespace."""

    name = "here"

    def command(self, argv):
        return [str(word) for word in argv]

    def run(self, *argv, check=True, timeout=30, **options):
        """Run to its end; the CompletedProcess has text in stdout and stderr."""
        done = subprocess.run(self.command(argv), check=False, timeout=timeout, capture_output=True, text=True, **options)
        if check and done.returncode != 0:
            raise LabError(f"{' '.join(map(str, argv))} ({self.name}) ended with {done.returncode}: {done.stderr.strip()}")
        return done

    def output(self, *argv, **options):
        return self.run(*argv, **options).stdout.strip()

    def start(self, name, *argv, environment=None):
        return Daemon(name, self.command(argv), environment)
