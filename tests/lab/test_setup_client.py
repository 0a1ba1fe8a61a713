# SPDX-License-Identifier: GPL-3.0-or-later
"""The app's side of a setup, with the real systemd and polkit: sottoctl as a Flatpak has it (/app, /.flatpak-info), on a booted
laptop that has never seen Sotto. There is no sandbox here; tests/flatpak has one, and tests/dbus plays every refusal."""

import json
import shutil

import pytest

from lab.boot import Boot
from lab.install import build_folder
from lab.payload import HOME, ID, ROOT, Payload
from lab.process import wait_for
from lab.resolvers import configure_sotto

RULE = "etc/polkit-1/rules.d/40-test.rules"
YES = """polkit.addRule(function(action, subject) {
    if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == "guest") return polkit.Result.YES;
});
"""
INSTALLATION = "/var/lib/flatpak"


class Client:
    """sottoctl of the app, run by the user at the screen."""

    def __init__(self, boot, payload):
        self.boot, self.payload = boot, payload
        self.share = boot.path("/app/share/sotto")
        self.bring()

    def bring(self, digest=None):
        self.share.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.payload.path, self.share / "helper.tar")
        shutil.copyfile(ROOT / "daemon/setup/unpack.sh", self.share / "setup")
        (self.share / "helper.digest").write_text(f"{digest or self.payload.digest}\n")

    def allow(self, allowed):
        """What an administrator would say to this user, without asking."""
        path = self.boot.path(f"/{RULE}")
        if allowed == path.exists():
            return
        if allowed:
            path.write_text(YES)
        else:
            path.unlink()
        self.boot.run("systemctl", "restart", "polkit.service")

    def setup(self, *words):
        done = self.boot.as_guest("/app/bin/sottoctl", "setup", "--json", *words, check=False)
        return done.returncode, json.loads(done.stdout)

    def state(self):
        return self.setup()[1]["state"]

    def is_installed(self):
        return self.boot.path(f"{HOME}/current").is_symlink()


@pytest.fixture(scope="module")
def boot(network, hotel_for_all, servers):
    def prepare(root):
        configure_sotto(servers, root)
        programs = root / "app/bin"
        programs.mkdir(parents=True)
        shutil.copy(build_folder() / "app/cli/sottoctl", programs)
        (root / ".flatpak-info").write_text(
            f"[Application]\nname={ID}\n[Instance]\napp-path={INSTALLATION}/app/{ID}/x86_64/stable/c0ffee/files\n")
    boot = Boot(network, prepare)
    yield boot
    boot.close()


@pytest.fixture
def client(boot):
    client = Client(boot, Payload())
    client.allow(True)
    yield client
    if client.is_installed():
        client.allow(True)
        assert client.setup("remove")[0] == 0


def test_installed_and_removed_by_one_yes_each(client):
    assert client.state() == "needed"
    code, told = client.setup("install")
    assert (code, told["state"], told["removable"], told["payload"]) == (0, "current", True, client.payload.digest)
    record = client.boot.path(f"/var/lib/{ID}/installed.conf").read_text()
    assert f"Uid={client.boot.output('id', '-u', 'guest')}" in record and INSTALLATION in record
    code, told = client.setup("remove")
    assert (code, told["state"], told["removable"]) == (0, "needed", False)
    assert "/etc/sotto" in told["note"], "the lab's settings stay, and it says so"
    assert not client.is_installed()


def test_without_a_yes_nothing_happens(client):
    client.allow(False)
    code, told = client.setup("install")
    assert (code, told["error"]["code"]) == (5, "not-authorized")
    assert not client.boot.path(HOME).exists()


def test_payload_that_is_not_the_one_meant(client):
    client.bring(digest="0" * 64)
    code, told = client.setup("install")
    assert (code, told["error"]["code"]) == (1, "failed")
    assert "not what the app meant to send" in told["error"]["message"]
    assert not client.is_installed()


def test_removing_what_is_not_there(client):
    assert client.setup("remove")[1]["error"]["message"] == "The Sotto service is not installed."


def test_one_setup_at_a_time(client):
    client.boot.run("systemd-run", "--quiet", "--collect", "--unit=sotto-setup", "sleep", "60")
    try:
        code, told = client.setup("install")
        assert (code, told["error"]["code"]) == (1, "busy")
    finally:
        client.boot.run("systemctl", "stop", "sotto-setup.service")


def test_app_that_is_closed_in_the_middle(client):
    client.boot.run("systemd-run", "--quiet", "--collect", "--unit=client", f"--uid={client.boot.output('id', '-u', 'guest')}",
                    "/app/bin/sottoctl", "setup", "install")
    wait_for("the host to begin", lambda: client.boot.run("systemctl", "is-active", "sotto-setup.service",
                                                          check=False).stdout.strip() == "activating")
    client.boot.run("systemctl", "kill", "--signal=KILL", "client.service")
    wait_for("the host to be done", lambda: client.boot.run("systemctl", "is-active", "sotto-setup.service",
                                                            check=False).stdout.strip() == "inactive", 30)
    assert client.state() == "current"


def test_helper_that_is_stopped_is_not_needed(client):
    assert client.setup("install")[0] == 0
    client.boot.run("systemctl", "stop", "sotto.service")
    assert client.state() == "current"
    client.boot.run("systemctl", "start", "sotto.service")
