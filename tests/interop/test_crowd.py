# SPDX-License-Identifier: GPL-3.0-or-later
"""A hundred questions in the same moment on a connection that is not there yet, as when a browser restores its tabs.
BIND hangs up when a hundred requests of HTTP/2 come before it has answered any, though it says that it takes so many."""

import socket

import dns.message
import dns.rcode
import pytest
from forwarder import ADDRESS, PATIENCE_S, PORT, why

from lab.topology import BIND, UNBOUND

AT_ONCE = 100


def ask_in_one_moment(names):
    """The answers that come within a client's patience, one a question at most."""
    queries = [dns.message.make_query(name, "A", id=number) for number, name in enumerate(names)]
    answers = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((ADDRESS, PORT))
        client.settimeout(PATIENCE_S)
        for query in queries:
            client.send(query.to_wire())
        while len(answers) < len(queries):
            answer = dns.message.from_wire(client.recv(4096))
            assert queries[answer.id].is_response(answer)
            answers[answer.id] = answer
    return list(answers.values())


@pytest.mark.parametrize("name", ["crowd-{}-{}.wild.example.test", "100.crowd-{}-{}.slow.test"], ids=["quick", "slow"])
@pytest.mark.parametrize("upstream", [BIND, UNBOUND], ids=["bind", "unbound"])
def test_a_hundred_at_once_are_all_answered(sottod, servers, upstream, name):
    sottod("--resolver", servers.https_uri(upstream))
    for turn in range(3):
        answers = ask_in_one_moment([name.format(turn, number) for number in range(AT_ONCE)])
        failed = [why(answer) for answer in answers if answer.rcode() != dns.rcode.NOERROR]
        assert not failed, f"{len(failed)} of {AT_ONCE} in turn {turn}: {set(failed)}"
