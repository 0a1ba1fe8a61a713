# SPDX-License-Identifier: GPL-3.0-or-later
"""A resolver known by name alone is found through another one that has an address, and by nothing else."""

import base64

import dns.rcode
from forwarder import ask, why

from lab.pki import HOST
from lab.topology import UNBOUND


def doh_stamp_without_address(host, path="/dns-query"):
    """Protocol, properties, no address, no hashes, host, path."""
    def prefixed(text):
        return bytes([len(text)]) + text.encode()
    body = b"\x02" + bytes(8) + prefixed("") + b"\0" + prefixed(host) + prefixed(path)
    return "sdns://" + base64.urlsafe_b64encode(body).decode().rstrip("=")


def test_named_resolver_is_found_through_another(sottod, servers):
    """The other one is asked for the address, and the name goes to the one that was found."""
    before = servers.questions(HOST), servers.questions(HOST, "AAAA")
    sottod("--strategy", "first", "--resolver", doh_stamp_without_address(HOST), "--resolver", servers.tls_uri(UNBOUND))
    for number in range(3):
        answer = ask(f"named-{number}.wild.example.test")
        assert answer.rcode() == dns.rcode.NOERROR, why(answer)
    assert servers.asked_by("named-2.wild.example.test") == ["198.51.100.13"], "dns.lab.test is dnsdist"
    assert (servers.questions(HOST), servers.questions(HOST, "AAAA")) == (before[0] + 1, before[1] + 1)


def test_name_that_does_not_exist_is_said(sottod, servers):
    sottod("--resolver", doh_stamp_without_address("nowhere.lab.test"))
    answer = ask("lost.wild.example.test")
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert "own address could not be found" in why(answer)
