# SPDX-License-Identifier: GPL-3.0-or-later
"""The payload in a root where nothing else is, and in one whose own libraries kill: what runs is the bundle's alone."""

import ctypes
import re
import runpy
import signal
import subprocess
import sys
import tarfile
from hashlib import sha256
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "interop"))

import web_servers as web  # noqa: E402
from lab.pki import HOST, Authority  # noqa: E402
from lab.process import Daemon, wait_for  # noqa: E402

from bundle_root import BIN, FEDORA_TRUST, HOME, ROOT, BundleRoot, PoisonedRoot, make  # noqa: E402

LISTEN, TLS_PORT, TRUTH = 5300, 8853, "203.0.113.10"
RESOLVER = f"tls://127.0.0.1:{TLS_PORT}#{HOST}"
LOADER_GAVE_UP = 127
LARGEST = 40_000_000
"""Octets of a payload; an app that grows beyond should be noticed."""


@pytest.fixture(scope="module")
def payload(tmp_path_factory):
    folder = tmp_path_factory.mktemp("payload")
    make(folder)
    return folder


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def resolver(authority, tmp_path_factory):
    """unbound on the loopback, which knows one name and shows the authority's certificate."""
    conf = tmp_path_factory.mktemp("unbound") / "unbound.conf"
    conf.write_text(f"""
server:
    interface: 127.0.0.1@{TLS_PORT}
    tls-port: {TLS_PORT}
    tls-service-key: {authority.folder}/server.key
    tls-service-pem: {authority.folder}/server.crt
    local-data: "www.example.test. A {TRUTH}"
    username: ""
    chroot: ""
    pidfile: ""
    use-syslog: no
""")
    daemon = Daemon("unbound", ["unbound", "-d", "-p", "-c", conf])
    port = f"0100007F:{TLS_PORT:04X}"
    daemon.wait_until("unbound to listen", lambda: port in Path("/proc/net/tcp").read_text(encoding="ascii"))
    yield RESOLVER
    daemon.stop()


@pytest.fixture
def roots(payload, tmp_path):
    """roots(kind) makes one; gone at the end."""
    made = []

    def make_one(kind):
        made.append(kind(tmp_path / f"root{len(made)}", payload))
        return made[-1]
    yield make_one
    for root in made:
        root.close()


@pytest.fixture
def empty(roots):
    return roots(BundleRoot)


@pytest.fixture
def poisoned(roots):
    return roots(PoisonedRoot)


@pytest.fixture(params=["empty", "poisoned"])
def root(request, authority):
    """Both, one after the other, with all the poison there is."""
    made = request.getfixturevalue(request.param)
    made.trust(authority)
    if request.param == "poisoned":
        made.preload()
    return made


@pytest.fixture
def forwarder(roots):
    """forwarder(root, OPTION…) starts sottod there; its end is checked."""
    started = []

    def start(where, *options):
        daemon = where.start("sottod", "--listen", f"127.0.0.1:{LISTEN}", *options)
        started.append(daemon)
        local = f"0100007F:{LISTEN:04X}"
        daemon.wait_until("sottod to listen", lambda: local in Path("/proc/net/udp").read_text(encoding="ascii"))
        return daemon
    yield start
    for daemon in started:
        assert daemon.stop(signal.SIGTERM) == 0, daemon.log


def ask():
    """The addresses of the one name, or the code that says why there are none."""
    answer = dns.query.udp(dns.message.make_query("www.example.test", "A"), "127.0.0.1", 5, LISTEN)
    return [record.address for rrset in answer.answer for record in rrset] or dns.rcode.to_text(answer.rcode())


# --- the file ---

def test_same_build_makes_the_same_bytes(payload, tmp_path, capsys):
    said = make(tmp_path)
    assert (tmp_path / "helper.tar").read_bytes() == (payload / "helper.tar").read_bytes()
    assert (tmp_path / "helper.digest").read_text() == (payload / "helper.digest").read_text()
    with capsys.disabled():
        print("\n" + said.strip().rsplit("/", 1)[1])


def test_it_is_not_too_large(payload):
    assert (payload / "helper.tar").stat().st_size < LARGEST


def test_the_digest_is_that_of_the_file(payload):
    assert (payload / "helper.digest").read_text() == sha256((payload / "helper.tar").read_bytes()).hexdigest() + "\n"


def test_nothing_in_it_is_of_anybody(payload):
    """Owned by root, of one time, written by root alone; executed only where code belongs."""
    with tarfile.open(payload / "helper.tar") as archive:
        entries = archive.getmembers()
    assert {(entry.uid, entry.gid, entry.mode & 0o7022) for entry in entries} == {(0, 0, 0)}
    assert len({entry.mtime for entry in entries}) == 1
    assert [entry.name for entry in entries] == sorted((entry.name for entry in entries), key=lambda name: name.split("/"))
    executable = {str(Path(entry.name).parent) for entry in entries if entry.isfile() and entry.mode & 0o111}
    assert executable == {"tree/bin", "host/etc/NetworkManager/dispatcher.d"}


def test_it_says_what_it_is(payload):
    with tarfile.open(payload / "helper.tar") as archive:
        text = archive.extractfile("bundle.conf").read().decode()
    assert re.fullmatch(r"\[Bundle\]\nId=io\.github\.sottodns\.Sotto\nVersion=\d+\.\d+\.\d+\nBuildTime=\d{10}\nProtocol=\d+\n", text)


def test_what_the_host_gets(payload):
    with tarfile.open(payload / "helper.tar") as archive:
        files = {entry.name.removeprefix("host/") for entry in archive.getmembers()
                 if entry.isfile() and entry.name.startswith("host/")}
        units = archive.extractfile("host/etc/systemd/system/sotto.service").read().decode()
    assert files == {
        "etc/NetworkManager/dispatcher.d/90-sotto",
        "etc/dbus-1/system.d/io.github.sottodns.Sotto1.conf",
        "etc/polkit-1/actions/io.github.sottodns.Sotto1.policy",
        "etc/polkit-1/rules.d/io.github.sottodns.Sotto1.rules",
        "etc/systemd/system/sotto-boot.service",
        "etc/systemd/system/sotto-follow.path",
        "etc/systemd/system/sotto-follow.service",
        "etc/systemd/system/sotto.service",
        "etc/sysusers.d/sotto.conf",
        "usr/local/share/dbus-1/system-services/io.github.sottodns.Sotto1.service",
    }
    assert f"ExecStart={BIN}/sottod --service\n" in units


def test_a_librarys_own_search_path_is_forgotten(tmp_path):
    """Those of a flatpak-builder's sandbox may have one; ours is the program's."""
    put = runpy.run_path(str(ROOT / "flatpak/bundle"))["put"]
    built, kept = tmp_path / "built.so", tmp_path / "kept.so"
    subprocess.run(["cc", "-shared", "-Wl,-rpath,/app/lib", "-x", "c", "/dev/null", "-o", built], check=True)
    put(built, kept)
    entries = [subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True).stdout for file in (built, kept)]
    assert ["/app/lib" in entry for entry in entries] == [True, False]
    ctypes.CDLL(str(kept))


# --- where there is nothing else ---

def test_version(root):
    ended = root.run(BIN / "sottod", "--version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.fullmatch(r"sottod \d+\.\d+\.\d+\n", ended.stdout)


@pytest.mark.parametrize("program", ["sottod", "sotto-portal-probe", "sotto-setup"])
def test_by_its_loader(root, program):
    """As the installer runs it, before it is where it belongs: it starts, and complains of its command line."""
    version = next((root.at(HOME) / "versions").iterdir()).relative_to(root.path)
    ended = root.run(f"/{version}/bin/ld.so", f"/{version}/bin/{program}", "--nonsense")
    assert ended.returncode in (1, 2), ended
    assert "loading shared libraries" not in ended.stderr


def test_answers_by_tls(root, resolver, forwarder):
    """With the authorities where this system keeps them, as a user that /etc/passwd knows."""
    daemon = forwarder(root, "--resolver", resolver, "--user", "nobody")
    assert ask() == [TRUTH], daemon.log
    assert root.mapped_elsewhere(daemon.pid) == set()


def test_reads_an_api_by_tls(root, authority):
    body = b'{"captive": true, "user-portal-url": "https://portal.example/"}'
    act = web.says(web.reply("200 OK", "Content-Type: application/captive+json", body=body))
    with web.Web(act, certificate=authority.folder / "server") as server:
        ended = root.run(BIN / "sotto-portal-probe", "--trust", f"/{FEDORA_TRUST}",
                         "api", f"https://{HOST}:{server.port}/", "127.0.0.1")
    assert ended.stdout.startswith("verdict=found\naddress=https://portal.example/\n"), ended


def test_probe_maps_nothing_else(root, authority):
    """Looked at while it waits, over TLS, so that GIO has loaded its module."""
    with web.Web(web.stays_silent, certificate=authority.folder / "server") as server:
        probe = root.start("sotto-portal-probe", "--trust", f"/{FEDORA_TRUST}",
                           "api", f"https://{HOST}:{server.port}/", "127.0.0.1")
        probe.wait_until("the request", lambda: server.requests)
        maps = Path(f"/proc/{probe.pid}/maps").read_text(encoding="utf-8")
        elsewhere = root.mapped_elsewhere(probe.pid)
        probe.stop(signal.SIGKILL)
    assert "lib/gio/modules/libgio" in maps
    assert elsewhere == set()


@pytest.mark.parametrize("file", ["bin/ld.so", "lib/libc.so.6", "lib/libp11-kit.so.0"])
def test_no_place_of_the_hosts_code_is_known(payload, file):
    """Not even one that none of these tests happens to make it look at."""
    with tarfile.open(payload / "helper.tar") as archive:
        data = archive.extractfile(f"tree/{file}").read()
    places = re.findall(rb"(?<![ -~])/[ -~]*/(?:gconv|pkcs11|p11-kit|ld\.so\.(?:cache|preload))[ -~]*(?=\0)", data)
    places += re.findall(rb"(?<![ -~])/(?:usr/)?lib[0-9]*/(?:[ -~]*-linux-gnu[ -~]*/)?(?=\0)", data)
    assert all(place.startswith(b"/.../") for place in places), places
    assert places


# --- whom it trusts ---

def test_without_authorities_it_says_so(empty, resolver, forwarder):
    daemon = forwarder(empty, "--resolver", resolver)
    assert ask() == "SERVFAIL"
    assert "no trusted certificate authorities were found where systems keep them: install ca-certificates, or name a file" \
        " with CAFile= in sotto.conf" in daemon.log


def test_authorities_that_come_later_are_found(empty, authority, resolver, forwarder):
    forwarder(empty, "--resolver", resolver)
    assert ask() == "SERVFAIL"
    empty.trust(authority, "etc/ssl/ca-bundle.pem")
    wait_for("an answer", lambda: ask() == [TRUTH], 30)


def test_the_settings_have_the_last_word(empty, authority, resolver, forwarder, tmp_path):
    """CAFile= names the right one, the system's store another."""
    empty.trust(Authority(tmp_path / "other"))
    empty.trust(authority, "etc/sotto/ca.pem")
    forwarder(empty, "--resolver", resolver, "--ca-file", "/etc/sotto/ca.pem")
    assert ask() == [TRUTH]


# --- that the poison is one ---

@pytest.mark.parametrize("words", [
    pytest.param(("/tmp/gio", "list", "/"), id="library"),
    pytest.param(("/tmp/getent", "passwd", "nobody"), id="name-service"),
    pytest.param(("--library-path", HOME / "current/lib", "/tmp/gio", "list", "/"), id="gio-module"),
])
def test_the_hosts_own_programs_die_of_it(poisoned, words):
    assert poisoned.run_as_host(*words).returncode in (-signal.SIGABRT, LOADER_GAVE_UP)


def test_the_hosts_own_programs_die_of_what_is_preloaded(poisoned):
    assert poisoned.run_as_host("/tmp/getent", "--version").returncode == 0
    poisoned.preload()
    assert poisoned.run_as_host("/tmp/getent", "--version").returncode == -signal.SIGABRT
