# SPDX-License-Identifier: GPL-3.0-or-later
"""The access points; what each is, guest/air says."""

import base64
import tempfile
from pathlib import Path

from lab.capture import read_pcap

RUN = "/run/air"
LAPTOP_MAC = "02:00:00:00:00:00"
PCAP_HEADER = 24


class Place:
    def __init__(self, machine, name, ssid, gateway, password=None):
        self.machine, self.name, self.ssid, self.gateway, self.password = machine, name, ssid, gateway, password
        self.on_air = False

    def shell(self, script, **options):
        return self.machine.shell(f"ip netns exec {self.name} {script}", **options)

    def switch_on(self):
        if not self.on_air:
            self.shell(f"hostapd -B -P {RUN}/{self.name}.pid {RUN}/{self.name}.hostapd")
        self.on_air = True

    def switch_off(self):
        """With a farewell to who is there (de-authentication), as access points do that are shut down."""
        if self.on_air:
            self.machine.shell(f"pid=$(cat {RUN}/{self.name}.pid); kill $pid; while [ -e /proc/$pid ]; do sleep 0.05; done")
        self.on_air = False

    def send_away(self):
        """De-authenticate the laptop, which may come back at once."""
        self.shell(f"hostapd_cli -p {RUN}/ctrl-{self.name} deauthenticate {LAPTOP_MAC}")

    def captured(self):
        """So many bytes up to now."""
        return int(self.machine.output("stat", "-c%s", f"{RUN}/{self.name}.pcap"))

    def packets(self, since):
        """What was heard here after `since` bytes."""
        with tempfile.NamedTemporaryFile() as copy:
            header = self.machine.shell(f"head -c {PCAP_HEADER} {RUN}/{self.name}.pcap | base64 -w0").stdout
            copy.write(base64.b64decode(header) + self.machine.read(f"{RUN}/{self.name}.pcap", since))
            copy.flush()
            return read_pcap(Path(copy.name), bytes.fromhex(LAPTOP_MAC.replace(":", "")))
