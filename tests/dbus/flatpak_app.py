# SPDX-License-Identifier: GPL-3.0-or-later
"""A program run as Flatpak would: by an ordinary user, in a sandbox of bubblewrap's with a real /app and /.flatpak-info, so that
the places which the program trusts are the real ones, and no variable of its environment can name others."""

import hashlib
import os
from pathlib import Path

APP = "io.github.sottodns.Sotto"
USER = 1000
AS_USER = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "env", "HOME=/home/alice"]
DEPLOYED = f"app/{APP}/x86_64/stable/{'c0' * 32}/files"


class FlatpakApp:
    """`command` is what precedes the program. The app is a folder of the test: take from it, or damage it."""

    def __init__(self, folder, installation="/home/alice/.local/share/flatpak", system_wide=False, script="cat >/dev/null"):
        self.share = folder / "app/share/sotto"
        self.share.mkdir(parents=True)
        self.bring(b"the helper", script)
        self.info = folder / "flatpak-info"
        self.info.write_text(f"[Application]\nname={APP}\n\n[Instance]\napp-path={installation}/{DEPLOYED}\n")
        self.app, self.installation = folder / "app", installation
        owner = 0 if system_wide else USER
        for path in [self.app, *self.app.rglob("*")]:
            os.chown(path, owner, owner)
        for parent in folder.parents:
            if parent != Path("/tmp") and parent.is_relative_to("/tmp"):
                parent.chmod(0o755)
        folder.chmod(0o755)

    def bring(self, payload, script):
        self.digest = hashlib.sha256(payload).hexdigest()
        (self.share / "helper.tar").write_bytes(payload)
        (self.share / "helper.digest").write_text(self.digest + "\n")
        (self.share / "setup").write_text(script)

    def command(self, program):
        """`program` and the folders it needs are seen at their own places."""
        outside = [word for name in ("bin", "lib", "lib64", "etc", "usr", "tmp", "run", "dev", "proc", "sys")
                   for word in ("--dev-bind-try", f"/{name}", f"/{name}")]
        return [*AS_USER, "bwrap", *outside, "--ro-bind", Path(program).parent, Path(program).parent,
                "--ro-bind", self.app, "/app", "--ro-bind", self.info, "/.flatpak-info", "--", program]
