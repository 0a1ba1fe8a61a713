# SPDX-License-Identifier: GPL-3.0-or-later
"""Does every part of the lab do what it should? Each test here is a premise of the others."""

import sys
import time

import pytest

from lab.install import install
from lab.logind import MockLogind
from lab.networkmanager import nameservers, resolv_conf
from lab.process import LabError, wait_for
from lab.resolvers import configure_sotto
from lab.servers import kdig_short, kdig_tls
from lab.topology import BIND, DNSDIST, HAPROXY, HOTEL, KRESD, LIE, TRUTH, UNBOUND

WWW = "www.example.test"


def dnscrypt(machine, stamp, name, *options):
    return machine.run(sys.executable, "-m", "lab.dnscrypt", stamp, name, *options, check=False)


@pytest.mark.parametrize("address", [BIND, UNBOUND, KRESD, DNSDIST, HAPROXY])
def test_dot_server_answers(laptop, servers, address):
    assert kdig_tls(laptop, servers.authority, address=address) == TRUTH


@pytest.mark.parametrize("port", [8853, 5853], ids=["tls12", "impatient"])
def test_haproxy_variant_answers(laptop, servers, port):
    assert kdig_tls(laptop, servers.authority, address=HAPROXY, port=port) == TRUTH


def test_tls12_listener_speaks_no_tls13(laptop, servers):
    handshake = laptop.run("openssl", "s_client", "-connect", f"{HAPROXY}:8853", "-brief", input="", check=False)
    assert "TLSv1.2" in handshake.stderr


@pytest.mark.parametrize("port", [9853, 7853, 6853], ids=["wrong-name", "expired", "untrusted"])
def test_bad_certificate_is_refused_by_kdig(laptop, servers, port):
    assert kdig_tls(laptop, servers.authority, address=HAPROXY, port=port) == ""


def test_right_pin_is_accepted_by_kdig(laptop, servers):
    assert kdig_short(laptop, f"@{UNBOUND}", f"+tls-pin={servers.authority.pins['server']}", WWW) == TRUTH


def test_wrong_pin_is_refused_by_kdig(laptop, servers):
    assert kdig_short(laptop, f"@{UNBOUND}", f"+tls-pin={servers.authority.pins['expired']}", WWW) == ""


@pytest.mark.parametrize("transport", [(), ("--tcp",)], ids=["udp", "tcp"])
@pytest.mark.parametrize("stamp, construction", [("es1", "1"), ("es2", "2"), ("both", "1"), ("both", "2")])
def test_dnscrypt_server_answers(laptop, servers, stamp, construction, transport):
    answer = dnscrypt(laptop, servers.stamps[stamp], WWW, "--es", construction, *transport)
    assert TRUTH in answer.stdout, answer.stderr


@pytest.mark.parametrize("stamp, why", [("forged", "signed by another key"), ("expired", "not valid at this time")])
def test_bad_dnscrypt_certificate_is_refused(laptop, servers, stamp, why):
    assert why in dnscrypt(laptop, servers.stamps[stamp], WWW).stderr


def test_slow_name_takes_its_time(laptop, servers):
    assert kdig_short(laptop, f"@{BIND}", "200.x.slow.test") == "203.0.113.99"


def test_hotel_lies(laptop):
    assert kdig_short(laptop, f"@{HOTEL}", WWW) == LIE


def test_open_hotel_lets_true_dns_through(laptop):
    assert kdig_short(laptop, f"@{BIND}", WWW) == TRUTH


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_hijack53(laptop, hotel, transport):
    hotel.mode("hijack53")
    assert kdig_short(laptop, f"@{BIND}", transport, WWW) == LIE


def test_drop53(laptop, hotel):
    hotel.mode("drop53")
    assert kdig_short(laptop, f"@{BIND}", WWW) == ""
    assert kdig_short(laptop, f"@{HOTEL}", WWW) == LIE


@pytest.mark.parametrize("mood", ["block853", "reject853", "dead"])
def test_no_dot(laptop, hotel, servers, mood):
    hotel.mode(mood)
    assert kdig_tls(laptop, servers.authority) == ""


def test_blockquic_stops_dnscrypt_over_udp(laptop, hotel, servers):
    hotel.mode("blockquic")
    assert dnscrypt(laptop, servers.stamps["both"], WWW).returncode != 0


def test_capture_sees_a_leak(laptop, capture):
    kdig_short(laptop, f"@{BIND}", "leak-of-the-lab.wild.example.test")
    with pytest.raises(AssertionError, match="DNS in clear.*leak-of-the-lab"):
        capture.no_plain_dns()
    with pytest.raises(AssertionError, match="was readable"):
        capture.no_plain_dns("leak-of-the-lab.wild.example.test")


def test_capture_sees_clear_dns_on_an_odd_port(laptop, capture):
    kdig_short(laptop, f"@{DNSDIST}", "-p", 7443, "odd-port-leak.wild.example.test")
    with pytest.raises(AssertionError, match="odd-port-leak"):
        capture.no_plain_dns()


def test_capture_clears_encrypted_dns(laptop, capture, servers):
    assert kdig_tls(laptop, servers.authority, "kept-secret.wild.example.test") == "203.0.113.12"
    assert dnscrypt(laptop, servers.stamps["both"], "kept-secret.wild.example.test").returncode == 0
    evidence = capture.no_plain_dns("kept-secret.wild.example.test")
    assert evidence.certificate_requests == 1
    assert evidence.packets_by_port[853] > 0


def test_capture_counts_clear_flows_by_kind(laptop, capture, servers):
    for options in ((), ("+tcp",), ("+tcp",)):
        kdig_short(laptop, f"@{HOTEL}", *options, "printer.hotel.test")
    kdig_short(laptop, f"@{HOTEL}", "ipv4only.arpa", "AAAA")
    kdig_short(laptop, f"@{HOTEL}", "nmcheck.lab.test")
    dnscrypt(laptop, servers.stamps["both"], WWW)
    with capture.permit("sign-in", "portal.wild.example.test"):
        kdig_short(laptop, f"@{HOTEL}", "portal.wild.example.test")
    evidence = capture.no_plain_dns()
    assert evidence.clear_flows == {"network": 3, "nat64": 1, "portal-check": 1, "certificate": 1, "sign-in": 1}


def test_capture_permits_for_a_while_and_to_one_server(laptop, capture):
    with capture.permit("consent"):
        kdig_short(laptop, f"@{HOTEL}", WWW)
    time.sleep(0.01)  # the clock of the packets and ours need not agree to the microsecond
    kdig_short(laptop, f"@{HOTEL}", "too-late.example.test")
    kdig_short(laptop, f"@{BIND}", "printer.hotel.test")
    found, evidence = capture.leaks()
    assert evidence.clear_flows == {"consent": 1}
    assert [one.rpartition(", ")[2] for one in found] == ["asking too-late.example.test A", "asking printer.hotel.test A"]


def test_capture_without_end_marker_proves_nothing(laptop, capture):
    capture.stop()
    capture.marker = "never-sent.test"
    with pytest.raises(LabError, match="end marker"):
        capture.no_plain_dns()


def test_killed_server_comes_back(laptop, hotel, servers):
    servers.stop("unbound")
    assert kdig_tls(laptop, servers.authority) == ""
    servers.restart_the_dead()
    assert kdig_tls(laptop, servers.authority) == TRUTH



def test_dhcp_makes_the_laptop_ask_the_hotel(networkmanager, network):
    assert nameservers() == [HOTEL]
    assert "search hotel.test" in resolv_conf()
    assert LIE in network.laptop.output("getent", "ahostsv4", WWW)


def test_networkmanager_finds_the_internet(networkmanager):
    assert networkmanager.nmcli("networking", "connectivity", "check") == "full"


def test_networkmanager_survives_restart(networkmanager):
    networkmanager.restart(kill=True)
    assert nameservers() == [HOTEL]


def test_pulled_cable_takes_the_dns_along(networkmanager, hotel):
    hotel.cable(False)
    try:
        wait_for("NetworkManager to notice", lambda: not nameservers(), 20)
    finally:
        hotel.cable(True)
    networkmanager.wait_connected()


@pytest.mark.parametrize("state, verdict", [("active", "yes"), ("inactive", "no"), ("none", "auth")])
def test_polkit_knows_the_session(polkit, guest, state, verdict):
    guest.session(state)
    wait_for(f"polkit to see the session {state}", lambda: polkit.check(guest, "test.lab.session") == verdict, 3)


def test_mock_logind_announces_sleep(bus, network):
    logind = MockLogind(bus)
    monitor = network.laptop.start("monitor", "gdbus", "monitor", "--system", "--dest", "org.freedesktop.login1")
    try:
        monitor.wait_until("the monitor", lambda: "is owned by" in monitor.log)
        logind.prepare_for_sleep(True)
        monitor.wait_until("the signal", lambda: "PrepareForSleep (true" in monitor.log)
    finally:
        monitor.stop()
        logind.stop()


def test_systemd_boots_and_is_online(boot):
    laptop = boot()
    laptop.wait_online()
    assert laptop.nameservers() == [HOTEL]
    assert LIE in laptop.output("getent", "ahostsv4", WWW)


def test_systemd_boots_with_resolved(boot):
    laptop = boot(resolved=True)
    laptop.wait_online()
    assert laptop.nameservers() == ["127.0.0.53"]
    wait_for("resolved to know the hotel", lambda: LIE in laptop.output("getent", "ahostsv4", WWW, check=False), 10)


@pytest.mark.parametrize("remote, verdict", [(False, "yes"), (True, "auth")], ids=["at-the-screen", "remote"])
def test_booted_polkit_knows_the_session(boot, remote, verdict):
    laptop = boot()
    laptop.wait_online()
    permissions = laptop.as_guest("nmcli", "-t", "general", "permissions", remote=remote).stdout
    assert f"network-control:{verdict}" in permissions


def test_booted_laptop_halts_and_boots_again_with_its_disk(boot):
    laptop = boot(prepare=lambda root: (root / "etc/prepared").write_text("yes"))
    assert laptop.output("cat", "/etc/prepared") == "yes"
    laptop.run("touch", "/var/lib/kept")
    laptop.halt()
    laptop.start()
    assert laptop.output("ls", "/var/lib/kept") == "/var/lib/kept"


@pytest.mark.parametrize("address", [UNBOUND, KRESD, DNSDIST, HAPROXY])
def test_bind_knows_who_asked(laptop, servers, address):
    name = f"asked-by-{address.replace('.', '-')}.wild.example.test"
    assert kdig_tls(laptop, servers.authority, name, address) == "203.0.113.12"
    assert servers.asked_by(name) == [address]


def test_meddler_meddles(laptop, servers):
    """The simple client takes the first answer that comes, and that is a false one."""
    assert "failed" in dnscrypt(laptop, servers.stamps["meddled"], WWW).stderr


def test_installed_build_finds_its_libraries_in_a_boot(boot, servers):
    def prepare(root):
        install(root)
        configure_sotto(servers, root)
    laptop = boot(prepare=prepare)
    assert laptop.output("sottod", "--version").startswith("sottod ")
    assert "not found" not in laptop.output(
        "ldd", "/usr/sbin/sottod", "/usr/libexec/sotto/sotto-portal-probe", "/usr/bin/sottoctl")
    assert laptop.output("id", "--user", "--name", "sotto") == "sotto"
