# SPDX-License-Identifier: GPL-3.0-or-later
"""checkpage.py ADDRESS: the page that NetworkManager's connectivity check asks for."""

import http.server
import sys


class CheckPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"NetworkManager is online\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    http.server.ThreadingHTTPServer((sys.argv[1], 80), CheckPage).serve_forever()
