# SPDX-License-Identifier: GPL-3.0-or-later
"""rogue.py ADDRESS PORT CERTIFICATE: a DNSCrypt server that hands out the certificate in the file, whatever it is.

dnsdist does not serve a certificate that has expired; somebody must.
"""

import socket
import sys
from pathlib import Path

import dns.exception
import dns.message
import dns.rdtypes.ANY.TXT
import dns.rrset


def main():
    address, port, path = sys.argv[1:]
    certificate = Path(path).read_bytes()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, int(port)))
    while True:
        packet, client = server.recvfrom(4096)
        try:
            query = dns.message.from_wire(packet)
        except dns.exception.DNSException:
            continue
        reply = dns.message.make_response(query)
        text = dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, [certificate])
        reply.answer.append(dns.rrset.from_rdata(query.question[0].name, 60, text))
        server.sendto(reply.to_wire(), client)


if __name__ == "__main__":
    main()
