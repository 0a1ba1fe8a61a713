# SPDX-License-Identifier: GPL-3.0-or-later
"""dnsdist changes its DNSCrypt certificate while 200 questions a second come, and forgets the old key at once."""

import base64
import os
import subprocess

import pytest
from steady import SteadyLoad

from lab.process import RUN
from lab.topology import BIND

ADDRESS, PORT, CONSOLE = "127.0.0.51", 8443, "127.0.0.51:5199"
FOLDER = RUN / "rotation"
CONFIG = """
setACL('127.0.0.0/8')
setSecurityPollSuffix('')
controlSocket('{console}')
setKey('{key}')
newServer({{address='{bind}:53', sockets=4}})
getServer(0):setUp()
setLocal('{address}:53')
addDNSCryptBind('{address}:{port}', '{provider}', '{folder}/first.cert', '{folder}/first.key')
"""


class Rotating:
    """One dnsdist, with the certificates of its provider made beforehand."""

    def __init__(self, servers):
        FOLDER.mkdir(exist_ok=True)
        self.provider = servers.provider
        self.provider.certificate(FOLDER / "first", 2, serial=1)
        (FOLDER / "dnsdist.conf").write_text(CONFIG.format(
            console=CONSOLE, key=base64.b64encode(os.urandom(32)).decode(), bind=BIND, address=ADDRESS, port=PORT,
            provider=self.provider.name, folder=FOLDER))
        self.daemon = servers.machine.start("rotating", "dnsdist", "-C", FOLDER / "dnsdist.conf", "--supervised")
        self.daemon.wait_until("dnsdist to listen", lambda: "for DNSCrypt" in self.daemon.log)
        self.stamp = self.provider.stamp(f"{ADDRESS}:{PORT}")

    def _tell(self, words):
        subprocess.run(["dnsdist", "-C", str(FOLDER / "dnsdist.conf"), "-e", words], check=True, capture_output=True,
                       timeout=10)

    def rotate(self, serial):
        """A new certificate takes the place of the last one."""
        path = FOLDER / f"serial{serial}"
        self.provider.certificate(path, 2, serial=serial)
        self._tell(f"getDNSCryptBind(0):loadNewCertificate('{path}.cert', '{path}.key', true)")
        self._tell(f"getDNSCryptBind(0):markInactive({serial - 1})")
        self._tell(f"getDNSCryptBind(0):removeInactiveCertificate({serial - 1})")


@pytest.fixture
def rotating(servers):
    started = Rotating(servers)
    yield started
    started.daemon.stop()


def test_rotation_under_load_loses_no_query(sottod, rotating, capsys):
    sottod("--resolver", rotating.stamp)
    with SteadyLoad("rotated", rate=200) as load:
        for serial in (2, 3):
            load.thread.join(6)
            rotating.rotate(serial)
        load.thread.join(3)
    failed = [one for one in load.asked if one.failed]
    with capsys.disabled():
        print(f"\ndnscrypt: {len(load.asked)} asked while the certificate changed twice, {len(failed)} lost, "
              f"slowest {max(one.seconds or 0 for one in load.asked):.2f} s")
    assert len(load.asked) > 2500
    assert not failed
