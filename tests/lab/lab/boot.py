# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole Debian booted as the laptop: systemd as process 1, logind, polkit, NetworkManager, all of it real.

The root is a tmpfs overlay over the one that tests/lab/bootroot made, so every boot starts as pristine as the first;
its network is the laptop's. It takes about a second.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from .install import install
from .process import RUN, Daemon, Here, LabError, wait_for
from .resolvers import configure_sotto

BOOTROOT, BOOTLAYER = RUN / "bootroot", RUN / "bootlayer"
"""What tests/lab/bootroot made, and, in suites that have one, a folder of what else every boot finds on its disk."""
GROUP = Path("/sys/fs/cgroup/boot")
POWEROFF = signal.SIGRTMIN + 4


class Boot(Here):
    """`prepare(root)` may change the root before systemd starts: install, configure."""

    running = None
    name = "booted laptop"

    def __init__(self, network, prepare=None, resolved=False, networkmanager=True):
        if not BOOTROOT.exists():
            raise LabError("There is no root to boot: run the tests as tests/lab/run, which makes one with tests/lab/bootroot.")
        self.network, self.networkmanager = network, networkmanager
        self.folder = RUN / "boot"
        self.root = self.folder / "root"
        self.folder.mkdir(exist_ok=True)
        self._mount("tmpfs", self.folder)
        for part in ("upper", "work", "root"):
            (self.folder / part).mkdir()
        below = f"{BOOTLAYER}:{BOOTROOT}" if BOOTLAYER.exists() else BOOTROOT
        self._mount("overlay", self.root, f"lowerdir={below},upperdir={self.folder}/upper,workdir={self.folder}/work")
        if resolved:
            self._use_resolved()
        if not networkmanager:
            self._use_networkd()
        if prepare:
            prepare(self.root)
        self.start()

    @classmethod
    def with_sotto(cls, network, servers, also=None, **options):
        """Booted with the plain build installed, the lab's resolvers configured, and the unit enabled; also(root) then
        changes what it likes."""
        def prepare(root):
            install(root)
            configure_sotto(servers, root)
            if also:
                also(root)
            subprocess.run(["systemctl", f"--root={root}", "enable", "sotto.service"], check=True, capture_output=True)
        return cls(network, prepare, **options)

    @staticmethod
    def _mount(kind, where, options="mode=755"):
        subprocess.run(["mount", "-t", kind, "-o", options, kind, where], check=True)

    def _use_resolved(self):
        unit = self.root / "etc/systemd/system/systemd-resolved.service"
        unit.unlink()
        wants = self.root / "etc/systemd/system/multi-user.target.wants"
        wants.mkdir(exist_ok=True)
        (wants / unit.name).symlink_to(f"/lib/systemd/system/{unit.name}")
        (self.root / "etc/NetworkManager/conf.d/lab.conf").write_text("[main]\ndns=systemd-resolved\n")
        resolv_conf = self.root / "etc/resolv.conf"
        resolv_conf.unlink()
        resolv_conf.symlink_to("../run/systemd/resolve/stub-resolv.conf")

    def _use_networkd(self):
        """In NetworkManager's place, as on a server or in an image; it wants resolved."""
        units = self.root / "etc/systemd/system"
        (units / "NetworkManager.service").symlink_to("/dev/null")
        (units / "multi-user.target.wants/systemd-networkd.service").symlink_to("/lib/systemd/system/systemd-networkd.service")
        (self.root / "etc/systemd/network/wl0.network").write_text(
            "[Match]\nName=wl0\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n[DHCPv4]\nUseDomains=yes\n")

    def start(self):
        """Power on: also again after halt(), with what is on the disk."""
        GROUP.mkdir(exist_ok=True)
        script = f'echo $$ >{GROUP}/cgroup.procs; exec unshare --fork --kill-child=KILL --propagation private' \
                 ' --pid --mount --ipc --uts --cgroup sh "$@"'
        init = Path(__file__).parent.parent / "boot-init"
        # The network of the laptop, but the lab's own mounts: the laptop's were cut off before the root's was made.
        self.daemon = Daemon("boot", ["nsenter", f"--target={self.network.laptop.holder}", "--net", "--",
                                      "sh", "-c", script, "boot", str(init), str(self.root)])
        children = Path(f"/proc/{self.daemon.pid}/task/{self.daemon.pid}/children")
        self.init = int(self.daemon.wait_until("process 1 of the boot", lambda: children.read_text().split())[0])
        Boot.running = self
        self.daemon.wait_until("systemd to be up", self._is_up, 60)

    def _is_up(self):
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        if state == "degraded":
            failed = self.output("systemctl", "--no-legend", "--plain", "--failed")
            raise LabError(f"Units failed while booting: {failed}\n{self.journal()}")
        return state == "running"

    def command(self, argv):
        return ["nsenter", f"--target={self.init}", "--mount", "--net", "--pid", "--ipc", "--uts", "--cgroup", "--root",
                "--wdns=/", "--", "env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                *map(str, argv)]

    def as_guest(self, *argv, check=True, remote=False, name="guest", **options):
        """As the user at the screen, in a session of logind's with its own session bus; or logged in from elsewhere, or another
        user who is there."""
        seat = [] if remote else ["-E", "XDG_SEAT=seat0", "-E", "XDG_SESSION_TYPE=x11", "-E", "XDG_SESSION_CLASS=user"]
        return self.run("systemd-run", "--quiet", "--pipe", "--wait", "--collect", f"--uid={name}", "-p", "PAMName=login",
                        *seat, *argv, check=check, **options)

    def path(self, inside):
        """Of a file of the booted system's, also of those on its own mounts (/run, /tmp)."""
        return Path(f"/proc/{self.init}/root") / str(inside).lstrip("/")

    def nameservers(self):
        return [line.split()[1] for line in self.path("/etc/resolv.conf").read_text().splitlines()
                if line.startswith("nameserver ")]

    def is_online(self):
        if self.networkmanager:
            return self.run("nmcli", "-t", "-f", "STATE", "general", check=False).stdout.startswith("connected")
        return self.run("ip", "route", "show", "default").stdout != ""

    def wait_online(self, seconds=20):
        wait_for("the booted laptop to be online", self.is_online, seconds)

    def journal(self, *options):
        return self.run("journalctl", "--no-pager", "--boot", "--lines=80", *options, check=False).stdout

    def halt(self):
        """Shut down in order; the disk stays until close()."""
        os.kill(self.init, POWEROFF)
        try:
            self.daemon.wait(30)
        except subprocess.TimeoutExpired:
            raise LabError(f"The booted laptop does not shut down:\n{self.daemon.log[-2000:]}") from None
        self.daemon.stop()
        Boot.running = None
        # The network's namespace outlives the boot; a machine that was off knows no addresses and routes.
        self.network.laptop.ip("link", "set", "wl0", "down")
        self.network.release_laptop()

    def close(self):
        """Cut the power and throw the disk away."""
        self.daemon.stop(signal.SIGKILL)
        Boot.running = None
        wait_for("the boot's processes to end", lambda: not (GROUP / "cgroup.procs").read_text(), 10)
        subprocess.run(["umount", self.root], check=True)
        subprocess.run(["umount", self.folder], check=True)
        shutil.rmtree(self.folder)
        self.network.release_laptop()
