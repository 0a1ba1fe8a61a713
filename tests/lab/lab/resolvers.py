# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's servers as resolvers of Sotto: one drop-in with four good ones, and one for each way to be refused."""

from pathlib import Path

from .topology import DNSDIST, HAPROXY, KRESD, UNBOUND

DROP_IN = Path("/etc/sotto/sotto.conf.d/50-lab.conf")
GOOD = ("lab-dnsdist", "lab-unbound", "lab-kresd", "lab-haproxy")
BAD = ("bad-name", "bad-expired", "bad-untrusted", "bad-pin", "bad-forged", "bad-stale", "bad-dead")
CHECK_ADDRESS = "http://nmcheck.lab.test/"
"""Of checkpage.py; NetworkManager asks it, too."""
WRONG_PIN = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def catalogue(servers):
    """id → (name, operator, country, endpoints)."""
    tls, stamps = servers.tls_uri, servers.stamps
    return {
        "lab-dnsdist": ("Lab dnsdist", "PowerDNS Lab", "NL", [stamps["both"], tls(DNSDIST)]),
        "lab-unbound": ("Lab Unbound", "NLnet Lab", "NL", [tls(UNBOUND)]),
        "lab-kresd": ("Lab Knot", "CZ Lab", "CZ", [tls(KRESD)]),
        "lab-haproxy": ("Lab HAProxy", "Proxy Lab", "FR", [tls(HAPROXY)]),
        "lab-dnscrypt": ("Lab DNSCrypt only", "PowerDNS Lab", "NL", [stamps["both"]]),
        "bad-name": ("Bad name", "Nobody", "", [tls(HAPROXY, 9853)]),
        "bad-expired": ("Bad: expired", "Nobody", "", [tls(HAPROXY, 7853)]),
        "bad-untrusted": ("Bad: untrusted", "Nobody", "", [tls(HAPROXY, 6853)]),
        "bad-pin": ("Bad pin", "Nobody", "", [tls(UNBOUND, pin=WRONG_PIN)]),
        "bad-forged": ("Bad: forged DNSCrypt certificate", "Nobody", "", [stamps["forged"]]),
        "bad-stale": ("Bad: expired DNSCrypt certificate", "Nobody", "", [stamps["expired"]]),
        "bad-dead": ("Bad: nobody there", "Nobody", "", ["tls://198.51.100.99#dns.lab.test"]),
    }


def drop_in(servers):
    groups = [f"""[Protection]
ProbeNames=www.example.test
Favourites={';'.join(GOOD)}
[Networks]
CheckAddresses={CHECK_ADDRESS}
"""]
    for identifier, (name, operator, country, endpoints) in catalogue(servers).items():
        known_country = f"Country={country}\n" if country else ""
        groups.append(f"""[Resolver {identifier}]
Name={name}
Operator={operator}
{known_country}Endpoints={';'.join(endpoints)}
""")
    return "\n".join(groups)


def configure_sotto(servers, root="/"):
    """Write the drop-in and trust the lab's authority, here or in another root."""
    path = Path(root) / DROP_IN.relative_to("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drop_in(servers))
    servers.authority.trust(root)
    return path
