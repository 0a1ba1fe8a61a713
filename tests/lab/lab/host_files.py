# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on a computer's disk, so that nothing can stay behind unseen."""

import hashlib
import os
import stat
from pathlib import Path

ELSEWHERE = ("proc", "sys", "dev", "run", "tmp", "oldroot")
"""Not the disk."""

COMES_AND_GOES = ("var/log", "var/cache", "var/tmp", "var/lib/systemd", "var/lib/NetworkManager")
"""Journals, caches, clocks and leases: every boot writes them, with Sotto or without."""

BACKUPS = ("etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-")
"""The account tools' own, of the state before their last change; the files themselves count."""


UNREAD = "as in the root it was booted from"


def _digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mark(status):
    """What no program can put back after it wrote: the change time, among others."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _contents(path, status, original):
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(path)
    if not stat.S_ISREG(status.st_mode):
        return ""
    if original and original.is_file() and not original.is_symlink():
        if _mark(status) == _mark(original.lstat()) or _digest(path) == _digest(original):
            return UNREAD
    return _digest(path)


def host_files(root, ignored=(), original=None):
    """{path: (mode, owner, contents)} of everything below `root`. `original` may be the root that `root` is an overlay of:
    files that are still its files need not be read."""
    root, found = Path(root), {}
    skipped = {root / folder for folder in (*ELSEWHERE, *COMES_AND_GOES, *ignored)}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if Path(folder, name) not in skipped]
        for name in folders + files:
            path = Path(folder, name)
            inside = str(path.relative_to(root))
            if inside in BACKUPS:
                continue
            status = path.lstat()
            contents = _contents(path, status, original and Path(original, inside))
            found[inside] = (oct(status.st_mode), status.st_uid, status.st_gid, contents)
    return found


def differences(before, after):
    """One line a path that came, went, or is another; empty when nothing did."""
    return [f"{'-' if path not in after else '+' if path not in before else '!'} {path}"
            for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]
