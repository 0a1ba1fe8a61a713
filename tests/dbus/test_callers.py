# SPDX-License-Identifier: GPL-3.0-or-later
"""Callers of the helper's methods, all of them as introspection finds them: who may, what no method takes, and how much
one of them may ask. A method without limits fails here on the day it is added."""

import ctypes
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import time
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import PROPERTIES, Client
from gi.repository import Gio, GLib

import lab
from lab.contract import PRIVATE, PUBLIC, ends_for, split
from lab.helper import ADDRESSES, NAME, PATH, Helper
from lab.networkmanager import SOCKET
from lab.process import Here, wait_for

EVERYTHING = {**PRIVATE, **PUBLIC}
LETTERS = {"s", "u", "b"}
"""The types of arguments that are known here: of another one it is not known what would be too much."""
TOO_LONG = ["x" * 8193, "x." * 100_000]
UNCALLED = ["a\nb", "\x1b[31mred", "tab\t", "delete\x7f", "next\u0085line"]
FLOOD = pathlib.Path(lab.__file__).with_name("flood.py")
FLOOD_S, FLOODS = 1, 12
BUSY = f"{NAME}.Error.Busy"
IN_OPEN = 0x20


def parse(arguments):
    return GLib.Variant.new_tuple(*(GLib.Variant.parse(None, one, None, None) for one in arguments)) if arguments else None


def with_text(method, number, text):
    """The method's good arguments, but for one of its texts."""
    good = [GLib.Variant.parse(None, one, None, None) for one in EVERYTHING[method]]
    good[number] = GLib.Variant("s", text)
    return GLib.Variant.new_tuple(*good)


TEXTS = [(method, number) for method, arguments in EVERYTHING.items()
         for number, one in enumerate(arguments) if one.startswith("'")]


@pytest.fixture(scope="module")
def shared(bus, installed):
    """One helper for all tests of a table: nothing in them changes anything."""
    running = Helper(bus)
    client = Client()
    yield client
    client.close()
    assert running.stop() == 0
    wait_for("the device to go", lambda: "sotto0" not in Here().output("ip", "-br", "link"), 5)


def introspected(client):
    """{method: types of what it takes}, and the properties' (name, access)."""
    tree = ElementTree.fromstring(client.call("Introspect", interface="org.freedesktop.DBus.Introspectable"))
    methods, properties = {}, set()
    for interface in tree.iter("interface"):
        short = interface.get("name").removeprefix(NAME).lstrip(".")
        if not interface.get("name").startswith(NAME):
            continue
        for method in interface.iter("method"):
            methods[f"{short}.{method.get('name')}".lstrip(".")] = [one.get("type") for one in method.iter("arg")
                                                                     if one.get("direction") == "in"]
        properties |= {(one.get("name"), one.get("access")) for one in interface.iter("property")}
    return methods, properties


def test_every_method_is_known_to_be_for_all_or_for_some(shared):
    methods, _ = introspected(shared)
    assert set(methods) == set(EVERYTHING)
    assert not set(PRIVATE) & set(PUBLIC)
    assert {letter for types in methods.values() for letter in types} <= LETTERS
    for method, types in methods.items():
        given = parse(EVERYTHING[method])
        assert (given.get_type_string() if given else "()") == f"({''.join(types)})", method


def test_no_property_can_be_written(shared):
    _, properties = introspected(shared)
    assert {access for _, access in properties} == {"read"}


def test_nothing_is_changed_for_whom_polkit_does_not_let(shared, guest):
    assert ends_for(guest, PRIVATE) == dict.fromkeys(PRIVATE, "NotAuthorized")


def test_everybody_may_ask_the_rest(shared, guest):
    assert ends_for(guest, PUBLIC) == dict.fromkeys(PUBLIC, "done")


@pytest.mark.parametrize("method, number", TEXTS)
def test_texts_have_limits(shared, method, number):
    interface, word = split(method)
    for text in TOO_LONG:
        error, sentence = shared.refused(word, with_text(method, number, text), interface)
        assert (error, sentence) == ("InvalidArgument", "That is too long.")
    for text in UNCALLED:
        error, sentence = shared.refused(word, with_text(method, number, text), interface)
        assert (error, sentence) == ("InvalidArgument", "Nothing is called by control characters.")
    for text in ("", "%s%n", "x" * 8192, "\u202e", "\U0010ffff" * 2000, "-1", "../../etc/shadow"):
        try:
            shared.call(word, with_text(method, number, text), interface)
        except GLib.Error as error:
            assert re.fullmatch(r".*Error\.(NotAuthorized|InvalidArgument|NotFound|Busy|Failed): .{3,300}", error.message, re.S)
    shared.properties()


@pytest.mark.parametrize("method", [method for method, arguments in EVERYTHING.items()
                                    if any(one.startswith("uint32") for one in arguments)])
def test_numbers_have_limits(shared, method):
    interface, word = split(method)
    for number in (1, 59, 86401, 2**31 - 1, 2**31, 2**32 - 1):
        assert shared.refused(word, GLib.Variant("(u)", (number,)), interface)[0] == "InvalidArgument"


MEGABYTE = GLib.Variant.new_from_bytes(GLib.VariantType("ay"), GLib.Bytes.new(bytes(1 << 20)), True)
WRONG = [GLib.Variant.new_tuple(MEGABYTE), GLib.Variant("(d)", (0.5,)), GLib.Variant("(h)", (0,)),
         GLib.Variant("(sssss)", ("",) * 5), GLib.Variant("(v)", (GLib.Variant("s", "/"),))]


@pytest.mark.parametrize("method", EVERYTHING)
def test_other_types_are_refused(shared, method):
    interface, word = split(method)
    for wrong in WRONG:
        assert shared.refused(word, wrong, interface)[0] == "org.freedesktop.DBus.Error.InvalidArgs"


class Bait:
    """A file that everybody may read, and whether anybody did."""

    def __init__(self, path):
        self.path = path
        path.write_text("sdns://bait\n", encoding="ascii")
        for folder in (path, *list(path.parents)[:-2]):
            folder.chmod(0o755)
        libc = ctypes.CDLL(None, use_errno=True)
        self.watch = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self.watch, os.fsencode(path), IN_OPEN) > 0

    def is_taken(self):
        try:
            return bool(os.read(self.watch, 4096))
        except BlockingIOError:
            return False


def test_path_in_a_text_is_not_opened(shared, tmp_path):
    """By root, whom nobody refuses."""
    bait = Bait(tmp_path / "bait.txt")
    for method, number in TEXTS:
        interface, word = split(method)
        for text in (str(bait.path), f"file://{bait.path}", f"@{bait.path}", f"https://192.0.2.1{bait.path}"):
            try:
                shared.call(word, with_text(method, number, text), interface)
            except GLib.Error:
                pass
    assert not bait.is_taken()
    bait.path.read_text(encoding="ascii")
    assert bait.is_taken()  # else it would prove nothing


def test_call_that_wants_no_reply_is_not_heard(shared):
    interface, word = split("Queries.SetLogging")
    call = Gio.DBusMessage.new_method_call(NAME, PATH, interface, word)
    call.set_body(GLib.Variant("(b)", (True,)))
    call.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
    shared.bus.send_message(call, 0)
    assert shared.call("Get", GLib.Variant("(ss)", (interface, "Logging")), PROPERTIES) is False


def lookup_us():
    query = struct.pack("!6H", 1, 0x100, 1, 0, 0, 0) + b"\3www\7invalid\0" + struct.pack("!2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        began = time.monotonic()
        client.sendto(query, (ADDRESSES[0], 53))
        assert client.recv(512)[3] & 15 == 3
        return (time.monotonic() - began) * 1e6


def flood_command(user, seconds, *methods):
    return user.command(["/usr/bin/python3", "-c", FLOOD.read_text(encoding="utf-8"), SOCKET, NAME, PATH, str(seconds), *methods])


@pytest.mark.parametrize("methods", [
    [f"{NAME}.ListResolvers", f"{NAME}.GetStatistics"], [f"{NAME}.CheckProtection"], ["org.freedesktop.DBus.Peer.Ping"],
    ["org.freedesktop.DBus.Introspectable.Introspect"]], ids=lambda methods: methods[0].rpartition(".")[2])
def test_flood_of_calls_holds_nobody_up(shared, guest, methods):
    """One program calls as fast as the bus takes it; lookups and other callers are answered all the while."""
    flood = subprocess.Popen(flood_command(guest, FLOOD_S, *methods), stdout=subprocess.PIPE, text=True)
    lookups, calls = [], []
    while flood.poll() is None:
        lookups.append(lookup_us())
        began = time.monotonic()
        shared.properties()
        calls.append((time.monotonic() - began) * 1e6)
        time.sleep(0.005)
    ends = json.loads(flood.stdout.read())
    half, most = ({kind: sorted(times)[len(times) * part // 100] / 1000 for kind, times in (("lookup", lookups), ("call", calls))}
                  for part in (50, 99))
    print(f"{sum(ends.values()) / FLOOD_S:.0f} calls a second: {ends}; meanwhile half of {len(lookups)} lookups within "
          f"{half['lookup']:.1f} ms, 99 % within {most['lookup']:.1f} ms; of other calls {half['call']:.1f} and {most['call']:.1f} ms")
    assert flood.returncode == 0
    assert set(ends) == {"done", BUSY} and ends[BUSY] > ends["done"] > 0
    assert ends["done"] < 1000
    assert half["lookup"] < 100 and half["call"] < 500


def test_more_connections_win_little(shared, guest):
    """What all of one user's programs may ask together has a limit too."""
    floods = [subprocess.Popen(flood_command(guest, 0.5, f"{NAME}.ListResolvers"), stdout=subprocess.PIPE, text=True)
              for _ in range(FLOODS)]
    ends = [json.loads(flood.communicate(timeout=60)[0]) for flood in floods]
    done = sum(one.get("done", 0) for one in ends)
    print(f"{done} of {FLOODS} programs' {sum(sum(one.values()) for one in ends)} calls")
    assert done < FLOODS * 25  # one alone has 30 at once
    assert all(one[BUSY] > 0 for one in ends)


def main_thread_s(client):
    """Processor time of the helper's main thread, which answers lookups."""
    pid = client.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                               GLib.Variant("(s)", (NAME,)), None, 0, -1, None).unpack()[0]
    return int(pathlib.Path(f"/proc/{pid}/task/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def test_those_who_leave_at_once_win_nothing(shared, guest):
    """A program is heard before its user is known. Many that call and are gone before anybody could be asked who they were hold
    nobody up either."""
    calls = [f"{NAME}.ListResolvers"] * 7
    before = main_thread_s(shared)
    flood = subprocess.Popen(flood_command(guest, FLOOD_S, "--passing", *calls), stdout=subprocess.PIPE, text=True)
    lookups = []
    while flood.poll() is None:
        lookups.append(lookup_us() / 1000)
        time.sleep(0.005)
    connections = json.loads(flood.stdout.read())["connections"]
    shared.properties()  # comes after all that they asked
    busy_s = main_thread_s(shared) - before
    print(f"{connections} connections, {busy_s:.2f} s of the helper; half of {len(lookups)} lookups within {sorted(lookups)[len(lookups) // 2]:.1f} ms")
    assert connections > 100
    assert busy_s < 3
    assert sorted(lookups)[len(lookups) // 2] < 100


def test_patience_comes_back(shared, guest):
    wait_for("the user's share", lambda: ends_for(guest, {"ListResolvers": ()}) == {"ListResolvers": "done"}, 15)
