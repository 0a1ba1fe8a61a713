# SPDX-License-Identifier: GPL-3.0-or-later
"""Contrast as WCAG 2.1 asks for it, measured on the screen: 4.5:1 for text, 3:1 for large text and icons; light, dark and
HighContrast. The edges of letters are blended with what is behind them, so what is measured is a little less than is."""
import accessibility
import pages
import pytest
import scripted_helper
from accessibility import Atspi, Role
from gi.repository import GLib
from pixels import Gdk, Gtk, Picture, contrast
from states import STATES
from test_accessibility import walk
from waiting import pump

LARGE_PX = 24  # of a line: 18 points, or 14 in bold
TEXT, LARGE, ICON = 4.5, 3.0, 3.0
PANELS = {"dark": ("#2b2b2b", "#ffffff"), "light": ("#f6f5f4", "#2e3436"), "left as the file has it": ("#1d1d1d", "#bebebe")}


@pytest.fixture(params=["Adwaita", "Adwaita:dark", "HighContrast"])
def theme(request, monkeypatch):
    """To be asked for before the app."""
    monkeypatch.setenv("GTK_THEME", request.param)
    return request.param


@pytest.fixture
def busy(helper):
    """A helper with something to tell on every page."""
    helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", scripted_helper.full_statistics(leaked=3))))
    helper.set(State="on", ResolverInUse="Quad9", ChangedBy="alice", ChangedAt=1790000000)
    return helper


def asked(node, height):
    """The contrast that the widget has to have; None: it is not told apart by it."""
    states = node.get_state_set()
    if not states.contains(Atspi.StateType.SENSITIVE):
        return None
    if node.get_role() == Role.ICON:
        return ICON
    words = any(letter.isalnum() for letter in node.get_name() or "")
    if node.get_role() in (Role.LABEL, Role.TABLE_COLUMN_HEADER, Role.TABLE_CELL) and words:
        return LARGE if height >= LARGE_PX and "\n" not in node.get_name() and height < 2 * LARGE_PX else TEXT
    return None


def is_cut(node, box):
    """Whether a table shows only a part of it."""
    parent = node.get_parent()
    if parent is None or node.get_role() == Role.LABEL:
        return False
    whole = parent.get_extents(Atspi.CoordType.SCREEN)
    return box.x < whole.x or box.x + box.width > whole.x + whole.width


def look():
    """What shows and cannot be told from what it is on well enough."""
    picture = Picture.of_screen()
    found = {}
    for node in walk(accessibility.application().get_child_at_index(0)):
        box = node.get_extents(Atspi.CoordType.SCREEN)
        area = box.x, box.y, box.width, box.height
        wanted = asked(node, box.height)
        if wanted is None or not picture.holds(area) or is_cut(node, box):
            continue
        reached = picture.contrast_within(area)
        if reached < wanted:
            found[f"{node.get_role().value_nick} {node.get_name()!r}"] = round(reached, 2)
    return found


def too_weak():
    """The same, of what stays: a page that still moves is elsewhere than it says."""
    found = look()
    for _ in range(3):
        if not found:
            break
        pump(0.5)
        again = look()
        found = {name: again[name] for name in found if name in again}
    return found


def test_pages(theme, busy, window):
    found = {}
    for page in pages.walk():
        pages.resize(720, 2300)
        found[page] = too_weak()
    assert not any(found.values()), "\n".join(f"{page}: {weak}" for page, weak in found.items() if weak)


def test_states(theme, helper, window):
    pages.resize(720, 1200)
    found = {}
    for state in STATES:
        helper.set(**state.facts)
        window.get(Role.LABEL, state.line)
        found[state.name] = too_weak()
    assert not any(found.values()), "\n".join(f"{state}: {weak}" for state, weak in found.items() if weak)


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("shape", ["off", "starting", "on", "signin", "paused", "warning", "error"])
def test_tray(shape, panel):
    """On a panel, which colours symbolic icons as its text."""
    ground, text = (Gdk.RGBA(), Gdk.RGBA())
    assert ground.parse(PANELS[panel][0]) and text.parse(PANELS[panel][1])
    theme = Gtk.IconTheme.get_default()
    info = theme.lookup_icon(f"io.github.sottodns.Sotto-{shape}-symbolic", 24, Gtk.IconLookupFlags.FORCE_SIZE)
    pixbuf, _ = info.load_symbolic(text, text, text, text)
    picture = Picture.of_pixbuf(pixbuf)
    behind = tuple(round(255 * part) for part in (ground.red, ground.green, ground.blue))
    seen = [contrast(colour, behind) for colour in picture.blended(behind)]
    strong = sum(value >= ICON for value in seen)
    assert strong >= 40, f"only {strong} of {len(seen)} pixels stand out"
