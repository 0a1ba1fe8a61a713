# SPDX-License-Identifier: GPL-3.0-or-later
"""A Flatpak's sandbox around the app, as far as the app can tell: /.flatpak-info, and below /app what an app brings for
the host. Made by bwrap, as the real one, with the host's own programs inside. What the sandbox allows is only said in
/.flatpak-info here; that a real one holds to it is seen in tests/flatpak."""
import hashlib
import json
import os
import pathlib

ID = "io.github.sottodns.Sotto"
HELPER, SYSTEMD, TRAY = "io.github.sottodns.Sotto1", "org.freedesktop.systemd1", "org.kde.StatusNotifierWatcher"
PAYLOAD = b"stands for a helper with its libraries\n"
DIGEST = hashlib.sha256(PAYLOAD).hexdigest()
SCRIPT = "# stands for unpack.sh\n"


class Sandbox:
    """`folder` takes what is seen as /app. The two lists are what may be talked to; `system_wide` is an installation
    that belongs to somebody else than the user, and `brings_helper` False an app without a payload."""

    def __init__(self, folder, system=(HELPER, SYSTEMD), session=(TRAY,), brings_helper=True, system_wide=False):
        self.app = folder / "app"
        self.system_wide = system_wide
        share = self.app / "share/sotto"
        share.mkdir(parents=True)
        if brings_helper:
            (share / "helper.tar").write_bytes(PAYLOAD)
            (share / "helper.digest").write_text(DIGEST + "\n", encoding="ascii")
            (share / "setup").write_text(SCRIPT, encoding="utf-8")
        self.info = folder / "flatpak-info"
        installation = "/var/lib/flatpak" if system_wide else "/there/is/no/flatpak"
        self.info.write_text("\n".join([
            "[Application]", f"name={ID}", "[Instance]", f"app-path={installation}/app/{ID}/x86_64/stable/0/files",
            "[Context]", "sockets=x11;", "[System Bus Policy]", *(f"{name}=talk" for name in system),
            "[Session Bus Policy]", *(f"{name}=talk" for name in session), ""]), encoding="utf-8")
        self.pid_reader = None

    def wrap(self, command):
        """The command line that runs `command` inside, and the descriptor to keep open for it."""
        reader, writer = os.pipe()
        self.pid_reader = reader
        arguments = ["bwrap", "--info-fd", str(writer)]
        for name in sorted(os.listdir("/")):
            if name in ("app", "proc", "dev"):
                continue
            path = pathlib.Path("/", name)
            arguments += ["--symlink", os.readlink(path), str(path)] if path.is_symlink() else ["--bind", str(path), str(path)]
        arguments += ["--proc", "/proc", "--dev-bind", "/dev", "/dev", "--ro-bind", str(self.info), "/.flatpak-info"]
        if self.system_wide:  # of root, with the payload below it
            arguments += ["--ro-bind", "/usr", "/app", "--ro-bind", str(self.app / "share"), "/app/share"]
        else:
            arguments += ["--bind", str(self.app), "/app"]
        return [*arguments, "--", *command], writer

    def pid(self):
        """Of the program inside; bwrap waits for it outside."""
        with os.fdopen(self.pid_reader, encoding="ascii") as pipe:
            return json.loads(pipe.read())["child-pid"]

    def update(self):
        """What Flatpak does in the files of every running instance when the app was updated."""
        (self.app / ".updated").touch()
