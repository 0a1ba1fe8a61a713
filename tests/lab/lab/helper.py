# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed helper on the laptop, started as its unit starts it, but without systemd: user, capabilities, folders.

There is no fd store here, so a crash restores instead of holding; what systemd adds is tested on a boot (boot.py).
"""

import json
import os
import pwd
import shutil
import signal
from pathlib import Path

from .process import LabError

NAME, PATH = "io.github.sottodns.Sotto1", "/io/github/sottodns/Sotto1"
ADDRESSES = ["198.19.53.53", "fd53:6f74:746f::53"]
"""Where it answers, and what /etc/resolv.conf names while protection is on."""
STATE = Path("/var/lib/sotto")
CAPABILITIES = "+net_admin,+net_raw,+net_bind_service"


class Helper:
    """Needs install() first, then the bus (reloaded if it ran before) and polkit."""

    def __init__(self, bus, environment=None):
        self.bus, self.environment = bus, environment or {}
        self.start()

    def start(self):
        account = pwd.getpwnam("sotto")
        STATE.mkdir(exist_ok=True, mode=0o700)
        os.chown(STATE, account.pw_uid, account.pw_gid)
        program = shutil.which("sottod", path="/usr/sbin:/usr/local/sbin")
        if not program:
            raise LabError("sottod is not installed on the laptop: call install() first.")
        self.daemon = self.bus.machine.start(
            "sottod", "setpriv", "--reuid=sotto", "--regid=sotto", "--clear-groups", "--no-new-privs",
            f"--inh-caps=-all,{CAPABILITIES}", f"--ambient-caps=-all,{CAPABILITIES}", f"--bounding-set=-all,{CAPABILITIES}",
            program, "--service",
            environment={"STATE_DIRECTORY": str(STATE), "CONFIGURATION_DIRECTORY": "/etc/sotto", **self.environment})
        self.daemon.wait_until("the helper on the bus", lambda: self.bus.owns(NAME))

    def stop(self):
        return self.daemon.stop()

    def kill(self):
        """As a crash would."""
        return self.daemon.stop(signal.SIGKILL)

    @staticmethod
    def sottoctl(user, *words, check=True):
        return user.run("sottoctl", *words, check=check)

    def status(self, user):
        return json.loads(self.sottoctl(user, "status", "--json", check=False).stdout)
