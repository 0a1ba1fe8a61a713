# SPDX-License-Identifier: GPL-3.0-or-later
"""How the units confine what they run: what systemd says of them, what the kernel says of the processes, and what happens
to a program in the helper's place that tries what a helper in somebody else's hands would."""

import re
import shlex
import subprocess
import time
from pathlib import Path

import pytest

from lab.boot import Boot
from lab.booted_sotto import UNIT, BootedSotto
from lab.contract import PRIVATE, PUBLIC
from lab.helper import NAME, PATH

MOST_EXPOSURE = 1.9
"""What systemd-analyze(1) may count at most, and does: a setting more that it knows lowers it, one that goes missing is seen."""
ATTEMPTS = Path(__file__).parent / "lab/attempts.c"
SETTLED_S, IDLE_S = 20, 20
BESIDE = "beside.service"
OF_THE_HELPER_ALONE = r"^(Type|NotifyAccess|BusName|Exec\w+|Restart\w*|WatchdogSec|FileDescriptorStoreMax)=.*\n"


@pytest.fixture(scope="module")
def laptop(network, hotel_for_all, servers):
    boot = Boot.with_sotto(network, servers)
    yield BootedSotto(boot)
    boot.close()


@pytest.fixture(scope="module")
def on(laptop):
    laptop.make_ready()
    return laptop


def exposure(boot, unit):
    report = boot.run("systemd-analyze", "security", "--no-pager", unit).stdout
    return float(re.search(r"Overall exposure level for .*: ([0-9.]+)", report)[1]), report


def test_exposure_of_the_helper_is_small(on):
    level, report = exposure(on.boot, UNIT)
    print(report)
    assert level <= MOST_EXPOSURE


def test_exposure_of_the_boot_unit_is_small(on):
    level, report = exposure(on.boot, "sotto-boot.service")
    print(report)
    assert level <= 1.4


def test_every_process_of_the_unit_is_filtered(on):
    """The helper, all threads of it, and the keeper of the barrier."""
    processes = on.boot.output("cat", f"/sys/fs/cgroup/system.slice/{UNIT}/cgroup.procs").split()
    assert len(processes) == 2
    for process in processes:
        for thread in on.boot.path(f"/proc/{process}/task").iterdir():
            status = (thread / "status").read_text(encoding="utf-8")
            assert re.search(r"^Seccomp:\t2$", status, re.M) and re.search(r"^NoNewPrivs:\t1$", status, re.M), status
            assert len(set(re.search(r"^Uid:\t(.*)$", status, re.M)[1].split())) == 1


def turns_of(laptop):
    """{thread: how often it went to sleep so far}, of all processes of the unit."""
    group = laptop.boot.output("cat", f"/sys/fs/cgroup/system.slice/{UNIT}/cgroup.procs").split()
    return {status.parent.name: int(re.search(r"^voluntary_ctxt_switches:\t(\d+)$", status.read_text(encoding="utf-8"), re.M)[1])
            for pid in group for status in laptop.boot.path(f"/proc/{pid}/task").glob("*/status")}


def test_idle_it_costs_little(on):
    """Protection is on and nobody asks: the service with the bus, NetworkManager's library and all that it watches."""
    time.sleep(SETTLED_S)
    before = turns_of(on)
    time.sleep(IDLE_S)
    turns = sum(count - before.get(thread, 0) for thread, count in turns_of(on).items())
    kept = on.boot.output("cat", f"/proc/{on.pid}/smaps_rollup")
    pss_mb = int(re.search(r"^Pss:\s+(\d+) kB$", kept, re.M)[1]) / 1024
    print(f"IDLE SERVICE: {pss_mb:.1f} MB (PSS), {turns / IDLE_S:.2f} wake-ups/s")
    assert pss_mb <= 10 and turns / IDLE_S <= 0.5


def test_state_is_for_the_helper_alone(on):
    assert on.boot.output("stat", "-c", "%a %U", "/var/lib/sotto") == "700 sotto"
    readable = on.boot.output("find", "/var/lib/sotto", "-perm", "/077", "-o", "-not", "-user", "sotto")
    assert readable == ""


def test_its_tmp_is_its_own(on):
    on.boot.path("/tmp/of-everybody").touch()
    inside = on.boot.output("nsenter", f"--target={on.pid}", "--mount", "ls", "/tmp")
    assert "of-everybody" not in inside


def ends_for(boot, table, **session):
    """The last word of the error that each method ends with for the guest, "" for none."""
    lines = []
    for method, arguments in table.items():
        call = ["gdbus", "call", "--system", "--dest", NAME, "--object-path", PATH, "--method", f"{NAME}.{method}", *arguments]
        lines.append(f"echo {method} $({shlex.join(call)} 2>&1 >/dev/null | sed -n 's/.*Error\\.\\([A-Za-z]*\\): .*/\\1/p')")
    said = boot.as_guest("sh", "-c", "; ".join(lines), **session).stdout
    return dict(line.partition(" ")[::2] for line in said.splitlines())


def test_other_sessions_may_change_nothing(on):
    """Somebody logged in from elsewhere, judged by the real polkit; what is for everybody they may ask."""
    assert ends_for(on.boot, PRIVATE, remote=True) == dict.fromkeys(PRIVATE, "NotAuthorized")
    assert on.is_on()
    questions = {method: PUBLIC[method] for method in ("GetStatistics", "Rules.ListRules", "Queries.Explain")}
    assert ends_for(on.boot, questions, remote=True) == dict.fromkeys(questions, "")


def test_person_at_the_screen_may_see_the_networks(on):
    assert ends_for(on.boot, {"Networks.ListNetworks": ()}) == {"Networks.ListNetworks": ""}


@pytest.fixture(scope="module")
def attempts(on):
    """How each attempt ended, made by a program that runs under the helper's unit as it is installed."""
    program = on.boot.path("/usr/local/bin/attempts")
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-o", program, ATTEMPTS], check=True)
    installed = on.boot.path(on.show("FragmentPath")).read_text(encoding="utf-8")
    service = re.sub(OF_THE_HELPER_ALONE, "", installed[installed.index("[Service]"):installed.index("[Install]")], flags=re.M)
    on.boot.path(f"/run/systemd/system/{BESIDE}").write_text(
        f"{service}\nType=oneshot\nStandardOutput=truncate:/run/attempts\n"
        "ExecStart=/usr/local/bin/attempts /var/lib/sotto\n", encoding="utf-8")
    on.systemctl("daemon-reload")
    on.systemctl("start", BESIDE)
    return dict(line.split() for line in on.boot.output("cat", "/run/attempts").splitlines())


@pytest.mark.parametrize("attempt, end", [
    ("write-state", "done"), ("confine-further", "done"),
    ("write-settings", "EACCES"), ("write-run", "EACCES"), ("read-homes", "EACCES"), ("see-other-processes", "ENOENT"),
    ("see-the-kernels-settings", "ENOENT"), ("run-own-file", "EACCES"),
    ("set-user-id", "EPERM"), ("give-file-away", "EPERM"), ("write-and-execute", "EPERM"),
    ("execute-what-was-written", "EPERM"), ("become-root", "EPERM"), ("new-namespace", "EPERM"), ("mount", "EPERM"),
    ("trace", "EPERM"), ("be-more-important", "EPERM"), ("be-realtime", "EPERM"), ("use-io-uring", "EPERM"),
    ("use-keyring", "EPERM"), ("use-bpf", "EPERM"), ("use-rare-family", "EAFNOSUPPORT")])
def test_attempt_below_the_unit(attempts, attempt, end):
    assert attempts[attempt] == end
