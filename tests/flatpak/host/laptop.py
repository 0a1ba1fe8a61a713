# SPDX-License-Identifier: GPL-3.0-or-later
"""The laptop these tests boot: a desktop with Flatpak and none of the libraries that Sotto alone needs, and an administrator
at its screen."""

import contextlib
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from lab.boot import BOOTROOT, Boot
from lab.booted_sotto import BootedSotto
from lab.desktop import GUI, TOOLS, Desktop
from lab.payload import ID
from lab.process import wait_for
from lab.resolvers import configure_sotto
from lab.seat import Seat

HERE = Path(__file__).parent
NAME, OBJECT = f"{ID}1", "/io/github/sottodns/Sotto1"
PASSWORD = "correct horse battery staple"
OURS_ALONE = ("libsodium.so*", "libngtcp2*.so*")
"""Libraries that the helper needs and nothing else on the laptop: only a native package would bring them."""


def libraries(root):
    return [path for pattern in OURS_ALONE for path in Path(root, "usr/lib").rglob(pattern)]


def prepare(root, servers):
    configure_sotto(servers, root)
    subprocess.run(["chroot", root, "usermod", "--append", "--groups", "sudo", "guest"], check=True)
    subprocess.run(["chroot", root, "chpasswd"], input=f"guest:{PASSWORD}", text=True, check=True)
    for library in libraries(root):
        library.unlink()


class Laptop(BootedSotto):
    """Booted, logged in, its panel running. What a BootedSotto asks sottoctl is asked the app's, in its sandbox."""

    def __init__(self, network, servers):
        super().__init__(Boot(network, lambda root: prepare(root, servers)))
        self.log_in()

    def log_in(self):
        self.seat = Seat(self.boot)
        tools = (HERE / "prompt_agent.py", HERE / "window_tool.py", GUI / "accessibility.py")
        self.desktop = Desktop(self.seat, tools=tools, accessible=True)
        folders = self.seat.output("sh", "-c", ". /etc/profile.d/flatpak.sh && echo $XDG_DATA_DIRS")
        self.desktop.environment.append(f"XDG_DATA_DIRS={folders}")
        # As a desktop does when it has started: what bus and systemd start for it, the portals above all, find the screen.
        self.desktop.run("dbus-update-activation-environment", "--systemd", "DISPLAY", "XDG_DATA_DIRS", "XDG_SESSION_TYPE")

    def shut_down(self):
        self.desktop.stop()
        self.boot.halt()

    def close(self):
        self.desktop.stop()
        self.boot.close()

    def sottoctl(self, *words, check=True):
        return self.desktop.run("flatpak", "run", "--command=sottoctl", ID, *words, check=check, timeout=120)

    def turn(self, word):
        return self.sottoctl(word)

    def setup(self, word, check=True):
        """`sottoctl setup WORD` by somebody who is there to be asked."""
        return self.terminal(f"flatpak run --command=sottoctl {ID} setup {word}", check=check)

    def setup_state(self):
        return json.loads(self.sottoctl("setup", "--json").stdout)

    def fact(self, name):
        """What the helper tells everybody on the bus; "" while there is none."""
        done = self.boot.run("busctl", "get-property", NAME, OBJECT, NAME, name, check=False)
        return done.stdout.split('"')[1] if done.returncode == 0 else ""

    def payload(self):
        """The digest of the one that the running helper came from."""
        return self.fact("Payload")

    def terminal(self, command, answers="", check=True):
        """What the person at the screen types there, and answers to what is asked."""
        return self.desktop.run("script", "--quiet", "--return", "--command", command, "/dev/null", input=answers, timeout=120,
                                check=check)

    def administrator(self, command):
        """The same of a command with sudo in it, and the password."""
        unlock = f"echo {shlex.quote(PASSWORD)} | sudo --stdin --validate 2>/dev/null"
        return self.desktop.run("sh", "-c", f"{unlock}; {command}", timeout=60)

    @contextlib.contextmanager
    def prompt(self, *answer):
        """A desktop's password prompt, and what is done when it shows: prompt("give", PASSWORD), prompt("dismiss"). Yields
        Prompts."""
        agent = self.desktop.start("prompt-agent", sys.executable, TOOLS / "prompt_agent.py", self.seat.identifier, *answer)
        agent.wait_until("the authentication agent", lambda: "ready" in agent.log)
        try:
            yield Prompts(agent)
        finally:
            agent.stop()

    def bring_libraries(self):
        """As the packages do that a native one of Sotto depends on."""
        for library in libraries(BOOTROOT):
            shutil.copy2(library, self.boot.path(f"/{library.relative_to(BOOTROOT)}"), follow_symlinks=False)


class Prompts:
    """What the agent was asked, and what came of it."""

    def __init__(self, agent):
        self.agent = agent

    @property
    def said(self):
        return [json.loads(line) for line in self.agent.log.splitlines() if line.startswith("{")]

    @property
    def actions(self):
        return [one["action"] for one in self.said if "action" in one]

    @property
    def answers(self):
        return [one["answer"] for one in self.said if "answer" in one]


class App:
    """Sotto in its sandbox, started as a click on its launcher does."""

    def __init__(self, laptop):
        self.laptop = laptop
        self.start()

    def start(self):
        self.launched = self.laptop.desktop.start("app", "gtk-launch", ID)  # it ends at once; the log is what the app says
        wait_for("the app's sandbox", self.is_running, 30)
        self.window("wait", ".")

    def is_running(self):
        return ID in self.laptop.desktop.output("flatpak", "ps", "--columns=application")

    def window(self, *words):
        """One of window_tool.py's commands."""
        return self.laptop.desktop.tool("window_tool.py", *words, timeout=120)

    def texts(self):
        return self.window("texts")

    def press(self, name):
        self.window("press", name)

    def wait(self, pattern, seconds=15):
        return self.window("wait", pattern, seconds)

    def title(self):
        """Of the icon in the tray."""
        return self.laptop.desktop.tray("title")

    def quit(self):
        self.laptop.desktop.run("flatpak", "kill", ID, check=False)
        wait_for("the app to be gone", lambda: not self.is_running(), 10)
