# SPDX-License-Identifier: GPL-3.0-or-later
"""demo.py PICTURE.png: one click in a hotel whose DNS lies, shown to a newcomer: who answers and what can be read on the wire,
before and after. Everything is real but the hotel: helper, NetworkManager, polkit, panel, app and resolvers."""

import json
import sys
import time

from .capture import Capture
from .desktop import Desktop
from .helper import Helper
from .hotel import Hotel
from .install import install
from .networkmanager import NetworkManager, SystemBus, nameservers, resolv_conf
from .polkit import Polkit
from .process import LabError, require_lab
from .resolvers import configure_sotto
from .servers import Servers, ask
from .session import User
from .topology import LIE, TRUTH, Network

WWW = "www.example.test"
NAMES = [f"{label}.wild.example.test" for label in ("news-i-read", "doctor-i-see", "bank-i-use", "job-i-want")]
BOLD, RED, GREEN, PLAIN = ("\033[1m", "\033[31m", "\033[32m", "\033[0m") if sys.stdout.isatty() else [""] * 4


def say(text="", colour=""):
    print(f"{colour}{text}{PLAIN if colour else ''}", flush=True)


def fact(name, value, colour=""):
    say(f"  {name:<24} {colour}{value}{PLAIN if colour else ''}")


def plural(count, one, many):
    return f"{count} {one if count == 1 else many}"


class Demo:
    """The lab with a user at its desktop; the hotel redirects whatever goes to port 53 to its own resolver."""

    def __init__(self):
        self.network = Network()
        servers = Servers(self.network.inet)
        self.hotel = Hotel(self.network)
        install()
        configure_sotto(servers)
        bus = SystemBus(self.network.laptop)
        Polkit(bus)
        NetworkManager(bus)
        Helper(bus)
        self.hotel.mode("hijack53")
        self.laptop = self.network.laptop
        self.desktop = Desktop(User(self.laptop), "1280x900")
        self.desktop.paint("linear-gradient(#33475a, #151d26)")
        self.desktop.start("sotto", "sotto", "--background")
        self.desktop.tray("wait", "Not protected")

    def look_around(self):
        """What a program is told, and what somebody on the cable reads meanwhile."""
        answer = ask(self.laptop, WWW)
        for name in NAMES:
            ask(self.laptop, name)
        return answer

    def readable(self, capture):
        """The names asked here that stand in clear in the capture."""
        asked = {packet.question[0] for packet in capture.packets if packet.from_laptop and packet.question}
        return [name for name in (WWW, *NAMES) if name in asked]

    def before(self):
        with Capture(self.network, "before") as capture:
            answer = self.look_around()
        say("Before", BOLD)
        fact("/etc/resolv.conf names", f"{', '.join(nameservers())} (the hotel)")
        self.say_answer(answer)
        readable = self.readable(capture)
        for number, name in enumerate(readable or ["nothing"]):
            fact("" if number else "readable on the wire", name, RED if readable else GREEN)

    @staticmethod
    def say_answer(answer):
        verdict, colour = {LIE: ("a lie of the hotel's", RED), TRUTH: ("the truth", GREEN)}.get(answer, ("unknown", RED))
        fact(f"{WWW} is", f"{answer or 'not answered'}: {verdict}", colour)

    def click(self):
        say("\nThe click: “Turn On Protection” in the tray's menu (com.canonical.dbusmenu)", BOLD)
        clicked = self.desktop.tray("click", "^Turn On Protection")
        protected = self.desktop.tray("wait", "Protected")
        fact("protected after", f"{protected - clicked:.2f} s", GREEN)

    def after(self, capture):
        answer = self.look_around()
        status = json.loads(self.laptop.run("sottoctl", "status", "--json").stdout)
        evidence = json.loads(self.laptop.run("sottoctl", "check", "--json").stdout)
        say("\nAfter", BOLD)
        fact("/etc/resolv.conf names", f"{', '.join(nameservers())} (Sotto)")
        self.say_answer(answer)
        fact("who answers", f"{status['resolver-in-use']}, {evidence['endpoint'].partition('#')[0]}, {evidence['security']}")
        fact("Sotto's own check", evidence["summary"])
        self.picture()
        capture.stop()
        leaks, wire = capture.leaks(WWW, *NAMES)
        fact("readable on the wire", "; ".join(leaks) or "nothing", RED if leaks else GREEN)
        encrypted = sum(wire.packets_by_port.get(port, 0) for port in (853, 7443))
        fact("else on the wire", f"{plural(encrypted, 'encrypted packet', 'encrypted packets')} sent")
        fact("", f"{plural(wire.certificate_requests, 'request', 'requests')} for the resolver's certificate, always asked in clear")
        if wire.allowed:
            fact("", f"{plural(len(wire.allowed), 'question', 'questions')} of NetworkManager's own, whether it is online")
        return not leaks and answer == TRUTH and evidence["ok"]

    def picture(self):
        self.desktop.show_window()
        self.desktop.open_menu()
        self.desktop.screenshot(sys.argv[1])
        self.desktop.run("xdotool", "key", "Escape")

    def off(self, own_dns):
        self.desktop.tray("click", "^Turn Off Protection")
        self.desktop.tray("wait", "Not protected")
        same = resolv_conf() == own_dns
        say("\nOff again", BOLD)
        fact("/etc/resolv.conf is", "as it was, to the byte" if same else "not as it was", GREEN if same else RED)
        return same


def main():
    began = time.monotonic()
    try:
        require_lab()
        say("Setting up a laptop, a hotel that answers every DNS question itself, and an internet with real resolvers…")
        demo = Demo()
        own_dns = resolv_conf()
        say()
        demo.before()
        with Capture(demo.network, "after") as capture:
            demo.click()
            good = demo.after(capture)
        good = demo.off(own_dns) and good
        demo.desktop.stop()
    except LabError as error:
        sys.exit(f"demo: {error}")
    say(f"\nThe screen, with panel, menu and window: {sys.argv[1]}   ({time.monotonic() - began:.0f} s in all)")
    say("./dev lab opens a shell in this network; ./dev test runs the tests.")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
