# SPDX-License-Identifier: GPL-3.0-or-later
"""snifilter.py PORT NAME...: connections that were redirected here go on to whom they were for, unless the first thing they
say, in clear, holds one of the names that a censor looks for: those are reset."""

import socket
import struct
import sys
import threading

SO_ORIGINAL_DST = 80


def original_destination(connection):
    """Before the firewall redirected it; struct sockaddr_in."""
    port, address = struct.unpack("!2xH4s8x", connection.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16))
    return socket.inet_ntoa(address), port


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of them left; the other hears of it when both are closed


def serve(connection, forbidden):
    try:
        hello = connection.recv(65536)
        if any(name in hello for name in forbidden):
            print("reset", flush=True)
            reset(connection)
            return
        with connection, socket.create_connection(original_destination(connection), 5) as onward:
            onward.settimeout(None)
            onward.sendall(hello)
            back = threading.Thread(target=pump, args=(onward, connection), daemon=True)
            back.start()
            pump(connection, onward)
            back.join()
    except OSError:
        pass


def main():
    forbidden = [name.encode() for name in sys.argv[2:]]
    listening = socket.create_server(("", int(sys.argv[1])))
    print("ready", flush=True)
    while True:
        threading.Thread(target=serve, args=(listening.accept()[0], forbidden), daemon=True).start()


if __name__ == "__main__":
    main()
