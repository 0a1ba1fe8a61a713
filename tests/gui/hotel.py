# SPDX-License-Identifier: GPL-3.0-or-later
"""A hotel's network for one program: a network namespace that holds nothing but a cable to another one, where the hotel
is. It has a sign-in page by HTTP and by HTTPS, with a certificate of its own making; a DNS server that answers every
name with the hotel's address, and remembers who asked; and an IPv6 that leads nowhere. The guest's computer has a
service of its own, which nobody outside is to reach.

    hotel.py run LOG COMMAND…    runs COMMAND in it, without any privilege; what happens in the hotel goes to LOG
    hotel.py serve LOG           the hotel itself (internal)

It takes a user namespace, as an ordinary user may make one, and touches nothing of the machine's own network."""
import http.server
import json
import os
import pathlib
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import threading

HOTEL, GUEST = "10.11.12.1", "10.11.12.2"
HOTEL6, GUEST6 = "fd11:1213::1", "fd11:1213::2"
TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
INSIDE_PORT = 8631  # the guest's service, on every address
BLACK_HOLE = "fd66:6666::1"  # beyond the hotel's IPv6, which forwards nothing and says nothing

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Grand Hotel</title>
<link rel="dns-prefetch" href="//prefetched.grand-hotel.test"><link rel="preconnect" href="http://early.grand-hotel.test">
<style>body{margin:0;height:100vh;display:flex;align-items:center;justify-content:center;font-family:sans-serif;
background:linear-gradient(160deg,#26415c,#7a94a8)}form{background:#fff;border-radius:12px;padding:28px;width:300px;
text-align:center;box-shadow:0 8px 32px #0006;display:grid;grid-template-rows:1fr auto 1fr}h1{font-size:24px;margin:0}
p{color:#666;margin:6px 0 16px}input{box-sizing:border-box;width:100%;font-size:16px;padding:10px;margin-bottom:12px;
border:1px solid #bbb;border-radius:6px}button{font-size:18px;padding:14px;border:0;border-radius:6px;background:#26415c;
color:#fff}small{color:#888;margin-top:18px}</style></head><body><form method="post" action="/login">
<div><h1>Grand Hotel</h1><p>Welcome. Please tell us your room.</p><input name="room" placeholder="Room" autofocus></div>
<button>Connect</button><small>Free for 24 hours, with our compliments. By connecting
you accept our terms.<br><br>Any trouble? Dial 9 from every phone in the house.</small></form>
<img src="http://img.grand-hotel.test/logo.png" alt="" width="1" height="1">EXTRA</body></html>"""
EXTRA = {
    "/inside": "".join(f'<img src="http://{host}:{INSIDE_PORT}/{number}">' for number, host in enumerate(
        ("127.0.0.1", "localhost", "[::1]", GUEST, f"[{GUEST6}]", "inside.grand-hotel.test"))),
    "/schemes": """<a id="a" href="file:///etc/passwd">f</a><a id="b" href="sotto-test:x">s</a>
<script>a.click();setTimeout(()=>b.click(),300);setTimeout(()=>fetch('/tried'),600)</script>""",
    "/window": "<script>document.onclick=()=>window.open('/opened')</script>",
    "/other": "<script>setTimeout(()=>{location='https://img.grand-hotel.test:444/'},500)</script>",
    "/strict": "<script>setTimeout(()=>{location='https://secure.grand-hotel.test:444/'},2000)</script>",
}


class Log:
    def __init__(self, path):
        self.file = open(path, "a", buffering=1, encoding="utf-8")  # noqa: SIM115
        self.lock = threading.Lock()

    def add(self, kind, **facts):
        with self.lock:
            self.file.write(json.dumps({"kind": kind, **facts}) + "\n")


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log = None

    def answer(self, body, kind="text/html; charset=utf-8", status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-DNS-Prefetch-Control", "on")
        if self.path == "/strict":
            self.send_header("Strict-Transport-Security", "max-age=3600")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        host = self.headers["Host"]
        self.log.add("request", method="GET", host=host, path=self.path)
        if self.path.endswith(".bin"):
            self.answer(b"\0" * 1000, "application/octet-stream")
        else:
            self.answer(PAGE.replace("EXTRA", EXTRA.get(self.path, "")).encode())

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.log.add("request", method="POST", host=self.headers["Host"], path=self.path, form=form)
        self.answer(b"<!DOCTYPE html><title>Thank you</title><h1>Thank you</h1>")

    def log_message(self, *_):
        pass


class HTTPServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass  # a client that refuses the certificate, or goes away


class Names(socketserver.BaseRequestHandler):
    """Every name has the hotel's address: whoever asks here for anything gets to the hotel, and into the log."""

    log = None

    def handle(self):
        query, server = self.request
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        self.log.add("lookup", name=".".join(labels))
        answer = query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:at + 5]
        server.sendto(answer + b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4" + socket.inet_aton(HOTEL), self.client_address)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def secure_server(port, folder, name):
    """With a certificate that it signed itself, for one name."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", f"/O=Grand Hotel/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                    "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = HTTPServer((HOTEL, port), Page)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


class Inside(http.server.BaseHTTPRequestHandler):
    log = None

    def do_GET(self):
        self.log.add("inside", path=self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class InsideServer(HTTPServer):
    address_family = socket.AF_INET6  # and IPv4, as "::" has it


def serve(log_path):
    """The hotel's side. Says on its output when there is a namespace to lay a cable into, and when it is open."""
    Page.log = Names.log = Log(log_path)
    print("here", flush=True)
    sys.stdin.readline()
    ip("link", "set", "lo", "up")
    ip("addr", "add", f"{HOTEL}/24", "dev", "lan")
    ip("addr", "add", f"{HOTEL6}/64", "dev", "lan", "nodad")
    ip("link", "set", "lan", "up")
    ip("route", "add", "blackhole", f"{BLACK_HOLE}/32")
    folder = pathlib.Path(log_path).parent
    trusted = secure_server(443, folder, "secure.grand-hotel.test")
    other = secure_server(444, folder, "login.grand-hotel.test")
    for server in (HTTPServer((HOTEL, 80), Page), trusted, other, socketserver.ThreadingUDPServer((HOTEL, 53), Names)):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("open", flush=True)
    sys.stdin.read()  # until the guest has gone


def run(log_path, command):
    hotel = subprocess.Popen(["unshare", "--net", sys.executable, __file__, "serve", log_path], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    assert hotel.stdout.readline() == "here\n"
    ip("link", "set", "lo", "up")
    ip("link", "add", "wlan", "type", "veth", "peer", "name", "lan", "netns", str(hotel.pid))
    ip("addr", "add", f"{GUEST}/24", "dev", "wlan")
    ip("addr", "add", f"{GUEST6}/64", "dev", "wlan", "nodad")
    ip("link", "set", "wlan", "up")
    ip("route", "add", "default", "via", HOTEL)
    ip("route", "add", "default", "via", HOTEL6)
    hotel.stdin.write("\n")
    hotel.stdin.flush()
    assert hotel.stdout.readline() == "open\n"
    use_settings(pathlib.Path(log_path).parent)
    Inside.log = Log(log_path)
    threading.Thread(target=InsideServer(("::", INSIDE_PORT), Inside).serve_forever, daemon=True).start()
    guest = subprocess.Popen(["setpriv", "--ambient-caps", "-all", "--inh-caps", "-all", "--", *command])
    signal.signal(signal.SIGTERM, lambda *_: guest.terminate())
    code = guest.wait()
    hotel.stdin.close()
    hotel.wait()
    return code if code >= 0 else 128 - code


def use_settings(folder):
    """What a guest's computer has: the hotel's DNS, and trust in one of the two certificates. Seen by it alone."""
    resolv_conf = folder / "resolv.conf"
    resolv_conf.write_text(f"nameserver {HOTEL}\n", encoding="utf-8")
    for own, common in ((resolv_conf, "/etc/resolv.conf"), (folder / "secure.grand-hotel.test.crt", TRUSTED)):
        subprocess.run(["mount", "--bind", own, common], check=True)


def main():
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
        return 0
    if sys.argv[1] == "run":
        return run(sys.argv[2], sys.argv[3:])
    return 2


class Hotel:
    """The guest's program, and what the hotel saw of it."""

    def __init__(self, command):
        runtime = pathlib.Path(os.environ["XDG_RUNTIME_DIR"])
        self.log, self.output = runtime / "hotel.log", runtime / "guest.log"
        self.log.write_text("", encoding="utf-8")
        self.stream = self.output.open("w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["unshare", "--user", "--net", "--mount", "--map-current-user", "--keep-caps", sys.executable, __file__, "run", self.log,
             *command], stdout=self.stream, stderr=subprocess.STDOUT)

    def entries(self, kind):
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [entry for entry in map(json.loads, lines) if entry["kind"] == kind]

    def requests(self):
        return [f"{entry['method']} {entry['host']}{entry['path']}" for entry in self.entries("request")]

    def lookups(self):
        return [entry["name"] for entry in self.entries("lookup")]

    def text(self):
        return self.output.read_text(encoding="utf-8")

    def wait_for_end(self, seconds=10):
        code = self.process.wait(seconds)
        self.stream.close()
        return code

    def stop(self):
        """Ends the program as the end of a session does, and says how it ended."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.wait_for_end(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.wait_for_end()


if __name__ == "__main__":
    sys.exit(main())
