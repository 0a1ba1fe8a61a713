# SPDX-License-Identifier: GPL-3.0-or-later
"""What `meson install` puts on a machine, put on the laptop: the lab's overlays, or the root of a boot."""

import os
import subprocess
from pathlib import Path

from .process import LabError


def build_folder(flavour="plain"):
    """The build to test, "plain" or "asan": ./dev sets SOTTO_BUILD to the folder that holds them."""
    folder = Path(os.environ.get("SOTTO_BUILD", "/nowhere")) / flavour
    if not (folder / "build.ninja").exists():
        raise LabError(f"SOTTO_BUILD must name a folder with a finished build in {flavour}/: run the tests as ./dev test.")
    return folder


def install(root="/", build=None):
    """Install the finished build into `root` and make its system user; nothing is compiled here."""
    build = build or build_folder()
    destination = {} if str(root) == "/" else {"DESTDIR": str(root)}
    done = subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet"], check=False, capture_output=True,
                          text=True, env={**os.environ, **destination})
    if done.returncode != 0:
        raise LabError(f"meson install failed: {(done.stderr or done.stdout).strip()[-1000:]}")
    # Ours alone: the other packages' users are there since they were installed.
    done = subprocess.run(["systemd-sysusers", f"--root={root}", "sotto.conf"], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"systemd-sysusers failed: {done.stderr.strip()}")
