# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten thousand questions asked straight of BIND, and through every transport: the answers are the same."""

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import pytest
from asker import OPT_LENGTH, ask_as_a_stub, ask_tcp, content, is_truncated, same
from corpus import COUNT, NUMBERS, TYPES, questions
from corpus_servers import BIND, CorpusServers
from dnscrypt_relays import FIRST, Relay
from doq_servers import QuicGo
from forwarder import ADDRESS, PORT, why
from oblivious_servers import Oblivious

PAYLOAD, WITHOUT_EDNS = 1232, 512
RELAY_ROOM = 3700
"""What a relay carries surely: it passes nothing on that is longer than the query, which is 4096 octets at most, and of
those 48 are DNSCrypt's and up to 320 the server's padding."""


@pytest.fixture(scope="module")
def corpus(all_servers):
    started = CorpusServers(all_servers)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def asked(corpus):
    """{number: question}"""
    return dict(enumerate(questions(corpus.zones)))


@pytest.fixture(scope="module")
def truth(corpus, asked):
    """{number: BIND's answer}, by TCP, where nothing is cut."""
    return ask_tcp(BIND, 53, asked.items())


@pytest.fixture
def started():
    """What a test starts beside the servers of all."""
    daemons = []
    yield daemons
    for daemon in reversed(daemons):
        daemon.stop()


def options_for(transport, corpus, servers, started):
    if transport.startswith("dnscrypt"):
        return ["--resolver", corpus.stamp, *(["--tcp-only"] if transport == "dnscrypt-tcp" else [])]
    if transport == "relay":
        started.append(Relay(servers.machine, FIRST))
        return ["--resolver", corpus.stamp, "--relay", started[-1].stamp]
    if transport == "doq":
        started.append(QuicGo(servers.authority, address="127.0.0.43", port=8853, upstream=BIND))
        return ["--resolver", started[-1].uri()]
    if transport == "odoh":
        started.append(Oblivious(servers, upstream=BIND))
        return ["--resolver", started[-1].stamp]
    return ["--resolver", {"dot": corpus.tls_uri, "doh": corpus.https_uri}[transport]]


def is_cut_truthfully(truth, given):
    """A protocol cannot carry it: the client is told that there is more (TC) and given nothing instead of a part."""
    left, right = content(truth), content(given)
    return is_truncated(given) and right["rcode"] == left["rcode"] and not right["answer"]


def is_trimmed(truth, given):
    """A datagram on the way had no room for some of the additional records, which are told by no flag (RFC 2181 §9)."""
    left, right = content(truth), content(given)
    return left.pop("additional") > right.pop("additional") and left == right


def differences(transport, asked, truth, given):
    def is_all_there_can_be(whole, one):
        if transport == "relay" and len(whole) > RELAY_ROOM:
            return is_cut_truthfully(whole, one)
        # these servers ask BIND by UDP, with the size of our OPT and with OPT even for a client without
        return transport in ("doh", "odoh") and len(whole) > PAYLOAD - OPT_LENGTH and is_trimmed(whole, one)
    return [number for number in asked if not same(truth[number], given[number])
            and not is_all_there_can_be(truth[number], given[number])]


def describe(number, asked, truth, given):
    left, right = content(truth[number]), content(given[number])
    parts = [f"{key}: {left[key]} but {right[key]}"[:200] for key in left if left[key] != right[key]]
    reason = why(dns.message.from_wire(given[number]))
    return "\n  ".join([f"{number}: {asked[number]}, {len(truth[number])} octets: {reason}", *parts])


def test_corpus_has_something_of_everything(asked, truth):
    answers = [content(reply) for reply in truth.values()]
    assert len(asked) == COUNT
    assert {question.rdtype for question in asked.values()} >= {NUMBERS[word] for word in TYPES}
    assert sum(answer["rcode"] == dns.rcode.NXDOMAIN for answer in answers) > 1000
    assert sum(answer["rcode"] == dns.rcode.NOERROR and not answer["answer"] for answer in answers) > 500
    assert sum(len([record for record in answer["answer"] if record[2] == dns.rdatatype.CNAME]) > 3
               for answer in answers) > 50
    for room, count in ((WITHOUT_EDNS, 500), (PAYLOAD, 100), (4096, 30), (30000, 5)):
        assert sum(len(reply) > room for reply in truth.values()) > count, room
    for rdtype in (dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3):
        assert sum(any(record[2] == rdtype for record in answer["answer"] | answer["authority"])
                   for answer in answers) > 100, rdtype


def test_a_difference_of_one_bit_is_seen(truth):
    """The comparison compares: of flags, of counts, of every octet of a record's data."""
    reply = next(reply for reply in truth.values() if content(reply)["answer"])
    assert same(reply, reply)
    for place in (3, 7, 9, 11):
        changed = bytearray(reply)
        changed[place] ^= 1
        try:
            assert not same(reply, bytes(changed)), place
        except dns.exception.DNSException:
            pass  # no message at all any more


@pytest.mark.parametrize("transport", ["dnscrypt-udp", "dnscrypt-tcp", "relay", "dot", "doh", "doq", "odoh"])
def test_same_answers(transport, sottod, servers, corpus, asked, truth, started, tmp_path, capsys):
    settings = tmp_path / "sotto.conf"
    settings.write_text("[Sotto]\nCacheSize=0\n")
    sottod("--config", settings, *options_for(transport, corpus, servers, started))
    datagrams, given = ask_as_a_stub(ADDRESS, PORT, asked)
    different = differences(transport, asked, truth, given)
    with capsys.disabled():
        print(f"\n{transport}: {len(given)} asked, {len(different)} differences")
    assert not different, "\n".join(describe(number, asked, truth, given) for number in different[:20])
    for number, datagram in datagrams.items():  # cut where it must be, and only there
        room = PAYLOAD if asked[number].edns else WITHOUT_EDNS
        assert len(datagram) <= room
        assert is_truncated(datagram) == (len(given[number]) > room) or is_truncated(given[number])
