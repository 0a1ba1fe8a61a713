# SPDX-License-Identifier: GPL-3.0-or-later
"""What several steps look at."""

import re

from lab.boot import BOOTROOT
from lab.host_files import differences, host_files
from lab.payload import ID

MANAGE_UNITS = "org.freedesktop.systemd1.manage-units"
TURN_ON = "^(Turn On Protection|Try Again)$"
ADMINISTRATOR = "^An administrator has to allow this\\.$"
WWW = "www.example.test"
SECRET = "nobody-may-read-this.wild.example.test"
EXCUSED = {
    "var/lib/flatpak": "Flatpak's own: what it installs, and what it says about it",
    "home/guest/.var": "the app's own data, which Flatpak keeps as long as it is not told otherwise",
    "home/guest/.cache": "Flatpak's, fontconfig's and the panel's caches",
    "home/guest/.config": "the panel's and the desktop's settings, which they write when they like",
    "home/guest/.local/share/flatpak": "a user installation",
    "root/.cache": "Flatpak's system helper keeps an empty cache there",
}
"""Folders whose contents may change, and why. (Those of every boot are in lab/host_files.py.)"""
NO_TRACE = {
    "/etc/sotto": "the settings, which the tests wrote",
    "/run/sotto-setup.lock": "empty, gone with the boot: who deletes a lock may take it from under somebody who waits for it",
}
"""Paths with our name in them that may be there, and why."""


def on_disk(laptop):
    return host_files(laptop.boot.path("/"), EXCUSED, BOOTROOT)


def unchanged(before, laptop):
    """Nothing on the disk is another than before."""
    told = differences(before, on_disk(laptop))
    assert not told, "\n".join(told)


def no_trace(laptop):
    """Files anywhere, /run among them, that bear our name; [] where Sotto never was, or is no more."""
    done = laptop.boot.run("find", "/", "/run", "-xdev", "-iname", "*sotto*", "-not", "-path", "/var/lib/flatpak/*",
                           "-not", "-path", "/home/*", check=False)  # a folder may go while it looks
    found = done.stdout.splitlines()
    assert "/etc/sotto" in found, done.stderr
    return [path for path in found if not path.startswith(tuple(NO_TRACE))]


def helper_files(laptop):
    """Those that the helper has mapped."""
    maps = laptop.boot.path(f"/proc/{laptop.pid}/maps").read_text()
    return sorted({path for path in re.findall(r" (/.*)$", maps, re.M) if not path.startswith(("/dev/", "/memfd:"))})


def flatpak_commit(laptop, installation="--system"):
    return laptop.desktop.output("flatpak", "info", installation, "--show-commit", ID)


def nothing_lost(load):
    """Every question of a program's was answered; says how long the longest wait was."""
    lost = [one for one in load.asked if not one.is_answered]
    longest = max(one.answered - one.sent for one in load.asked if one.answered is not None)
    print(f"{len(load.asked)} questions asked meanwhile, {len(lost)} lost, the longest wait {longest:.2f} s")
    assert not lost, [(one.sent - load.asked[0].sent, one.server, one.rcode) for one in lost]
