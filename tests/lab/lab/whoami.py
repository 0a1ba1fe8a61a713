# SPDX-License-Identifier: GPL-3.0-or-later
"""whoami.py ADDRESS: the name servers that answer with the address of whoever asks: whoami.akamai.net (A),
o-o.myaddr.l.google.com, whoami.ds.akahelp.net and resolver.dnscrypt.info (TXT, each in its own form)."""

import socket
import sys

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rrset

NAMES = {
    "whoami.akamai.net.": ("A", ["{}"]),
    "o-o.myaddr.l.google.com.": ("TXT", ['"{}"']),
    "whoami.ds.akahelp.net.": ("TXT", ['"ns" "{}"', '"ip" "192.0.2.77"']),
    "resolver.dnscrypt.info.": ("TXT", ['"Resolver IP: {}"', '"EDNS0 client subnet: 192.0.2.0/24"']),
}
TTL_S = 1
"""The real ones change with the asker, so nobody may keep them for long."""


def answer(query, client):
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.AA
    question = query.question[0]
    kind, texts = NAMES.get(question.name.to_text().lower(), ("", []))
    if not kind:
        reply.set_rcode(dns.rcode.REFUSED)
    elif kind == dns.rdatatype.to_text(question.rdtype):
        reply.answer.append(dns.rrset.from_text_list(question.name, TTL_S, "IN", kind, [text.format(client) for text in texts]))
    return reply


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((sys.argv[1], 53))
    while True:
        packet, client = server.recvfrom(4096)
        try:
            query = dns.message.from_wire(packet)
        except dns.exception.DNSException:
            continue
        server.sendto(answer(query, client[0]).to_wire(), client)


if __name__ == "__main__":
    main()
