# SPDX-License-Identifier: GPL-3.0-or-later
"""One operator, several protocols, and a network that does not let all of them through."""

import pytest
from forwarder import ADDRESS, PORT, ask, timed

from lab.topology import DNSDIST

CLIMB_S, AT_ONCE_S = 1.5, 0.3


@pytest.fixture
def ladder(sottod, servers, tmp_path):
    """dnsdist by DNSCrypt, HTTPS and TLS, in an order that does not matter."""
    config = tmp_path / "sotto.conf"
    endpoints = servers.tls_uri(DNSDIST), servers.https_uri(DNSDIST), servers.stamps["both"]
    config.write_text(f"[Sotto]\nListen={ADDRESS}:{PORT}\nResolvers=lab\n"
                      f"[Resolver lab]\nEndpoints={';'.join(endpoints)}\n")
    return lambda: sottod("--config", config, listen=None)


BLOCKS = {
    "no DNSCrypt": ["udp dport 7443 drop", "tcp dport 7443 drop"],
    "no UDP": ["meta l4proto udp drop", "tcp dport 7443 drop"],
    "TLS alone": ["udp dport 7443 drop", "tcp dport { 443, 7443 } drop"],
    "reset": ["udp dport 7443 reject", "tcp dport { 443, 7443 } reject with tcp reset"],
}


@pytest.mark.parametrize("rules", BLOCKS.values(), ids=BLOCKS)
def test_climbs_down_and_stays(ladder, cut_off, rules):
    cut_off(DNSDIST, rule=f"\n    ip daddr {DNSDIST} ".join(rules))
    ladder()
    first, climb_s = timed(ask, "first.wild.example.test")
    second, again_s = timed(ask, "second.wild.example.test")
    print(f"first answer after {climb_s * 1000:.0f} ms, the next after {again_s * 1000:.0f} ms")
    assert first.rcode() == second.rcode() == 0
    assert climb_s < CLIMB_S
    assert again_s < AT_ONCE_S
