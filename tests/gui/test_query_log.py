# SPDX-License-Identifier: GPL-3.0-or-later
"""The page Query Log: what it says before anything is logged, what it shows of a hundred thousand lookups and how fast,
and what can be done with one of them."""
import csv
import json
import os
import subprocess
import threading
import time
from collections import Counter

import accessibility
import gi
import pytest
from accessibility import Role
from gi.repository import Gio, GLib
from pixels import Picture
from scripted_helper import rule
from scripted_log import line
from test_window import clipboard, key
from waiting import pump, wait

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

ID, PATH = "io.github.sottodns.Sotto", "/io/github/sottodns/Sotto"
FRAME_MS = 16.7
LOOKUPS = "Lookups"


class Log:
    """The pipe's other end."""

    def __init__(self, helper):
        self.helper = helper

    def tell(self, *lines):
        data = b"".join(entry if isinstance(entry, bytes) else entry.encode() for entry in lines)
        self.helper.script("Log", GLib.Variant("(ay)", (data,)))

    def burst(self, count):
        self.helper.script("LogBurst", GLib.Variant("(u)", (count,)))

    def end(self):
        self.helper.script("EndLog")

    @property
    def readers(self):
        return self.helper.script("LogReaders").unpack()[0]


@pytest.fixture
def log(helper):
    return Log(helper)


def table():
    return next((node for role in (Role.TABLE, Role.TREE_TABLE) for node in accessibility.find_all(role, LOOKUPS)), None)


def titles():
    found = table()
    return [Atspi.Table.get_column_description(found, column) for column in range(Atspi.Table.get_n_columns(found))]


def rows(count=50):
    """The cells' words of the first rows, without empty ones and without the times."""
    found = table()
    if found is None:
        return []
    shown = [column for column, title in enumerate(titles()) if title not in ("Time", "")]
    texts = []
    for row in range(min(count, Atspi.Table.get_n_rows(found))):
        cells = [Atspi.Table.get_accessible_at(found, row, column) for column in shown]
        texts.append([cell.get_name() for cell in cells if cell and cell.get_name()])  # a row may go while it is read
    return texts


def names(count=50):
    return [cells[0] if cells else "" for cells in rows(count)]


def wait_for_names(expected):
    wait(lambda: names() == expected, f"the names {expected!r}, not {names()!r}")


def count_line(words):
    return accessibility.get(Role.LABEL, words)


def press(name):
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, name))


def find_toggle(name):
    return accessibility.get(Role.TOGGLE_BUTTON, name)


def choose(row):
    """As assistive technology does."""
    assert Atspi.Table.add_row_selection(table(), row)


@pytest.fixture
def page(window):
    window.press(window.get(Role.RADIO_BUTTON, "Query Log"))
    return window


@pytest.fixture
def reading(page):
    press("Start Logging")
    wait(lambda: table() is not None, "the list")
    return page


# --- how fast


class Pulse:
    """What the app computes before it answers a question: what stands in its main loop stands in every frame. In time
    of its main thread on a processor, since the machine may have other things to do; and by the clock, to be read."""

    def __init__(self, pid):
        self.work = f"/proc/{pid}/task/{pid}/schedstat"
        self.bus = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.waits, self.works = [], []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.beat)

    def worked_ms(self):
        with open(self.work, encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e6

    def beat(self):
        while not self.ended.wait(0.002):
            start, worked = time.perf_counter(), self.worked_ms()
            self.bus.call_sync(ID, PATH, "org.gtk.Actions", "List", None, None, 0, 20000, None)
            self.waits.append(1000 * (time.perf_counter() - start))
            self.works.append(self.worked_ms() - worked)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.bus.close_sync()

    def report(self, what):
        """What half of those turns take at most in which something was drawn, in milliseconds."""
        ordered = sorted(self.works)
        most = ordered[len(ordered) * 99 // 100]
        drawn = [work for work in ordered if work > 2] or [0]
        print(f"{what}: {len(ordered)} turns, half of them {ordered[len(ordered) // 2]:.1f} ms, 99 of 100 {most:.1f} ms, "
              f"the longest {ordered[-1]:.1f} ms of work; by the clock {max(self.waits):.1f} ms")
        assert most < 3 * FRAME_MS, what  # on a machine with more to do than processors
        return drawn[len(drawn) // 2]


def find_count(end):
    return next((node for node in accessibility.find_all(Role.LABEL) if node.get_name().endswith(end)), None)


def count_held(count):
    wait(lambda: accessibility.find(Role.LABEL, f"{count} lookups"), f"{count} lookups", 60)


def resize(width, height):
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Sotto$"], capture_output=True, text=True,
                           check=True).stdout.split()[-1]
    subprocess.run(["xdotool", "windowsize", found, str(width), str(height)], check=True)
    pump(0.5)


def test_hundred_thousand(app, log, reading):
    resize(860, 720)  # as it is when first opened
    with Pulse(app.pid) as pulse:
        log.burst(100_000)
        count_held(100_000)
    slow = [pulse.report("100,000 lookups come in")]
    with Pulse(app.pid) as pulse:
        for n in range(40):
            log.tell(*(line(f"new-{n}-{i}.example") for i in range(10)))
            pump(0.05)
    slow.append(pulse.report("400 more come to 100,000"))
    with Pulse(app.pid) as pulse:
        table().grab_focus()
        for _ in range(60):
            key("Next")
            pump(0.02)
    slow.append(pulse.report("a hundred thousand are scrolled through"))
    with Pulse(app.pid) as pulse:
        accessibility.type_text(accessibility.get(Role.TEXT, "Search Lookups"), "host-77 aaaa")
        wait(lambda: find_count("of 100000 lookups"), "what was searched for")
        pump(1.5)
    slow.append(pulse.report("a hundred thousand are searched"))
    assert max(slow) < FRAME_MS, slow


# --- before anything is logged


def test_off_at_first(helper, log, page):
    label = wait(lambda: next((node for node in accessibility.find_all(Role.LABEL)
                               if node.get_name().startswith("See each lookup of this computer")), None), "what the page is for")
    for words in ("in memory only", "100,000 lookups of the last hour", "forgotten when you turn it off", "everybody"):
        assert words in label.get_name()
    assert table() is None
    assert helper.calls == []


def test_starting(helper, log, page):
    press("Start Logging")
    wait(lambda: table() is not None, "the list")
    page.get(Role.LABEL, "Nothing was looked up yet. Each lookup of this computer appears here.")
    assert helper.calls == ["SetLogging(True)", "FollowLog()"]
    assert log.readers == 1


@pytest.mark.parametrize("method", ["SetLogging", "FollowLog"])
def test_refusal_says_why(helper, log, page, method):
    helper.refuse(method, "NotAuthorized", "An administrator has to allow this.")
    press("Start Logging")
    page.get(Role.LABEL, "An administrator has to allow this.")
    button = accessibility.get(Role.PUSH_BUTTON, "Start Logging" if method == "SetLogging" else "Show Lookups")
    wait(lambda: accessibility.is_sensitive(button), "the button to be pressed again")
    assert table() is None


def test_waiting_for_the_password(helper, page):
    helper.delay(1500)
    press("Start Logging")
    wait(lambda: not accessibility.is_sensitive(accessibility.get(Role.PUSH_BUTTON, "Start Logging")), "it to wait")
    wait(lambda: table() is not None, "the list")


def test_what_somebody_else_turned_on_is_read_when_asked_for(helper, log, page):
    log.tell(line("www.example"))
    helper.set(Logging=True)
    page.get(Role.PUSH_BUTTON, "Show Lookups")
    pump(0.3)
    assert helper.calls == [] and log.readers == 0
    press("Show Lookups")
    wait_for_names(["www.example"])
    assert helper.calls == ["FollowLog()"]


def test_no_helper(helper, page):
    helper.stop()
    page.get(Role.LABEL, "There is no query log while the Sotto service is not running.")
    assert accessibility.find(Role.PUSH_BUTTON, "Start Logging") is None


# --- how it ends


def more(entry):
    """Of the menu of everything else."""
    accessibility.press(find_toggle("More"))
    accessibility.press(wait(lambda: accessibility.find(Role.MENU_ITEM, entry) or accessibility.find(Role.PUSH_BUTTON, entry)
                             or accessibility.find(Role.CHECK_MENU_ITEM, entry), f"the entry {entry!r}"))


def test_stopping_forgets(helper, log, reading):
    log.tell(line("www.example"))
    wait_for_names(["www.example"])
    more("Stop Logging")
    reading.get(Role.PUSH_BUTTON, "Start Logging")
    assert helper.calls[-1] == "SetLogging(False)"
    wait(lambda: log.readers == 0, "the pipe's end")
    press("Start Logging")
    wait(lambda: table() is not None, "the list")
    pump(0.3)
    assert names() == []


def test_helper_that_goes_takes_the_log_with_it(helper, log, reading):
    log.tell(line("www.example"))
    wait_for_names(["www.example"])
    helper.stop()
    reading.get(Role.LABEL, "There is no query log while the Sotto service is not running.")
    assert table() is None
    helper.start()
    reading.get(Role.PUSH_BUTTON, "Start Logging")


def test_closed_pipe(log, reading):
    log.tell(line("www.example"))
    wait_for_names(["www.example"])
    log.end()
    reading.get(Role.PUSH_BUTTON, "Show Lookups")
    assert table() is None


def test_closing_the_window_ends_reading(helper, log, reading):
    log.tell(line("www.example"))
    wait_for_names(["www.example"])
    key("ctrl+w")
    wait(lambda: log.readers == 0, "the pipe's end")
    assert "SetLogging(False)" not in helper.calls


def test_another_page_reads_on(log, reading):
    key("ctrl+1")
    reading.gone(Role.TEXT, "Search Lookups")
    log.tell(line("meanwhile.example"))
    pump(0.5)
    assert log.readers == 1
    key("ctrl+4")
    wait_for_names(["meanwhile.example"])


# --- what is shown


def test_newest_on_top_in_words(log, reading):
    log.tell(line("www.example", "resolver", type="AAAA"), line("cached.example", "cache"), line("ads.example", "rule"),
             line("localhost", "special"), line("nas.example", "cloak", rule="cloaks line 3"), line("old.example", "stale"),
             line("lan.example", "route", resolver="192.0.2.53", protocol="plain", latency=1300),
             line("dead.example", "failed", latency=5000000), line("much.example", "limit"), line("later.example", "magic"))
    resize(900, 900)
    wait(lambda: rows() == [
        ["later.example", "A", "—"],
        ["much.example", "A", "Too many at once"],
        ["dead.example", "A", "No answer", "Quad9", "5.0 s"],
        ["lan.example", "A", "Network's DNS", "192.0.2.53", "1.3 ms"],
        ["old.example", "A", "Cache, expired"],
        ["nas.example", "A", "Rule (cloaks line 3)"],
        ["localhost", "A", "This computer"],
        ["ads.example", "A", "Blocked by ads.txt line 12"],
        ["cached.example", "A", "Cache"],
        ["www.example", "AAAA", "Resolver", "Quad9", "8.2 ms"]], "the rows")


def area(row, column):
    place = Atspi.Table.get_accessible_at(table(), row, column).get_extents(Atspi.CoordType.SCREEN)
    return place.x, place.y, place.width, place.height


def test_what_is_read_is_seen(filled):
    pump(0.5)
    picture = Picture.of_screen()
    for row in range(4):
        for column, title in enumerate(titles()):
            words = Atspi.Table.get_accessible_at(table(), row, column).get_name()
            shown = row in (0, 2) if title == "" else bool(words)  # the blocked ones have a mark
            assert (picture.contrast_within(area(row, column)) > 4.5) == shown, (row, title, words)
    answer = titles().index("Answer")
    assert list(picture.pixels(area(0, answer))) == list(picture.pixels(area(2, answer)))
    assert list(picture.pixels(area(0, answer))) != list(picture.pixels(area(1, answer)))


def test_chosen_row_stands_out(filled):
    choose(1)
    pump(0.5)
    picture = Picture.of_screen()
    grounds = [Counter(picture.pixels(area(row, 1))).most_common(1)[0][0] for row in range(4)]
    assert grounds[0] == grounds[2] == grounds[3] != grounds[1]


def test_time_of_day(log, reading):
    log.tell(line("www.example", time=1790000000))
    wait_for_names(["www.example"])
    assert Atspi.Table.get_accessible_at(table(), 0, 0).get_name() == time.strftime("%H:%M:%S", time.localtime(1790000000))


def test_lost_and_garbled_lines_are_told(log, reading):
    log.tell(line("one.example"), '{"lost": 217}\n', line("two.example"))
    wait_for_names(["two.example", "217 lookups are missing here: they came too fast", "one.example"])
    log.tell("Hello?\n", b"\0\0\n", b"\xff\xfe{}\n", "x" * 9000 + "\n", line("three.example"))
    wait_for_names(["4 lines of the log could not be read", "three.example", "two.example",
                    "217 lookups are missing here: they came too fast", "one.example"])


def test_other_peoples_words_are_text(log, reading):
    log.tell(line("<b>x</b>.example", resolver="<i>Quad9</i>\nSecond line"))
    wait_for_names(["<b>x</b>.example"])


def test_reader_that_was_there_late_has_what_was_before(helper, log, page):
    log.tell(line("before.example"))
    press("Start Logging")
    wait_for_names(["before.example"])
    log.tell(line("after.example"))
    wait_for_names(["after.example", "before.example"])


# --- searching, pausing, clearing


@pytest.fixture
def filled(log, reading):
    log.tell(line("www.example"), line("ads.example", "rule"), line("mail.example", "cache", type="MX"),
             line("tracker.example", "rule"))
    wait_for_names(["tracker.example", "mail.example", "ads.example", "www.example"])
    return reading


@pytest.mark.parametrize("words, found", [
    ("MAIL", ["mail.example"]), ("mx", ["mail.example"]), ("quad9", ["www.example"]), ("cache", ["mail.example"]),
    ("blocked example", ["tracker.example", "ads.example"]), ("ads.txt tracker", ["tracker.example"]), ("zzz", [])])
def test_search(filled, words, found):
    accessibility.type_text(accessibility.get(Role.TEXT, "Search Lookups"), words)
    wait_for_names(found)
    count_line(f"{len(found)} of 4 lookups")
    if not found:
        filled.get(Role.LABEL, "No lookup matches your search.")


def test_search_goes_on_with_what_comes(log, filled):
    accessibility.type_text(accessibility.get(Role.TEXT, "Search Lookups"), "mail")
    wait_for_names(["mail.example"])
    log.tell(line("www2.example"), line("mail2.example"))
    wait_for_names(["mail2.example", "mail.example"])


def test_only_blocked(log, filled):
    accessibility.press(find_toggle("Only Blocked"))
    wait_for_names(["tracker.example", "ads.example"])
    accessibility.press(find_toggle("Only Blocked"))
    wait_for_names(["tracker.example", "mail.example", "ads.example", "www.example"])


def test_search_by_key_and_out_again(filled):
    key("ctrl+f")
    subprocess.run(["xdotool", "type", "mail"], check=True)
    wait_for_names(["mail.example"])
    key("Escape")
    wait_for_names(["tracker.example", "mail.example", "ads.example", "www.example"])


def test_pause(log, filled):
    accessibility.press(find_toggle("Pause the List"))
    log.tell(line("new.example"))
    filled.get(Role.PUSH_BUTTON, "Paused · 1 new lookup")
    assert names()[0] == "tracker.example"
    press("Paused · 1 new lookup")
    wait(lambda: names()[0] == "new.example", "the new one")
    assert not accessibility.is_checked(find_toggle("Pause the List"))


def test_clear_view(log, filled):
    more("Clear View")
    wait_for_names([])
    log.tell(line("new.example"))
    wait_for_names(["new.example"])


# --- what is read stays where it is


def test_chosen_row_stays_where_it_is(log, reading):
    log.burst(200)
    count_held(200)
    wait(lambda: names(3) == [f"host-{n}.example.org" for n in (199, 198, 197)], "the newest")
    choose(1)
    reading.get(Role.PUSH_BUTTON, "Block")
    log.tell(*(line(f"new-{n}.example") for n in range(500)))
    reading.get(Role.PUSH_BUTTON, "500 new lookups")
    assert names(3) == [f"host-{n}.example.org" for n in (199, 198, 197)]
    press("500 new lookups")
    wait(lambda: names(1) == ["new-499.example"], "the newest")
    reading.gone(Role.PUSH_BUTTON, "Block")


def test_scrolled_away_stays(log, reading):
    log.burst(1000)
    count_held(1000)
    place = table().get_extents(Atspi.CoordType.SCREEN)
    subprocess.run(["xdotool", "mousemove", str(place.x + 100), str(place.y + 100), "click", "--repeat", "5", "5"], check=True)
    wait(lambda: names(1) != ["host-999.example.org"], "it to scroll")
    pump(0.5)
    before = names(3)
    log.tell(line("new.example"))
    reading.get(Role.PUSH_BUTTON, "1 new lookup")
    assert names(3) == before
    subprocess.run(["xdotool", "click", "--repeat", "20", "4"], check=True)
    wait(lambda: names(1) == ["new.example"], "the top")
    reading.gone(Role.PUSH_BUTTON, "1 new lookup")


def test_keys_walk_through_all(log, reading):
    log.burst(1000)
    count_held(1000)
    table().grab_focus()
    key("Home", "Down", "Down")
    reading.get(Role.LABEL, "host-997.example.org")
    key("End")
    reading.get(Role.LABEL, "host-0.example.org")
    key("Up")
    reading.get(Role.LABEL, "host-1.example.org")
    key("Home")
    reading.get(Role.LABEL, "host-999.example.org")
    key("Escape")
    reading.gone(Role.LABEL, "host-999.example.org")


# --- with one of them


def test_block_and_undo(helper, filled):
    choose(3)
    press("Block")
    filled.get(Role.LABEL, "www.example and all names below it are blocked from now on.")
    assert helper.calls[-1] == "AddRule(block, www.example, )"
    press("Undo")
    wait(lambda: helper.calls[-1] == "RemoveRule(www.example)", "the way back")
    filled.gone(Role.PUSH_BUTTON, "Undo")


def test_undo_puts_back_what_was_replaced(helper, filled):
    helper.script("Answer", GLib.Variant("(sv)", ("ListRules", GLib.Variant("aa{sv}", [
        rule("allow", "www.example", own=True)]))))
    choose(3)
    press("Block")
    filled.get(Role.PUSH_BUTTON, "Undo")
    press("Undo")
    wait(lambda: helper.calls[-1] == "AddRule(allow, www.example, )", "the way back")


def test_refused_rule_says_why(helper, filled):
    helper.refuse("AddRule", "InvalidArgument", "That is not a name.")
    choose(3)
    press("Block")
    filled.get(Role.LABEL, "That is not a name.")
    assert accessibility.find(Role.PUSH_BUTTON, "Undo") is None


def test_blocked_one_may_be_allowed(helper, filled):
    choose(2)
    wait(lambda: accessibility.find(Role.PUSH_BUTTON, "Block") is None, "no Block for what is blocked")
    press("Always Allow")
    filled.get(Role.LABEL, "ads.example and all names below it are never blocked from now on.")
    assert helper.calls[-1] == "AddRule(allow, ads.example, )"


def test_network_is_asked_about_first(helper, filled):
    choose(3)
    press("Always Use the Network's DNS…")
    filled.get(Role.LABEL, "Always ask the network's DNS for www.example?")
    key("Return")
    filled.gone(Role.LABEL, "Always ask the network's DNS for www.example?")
    pump(0.3)
    assert not any(call.startswith("AddRule") for call in helper.calls)
    press("Always Use the Network's DNS…")
    press("Ask the Network")
    wait(lambda: helper.calls[-1] == "AddRule(network, www.example, )", "the rule")


def test_copy(filled):
    table().grab_focus()
    key("Home", "Down", "ctrl+c")
    wait(lambda: clipboard().strip() == "mail.example", "the name")


def test_menu_by_keyboard(helper, filled):
    table().grab_focus()
    key("Home", "Down", "shift+F10")
    wait(lambda: accessibility.find(Role.MENU_ITEM, "Copy Name"), "the menu")
    assert accessibility.find(Role.MENU_ITEM, "Always Allow") is None
    key("Down", "Down", "Return")
    wait(lambda: helper.calls[-1] == "AddRule(block, mail.example, )", "the rule")


def test_menu_by_pointer(filled):
    cell = Atspi.Table.get_accessible_at(table(), 2, 1).get_extents(Atspi.CoordType.SCREEN)
    subprocess.run(["xdotool", "mousemove", str(cell.x + 20), str(cell.y + 8), "click", "3"], check=True)
    wait(lambda: accessibility.find(Role.MENU_ITEM, "Always Allow"), "the menu of what is blocked")
    key("Escape")
    filled.get(Role.LABEL, "ads.example")


def test_gap_offers_nothing(log, filled):
    log.tell('{"lost": 5}\n')
    wait(lambda: names(1) == ["5 lookups are missing here: they came too fast"], "the gap")
    choose(0)
    pump(0.3)
    assert accessibility.find(Role.PUSH_BUTTON, "Block") is None


# --- taking away


def export(entry, path):
    more(entry)
    press("Export…")
    name = wait(lambda: next((node for node in accessibility.find_all(Role.TEXT) if node.get_name() != "Search Lookups"), None),
                "the dialog's name of the file")
    accessibility.type_text(name, str(path))
    press("Save")
    wait(lambda: path.exists() and path.stat().st_size > 0, "the file")


def test_export_csv(filled, tmp_path):
    accessibility.press(find_toggle("Only Blocked"))
    wait_for_names(["tracker.example", "ads.example"])
    export("Export as CSV…", tmp_path / "lookups.csv")
    with (tmp_path / "lookups.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [(entry["name"], entry["source"], entry["rule"]) for entry in lines] == [
        ("ads.example", "rule", "ads.txt line 12"), ("tracker.example", "rule", "ads.txt line 12")]


def test_export_json(filled, tmp_path):
    export("Export as JSON…", tmp_path / "lookups.jsonl")
    lines = [json.loads(text) for text in (tmp_path / "lookups.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [entry["name"] for entry in lines] == ["www.example", "ads.example", "mail.example", "tracker.example"]
    assert lines[0]["latency"] == 8200


def test_export_says_what_it_is(filled):
    more("Export as CSV…")
    filled.get(Role.LABEL, "Write the lookups to a file?")
    assert any("plain text" in node.get_name() for node in accessibility.find_all(Role.LABEL))
    key("Return")
    filled.gone(Role.LABEL, "Write the lookups to a file?")


# --- everybody


def test_columns_by_the_room_there_is(filled):
    resize(1000, 800)
    wait(lambda: titles() == ["Time", "", "Name", "Type", "Answer", "Resolver", "Latency"], "all columns")
    resize(360, 720)
    wait(lambda: titles() == ["", "Name", "Answer"], "fewer columns")
    name = Atspi.Table.get_accessible_at(table(), 0, 1).get_extents(Atspi.CoordType.SCREEN)
    assert name.width > 140  # the one that says most has most of it
    choose(0)
    window = accessibility.application().get_child_at_index(0).get_extents(Atspi.CoordType.SCREEN)
    assert window.width < 450
    for node in (accessibility.get(Role.PUSH_BUTTON, "Always Use the Network's DNS…"), find_toggle("More"), table()):
        place = node.get_extents(Atspi.CoordType.SCREEN)
        assert window.x <= place.x and place.x + place.width <= window.x + window.width


def test_columns_fit_after_another_page_was_resized(filled):
    for width, more_columns in ((760, False), (900, True), (760, False)):
        key("ctrl+1")
        filled.gone(Role.TEXT, "Search Lookups")
        resize(width, 760)
        key("ctrl+4")
        wait(lambda: ("Resolver" in titles()) == more_columns, "other columns")
        pump(0.5)
        places = [area(0, column) for column in range(len(titles()))]
        assert min(place[2] for place in places) > 20, places
        assert all(0 <= right[0] - left[0] - left[2] <= 8 for left, right in zip(places, places[1:])), places
        frame = table().get_extents(Atspi.CoordType.SCREEN)
        assert 0 <= frame.x + frame.width - places[-1][0] - places[-1][2] <= 8, (places, frame.x, frame.width)


@pytest.fixture
def right_to_left(monkeypatch):
    monkeypatch.setenv("GTK_MODULES", os.environ["SOTTO_RIGHT_TO_LEFT"])


def test_right_to_left(right_to_left, filled):
    first, second = (Atspi.Table.get_accessible_at(table(), 0, column).get_extents(Atspi.CoordType.SCREEN)
                     for column in (0, 1))
    assert second.x < first.x
