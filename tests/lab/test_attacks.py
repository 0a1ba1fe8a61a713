# SPDX-License-Identifier: GPL-3.0-or-later
"""The helper itself under attack by another guest of the hotel. What sottod does alone against attackers beside and on the
path is in tests/interop/test_attacks_*.py; here is what people see of it.

| attack | test | result |
|---|---|---|
| forged answers, tens of thousands a second, to the helper's port towards its resolver | test_flood_is_survived_counted_and_told | dropped, counted, told by `sottoctl check`; protection stays on |
"""

import json
import os
import subprocess
import time
from pathlib import Path

from lab.process import wait_for
from lab.servers import ask
from lab.topology import DNSDIST, WILD

PORT, FLOOD_S, LEAST_RATE = 7443, 3, 25_000
FORGED_BY_UDP = (f"udp 7236666e76576a38{'??' * 88}", f"udp {'??' * 200}")


def flood_program():
    build = Path(os.environ["SOTTO_BUILD"])
    return next(path for flavour in ("plain", "asan") if (path := build / flavour / "tests/interop/flood").exists())


def port_towards(laptop, address, port):
    """The helper's own, of its socket connected to that server."""
    packed = "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
    lines = laptop.output("cat", "/proc/net/udp").splitlines()
    return next((int(line.split()[1].split(":")[1], 16) for line in lines if f"{packed}:{port:04X}" in line), None)


def test_flood_is_survived_counted_and_told(protected, servers, network, guest):
    """By one who has found out the port. Every lookup is answered, and nobody's log fills up."""
    def statistics():
        return json.loads(protected.sottoctl(guest, "stats", "--json").stdout)

    protected.sottoctl(guest, "use", "lab-dnsdist")
    assert ask(network.laptop, "before.wild.example.test") == WILD
    local = wait_for("the helper's socket", lambda: port_towards(network.laptop, DNSDIST, PORT), 3)
    before, log = statistics(), len(protected.daemon.log)
    # The router would take them for a connection of its own, and drop them.
    network.hotel.run("nft", "add table ip raw; add chain ip raw out { type filter hook output priority -300; };"
                             f" add rule ip raw out ip saddr {DNSDIST} notrack")
    address = network.laptop.output("ip", "-4", "-o", "address", "show", "wl0").split()[3].split("/")[0]
    argv = network.hotel.command(["nice", "-n", "-20", flood_program(), 60000, DNSDIST, PORT, address, local, local])
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as flood:
        flood.stdin.write("\n".join(FORGED_BY_UDP) + "\n")
        flood.stdin.close()
        end, number = time.monotonic() + FLOOD_S, 0
        while time.monotonic() < end:
            assert ask(network.laptop, f"flooded-{number}.wild.example.test") == WILD
            number += 1
        flood.terminate()
        sent, _, seconds, _ = flood.stdout.read().split()
    network.hotel.run("nft", "delete table ip raw")
    after = statistics()
    assert number > 5
    assert int(sent) / float(seconds) >= LEAST_RATE
    assert after["forged"] - before["forged"] > 0.5 * int(sent)
    assert after["failed"] == before["failed"] and after["leaked"] == before["leaked"]
    assert protected.status(guest)["state"] == "on"
    assert len(protected.daemon.log) - log < 2000
    told = next(step for step in json.loads(protected.sottoctl(guest, "check", "--json", check=False).stdout)["steps"]
                if step["id"] == "tampering")
    assert "forged answers came and were not believed" in told["detail"]
