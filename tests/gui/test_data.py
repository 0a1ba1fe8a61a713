# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed beside the program: icons that follow the panel's colour, a launcher, metadata."""
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

ID = "io.github.sottodns.Sotto"
ICONS = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "icons/hicolor/scalable"
DESKTOP = pathlib.Path(os.environ["SOTTO_DESKTOP"])
SCREENSHOTS = pathlib.Path(os.environ["SOTTO_SCREENSHOTS"])
SHAPES = ["off", "starting", "on", "signin", "paused", "warning", "error"]


def outline(shape):
    return (ICONS / f"status/{ID}-{shape}-symbolic.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("shape", SHAPES)
def test_symbolic_icon_follows_the_panel(shape):
    """Panels recolour fills of the class ColorScheme-Text, and nothing else."""
    text = outline(shape)
    assert '<style id="current-color-scheme" type="text/css">.ColorScheme-Text{color:#bebebe}</style>' in text
    assert 'class="ColorScheme-Text" fill="currentColor"' in text
    assert "stroke" not in text and "#" not in text.replace("#bebebe", "")


def test_states_differ_by_shape():
    shapes = {re.search(' d="([^"]+)"', outline(shape)).group(1) for shape in SHAPES}
    assert len(shapes) == len(SHAPES)


def path(text):
    return re.search(' d="([^"]+)"', text).group(1)


def luminance(colour):
    """WCAG's, of #rrggbb."""
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


@pytest.mark.parametrize("shape", SHAPES)
def test_coloured_icon_has_the_same_shape(shape):
    text = (ICONS / f"status/{ID}-{shape}.svg").read_text(encoding="utf-8")
    assert path(text) == path(outline(shape))
    assert "currentColor" not in text and "style" not in text


@pytest.mark.parametrize("panel", ["#ffffff", "#f6f5f4", "#303030", "#1e1e1e", "#000000"])
@pytest.mark.parametrize("shape", SHAPES)
def test_coloured_icon_stands_out(shape, panel):
    """3:1, as WCAG asks of what is no text, on light and dark panels."""
    text = (ICONS / f"status/{ID}-{shape}.svg").read_text(encoding="utf-8")
    light, dark = sorted((luminance(re.search(' fill="(#[^"]+)"', text).group(1)), luminance(panel)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


@pytest.mark.parametrize("name", [ID, f"{ID}.SignIn"])
def test_launcher_is_valid(tmp_path, name):
    launcher = shutil.copy(DESKTOP / f"{name}.desktop.in", tmp_path / f"{name}.desktop")
    result = subprocess.run(["desktop-file-validate", launcher], capture_output=True, text=True, check=False)
    assert result.returncode == 0 and result.stdout + result.stderr == "", result.stdout + result.stderr


def test_metadata_is_valid():
    result = subprocess.run(["appstreamcli", "validate", "--no-net", DESKTOP / f"{ID}.metainfo.xml.in"], capture_output=True,
                            text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


REMARKS = {"cid-contains-uppercase-letter": "the id is what it is", "unknown-tag": "<developer> is newer than this appstreamcli"}


def test_metadata_leaves_nothing_to_say():
    """As stores look at it; what is known to be said is said above, with the reason."""
    result = subprocess.run(["appstreamcli", "validate", "--pedantic", "--no-net", "--no-color", DESKTOP / f"{ID}.metainfo.xml.in"],
                            capture_output=True, text=True, check=False)
    said = [line for line in result.stdout.splitlines() if re.match("[EWIP]: ", line)]
    assert result.returncode == 0 and [line for line in said if not any(f" {remark} " in f"{line} " for remark in REMARKS)] == []


def test_screenshots_of_the_metadata_are_there():
    """Each with its caption, and none so large that a store waits for it."""
    component = ElementTree.parse(DESKTOP / f"{ID}.metainfo.xml.in")
    shots = component.findall("screenshots/screenshot")
    assert len(shots) >= 6 and all(shot.find("caption").text for shot in shots)
    for shot in shots:
        folder, name = shot.find("image").text.rsplit("/", 1)
        assert folder.endswith("/data/screenshots")
        picture = SCREENSHOTS / name
        assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size < 150_000


def test_metadata_tells_what_the_app_provides():
    component = ElementTree.parse(DESKTOP / f"{ID}.metainfo.xml.in")
    launcher = (DESKTOP / f"{ID}.desktop.in").read_text(encoding="utf-8")
    assert component.find("provides/mediatype").text in launcher
    assert component.find("provides/dbus").text == ID and "DBusActivatable=true" in launcher
