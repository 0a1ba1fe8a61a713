# SPDX-License-Identifier: GPL-3.0-or-later
"""What the words after `expect` in a scenario ask for. All of it is looked at again and again until it is so, or until
`within` seconds are over: then the sentence says what was there instead."""

import json
import re
import time

from .helper import ADDRESSES, NAME, PATH
from .topology import CAFE, CAFE_LIE, LIE, TRUTH, WILD
from .vpn import OFFICE_SAYS, WIKI

EXPECT = {}
WITHIN_S = 5
MEANINGS = {"truth": (TRUTH, WILD), "lie": (LIE, CAFE_LIE), "office": (OFFICE_SAYS, WIKI), "none": ("",)}


def expectation(word):
    def register(function):
        EXPECT[word] = function
        return function
    return register


def _until(look, is_good, wanted, within):
    deadline = time.monotonic() + within
    while True:
        seen = look()
        if is_good(seen):
            return
        assert time.monotonic() < deadline, f"wanted is {wanted}; after {within} s it is {seen or 'nothing'}"
        time.sleep(0.05)


@expectation("state")
def state(stage, is_, within=WITHIN_S):
    """One of these words of the bus."""
    words = [is_] if isinstance(is_, str) else is_
    _until(lambda: stage.state, lambda seen: seen in words, " or ".join(words), within)


@expectation("stays")
def stays(stage, is_, for_):
    """The state is this all the time, for so many seconds."""
    end = time.monotonic() + for_
    while time.monotonic() < end:
        seen = stage.state
        assert seen == is_, f"it became {seen}"
        time.sleep(0.1)


@expectation("reason")
def reason(stage, code, within=WITHIN_S):
    """The stable word on the bus; `code`: one or several."""
    words = [code] if isinstance(code, str) else code
    _until(lambda: stage.property("ReasonCode"), lambda seen: seen in words, " or ".join(words), within)


@expectation("answer")
def answer(stage, is_, name="www.example.test", within=WITHIN_S):
    """What a program on the laptop is told: the truth, the lie of this network, what the office says, none, or an address."""
    if is_ == "none":
        seen = stage.lookup(name)
        assert seen == "", f"wanted is no answer; it is {seen}"
        return
    wanted = MEANINGS.get(is_, (is_,))
    _until(lambda: stage.lookup(name), lambda seen: seen in wanted, " or ".join(wanted), within)


@expectation("dns")
def dns(stage, is_, within=WITHIN_S):
    """Whom /etc/resolv.conf names: "ours", "network" (as the hotel's DHCP has it), "cafe", or an address."""
    wanted = {"network": stage.own_dns(), "cafe": [CAFE]}.get(is_, [is_])
    if is_ == "ours":
        wanted = stage.own_dns() if stage.scenario.resolved else ADDRESSES
    _until(stage.nameservers, lambda seen: seen == wanted, " and ".join(wanted), within)


@expectation("network-dns")
def network_dns(stage, is_, within=WITHIN_S):
    """Whom the network's DHCP names, as NetworkManager has it."""
    _until(lambda: stage.nmcli("--fields", "IP4.DNS", "device", "show", "wl0"),
           lambda seen: seen.endswith(f":{is_}"), is_, within)


@expectation("online")
def online(stage, within=20):
    """NetworkManager has a connection."""
    stage.wait_online(within)


@expectation("resolver")
def resolver(stage, is_, within=WITHIN_S):
    """Who answers now."""
    _until(lambda: stage.property("ResolverInUse"), lambda seen: seen == is_, is_, within)


@expectation("way")
def way(stage, begins, within=WITHIN_S):
    """How the resolver is reached: how the endpoint of the evidence begins, "tls://", "https://" or "dnscrypt://"."""
    _until(lambda: json.loads(stage.sottoctl("check", "--json", check=False).stdout or "{}").get("endpoint", ""),
           lambda seen: seen.startswith(begins), begins, within)


@expectation("nothing-works")
def nothing_works(stage, for_):
    """No lookup that is asked within so many seconds is answered in them."""
    began = time.monotonic()
    time.sleep(for_)
    worked = [one for one in stage.watching.probed() if one.worked and one.sent > began]
    assert not worked, f"{len(worked)} lookups worked, by {worked[0].server}"


@expectation("policy")
def policy(stage, is_, within=WITHIN_S):
    _until(lambda: stage.property("Policy", f"{NAME}.Networks"), lambda seen: seen == is_, is_, within)


@expectation("sign-in-page")
def sign_in_page(stage, is_, within=WITHIN_S):
    """The address that the helper shows."""
    _until(lambda: stage.property("PortalAddress", f"{NAME}.Networks"), lambda seen: seen == is_, is_, within)


@expectation("leaked")
def leaked(stage, is_, within=WITHIN_S):
    """The helper's own count, since it started."""
    _until(lambda: stage.clear_counts()["leaked"], lambda seen: seen == is_, is_, within)


@expectation("asked-in-clear")
def asked_in_clear(stage, kind, at_least, within=WITHIN_S):
    """The helper counted so many questions of this kind since it started."""
    _until(lambda: stage.clear_counts()[kind], lambda seen: seen >= at_least, f"{at_least} or more", within)


@expectation("who-went-around")
def who_went_around(stage, program, within=WITHIN_S):
    """A program that the helper names as having asked around it."""
    def programs():
        done = stage.run("gdbus", "call", "--system", "--dest", NAME, "--object-path", PATH, "--method",
                         f"{NAME}.Queries.ListLeaks")
        return re.findall(r"'program': <'(.*?)'>", done.stdout)
    _until(programs, lambda seen: program in seen, program, within)


@expectation("asked")
def asked(stage, who, name, at_least=None, at_most=None):
    """How often the hotel's, the café's or the office's DNS was asked for a name."""
    place = stage.things["office"] if who == "office" else stage.network_called(who)
    times = place.asked(name) if who == "office" else place.questions(name)
    assert at_least is None or times >= at_least, f"{times} times, wanted are {at_least} or more"
    assert at_most is None or times <= at_most, f"{times} times, wanted are {at_most} at most"


@expectation("connections")
def connections(stage, are):
    """Of the laptop's with anybody on the internet."""
    seen = stage.network.laptop.output("ss", "-Htun", "state", "established", "dst", "198.51.100.0/24").splitlines()
    assert len(seen) == are, f"there are {len(seen)}: {seen}"


@expectation("working")
def working(stage, within=WITHIN_S):
    """A lookup works that was asked after now."""
    stage.watching.wait_working(within)


@expectation("sotto-is-gone")
def sotto_is_gone(stage):
    """No link, no route, no process, and NetworkManager's files as before."""
    links, routes = (stage.boot.output("ip", *words) for words in (("link",), ("route", "show", "table", "all")))
    assert "sotto" not in links + routes, "there is a link or a route of ours"
    assert stage.sotto.networkmanager_files() == stage.sotto.networkmanager_files_without, "NetworkManager's files differ"
