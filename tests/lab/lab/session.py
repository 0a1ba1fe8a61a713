# SPDX-License-Identifier: GPL-3.0-or-later
"""An ordinary user on the laptop, whose login session is active, inactive or none at all.

polkit and sd-login read a session from /run/systemd and from the caller's cgroup; with these written, no logind is needed.
"""

import os
import pwd
import subprocess
from pathlib import Path

SYSTEMD = Path("/run/systemd")


class User:
    """Makes the account at need. run() and start() work inside the session's cgroup on `machine`."""

    has_bus = False
    """Whether the session came with a session bus."""

    def __init__(self, machine, name="guest"):
        self.machine, self.name = machine, name
        try:
            pwd.getpwnam(name)
        except KeyError:
            subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name], check=True, capture_output=True)
        account = pwd.getpwnam(name)
        self.uid, self.gid, self.home = account.pw_uid, account.pw_gid, account.pw_dir
        self.runtime = Path(f"/run/user/{self.uid}")
        self.runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.chown(self.runtime, self.uid, self.gid)
        self.identifier = f"{name}1"
        self.group = Path(f"/sys/fs/cgroup/user.slice/user-{self.uid}.slice/session-{self.identifier}.scope")
        self.group.mkdir(parents=True, exist_ok=True)
        self.session("active")

    def session(self, state):
        """Become "active" (at the seat, in front), "inactive" (at the seat, behind) or "none"."""
        files = {kind: SYSTEMD / kind / name for kind, name in
                 (("sessions", self.identifier), ("users", str(self.uid)), ("seats", "seat0"))}
        (SYSTEMD / "machines").mkdir(parents=True, exist_ok=True)
        for path in files.values():
            path.parent.mkdir(parents=True, exist_ok=True)
        if state == "none":
            for path in files.values():
                path.unlink(missing_ok=True)
            return
        assert state in ("active", "inactive"), state
        active = state == "active"
        word = "active" if active else "online"
        session, uid = self.identifier, self.uid
        self._write(files["sessions"], UID=uid, USER=self.name, ACTIVE=int(active), IS_DISPLAY=1, STATE=word, REMOTE=0,
                    TYPE="x11", CLASS="user", SCOPE=self.group.name, SEAT="seat0", VTNR=7, LEADER=1)
        self._write(files["users"], NAME=self.name, STATE=word, DISPLAY=session, SESSIONS=session, ACTIVE_SESSIONS=session,
                    ONLINE_SESSIONS=session, SEATS="seat0", ACTIVE_SEATS="seat0", ONLINE_SEATS="seat0")
        front = {"ACTIVE": session, "ACTIVE_UID": uid} if active else {}
        self._write(files["seats"], IS_SEAT0=1, CAN_MULTI_SESSION=1, CAN_TTY=1, CAN_GRAPHICAL=1, SESSIONS=session, UIDS=uid,
                    **front)

    @staticmethod
    def _write(path, **fields):
        """By rename: polkitd watches the folder and must not read half a file."""
        part = path.with_name(f".#{path.name}")
        part.write_text("".join(f"{key}={value}\n" for key, value in fields.items()))
        part.rename(path)

    def command(self, argv):
        enter = f'echo $$ >{self.group}/cgroup.procs && exec setpriv --reuid {self.uid} --regid {self.gid} --init-groups' \
                f' env HOME={self.home} USER={self.name} LOGNAME={self.name} XDG_RUNTIME_DIR={self.runtime}' \
                ' XDG_SESSION_TYPE=x11 PATH=/usr/local/bin:/usr/bin:/bin "$@"'
        return ["sh", "-c", enter, self.name, *map(str, argv)]

    def path(self, inside):
        """Of a file of the laptop's, as the tests see it."""
        return Path(inside)

    def run(self, *argv, **options):
        return self.machine.run(*self.command(argv), **options)

    def output(self, *argv, **options):
        return self.run(*argv, **options).stdout.strip()

    def start(self, name, *argv, **options):
        return self.machine.start(name, *self.command(argv), **options)
