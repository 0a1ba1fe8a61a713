# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's web server, on the laptop's loopback: /sotto is what flatpak/publish made (tests/flatpak/builds), /runtime
where the runtime on the laptop's disk came from."""

import os
import sys
from pathlib import Path

from lab.process import RUN, wait_for

PORT = 8080
FOLDER = RUN / "web"
REFERENCE = f"http://127.0.0.1:{PORT}/sotto/io.github.sottodns.Sotto.flatpakref"


class Repository:
    """Serves from the constructor on; publishes the first version."""

    def __init__(self, laptop):
        self.builds = Path(os.environ["SOTTO_BUILD"]) / "flatpak-suite"
        FOLDER.mkdir(exist_ok=True)
        self._show("runtime", self.builds / "runtime/repo")
        self.publish("first")
        # In the laptop's network with this container's files: the laptop has no copy of them.
        machine = laptop.boot.network.laptop
        self.server = machine.start("repository", sys.executable, "-m", "http.server", PORT, "--bind", "127.0.0.1",
                                    "--directory", FOLDER)
        wait_for("the repository's server",
                 lambda: machine.run("bash", "-c", f": >/dev/tcp/127.0.0.1/{PORT}", check=False).returncode == 0)

    @staticmethod
    def _show(name, folder):
        link = FOLDER / name
        link.unlink(missing_ok=True)
        link.symlink_to(folder)

    def publish(self, which):
        """From now on "first", or "second" as well."""
        self._show("sotto", self.builds / which)

    def stop(self):
        self.server.stop()
