# SPDX-License-Identifier: GPL-3.0-or-later
"""[Rules] as an administrator writes them: lists of every form, cloaks, local names, and a million names. Behind HAProxy
stands BIND, which logs every question that leaves."""

import re
import time
from pathlib import Path

import dns.edns
import dns.rcode
import pytest
from forwarder import ADDRESS, PORT, ask, timed, why

from lab.process import wait_for
from lab.topology import HAPROXY

NXDOMAIN, NOERROR, REFUSED = dns.rcode.NXDOMAIN, dns.rcode.NOERROR, dns.rcode.REFUSED
TRUTH = "203.0.113.12"
FILTERED = 17
MILLION = 1_000_000


@pytest.fixture
def ruled(sottod, servers, tmp_path):
    """ruled("Block=a.example", files={"ads.txt": "…"}) starts the forwarder with these rules; @ stands for the folder."""
    config = tmp_path / "sotto.conf"

    def write(*rules, files=None, cache=0):
        for name, text in (files or {}).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        lines = ["[Sotto]", f"Listen={ADDRESS}:{PORT}", f"Resolvers={servers.tls_uri(HAPROXY)}", f"CacheSize={cache}", "[Rules]",
                 *(rule.replace("@", f"{tmp_path}/") for rule in rules)]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def start(*rules, files=None, cache=0):
        write(*rules, files=files, cache=cache)
        return sottod("--config", config, listen=None)
    start.write = write
    return start


def addresses(answer):
    return sorted(record.to_text() for rrset in answer.answer for record in rrset)


def ede(answer):
    return [int(option.code) for option in answer.options if isinstance(option, dns.edns.EDEOption)]


def test_lists_of_every_form(ruled, servers):
    ruled("BlockLists=@mixed.txt;@hosts", "AllowLists=@good.txt", files={
        "mixed.txt": "# mixed\nplain.wild.example.test\n||adblock.wild.example.test^\n@@||not.adblock.wild.example.test^\n"
                     "=exact.wild.example.test\n||page.wild.example.test^$script\nbücher.wild.example.test\n",
        "hosts": "127.0.0.1 localhost\n0.0.0.0 hosts.wild.example.test also.wild.example.test\r\n",
        "good.txt": "good.plain.wild.example.test\n"})
    blocked = {"plain": "mixed.txt line 2", "x.plain": "mixed.txt line 2", "adblock": "mixed.txt line 3",
               "x.Adblock": "mixed.txt line 3", "exact": "mixed.txt line 5", "xn--bcher-kva": "mixed.txt line 7",
               "hosts": "hosts line 2", "also": "hosts line 2"}
    for label, rule in blocked.items():
        answer = ask(f"{label}.wild.example.test")
        assert (answer.rcode(), ede(answer), why(answer)) == (NXDOMAIN, [FILTERED], rule), label
        assert not servers.questions(f"{label}.wild.example.test")
    for label in ("good.plain", "x.good.plain", "not.adblock", "x.exact", "page", "x.hosts"):
        assert addresses(ask(f"{label}.wild.example.test")) == [TRUTH], label


@pytest.mark.parametrize("cache", [0, 1 << 20])
def test_blocked_name_behind_another(ruled, cache):
    """alias.example.test is a CNAME of www.example.test: as trackers do it."""
    ruled("Block=www.example.test", cache=cache)
    for _ in range(2):
        answer = ask("alias.example.test")
        assert (answer.rcode(), ede(answer), addresses(answer)) == (NXDOMAIN, [FILTERED], [])


def test_allowed_name_leads_where_it_likes(ruled):
    ruled("Block=www.example.test", "Allow=alias.example.test")
    assert addresses(ask("alias.example.test"))[0] == "203.0.113.10"


@pytest.mark.parametrize("word, rdtype, rcode, found", [
    ("nxdomain", "A", NXDOMAIN, []), ("refused", "A", REFUSED, []), ("zero", "A", NOERROR, ["0.0.0.0"]),
    ("zero", "AAAA", NOERROR, ["::"]), ("zero", "HTTPS", NOERROR, [])])
def test_answers_of_blocked_names(ruled, word, rdtype, rcode, found):
    ruled("Block=blocked.wild.example.test", f"BlockAnswer={word}")
    answer = ask("blocked.wild.example.test", rdtype)
    assert (answer.rcode(), addresses(answer), ede(answer)) == (rcode, found, [FILTERED])
    assert bool(answer.authority) == (word == "nxdomain" or rdtype == "HTTPS")


def test_cloaks(ruled, servers):
    ruled("Cloak=nas.home 192.0.2.7;=search.example.test www.example.test", "CloakList=@cloaks",
          files={"cloaks": "192.0.2.8 printer.home\nstrict.example.test alias.example.test\n"})
    assert addresses(ask("nas.home")) == addresses(ask("x.nas.home")) == ["192.0.2.7"]
    assert addresses(ask("printer.home")) == ["192.0.2.8"]
    assert ask("nas.home", "AAAA").rcode() == NOERROR and not ask("nas.home", "AAAA").answer
    for rdtype in ("A", "AAAA", "TXT", "MX"):
        answer, truth = ask("search.example.test", rdtype), ask("www.example.test", rdtype)
        assert answer.answer[0].to_text().split()[-1] == "www.example.test."
        assert answer.answer[1:] == truth.answer
    chain = ask("strict.example.test")
    assert [rrset.name.to_text() for rrset in chain.answer] == [
        "strict.example.test.", "alias.example.test.", "www.example.test."]
    assert not servers.questions("search.example.test") and not servers.questions("nas.home")


def test_local_names_never_leave(ruled, servers):
    ruled("LocalNames=fritz.example.test")
    names = ["printer", "wpad", "nas.local", "tv.lan", "db.internal", "x.corp", "y.home", "z.mail", "router.home.arpa",
             "fritz.example.test", "nas.fritz.example.test", "hidden.onion", "a.invalid", "app.localhost",
             "1.1.168.192.in-addr.arpa", "4.3.2.10.in-addr.arpa", "1.0.31.172.in-addr.arpa", "9.9.64.100.in-addr.arpa",
             "b._dns-sd._udp.0.1.168.192.in-addr.arpa", "1.254.169.in-addr.arpa", "1.0.d.f.ip6.arpa", "a.e.f.ip6.arpa",
             "_dns.resolver.arpa", "use-application-dns.net"]
    before = len(re.findall("query: ", servers.daemons["named"].log))
    for name in names:
        for rdtype in ("A", "AAAA", "HTTPS", "PTR", "SVCB", "TXT"):
            answer = ask(name, rdtype)
            assert answer.rcode() in (NXDOMAIN, NOERROR)
            assert answer.answer or answer.authority, f"{name} {rdtype}: no SOA, so clients ask again and again"
    after = servers.daemons["named"].log
    assert len(re.findall("query: ", after)) == before, after[-2000:]


def test_questions_about_zones_leave(ruled, servers):
    ruled("Block=blocked.example")
    ask("test", "DS")
    ask(".", "NS")
    assert servers.questions("test", "DS") and servers.questions(r".", "NS")


def test_reload_and_a_list_that_is_gone(ruled, servers, tmp_path):
    forwarder = ruled("BlockLists=@ads.txt", files={"ads.txt": "one.wild.example.test\n"})
    assert ask("one.wild.example.test").rcode() == NXDOMAIN

    def reload(*rules, **options):
        ruled.write(*rules, **options)
        forwarder.reload()
    reload("BlockLists=@ads.txt", files={"ads.txt": "# now\ntwo.wild.example.test\n"})
    wait_for("the new list", lambda: ask("two.wild.example.test").rcode() == NXDOMAIN, 5)
    assert ask("one.wild.example.test").rcode() == NOERROR
    reload("BlockLists=@ads.txt", "Block=three.wild.example.test", files={"ads.txt": "<html>\nNot found\n"})
    wait_for("the new rule", lambda: ask("three.wild.example.test").rcode() == NXDOMAIN, 5)
    assert why(ask("two.wild.example.test")) == "ads.txt line 2"
    assert "not one of them is a rule" in forwarder.daemon.log
    (tmp_path / "ads.txt").unlink()
    reload("BlockLists=@ads.txt", "Block=four.wild.example.test")
    wait_for("the new rule", lambda: ask("four.wild.example.test").rcode() == NXDOMAIN, 5)
    assert ask("two.wild.example.test").rcode() == NXDOMAIN
    assert ask("three.wild.example.test").rcode() == NOERROR


def test_what_is_wrong_is_said(ruled):
    forwarder = ruled("BlockLists=@ads.txt;@missing.txt",
                      files={"ads.txt": "a.wild.example.test\nno name\n\nneither is this\n"})
    assert ask("a.wild.example.test").rcode() == NXDOMAIN
    log = forwarder.daemon.log
    assert "ads.txt: 2 lines could not be understood and are left out; the first is line 2" in log
    assert re.search(r"missing\.txt: No such file or directory", log)


def resident_mb(forwarder):
    status = Path(f"/proc/{forwarder.daemon.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


def test_a_million_names(ruled, tmp_path):
    """Before the start, and by a reload while queries are answered."""
    names = "".join(f"||metric{number:x}.tracker-{number % 977}.com^\n" for number in range(MILLION))
    forwarder = ruled("Block=first.wild.example.test")
    small = resident_mb(forwarder)
    (tmp_path / "million.txt").write_text(names + "last.wild.example.test\n", encoding="ascii")
    ruled.write("BlockLists=@million.txt")
    start, worst, asked = time.monotonic(), 0, 0
    forwarder.reload()
    while True:
        answer, seconds = timed(ask, "last.wild.example.test")
        worst, asked = max(worst, seconds), asked + 1
        if answer.rcode() == NXDOMAIN:
            break
        assert answer.rcode() == NOERROR and time.monotonic() < start + 60
    loaded = time.monotonic() - start
    memory = resident_mb(forwarder) - small
    print(f"\na million names: loaded in {loaded:.1f} s while {asked} queries were answered, the slowest in "
          f"{worst * 1000:.0f} ms; {memory:.0f} MB more memory")
    assert asked > 10 and worst < 1
    assert why(ask("x.metricff.tracker-255.com")) == "million.txt line 256"
    forwarder.reload()  # the same file is not read again
    assert ask("last.wild.example.test").rcode() == NXDOMAIN
