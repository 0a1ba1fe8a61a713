# SPDX-License-Identifier: GPL-3.0-or-later
"""What the app may cost at most, so loosely that a busy machine keeps it; tests/bench/app measures."""
import os

import accessibility
import cost
import pages
from accessibility import Role
from conftest import App, run_app
from waiting import pump, wait


def test_nothing_wakes_the_app_while_nothing_changes(helper, item, app):
    item.get("^Turn On")
    pump(3)
    activity = cost.Activity(app.pid)
    pump(10)
    woken, _ = activity.since()
    assert woken <= 5, f"woken {woken} times in 10 s"


def test_a_closed_window_leaves_nothing_running(helper, item, app, window):
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    pages.key("ctrl+w")
    window.gone(Role.PUSH_BUTTON, "Turn On Protection")
    pump(3)
    activity = cost.Activity(app.pid)
    pump(10)
    woken, _ = activity.since()
    assert woken <= 5, f"woken {woken} times in 10 s"


def test_pages_come_at_once(helper, host, notifications, monkeypatch):
    """From the key to the painted frame, on the second visit."""
    monkeypatch.setenv("GTK_MODULES", os.environ["SOTTO_FRAME_TIMES"])
    app = App("--background")
    try:
        host.item()
        run_app()
        accessibility.get(Role.PUSH_BUTTON, "Turn On Protection")
        pages.focus()
        count = len(pages.names())
        for _ in range(2):
            for number in [*range(2, count + 1), 1]:
                before = len(cost.frames_ms(app.text()))
                pages.key(f"ctrl+{number}")
                wait(lambda known=before: len(cost.frames_ms(app.text())) > known, f"a frame after ctrl+{number}")
                pump(0.5)
        taken = cost.frames_ms(app.text())[-count:]
        assert max(all_ms for all_ms, _ in taken) < 2000, taken
    finally:
        app.stop()
