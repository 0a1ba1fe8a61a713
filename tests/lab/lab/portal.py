# SPDX-License-Identifier: GPL-3.0-or-later
"""portal.py HOST: a sign-in page at http://HOST/, where every other page of an unsigned guest leads. Whoever presses the
button on it is let through, by the address he came from (the set "signed" of the mood, hotel.py)."""

import http.server
import subprocess
import sys

PAGE = b"""<!doctype html><title>Grand Hotel Wi-Fi</title>
<h1>Welcome</h1>
<form method="post" action="/sign-in"><label>Room <input name="room"></label> <button>Connect</button></form>
"""
DONE = b"<!doctype html><title>Grand Hotel Wi-Fi</title><h1>You are connected</h1>\n"


class Portal(http.server.BaseHTTPRequestHandler):
    host = ""

    def do_GET(self):
        if self.headers.get("Host", "").split(":")[0] == self.host:
            self.answer(200, PAGE)
        else:
            self.answer(302, b"", Location=f"http://{self.host}/")

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        guest = self.client_address[0]
        subprocess.run(["nft", "add", "element", "ip", "mood", "signed", f"{{ {guest} }}"], check=True)
        # What was refused so far would stay so for as long as it is tried.
        subprocess.run(["conntrack", "-D", "-s", guest, "-p", "udp"], check=False, capture_output=True)
        self.answer(200, DONE)

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), "Cache-Control": "no-store",
                            "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    Portal.host = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("", 80), Portal)
    print("ready", flush=True)
    server.serve_forever()
