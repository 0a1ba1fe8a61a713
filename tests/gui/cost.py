# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program costs, as the kernel counts it."""
import pathlib
import re


def memory_mb(pid):
    """Proportional: shared pages divided among those who share them. Own: what nobody else has, and so what would be free
    without it. All: what there would be if nobody shared anything with it."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    kib = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}
    own = kib["Private_Dirty"] + kib["Private_Clean"]
    return {"proportional": kib["Pss"] / 1024, "own": own / 1024, "all": kib["Rss"] / 1024}


class Activity:
    """What the threads of a program do from now on."""

    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}/task")
        self.before = self.now()

    def now(self):
        found = {}
        for task in self.folder.iterdir():
            try:
                slept = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(encoding="utf-8"), re.M)
                found[task.name] = int(slept[1]), int((task / "schedstat").read_text(encoding="ascii").split()[0])
            except FileNotFoundError:
                pass  # a thread that ends
        return found

    def since(self):
        """How often one of them was woken, and their milliseconds on a processor."""
        changes = [[now - then for now, then in zip(counts, self.before.get(task, (0, 0)))]
                   for task, counts in self.now().items()]
        return sum(change[0] for change in changes), sum(change[1] for change in changes) / 1e6


def frames_ms(log):
    """What frame_times.c printed: the milliseconds from each key to its frame, and those of them on a processor."""
    return [(int(all_us) / 1000, int(busy_us) / 1000)
            for all_us, busy_us in re.findall(r"^frame: (\d+) us, (\d+) us$", log, re.M)]
