# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for something to become true, while this process serves what it exports on its buses."""
import time

from gi.repository import GLib


def pump(seconds=0.0):
    """Serves the main context for so long, and at least until nothing is pending."""
    context = GLib.MainContext.default()
    end = time.monotonic() + seconds
    while True:
        while context.iteration(False):
            pass
        if time.monotonic() >= end:
            return
        time.sleep(0.005)


def wait(condition, what, timeout_s=8.0):
    """What `condition` returns, once it is true; `what` says in words what was waited for in vain."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        pump(0.01)
        try:
            value = condition()
        except GLib.Error:  # a program that is starting or ending
            value = None
        if value:
            return value
    raise AssertionError(f"waited {timeout_s:g} s in vain for {what}")
