# SPDX-License-Identifier: GPL-3.0-or-later
"""Through every kind of server comes what BIND itself says."""

import dns.flags
import dns.rcode
import pytest
from forwarder import ask, content, why

from lab.topology import BIND, DNSDIST, HAPROXY, KRESD, UNBOUND

DNSCRYPT = ["dnscrypt-es1", "dnscrypt-es1-tcp", "dnscrypt-es2", "dnscrypt-es2-tcp", "dnscrypt-both"]
DOT = ["unbound", "kresd", "dnsdist", "bind", "haproxy", "haproxy-tls12"]
DOH = {"doh-unbound": UNBOUND, "doh-kresd": KRESD, "doh-dnsdist": DNSDIST, "doh-bind": BIND}

QUESTIONS = [("www", "A"), ("www", "AAAA"), ("alias", "A"), ("https", "HTTPS"), ("svc", "SVCB"), ("mx", "MX"),
             ("medium", "TXT"), ("big", "TXT"), ("www", "MX"), ("there-is-no-such", "A")]


def options_for(upstream, servers):
    if upstream.startswith("dnscrypt"):
        construction = upstream.split("-")[1]
        return ["--resolver", servers.stamps[construction], *(["--tcp-only"] if upstream.endswith("-tcp") else [])]
    if upstream in DOH:
        return ["--resolver", servers.https_uri(DOH[upstream])]
    address, port = {"unbound": (UNBOUND, 853), "kresd": (KRESD, 853), "dnsdist": (DNSDIST, 853), "bind": (BIND, 853),
                     "haproxy": (HAPROXY, 853), "haproxy-tls12": (HAPROXY, 8853)}[upstream]
    return ["--resolver", servers.tls_uri(address, port)]


@pytest.mark.parametrize("name, rdtype", QUESTIONS, ids=lambda value: value)
@pytest.mark.parametrize("upstream", [*DNSCRYPT, *DOT, *DOH])
def test_answer_is_binds(sottod, servers, bind, upstream, name, rdtype):
    sottod(*options_for(upstream, servers))
    name = f"{name}.example.test"
    assert content(ask(name, rdtype)) == content(bind(name, rdtype))


@pytest.mark.parametrize("upstream", [*DOT, *DOH])
def test_answer_of_10_kib_comes_by_tcp(sottod, servers, bind, upstream):
    sottod(*options_for(upstream, servers))
    assert content(ask("huge.example.test", "TXT", tcp=True)) == content(bind("huge.example.test", "TXT", tcp=True))


@pytest.mark.parametrize("upstream", ["dnscrypt-both", "dnscrypt-es2-tcp", "unbound"])
def test_big_answer_is_truncated_for_udp(sottod, servers, upstream):
    sottod(*options_for(upstream, servers))
    answer = ask("big.example.test", "TXT", tcp=False)
    assert answer.flags & dns.flags.TC
    assert len(ask("big.example.test", "TXT", tcp=True).answer[0]) == 11


def test_client_without_edns_gets_512_bytes(sottod, servers):
    sottod(*options_for("dnscrypt-both", servers))
    answer = ask("medium.example.test", "TXT", tcp=False, use_edns=False)
    assert answer.flags & dns.flags.TC
    assert answer.edns == -1


def test_medium_answer_fits_an_edns_client(sottod, servers):
    sottod(*options_for("dnscrypt-both", servers))
    answer = ask("medium.example.test", "TXT", tcp=False)
    assert not answer.flags & dns.flags.TC
    assert len(answer.answer[0]) == 3


def test_case_of_the_question_is_kept(sottod, servers):
    sottod(*options_for("unbound", servers))
    for name in ("WwW.eXample.tEst.", "wWW.ExAMPLE.teST."):
        assert ask(name).question[0].name.to_text() == name


def test_stamp_given_as_its_three_parts(sottod, servers):
    key = servers.provider.public.hex()
    colons = ":".join(key[i:i + 4].upper() for i in range(0, len(key), 4))
    for index, spelling in enumerate((key, colons)):
        forwarder = sottod("--resolver-address", f"{DNSDIST}:7443", "--provider-name", servers.provider.name,
                           "--provider-key", spelling)
        assert content(ask("www.example.test"))[0] == "NOERROR", index
        forwarder.stop()


def test_false_and_repeated_answers_are_not_believed(sottod, servers):
    sottod("--resolver", servers.stamps["meddled"])
    for number in range(5):
        answer = ask(f"meddled-{number}.wild.example.test")
        assert [record.to_text() for record in answer.answer[0]] == ["203.0.113.12"], why(answer)
