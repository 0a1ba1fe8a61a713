# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the packages."""

import gzip
import re
import subprocess
from pathlib import Path

import pytest

from lab.install import build_folder, install
from lab.process import RUN
from packages import FOLDER, NAMES, changes, contents, field, package

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def meson_installs():
    """{path: bytes} of what `meson install` puts below /usr, of the plain build."""
    folder = RUN / "meson-installs"
    subprocess.run(["meson", "install", "-C", build_folder(), "--no-rebuild", "--quiet", f"--destdir={folder}"], check=True)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def packaged():
    """The same of all packages together, without what is for Debian alone; man pages unpacked."""
    return {path.removesuffix(".gz"): gzip.decompress(data) if path.endswith(".gz") else data
            for name in NAMES for path, data in contents(name).items() if not path.startswith("usr/share/doc/")}


def test_lintian_finds_nothing():
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", changes()], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_version_is_that_of_the_program():
    version = re.search(r"version: '(.*)'", (ROOT / "meson.build").read_text())[1]
    assert {field(name, "Version") for name in NAMES} == {version}


def test_no_file_is_in_two_packages():
    everything = [path for name in NAMES for path in contents(name)]
    assert len(everything) == len(set(everything))


def test_packages_hold_what_meson_installs(packaged, meson_installs):
    assert sorted(packaged) == sorted(meson_installs)
    # debhelper strips programs, and takes the dates out of translations.
    other = [path for path, data in packaged.items()
             if data != meson_installs[path] and not data.startswith(b"\x7fELF") and not path.endswith(".mo")]
    assert other == []


def test_helper_needs_no_desktop():
    assert "gtk" not in field("sottod", "Depends") + field("sottod", "Recommends")


def test_apt_would_install_them():
    """Every dependency is to be had."""
    subprocess.run(["apt-get", "install", "--simulate", *(package(name) for name in NAMES)], check=True, capture_output=True)


def test_example_is_understood():
    """With every line of it in use."""
    example = contents("sottod")["usr/share/doc/sottod/examples/sotto.conf"].decode()
    path = RUN / "example.conf"
    path.write_text(re.sub(r"(?m)^#(?=[\[A-Z])", "", example))
    Path("/etc/sotto").mkdir(exist_ok=True)
    Path("/etc/sotto/ads.txt").write_text("ads.example.com\n")
    install()
    done = subprocess.run(["timeout", "2", "sottod", "--config", path, "--listen", "127.0.0.1:5399"], check=False,
                          capture_output=True, text=True)
    assert "warning" not in done.stderr and done.returncode == 124, done.stderr
