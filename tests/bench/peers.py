# SPDX-License-Identifier: GPL-3.0-or-later
"""Peer files: programs that join the benchmark as rows without being of the distribution. peers.conf is an example."""
import configparser
import dataclasses
import pathlib
import shlex
import shutil

import upstream


@dataclasses.dataclass
class PeerProgram:
    name: str
    words: str
    config: str
    protocols: tuple
    has_cache: bool

    def program(self):
        """The first word that is no assignment for env(1): whether it is there."""
        words = [word for word in shlex.split(self.words) if word != "env" and "=" not in word]
        return shutil.which(words[0]) if words else None

    def command(self, folder, protocol, server, address, port):
        key, provider = server.dnscrypt_key_and_provider
        ports = {"tls": upstream.TLS_PORT, "https": upstream.HTTPS_PORT, "dnscrypt": upstream.DNSCRYPT_PORT}
        config = folder / f"{self.name.replace(' ', '-')}.conf"
        places = {"listen": f"{address}:{port}", "address": address, "port": port,
                  "server": f"{server.address}:{ports[protocol]}", "host": upstream.HOST, "path": upstream.PATH,
                  "stamp": server.https_stamp if protocol == "https" else server.dnscrypt_stamp, "provider": provider,
                  "provider_key": key, "ca": folder / "ca.pem", "folder": folder, "config": config}
        config.write_text(self._fill(self.config, places))
        return [self._fill(word, places) for word in shlex.split(self.words)]

    @staticmethod
    def _fill(text, places):
        for name, value in places.items():
            text = text.replace(f"@{name}@", str(value))
        return text


def read_peers(path):
    """Relative programs are looked for beside the file."""
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str
    parser.read_string(pathlib.Path(path).read_text())
    return [PeerProgram(name, group["Command"].replace("@beside@", str(pathlib.Path(path).resolve().parent)),
                        group.get("Config", ""), tuple(group["Protocols"].split(";")), group.getboolean("Cache"))
            for name, group in parser.items() if name != parser.default_section]
