# SPDX-License-Identifier: GPL-3.0-or-later
"""Sotto under a real systemd: what holds the machine's DNS through a crash, and what gives it back.

One boot is shared by all tests; the fixture `protected` brings it back to "on" before each, whatever the last one did.
"""

import json
import time

import dns.message
import pytest

from lab.boot import Boot
from lab.booted_sotto import UNIT, BootedSotto
from lab.capture import Capture
from lab.helper import NAME, PATH
from lab.load import Load
from lab.process import wait_for
from lab.topology import BIND, HOTEL, LIE, TRUTH

BIND_ALONE, ADMIN_ALONE = 1 << 10, 1 << 12
"""CAP_NET_BIND_SERVICE and CAP_NET_ADMIN as /proc shows them."""
CHANGES_S, GROWTH_KB = 10, 512
"""Resolvers have their TLS sessions, and come and go; a leak of 10 KB a change would be more."""


@pytest.fixture(scope="module")
def laptop(network, hotel_for_all, servers):
    boot = Boot.with_sotto(network, servers)
    yield BootedSotto(boot)
    boot.close()


@pytest.fixture
def protected(laptop, hotel):
    laptop.make_ready()
    return laptop


@pytest.fixture
def asker(protected):
    with protected.asker():
        yield


def no_leak(capture):
    """The load's names were not readable, nor was any other question."""
    return capture.no_plain_dns(*(f"load-{number}.wild.example.test" for number in (0, 10, 50, 100)))


def test_unit_starts_and_its_journal_is_clean(laptop):
    assert laptop.systemctl("is-system-running") == "running"
    assert laptop.show("User") == "sotto"
    assert laptop.boot.output("ps", "-o", "user=", "-p", laptop.pid) == "sotto"
    complaints = laptop.boot.journal("-u", UNIT, "-p", "warning", "--output=cat", "--quiet")
    assert complaints.strip() == ""


def test_guest_at_the_screen_turns_on_and_off(protected):
    assert protected.lookup() == TRUTH
    protected.turn("off")
    protected.wait_restored(time.monotonic())
    assert protected.lookup() == LIE
    protected.turn("on")
    assert protected.lookup() == TRUTH


def test_remote_guest_may_not(protected):
    done = protected.boot.as_guest("sottoctl", "off", remote=True, check=False)
    assert done.returncode != 0
    assert protected.is_on()


def test_every_thread_has_what_was_promised(protected):
    folder = protected.boot.path(f"/proc/{protected.pid}/task")
    threads = list(folder.iterdir())
    assert len(threads) > 1  # GDBus has its own
    for thread in threads:
        fields = dict(line.split(":\t", 1) for line in (thread / "status").read_text().splitlines() if ":\t" in line)
        sets = {name: int(fields[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapAmb")}
        assert sets == {"CapPrm": BIND_ALONE, "CapEff": BIND_ALONE, "CapInh": 0, "CapAmb": 0}, thread.name
        assert fields["NoNewPrivs"].strip() == "1"


def test_keeper_of_the_barrier_keeps_one_capability(protected):
    """And with it nothing else of the helper's: its device must vanish with the helper."""
    keeper = protected.boot.output("ps", "-o", "pid=", "--ppid", protected.pid).strip()
    assert protected.boot.output("ps", "-o", "comm=,user=", "-p", keeper).split() == ["sottod-barrier", "sotto"]
    status = protected.boot.path(f"/proc/{keeper}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    sets = {name: int(fields[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapAmb")}
    assert sets == {"CapPrm": ADMIN_ALONE, "CapEff": ADMIN_ALONE, "CapInh": 0, "CapAmb": 0}
    links = protected.boot.output("sh", "-c", f"ls -l /proc/{keeper}/fd")
    assert "tun" not in links


def test_security_of_the_unit(protected):
    print(protected.boot.output("systemd-analyze", "security", "--no-pager", UNIT))


def test_portal_probe_runs_below_the_unit(protected, hotel, servers):
    """Where no resolver is reached the helper starts it, and the check page is what it asks."""
    protected.turn("off")
    seen = servers.daemons["checkpage"].log.count("Sotto asks for /")
    hotel.mode("drop53", "block853", "blockquic", "blockdoh", "blockdnscrypt")
    protected.boot.as_guest("sottoctl", "on", check=False)
    assert servers.daemons["checkpage"].log.count("Sotto asks for /") > seen
    complaints = protected.boot.journal("-u", UNIT, "--output=cat", "--quiet")
    assert "portal probe" not in complaints


def test_unit_that_goes_around_is_named(protected):
    wire = "".join(f"\\x{byte:02x}" for byte in dns.message.make_query("www.example.test", "A").to_wire())
    script = f"exec 3<>/dev/udp/{BIND}/53; printf '{wire}' >&3; head -c 1 <&3; sleep 1"
    protected.boot.run("systemd-run", "--wait", "--collect", "--unit=stubborn", "--uid=guest", "timeout", "5", "bash", "-c", script)
    newest = wait_for("the program", lambda: json.loads(protected.boot.output("sottoctl", "leaks", "--json")), 3)[0]
    assert (newest["program"], newest["user"], newest["destination"]) == ("stubborn", "guest", BIND)


def report(what, asked, since, until):
    """Every question asked within the time was answered; says how many there were."""
    meanwhile = [one for one in asked if since <= one.sent <= until]
    assert meanwhile, f"{what}: nothing was asked meanwhile"
    lost = [one for one in meanwhile if not one.is_answered]
    longest = max((one.answered - one.sent for one in meanwhile if one.is_answered), default=0.0)
    print(f"{what}: {until - since:.2f} s without a helper, {len(meanwhile)} questions asked meanwhile, {len(lost)} lost,"
          f" the longest wait {longest:.2f} s; {sum(not one.is_answered for one in asked)} of {len(asked)} in all lost")
    assert not lost, [(one.sent - since, one.rcode) for one in lost]
    return meanwhile


def kill(laptop):
    laptop.systemctl("kill", "--signal=KILL", "--kill-who=main", UNIT)


def take_memory(laptop):
    """It gets no more than it has, and is sent what it has to keep for a moment."""
    as_it = ["setpriv", "--reuid=sotto", "--regid=sotto", "--clear-groups"]
    laptop.boot.output(*as_it, "prlimit", f"--pid={laptop.pid}", "--data=1:1")
    laptop.boot.run("gdbus", "call", "--system", "--dest", NAME, "--object-path", PATH, "--method", f"{NAME}.SetResolver",
                    "x" * 100_000, check=False)


@pytest.mark.parametrize("crash", [kill, take_memory])
def test_crash_holds(protected, network, crash):
    with Capture(network) as capture:
        with Load(protected.boot) as load:
            time.sleep(1)
            old = protected.pid
            crash(protected)
            killed = time.monotonic()
            protected.wait_running(other_than=old)
            back = time.monotonic()
            time.sleep(2)
        wait_for("protection", protected.is_on, 5)
    report("crash", load.asked, killed, back)
    first = load.first_good_after(killed)
    print(f"crash by {crash.__name__}: first lookup after {first:.2f} s")
    assert first < 5
    assert crash is not take_memory or "failed to allocate" in protected.boot.journal("-u", UNIT, "--output=cat")
    no_leak(capture)


def test_upgrade_holds(protected, network):
    with Capture(network) as capture:
        with Load(protected.boot, rate=200) as load:
            time.sleep(1)
            before = time.monotonic()
            protected.systemctl("restart", UNIT)
            back = time.monotonic()
            time.sleep(2)
        wait_for("protection", protected.is_on, 5)
    report("upgrade", load.asked, before, back)
    assert all(one.is_answered for one in load.asked)  # also what was under way
    assert load.first_good_after(before) < 5
    no_leak(capture)


def test_hang_ends_by_the_watchdog(protected, network):
    protected.drop_in("[Service]\nWatchdogSec=2\nTimeoutAbortSec=1\n")
    protected.systemctl("restart", UNIT)
    wait_for("protection", protected.is_on, 5)
    old = protected.pid
    with Capture(network) as capture:
        with Load(protected.boot, rate=10) as load:
            protected.boot.run("kill", "-STOP", old)
            stopped = time.monotonic()
            protected.wait_running(other_than=old)
            time.sleep(2)
    first = load.first_good_after(stopped)
    print(f"hang: first lookup after {first:.2f} s")
    assert first < 10
    no_leak(capture)


def test_networkmanager_restart_holds(protected, network):
    with Capture(network) as capture:
        with Load(protected.boot) as load:
            time.sleep(0.5)
            protected.systemctl("restart", "NetworkManager.service")
            protected.boot.wait_online()
            time.sleep(3)
    assert protected.is_on()
    assert {one.server for one in load.asked} == {protected.boot.nameservers()[0]}
    print(f"NetworkManager restart: {sum(not one.is_answered for one in load.asked)} of {len(load.asked)} lost")
    no_leak(capture)


def test_networking_off_and_on(protected, network):
    """NetworkManager takes our connection down before the network's, and brings the network up before ours."""
    with Capture(network) as capture, Load(protected.boot, rate=300) as load:
        protected.turn_networking_off_and_on()
        calm = time.monotonic()
        time.sleep(1)
    assert not load.unanswered_since(calm)
    no_leak(capture)


def holds(laptop):
    """What the helper has of its own: KB of memory, descriptors, threads."""
    facts = dict(line.split(":\t", 1) for line in laptop.boot.output("cat", f"/proc/{laptop.pid}/status").splitlines() if ":\t" in line)
    return (int(facts["RssAnon"].split()[0]), len(laptop.boot.output("ls", f"/proc/{laptop.pid}/fd").split()),
            int(facts["Threads"]))


def change_everything(laptop, seconds):
    """Another resolver, asked of the helper, and the network anew, asked of NetworkManager, in turns; how often."""
    turns, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        laptop.sottoctl("use", ["lab-unbound", "lab-kresd", "auto"][turns % 3])
        if turns % 4 == 3:
            laptop.boot.output("nmcli", "device", "connect", "wl0")
        turns += 1
    return turns


def test_changes_over_the_bus_cost_no_memory(protected, network):
    with Capture(network) as capture, Load(protected.boot) as load:
        change_everything(protected, CHANGES_S / 2)
        pid, before = protected.pid, holds(protected)
        turns = change_everything(protected, CHANGES_S)
        wait_for("protection", protected.is_on, 5)
        after = holds(protected)
        time.sleep(1)
    lost = [one for one in load.asked if not one.is_answered]
    print(f"{turns} changes in {CHANGES_S} s: {before} before, {after} after; {len(load.asked)} questions, {len(lost)} lost")
    assert protected.pid == pid
    assert after[0] - before[0] < GROWTH_KB
    assert abs(after[1] - before[1]) <= 6 and abs(after[2] - before[2]) <= 2
    assert not lost
    no_leak(capture)


def test_without_protection_the_load_is_seen(protected, network):
    """Else the captures of the other tests would prove nothing."""
    protected.turn("off")
    with Capture(network) as capture, Load(protected.boot):
        time.sleep(0.5)
    with pytest.raises(AssertionError, match="DNS in clear.*load-"):
        no_leak(capture)


def test_reboot_holds(protected, network, asker):
    protected.boot.halt()
    with Capture(network) as capture:
        protected.boot.start()
        wait_for("protection, with no hand", protected.is_on, 10)
        time.sleep(1)
    assert protected.systemctl("is-active", "sotto-boot.service", check=False) == "inactive"
    assert not protected.boot.path("/run/NetworkManager/conf.d/90-sotto.conf").exists()
    evidence = capture.no_plain_dns("asked.wild.example.test")
    print(f"reboot: {sum(evidence.packets_by_port.get(port, 0) for port in (853, 7443))} encrypted packets")
    assert evidence.packets_by_port.get(853, 0) + evidence.packets_by_port.get(7443, 0) > 10


def test_reboot_without_protection_is_seen(protected, network, asker):
    protected.turn("off")
    protected.boot.halt()
    with Capture(network) as capture:
        protected.boot.start()
        protected.boot.wait_online()
        time.sleep(1)
    assert protected.boot.nameservers() == [HOTEL]
    with pytest.raises(AssertionError, match="DNS in clear.*asked"):
        capture.no_plain_dns()


def test_off_after_reboot_restores(protected):
    protected.boot.halt()
    protected.boot.start()
    wait_for("protection", protected.is_on, 10)
    protected.turn("off")
    protected.wait_restored(time.monotonic())


def test_stop_restores(protected):
    before = time.monotonic()
    protected.systemctl("stop", UNIT)
    print(f"stop: restored after {protected.wait_restored(before):.2f} s")
    assert protected.lookup() == LIE


def test_disable_restores(protected):
    before = time.monotonic()
    protected.systemctl("disable", "--now", UNIT)
    print(f"disable: restored after {protected.wait_restored(before):.2f} s")


def test_restart_limit_restores(protected):
    """A failure that restarting cannot cure."""
    deadline = time.monotonic() + 25
    while protected.show("ActiveState") != "failed":
        assert time.monotonic() < deadline, "systemd goes on restarting"
        protected.systemctl("kill", "--signal=KILL", UNIT, check=False)
        time.sleep(0.05)
    print(f"restart limit: restored after {protected.wait_restored(time.monotonic()):.2f} s")
    assert protected.lookup() == LIE


def test_broken_upgrade_restores(protected):
    """The new program cannot start."""
    protected.drop_in("[Service]\nExecStart=\nExecStart=/bin/false\n")
    protected.systemctl("restart", UNIT, check=False)
    wait_for("systemd to give up", lambda: protected.show("ActiveState") == "failed", 25)
    print(f"broken upgrade: restored after {protected.wait_restored(time.monotonic()):.2f} s")


def test_nothing_is_left_in_networkmanager(protected):
    assert protected.networkmanager_files() == protected.networkmanager_files_without
    protected.turn("off")
    assert protected.networkmanager_files() == protected.networkmanager_files_without


def test_removal_restores(protected):
    """What a package does on removal: stop the unit, take the files away. The last test here: it leaves nothing to test."""
    protected.systemctl("disable", "--now", UNIT)
    stopped = time.monotonic()
    protected.boot.run("sh", "-c", "rm -r /usr/sbin/sottod /usr/bin/sotto* /usr/libexec/sotto /lib/systemd/system/sotto*"
                                   " /usr/lib/NetworkManager/dispatcher.d/90-sotto /etc/sotto /var/lib/sotto")
    protected.systemctl("daemon-reload")
    protected.wait_restored(stopped)
    assert protected.lookup() == LIE
    links, routes = (protected.boot.output("ip", *words) for words in (("link",), ("route", "show", "table", "all")))
    assert "sotto" not in links + routes
    protected.systemctl("restart", "NetworkManager.service")
    protected.boot.wait_online()
    assert protected.resolv_conf() == protected.resolv_conf_without
    assert protected.networkmanager_files() == protected.networkmanager_files_without
