# SPDX-License-Identifier: GPL-3.0-or-later
"""Who answers: what a check says of the resolver, of who answers programs, and of the connection it looked through."""

import base64
import hashlib
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from lab.process import wait_for
from lab.servers import STATE, ask, kdig_short
from lab.topology import HOTEL_OUTSIDE, UNBOUND, WILD


def steps(helper, guest):
    evidence = json.loads(helper.sottoctl(guest, "check", "--json", check=False).stdout)
    return {step["id"]: step for step in evidence["steps"]}


@pytest.fixture
def unbound(hijacked, guest):
    hijacked.sottoctl(guest, "use", "lab-unbound")
    return hijacked


def test_resolver_is_asked_who_it_is(unbound, guest):
    identity = steps(unbound, guest)["identity"]
    assert identity["ok"]
    assert "It calls itself unbound.lab." in identity["detail"]
    assert f"It asks name servers from {UNBOUND}." in identity["detail"]


def test_network_that_answers_programs_is_told_when_off(unbound, guest):
    hijack = steps(unbound, guest)["hijack"]
    assert (hijack["ok"], hijack["code"]) == (False, "answered-elsewhere")
    assert HOTEL_OUTSIDE in hijack["detail"] and UNBOUND in hijack["detail"]


def test_programs_reach_the_resolver_when_on(unbound, guest):
    unbound.sottoctl(guest, "on")
    hijack = steps(unbound, guest)["hijack"]
    assert hijack["ok"], hijack
    assert hijack["detail"] == f"The same resolver as Sotto's: its name servers are asked from {UNBOUND}."


def test_names_that_do_not_answer_prove_nothing(unbound, guest, servers):
    unbound.sottoctl(guest, "on")
    servers.stop("whoami")
    wait_for("unbound to forget", lambda: not kdig_short(servers.machine, f"@{UNBOUND}", "whoami.akamai.net"), 5)
    done = unbound.sottoctl(guest, "check", check=False)
    assert done.returncode == 0, done.stdout
    assert "  ?      Who answers this machine's programs\n" in done.stdout
    assert "this is not known" in done.stdout


def test_connection_shows_the_certificates_as_openssl_sees_them(unbound, guest):
    unbound.sottoctl(guest, "on")
    connections = json.loads(unbound.sottoctl(guest, "connection", "--json").stdout)
    connection = next(entry for entry in connections if entry["protocol"] == "dot" and entry["chain"])
    certificate = x509.load_pem_x509_certificate((STATE / "pki/server.crt").read_bytes())
    key = certificate.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    shown = connection["chain"][0]
    assert shown["key-pin"] == base64.b64encode(hashlib.sha256(key).digest()).decode()
    assert shown["body-hash"] == hashlib.sha256(certificate.tbs_certificate_bytes).hexdigest()
    assert (connection["version"], connection["alpn"], connection["padding"]) == ("TLS1.3", "", 128)  # unbound chooses none
    assert connection["endpoint"].startswith(f"tls://{UNBOUND}") and connection["queries"] > 0


def test_evidence_of_the_hijack_is_kept(unbound, guest):
    """What the network did to programs before stands beside who answers them now."""
    def check(*options):
        return unbound.sottoctl(guest, "check", *options, check=False).stdout
    lie = json.loads(check("--json"))["before"]
    assert (lie["code"], lie["network"]) == ("answered-elsewhere", "hotel") and HOTEL_OUTSIDE in lie["detail"]
    unbound.sottoctl(guest, "on")
    after = json.loads(check("--json"))
    assert after["before"] == lie
    assert next(step for step in after["steps"] if step["id"] == "hijack")["ok"]
    report = check("--report").splitlines()
    now = next(number for number, line in enumerate(report) if line.startswith("[ok] Who answers this machine's programs: The same"))
    assert f" on hotel: {lie['detail']}" in report[now + 1]
    assert f"from {HOTEL_OUTSIDE}" in report[now + 1]


def test_statistics_name_resolvers_and_protocols(unbound, guest, network):
    unbound.sottoctl(guest, "on")
    for number in range(5):
        assert ask(network.laptop, f"counted-{number}.wild.example.test") == WILD
    statistics = json.loads(unbound.sottoctl(guest, "stats", "--json").stdout)
    tally = next(entry for entry in statistics["resolvers"] if entry["id"] == "lab-unbound")
    assert tally["queries"] >= 5 and tally["failures"] == 0 and tally["latency-p95"] > 0
    for direction in ("bytes-sent", "bytes-received"):
        parts = sum(entry[direction] for entry in statistics["transports"])
        assert 0 < parts <= statistics[direction] == sum(entry[direction] for entry in statistics["resolvers"])
    assert sum(statistics["histogram"]) >= 5
    assert statistics["today"]["encrypted"] == statistics["encrypted"] >= 5


def test_log_names_who_answered(unbound, guest, network, bus):
    """Root turns it on here; what polkit says to others is tests/dbus' affair."""
    unbound.sottoctl(guest, "on")
    ctl = network.laptop.run
    ctl("sottoctl", "log", "on")
    assert ask(network.laptop, "logged.wild.example.test") == WILD
    lines = [json.loads(line) for line in ctl("sottoctl", "log", "--json").stdout.splitlines()]
    ctl("sottoctl", "log", "off")
    logged = next(line for line in lines if line["name"] == "logged.wild.example.test" and line["type"] == "A")
    assert (logged["source"], logged["protocol"], logged["rcode"]) == ("resolver", "dot", "NOERROR")
    assert logged["latency"] > 0 and logged["resolver"]
    assert "logged.wild" not in unbound.daemon.log
