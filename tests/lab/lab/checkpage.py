# SPDX-License-Identifier: GPL-3.0-or-later
"""checkpage.py ADDRESS OFFSET-FILE: the page that NetworkManager's connectivity check asks for. Its clock is ahead by as many
seconds as the file says, while there is one."""

import http.server
import sys
import time
from pathlib import Path


class CheckPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"NetworkManager is online\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code="-", size="-"):
        """Who asks: NetworkManager does, too."""
        self.log_message("%s asks for %s", self.headers["User-Agent"], self.path)

    def date_time_string(self, timestamp=None):
        offset = Path(sys.argv[2])
        return super().date_time_string(time.time() + int(offset.read_text()) if offset.exists() else timestamp)


if __name__ == "__main__":
    http.server.ThreadingHTTPServer((sys.argv[1], 80), CheckPage).serve_forever()
