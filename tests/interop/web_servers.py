# SPDX-License-Identifier: GPL-3.0-or-later
"""Web servers in every mood, each on an address of its own: what a check for sign-in pages meets in the field."""

import socket
import ssl
import struct
import threading
import time

DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
DATE_S = 1700000000
PAGE = b"<!DOCTYPE html><html><body>Welcome to Grand Hotel</body></html>"


def reply(status, *fields, body=b"", version="HTTP/1.1"):
    fields = (f"Date: {DATE}", f"Content-Length: {len(body)}", "Connection: close", *fields)
    return "\r\n".join((f"{version} {status}", *fields, "", "")).encode() + body


class Web:
    """`with Web(act, address) as web`: accepts, reads a request's head, and lets `act(connection)` do the rest.
    `web.requests` are the heads that came."""

    def __init__(self, act, address="127.0.0.1", certificate=None):
        self.act, self.requests, self.going = act, [], True
        self.socket = socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.port = self.socket.getsockname()[1]
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(f"{certificate}.crt", f"{certificate}.key")
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()

    def _run(self):
        while self.going:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection if not self.context else self.context.wrap_socket(connection, server_side=True) as stream:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = stream.recv(4096)
                    if not piece:
                        return
                    head += piece
                self.requests.append(head.decode())
                self.act(stream)
        except OSError:  # the probe had enough, or does not trust us
            pass


def says(data):
    return lambda stream: stream.sendall(data)


def drips(stream):
    """One octet now and then: never silent, never done."""
    for octet in reply("200 OK", "Content-Type: text/html", body=PAGE * 100):
        stream.sendall(bytes([octet]))
        time.sleep(0.2)


def sends_endless_header(stream):
    stream.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        stream.sendall(b"X-More: " + b"a" * 1000 + b"\r\n")


def sends_endless_line(stream):
    stream.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/")
    while True:
        stream.sendall(b"a" * 65536)


def sends_endless_body(stream):
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        stream.sendall(PAGE * 1000)


def resets(stream):
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def stays_silent(stream):
    time.sleep(12)


def sends_chunks(stream):
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
    for piece in (b"Network", b"Manager is ", b"online\n", b""):
        stream.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))


def sends_bad_chunks(stream):
    stream.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nsuccess")
