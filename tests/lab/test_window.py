# SPDX-License-Identifier: GPL-3.0-or-later
"""The app's window, and what becomes of a click in it: somebody at the desktop changes something in a page, the real helper
and the real polkit decide, and the next lookup of any program shows it. (tests/gui has the pages in full, against a helper
that plays its part.)"""

import json
import sys
from pathlib import Path

import pytest

from lab.capture import Capture
from lab.desktop import GUI, HERE, TOOLS, Desktop
from lab.process import wait_for
from lab.servers import ask
from lab.session import User
from lab.topology import DNSDIST, TRUTH, WILD

ADMINISTRATOR = Path("/etc/polkit-1/rules.d/40-lab-window.rules")
LOG = "io.github.sottodns.Sotto1.log"
NEW_NETWORKS = "Protect new networks by itself"
DNSCRYPT_PORT = 5443
"""Of the one stamp that Sotto does not know already."""


class Window:
    """Sotto's, as a click on its launcher opens it."""

    def __init__(self, desktop):
        self.desktop = desktop
        # Not for leaks: GLib drops the first of its own tables of names when it needs a larger one.
        self.app = desktop.start("sotto", "env", "ASAN_OPTIONS=detect_leaks=0:exitcode=99", "sotto")
        self.do(["see", "radio button", "Status"])
        self.desktop.run("xdotool", "search", "--onlyvisible", "--name", "^Sotto$", "windowsize", "900", "1300")

    def do(self, *steps):
        """See hands.py, whose answer this is."""
        done = self.desktop.run(sys.executable, TOOLS / "hands.py", json.dumps(steps), check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def close(self):
        return self.app.stop()


@pytest.fixture(scope="module")
def desktop(network, bus, installed):
    screen = Desktop(User(network.laptop), "1280x1400", (HERE / "hands.py", GUI / "accessibility.py"), accessible=True)
    yield screen
    screen.stop()


@pytest.fixture
def window(desktop, protected):
    """Sotto is on, in a hotel that answers for everybody."""
    opened = Window(desktop)
    yield opened
    code = opened.close()
    assert code == 0 and "runtime error" not in opened.app.log, f"the app ended with {code}:\n{opened.app.log[-3000:]}"


@pytest.fixture
def administrator(guest, polkit):
    """Who says yes to the query log, without being asked for a password."""
    ADMINISTRATOR.write_text(f"""polkit.addRule(function(action, subject) {{
    if (action.id == "{LOG}" && subject.user == "{guest.name}") return polkit.Result.YES;
}});
""")
    wait_for("polkit to read its new rule", lambda: polkit.check(guest, LOG) == "yes")
    yield
    ADMINISTRATOR.unlink()
    wait_for("polkit to forget it", lambda: polkit.check(guest, LOG) != "yes")


def test_rule_blocks_until_it_is_removed(window, network):
    name = "tracker.wild.example.test"
    assert ask(network.laptop, name) == WILD
    window.do(["press", "radio button", "Networks & Rules"], ["press", "radio button", "Rules"],
              ["press", "push button", "Add a Rule…"], ["write", "Name", name], ["press", "push button", "Add"],
              ["gone", "push button", "Cancel"], ["see", "list item", name])
    assert ask(network.laptop, name) == "", "the rule is in the list, and its name is answered all the same"
    assert ask(network.laptop) == TRUTH
    window.do(["press", "push button", f"Remove the rule for {name}"], ["see", "label", f"The rule for {name} is removed."])
    assert ask(network.laptop, name) == WILD, "the rule is removed, and its name is not answered again"


def test_lookup_is_seen_in_the_log(window, administrator, network):
    name = "looked-up.wild.example.test"
    window.do(["press", "radio button", "Query Log"], ["press", "push button", "Start Logging"],
              ["see", "text", "Search Lookups"])
    assert ask(network.laptop, name) == WILD
    window.do(["lists", "Lookups", "Name", name])


def test_added_resolver_is_asked(window, protected, servers, network, guest):
    """By its stamp alone: what a website may show as a link or a QR code."""
    window.do(["press", "radio button", "Resolvers"], ["press", "push button", "Add a Resolver…"],
              ["write", "Stamp or address", servers.stamps["es2"]], ["write", "Name, if you like", "My Own"],
              ["press", "push button", "Add"], ["press", "push button", "Use It Now"])
    wait_for("Sotto to use it", lambda: protected.status(guest)["resolver-in-use"] == "My Own", 20)
    with Capture(network) as capture:
        assert ask(network.laptop, "asked-of-mine.wild.example.test") == WILD
    asked = {(packet.destination, packet.destination_port) for packet in capture.packets if packet.from_laptop}
    assert (DNSDIST, DNSCRYPT_PORT) in asked, f"what was asked is {asked}"


def test_without_an_administrator_new_networks_stay_as_they_are(window):
    before = window.do(["press", "radio button", "Settings"], ["is_on", NEW_NETWORKS])
    after = window.do(["press", "toggle button", NEW_NETWORKS],
                      ["says", NEW_NETWORKS, "An administrator's password is needed for this."], ["is_on", NEW_NETWORKS])
    assert after == before
