# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones with something of everything, and ten thousand different questions about them; the same in every run.

    corpus.test     unsigned: all common types, chains of aliases, wildcards, a DNAME, long and odd names, large TXT
    signed.test     a part of that with DNSSEC and NSEC; three.test the same with NSEC3
    9.9.9.in-addr.arpa, 0.e.f.0.0.2.6.2.ip6.arpa    names of addresses"""

import base64
import random
from dataclasses import dataclass

SEED = 9462
COUNT = 10_000
TTL = 300
HEADER = f"""$TTL {TTL}
@ SOA ns1.corpus.test. hostmaster.corpus.test. 1 3600 600 86400 60
@ NS ns1.corpus.test.
@ NS ns2.corpus.test.
"""
REVERSE4, REVERSE6 = "9.9.9.in-addr.arpa", "0.e.f.0.0.2.6.2.ip6.arpa"
PLAIN, SIGNED, SIGNED3 = "corpus.test", "signed.test", "three.test"
TYPES = ["A", "AAAA", "MX", "TXT", "NS", "SOA", "SRV", "CAA", "PTR", "HTTPS", "SVCB", "NAPTR", "TLSA", "SSHFP", "DS",
         "DNSKEY", "NSEC", "RRSIG", "HINFO", "LOC", "URI", "TYPE65280"]
NUMBERS = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "AAAA": 28, "LOC": 29,
           "SRV": 33, "NAPTR": 35, "DNAME": 39, "DS": 43, "SSHFP": 44, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "TLSA": 52,
           "SVCB": 64, "HTTPS": 65, "URI": 256, "CAA": 257, "TYPE65280": 65280}
LARGE = [400, 700, 1100, 1200, 1300, 1500, 2000, 2600, 3300, 3500, 4500, 6000, 9000, 16000, 30000, 45000, 60000]
"""Octets of text: below and above what fits a client without EDNS, a datagram, DNSCrypt's usual packets, a QUIC packet,
nearly as long as a message can be."""
MANY = [20, 31, 32, 70, 80, 100]
"""Records of one name; BIND serves no more than 100."""


@dataclass(frozen=True)
class Question:
    """As a client asks it. `name` is its labels, in the letter case asked for."""

    name: tuple
    rdtype: int
    edns: bool = True
    dnssec_ok: bool = False
    checking_disabled: bool = False
    authentic_data: bool = False

    def __str__(self):
        flags = "".join(f" +{word}" for word, is_set in (("noedns", not self.edns), ("do", self.dnssec_ok),
                        ("cd", self.checking_disabled), ("ad", self.authentic_data)) if is_set)
        return f"{'.'.join(label.decode('latin-1') for label in self.name)} TYPE{self.rdtype}{flags}"


def labels(text):
    return tuple(label.encode() for label in text.rstrip(".").split("."))


def _quoted(rng, length):
    """Text of so many octets as a zone file has it, in strings of up to 255."""
    text = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=length))
    return " ".join(f'"{text[at:at + 255]}"' for at in range(0, length, 255))


def _escaped(label):
    return "".join(f"\\{octet:03d}" for octet in label)


class Zones:
    """Zone files as text by name, and the (labels, type) of what is in them."""

    def __init__(self):
        self.rng = random.Random(SEED)
        self.texts, self.known = {}, []
        self._plain()
        for name in (SIGNED, SIGNED3):
            self._signed(name)
        self._reverse()

    def _add(self, zone, owner, rdtype, *data):
        """One set of records; `owner` relative, as the zone file has it."""
        for one in data:
            self.texts[zone].append(f"{owner} {rdtype} {one}")
        self.known.append((labels(zone) if owner == "@" else labels(f"{owner}.{zone}"), NUMBERS[rdtype]))

    def _begin(self, zone):
        self.texts[zone] = [HEADER]
        self.known += [(labels(zone), NUMBERS[rdtype]) for rdtype in ("SOA", "NS")]

    def _address(self):
        return f"203.0.113.{self.rng.randrange(1, 255)}"

    def _address6(self):
        return f"2001:db8::{self.rng.randrange(0x10000):x}:{self.rng.randrange(0x10000):x}"

    def _token(self, octets):
        return base64.b16encode(self.rng.randbytes(octets)).decode()

    def _host(self, zone, number):
        """A name with one set of records of each common type."""
        owner, rng = f"host{number}", self.rng
        self._add(zone, owner, "A", *sorted({self._address() for _ in range(rng.randint(1, 6))}))
        self._add(zone, owner, "AAAA", *sorted({self._address6() for _ in range(rng.randint(1, 4))}))
        self._add(zone, owner, "MX", f"10 host{number + 1}", "20 Mail.Elsewhere.Example.")
        self._add(zone, owner, "TXT", _quoted(rng, rng.randint(1, 250)), '"v=spf1 -all"')
        self._add(zone, owner, "CAA", '0 issue "ca.example.net"', '128 iodef "mailto:security@example.net"')
        self._add(zone, owner, "HTTPS", f'1 . alpn="h2,h3" ipv4hint={self._address()} ipv6hint={self._address6()}',
                  f"2 host{number + 1} port=8443")
        self._add(zone, owner, "SVCB", "0 host0")
        self._add(zone, owner, "SSHFP", f"4 2 {self._token(32)}")
        self._add(zone, owner, "HINFO", '"RISC-V" "Linux"')
        self._add(zone, owner, "LOC", "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m")
        self._add(zone, owner, "NAPTR", f'100 10 "S" "SIP+D2U" "" _sip._udp.host{number}')
        self._add(zone, owner, "URI", '10 1 "https://www.example.net/path"')
        self._add(zone, owner, "TYPE65280", f"\\# 8 {self._token(8)}")
        self._add(zone, f"_443._tcp.{owner}", "TLSA", f"3 1 1 {self._token(32)}")
        self._add(zone, f"_sip._udp.{owner}", "SRV", f"0 5 5060 {owner}", f"1 5 5060 host{number + 1}")

    def _aliases(self, zone, number):
        """A chain of up to eight aliases: to a host, to another zone, to nothing."""
        length = self.rng.randint(1, 8)
        ends = [f"host{self.rng.randrange(20)}", "host1.corpus.test.", "host1.signed.test.", f"nothing{number}"]
        for step in range(length):
            target = self.rng.choice(ends) if step + 1 == length else f"alias{number}-{step + 1}"
            self._add(zone, f"alias{number}-{step}", "CNAME", target)

    def _plain(self):
        zone = PLAIN
        self._begin(zone)
        for number in range(120):
            self._host(zone, number)
            self._aliases(zone, number)
        for number in (1, 2):
            self._add(zone, f"ns{number}", "A", f"203.0.113.{number}")
        for size in LARGE:
            self._add(zone, f"txt{size}", "TXT", _quoted(self.rng, size))
        for count in MANY:
            self._add(zone, f"many{count}", "A", *(f"10.9.8.{number}" for number in range(count)))
        self._add(zone, "*.wild", "A", "203.0.113.77")
        self._add(zone, "*.wild", "TXT", '"from the wildcard"')
        self._add(zone, "*.wildalias", "CNAME", "host7")
        self._add(zone, "tree", "DNAME", "wild")
        self._add(zone, "a.b.c.d.e.f.empty", "A", "203.0.113.78")
        for number in range(40):
            octets = bytes(self.rng.choices(range(256), k=self.rng.randint(1, 40)))
            self.texts[zone].append(f'{_escaped(octets)} A {self._address()}')
            self.known.append(((octets, *labels(zone)), NUMBERS["A"]))
        for length in (63, 120, 180, 240):
            owner = ".".join(["l" * 60] * (length // 60)) + ("." if length >= 60 else "") + "x" * min(63, length % 60 or 1)
            self._add(zone, owner[:253 - len(zone) - 2].rstrip("."), "AAAA", self._address6())

    def _signed(self, zone):
        self._begin(zone)
        for number in range(25):
            self._host(zone, number)
            self._aliases(zone, number)
        self._add(zone, "*.wild", "A", "203.0.113.79")
        self._add(zone, "txt3000", "TXT", _quoted(self.rng, 3000))
        self._add(zone, "child", "NS", "ns1.corpus.test.")
        self._add(zone, "child", "DS", f"12345 13 2 {self._token(32)}")
        self.known += [(labels(zone), NUMBERS[rdtype]) for rdtype in ("DNSKEY", "NSEC", "RRSIG")]

    def _reverse(self):
        self._begin(REVERSE4)
        for number in range(1, 200):
            self._add(REVERSE4, str(number), "PTR", f"host{number}.corpus.test.")
        self._begin(REVERSE6)
        for number in range(100):
            owner = ".".join(reversed(f"{number:024x}"))
            self._add(REVERSE6, owner, "PTR", f"host{number}.corpus.test.")


def _mixed_case(rng, name):
    return tuple(bytes(octet ^ 32 if 65 <= octet & 0xdf <= 90 and rng.random() < 0.5 else octet for octet in label)
                 for label in name)


def _word(rng):
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789-", k=rng.randint(1, 20))).strip("-") or "x"


def _name_and_type(rng, zones):
    """Most ask for what is there, some of it large; the rest for another type of it, for names that are not there, or
    that wildcards and a DNAME make up."""
    kind = rng.random()
    name, rdtype = rng.choice(zones.known)
    if kind < 0.03:
        if kind < 0.02:
            return labels(f"txt{rng.choice(LARGE)}.{PLAIN}"), NUMBERS["TXT"]
        return labels(f"many{rng.choice(MANY)}.{PLAIN}"), NUMBERS["A"]
    if kind < 0.60:
        return name, rdtype
    if kind < 0.75:
        others = [NUMBERS[word] for word in TYPES]
        if name[-2:] == (b"child", b"signed"):
            others = [NUMBERS["DS"]]
        return name, rng.choice(others)
    zone = rng.choice([PLAIN, SIGNED, SIGNED3, REVERSE4])
    if kind < 0.88:
        return labels(f"{_word(rng)}.{zone}"), NUMBERS[rng.choice(["A", "AAAA", "HTTPS", "MX", "TXT", "TYPE65280"])]
    below = rng.choice([f"wild.{PLAIN}", f"wildalias.{PLAIN}", f"tree.{PLAIN}", f"wild.{SIGNED}", f"wild.{SIGNED3}",
                        f"empty.{PLAIN}"])
    return labels(f"{_word(rng)}.{below}"), NUMBERS[rng.choice(["A", "AAAA", "TXT"])]


def questions(zones, count=COUNT):
    """So many, no two equal even where letter case does not matter. What nobody but the zone's parent can tell apart is
    left out: names below a delegation."""
    rng, made, seen = random.Random(SEED + 1), [], set()
    while len(made) < count:
        name, rdtype = _name_and_type(rng, zones)
        if b"child" in name and rdtype != NUMBERS["DS"]:
            continue
        edns = rng.random() < 0.85
        dnssec_ok = edns and rng.random() < 0.4
        flags = {"edns": edns, "dnssec_ok": dnssec_ok, "checking_disabled": rng.random() < 0.1,
                 "authentic_data": rng.random() < 0.1}
        key = (tuple(label.lower() for label in name), rdtype, *flags.values())
        if key in seen:
            continue
        seen.add(key)
        made.append(Question(_mixed_case(rng, name) if rng.random() < 0.3 else name, rdtype, **flags))
    return made
