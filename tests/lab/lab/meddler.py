# SPDX-License-Identifier: GPL-3.0-or-later
"""meddler.py ADDRESS PORT TARGET-PORT: somebody on the path to a DNSCrypt server. Before each encrypted answer come three
false ones from the right address, and after it the answer a second time; a client must not be impressed."""

import os
import socket
import sys
import threading

RESPONSE_MAGIC = bytes.fromhex("7236666e76576a38")
NONCE = slice(8, 20)


def meddle(answer):
    """What arrives in the place of one answer, in order."""
    if not answer.startswith(RESPONSE_MAGIC):
        return [answer]
    garbled = answer[:-1] + bytes([answer[-1] ^ 1])
    other_query = answer[:NONCE.start] + os.urandom(12) + answer[NONCE.stop:]
    return [garbled, other_query, answer[:40], answer, answer]


def main():
    address, port, target = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.bind((address, port))

    def forward(packet, client):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
            back.settimeout(5)
            back.sendto(packet, (address, target))
            try:
                answer = back.recv(65535)
            except TimeoutError:
                return
        for false_or_true in meddle(answer):
            front.sendto(false_or_true, client)

    while True:
        threading.Thread(target=forward, args=front.recvfrom(65535), daemon=True).start()


if __name__ == "__main__":
    main()
