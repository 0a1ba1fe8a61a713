# SPDX-License-Identifier: GPL-3.0-or-later
"""An internet that lives in another time than the laptop: what a laptop with a wrong clock finds itself in.

Nobody sets this machine's clock for a test, and no program is told a false time. Instead one resolver (HAProxy) has a
certificate of the other time, and the web (the check page) says what time it is there. A laptop whose clock is as many
days off sees the same, octet by octet. What it does not see is its kernel telling that the clock was set: instead of
that, whoever moves the internet back says `sottoctl look`. A clock that is really set is for a virtual machine.
"""

import datetime
import shutil

from .process import wait_for
from .topology import HAPROXY

RESOLVER = "lab-haproxy"
"""The one that moves along."""
OFFSET = "web-offset"
"""The file, beside the servers', that says by how many seconds the web is ahead; see checkpage.py."""


class Epoch:
    def __init__(self, servers, state):
        self.servers, self.state, self.kept = servers, state, state / "pki-of-today"
        shutil.copytree(state / "pki", self.kept, dirs_exist_ok=True)

    def move(self, days):
        """To so many days from now, back or forth; more than the ten by which a certificate is good there."""
        there = datetime.datetime.utcnow() + datetime.timedelta(days=days)
        valid = datetime.timedelta(days=10)
        self.servers.authority.issue_dated("elsewhen", there - valid, there + valid)
        shutil.copyfile(self.state / "pki/elsewhen.pem", self.state / "pki/server.pem")
        (self.state / OFFSET).write_text(str(days * 86400))
        self._restart()

    def back(self):
        """To the laptop's time: the clock was set right."""
        shutil.copyfile(self.kept / "server.pem", self.state / "pki/server.pem")
        (self.state / OFFSET).unlink(missing_ok=True)
        self._restart()

    def _restart(self):
        self.servers.stop("haproxy")
        self.servers.start("haproxy", wait=False)
        wait_for("HAProxy to listen", lambda: self.servers.machine.run(
            "bash", "-c", f": >/dev/tcp/{HAPROXY}/853", check=False).returncode == 0)
