# SPDX-License-Identifier: GPL-3.0-or-later
"""The wall clock is set by years, forth and back, while 200 questions a second come. What is open goes on, no timer waits for
a day that is not to come, and what is in the cache ages by the seconds that really pass. (That a wrong clock is noticed, and
what the service does then: tests/lab/test_clock.py.)"""

import datetime
import struct
import subprocess
import time

from forwarder import Sottod, ask
from steady import SteadyLoad, percentile

from lab.install import build_folder
from lab.topology import UNBOUND

YEAR_S = 365 * 86400


def test_years_forth_and_back_under_load(servers, tmp_path):
    offset = tmp_path / "offset"
    offset.write_bytes(struct.pack("=q", 0))

    def set_clock(seconds):
        with open(offset, "r+b", buffering=0) as file:
            file.write(struct.pack("=q", seconds))
    plain = build_folder("plain")
    runner = ("env", f"LD_PRELOAD={plain / 'tests/interop/libclock_shim.so'}", f"SHIM_OFFSET={offset}")
    set_clock(3 * YEAR_S)
    told = subprocess.run([*runner, "date", "+%Y"], check=True, capture_output=True, text=True).stdout
    assert int(told) - datetime.datetime.now().year in (2, 3), "the clock of the control did not move"
    set_clock(0)
    forwarder = Sottod("--resolver", servers.tls_uri(UNBOUND), "--resolver", servers.stamps["both"],
                       program=plain / "daemon/sottod", runner=runner)
    try:
        before = ask("www.example.test").answer[0].ttl
        began = time.monotonic()
        with SteadyLoad("jumps", rate=200) as load:
            time.sleep(1)
            for years in (3, -5, 100, 0):
                set_clock(years * YEAR_S)
                forwarder.reload()
                time.sleep(1)
        assert not [one for one in load.asked if one.failed]
        assert percentile(load.asked, 99) < 1.0
        aged = before - ask("www.example.test").answer[0].ttl
        assert abs(aged - (time.monotonic() - began)) <= 2
        assert forwarder.daemon.log.count("settings reloaded") == 4
    finally:
        forwarder.stop()
