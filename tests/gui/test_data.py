# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed beside the program: icons that follow the panel's colour, a launcher, metadata."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ID = "io.github.sottodns.Sotto"
ICONS = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "icons/hicolor/scalable"
DESKTOP = pathlib.Path(os.environ["SOTTO_DESKTOP"])
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


@pytest.mark.parametrize("name", [ID, f"{ID}.SignIn"])
def test_launcher_is_valid(tmp_path, name):
    launcher = shutil.copy(DESKTOP / f"{name}.desktop.in", tmp_path / f"{name}.desktop")
    result = subprocess.run(["desktop-file-validate", "--no-hints", launcher], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_metadata_is_valid():
    result = subprocess.run(["appstreamcli", "validate", "--no-net", DESKTOP / f"{ID}.metainfo.xml.in"], capture_output=True,
                            text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
