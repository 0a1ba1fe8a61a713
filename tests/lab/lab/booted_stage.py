# SPDX-License-Identifier: GPL-3.0-or-later
"""A scenario's laptop with a real systemd: see stage.py."""

from .boot import Boot
from .booted_sotto import BootedSotto
from .clear_flows import ClearFlow
from .measuring import OWN_NAME, RESOLV_CONF
from .stage import Stage, write_settings
from .topology import HOTEL

STUB = "127.0.0.53"


class BootedStage(Stage):
    """Sotto is installed, its unit enabled and running; off."""

    systemd = True

    def __init__(self, get, scenario):
        super().__init__(get, scenario)
        if scenario.resolved:
            self.flows = (ClearFlow(OWN_NAME, ("laptop",), None, 5355),)
        self.boot = Boot.with_sotto(self.network, self.servers, resolved=scenario.resolved,
                                    also=lambda root: write_settings(root, self.servers, scenario.settings))
        self.closing.callback(self.boot.close)
        self.sotto = BootedSotto(self.boot, *self.own_dns())
        self.sotto.wait_running()
        self.begin()

    def run(self, *argv, **options):
        return self.boot.run(*argv, **options)

    def sottoctl(self, *words, check=True):
        return self.boot.as_guest("sottoctl", *words, check=check, timeout=60)

    def path(self, inside):
        return self.boot.path(inside)

    def lookup(self, name):
        return self.sotto.lookup(name)

    def own_dns(self):
        return [STUB if self.scenario.resolved else HOTEL]

    def power_on(self):
        """After boot.halt(): another process 1, and so another place of its files."""
        self.boot.start()
        RESOLV_CONF.unlink()
        RESOLV_CONF.symlink_to(self.path("/etc/resolv.conf"))
