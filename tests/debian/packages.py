# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages that tests/tools/deb made, what is in them, and how they come onto the booted laptop and leave it."""

import io
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from lab.process import RUN

FOLDER = Path(os.environ.get("SOTTO_PACKAGES", "/nowhere"))
NAMES = ("sottod", "sotto", "sotto-signin")


def package(name):
    return next(FOLDER.glob(f"{name}_*.deb"))


def changes():
    return next(FOLDER.glob("*.changes"))


def field(name, key):
    return subprocess.run(["dpkg-deb", "--field", package(name), key], check=True, capture_output=True, text=True).stdout.strip()


def contents(name):
    """{path: bytes} of the files in a package."""
    tar = subprocess.run(["dpkg-deb", "--fsys-tarfile", package(name)], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        return {entry.name.removeprefix("./"): archive.extractfile(entry).read() for entry in archive if entry.isfile()}


def newer(name):
    """The same package as the next version: another changelog would make no other files."""
    folder, path = RUN / f"{name}.newer", RUN / f"{name}_newer.deb"
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["dpkg-deb", "--raw-extract", package(name), folder], check=True)
    control = folder / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1+newer", control.read_text()))
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", folder, path], check=True, capture_output=True)
    return path


def dpkg(boot, *words):
    """With everything it says, on failure."""
    done = boot.run("dpkg", *words, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def install(boot, path):
    """Its dependencies are there: the boot's root holds what the helper needs at run time."""
    inside = f"/root/{path.name}"
    (boot.path(inside)).write_bytes(path.read_bytes())
    done = dpkg(boot, "--install", inside)
    boot.path(inside).unlink()
    return done


def installed_version(boot, name):
    return boot.output("dpkg-query", "--show", "--showformat", "${Version}", name)


def changed_files(boot, name):
    """Of a package that is installed: those missing or not as they were packed. The boot's root goes without documentation and translations."""
    left_out = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/")
    return [line for line in dpkg(boot, "--verify", name).stdout.splitlines() if not any(place in line for place in left_out)]
