# SPDX-License-Identifier: GPL-3.0-or-later
"""A sign-in window without a window: begins a sign-in as the app's does, resolves the page's host by the helper alone, and
presses the page's button when it is told to by SIGUSR1. (The real one, WebKit and all, has tests of its own.)"""

import http.client
import signal
import sys
import urllib.parse

from gi.repository import Gio, GLib

from .helper import NAME, PATH

PATIENCE_MS = 20_000


class Window:
    """Keeps its connection to the bus: the helper serves who began the sign-in, and ends it when he leaves."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.address = self.call("BeginSignIn", GLib.Variant("(s)", ("window",)))[0]
        print(f"opened {self.address}", flush=True)

    def call(self, method, arguments):
        return self.bus.call_sync(NAME, PATH, f"{NAME}.Networks", method, arguments, None, Gio.DBusCallFlags.NONE,
                                  PATIENCE_MS, None).unpack()

    def press(self):
        host = urllib.parse.urlsplit(self.address).hostname
        addresses = self.call("ResolveForSignIn", GLib.Variant("(s)", (host,)))[0]
        press_button(addresses[0], host)


def press_button(address, host):
    """Post the form of the page, as a browser does that has found out the address."""
    connection = http.client.HTTPConnection(address, 80, timeout=10)
    connection.request("POST", "/sign-in", "room=101", {"Host": host, "Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise OSError(f"the page said {answer.status}")
    print("pressed", flush=True)


def main():
    if len(sys.argv) > 1:  # a browser, which asks as every program does
        press_button(sys.argv[1], sys.argv[1])
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})  # also in the threads to come
    window = Window()
    while signal.sigwait({signal.SIGUSR1}):
        window.press()


if __name__ == "__main__":
    main()
