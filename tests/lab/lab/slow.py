# SPDX-License-Identifier: GPL-3.0-or-later
"""slow.py ADDRESS: a DNS server for slow.test that takes the time the first label says: A of 700.x.slow.test comes
after 700 ms, each time (TTL 0)."""

import socket
import sys
import threading

import dns.message
import dns.rrset


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((sys.argv[1], 53))

    def answer(query, client):
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        reply.answer.append(dns.rrset.from_text(query.question[0].name, 0, "IN", "A", "203.0.113.99"))
        server.sendto(reply.to_wire(), client)

    while True:
        packet, client = server.recvfrom(4096)
        query = dns.message.from_wire(packet)
        first = query.question[0].name.labels[0]
        threading.Timer(int(first) / 1000 if first.isdigit() else 0, answer, (query, client)).start()


if __name__ == "__main__":
    main()
