# SPDX-License-Identifier: GPL-3.0-or-later
"""Another program rewrites the machine's DNS: noticed within two seconds, shown, put right on one click. With plain
resolv.conf; whom programs ask is what the file says, so every way there is to change it."""

import os
import time
from pathlib import Path

import pytest

from lab.helper import ADDRESSES
from lab.networkmanager import RESOLV_CONF, nameservers
from lab.process import wait_for
from lab.servers import ask
from lab.topology import HOTEL, LIE, TRUTH

PROMISED_S = 2
THEIRS = f"# by another program\nnameserver {HOTEL}\n"
SENTENCE = "Another program changed your DNS settings."


def write_in_place():
    RESOLV_CONF.write_text(THEIRS)


def replace_by_file():
    """As resolvconf does."""
    new = RESOLV_CONF.with_name("resolv.conf.new")
    new.write_text(THEIRS)
    new.rename(RESOLV_CONF)


def replace_by_link():
    """As a VPN's script does that keeps the old file to put it back."""
    other = Path("/run/other-program/resolv.conf")
    other.parent.mkdir(exist_ok=True)
    other.write_text(THEIRS)
    RESOLV_CONF.rename(RESOLV_CONF.with_name("resolv.conf.before-vpn"))
    RESOLV_CONF.symlink_to(other)


def remove():
    RESOLV_CONF.unlink()


@pytest.fixture
def ours(protected):
    """What NetworkManager wrote for us; and in the end a file that it may write, whatever the test did."""
    yield RESOLV_CONF.read_bytes()
    RESOLV_CONF.with_name("resolv.conf.before-vpn").unlink(missing_ok=True)
    if RESOLV_CONF.is_symlink():
        RESOLV_CONF.unlink()


def state(helper, guest):
    status = helper.status(guest)
    return status["state"], status["reason-code"]


def wait_taken(helper, guest, since):
    wait_for("the change to be noticed", lambda: state(helper, guest) == ("error", "dns-taken"), PROMISED_S)
    print(f"noticed {time.monotonic() - since:.2f} s later, the question included ({PROMISED_S} s are promised)")


@pytest.mark.parametrize("change", [write_in_place, replace_by_file, remove])
def test_noticed_shown_and_put_right_on_one_click(protected, network, guest, ours, change):
    since = time.monotonic()
    change()
    wait_taken(protected, guest, since)
    shown = protected.sottoctl(guest, "status", check=False)
    assert shown.returncode != 0 and SENTENCE in shown.stdout
    time.sleep(1.5)
    assert state(protected, guest) == ("error", "dns-taken"), "it stays so: nobody clicked"
    if change is not remove:
        assert ask(network.laptop) == LIE
    clicked = time.monotonic()
    protected.sottoctl(guest, "on")
    assert time.monotonic() - clicked < 6
    assert ask(network.laptop) == TRUTH
    assert RESOLV_CONF.read_bytes() == ours and not RESOLV_CONF.is_symlink()
    time.sleep(1.5)
    assert state(protected, guest) == ("on", "")


def test_link_is_noticed_and_said_how_to_put_right(protected, network, guest, ours):
    since = time.monotonic()
    replace_by_link()
    wait_taken(protected, guest, since)
    refused = protected.sottoctl(guest, "on", check=False)
    assert refused.returncode == 1
    assert refused.stderr == (
        "sottoctl on: Another program made /etc/resolv.conf a link to /run/other-program/resolv.conf. Remove the link as an "
        "administrator (sudo rm /etc/resolv.conf), and turn protection on again.\n")
    assert state(protected, guest) == ("error", "dns-taken")
    RESOLV_CONF.unlink()
    protected.sottoctl(guest, "on")
    assert ask(network.laptop) == TRUTH and RESOLV_CONF.read_bytes() == ours


def test_program_that_puts_it_back_is_noticed_too(protected, network, guest, ours):
    since = time.monotonic()
    replace_by_link()
    wait_taken(protected, guest, since)
    os.rename(RESOLV_CONF.with_name("resolv.conf.before-vpn"), RESOLV_CONF)
    wait_for("protection, with no hand", lambda: state(protected, guest) == ("on", ""), 6)
    assert ask(network.laptop) == TRUTH and RESOLV_CONF.read_bytes() == ours


def test_change_before_turning_on_is_overwritten(hijacked, network, guest):
    write_in_place()
    hijacked.sottoctl(guest, "on")
    assert nameservers() == ADDRESSES and ask(network.laptop) == TRUTH


def test_link_before_turning_on_refuses(hijacked, network, guest):
    RESOLV_CONF.unlink()
    other = Path("/run/other.conf")
    other.write_text(THEIRS)
    RESOLV_CONF.symlink_to(other)
    refused = hijacked.sottoctl(guest, "on", check=False)
    RESOLV_CONF.unlink()
    assert refused.returncode == 1 and "a link to /run/other.conf" in refused.stderr
    assert state(hijacked, guest) == ("off", "dns-taken")
    other.unlink()


def test_reconnecting_takes_nothing_over(protected, networkmanager, network, guest, ours):
    states = set()
    networkmanager.nmcli("connection", "down", "hotel")
    for _ in range(10):
        states.add(state(protected, guest)[1])
    networkmanager.reconnect()
    for _ in range(20):
        states.add(state(protected, guest)[1])
    networkmanager.restart()
    wait_for("protection to be back", lambda: state(protected, guest)[0] == "on", 15)
    assert "dns-taken" not in states
    wait_for("the file as it was", lambda: RESOLV_CONF.read_bytes() == ours, 5)
