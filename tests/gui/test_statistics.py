# SPDX-License-Identifier: GPL-3.0-or-later
"""The page Statistics and the last minute on Status: what they say, to whom, and what they cost."""
import csv
import itertools
import json
import os
import subprocess
import time

import accessibility
import gi
import pytest
from accessibility import Role
from conftest import run_app
from gi.repository import GLib
from scripted_helper import full_statistics, tally
from test_window import PAGES, clipboard
from waiting import pump, wait

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

WEEK, MINUTE = "Lookups of the last 7 days", "Lookups of the last minute"
TIMES, ANSWERS = "Time to answer in the last 7 days", "Answers by the time they took"


def answer(helper, statistics):
    helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", statistics)))


@pytest.fixture
def counted(helper):
    """A helper that has been used for a week."""
    answer(helper, full_statistics())
    helper.set(State="on", ResolverInUse="Quad9")
    return helper


def find_chart(name):
    """Wherever it is scrolled to."""
    return wait(lambda: accessibility.find(Role.CHART, name, showing=False), f"the graph {name!r}")


def has_row(title, detail):
    rows = accessibility.find_all(Role.LIST_ITEM, title, showing=False)
    return any(row.get_description() == detail for row in rows)


def wait_for_row(title, detail):
    wait(lambda: has_row(title, detail), f"a row {title!r} with {detail!r}")


def open_statistics(window):
    window.press(window.get(Role.RADIO_BUTTON, "Statistics"))
    window.get(Role.RADIO_BUTTON, "Today")


def press(label):
    """A button of the page, wherever it is scrolled to."""
    accessibility.press(wait(lambda: accessibility.find(Role.PUSH_BUTTON, label, showing=False), f"the button {label!r}"))


def questions(helper):
    return sum(call == "GetStatistics()" for call in helper.all_calls)


def assert_silent(helper, seconds=2.5):
    """Nobody asks for counters, after what was under way has ended."""
    pump(1.2)
    before = questions(helper)
    pump(seconds)
    assert questions(helper) == before


# --- numbers


def test_today(counted, window):
    open_statistics(window)
    for title, detail in {"Counted": "22 November 2026", "Lookups": "2100", "Encrypted": "1284 (61 %)",
                          "From the cache": "800 (38 %)", "Blocked": "16 (below 1 %)", "Failed": "3 (below 1 %)",
                          "Half of the answers came within": "8.2 ms", "95 of 100 answers came within": "66 ms",
                          "Sent and received": "205.0\u00a0kB sent, 530.0\u00a0kB received"}.items():
        wait_for_row(title, detail)


def test_week_is_the_sum_of_its_days(counted, window):
    open_statistics(window)
    window.press(window.get(Role.RADIO_BUTTON, "Last 7 Days"))
    for title, detail in {"Counted": "16 November 2026 to 22 November 2026", "Lookups": "10800", "Failed": "49 (below 1 %)",
                          "Half of the answers came within": "8.2 ms to 16 ms, by day",
                          "95 of 100 answers came within": "33 ms to 131 ms, by day"}.items():
        wait_for_row(title, detail)


def test_since_the_start(counted, window):
    answer(counted, full_statistics(queries=9, encrypted=9, cache_hits=0))
    open_statistics(window)
    window.press(window.get(Role.RADIO_BUTTON, "Since the Start"))
    began = time.strftime("Since %-d November %Y, %H:%M", time.localtime(1795334400))
    wait_for_row("Counted", began)
    wait_for_row("Encrypted", "9 (100 %)")


def test_numbers_follow(counted, window):
    open_statistics(window)
    window.press(window.get(Role.RADIO_BUTTON, "Since the Start"))
    wait_for_row("Lookups", "2100")
    answer(counted, full_statistics(queries=2107))
    wait_for_row("Lookups", "2107")


def test_tables(counted, window):
    open_statistics(window)
    for name, cells in {"Resolvers": ["Quad9", "1100", "2", "8.2 ms", "33 ms", "176.0\u00a0kB", "455.0\u00a0kB"],
                        "Protocols": ["DNS over TLS", "284", "1", "16 ms", "131 ms", "45.0\u00a0kB", "110.0\u00a0kB"],
                        "The Last 7 Days": ["Fri 20", "3100", "1440", "1500", "110", "31", "16 ms", "131 ms"]}.items():
        table = wait(lambda: accessibility.find(Role.TREE_TABLE, name, showing=False)
                     or accessibility.find(Role.TABLE, name, showing=False), f"the table {name!r}")
        texts = [table.get_child_at_index(index).get_name() for index in range(table.get_child_count())]
        assert any(texts[index:index + len(cells)] == cells for index in range(len(texts))), texts


def test_helper_that_tells_less(helper, window):
    """Counters come and go with versions: what is not told is not shown, and nothing falls over."""
    helper.set(State="on")
    open_statistics(window)
    wait_for_row("Lookups", "0")
    assert accessibility.find(Role.CHART, ANSWERS, showing=False) is not None
    assert accessibility.find(Role.CHART, ANSWERS) is None
    window.press(window.get(Role.RADIO_BUTTON, "Since the Start"))
    wait_for_row("Lookups", "2100")


def test_no_helper(item):
    run_app()
    accessibility.press(accessibility.get(Role.RADIO_BUTTON, "Statistics"))
    accessibility.get(Role.LABEL, "There are no numbers while the Sotto service is not running.")
    assert accessibility.find(Role.RADIO_BUTTON, "Today") is None


# --- graphs


def test_graph_of_the_week_in_words(counted, window):
    open_statistics(window)
    chart = find_chart(WEEK)
    wait(lambda: "Wed 18 — Encrypted: 1190, From the cache: 1100, Blocked: 60;" in chart.get_description(), "its words")
    assert "Mon 16 — Encrypted: 0, From the cache: 0, Blocked: 0;" in chart.get_description()
    assert Atspi.Value.get_text(chart) == chart.get_description()
    assert Atspi.Value.get_current_value(chart) == sum((560, 300, 20, 1190, 1100, 60, 820, 800, 50, 1440, 1500, 110, 270, 310, 10,
                                             1284, 800, 16))
    assert chart.get_child_count() == 0
    assert chart.get_state_set().contains(Atspi.StateType.FOCUSABLE)


def test_graph_of_times_in_words(counted, window):
    open_statistics(window)
    chart = find_chart(TIMES)
    wait(lambda: "Fri 20 — Half of the answers within: 16 ms, 95 of 100 within: 131 ms" in chart.get_description(),
         "its words")


def test_graph_of_answers_joins_what_nobody_can_tell_apart(counted, window):
    open_statistics(window)
    chart = find_chart(ANSWERS)
    wait(lambda: chart.get_description().startswith("≤ 1.0 ms — Answers: 15; ≤ 2.0 ms — Answers: 90"), "its words")


def test_minute_counts_what_happens(counted, window):
    chart = find_chart(MINUTE)
    pump(1.5)  # what was before is not of this minute
    assert chart.get_description() == "Encrypted: 0, From the cache: 0, Blocked: 0"
    answer(counted, full_statistics(encrypted=1284 + 12, cache_hits=800 + 5, blocked=16 + 1))
    wait(lambda: chart.get_description() == "Encrypted: 12, From the cache: 5, Blocked: 1", "what happened")
    assert Atspi.Value.get_current_value(chart) == 18


def description_changes(chart, helper, counts, seconds=3):
    """How often a screen reader is told that the words of a graph are new, while lookups go on."""
    told = []
    listener = Atspi.EventListener.new(lambda event: told.append(event.source) if event.source == chart else None)
    listener.register("object:property-change:accessible-description")
    for _second in range(seconds):
        answer(helper, full_statistics(encrypted=next(counts)))
        pump(1)
    listener.deregister("object:property-change:accessible-description")
    return len(told)


def test_graph_is_silent_where_the_focus_is(counted, window):
    chart, counts = find_chart(MINUTE), itertools.count(1300, 10)
    wait(lambda: chart.get_description(), "its words")
    assert description_changes(chart, counted, counts) > 0
    Atspi.Component.grab_focus(chart)
    wait(lambda: chart.get_state_set().contains(Atspi.StateType.FOCUSED), "the focus")
    assert description_changes(chart, counted, counts) == 0
    counted_since = next(counts) - 10 - 1284
    wait(lambda: f"Encrypted: {counted_since}," in Atspi.Value.get_text(chart), "the words, when asked for")


def test_minute_is_shown_only_while_lookups_are_encrypted(counted, window):
    find_chart(MINUTE)
    counted.set(State="off")
    window.get(Role.PUSH_BUTTON, "Turn On Protection")
    wait(lambda: accessibility.find(Role.CHART, MINUTE) is None, "the graph to go")
    assert_silent(counted)


# --- what it costs


def test_one_question_a_second_for_the_whole_page(counted, window):
    """Proof and graph show the same counters."""
    find_chart(MINUTE)
    window.get_row("Nothing is leaking", "0 unencrypted lookups of programs were seen leaving")
    before = questions(counted)
    pump(4)
    assert 2 <= questions(counted) - before <= 5


def test_another_page_ends_the_questions(counted, window):
    open_statistics(window)
    window.press(window.get(Role.RADIO_BUTTON, "Resolvers"))
    window.get(Role.RADIO_BUTTON, "Quad9, 8 ms")
    assert_silent(counted)


@pytest.mark.parametrize("page", ["Status", "Statistics"])
def test_minimized_window_ends_the_questions(counted, window, page):
    window.get(Role.PUSH_BUTTON, "Turn Off Protection")
    window.press(window.get(Role.RADIO_BUTTON, page))
    pump(1)
    window_id = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Sotto$"], capture_output=True, text=True,
                               check=True).stdout.split()[-1]
    subprocess.run(["xdotool", "windowminimize", "--sync", window_id], check=True)
    assert_silent(counted)
    before = questions(counted)
    run_app()  # brings it back
    wait(lambda: questions(counted) > before, "the questions again")


def test_slow_helper_is_not_asked_twice(counted, window):
    open_statistics(window)
    counted.delay(3000)
    pump(1.2)
    before = questions(counted)
    pump(2.4)
    assert questions(counted) - before <= 1


# --- taking numbers away


def test_copy(counted, window):
    open_statistics(window)
    wait_for_row("Lookups", "2100")
    press("Copy")
    wait(lambda: accessibility.find(Role.PUSH_BUTTON, "Copied", showing=False), "the word that it is done")
    lines = clipboard().splitlines()
    assert lines[:3] == ["Counted: 22 November 2026", "Lookups: 2100", "Encrypted: 1284 (61 %)"]
    assert "Fri 20\t3100\t1440\t1500\t110\t31\t16 ms\t131 ms" in lines
    assert "Mullvad\t184\t1\t33 ms\t131 ms\t29.0\u00a0kB\t75.0\u00a0kB" in lines


def export(button, path, answer="Save"):
    press(button)
    name = wait(lambda: accessibility.find(Role.TEXT), "the dialog's name of the file")
    accessibility.type_text(name, str(path))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, answer))


def test_export_csv(counted, window, tmp_path):
    names = [tally(id="x", name='=1+2,"x"', queries=1)]
    statistics = GLib.VariantDict.new(full_statistics())
    statistics.insert_value("resolvers", GLib.Variant("aa{sv}", names))
    answer(counted, statistics.end())
    open_statistics(window)
    wait_for_row("Lookups", "2100")
    path = tmp_path / "numbers.csv"
    export("Export CSV…", path)
    wait(lambda: path.exists() and path.stat().st_size > 0, "the file")
    with path.open(newline="", encoding="utf-8") as file:
        text = file.read()
    assert text.count("\r\n") == text.count("\n")
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[0] | {"kind": "since", "queries": "2100", "encrypted": "1284", "latency-p95": "65536"} == rows[0]
    days = [row for row in rows if row["kind"] == "day"]
    assert [day["queries"] for day in days] == ["", "900", "2400", "1700", "3100", "600", "2100"]
    assert [row["name"] for row in rows if row["kind"] == "resolver"] == ["'=1+2,\"x\""]
    assert {row["name"]: row["failures"] for row in rows if row["kind"] == "protocol"} == {"dnscrypt": "2", "dot": "1"}
    assert {row["name"]: row["queries"] for row in rows if row["kind"] == "latency-below"}["8192"] == "480"
    assert len({len(line) for line in csv.reader(text.splitlines())}) == 1, "a table, every row as wide as the first"


def test_export_json(counted, window, tmp_path):
    open_statistics(window)
    wait_for_row("Lookups", "2100")
    path = tmp_path / "numbers.json"
    export("Export JSON…", path)
    wait(lambda: path.exists() and path.stat().st_size > 0, "the file")
    numbers = json.loads(path.read_text(encoding="utf-8"))
    assert numbers["today"]["queries"] == 2100
    assert [entry["name"] for entry in numbers["resolvers"]] == ["Quad9", "Mullvad"]


def test_cancelled_export_writes_nothing(counted, window, tmp_path):
    open_statistics(window)
    wait_for_row("Lookups", "2100")
    export("Export CSV…", tmp_path / "numbers.csv", "Cancel")
    window.gone(Role.PUSH_BUTTON, "Cancel")
    pump(0.5)
    assert not list(tmp_path.iterdir())


def test_failed_export_says_why(counted, window):
    open_statistics(window)
    wait_for_row("Lookups", "2100")
    export("Export CSV…", "/usr/sotto-statistics.csv")
    label = wait(lambda: next((node for node in accessibility.find_all(Role.LABEL)
                               if node.get_name().startswith("The file could not be written: ")), None), "the sentence")
    assert "ermission denied" in label.get_name()


# --- everybody


@pytest.mark.parametrize("page", PAGES)
def test_mnemonics_are_unique(counted, window, page):
    window.get(Role.PUSH_BUTTON, "Turn Off Protection")
    window.press(window.get(Role.RADIO_BUTTON, page))
    pump(0.7)
    buttons = [node for role in (Role.PUSH_BUTTON, Role.RADIO_BUTTON, Role.TOGGLE_BUTTON, Role.CHECK_BOX)
               for node in accessibility.find_all(role)]
    keys = [(Atspi.Action.get_key_binding(node, 0).split(";")[0], node.get_name()) for node in buttons]
    bound = [binding for binding, _name in keys if binding]
    assert len(bound) == len(set(bound)), keys
    assert page != "Statistics" or len(bound) >= 3, keys


def pixels(chart):
    """The picture of a graph's plot as rows of colours, without the legend below."""
    place = chart.get_extents(Atspi.CoordType.SCREEN)
    data = subprocess.run(["import", "-window", "root", "-crop", f"{place.width}x{place.height}+{place.x}+{place.y}", "+repage",
                           "-depth", "8", "rgb:-"], check=True, capture_output=True, timeout=20).stdout
    row = place.width * 3
    assert len(data) == row * place.height, "the graph is on the screen as a whole"
    return [[tuple(data[y * row + x * 3:y * row + x * 3 + 3]) for x in range(place.width)] for y in range(place.height * 3 // 4)]


def coloured_columns(rows):
    """Where something with a colour of its own is, from 0 at the left to 1 at the right."""
    width = len(rows[0])
    return [x / width for x in range(width) if any(max(row[x]) - min(row[x]) > 60 for row in rows)]


def test_days_go_from_the_left(counted, window):
    open_statistics(window)
    chart = find_chart(WEEK)
    wait(lambda: "Wed 18" in chart.get_description(), "its words")
    pump(0.5)
    columns = coloured_columns(pixels(chart))
    assert min(columns) > 0.17 and max(columns) > 0.93, "the first day has no bar, the last one has"


@pytest.fixture
def right_to_left(monkeypatch):
    monkeypatch.setenv("GTK_MODULES", os.environ["SOTTO_RIGHT_TO_LEFT"])


def test_days_go_from_the_right(right_to_left, counted, window):
    open_statistics(window)
    chart = find_chart(WEEK)
    wait(lambda: "Wed 18" in chart.get_description(), "its words")
    pump(0.5)
    columns = coloured_columns(pixels(chart))
    assert min(columns) < 0.07 and max(columns) < 0.83, "mirrored"
    today, week = (window.get(Role.RADIO_BUTTON, name).get_extents(Atspi.CoordType.SCREEN) for name in ("Today", "Last 7 Days"))
    assert today.x > week.x


@pytest.fixture
def scaled(monkeypatch):
    monkeypatch.setenv("GDK_SCALE", "2")


def test_twice_as_large(scaled, counted, window):
    open_statistics(window)
    chart = find_chart(WEEK)
    wait(lambda: "Wed 18" in chart.get_description(), "its words")
    wait_for_row("Lookups", "2100")
    accessibility.press(window.get(Role.RADIO_BUTTON, "Last 7 Days"))
    wait_for_row("Lookups", "10800")
    assert [name for name in accessibility.text_of(Role.RADIO_BUTTON) if name not in PAGES] == [
        "Today", "Last 7 Days", "Since the Start"]
