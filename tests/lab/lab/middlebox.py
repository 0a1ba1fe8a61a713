# SPDX-License-Identifier: GPL-3.0-or-later
"""middlebox.py PORT: answers in the place of every TLS server, with a certificate of an authority of its own, and would
answer every question if anybody believed it. Says on its output who did."""

import socket
import ssl
import sys
import threading

import dns.message
import dns.rrset

from .pki import Authority
from .process import RUN
from .topology import LIE


def lie(wire):
    query = dns.message.from_wire(wire)
    answer = dns.message.make_response(query)
    answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", LIE))
    return answer.to_wire()


def serve(connection, context):
    try:
        with context.wrap_socket(connection, server_side=True) as guest:
            print("believed", flush=True)
            while length := guest.recv(2):
                answer = lie(guest.recv(int.from_bytes(length, "big")))
                guest.sendall(len(answer).to_bytes(2, "big") + answer)
    except (OSError, ValueError):
        pass  # the guest refused the certificate, as it should, or left


def main():
    authority = Authority(RUN / "middlebox")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.folder / "server.pem")
    context.set_alpn_protocols(["h2", "dot"])
    listening = socket.create_server(("", int(sys.argv[1])))
    print("ready", flush=True)
    while True:
        threading.Thread(target=serve, args=(listening.accept()[0], context), daemon=True).start()


if __name__ == "__main__":
    main()
