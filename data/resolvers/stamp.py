#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and makes sdns:// stamps (draft-denis-dns-stamps), for whoever edits resolvers.conf.

    stamp.py dot 9.9.9.9 dns.quad9.net --dnssec --nolog          make a DNS over TLS stamp
    stamp.py doq 94.140.14.14 dns.adguard-dns.com --dnssec       make a DNS over QUIC stamp
    stamp.py doh 9.9.9.9 dns.quad9.net /dns-query --dnssec       make a DNS over HTTPS stamp
    stamp.py show sdns://…                                       say what a stamp holds
    stamp.py check resolvers.conf                                check the whole list and count it

The public lists hold no stamps for DNS over TLS and DNS over QUIC, so those of our list were made with
this tool from what the operators publish. They carry no certificate hashes: certificates change, host names do not.
"""

import argparse
import base64
import configparser
import ipaddress
import re
import sys

DNSCRYPT, DOH, DOT, DOQ = 0x01, 0x02, 0x03, 0x04
DNSSEC, NO_LOG, NO_FILTER = 1, 2, 4
NAMES = {DNSCRYPT: "dnscrypt", DOQ: "doq", DOH: "doh", DOT: "dot"}
"""In the order that an entry's stamps have: the ladder of transports."""
BLOCKS = {"malware", "ads", "adult"}
KEYS = {"Name", "Operator", "Country", "Description", "DNSSEC", "NoLog", "Blocks", "Endpoints"}


def prefixed(data: bytes, more: bool = False) -> bytes:
    """LP(data): one length byte, its bit 7 set where another item of the same list follows."""
    if len(data) > 127:
        raise ValueError("a field of a stamp holds at most 127 bytes here")
    return bytes([len(data) | (0x80 if more else 0)]) + data


def prefixed_list(items: list[bytes]) -> bytes:
    if not items:
        return b"\0"
    return b"".join(prefixed(item, item is not items[-1]) for item in items)


class Reader:
    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise ValueError("the stamp ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def prefixed(self) -> bytes:
        return self.take(self.take(1)[0])

    def prefixed_list(self) -> list[bytes]:
        items = []
        while True:
            length = self.take(1)[0]
            item = self.take(length & 0x7F)
            if item:
                items.append(item)
            if not length & 0x80:
                return items


def parse(text: str) -> dict:
    if not text.startswith("sdns://"):
        raise ValueError("a stamp begins with sdns://")
    body = text.removeprefix("sdns://")
    reader = Reader(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    stamp = {"kind": reader.take(1)[0]}
    if stamp["kind"] not in NAMES:
        raise ValueError(f"kind {stamp['kind']:#04x} does not belong in the list")
    stamp["properties"] = int.from_bytes(reader.take(8), "little")
    stamp["address"] = reader.prefixed().decode()
    if stamp["kind"] == DNSCRYPT:
        stamp["key"] = reader.prefixed()
        stamp["provider"] = reader.prefixed().decode()
    else:
        stamp["hashes"] = reader.prefixed_list()
        stamp["host"] = reader.prefixed().decode()
        if stamp["kind"] == DOH:
            stamp["path"] = reader.prefixed().decode()
    if reader.at != len(reader.data):
        raise ValueError("the stamp has bytes after its end")
    return stamp


def build(stamp: dict) -> str:
    out = bytes([stamp["kind"]]) + stamp["properties"].to_bytes(8, "little")
    out += prefixed(stamp["address"].encode())
    if stamp["kind"] == DNSCRYPT:
        out += prefixed(stamp["key"]) + prefixed(stamp["provider"].encode())
    else:
        out += prefixed_list(stamp["hashes"]) + prefixed(stamp["host"].encode())
        if stamp["kind"] == DOH:
            out += prefixed(stamp["path"].encode())
    return "sdns://" + base64.urlsafe_b64encode(out).rstrip(b"=").decode()


def tls(kind: int, address: str, host: str, properties: int, path: str = "") -> str:
    literal = f"[{address}]" if ":" in address else address
    stamp = {"kind": kind, "properties": properties, "address": literal, "hashes": [], "host": host, "path": path}
    return build(stamp)


def address_of(stamp: dict) -> str:
    match = re.fullmatch(r"\[([0-9A-Fa-f:]+)\](?::\d+)?|([0-9.]+)(?::\d+)?", stamp["address"])
    if not match:
        raise ValueError(f"no IP address in \"{stamp['address']}\"")
    return str(ipaddress.ip_address(match[1] or match[2]))


def check_endpoint(text: str, entry) -> dict:
    stamp = parse(text)
    if build(stamp) != text:
        raise ValueError("the stamp does not come out the same when it is built again")
    address_of(stamp)
    if stamp["kind"] == DNSCRYPT and len(stamp["key"]) != 32:
        raise ValueError("a DNSCrypt key is 32 bytes")
    wanted = (DNSSEC if entry.getboolean("DNSSEC") else 0) | (NO_LOG if entry.getboolean("NoLog") else 0)
    wanted |= 0 if entry.get("Blocks") else NO_FILTER
    if stamp["kind"] in (DOT, DOQ) and stamp["properties"] != wanted:
        raise ValueError("a stamp of ours says something else than the entry")
    return stamp


def check_entry(entry) -> list[dict]:
    unknown = set(entry) - KEYS
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    for key in ("Name", "Operator", "Description", "Endpoints"):
        if not entry.get(key):
            raise ValueError(f"no {key}")
    if not re.fullmatch("[A-Z]{2}|", entry.get("Country", "")):
        raise ValueError("Country is two capital letters")
    if not set(filter(None, entry.get("Blocks", "").split(";"))) <= BLOCKS:
        raise ValueError("Blocks knows malware, ads and adult")
    if not entry["Description"].endswith("."):
        raise ValueError("Description is a whole sentence")
    endpoints = [text for text in entry["Endpoints"].split(";") if text]
    if len(set(endpoints)) != len(endpoints):
        raise ValueError("the same stamp twice")
    stamps = [check_endpoint(text, entry) for text in endpoints]
    order = [list(NAMES).index(stamp["kind"]) for stamp in stamps]
    if order != sorted(order):
        raise ValueError("the order is DNSCrypt, DNS over QUIC, DNS over HTTPS, DNS over TLS")
    return stamps


def check(path: str) -> int:
    config = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    config.optionxform = str
    with open(path, encoding="utf-8") as file:
        config.read_file(file)
    operators, countries, counts, failures = set(), set(), dict.fromkeys(NAMES, 0), 0
    groups = {name: config[name] for name in config.sections() if name.startswith("Resolver ")}
    for name, entry in groups.items():
        try:
            for stamp in check_entry(entry):
                counts[stamp["kind"]] += 1
            operators.add(entry["Operator"])
            countries |= {entry["Country"]} if entry.get("Country") else set()
        except ValueError as error:
            failures += 1
            print(f"{path}: [{name}]: {error}", file=sys.stderr)
    favourites = [name for name in config["Defaults"]["Favourites"].split(";") if name]
    for name in favourites:
        if f"Resolver {name}" not in groups:
            failures += 1
            print(f"{path}: favourite {name} is not in the list", file=sys.stderr)
    kinds = ", ".join(f"{counts[kind]} {NAMES[kind]}" for kind in NAMES)
    print(f"{len(groups)} resolvers, {len(operators)} operators, {len(countries)} countries; "
          f"{sum(counts.values())} stamps ({kinds}); {failures} failures")
    return 1 if failures else 0


def show(text: str) -> int:
    for key, value in parse(text).items():
        if key == "kind":
            value = NAMES[value]
        elif key == "hashes":
            value = [item.hex() for item in value]
        elif isinstance(value, bytes):
            value = value.hex()
        print(f"{key:11}{value}")
    return 0


def make(arguments) -> int:
    properties = DNSSEC * arguments.dnssec | NO_LOG * arguments.nolog | NO_FILTER * arguments.nofilter
    kind = {"dot": DOT, "doq": DOQ, "doh": DOH}[arguments.command]
    print(tls(kind, arguments.address, arguments.host, properties, getattr(arguments, "path", "")))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("dot", "doq", "doh"):
        command = commands.add_parser(name)
        command.add_argument("address")
        command.add_argument("host")
        if name == "doh":
            command.add_argument("path")
        for flag in ("--dnssec", "--nolog", "--nofilter"):
            command.add_argument(flag, action="store_true")
    commands.add_parser("show").add_argument("stamp")
    commands.add_parser("check").add_argument("file")
    arguments = parser.parse_args()
    try:
        if arguments.command == "show":
            return show(arguments.stamp)
        if arguments.command == "check":
            return check(arguments.file)
        return make(arguments)
    except (OSError, ValueError) as error:
        print(f"stamp.py: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
