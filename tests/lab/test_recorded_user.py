# SPDX-License-Identifier: GPL-3.0-or-later
"""A helper of a Flatpak's on a machine whose polkit cannot be told of our actions: the person who installed it may switch
while they sit at it, and nobody else may do anything."""

import hashlib
import shutil

import pytest

from lab.boot import Boot
from lab.booted_sotto import UNIT, BootedSotto

ACTIONS = "usr/share/polkit-1/actions/io.github.sottodns.Sotto1.policy"
HOME = "/usr/local/lib/io.github.sottodns.Sotto"
PROGRAM = f"{HOME}/versions/{hashlib.sha256(b'payload').hexdigest()}/bin/sottod"
RECORD = "/var/lib/io.github.sottodns.Sotto/installed.conf"
UID = 1000
"""The guest's, the first account that was made."""


@pytest.fixture(scope="module")
def laptop(network, hotel_for_all, servers):
    """The helper also where a payload has it, and no action file."""
    def also(root):
        (root / ACTIONS).unlink()
        program = root / PROGRAM.lstrip("/")
        program.parent.mkdir(parents=True)
        shutil.copy(root / "usr/sbin/sottod", program)
        shutil.copy(root / "usr/libexec/sotto/sottod-service", program.parent)
    boot = Boot.with_sotto(network, servers, also=also)
    laptop = BootedSotto(boot)
    assert boot.output("id", "-u", "guest") == str(UID)
    boot.output("useradd", "--create-home", "--shell", "/bin/bash", "neighbour")
    yield laptop
    boot.close()


def start(laptop, program=PROGRAM, record=f"[Installed]\nUid={UID}\n", mode=0o644):
    """The helper of that place, off, with that record."""
    path = laptop.boot.path(RECORD)
    path.parent.mkdir(mode=0o755, exist_ok=True)
    path.unlink(missing_ok=True)
    if record is not None:
        path.write_text(record)
        path.chmod(mode)
    laptop.drop_in(f"[Service]\nExecStart=\nExecStart={program} --service\n")
    laptop.systemctl("reset-failed", UNIT, check=False)
    laptop.systemctl("restart", UNIT)
    laptop.wait_running()
    laptop.boot.run("sottoctl", "off")


def refusal(laptop, *words, **options):
    done = laptop.boot.as_guest("sottoctl", *words, check=False, **options)
    assert done.returncode != 0
    return (done.stdout + done.stderr).strip()


@pytest.fixture
def payload(laptop, hotel):
    start(laptop)
    return laptop


def test_polkit_itself_decides_nothing(payload):
    """And does not say why: an action that it does not know is nobody's to ask about."""
    done = payload.boot.run(
        "setpriv", "--reuid=sotto", "--clear-groups", "gdbus", "call", "--system", "--dest", "org.freedesktop.PolicyKit1",
        "--object-path", "/org/freedesktop/PolicyKit1/Authority", "--method",
        "org.freedesktop.PolicyKit1.Authority.CheckAuthorization",
        "('unix-process', {'pid': <uint32 1>, 'start-time': <uint64 0>})", "io.github.sottodns.Sotto1.switch", "{}", "0", "", check=False)
    assert "org.freedesktop.PolicyKit1.Error.NotAuthorized: Only trusted callers" in done.stderr


def test_who_installed_it_may_switch(payload):
    payload.turn("on")
    assert payload.is_on()
    assert payload.status()["changed-by"] == "guest"
    payload.boot.as_guest("sottoctl", "pause", "2")
    payload.boot.as_guest("sottoctl", "use", "auto")
    payload.turn("off")


def test_not_from_elsewhere(payload):
    assert "logged in at the computer itself." in refusal(payload, "on", remote=True)


def test_not_what_needs_a_password(payload):
    assert "only root may do this" in refusal(payload, "log", "on")


def test_nobody_else(payload):
    assert "only the person who installed Sotto may do this." in refusal(payload, "on", name="neighbour")


def test_root_may(payload):
    payload.boot.output("sottoctl", "on")
    assert payload.is_on()


@pytest.mark.parametrize("record, mode", [(None, 0), ("", 0o644), ("[Installed]\nUid=0\n", 0o644),
                                          (f"[Installed]\nUid={UID}\n", 0o666)], ids=["none", "empty", "root", "writable"])
def test_no_good_record_is_nobody(laptop, hotel, record, mode):
    start(laptop, record=record, mode=mode)
    assert "it is not known who installed Sotto." in refusal(laptop, "on")


def test_native_helper_asks_no_record(laptop, hotel):
    """A package of the system whose action file somebody took away."""
    start(laptop, program="/usr/sbin/sottod")
    assert "since polkit does not decide." in refusal(laptop, "on")


def test_polkit_that_is_gone_is_no_polkit_that_does_not_know(payload):
    payload.boot.output("systemctl", "mask", "--runtime", "--now", "polkit.service")
    try:
        assert "Only root may do this" in refusal(payload, "on")
    finally:
        payload.boot.output("systemctl", "unmask", "--runtime", "polkit.service")
