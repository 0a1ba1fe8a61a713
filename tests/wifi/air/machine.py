# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole machine with a kernel of its own, in qemu: where Wi-Fi, suspend and the clock are real.

Its processor is emulated, which every computer can do, and so everything in it takes some twenty times as long: the tests
run out here, in Python, and have scripts run in there by the agent on its serial line. What is written to its disk is
forgotten when it ends. It has no network but its own air.
"""

import base64
import os
import shlex
import shutil
import socket
import subprocess
import tarfile
import time
from pathlib import Path

from lab.install import build_folder
from lab.pki import Authority
from lab.process import LabError, wait_for

GUEST = Path(__file__).parent.parent / "guest"
UNITS = ("agent.service", "air.service")
PROGRAMS = ("agent", "air", "prober", "unbound.conf", "www")
SPARED = ("systemd-udev-trigger.service", "systemd-hostnamed.service", "NetworkManager-dispatcher.service",
          "systemd-journal-flush.service", "systemd-tmpfiles-clean.timer", "systemd-update-utmp.service", "systemd-random-seed.service",
          "modprobe@.service", "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount")
"""What takes seconds in there and is missed by nobody."""
BOOT_S = 240
"""Patience for machines that do much else at the same time."""


def _root_owns(entry):
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def _install(root):
    """Sotto as `meson install` puts it; its system user guest/init makes."""
    done = subprocess.run(["meson", "install", "-C", build_folder(), "--no-rebuild", "--quiet"], check=False, capture_output=True,
                          text=True, env={**os.environ, "DESTDIR": str(root)})
    if done.returncode != 0:
        raise LabError(f"meson install failed: {(done.stderr or done.stdout).strip()[-1000:]}")


def _choose_units(root):
    """What systemd starts, and what not."""
    units, hooks = root / "etc/systemd/system", root / "usr/lib/systemd/system-sleep"
    wanted = units / "multi-user.target.wants"
    for folder in (wanted, hooks):
        folder.mkdir(parents=True)
    for name in UNITS:
        shutil.copy(GUEST / name, units / name)
        (wanted / name).symlink_to(f"../{name}")
    (wanted / "sotto.service").symlink_to("/lib/systemd/system/sotto.service")
    for name in SPARED:
        (units / name).symlink_to("/dev/null")
    shutil.copy(GUEST / "sleeping", hooks)


def _hand_over(folder):
    """What a boot gets beside the image, as folder/hand-over.tar: Sotto, the air, and the lab's authority."""
    root = folder / "root"
    _install(root)
    _choose_units(root)
    opt, settings = root / "opt/air", root / "etc/sotto/sotto.conf.d"
    opt.mkdir(parents=True)
    for name in PROGRAMS:
        copy = shutil.copytree if (GUEST / name).is_dir() else shutil.copy
        copy(GUEST / name, opt / name)
    authority = Authority(folder / "pki")
    authority.trust(root)
    for suffix in ("key", "crt"):
        shutil.copy(folder / f"pki/server.{suffix}", opt)
    settings.mkdir(parents=True, exist_ok=True)
    shutil.copy(GUEST / "sotto.conf", settings / "50-lab.conf")
    with tarfile.open(folder / "hand-over.tar", "w") as tar:
        for entry in sorted(root.iterdir()):
            tar.add(entry, entry.name, filter=_root_owns)


class Machine:
    """Switched on by the constructor, which returns when its agent is ready. `image`: the folder tests/wifi/image made;
    `folder`: an empty one for this boot."""

    def __init__(self, image, folder):
        self.console = folder / "console.log"
        _hand_over(folder)
        began = time.monotonic()
        line = folder / "line"
        self.qemu = subprocess.Popen([
            "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024", "-nic", "none",
            "-display", "none", "-no-reboot", "-snapshot", "-kernel", image / "vmlinuz", "-initrd", image / "initrd",
            "-drive", f"file={image / 'root.img'},if=virtio,format=raw",
            "-drive", f"file={folder / 'hand-over.tar'},if=virtio,format=raw",
            "-serial", f"file:{self.console}", "-serial", f"unix:{line},server=on,wait=off",
            "-append", "console=ttyS0 quiet mitigations=off panic=-1 net.ifnames=0 rdinit=/init systemd.show_status=0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            wait_for("qemu's serial line", line.exists)
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.connect(str(line))
            self._line = self._socket.makefile("rwb")
            self._socket.settimeout(BOOT_S)
            self._read("the machine to start")
        except Exception:
            self.close()
            raise
        self.boot_s = time.monotonic() - began

    def _read(self, what):
        try:
            line = self._line.readline()
        except TimeoutError:
            line = b""
        if not line:
            raise LabError(f"Still waiting for {what}. The machine's last words: {self._last_words()}")
        return line.decode().strip()

    def _last_words(self):
        return self.console.read_text(errors="replace")[-2000:] if self.console.exists() else ""

    def shell(self, script, check=True, timeout=120):
        """Run a script of bash as root in the laptop's network; the CompletedProcess has text in stdout and stderr."""
        self._socket.settimeout(timeout)
        self._line.write(base64.b64encode(script.encode()) + b"\n")
        self._line.flush()
        code, *texts = self._read(f"an answer to {script!r}").split("|")
        done = subprocess.CompletedProcess(script, int(code), *(base64.b64decode(text).decode(errors="replace") for text in texts))
        if check and done.returncode != 0:
            raise LabError(f"{script} ended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
        return done

    def run(self, *argv, **options):
        return self.shell(shlex.join(map(str, argv)), **options)

    def output(self, *argv, **options):
        return self.run(*argv, **options).stdout.strip()

    def read(self, path, offset=0):
        """The bytes of a file from `offset` on."""
        return base64.b64decode(self.shell(f"tail -c +{offset + 1} {path} | base64 -w0").stdout)

    def uptime(self):
        """Seconds, by the clock that nobody sets."""
        return float(self.shell("cat /proc/uptime").stdout.split()[0])

    def journal(self, *options):
        return self.run("journalctl", "--no-pager", "--lines=60", *options, check=False).stdout

    def close(self):
        self.qemu.kill()
        self.qemu.wait()
