# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof on the wire: what left the laptop, seen from the hotel's side of the cable, where no program of the laptop's
can colour it. Which question in clear may be there, and of which kind it is, clear_flows.py says.

    with Capture(network) as capture:
        ...
        with capture.permit("sign-in", "portal.hotel.test"):      # only meanwhile; no name at all: every name
            ...
    evidence = capture.no_plain_dns("a-name-that-nobody-may-read.test")   # AssertionError with what leaked
    evidence.clear_flows == {"certificate": 2, "network": 1, "sign-in": 3}

`leaks()` gives the same without failing: (sentences, evidence). Counted are questions: a packet of UDP each, a connection of
TCP once.

An empty capture proves nothing, so each one ends with a marker: a question in clear, to the discard port, that the same
code must find which then says that there was no other.
"""

import contextlib
import functools
import os
import signal
import socket
import struct
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype

from .clear_flows import ANY, CLEAR_FLOWS, ClearFlow
from .process import RUN, LabError
from .topology import HOTEL, HOTEL6

CLEAR_PORTS = {53: "DNS", 5353: "mDNS", 5355: "LLMNR"}


@dataclass
class Packet:
    """One IP packet; addresses as text, ports 0 without UDP or TCP, time in seconds since 1970."""

    time: float
    from_laptop: bool
    source: str
    destination: str
    protocol: int
    source_port: int
    destination_port: int
    payload: bytes
    raw: bytes

    @functools.cached_property
    def question(self):
        """The query it holds if it is DNS in clear, on whatever port: (name, type) or None."""
        wire = self.payload
        if self.is_tcp:  # with its length before it, in one segment as every program sends it
            length, wire = int.from_bytes(wire[:2], "big"), wire[2:]
            if length != len(wire):
                return None
        try:
            message = dns.message.from_wire(wire, one_rr_per_rrset=True)
        except (dns.exception.DNSException, ValueError):
            return None
        if len(message.question) != 1 or message.flags & dns.flags.QR:
            return None
        return message.question[0].name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(message.question[0].rdtype)

    @property
    def is_tcp(self):
        return self.protocol == socket.IPPROTO_TCP

    @property
    def connection(self):
        return self.protocol, self.source, self.source_port, self.destination, self.destination_port

    def __str__(self):
        kind = {socket.IPPROTO_UDP: "UDP", socket.IPPROTO_TCP: "TCP"}.get(self.protocol, self.protocol)
        asked = f", asking {' '.join(self.question)}" if self.question else ""
        return f"{kind} {self.source} -> {self.destination}:{self.destination_port}{asked}"


def _parse_ip(moment, frame, from_laptop):
    kind, ip = struct.unpack(">H", frame[12:14])[0], frame[14:]
    if kind == 0x0800:
        header, protocol = (ip[0] & 15) * 4, ip[9]
        length = struct.unpack(">H", ip[2:4])[0]
        source, destination = (socket.inet_ntop(socket.AF_INET, part) for part in (ip[12:16], ip[16:20]))
        body = ip[header:length]
    elif kind == 0x86DD:
        protocol, body = ip[6], ip[40:]
        source, destination = (socket.inet_ntop(socket.AF_INET6, part) for part in (ip[8:24], ip[24:40]))
    else:
        return None
    ports, payload = (0, 0), body
    if protocol in (socket.IPPROTO_UDP, socket.IPPROTO_TCP) and len(body) >= 8:
        ports = struct.unpack(">HH", body[:4])
        payload = body[8:] if protocol == socket.IPPROTO_UDP else body[(body[12] >> 4) * 4:] if len(body) > 12 else b""
    return Packet(moment, from_laptop, source, destination, protocol, *ports, payload, frame)


def read_pcap(path, laptop_mac):
    """The IP packets of a capture on Ethernet."""
    data = path.read_bytes()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    packets, offset = [], 24
    while offset + 16 <= len(data):
        seconds, microseconds, length = struct.unpack(f"{order}3I", data[offset:offset + 12])
        frame = data[offset + 16:offset + 16 + length]
        offset += 16 + length
        packet = _parse_ip(seconds + microseconds / 1e6, frame, frame[6:12] == laptop_mac)
        if packet:
            packets.append(packet)
    return packets


@dataclass
class CaptureEvidence:
    """What a clean capture showed."""

    clear_flows: Counter = field(default_factory=Counter)
    """Questions in clear that may be there, by kind."""
    allowed: list = field(default_factory=list)
    """The same as sentences, certificate requests left out."""
    packets_by_port: Counter = field(default_factory=Counter)
    """Packets of the laptop's by destination port, encrypted ones as well."""

    @property
    def certificate_requests(self):
        return self.clear_flows["certificate"]

    def count(self, kind, packet):
        self.clear_flows[kind] += 1
        if kind != "certificate":
            self.allowed.append(str(packet))


@dataclass(frozen=True)
class Cable:
    """Where to listen: the link called `lan` of `machine`, which the laptop's `link` is plugged into."""

    machine: object
    link: str = "wl0"


MARKER = r"""
import socket, struct, sys
payload = bytes.fromhex(sys.argv[2])
datagram = struct.pack(">HHHH", 9, 9, 8 + len(payload), 0) + payload
packet = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 0, 0, 64, 17, 0, bytes(4), b"\xff" * 4) + datagram
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((sys.argv[1], 0))
wire.send(b"\xff" * 6 + wire.getsockname()[4] + b"\x08\x00" + packet)
"""
"""Puts a datagram to the discard port on a link, which needs no address for it and no route."""


class Capture:
    """Everything on the cable from now on. `with Capture(network) as capture: …; capture.no_plain_dns("name")`."""

    def __init__(self, network, name="capture", cable=None):
        self.network, self.cable = network, cable or Cable(network.hotel)
        self.path = RUN / f"{name}.pcap"
        self.path.unlink(missing_ok=True)
        self.marker = f"end-of-capture-{os.urandom(4).hex()}.test"
        self.packets = []
        self.permitted = []
        mac = network.laptop.output("cat", f"/sys/class/net/{self.cable.link}/address")
        self.laptop_mac = bytes.fromhex(mac.replace(":", ""))
        # Without --immediate-mode the last second of packets stays in the kernel's buffer.
        self.tcpdump = self.cable.machine.start(f"tcpdump-{name}", "tcpdump", "-Z", "root", "--immediate-mode", "-U",
                                                "-i", "lan", "-s", "0", "-w", self.path)
        self.tcpdump.wait_until("tcpdump", lambda: "listening on" in self.tcpdump.log)

    def stop(self):
        """Send the marker and wait until it is in the file: then all before it is, too."""
        if not self.tcpdump.alive:
            return
        wire = dns.message.make_query(self.marker, "A").to_wire().hex()
        self.network.laptop.run(sys.executable, "-c", MARKER, self.cable.link, wire)
        sought = dns.name.from_text(self.marker).to_wire()
        try:
            self.tcpdump.wait_until("the capture's end marker", lambda: sought in self.path.read_bytes())
        finally:
            self.tcpdump.stop(signal.SIGINT)
        self.packets = read_pcap(self.path, self.laptop_mac)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            self.stop()
        else:
            self.tcpdump.stop()

    @contextlib.contextmanager
    def permit(self, kind, *names, servers=(HOTEL, HOTEL6)):
        """As long as this lasts the laptop may ask these servers in clear: for these names, or for all of them."""
        flow = ClearFlow(kind, names or (ANY,), servers, since=time.time())
        self.permitted.append(flow)
        yield
        flow.until = time.time()

    def leaks(self, *names, allow=CLEAR_FLOWS):
        """(what should not have been there, as sentences; CaptureEvidence of the rest). LabError: the capture proves nothing."""
        self.stop()
        found, evidence, marker_seen = [], CaptureEvidence(), False
        flows = (*allow, *self.permitted)
        asked = {packet.connection: packet for packet in self.packets if packet.question and packet.is_tcp}
        for packet in self.packets:
            for name in names:
                if _mentions(packet.raw, name):
                    found.append(f"{name} was readable in {packet}")
            if not packet.from_laptop:
                continue
            evidence.packets_by_port[packet.destination_port] += 1
            if packet.question and packet.question[0] == self.marker:
                marker_seen = True
            elif packet.question or packet.destination_port in CLEAR_PORTS:
                # What else a connection of TCP consists of is judged, and counted, with its question.
                telling = asked.get(packet.connection, packet)
                flow = next((one for one in flows if one.permits(packet, telling.question)), None)
                if not flow:
                    found.append(f"{CLEAR_PORTS.get(packet.destination_port, 'DNS')} in clear: {packet}")
                elif packet.question:
                    evidence.count(flow.kind, packet)
        if not marker_seen:
            raise LabError("The capture does not hold its own end marker: what it lacks means nothing.")
        return found, evidence

    def no_plain_dns(self, *names, allow=CLEAR_FLOWS):
        """Assert that no DNS in clear left the laptop and that none of `names` can be read anywhere on the wire."""
        found, evidence = self.leaks(*names, allow=allow)
        assert not found, f"{len(found)} leaks:\n" + "\n".join(found[:10])
        return evidence


def _mentions(data, name):
    """In wire form, as text, or its first label alone (tests ask names with a label nobody else uses)."""
    data, name = data.lower(), name.lower().rstrip(".")
    label = name.split(".")[0].encode()
    return dns.name.from_text(name).to_wire()[:-1] in data or name.encode() in data or (len(label) >= 8 and label in data)
