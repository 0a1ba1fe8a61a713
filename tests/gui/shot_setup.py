# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the screenshots of the first run, of an update and of what may be missing: the app in a sandbox, the host's
systemd and its administrator played by this program."""
import pathlib
import sys
import tempfile

from accessibility import Role, get, press
from camera import after, press_key, shot, shot_window, still, windows
from conftest import App, Helper
from desktop import Appearance, paint_wallpaper
from sandbox import DIGEST, HELPER, SYSTEMD, TRAY, Sandbox
from scripted_systemd import ScriptedSystemd
from tray_host import TrayHost
from waiting import wait


class Scene:
    """The app in a sandbox of its own."""

    def __init__(self, suffix, **sandbox):
        self.suffix = suffix
        self.folder = tempfile.TemporaryDirectory()
        self.sandbox = Sandbox(pathlib.Path(self.folder.name), **sandbox)

    def __enter__(self):
        self.app = App(sandbox=self.sandbox)
        wait(lambda: windows("^Sotto$"), "the window")
        still()
        return self

    def __exit__(self, *_):
        self.app.stop()
        self.folder.cleanup()

    def shot(self, name):
        shot_window(f"setup-{name}-{self.suffix}")


def take_first_run(suffix, systemd):
    with Scene(suffix) as scene:
        scene.shot("first-run")
        after(press, get(Role.PUSH_BUTTON, "Turn On Protection"))
        scene.shot("asking")
        after(systemd.refuse, systemd.order())
        scene.shot("refused")
    systemd.stop()
    with Scene(suffix, system=(HELPER,)) as scene:
        after(press, get(Role.PUSH_BUTTON, "Turn On Protection"))
        scene.shot("no-systemd")
    systemd.start()


def take_installed(suffix, helper):
    helper.start(Payload="0" * 64, State="on", ResolverInUse="Quad9")
    with Scene(suffix) as scene:
        scene.shot("older")
        after(scene.sandbox.update)
        press_key("F10")
        scene.shot("updated")
        press_key("Escape")
    with Scene(suffix, system_wide=True) as scene:
        scene.shot("follows")
    helper.stop()
    helper.start(Payload=DIGEST, State="on", ResolverInUse="Quad9")
    with Scene(suffix) as scene:
        press_key("F10")
        after(press, get(Role.PUSH_BUTTON, "Remove System Component…"))
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
