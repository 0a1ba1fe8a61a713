# SPDX-License-Identifier: GPL-3.0-or-later
"""portal.py HOST: a sign-in page at http://HOST/, where every other page of an unsigned guest leads. Whoever presses the
button on it is let through, by the address he came from (the set "signed" of the mood, hotel.py)."""

import http.server
import subprocess
import sys

PAPER = "#F4EFE6"
STYLE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Grand Hotel Wi-Fi</title>
<style>body {{ background: {PAPER}; color: #3b2f2f; font: 18px serif; text-align: center; margin: 2em }}
input, button {{ font: inherit; padding: .3em .6em }}</style>
<h1>Grand Hotel</h1>
"""
PAGE = f"""{STYLE}<p>Welcome. Please enter your room number to use the Wi-Fi.</p>
<form method="post" action="/sign-in"><label>Room <input name="room" size="6" autofocus></label> <button>Connect</button></form>
""".encode()
DONE = f"{STYLE}<p>You are connected. Enjoy your stay.</p>\n".encode()


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
