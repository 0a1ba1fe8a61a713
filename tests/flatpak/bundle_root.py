# SPDX-License-Identifier: GPL-3.0-or-later
"""A root that holds the unpacked payload and what every Linux has: no library, no shell. And one whose libraries kill."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from lab.process import Daemon

ROOT = Path(__file__).resolve().parents[2]
HOME = Path("/usr/local/lib/io.github.sottodns.Sotto")
BIN = HOME / "current/bin"
FEDORA_TRUST = "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"
DEVICES = ("null", "urandom", "zero")

DEADLY = '#include <stdlib.h>\n__attribute__((constructor)) static void die(void) { abort(); }\n'


def make(out):
    """What `flatpak/bundle` says of the payload it makes in the folder `out`."""
    build = Path(os.environ["SOTTO_BUILD"], "bundle")
    return subprocess.run([ROOT / "flatpak/bundle", build, out], check=True, capture_output=True, text=True).stdout


class BundleRoot:
    """Programs of the bundle, run where there is nothing else."""

    def __init__(self, folder, payload):
        self.path = Path(folder)
        digest = (payload / "helper.digest").read_text().strip()
        version = self.at(HOME) / "versions" / digest
        version.mkdir(parents=True)
        with tarfile.open(payload / "helper.tar") as archive:
            archive.extractall(version)
        for part in (version / "tree").iterdir():
            part.rename(version / part.name)
        self.at(HOME / "current").symlink_to(f"versions/{digest}")
        for place in ("proc", "dev", "etc", "tmp", "home/nobody"):
            (self.path / place).mkdir(parents=True)
        self.write("etc/passwd", "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/home/nobody:/bin/false\n")
        self.write("etc/group", "root:x:0:\nnogroup:x:65534:\n")
        subprocess.run(["mount", "-t", "proc", "proc", self.path / "proc"], check=True)
        for device in DEVICES:
            (self.path / "dev" / device).touch()
            subprocess.run(["mount", "--bind", f"/dev/{device}", self.path / "dev" / device], check=True)

    def close(self):
        for place in ("proc", *(f"dev/{device}" for device in DEVICES)):
            subprocess.run(["umount", self.path / place], check=True)
        shutil.rmtree(self.path)

    def at(self, place):
        return self.path / str(place).lstrip("/")

    def write(self, place, text):
        self.at(place).parent.mkdir(parents=True, exist_ok=True)
        self.at(place).write_text(text)

    def trust(self, authority, place=FEDORA_TRUST):
        """`authority` is what this system's programs trust, kept as Fedora does."""
        self.write(place, authority.path.read_text())

    def command(self, program, *words):
        return [shutil.which("chroot"), str(self.path), *map(str, (program, *words))]

    def run(self, program, *words):
        return subprocess.run(self.command(program, *words), capture_output=True, text=True, timeout=20, env={})

    def start(self, name, *words):
        return Daemon(name, self.command(BIN / name, *words))

    def mapped_elsewhere(self, pid):
        """Files mapped into the process that are not of the bundle."""
        lines = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines()
        files = {line.split(maxsplit=5)[5] for line in lines if len(line.split(maxsplit=5)) == 6}
        assert any("/bin/ld.so" in file for file in files), files
        return {file for file in files if file.startswith("/") and not file.startswith(str(self.at(HOME) / "versions"))}


class PoisonedRoot(BundleRoot):
    """A host whose libraries and modules end every process that loads one of them. `run_as_host` runs its own programs."""

    HOST_TOOLS = ("getent", "gio")

    def __init__(self, folder, payload):
        super().__init__(folder, payload)
        system = next(Path("/usr/lib").glob("*-linux-gnu"))
        self.deadly = self.at("tmp/deadly.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", self.deadly], input=DEADLY, text=True, check=True)
        for library in self.at(HOME / "current/lib").glob("*.so.*"):
            self._put(self.deadly, system / library.name)
        for module in ("libnss_deadly.so.2", "gio/modules/libgiognutls.so", "gconv/ISO8859-1.so", "pkcs11/p11-kit-trust.so"):
            self._put(self.deadly, system / module)
        self.write("etc/nsswitch.conf", "".join(f"{database}: deadly\n" for database in ("passwd", "group", "hosts")))
        self.write("usr/share/p11-kit/modules/p11-kit-trust.module", "module: p11-kit-trust.so\n")
        self.write("etc/ld.so.conf", f"{system}\n")

        self._put(system / "libc.so.6", system / "libc.so.6")
        self._put(next(system.glob("ld-linux*.so.*")), "tmp/loader")
        for tool in self.HOST_TOOLS:
            self._put(shutil.which(tool), f"tmp/{tool}")
        subprocess.run(["ldconfig", "-r", self.path], check=True)

    def _put(self, source, place):
        self.at(place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, self.at(place))

    def preload(self):
        self.write("etc/ld.so.preload", "/tmp/deadly.so\n")

    def run_as_host(self, *words):
        """By the host's loader."""
        return self.run("/tmp/loader", *words)
