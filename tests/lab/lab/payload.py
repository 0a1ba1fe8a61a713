# SPDX-License-Identifier: GPL-3.0-or-later
"""The payload that an app brings (flatpak/README.md), made from the build folder "bundle", and put on the booted laptop
as an app in a sandbox has it put there: by the host's systemd."""

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

from .install import build_folder
from .process import RUN, LabError, wait_for

ID = "io.github.sottodns.Sotto"
HOME = f"/usr/local/lib/{ID}"
PROGRAM = f"{HOME}/current/bin/sotto-setup"
RECORD = f"/var/lib/{ID}/installed.conf"
UNIT = ("systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--unit=sotto-setup", "--description=Sotto")
"""Its own description would be the whole script, which systemd cannot read back from the file it makes of it."""
ROOT = Path(__file__).resolve().parents[3]


class Payload:
    """A payload as a file and its digest. `also`: {name in the archive: text} in place of what is there."""

    _made = None

    def __init__(self, name="helper", also=None):
        self.path = RUN / f"{name}.tar"
        self.path.write_bytes(self._with(also or {}))
        self.digest = hashlib.sha256(self.path.read_bytes()).hexdigest()

    @classmethod
    def _built(cls):
        if cls._made is None:
            out = RUN / "payload"
            done = subprocess.run([ROOT / "flatpak/bundle", build_folder("bundle"), out], capture_output=True, text=True)
            if done.returncode != 0:
                raise LabError(f"flatpak/bundle failed: {done.stderr.strip()[-1000:]}")
            cls._made = (out / "helper.tar").read_bytes()
        return cls._made

    def _with(self, also):
        if not also:
            return self._built()
        made = io.BytesIO()
        with tarfile.open(fileobj=io.BytesIO(self._built())) as old, \
                tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as new:
            for entry in old:
                data = old.extractfile(entry).read() if entry.isfile() else b""
                data = also[entry.name].encode() if entry.name in also else data
                entry.size = len(data)
                new.addfile(entry, io.BytesIO(data))
        return made.getvalue()

    @classmethod
    def of_version(cls, version, build_time=1, **also):
        """As if made from other sources; it runs the same programs."""
        conf = f"[Bundle]\nId={ID}\nVersion={version}\nBuildTime={build_time}\nProtocol=1\n"
        return cls(f"helper-{version}-{build_time}", {"bundle.conf": conf, **also})

    def install(self, boot, uid="1000", flatpak="", digest=None):
        """As the app has it done, once an administrator allowed it: a transient unit, the payload on its standard input."""
        script = (ROOT / "daemon/setup/unpack.sh").read_text()
        _wait_until_free(boot)
        with open(self.path, "rb") as payload:
            return boot.run(*UNIT, "-p", "ProtectHome=yes", "/bin/sh", "-c", script.replace("$", "$$"), "sotto-setup", digest or self.digest, "install", uid, flatpak,
                            check=False, stdin=payload)


def _wait_until_free(boot):
    """systemd forgets a unit that failed a moment after it has."""
    wait_for("the set-up before to be forgotten", lambda: "not-found" in boot.output(
        "systemctl", "show", "--property", "LoadState", "sotto-setup.service"))


def remove(boot, *options):
    _wait_until_free(boot)
    return boot.run(*UNIT, PROGRAM, "remove", *options, check=False)
