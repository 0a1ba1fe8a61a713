# SPDX-License-Identifier: GPL-3.0-or-later
"""flood.py SOCKET NAME PATH SECONDS METHOD…: calls the methods in turn, as fast as the bus takes them, by its wire format
and with a hundred calls under way; prints how many calls ended how.

flood.py SOCKET NAME PATH SECONDS --passing METHOD…: connects, makes these calls and leaves without an answer, again and again;
prints how often."""

import collections
import json
import os
import socket
import sys
import time

from gi.repository import Gio

UNDER_WAY = 100
SERIAL_AT, BODY_LENGTH_AT, FIELDS_LENGTH_AT, HEADER = 8, 4, 12, 16


def connect(path):
    bus = socket.socket(socket.AF_UNIX)
    bus.connect(path)
    bus.sendall(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\nBEGIN\r\n")
    while not bus.recv(1, socket.MSG_PEEK) or b"\n" not in bus.recv(4096):
        pass
    return bus


def message(name, path, method):
    interface, _, word = method.rpartition(".")
    blob = bytearray(Gio.DBusMessage.new_method_call(name, path, interface, word).to_blob(Gio.DBusCapabilityFlags.NONE))
    return blob


def replies(data):
    """(message, rest) pairs are cut off the front of `data`."""
    while len(data) >= HEADER:
        length = HEADER + (int.from_bytes(data[FIELDS_LENGTH_AT:HEADER], "little") + 7 & ~7) \
            + int.from_bytes(data[BODY_LENGTH_AT:SERIAL_AT], "little")
        if len(data) < length:
            return
        yield bytes(data[:length])
        del data[:length]


HELLO = message("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.Hello")


def numbered(blob, serial):
    blob[SERIAL_AT:SERIAL_AT + 4] = serial.to_bytes(4, "little")
    return bytes(blob)


def pass_by(path, name, where, seconds, *methods):
    calls = b"".join(numbered(message(name, where, method), 2 + number) for number, method in enumerate(methods))
    connections, until = 0, time.monotonic() + float(seconds)
    while time.monotonic() < until:
        with connect(path) as bus:
            bus.sendall(numbered(HELLO, 1))
            bus.recv(4096)
            bus.sendall(calls)
        connections += 1
    print(json.dumps({"connections": connections}))


def flood(path, name, where, seconds, *methods):
    bus, data, ends, serial, under_way = connect(path), bytearray(), collections.Counter(), 0, 0

    def send(blob):
        nonlocal serial
        serial += 1
        bus.sendall(numbered(blob, serial))
    send(HELLO)
    blobs = [message(name, where, method) for method in methods]
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until or under_way > 0:
        while under_way < UNDER_WAY and time.monotonic() < until:
            send(blobs[serial % len(blobs)])
            under_way += 1
        data += bus.recv(65536)
        for reply in replies(data):
            kind = Gio.DBusMessage.new_from_blob(reply, Gio.DBusCapabilityFlags.NONE) if b".Error." in reply else None
            if reply[1] in (2, 3) and b"NameAcquired" not in reply:
                ends[kind.get_error_name() if kind else "done"] += 1
                under_way -= 1
    print(json.dumps(ends))


if sys.argv[5] == "--passing":
    pass_by(*sys.argv[1:5], *sys.argv[6:])
else:
    flood(*sys.argv[1:])
