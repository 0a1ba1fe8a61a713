# SPDX-License-Identifier: GPL-3.0-or-later
"""python-dbusmock's logind, for the one thing that cannot be had otherwise here: a suspend that is announced."""

import re
import sys


class MockLogind:
    def __init__(self, bus):
        self.bus = bus
        self.daemon = bus.machine.start("logind", sys.executable, "-m", "dbusmock", "--system", "--template", "logind")
        self.daemon.wait_until("the mock of logind", lambda: bus.owns("org.freedesktop.login1"))

    def prepare_for_sleep(self, about_to):
        """PrepareForSleep(true) before the suspend, (false) after the wake-up."""
        self.bus.call("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.DBus.Mock.EmitSignal",
                      "org.freedesktop.login1.Manager", "PrepareForSleep", "b", f"[<{'true' if about_to else 'false'}>]")

    def waits_for(self):
        """Who holds a delay lock of sleep, by name."""
        locks = self.bus.call("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager.ListInhibitors")
        return re.findall(r"\('sleep', '(\w+)', '[^']*', 'delay'", locks.stdout)

    def stop(self):
        self.daemon.stop()
