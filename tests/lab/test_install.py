# SPDX-License-Identifier: GPL-3.0-or-later
"""What `./dev run` does on a desktop: install on a machine that runs already, start the helper, and click."""

import shutil

import pytest

from lab.boot import Boot
from lab.booted_sotto import BootedSotto
from lab.install import install
from lab.resolvers import configure_sotto
from lab.topology import LIE, TRUTH

ENABLE = "tests/tools/enable-helper"


@pytest.fixture
def laptop(network, hotel, servers):
    """Booted without Sotto."""
    boot = Boot(network)
    yield BootedSotto(boot)
    boot.close()


def test_installed_while_running_and_on_by_one_click(laptop, servers, request):
    root = laptop.boot.path("/")
    assert laptop.lookup() == LIE
    install(root)
    configure_sotto(servers, root)
    shutil.copy(request.config.rootpath / ENABLE, root / "usr/local/bin/enable-helper")
    laptop.boot.run("enable-helper")
    assert laptop.lookup() == LIE, "installing alone changes nothing"
    laptop.turn("on")
    assert laptop.lookup() == TRUTH
    assert laptop.systemctl("is-enabled", "sotto.service") == "enabled"
