# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running program holds and uses, as /proc tells."""

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Vitals:
    def __init__(self, pid):
        self.folder = Path("/proc") / str(pid)

    @property
    def pss_kb(self):
        lines = (self.folder / "smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

    @property
    def rss_kb(self):
        lines = (self.folder / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

    @property
    def descriptors(self):
        return len(list((self.folder / "fd").iterdir()))

    @property
    def threads(self):
        return len(list((self.folder / "task").iterdir()))

    @property
    def cpu_s(self):
        fields = (self.folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def load(self, seconds):
        """The share of a processor that it takes in this time."""
        start, before = time.monotonic(), self.cpu_s
        time.sleep(seconds)
        return (self.cpu_s - before) / (time.monotonic() - start)
