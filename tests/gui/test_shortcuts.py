# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of keys, and About: both in the window's menu. The list tells all the keys there are, and nothing else."""
import os
import pathlib
import re
import time
import xml.etree.ElementTree as ElementTree

import accessibility
import pytest
from accessibility import Role
from conftest import run_app
from test_window import key

OVERLAY = ElementTree.parse(pathlib.Path(os.environ["SOTTO_UI"]) / "help-overlay.ui")
SHOWN = {"<Primary>": "Ctrl", "question": "?"}


def registered():
    """{action: keys} of the table that the app gives to GTK."""
    source = pathlib.Path(os.environ["SOTTO_SHORTCUTS"]).read_text(encoding="utf-8")
    rows = re.findall(r'\{\s*"((?:app|win)\.[^"]+)",\s*\{([^}]+)\}\s*\}', source)
    assert len(rows) == source.count('{"app.') + source.count('{"win.')
    return {action: re.findall('"([^"]+)"', keys) for action, keys in rows}


def listed():
    """{action: title} of the list."""
    found = {}
    for shortcut in OVERLAY.iter("object"):
        if shortcut.get("class") == "GtkShortcutsShortcut":
            words = {node.get("name"): node.text for node in shortcut.iter("property")}
            found[words["action-name"]] = words["title"]
    return found


def caps(accelerator):
    """What is printed on the keys, in the order of pressing."""
    words = re.findall("<[^>]+>|[^<>]+", accelerator)
    return [SHOWN.get(word, word.upper() if len(word) == 1 else word) for word in words]


def open_menu(window, entry):
    key("F10")
    window.press(window.get(Role.PUSH_BUTTON, entry))


def test_every_key_is_listed():
    assert listed().keys() == registered().keys()


def test_list_names_the_keys_that_do_it(helper, window):
    """Each title with its keys beside it, as they are shown."""
    key("ctrl+question")
    window.get(Role.LABEL, "Check protection now")
    shown = iter(window.text_of(Role.LABEL))
    expected = registered()
    texts = list(shown)
    for action, title in listed().items():
        place = texts.index(title)
        near = " ".join(texts[max(0, place - 6):place + 7])
        for cap in caps(expected[action][0]):
            assert cap in near.split(), f"{title}: {near}"


@pytest.mark.parametrize("open_it", [lambda window: key("ctrl+question"),
                                     lambda window: open_menu(window, "Keyboard Shortcuts")], ids=["keys", "menu"])
def test_list_opens_and_closes(helper, window, open_it):
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    open_it(window)
    window.get(Role.LABEL, "Check protection now")
    key("Escape")
    window.gone(Role.LABEL, "Check protection now")
    open_it(window)
    window.get(Role.LABEL, "Check protection now")


def about(window):
    """What the dialog tells under its title."""
    open_menu(window, "About Sotto")
    return window.get(Role.LABEL, "0.1.0") and next(
        text for text in window.text_of(Role.LABEL) if text.startswith("Keep what you look up private on any network\n")).splitlines()


def test_about_tells_both_versions(helper, window):
    helper.set(State="on", Version="7.8.9", BuildTime=1790000000)
    window.get(Role.PUSH_BUTTON, "Turn Off Protection")
    _summary, _empty, app, service = about(window)
    assert app.startswith("App: 0.1.0, built ")
    assert service == time.strftime("Service: 7.8.9, built %-d %B %Y, %H:%M", time.localtime(1790000000))
    key("Escape")
    window.gone(Role.LABEL, "0.1.0")


def test_about_without_a_service(item):
    run_app()
    accessibility.get(Role.LABEL, "Sotto service is not running")
    assert about(accessibility)[-1] == "The Sotto service is not running."
