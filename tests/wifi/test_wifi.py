# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop with Wi-Fi among access points, some of them somebody else's; it sleeps, its clock is set, its radio goes.

Every scenario says what must not be in clear on the air of any place, and how long no lookup worked."""

import pytest

from lab.clear_flows import ClearFlow
from lab.process import wait_for
from lab.topology import TRUTH, WILD

LIE = "100.64.10.66"
CLOCK_SENTENCE = "Your computer's clock is wrong, so secure connections fail."


def nothing_leaked(seen):
    assert not any(seen.leaks.values()), seen.leaks
    assert not seen.lies


def test_joins_an_open_network(joined, hotel, watch):
    assert joined.lookup("www.example.test") == LIE
    joined.sottoctl("on")
    watching = watch()
    status = joined.status()
    assert (status["state"], status["network"]) == ("on", hotel.ssid)
    network = joined.network()
    assert (network["ssid"], network["policy"]) == (hotel.ssid, "protect")
    assert joined.lookup("www.example.test") == TRUTH
    seen = watching.end(hotel)
    nothing_leaked(seen)
    assert seen.answers


def test_domain_that_the_network_claims(protected, hotel, watch):
    """Its DHCP names google.com its own, beside lan: only the latter can be a network's."""
    watching = watch()
    assert protected.lookup("google.com") not in ("", LIE)
    assert protected.lookup("printer.lan") == "100.64.10.20"
    nothing_leaked(watching.end(hotel))


def test_evil_twin(protected, hotel, twin, watch, measured):
    """The same name, the same addresses, another gateway: what the person allowed in the hotel does not hold there."""
    known = protected.network()
    protected.sottoctl("networks", "leave-alone")
    assert protected.status()["state"] == "open"
    twin.switch_on()
    watching = watch()
    hotel.switch_off()
    try:
        wait_for("the laptop to fall for the twin", lambda: protected.access_point() == "02:00:00:00:02:00", 60)
        protected.wait_state("on")
        seen = watching.end(twin)
        policies = {one["id"]: one["policy"] for one in protected.networks() if one["ssid"] == hotel.ssid}
        assert policies[known["id"]] == "leave-alone"
        assert policies[protected.network()["id"]] == "protect"
        assert protected.lookup("www.example.test") == TRUTH
        assert seen.leaks["twin"] == []
        measured.append(f"evil twin: {len(seen.packets['twin'])} packets there, 0 of them DNS in clear beside the list;"
                        f" no lookup worked for {seen.outage_s:.1f} s")
    finally:
        protected.sottoctl("networks", "protect", known["id"])
        hotel.switch_on()
        twin.switch_off()
        wait_for("the laptop to be back", lambda: protected.access_point() == "02:00:00:00:01:00", 60)
        protected.wait_state("on")


def test_roams_to_a_network_with_a_password(protected, hotel, cafe, watch, measured):
    """And back."""
    cafe.switch_on()
    watching = watch()
    protected.join(cafe)
    protected.wait_state("on")
    assert protected.status()["network"] == cafe.ssid
    assert protected.lookup("one.wild.example.test") == WILD
    protected.join(hotel)
    protected.wait_state("on")
    assert protected.lookup("two.wild.example.test") == WILD
    seen = watching.end(hotel)
    cafe.switch_off()
    nothing_leaked(seen)
    assert seen.packets["cafe"]
    measured.append(f"roaming between two networks and back: 0 leaked, no lookup worked for {seen.outage_s:.1f} s at most")


def test_sleeps_and_wakes(protected, hotel, machine, watch, measured):
    """Suspended through logind; the kernel freezes every process for five seconds and wakes them again (pm_test)."""
    machine.shell("echo freezer >/sys/power/pm_test; rm -f asleep")
    assert protected.lookup("before.wild.example.test") == WILD
    watching = watch()
    began = machine.uptime()
    machine.run("systemctl", "suspend")
    wait_for("the laptop to wake", lambda: "post" in machine.shell("cat asleep", check=False).stdout, 60)
    protected.wait_online()
    protected.wait_state("on")
    protected.lookup("after.wild.example.test")
    seen = watching.end(hotel)
    asleep = machine.shell("cat asleep").stdout
    assert "198.51.100." not in asleep.split("pre\n")[1].split("post\n")[0], "sockets were open when it fell asleep"
    linked = link_up(machine, began)
    took = seen.first_answer(linked) - linked
    measured.append(f"sleep: the first lookup was answered {took * 1000:.0f} ms after the network was joined again")
    nothing_leaked(seen)
    assert took < 3


def link_up(machine, since):
    """When NetworkManager had the network last, after `since`."""
    lines = machine.shell("journalctl --no-pager -b -u NetworkManager -o short-monotonic -g 'wlan0.*-> activated'").stdout
    moments = [float(line.split("]")[0].lstrip("[ ")) for line in lines.splitlines() if line.startswith("[")]
    return max(moment for moment in moments if moment > since)


@pytest.mark.parametrize("year", [1999, 2049])
def test_clock_that_is_set(protected, hotel, machine, watch, measured, year):
    """Wrong, then right again: sottod hears of both from the kernel."""
    protected.lookup("www.example.test")
    watching = watch(ClearFlow("time", (".time.wild.example.test",), None))
    try:
        machine.shell(f"date -s {year}-07-01")
        machine.run("systemctl", "restart", "sotto")  # its connections were proven before
        assert protected.lookup("first.wild.example.test") == ""
        protected.wait_state("blocked", "clock-wrong")
        assert protected.status()["reason"] == CLOCK_SENTENCE
        assert protected.lookup("0.time.wild.example.test") == "198.51.100.80"
        assert protected.lookup("www.example.test") not in (LIE, TRUTH)
    finally:
        set_right(machine)
    took = protected.wait_state("on")
    assert protected.lookup(f"{year}.wild.example.test") == WILD
    seen = watching.end(hotel)
    measured.append(f"a clock in {year}: on again {took:.1f} s after it was set right")
    nothing_leaked(seen)


def set_right(machine):
    machine.shell("read -r up _ </proc/uptime; date -s @$(($(cat switched-on) + ${up%.*}))")


# Its own switch alone: the access points live in the same machine, and "rfkill block wlan" would silence them, too.
SWITCH = "rfkill {} $(cat /sys/class/net/wlan0/phy80211/rfkill*/index)"


@pytest.mark.parametrize("off, on", [(SWITCH.format("block"), SWITCH.format("unblock")),
                                     ("nmcli networking off", "nmcli networking on")], ids=["rfkill", "NetworkManager"])
def test_radio_off_and_on(protected, hotel, machine, watch, measured, off, on):
    watching = watch()
    machine.shell(off)
    wait_for("the network to be gone", lambda: not protected.ssid(), 20)
    assert protected.lookup("www.example.test") != LIE
    machine.shell(on)
    protected.wait_online()
    protected.wait_state("on")
    assert protected.lookup("www.example.test") == TRUTH
    seen = watching.end(hotel)
    measured.append(f"{off.split()[0]}, off and on: 0 leaked, no lookup worked for {seen.outage_s:.1f} s")
    nothing_leaked(seen)


def test_sent_away(protected, hotel, watch, measured):
    """De-authenticated, it comes back by itself."""
    watching = watch()
    hotel.send_away()
    protected.wait_online()
    protected.wait_state("on")
    assert protected.lookup("www.example.test") == TRUTH
    seen = watching.end(hotel)
    measured.append(f"sent away by the access point: 0 leaked, no lookup worked for {seen.outage_s:.1f} s")
    nothing_leaked(seen)


def test_access_point_gone_and_back(protected, hotel, watch, measured):
    watching = watch()
    hotel.switch_off()
    wait_for("the network to be gone", lambda: not protected.ssid(), 60)
    hotel.switch_on()
    protected.wait_online()
    protected.wait_state("on")
    assert protected.lookup("www.example.test") == TRUTH
    seen = watching.end(hotel)
    measured.append(f"access point gone and back: 0 leaked, no lookup worked for {seen.outage_s:.1f} s")
    nothing_leaked(seen)
