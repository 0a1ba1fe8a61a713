# SPDX-License-Identifier: GPL-3.0-or-later
"""localize.py MANIFEST: rewrites our Flatpak's manifest for the runtime that local-runtime makes. It names that runtime, and
disables the modules that are not ours, which are among its packages; nothing else."""
import pathlib
import sys

import yaml


def is_ours(module):
    return any(source["type"] == "dir" for source in module["sources"])


def localize(manifest):
    manifest |= {"runtime": "io.github.sottodns.LocalPlatform", "runtime-version": "12", "sdk": "io.github.sottodns.LocalSdk"}
    for module in manifest["modules"]:
        if not is_ours(module):
            module["disabled"] = True
    return manifest


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[1])
    path.write_text(yaml.safe_dump(localize(yaml.safe_load(path.read_text())), sort_keys=False))
