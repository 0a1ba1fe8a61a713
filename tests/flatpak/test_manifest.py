# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be said of the Flatpak without building it: pinned sources, the permissions and no others, names that agree."""
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
ID = "io.github.sottodns.Sotto"
DESKTOP = ROOT / "data" / "desktop"
PATH = ROOT / "flatpak" / f"{ID}.yml"
MANIFEST = yaml.safe_load(PATH.read_text())
SOURCES = [pytest.param(source, id=f"{module['name']}-{number}")
           for module in MANIFEST["modules"] for number, source in enumerate(module["sources"])]


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_pinned(source):
    kind = source["type"]
    if kind == "git":
        assert re.fullmatch(r"[0-9a-f]{40}", source["commit"]) and source["url"].startswith("https://")
    elif kind == "archive":
        assert re.fullmatch(r"[0-9a-f]{64}", source["sha256"]) and source["url"].startswith("https://")
    elif kind == "dir":
        assert source["path"] == ".."
    else:
        assert kind == "shell"


def test_runtime_is_a_release():
    assert MANIFEST["runtime"] == "org.gnome.Platform" and MANIFEST["sdk"] == "org.gnome.Sdk"
    assert re.fullmatch(r"\d+", MANIFEST["runtime-version"])


def test_permissions_are_those_the_readme_explains():
    readme = (ROOT / "flatpak" / "README.md").read_text()
    section = readme.split("\n## Permissions\n")[1].split("\n## ")[0]
    explained = re.findall(r"^\| `(--[^`]+)` \| \S", section, re.M)
    assert sorted(MANIFEST["finish-args"]) == sorted(explained)


def test_every_permission_says_why_in_the_manifest():
    text = PATH.read_text().split("finish-args:\n")[1].split("\n\n")[0]
    blocks = re.findall(r"((?:^  #.*\n)+)((?:^  - --.*\n?)+)", text, re.M)
    assert sum(len(arguments.splitlines()) for _, arguments in blocks) == len(MANIFEST["finish-args"])


def test_names_agree_with_the_build():
    build = (ROOT / "meson.build").read_text()
    assert MANIFEST["id"] == ID == PATH.stem == re.search(r"^app_id = '(.+)'$", build, re.M)[1]
    assert f"--system-talk-name={ID}1" in MANIFEST["finish-args"]
    assert f"helper_name = app_id + '1'" in build
    helper = next(module for module in MANIFEST["modules"] if module["name"] == "sotto-helper")
    assert "--prefix=/usr/local/lib/$FLATPAK_ID/current" in helper["build-commands"][0]
    assert "bundle_home = '/usr/local/lib' / app_id" in build


def test_what_a_host_exports_has_the_apps_name():
    """Flatpak exports no launcher and no icon with another name."""
    names = [path.name for path in [*DESKTOP.glob("*.in"), *(ROOT / "data" / "icons").rglob("*.svg")]]
    assert names and all(re.match(re.escape(ID) + r"[.-]", name) for name in names)


def test_the_local_runtime_changes_runtime_and_disabled_modules_alone(tmp_path):
    path = tmp_path / PATH.name
    path.write_text(PATH.read_text())
    subprocess.run([sys.executable, ROOT / "flatpak" / "localize.py", path], check=True)
    local = yaml.safe_load(path.read_text())
    disabled = [module["name"] for module in local["modules"] if module.pop("disabled", False)]
    assert disabled == [module["name"] for module in MANIFEST["modules"] if not module["name"].startswith("sotto")]
    changed = {key for key in MANIFEST | local if MANIFEST.get(key) != local.get(key)}
    assert changed == {"runtime", "runtime-version", "sdk"}


def test_appstream_has_no_complaint():
    subprocess.run(["appstreamcli", "validate", "--no-net", DESKTOP / f"{ID}.metainfo.xml.in"], check=True)


@pytest.mark.parametrize("name", [f"{ID}.desktop.in", f"{ID}.SignIn.desktop.in"])
def test_launchers_are_valid(name, tmp_path):
    path = tmp_path / name.removesuffix(".in")
    path.write_text((DESKTOP / name).read_text())
    done = subprocess.run(["desktop-file-validate", "--no-hints", path], check=True, capture_output=True, text=True)
    assert done.stdout == ""


def test_appstream_names_this_version_first():
    metainfo = (DESKTOP / f"{ID}.metainfo.xml.in").read_text()
    version = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())[1]
    assert re.search(r'<release version="([^"]+)"', metainfo)[1] == version


def test_appstreams_screenshots_are_those_of_this_release():
    metainfo = (DESKTOP / f"{ID}.metainfo.xml.in").read_text()
    version = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())[1]
    images = re.findall(r"<image>([^<]+)</image>", metainfo)
    home = re.search(r'<url type="vcs-browser">https://github.com/([^<]+)</url>', metainfo)[1]
    assert images
    for image in images:
        prefix = f"https://raw.githubusercontent.com/{home}/v{version}/"
        assert image.startswith(prefix) and (ROOT / image.removeprefix(prefix)).exists()


@pytest.mark.parametrize("module", [pytest.param(module, id=module["name"]) for module in MANIFEST["modules"]])
def test_what_is_shipped_brings_its_licence(module):
    """intltool is only built with; the payload of sotto-helper gathers licences itself."""
    commands = module.get("post-install", [])
    licensed = any(f"-t $FLATPAK_DEST/share/licenses/$FLATPAK_ID/{module['name']}" in command for command in commands)
    assert licensed != (module["name"] in ("intltool", "sotto-helper"))
