# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not the resolver that was asked for is refused, and the client is told why."""

import dns.rcode
import pytest
from forwarder import ask, content, timed, why

from lab.resolvers import WRONG_PIN
from lab.topology import HAPROXY, TRUTH, UNBOUND

FORGED = "not signed by its provider"
BAD = {
    "wrong-name": (lambda s: s.tls_uri(HAPROXY, 9853), "for another name"),
    "expired": (lambda s: s.tls_uri(HAPROXY, 7853), "has expired"),
    "untrusted": (lambda s: s.tls_uri(HAPROXY, 6853), "not from a trusted authority"),
    "wrong-pin": (lambda s: s.tls_uri(UNBOUND, pin=WRONG_PIN), "not the one that was pinned"),
    "wrong-pin-without-name": (lambda s: f"tls://{UNBOUND}#pin-sha256={WRONG_PIN}", "not the one that was pinned"),
    "wrong-name-asked": (lambda s: s.tls_uri(UNBOUND, host="other.lab.test"), "for another name"),
    "dnscrypt-forged": (lambda s: s.stamps["forged"], FORGED),
    "dnscrypt-expired": (lambda s: s.stamps["expired"], "has expired"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_certificate_is_refused_with_its_reason(sottod, servers, kind):
    resolver, sentence = BAD[kind]
    sottod("--resolver", resolver(servers))
    name = f"{kind}.wild.example.test"
    answer, seconds = timed(ask, name)
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert sentence in why(answer)
    assert seconds < 5
    assert servers.questions(name) == 0


@pytest.mark.parametrize("spelling", ["name-and-pin", "pin-alone", "two-pins"])
def test_right_pin_is_accepted(sottod, servers, spelling):
    pin = servers.authority.pins["server"]
    sottod("--resolver", {
        "name-and-pin": servers.tls_uri(UNBOUND, pin=pin),
        "pin-alone": f"tls://{UNBOUND}#pin-sha256={pin}",
        "two-pins": f"{servers.tls_uri(UNBOUND, pin=WRONG_PIN)}&pin-sha256={pin}",
    }[spelling])
    assert content(ask("www.example.test")) == ("NOERROR", [f"www.example.test. 1 {TRUTH}"])


def test_pin_alone_accepts_an_untrusted_certificate(sottod, servers):
    """RFC 7858 §4.2: the pin is the trust."""
    sottod("--resolver", f"tls://{HAPROXY}:6853#pin-sha256={servers.authority.pins['untrusted']}")
    assert content(ask("www.example.test"))[0] == "NOERROR"


def test_right_pin_does_not_excuse_a_wrong_name(sottod, servers):
    sottod("--resolver", servers.tls_uri(HAPROXY, 9853, pin=servers.authority.pins["wrong-name"]))
    assert "for another name" in why(ask("www.example.test"))


def test_ca_file_replaces_the_system_store(sottod, servers):
    alone = servers.authority.folder / "untrusted.crt"
    sottod("--ca-file", alone, "--resolver", servers.tls_uri())
    assert "not from a trusted authority" in why(ask("www.example.test"))


def test_ca_file_is_trusted(sottod, servers):
    sottod("--ca-file", servers.authority.path, "--resolver", servers.tls_uri())
    assert content(ask("www.example.test"))[0] == "NOERROR"


def test_good_resolver_answers_beside_a_bad_one(sottod, servers):
    sottod("--resolver", servers.tls_uri(HAPROXY, 9853), "--resolver", servers.tls_uri())
    for number in range(4):
        assert content(ask(f"beside-{number}.wild.example.test"))[0] == "NOERROR"
