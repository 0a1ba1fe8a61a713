# SPDX-License-Identifier: GPL-3.0-or-later
"""Verified discovery (RFC 9462): from an address to encrypted endpoints, if the certificate vouches for the address."""

import os
import subprocess
from pathlib import Path

import pytest
from forwarder import ask, content

from lab.process import Daemon
from lab.servers import STATE
from lab.topology import BIND

DISCOVER = Path(os.environ["SOTTOD"]).parent.parent / "tests/interop/discover"
HOST = "dns.lab.test"
UNBOUND = "198.51.100.11"
DNSDIST = "198.51.100.13"
DOH, DOT = 'alpn="h2" key7="/dns-query{?dns}"', 'alpn="dot"'


class Resolver:
    """One that answers at an address of the lab's, on port 5353 beside the one that is always there."""

    port = 5353

    def __init__(self, name, address, argv):
        self.address = address
        self.daemon = Daemon(name, argv)
        self.daemon.wait_until(f"{name} to answer", self._answers)

    def _answers(self):
        return "status:" in subprocess.run(["kdig", f"@{self.address}", "-p", str(self.port), "+timeout=1", "+retry=0",
                                            "_dns.resolver.arpa", "TYPE64"], check=False, capture_output=True,
                                           text=True).stdout

    def discover(self, port=port):
        done = subprocess.run([DISCOVER, f"{self.address}:{port}", STATE / "pki/ca.crt"], check=False,
                              capture_output=True, text=True, timeout=30)
        assert done.returncode in (0, 1), done.stderr
        return done.returncode == 0, done.stdout.strip()

    def stop(self):
        self.daemon.stop()


def unbound(records, certificate):
    """Unbound with these SVCB records, encrypted on ports 8531 (TLS) and 4431 (HTTPS)."""
    data = "\n".join(f"""  local-data: '_dns.resolver.arpa. 300 IN SVCB {record}'""" for record in records)
    path = STATE / "discovery-unbound.conf"
    path.write_text(f"""
server:
  username: ""
  chroot: ""
  directory: "{STATE}"
  pidfile: ""
  use-syslog: no
  do-ip6: no
  interface: {UNBOUND}@{Resolver.port}
  interface: {UNBOUND}@8531
  interface: {UNBOUND}@4431
  tls-port: 8531
  https-port: 4431
  http-endpoint: "/dns-query"
  tls-service-key: "{STATE}/pki/{certificate}.key"
  tls-service-pem: "{STATE}/pki/{certificate}.crt"
  access-control: 0.0.0.0/0 allow
  module-config: "iterator"
  local-zone: "test." nodefault
  local-zone: "resolver.arpa." static
{data}
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: {BIND}@53
""")
    return Resolver("discovery-unbound", UNBOUND, ["unbound", "-d", "-p", "-c", path])


def dnsdist(parameters, certificate):
    path = STATE / "discovery-dnsdist.conf"
    path.write_text(f"""
setACL({{'0.0.0.0/0'}})
setSecurityPollSuffix('')
newServer({{address='{BIND}:53', source='{DNSDIST}'}})
getServer(0):setUp()
setLocal('{DNSDIST}:{Resolver.port}')
addTLSLocal('{DNSDIST}:8531', '{STATE}/pki/{certificate}.crt', '{STATE}/pki/{certificate}.key')
addDOHLocal('{DNSDIST}:4431', '{STATE}/pki/{certificate}.crt', '{STATE}/pki/{certificate}.key', {{'/dns-query'}})
addAction(AndRule{{QNameRule('_dns.resolver.arpa.'), QTypeRule(64)}}, SpoofSVCAction({{{parameters}}}))
""")
    return Resolver("discovery-dnsdist", DNSDIST, ["dnsdist", "-C", path, "--supervised"])


@pytest.fixture
def resolver(servers):
    """resolver(unbound, records, certificate) starts one."""
    started = []

    def start(make, records, certificate="server"):
        started.append(make(records, certificate))
        return started[-1]
    yield start
    for one in started:
        one.stop()


BOTH = [f"1 {HOST}. {DOH} port=4431", f"2 {HOST}. {DOT} port=8531"]


def test_endpoints_of_unbound_are_found_best_first(resolver):
    found = resolver(unbound, BOTH).discover()
    assert found == (True, f"{HOST} https://{UNBOUND}:4431/dns-query#{HOST};tls://{UNBOUND}:8531#{HOST}")


def test_endpoints_of_dnsdist_are_found(resolver):
    found = resolver(dnsdist, f"""
        newSVCRecordParameters(1, '{HOST}.', {{mandatory={{'port'}}, alpn={{'dot'}}, port=8531,
                               ipv4hint={{'{DNSDIST}'}} }}),
        newSVCRecordParameters(2, '{HOST}.', {{alpn={{'h2'}}, port=4431, key7='/dns-query{{?dns}}'}})""").discover()
    assert found == (True, f"{HOST} tls://{DNSDIST}:8531#{HOST};https://{DNSDIST}:4431/dns-query#{HOST}")


def test_discovered_endpoints_work(resolver, sottod):
    ok, text = resolver(unbound, BOTH).discover()
    assert ok
    sottod("--resolver", text.split()[1].split(";")[1])
    assert content(ask("www.example.test"))[0] == "NOERROR"


def test_certificate_without_the_address_is_refused(resolver):
    ok, text = resolver(unbound, BOTH, "no-address").discover()
    assert not ok
    assert text == (f"{UNBOUND} names an encrypted resolver whose certificate does not vouch for this address, so it may "
                    f"be anybody's. It calls itself {HOST}.")


def test_endpoint_elsewhere_must_vouch_for_the_address_asked(resolver, servers):
    """The hint leads to haproxy, whose certificate on that port is for another name and for no address."""
    ok, text = resolver(unbound, [f"1 elsewhere.example. {DOT} port=9853 ipv4hint=198.51.100.14"]).discover()
    assert not ok
    assert "does not vouch for this address" in text


@pytest.mark.parametrize("certificate, sentence", [("untrusted", "not from a trusted authority"), ("expired", "has expired"),
                                                   ("wrong-name", "does not vouch for this address")])
def test_bad_certificate_is_refused(resolver, certificate, sentence):
    ok, text = resolver(unbound, BOTH, certificate).discover()
    assert not ok
    assert sentence in text


def test_only_what_proves_itself_is_kept(resolver):
    ok, text = resolver(unbound, [f"1 {HOST}. {DOT} port=8999", *BOTH]).discover()
    assert ok
    assert "8999" not in text
    assert text.count("#") == 2


def test_what_is_mandatory_and_unknown_is_left_out(resolver):
    ok, text = resolver(unbound, [f"1 {HOST}. mandatory=key667 {DOT} port=8531 key667=x", BOTH[0]]).discover()
    assert ok
    assert text == f"{HOST} https://{UNBOUND}:4431/dns-query#{HOST}"


def test_resolver_that_names_nothing_is_told(resolver):
    ok, text = resolver(unbound, []).discover()
    assert not ok
    assert "does not say how it is reached encrypted" in text


def test_resolver_that_does_not_answer_is_told(resolver):
    ok, text = resolver(unbound, BOTH).discover(port=5399)
    assert not ok
    assert "could not be asked how it is reached encrypted" in text


@pytest.mark.parametrize("address", ["192.168.1.1", "10.0.0.1", "127.0.0.1", "100.64.10.1", "fd00::1", "fe80::1"])
def test_private_address_is_refused_unasked(servers, address):
    done = subprocess.run([DISCOVER, address, STATE / "pki/ca.crt"], check=False, capture_output=True, text=True, timeout=10)
    assert done.returncode == 1
    assert "for which no certificate can vouch" in done.stdout
