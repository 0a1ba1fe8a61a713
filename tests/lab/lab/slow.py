# SPDX-License-Identifier: GPL-3.0-or-later
"""slow.py ADDRESS: a DNS server for slow.test that takes the time the first label says: A of 700.x.slow.test comes
700 ms after it was first asked, each time anew (TTL 0); when BIND asks again before that, it gets both answers at once.
It prints every question with the payload size of its OPT record, -1 for none."""

import socket
import sys
import threading
import time

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

    due = {}
    while True:
        packet, client = server.recvfrom(4096)
        query = dns.message.from_wire(packet)
        print(query.question[0].name, query.payload if query.edns >= 0 else -1, flush=True)
        first = query.question[0].name.labels[0]
        name, now = query.question[0].name, time.monotonic()
        if due.get(name, 0) < now:
            due[name] = now + (int(first) / 1000 if first.isdigit() else 0)
        threading.Timer(due[name] - now, answer, (query, client)).start()


if __name__ == "__main__":
    main()
