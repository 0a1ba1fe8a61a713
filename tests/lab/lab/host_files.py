# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on a computer's disk, so that nothing can stay behind unseen."""

import hashlib
import os
import stat
from pathlib import Path

ELSEWHERE = ("proc", "sys", "dev", "run", "tmp", "oldroot")
"""Not the disk."""

COMES_AND_GOES = ("var/log", "var/cache", "var/tmp", "var/lib/systemd", "var/lib/NetworkManager")
"""Journals, caches, clocks and leases: every boot writes them, with Sotto or without. Of NetworkManager's folder only what names us counts."""


BACKUPS = ("etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-")
"""The account tools' own, of the state before their last change; the files themselves count."""


def _contents(path, status):
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(path)
    if stat.S_ISREG(status.st_mode):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


def host_files(root, ignored=()):
    """{path: (mode, owner, contents)} of everything below `root`."""
    root, found = Path(root), {}
    skipped = {root / folder for folder in (*ELSEWHERE, *COMES_AND_GOES, *ignored)}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if Path(folder, name) not in skipped]
        for name in folders + files:
            path = Path(folder, name)
            if str(path.relative_to(root)) in BACKUPS:
                continue
            status = path.lstat()
            found[str(path.relative_to(root))] = (oct(status.st_mode), status.st_uid, status.st_gid, _contents(path, status))
    return found


def differences(before, after):
    """One line a path that came, went, or is another; empty when nothing did."""
    return [f"{'-' if path not in after else '+' if path not in before else '!'} {path}"
            for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]
