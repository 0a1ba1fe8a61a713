# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sits at a booted laptop's screen: logged in, from the constructor to logout(), in a session of logind's with the bus
that systemd's user manager brings. desktop.py puts the screen there.
"""

from pathlib import Path

from .process import Daemon, wait_for
from .session import User

UNIT = "seat.service"


class Seat(User):
    """A User whose session is a real one. The account is on the laptop already."""

    has_bus = True

    def __init__(self, boot, name="guest"):  # pylint: disable=super-init-not-called # which would make account and session
        self.machine, self.name = boot, name
        _, _, uid, gid, _, self.home, _ = boot.output("getent", "passwd", name).split(":")
        self.uid, self.gid = int(uid), int(gid)
        self.runtime = Path(f"/run/user/{uid}")
        boot.run("systemd-run", "--quiet", "--collect", f"--unit={UNIT}", f"--uid={name}", "-p", "PAMName=login",
                 "-E", "XDG_SEAT=seat0", "-E", "XDG_SESSION_TYPE=x11", "-E", "XDG_SESSION_CLASS=user", "sleep", "infinity")
        self.identifier = wait_for("the login session", lambda: boot.run(
            "loginctl", "show-user", name, "--property=Display", "--value", check=False).stdout.strip())
        self.group = Path(f"/sys/fs/cgroup/user.slice/user-{uid}.slice/session-{self.identifier}.scope")
        wait_for("the session's scope", (self.path(self.group) / "cgroup.procs").exists)
        wait_for("the session's bus", (self.path(self.runtime) / "bus").exists)

    def session(self, state):
        raise NotImplementedError("logind decides")

    def command(self, argv):
        # What enters a process namespace stays behind in it when its parent, here, is ended.
        return super().command(["setpriv", "--pdeathsig", "TERM", *argv])

    def start(self, name, *argv, environment=None):
        return Daemon(name, self.machine.command(self.command(argv)), environment)  # to start a Boot is to switch it on

    def path(self, inside):
        return self.machine.path(inside)

    def logout(self):
        self.machine.run("systemctl", "stop", UNIT)
