# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the screenshots of the first run, of an update and of what may be missing: the app in a sandbox, the host's
systemd and its administrator played by this program."""
import pathlib
import sys
import tempfile

from accessibility import Role, get, press
from conftest import App, Helper
from sandbox import DIGEST, HELPER, SYSTEMD, TRAY, Sandbox
from scripted_systemd import ScriptedSystemd
from shot import Appearance, paint_wallpaper, settle, shot, shot_window, xdotool
from tray_host import TrayHost


class Scene:
    """The app in a sandbox of its own."""

    def __init__(self, suffix, **sandbox):
        self.suffix = suffix
        self.folder = tempfile.TemporaryDirectory()
        self.sandbox = Sandbox(pathlib.Path(self.folder.name), **sandbox)

    def __enter__(self):
        self.app = App(sandbox=self.sandbox)
        settle(2)
        return self

    def __exit__(self, *_):
        self.app.stop()
        self.folder.cleanup()

    def shot(self, name):
        settle()
        shot_window(f"setup-{name}-{self.suffix}")


def take_first_run(suffix, systemd):
    with Scene(suffix) as scene:
        scene.shot("first-run")
        press(get(Role.PUSH_BUTTON, "Turn On Protection"))
        scene.shot("asking")
        systemd.refuse(systemd.order())
        scene.shot("refused")
    systemd.stop()
    with Scene(suffix, system=(HELPER,)) as scene:
        press(get(Role.PUSH_BUTTON, "Turn On Protection"))
        scene.shot("no-systemd")
    systemd.start()


def take_installed(suffix, helper):
    helper.start(Payload="0" * 64, State="on", ResolverInUse="Quad9")
    with Scene(suffix) as scene:
        scene.shot("older")
        scene.sandbox.update()
        xdotool("key", "F10")
        scene.shot("updated")
        xdotool("key", "Escape")
    with Scene(suffix, system_wide=True) as scene:
        scene.shot("follows")
    helper.stop()
    helper.start(Payload=DIGEST, State="on", ResolverInUse="Quad9")
    with Scene(suffix) as scene:
        xdotool("key", "F10")
        settle()
        press(get(Role.PUSH_BUTTON, "Remove System Component…"))
        settle()
        shot(f"setup-remove-{suffix}", (0, 0, 900, 860))
    helper.stop()
    helper.start(Payload="0" * 64, Version="9.0.0", Protocol=99, OldestProtocol=99)
    with Scene(suffix) as scene:
        scene.shot("app-old")
    helper.stop()


def take_missing(suffix):
    with Scene(suffix, system=(SYSTEMD,), session=()) as scene:
        scene.shot("not-allowed")
    with Scene(suffix, brings_helper=False, session=(TRAY,)) as scene:
        scene.shot("no-payload")


def main():
    dark = sys.argv[2] == "dark"
    suffix = "dark" if dark else "light"
    appearance, wallpaper, systemd, host = Appearance(dark), paint_wallpaper(dark), ScriptedSystemd(), TrayHost()
    wallpaper.show()
    systemd.start()
    host.start()
    take_first_run(suffix, systemd)
    take_installed(suffix, Helper())
    systemd.stop()
    host.stop()
    take_missing(suffix)
    del appearance
    return 0


if __name__ == "__main__":
    sys.exit(main())
