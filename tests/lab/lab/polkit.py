# SPDX-License-Identifier: GPL-3.0-or-later
"""The real polkitd on the laptop's bus."""

import shutil
from pathlib import Path

from .servers import CONF

POLKITD = "/usr/lib/polkit-1/polkitd"
ACTIONS = Path("/usr/share/polkit-1/actions")


class Polkit:
    """Policy files (.policy) and rules must be in place before it starts."""

    def __init__(self, bus):
        self.bus = bus
        shutil.copyfile(CONF / "lab.policy", ACTIONS / "test.lab.policy")
        self.daemon = bus.machine.start("polkitd", POLKITD, "--no-debug")
        self.daemon.wait_until("polkitd on the bus", lambda: bus.owns("org.freedesktop.PolicyKit1"))

    @staticmethod
    def check(user, action):
        """What polkit says of a process of `user`'s: "yes", "no" or "auth" (would ask for a password)."""
        # pkcheck asks about the process that sleeps, not about itself, which asks as the same user.
        verdict = user.run("sh", "-c", 'sleep 5 & pkcheck --action-id "$1" --process $!; verdict=$?; kill $!; exit $verdict',
                           "check", action, check=False).returncode
        return {0: "yes", 1: "no", 2: "auth", 3: "auth"}[verdict]

    def stop(self):
        self.daemon.stop()
