# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test of setting up needs: a private bus, who is on it, and sottoctl in or out of a Flatpak's sandbox."""

import json
import os
import subprocess

from flatpak_app import AS_USER, USER, FlatpakApp
from systemd_stand_in import Systemd
from test_sottoctl import SOTTOCTL, Helper

from lab.process import wait_for

BUS_CONFIG = """<busconfig><type>custom</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow send_destination="*"/><allow eavesdrop="false"/><allow own="*"/></policy>
<servicedir>{services}</servicedir></busconfig>"""


class Stage:
    """The bus, and all who are on it."""

    def __init__(self, folder):
        self.folder, self.peers = folder, []
        self.services = folder / "services"
        self.services.mkdir()
        config = folder / "bus.conf"
        config.write_text(BUS_CONFIG.format(services=self.services))
        self.daemon = subprocess.Popen(["dbus-daemon", f"--config-file={config}", "--print-address", "--nofork"],
                                       stdout=subprocess.PIPE, text=True)
        self.address = self.daemon.stdout.readline().strip()
        self.environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=self.address, LC_ALL="C.UTF-8", TZ="UTC")
        self.app = self.proxy = None

    def behind_proxy(self, *names):
        """As in a Flatpak that may talk to these names and sees no others: Flatpak's own proxy."""
        socket = self.folder / "proxy" / "bus"
        socket.parent.mkdir()
        os.chown(socket.parent, USER, USER)
        self.proxy = subprocess.Popen([*AS_USER, "xdg-dbus-proxy", self.address, socket, "--filter",
                                       *(f"--talk={name}" for name in names)])
        wait_for("the proxy", socket.exists)
        self.environment["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={socket}"

    def flatpak(self, **details):
        self.app = FlatpakApp(self.folder, **details)
        return self.app

    def join(self, peer):
        self.peers.append(peer)
        return peer

    def helper(self, **facts):
        return self.join(Helper(self.address, **facts))

    def systemd(self, **details):
        return self.join(Systemd(self.address, **details))

    def argv(self, *words):
        program = self.app.command(SOTTOCTL) if self.app else [SOTTOCTL]
        return [*program, *words]

    def ctl(self, *words, stdin=subprocess.DEVNULL):
        return subprocess.run(self.argv("setup", *words), env=self.environment, capture_output=True, text=True, timeout=60,
                              stdin=stdin, check=False)

    def ask(self):
        return json.loads(self.ctl("--json").stdout)

    def refused(self, *words):
        """(exit status, code, sentence)"""
        done = self.ctl("--json", *words)
        error = json.loads(done.stdout)["error"]
        return done.returncode, error["code"], error["message"]

    def close(self):
        if self.proxy:
            self.proxy.terminate()
            self.proxy.wait(10)
        for peer in self.peers:
            peer.stop()
        self.daemon.terminate()
        self.daemon.wait(10)
