# SPDX-License-Identifier: GPL-3.0-or-later
"""sotto-setup under a real systemd, without a Flatpak: what an administrator's "yes" leads to, and the way back from each of it.

The laptop has GnuTLS, GLib and the rest, since it serves other tests too; that the payload needs none of them is
tests/flatpak's to show."""

import re
import os
import time

import pytest

from lab.boot import Boot
from lab.booted_sotto import BootedSotto
from lab.host_files import differences, host_files
from lab.install import install
from lab.payload import HOME, ID, PROGRAM, RECORD, Payload, remove
from lab.process import wait_for
from lab.resolvers import configure_sotto
from lab.topology import LIE, TRUTH

BROKEN = {"host/etc/systemd/system/sotto.service": "[Service]\nType=notify\nExecStart=/bin/false\n"}


@pytest.fixture(scope="module")
def payload(network):
    return Payload()


@pytest.fixture
def boot(network, hotel, servers):
    """A laptop on which Sotto never was; only the lab's resolvers are named in its settings."""
    boot = Boot(network, lambda root: configure_sotto(servers, root))
    yield boot
    boot.close()


@pytest.fixture
def laptop(boot):
    return BootedSotto(boot)


def files(boot):
    return host_files(boot.path("/"))


def payload_of(boot):
    return boot.output("busctl", "get-property", f"{ID}1", "/io/github/sottodns/Sotto1", f"{ID}1", "Payload").split('"')[1]


def turn(laptop, word):
    laptop.boot.as_guest("busctl", "call", f"{ID}1", "/io/github/sottodns/Sotto1", f"{ID}1", word)


def succeeded(done):
    assert done.returncode == 0, done.stderr
    return done


def test_installed_on_and_removed_without_a_trace(laptop, payload):
    boot = laptop.boot
    before = files(boot)
    began = time.monotonic()
    succeeded(payload.install(boot))
    print(f"installed in {time.monotonic() - began:.1f} s")
    assert payload_of(boot) == payload.digest
    assert laptop.lookup() == LIE, "installing alone changes nothing"
    turn(laptop, "TurnOn")
    assert laptop.lookup() == TRUTH
    done = succeeded(remove(boot))
    laptop.wait_restored(time.monotonic())
    assert laptop.lookup() == LIE
    assert "settings" in done.stdout, "the lab's settings were written by hand, and stay"
    assert differences(before, files(boot)) == []
    assert boot.run("systemctl", "status", "sotto.service", check=False).returncode == 4, "systemd knows of none"


def test_the_helper_at_work_has_loaded_nothing_of_the_host(laptop, payload):
    """With the bus, NetworkManager and a lookup as programs do it, by a host that has a nsswitch.conf and GIO modules."""
    succeeded(payload.install(laptop.boot))
    turn(laptop, "TurnOn")
    assert laptop.lookup() == TRUTH
    mapped = set(re.findall(r"\s(/\S+)", laptop.boot.output("cat", f"/proc/{laptop.pid}/maps")))
    assert f"{HOME}/versions/{payload.digest}/lib/libnm.so.0" in mapped
    assert [file for file in mapped if not file.startswith(f"{HOME}/versions/{payload.digest}/")] == []


def test_a_payload_that_is_not_the_one_meant_is_refused(laptop, payload):
    before = files(laptop.boot)
    done = payload.install(laptop.boot, digest="0" * 64)
    assert done.returncode == 1
    assert "not what the app meant to send" in done.stderr
    assert differences(before, files(laptop.boot)) == []


def test_what_does_not_start_leaves_nothing(laptop, network):
    before = files(laptop.boot)
    done = Payload("broken", BROKEN).install(laptop.boot)
    assert done.returncode == 1
    assert "sotto.service" in done.stderr
    assert differences(before, files(laptop.boot)) == []


def test_a_program_that_cannot_run_here_is_not_even_tried(laptop, payload):
    boot = laptop.boot
    succeeded(payload.install(boot))
    turn(laptop, "TurnOn")
    pid = laptop.pid
    done = Payload.of_version("99.1", **{"tree/bin/sottod": "no program\n"}).install(boot)
    assert done.returncode == 1
    assert "does not run on this computer" in done.stderr
    assert laptop.pid == pid, "the one that runs was not disturbed"


def test_what_fails_before_the_user_is_made_leaves_nothing_and_can_be_tried_again(laptop, payload):
    before = files(laptop.boot)
    done = Payload("no-user", {"host/etc/sysusers.d/sotto.conf": "nonsense\n"}).install(laptop.boot)
    assert done.returncode == 1
    assert "systemd-sysusers failed" in done.stderr
    assert differences(before, files(laptop.boot)) == []
    succeeded(payload.install(laptop.boot))


def test_what_a_removed_package_left_survives_a_failed_installation(laptop):
    state = laptop.boot.path("/var/lib/sotto/state.conf")
    state.parent.mkdir()
    state.write_text("[State]\nResolver=quad9\n")
    assert Payload("broken", BROKEN).install(laptop.boot).returncode == 1
    assert state.read_text() == "[State]\nResolver=quad9\n"


def test_a_person_called_sotto_is_not_made_the_helper(laptop, payload):
    laptop.boot.output("useradd", "--create-home", "sotto")
    done = payload.install(laptop.boot)
    assert done.returncode == 1
    assert "a person has that name" in done.stderr


def test_damaged_and_installed_again(laptop, payload):
    boot = laptop.boot
    succeeded(payload.install(boot))
    program = boot.path(f"{HOME}/current/bin/sottod")
    program.unlink()
    program.write_bytes(b"")
    boot.run("systemctl", "restart", "sotto.service", check=False)
    succeeded(payload.install(boot))
    assert payload_of(boot) == payload.digest


def test_removed_while_somebody_keeps_asking(laptop, payload):
    """The bus would start the helper for each of these questions."""
    boot = laptop.boot
    before = files(boot)
    succeeded(payload.install(boot))
    turn(laptop, "TurnOn")
    boot.output("systemd-run", "--quiet", "--unit=asker", "sh", "-c",
                f"while :; do busctl call {ID}1 /io/github/sottodns/Sotto1 {ID}1 ListResolvers >/dev/null 2>&1; done")
    succeeded(remove(boot))
    boot.output("systemctl", "stop", "asker.service")
    laptop.wait_restored(time.monotonic())
    assert differences(before, files(boot)) == []


def test_update_holds_and_a_bad_one_is_undone(laptop, payload):
    boot = laptop.boot
    succeeded(payload.install(boot))
    turn(laptop, "TurnOn")
    newer = Payload.of_version("99.1")
    succeeded(newer.install(boot))
    assert payload_of(boot) == newer.digest
    assert laptop.lookup() == TRUTH, "still on"
    after_update = files(boot)
    done = Payload.of_version("99.2", **BROKEN).install(boot)
    assert done.returncode == 1
    wait_for("the one before to answer", lambda: payload_of(boot) == newer.digest)
    wait_for("protection, as before", lambda: laptop.lookup() == TRUTH)
    assert [line for line in differences(after_update, files(boot)) if "/versions/" not in line and "var/lib/sotto" not in line] == []
    assert len(list(boot.path(f"{HOME}/versions").iterdir())) <= 3
    succeeded(remove(boot))


def test_an_older_one_is_refused(laptop, payload):
    boot = laptop.boot
    newer = Payload.of_version("99.1")
    succeeded(newer.install(boot))
    done = payload.install(boot)
    assert done.returncode == 3
    assert "newer than the one offered" in done.stderr
    assert payload_of(boot) == newer.digest


def test_a_package_of_the_system_is_left_alone(laptop, payload):
    boot = laptop.boot
    install(boot.path("/"))
    before = files(boot)
    done = payload.install(boot)
    assert done.returncode == 4
    assert "from a package already" in done.stderr
    assert differences(before, files(boot)) == []


def test_interrupted_and_done_again(laptop, payload):
    """Power was cut between the record and the end: what is there is taken up, and can be taken away."""
    boot = laptop.boot
    before = files(boot)
    succeeded(payload.install(boot))
    boot.output("systemctl", "stop", "sotto.service")
    boot.path("/etc/dbus-1/system.d/io.github.sottodns.Sotto1.conf").unlink()
    boot.path(f"{HOME}/current").unlink()
    succeeded(payload.install(boot))
    assert payload_of(boot) == payload.digest
    succeeded(remove(boot))
    assert differences(before, files(boot)) == []


class TestFollowing:
    """An app of a Flatpak installation stands in: its folders alone, since they are all that is looked at."""

    @pytest.fixture
    def installation(self, laptop, payload):
        folder = laptop.boot.path("/var/lib/flatpak")
        self.deploy(laptop, payload)
        (folder / "repo").mkdir()
        (folder / ".changed").touch()
        succeeded(payload.install(laptop.boot, flatpak="/var/lib/flatpak"))
        turn(laptop, "TurnOn")
        return folder

    def deploy(self, laptop, payload):
        commit = laptop.boot.path(f"/var/lib/flatpak/app/{ID}/x86_64/stable/{payload.digest}/files/share/sotto")
        commit.mkdir(parents=True)
        (commit / "helper.tar").write_bytes(payload.path.read_bytes())
        for link, target in (("../current", "x86_64/stable"), ("active", payload.digest)):
            path = commit.parents[2].parent / link if link == "active" else commit.parents[5] / "current"
            path.unlink(missing_ok=True)
            path.symlink_to(target)

    def say(self, installation):
        """Flatpak's word that something changed: a new file in the place of the old."""
        fresh = installation / ".changed.new"
        fresh.touch()
        fresh.rename(installation / ".changed")

    def test_newer_app_newer_helper(self, laptop, installation):
        newer = Payload.of_version("99.1")
        self.deploy(laptop, newer)
        self.say(installation)
        began = time.monotonic()
        wait_for("the helper to follow", lambda: payload_of(laptop.boot) == newer.digest, 20)
        print(f"followed in {time.monotonic() - began:.1f} s")
        assert laptop.lookup() == TRUTH, "still on"

    def test_a_helper_that_somebody_stopped_and_disabled_stays_so(self, laptop, installation):
        boot = laptop.boot
        boot.output("systemctl", "disable", "--now", "sotto.service")
        newer = Payload.of_version("99.1")
        self.deploy(laptop, newer)
        self.say(installation)
        wait_for("the new program", lambda: newer.digest in os.readlink(boot.path(f"{HOME}/current")), 20)
        wait_for("the end of it", lambda: boot.run("systemctl", "is-active", "sotto-follow.service", check=False).stdout == "inactive\n")
        assert boot.run("systemctl", "is-active", "sotto.service", check=False).stdout == "inactive\n"
        assert boot.run("systemctl", "is-enabled", "sotto.service", check=False).stdout == "disabled\n"
        assert laptop.lookup() == LIE

    def test_older_app_same_helper(self, laptop, installation, payload):
        self.deploy(laptop, Payload.of_version("0.0.9"))
        self.say(installation)
        wait_for("the refusal", lambda: "older than what is installed" in laptop.boot.journal("--unit=sotto-follow.service"))
        assert payload_of(laptop.boot) == payload.digest

    def test_a_payload_that_others_could_have_written(self, laptop, installation, payload):
        newer = Payload.of_version("99.1")
        self.deploy(laptop, newer)
        (installation / f"app/{ID}/x86_64").chmod(0o777)
        assert laptop.boot.run(PROGRAM, "follow").returncode == 0
        assert payload_of(laptop.boot) == payload.digest

    def test_gone_app_gone_helper(self, laptop, installation):
        laptop.boot.output("rm", "-r", f"/var/lib/flatpak/app/{ID}")
        self.say(installation)
        wait_for("the helper to remove itself", lambda: not laptop.boot.path(RECORD).parent.exists(), 20)
        laptop.wait_restored(time.monotonic())
        assert not laptop.boot.path(HOME).exists()

    def test_a_home_that_is_not_mounted_is_no_goodbye(self, laptop, installation):
        boot = laptop.boot
        boot.output("mv", "/var/lib/flatpak", "/var/lib/elsewhere")
        boot.output("systemctl", "restart", "sotto-follow.service")
        assert boot.path(RECORD).exists()
