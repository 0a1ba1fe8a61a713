# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed lists on the internet: a web server over HTTP/2, and a key that signs as minisign does."""

import base64
import hashlib
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from .process import RUN
from .topology import HAPROXY

HOST, PORT = "haproxy.lab.test", 8444
DROP_IN = Path("/etc/sotto/sotto.conf.d/60-lists.conf")
FOLDER = RUN / "lists"
# HAProxy speaks HTTP/2 to the world, and what a small server understands to the files.
CONFIGURATION = """global
  maxconn 100
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend world
  bind {address}:{port} ssl crt {certificate} alpn h2
  default_backend files
backend files
  server files 127.0.0.1:8088
"""


class Signer:
    """A minisign key."""

    def __init__(self):
        self.key = ed25519.Ed25519PrivateKey.generate()
        public = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.id = hashlib.sha256(public).digest()[:8]
        self.public = base64.b64encode(b"Ed" + self.id + public).decode()

    def sign(self, content, file, time):
        """The signature file of `content`, for this name at this time."""
        signature = self.key.sign(hashlib.blake2b(content).digest())
        comment = f"timestamp:{time}\tfile:{file}\thashed"
        both = self.key.sign(signature + comment.encode())
        return (f"untrusted comment: the lab's\n{base64.b64encode(b'ED' + self.id + signature).decode()}\n"
                f"trusted comment: {comment}\n{base64.b64encode(both).decode()}\n").encode()


class ListServer:
    """Serves FOLDER at https://HOST:PORT/, and has Sotto look there for two lists instead of the public ones."""

    def __init__(self, machine, authority):
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.signer = Signer()
        configuration = RUN / "lists.cfg"
        configuration.write_text(CONFIGURATION.format(address=HAPROXY, port=PORT, certificate=authority.folder / "server.pem"))
        self.daemons = [
            machine.start("listfiles", sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", FOLDER, 8088),
            machine.start("listserver", "haproxy", "-db", "-f", configuration)]
        self.daemons[1].wait_until("the list server to listen", lambda: machine.run(
            "bash", "-c", f": >/dev/tcp/{HAPROXY}/{PORT} && : >/dev/tcp/127.0.0.1/8088", check=False).returncode == 0)

    def configure(self):
        """The drop-in; the lists that ship are off, but for the two that are looked for here."""
        DROP_IN.write_text("".join(f"""[List {name}]
URL=https://{HOST}:{PORT}/{name}.md
Key={self.signer.public}
""" for name in ("public-resolvers", "relays")) + "".join(f"""[List {name}]
Enabled=false
""" for name in ("odoh-servers", "odoh-relays")))

    def publish(self, name, text, time, file=None, signer=None):
        """A list `name`, rightly signed unless told otherwise."""
        content = text.encode()
        (FOLDER / f"{name}.md").write_bytes(content)
        (FOLDER / f"{name}.md.minisig").write_bytes((signer or self.signer).sign(content, file or f"{name}.md", time))

    def fetched(self, name):
        """How often the list was asked for."""
        return self.daemons[0].log.count(f'"GET /{name}.md ')

    def stop(self):
        for daemon in self.daemons:
            daemon.stop()
        DROP_IN.unlink(missing_ok=True)
