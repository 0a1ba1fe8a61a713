# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed lists over a network that lies: fetched through the encrypted resolver alone, and whatever is wrong with one is
refused in plain words while the old one stays."""

import base64
import json

import pytest

from lab.capture import Capture
from lab.lists import FOLDER, HOST, ListServer, Signer
from lab.process import wait_for
from lab.servers import ask
from lab.topology import KRESD, TRUTH, UNBOUND

TIME = 1_790_000_000
NAME = "public-resolvers"


def text(value):
    return bytes([len(value)]) + value.encode()


def tls_stamp(address, host="dns.lab.test"):
    """sdns:// of DNS over TLS, which promises DNSSEC and no logs."""
    payload = b"\x03" + (3).to_bytes(8, "little") + text(address) + b"\0" + text(host)
    return "sdns://" + base64.urlsafe_b64encode(payload).decode().rstrip("=")


RELAYS = "# relays\n\n## anon-lab\n\nA relay.\n\nsdns://" + base64.urlsafe_b64encode(
    b"\x81" + text("198.51.100.13:443")).decode().rstrip("=") + "\n"
OLD = f"# old\n\n## lab-listed\n\nUnbound, as a list has it.\n\n{tls_stamp(UNBOUND)}\n"
NEW = f"# new\n\n## lab-listed\n\n{tls_stamp(UNBOUND)}\n\n## lab-newer\n\n{tls_stamp(KRESD)}\n"


@pytest.fixture(scope="module")
def list_server(network, servers):
    server = ListServer(network.inet, servers.authority)
    yield server
    server.stop()


@pytest.fixture
def lists(list_server, installed):
    """Good lists, configured before the helper starts."""
    list_server.configure()
    list_server.publish(NAME, OLD, TIME)
    list_server.publish("relays", RELAYS, TIME)
    return list_server


@pytest.fixture
def listed(lists, protected, guest):
    """Protection is on, and the old list in use."""
    protected.sottoctl(guest, "lists", "--refresh")
    return protected


def known(helper, guest):
    return {entry["id"]: entry for entry in json.loads(helper.sottoctl(guest, "resolvers", "--json").stdout)}


def source(helper, guest):
    return next(entry for entry in json.loads(helper.sottoctl(guest, "lists", "--json").stdout) if entry["name"] == NAME)


def test_list_is_fetched_through_the_encrypted_resolver(lists, protected, network, guest):
    with Capture(network) as capture:
        protected.sottoctl(guest, "lists", "--refresh")
    capture.no_plain_dns()  # its name is in TLS's own hello, as of every web site
    entry = known(protected, guest)["lab-listed"]
    # whose dns.lab.test it is, the lab's own entries tell
    assert (entry["source"], entry["operator"], entry["protocols"]) == (NAME, "PowerDNS Lab", ["dot"])
    assert (entry["dnssec"], entry["nolog"], entry["description"]) == (True, True, "Unbound, as a list has it.")
    assert source(protected, guest)["signed-at"] == TIME
    relays = json.loads(protected.sottoctl(guest, "relays", "--json").stdout)
    assert [relay["id"] for relay in relays if relay["source"] == "relays"] == ["anon-lab"]


def test_lists_are_fetched_once_somebody_looks(lists, protected, guest):
    assert source(protected, guest)["entries"] == 0  # this was the look
    wait_for("the list", lambda: source(protected, guest)["entries"] == 1)


def test_lists_are_not_fetched_while_protection_is_off(lists, helper, guest):
    done = helper.sottoctl(guest, "lists", "--refresh", check=False)
    assert done.returncode == 1
    assert "turn on protection first" in done.stderr


def test_listed_resolver_is_used_and_survives_a_restart(listed, network, guest):
    listed.sottoctl(guest, "use", "lab-listed")
    assert ask(network.laptop) == TRUTH
    assert listed.status(guest)["resolver-in-use"] == "lab-listed"
    listed.stop()
    listed.start()
    wait_for("protection again", lambda: listed.status(guest)["state"] == "on")
    assert listed.status(guest)["resolver"] == "lab-listed"
    assert ask(network.laptop) == TRUTH
    assert "cannot be used any more" not in listed.daemon.log


def wrong_signature(server):
    server.publish(NAME, NEW, TIME + 1)
    (FOLDER / f"{NAME}.md").write_text(NEW.replace("newer", "other"))


def wrong_key(server):
    server.publish(NAME, NEW, TIME + 1, signer=Signer())


def rolled_back(server):
    server.publish(NAME, NEW, TIME - 86400)


def swapped(server):
    server.publish(NAME, RELAYS, TIME + 1, file="relays.md")


def truncated(server):
    server.publish(NAME, NEW, TIME + 1)
    (FOLDER / f"{NAME}.md").write_text(NEW[:-30])


def huge(server):
    server.publish(NAME, NEW, TIME + 1)
    with open(FOLDER / f"{NAME}.md", "r+b") as file:
        file.truncate(100 << 20)


def missing(server):
    server.publish(NAME, NEW, TIME + 1)
    (FOLDER / f"{NAME}.md").unlink()


@pytest.mark.parametrize("spoil, sentence", [
    (wrong_signature, "It does not match its signature: it was changed or cut short."),
    (wrong_key, "It was signed with another key."),
    (rolled_back, "It was signed on 20 September 2026 and is older than the one in use, of 21 September 2026."),
    (swapped, 'The signature is for a file named "relays.md", not for "public-resolvers.md".'),
    (truncated, "It does not match its signature: it was changed or cut short."),
    (huge, f"What {HOST} sent is larger than a list may be."),
    (missing, f"{HOST} does not have the list."),
], ids=lambda value: getattr(value, "__name__", ""))
def test_bad_list_is_refused_and_the_old_one_stays(listed, lists, guest, spoil, sentence):
    spoil(lists)
    done = listed.sottoctl(guest, "lists", "--refresh", check=False)
    print(f"{spoil.__name__}: {sentence}")
    assert (done.returncode, done.stderr) == (1, f"sottoctl lists: {NAME}: {sentence}\n")
    held = source(listed, guest)
    assert (held["failure"], held["entries"], held["signed-at"]) == (sentence, 1, TIME)
    resolvers = known(listed, guest)
    assert "lab-listed" in resolvers and "lab-newer" not in resolvers


def test_asked_over_and_over_little_is_fetched(listed, lists, guest):
    """By whichever program: the limit is the machine's. Who asks more is told how it went."""
    before = lists.fetched(NAME)
    missing(lists)
    ends = [listed.sottoctl(guest, "lists", "--refresh", check=False) for _ in range(8)]
    assert 1 <= lists.fetched(NAME) - before <= 3  # two are left of three, and half a minute may have passed
    assert {end.stderr for end in ends} == {f"sottoctl lists: {NAME}: {HOST} does not have the list.\n"}


def test_changed_key_is_shown_until_it_is_chosen(listed, lists, guest):
    listed.sottoctl(guest, "use", "lab-listed")
    lists.publish(NAME, f"## lab-listed\n\n{tls_stamp(UNBOUND, 'unbound.lab.test')}\n", TIME + 1)
    listed.sottoctl(guest, "lists", "--refresh")
    assert "another key" in known(listed, guest)["lab-listed"]["key-changed"]
    assert "another key for a resolver than before" in listed.daemon.log
    listed.sottoctl(guest, "use", "lab-listed")
    assert known(listed, guest)["lab-listed"]["key-changed"] == ""


def test_own_entry_is_added_used_and_removed(protected, network, guest):
    added = protected.sottoctl(guest, "add", f"tls://{KRESD}#dns.lab.test", "--name", "My Knot").stdout.strip()
    assert added == "my-knot"
    assert known(protected, guest)["my-knot"]["source"] == "own"
    protected.sottoctl(guest, "use", added)
    assert ask(network.laptop) == TRUTH
    refused = protected.sottoctl(guest, "remove", added, check=False)
    assert refused.stderr == "sottoctl remove: This resolver is chosen now; choose another one first.\n"
    protected.sottoctl(guest, "use", "auto")
    protected.sottoctl(guest, "remove", added)
    assert "my-knot" not in known(protected, guest)


def test_own_entry_by_host_name_is_looked_up_encrypted(protected, network, guest):
    added = protected.sottoctl(guest, "add", "https://dns.lab.test/dns-query").stdout.strip()
    assert added == "dns.lab.test"
    with Capture(network) as capture:
        protected.sottoctl(guest, "use", added)
        assert ask(network.laptop) == TRUTH
    capture.no_plain_dns()
    assert protected.status(guest)["resolver-in-use"] == "dns.lab.test"
