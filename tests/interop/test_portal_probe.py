# SPDX-License-Identifier: GPL-3.0-or-later
"""The portal probe and web servers that behave, misbehave, and lie."""

import gzip
import os
import re
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab.pki import HOST, Authority

import web_servers as web
from web_servers import DATE, DATE_S, PAGE, Web, reply, says

PROGRAM = Path(os.environ["SOTTOD"]).parent / "probe" / "sotto-portal-probe"
NAME = "check.invalid"
"""No name service knows it."""

NOTHING_S = 8.0
SLACK_S = 1.5


def probe(kind, url, *addresses, options=()):
    """(verdict, address, date, left) that the program says."""
    ended = subprocess.run([PROGRAM, *options, kind, url, *addresses], capture_output=True, text=True, timeout=15,
                           env={}, check=True)
    return tuple(line.split("=", 1)[1] for line in ended.stdout.splitlines())


def look(act, address="127.0.0.1"):
    with Web(act, address) as server:
        return probe("page", f"http://{NAME}:{server.port}/nm", address)[:2]


def asked(verdict, address=None):
    """`address` None: that of the page asked, on whatever port."""
    return lambda said: said[0] == verdict and (said[1] == address if address is not None
                                                else re.fullmatch(rf"http://{NAME}:\d+/nm", said[1]))


FOUND, NOTHING, OPEN = asked("found"), asked("unreachable", ""), asked("open", "")


@pytest.mark.parametrize("act, expected", [
    pytest.param(says(reply("204 No Content")), OPEN, id="no-content"),
    pytest.param(says(reply("200 OK", body=b"NetworkManager is online\n")), OPEN, id="networkmanager-text"),
    pytest.param(says(reply("200 OK", "X-NetworkManager-Status: online", body=b"<html>")), OPEN, id="networkmanager-header"),
    pytest.param(says(reply("200 OK", "Content-Type: text/plain", body=b"success\n")), OPEN, id="success"),
    pytest.param(says(reply("200 OK", "Content-Type: text/plain", body=b"fine", version="HTTP/1.0")), OPEN, id="http-1.0"),
    pytest.param(web.sends_chunks, OPEN, id="chunked"),
    pytest.param(says(reply("302 Found", "Location: https://portal.example/login?next=http%3A%2F%2Fa")),
                 asked("found", "https://portal.example/login?next=http%3A%2F%2Fa"), id="redirection"),
    pytest.param(says(reply("302 Found", "Location: javascript:alert(1)")), FOUND, id="redirection-to-script"),
    pytest.param(says(reply("302 Found", "Location: http://portal.example/" + "a" * 3000)), FOUND, id="redirection-too-long"),
    pytest.param(says(reply("302 Found", "Location: http://portal.example/\x01ÿ")),
                 asked("found", "http://portal.example/%01%C3%BF"), id="redirection-unencoded"),
    pytest.param(says(b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\nContent-Length: 0\r\n\r\n"), FOUND,
                 id="redirection-binary"),
    pytest.param(says(reply("200 OK", "Content-Type: text/html", body=PAGE)), FOUND, id="other-page"),
    pytest.param(says(b"HTTP/1.1 200 OK\r\n\r\n" + PAGE), FOUND, id="other-page-without-fields"),
    pytest.param(says(reply("511 Network Authentication Required", body=PAGE)), FOUND, id="status-511"),
    pytest.param(web.sends_endless_body, FOUND, id="endless-body"),
    pytest.param(says(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n" + PAGE), FOUND,
                 id="cut-short"),
    pytest.param(says(reply("200 OK", "Content-Encoding: gzip", body=gzip.compress(bytes(10 << 20)))), NOTHING, id="bomb"),
    pytest.param(says(reply("404 Not Found", body=PAGE)), NOTHING, id="not-found"),
    pytest.param(says(reply("401 Unauthorized", 'WWW-Authenticate: Basic realm="x"')), NOTHING, id="password"),
    pytest.param(says(reply("503 Service Unavailable")), NOTHING, id="server-error"),
    pytest.param(says(reply("200 OK")), NOTHING, id="empty"),
    pytest.param(says(b"\x00\xff\x13" * 500), NOTHING, id="garbage"),
    pytest.param(says(b"SSH-2.0-OpenSSH_9.2\r\n"), NOTHING, id="not-http"),
    pytest.param(says(b""), NOTHING, id="hang-up"),
    pytest.param(says(b"HTTP/1.1 " + b"9" * 40 + b" \r\n\r\n"), NOTHING, id="strange-status"),
    pytest.param(says(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), NOTHING, id="negative-length"),
    pytest.param(web.sends_bad_chunks, NOTHING, id="bad-chunks"),
    pytest.param(web.sends_endless_header, NOTHING, id="endless-header"),
    pytest.param(web.sends_endless_line, NOTHING, id="endless-line"),
    pytest.param(web.resets, NOTHING, id="reset"),
])
def test_answer(act, expected):
    began = time.monotonic()
    said = look(act)
    assert expected(said), said
    assert time.monotonic() - began < NOTHING_S / 2


def test_slow_answers_end_at_the_limit():
    """Both at once, for they take their time."""
    began = time.monotonic()
    with ThreadPoolExecutor() as threads:
        for said in threads.map(look, (web.drips, web.stays_silent)):
            assert NOTHING(said), said
    assert NOTHING_S - SLACK_S < time.monotonic() - began < NOTHING_S + SLACK_S


def test_nobody_listens():
    assert NOTHING(probe("page", f"http://{NAME}:9/", "127.0.0.1")[:2])


def test_request_tells_nothing():
    with Web(says(reply("204 No Content"))) as server:
        probe("page", f"http://{NAME}:{server.port}/nm", "127.0.0.1")
        head = server.requests[0].splitlines()
    assert head[0] == "GET /nm HTTP/1.1"
    assert {line.split(":")[0] for line in head[1:] if line} <= {"Host", "User-Agent", "Connection", "Cache-Control",
                                                                 "Accept-Encoding"}
    assert "User-Agent: Sotto" in head
    assert f"Host: {NAME}:{server.port}" in head


def test_redirection_is_not_followed():
    with Web(says(reply("204 No Content"))) as other:
        act = says(reply("302 Found", f"Location: http://127.0.0.1:{other.port}/"))
        assert asked("found", f"http://127.0.0.1:{other.port}/")(look(act))
        assert not other.requests


def test_date_is_told():
    with Web(says(reply("404 Not Found"))) as server:
        assert probe("page", f"http://{NAME}:{server.port}/", "127.0.0.1")[2] == str(DATE_S)
    with Web(says(reply("204 No Content").replace(DATE.encode(), b"yesterday"))) as server:
        assert probe("page", f"http://{NAME}:{server.port}/", "127.0.0.1")[2] == "0"


def test_ipv6():
    assert OPEN(look(says(reply("204 No Content")), "::1"))


def test_dead_address_costs_a_second():
    """The first address takes the connection and the request, and says nothing: IPv6 into a black hole is like that."""
    hole = socket.create_server(("::1", 0), family=socket.AF_INET6)
    port = hole.getsockname()[1]
    server = Web(says(reply("204 No Content")), "127.0.0.1")
    server.socket.close()
    server.socket, server.port = socket.create_server(("127.0.0.1", port)), port
    with hole, server:
        began = time.monotonic()
        assert OPEN(probe("page", f"http://{NAME}:{port}/", "::1", "127.0.0.1")[:2])
        assert time.monotonic() - began < 1 + SLACK_S


def test_refused_address_costs_nothing():
    with Web(says(reply("204 No Content"))) as server:
        assert OPEN(probe("page", f"http://{NAME}:{server.port}/", "::1", "127.0.0.1")[:2])
        assert len(server.requests) == 1


def lookups_counted():
    listed = subprocess.run(["nft", "list", "table", "inet", "probe_test"], capture_output=True, text=True, check=True)
    return sum(int(count) for count in re.findall(r"packets (\d+)", listed.stdout))


@pytest.fixture
def count_lookups():
    subprocess.run(["nft", "-f", "-"], text=True, check=True, input="""
table inet probe_test {
  chain out {
    type filter hook output priority 0
    meta l4proto { tcp, udp } th dport { 53, 5353, 5355 } counter
  }
}
""")
    yield lookups_counted
    subprocess.run(["nft", "delete", "table", "inet", "probe_test"], check=True)


def test_no_name_is_asked(count_lookups, authority):
    """Counted by the kernel, in this namespace; that it counts is shown by asking one."""
    look(says(reply("204 No Content")))
    look(says(reply("302 Found", "Location: http://portal.example/")))
    api(authority, says(captive_json('{"captive": false}')))
    assert count_lookups() == 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.sendto(b"?", ("127.0.0.1", 53))
    assert count_lookups() == 1


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


def captive_json(text):
    return reply("200 OK", "Content-Type: application/captive+json", body=text.encode())


def api(authority, act, certificate="server", trust="ca", host=HOST):
    with Web(act, certificate=authority.folder / certificate) as server:
        return probe("api", f"https://{host}:{server.port}/captive", "127.0.0.1",
                     options=("--trust", authority.folder / f"{trust}.crt") if trust else ())


def test_api_captive(authority):
    said = api(authority, says(captive_json('{"captive": true, "user-portal-url": "https://portal.example/?a=b"}')))
    assert said == ("found", "https://portal.example/?a=b", str(DATE_S), "0")


def test_api_free(authority):
    said = api(authority, says(captive_json('{"captive": false, "seconds-remaining": 326, "venue-info-url": "https://a/"}')))
    assert said == ("open", "", str(DATE_S), "326")


def test_api_asks_for_its_type(authority):
    with Web(says(captive_json("{}")), certificate=authority.folder / "server") as server:
        probe("api", f"https://{HOST}:{server.port}/", "127.0.0.1", options=("--trust", authority.folder / "ca.crt"))
        assert "Accept: application/captive+json" in server.requests[0]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"captive": "no"}', PAGE.decode(), '{"captive":' * 5000],
                         ids=["empty", "cut-short", "array", "no-word", "wrong-type", "html", "deep"])
def test_api_nonsense(authority, text):
    assert NOTHING(api(authority, says(captive_json(text)))[:2])


def test_api_redirection_tells_nothing(authority):
    assert NOTHING(api(authority, says(reply("302 Found", "Location: https://portal.example/")))[:2])


@pytest.mark.parametrize("certificate, trust, host", [
    ("wrong-name", "ca", HOST),
    ("expired", "ca", HOST),
    ("untrusted", "ca", HOST),
    ("server", None, HOST),
    ("server", "ca", "elsewhere.example"),
])
def test_api_certificate_is_verified(authority, certificate, trust, host):
    """Nothing is told to whom the certificate does not name: not one request."""
    with Web(says(captive_json('{"captive": false}')), certificate=authority.folder / certificate) as server:
        said = probe("api", f"https://{host}:{server.port}/", "127.0.0.1",
                     options=("--trust", authority.folder / f"{trust}.crt") if trust else ())
        assert said == ("unreachable", "", "0", "0")
        assert not server.requests


@pytest.mark.parametrize("arguments", [
    (), ("page",), ("page", "http://a/"), ("page", "http://a/", "a.example"), ("page", "ftp://a/", "127.0.0.1"),
    ("page", "http:///", "127.0.0.1"), ("api", "http://a/", "127.0.0.1"), ("other", "http://a/", "127.0.0.1"),
    ("--trust", "/nowhere", "api", "https://a/", "127.0.0.1"),
])
def test_wrong_call_is_refused(arguments):
    ended = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=5)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Usage: ")


def test_it_has_given_everything_away():
    """Looked at by the kernel's own account of the process, while it waits for a silent server."""
    with Web(web.stays_silent) as server:
        process = subprocess.Popen([PROGRAM, "page", f"http://{NAME}:{server.port}/", "127.0.0.1"],
                                   stdout=subprocess.DEVNULL)
        while not server.requests:
            time.sleep(0.01)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii")
        process.kill()
        process.wait()
    for line in ("CapPrm", "CapEff", "CapAmb"):
        assert int(re.search(rf"^{line}:\s*([0-9a-f]+)$", status, re.M)[1], 16) == 0
    assert re.search(r"^NoNewPrivs:\s*1$", status, re.M)
    assert re.search(r"^Seccomp:\s*2$", status, re.M)
    assert re.search(r"^Max core file size\s+0\s+0", limits, re.M)
    assert re.search(r"^Max file size\s+0\s+0", limits, re.M)
    assert re.search(r"^Max cpu time\s+5\s+5", limits, re.M)
