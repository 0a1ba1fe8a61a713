# SPDX-License-Identifier: GPL-3.0-or-later
"""The page Networks: what is known of each, what can be decided, and that the list follows the helper."""
import datetime
import os
import subprocess
import time

import accessibility
import gi
import pages
import pytest
from accessibility import Role
from conftest import run_app
from gi.repository import GLib
from scripted_helper import network
from test_window import key
from waiting import pump, wait

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

DAY_S = 24 * 3600
LONG_AGO = 1780000000
NEW = "treated as any new network"


def words_of(last_seen):
    date = datetime.date.fromtimestamp(last_seen)
    return f"Last seen on {date.day} {date:%B} {date.year}"


def answer(helper, *networks):
    helper.script("Answer", GLib.Variant("(sv)", ("ListNetworks", GLib.Variant("aa{sv}", networks))))


def rows():
    """Title and smaller text of each network, from the top."""
    lists = accessibility.find_all(Role.LIST_BOX, "Known Networks", showing=False)
    found = [lists[0].get_child_at_index(index) for index in range(lists[0].get_child_count())] if lists else []
    return [(node.get_name(), node.get_description()) for node in found if node is not None]


def wait_for_rows(expected):
    wait(lambda: rows() == expected, f"the rows {expected!r}")


def choice(name):
    """The button that says what is done on a network."""
    start = f"What Sotto does on {name}: "
    return wait(lambda: next((node for node in accessibility.find_all(Role.TOGGLE_BUTTON, showing=False)
                              if node.get_name().startswith(start)), None), f"the choice of {name}")


def chosen(name):
    return choice(name).get_name().rpartition(": ")[2]


def focused():
    rule = Atspi.MatchRule.new(Atspi.StateSet.new([Atspi.StateType.FOCUSED]), Atspi.CollectionMatchType.ALL, {},
                               Atspi.CollectionMatchType.ALL, [], Atspi.CollectionMatchType.ANY, [],
                               Atspi.CollectionMatchType.ALL, False)
    root = accessibility.application()
    windows = [root.get_child_at_index(index) for index in range(root.get_child_count())]
    found = [node.get_name() for window in windows for node in window.get_matches(rule, Atspi.CollectionSortOrder.CANONICAL, 0, True)]
    return next(iter(found), "")


@pytest.fixture
def page(window):
    window.press(window.get(Role.RADIO_BUTTON, "Networks & Rules"))
    wait(lambda: rows() or accessibility.find(Role.LABEL, "No network is known yet. Each one that this computer joins appears here."),
         "the list of networks")
    return window


# --- what is known


def test_current_first_then_newest(helper, page):
    now = int(time.time())
    answer(helper, network("library", "City Library", last_seen=now), network("hotel", "Grand Hotel Wi-Fi", current=True,
                                                                              portal=True, last_seen=now - 3),
           network("home", "Home", decided=True, ssid="FRITZ!Box 7590", last_seen=now - DAY_S),
           network("office", "Office", "leave-alone", decided=True, ssid="", last_seen=LONG_AGO))
    wait_for_rows([("Grand Hotel Wi-Fi", f"Connected now · Wi-Fi · asked for a sign-in before · {NEW}"),
                   ("City Library", f"Last seen today · Wi-Fi · {NEW}"),
                   ("Home", "Last seen yesterday · Wi-Fi “FRITZ!Box 7590”"),
                   ("Office", f"{words_of(LONG_AGO)} · wired")])
    assert [chosen(name) for name in ("Grand Hotel Wi-Fi", "Home", "Office")] == ["Protect", "Protect", "Leave Alone"]


def test_current_one_is_marked(helper, page):
    """By a shape beside the words."""
    marks = [node for node in accessibility.find_all(Role.ICON) if node.get_description() == "Connected now"
             or node.get_name() == "Connected now"]
    assert len(marks) == 1


def test_how_networks_are_told_apart(helper, page):
    page.get(Role.LABEL, "A network is told apart by its name together with its router, so another one that only bears the "
                         "same name is a new network.")


def test_no_network(helper, page):
    answer(helper)
    page.get(Role.LABEL, "No network is known yet. Each one that this computer joins appears here.")
    assert rows() == []


def test_no_helper(helper, page):
    helper.stop()
    page.get(Role.LABEL, "There is no list of networks while the Sotto service is not running.")
    assert accessibility.find(Role.PUSH_BUTTON, "Forget Home") is None
    helper.start()
    page.get(Role.PUSH_BUTTON, "Forget Home")
    assert len(rows()) == 2


def test_list_follows(helper, page):
    wait(lambda: len(rows()) == 2, "both networks")
    answer(helper, network("hotel", "Grand Hotel Wi-Fi"), network("cafe", "Café", current=True), network("home", "Home"))
    wait(lambda: [name for name, _detail in rows()] == ["Café", "Grand Hotel Wi-Fi", "Home"], "the new list")
    answer(helper, network("home", "Home", current=True))
    wait_for_rows([("Home", f"Connected now · Wi-Fi · {NEW}")])


def test_page_that_nobody_sees_asks_for_nothing(helper, window):
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    pump(0.5)
    before = helper.all_calls.count("ListNetworks()")
    answer(helper, network("cafe", "Café"))
    pump(0.7)
    assert helper.all_calls.count("ListNetworks()") == before


def test_other_peoples_names_are_text(helper, page):
    answer(helper, network("evil", "<b>Free</b> & _easy", ssid="<i>x</i>"))
    wait_for_rows([("<b>Free</b> & _easy", f"{words_of(1790000000)} · Wi-Fi “<i>x</i>” · {NEW}")])


def test_as_many_as_the_helper_knows(helper, page):
    answer(helper, *(network(f"n{index}", f"Network {index}") for index in range(256)))
    wait(lambda: len(accessibility.find_all(Role.LIST_ITEM, showing=False)) >= 256, "all of them", 20)
    assert [name for name, _detail in rows()] == [f"Network {index}" for index in range(256)]


# --- what is decided


@pytest.mark.parametrize("entry, word", [("Leave Alone", "leave-alone"), ("Ask", "ask")])
def test_choosing(helper, page, entry, word):
    accessibility.choose_policy("Home", entry)
    wait(lambda: helper.calls == [f"SetPolicy(home, {word})"], "SetPolicy")
    wait(lambda: chosen("Home") == entry, "the choice")


def test_choice_of_a_new_network_is_a_decision(helper, page):
    accessibility.choose_policy("Grand Hotel Wi-Fi", "Ask")
    wait(lambda: ("Grand Hotel Wi-Fi", "Connected now · Wi-Fi · asked for a sign-in before") in rows(), "the decision")


def test_what_a_choice_means(helper, page):
    answer(helper, network("home", "Home", "leave-alone"))
    wait(lambda: choice("Home").get_description() == "This network's own DNS is used here", "its meaning")


def test_refused_choice_goes_back(helper, page):
    helper.refuse("SetPolicy", "NotAuthorized", "An administrator has to allow this.")
    key("Tab")  # the window is in front
    accessibility.choose_policy("Home", "Leave Alone")
    page.get(Role.LABEL, "An administrator has to allow this.")
    wait(lambda: chosen("Home") == "Protect", "the old choice")


def test_choosing_by_keyboard(helper, page):
    wait(lambda: len(rows()) == 2, "both networks")
    for _ in range(25):
        if focused() == "What Sotto does on Home: Protect":
            break
        key("Tab")
        pump(0.1)
    key("space")
    pump(0.3)
    key("Down", "Return")
    wait(lambda: helper.calls == ["SetPolicy(home, ask)"], "SetPolicy")
    key("Tab")
    wait(lambda: focused() == "Forget Home", "the button beside it")


def test_wheel_over_a_choice_changes_nothing(helper, page):
    """Who scrolls past a network does not take its protection away."""
    place = choice("Home").get_extents(Atspi.CoordType.SCREEN)
    subprocess.run(["xdotool", "mousemove", str(place.x + place.width // 2), str(place.y + place.height // 2),
                    "click", "--repeat", "3", "5"], check=True)
    pump(0.7)
    assert chosen("Home") == "Protect"
    assert helper.calls == []


# --- forgetting


def test_forgetting(helper, page):
    page.press(page.get(Role.PUSH_BUTTON, "Forget Home"))
    page.get(Role.LABEL, "Forget Home?")
    page.press(page.get(Role.PUSH_BUTTON, "Forget"))
    wait(lambda: [name for name, _detail in rows()] == ["Grand Hotel Wi-Fi"], "it to go")
    assert helper.calls == ["Forget(home)"]


def test_focus_moves_on_to_the_neighbour(helper, page):
    wait(lambda: len(rows()) == 2, "both networks")
    page.get(Role.PUSH_BUTTON, "Forget Home").grab_focus()
    wait(lambda: focused() == "Forget Home", "the focus")
    answer(helper, network("hotel", "Grand Hotel Wi-Fi", current=True))
    wait(lambda: focused() == "Grand Hotel Wi-Fi", "the focus on what is left")


def test_enter_forgets_nothing(helper, page):
    page.press(page.get(Role.PUSH_BUTTON, "Forget Home"))
    page.get(Role.LABEL, "Forget Home?")
    key("Return")
    page.gone(Role.LABEL, "Forget Home?")
    pump(0.3)
    assert helper.calls == []


def test_question_goes_with_the_helper(helper, page):
    page.press(page.get(Role.PUSH_BUTTON, "Forget Home"))
    page.get(Role.LABEL, "Forget Home?")
    helper.stop()
    page.gone(Role.LABEL, "Forget Home?")


def test_forgetting_what_is_gone(helper, page):
    helper.refuse("Forget", "NotFound", "No network has that id.")
    page.press(page.get(Role.PUSH_BUTTON, "Forget Home"))
    helper.delay(500)  # until the window is in front again: else a notification would say it
    page.press(page.get(Role.PUSH_BUTTON, "Forget"))
    page.get(Role.LABEL, "No network has that id.")


# --- everybody


@pytest.fixture
def right_to_left(monkeypatch):
    monkeypatch.setenv("GTK_MODULES", os.environ["SOTTO_RIGHT_TO_LEFT"])


def test_right_to_left(right_to_left, helper, page):
    forget, policies = (node.get_extents(Atspi.CoordType.SCREEN) for node in
                        (page.get(Role.PUSH_BUTTON, "Forget Home"), choice("Home")))
    assert forget.x < policies.x


@pytest.fixture
def scaled(monkeypatch):
    monkeypatch.setenv("GDK_SCALE", "2")


def test_twice_as_large(scaled, helper, page):
    accessibility.choose_policy("Home", "Ask")
    wait(lambda: helper.calls == ["SetPolicy(home, ask)"], "SetPolicy")


def test_narrow(helper, page):
    """As narrow as the window gets, every control is inside."""
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Sotto$"], capture_output=True, text=True,
                           check=True).stdout.split()[-1]
    subprocess.run(["xdotool", "windowsize", found, "360", "720"], check=True)
    pump(0.5)
    window = accessibility.application().get_child_at_index(0).get_extents(Atspi.CoordType.SCREEN)
    assert window.width < 500
    for node in (page.get(Role.PUSH_BUTTON, "Forget Home"), choice("Home")):
        place = node.get_extents(Atspi.CoordType.SCREEN)
        assert window.x <= place.x and place.x + place.width <= window.x + window.width


# --- names that are not asked of a resolver


def test_local_names_and_vpn(helper, page):
    flows = {"network": 12, "vpn": 1}
    statistics = GLib.Variant("a{sv}", {"clear-flows": GLib.Variant("a{st}", flows)})
    helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", statistics)))
    key("ctrl+1")
    page.get(Role.PUSH_BUTTON, "Turn On Protection")
    key("ctrl+5")
    page.get_row("Names of this network", "Names in the domain that this network announces, such as those of its printers, are asked of "
                                          "its own DNS, unencrypted. Check Now, on Status, says which domain. 12 lookups so far.")
    page.get_row("Names of a VPN", "Names that a VPN calls its own are asked of its servers, inside its tunnel. A VPN that takes all "
                                   "traffic also gets all lookups, unless sotto.conf says VPNLookups=false. 1 lookup so far.")
    page.get_row("Names that are nowhere on the internet", "Names of one word, and those below local, lan, home.arpa and the like, "
                                                           "are never asked of a resolver.")


def middle(node):
    place = node.get_extents(Atspi.CoordType.SCREEN)
    return place.y + place.height / 2


def test_controls_stand_below_the_words_on_a_phone(helper, page):
    def depth():
        row = next(node for node in accessibility.find_all(Role.LIST_ITEM, showing=False) if node.get_name() == "Home")
        return middle(choice("Home")) - middle(row)

    wait(lambda: abs(depth()) < 5, "the controls beside the words")
    pages.resize(360, 720)
    wait(lambda: depth() > 10, "the controls below them")
    pages.resize(900, 720)
    wait(lambda: abs(depth()) < 5, "the controls beside the words again")
