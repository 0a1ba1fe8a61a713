# SPDX-License-Identifier: GPL-3.0-or-later
"""What the helper keeps below /var/lib/sotto is damaged, cannot be read, cannot be written. It starts and answers all the
same, keeps what can be read, says what cannot in its log and on the bus, and saves again when it can."""

import contextlib
import os
import pwd
import shutil
import subprocess

import dns.message
import dns.query
import pytest
from conftest import Client
from gi.repository import GLib

from lab.helper import ADDRESSES, NAME, STATE, Helper
from lab.process import wait_for

RESOLVERS, NETWORKS, RULES = (f"{NAME}.{part}" for part in ("Resolvers", "Networks", "Rules"))
ROOM_KB = 64
OWN = ["state.conf", "decisions.conf", "networks.conf", "networks", "rules.conf", "statistics", "resolvers.conf",
       "key-changes.conf"]
CHOICE = "[State]\nOn={}\nResolver=quad9\nChangedBy=alice\nChangedAt=1795000000\n"


def strings(*values):
    return GLib.Variant(f"({'s' * len(values)})", values)


@pytest.fixture
def state():
    """The folder, empty and the helper's, on a small disk of its own."""
    account = pwd.getpwnam("sotto")
    shutil.rmtree(STATE, ignore_errors=True)
    STATE.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_KB}k,mode=700,uid={account.pw_uid},gid={account.pw_gid}", "tmpfs",
                    STATE], check=True)
    yield STATE
    subprocess.run(["umount", STATE], check=True)


@pytest.fixture
def start(bus, state):
    """start() runs the helper on what is there, in the place of the one before; the end of each is checked."""
    started = []

    def end():
        for one in started:
            code = one.stop()
            assert code == 0, f"sottod ended with {code}:\n{one.daemon.log[-3000:]}"

    def helper():
        end()
        started[:] = [Helper(bus)]
        return started[0]
    yield helper
    end()


@pytest.fixture
def call():
    """A client of the helper that runs now."""
    clients = []

    def connect():
        clients.append(Client())
        return clients[-1]
    yield connect
    for one in clients:
        one.close()


def put(state, name, content):
    path = state / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    shutil.chown(path, "sotto", "sotto")
    return path


def answers():
    """Whether it serves lookups: one that it answers by itself, as no resolver is reached from here."""
    reply = dns.query.udp(dns.message.make_query("localhost", "A"), ADDRESSES[0], timeout=3)
    return reply.answer[0][0].address == "127.0.0.1"


@pytest.fixture(autouse=True)
def address():
    """What NetworkManager would do."""
    subprocess.run(["ip", "address", "replace", f"{ADDRESSES[0]}/32", "dev", "lo"], check=True)
    yield
    subprocess.run(["ip", "address", "del", f"{ADDRESSES[0]}/32", "dev", "lo"], check=True)


def sentences(log):
    return [line for line in log.splitlines() if "cannot be read" in line or "damaged" in line]


# --- what is there is no file of ours

def make_huge(path):
    path.touch()
    os.truncate(path, 1 << 40)


DAMAGE = {
    "binary": lambda path: path.write_bytes(os.urandom(2048)),
    "huge": make_huge,
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "secret": lambda path: (path.write_text("[State]\nOn=false\n"), path.chmod(0)),
}
"""More kinds of damage: kept_file_test, and the tests of each file's reader."""


@pytest.mark.parametrize("damage", DAMAGE)
def test_helper_starts_on_any_damage_and_answers(start, call, state, damage):
    for name in OWN:
        DAMAGE[damage](state / name)
    subprocess.run(["chown", "-hR", "sotto:sotto", state], check=True)
    helper = start()
    assert answers()
    client = call()
    properties = client.properties()
    assert (properties["State"], properties["Resolver"]) == ("off", "auto")
    assert properties["ReasonCode"] == "choice-lost"
    assert properties["Reason"] == "What was chosen before could not be read, so protection is off. Turn it on again."
    assert any("state.conf" in line for line in sentences(helper.daemon.log))
    assert helper.daemon.log.count("\n") < 60


# --- what can be read holds


def test_what_a_cut_file_still_says_holds(start, call, state):
    """The disk lost the end of it."""
    whole = CHOICE.format("true")
    path = put(state, "state.conf", whole[:whole.index("ChangedBy") + 4].encode() + bytes(300))
    before = path.read_bytes()
    helper = start()
    client = call()
    wait_for("the wish to be on", lambda: client.properties()["State"] != "off", 5)
    assert client.properties()["Resolver"] == "quad9"
    assert (state / "state.conf.damaged").read_bytes() == before
    assert "lines that are damaged were left out" in helper.daemon.log


def test_unknown_words_and_wrong_types_cost_nothing_else(start, call, state):
    put(state, "state.conf", CHOICE.format("true").replace("1795000000", "noon") + "Colour=blue\n[Future]\nOn=false\n")
    start()
    client = call()
    wait_for("the wish to be on", lambda: client.properties()["State"] != "off", 5)
    assert (client.properties()["ChangedBy"], client.properties()["ChangedAt"]) == ("alice", 0)


def test_one_damaged_resolver_costs_no_other(start, call, state):
    helper = start()
    client = call()
    ids = [client.call("Add", strings(f"tls://192.0.2.{number}#dns.example", f"Own {number}"), RESOLVERS) for number in range(3)]
    (path,) = [file for file in state.iterdir() if b"192.0.2.1" in file.read_bytes()]
    assert path.name in OWN
    damaged = path.read_text().replace("tls://192.0.2.1#dns.example", "tls://no such thing")
    helper.stop()
    put(state, path.name, damaged)
    helper = start()
    client = call()
    listed = {entry["id"] for entry in client.call("ListResolvers") if entry["own"]}
    assert listed == {ids[0], ids[2]}
    assert "a resolver that was added here cannot be used" in helper.daemon.log
    client.call("Add", strings("tls://192.0.2.9#dns.example", "Own 9"), RESOLVERS)
    assert "no such thing" in path.read_text(), "what could not be read was thrown away"


# --- what is written by halves


def test_crash_between_write_and_rename_leaves_the_old_choice(start, call, state):
    put(state, "state.conf", CHOICE.format("true"))
    put(state, "state.conf.7XQ2B1", "[State]\nOn=fal")
    start()
    client = call()
    wait_for("the wish to be on", lambda: client.properties()["State"] != "off", 5)
    assert client.properties()["ReasonCode"] != "choice-lost"


# --- what cannot be written


def fill(state):
    with open(state / "ballast", "wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(4096))


FAULTS = {
    "full": (fill, lambda state: (state / "ballast").unlink()),
    "read-only": (lambda state: subprocess.run(["mount", "-o", "remount,ro", state], check=True),
                  lambda state: subprocess.run(["mount", "-o", "remount,rw", state], check=True)),
    "taken-away": (lambda state: os.chown(state, 0, 0), lambda state: shutil.chown(state, "sotto", "sotto")),
}
REFUSED = {
    "favourite": ("SetFavourite", GLib.Variant("(sb)", ("quad9", False)), RESOLVERS),
    "resolver": ("Add", strings("tls://192.0.2.1#dns.example", "Own"), RESOLVERS),
    "rule": ("AddRule", strings("block", "ads.example", ""), RULES),
    "policy": ("SetUnknownNetworks", strings("ask"), NETWORKS),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_saved_is_refused_and_the_old_stays(start, call, state, fault):
    """Not one of them is made and then gone after the next start."""
    begin, end = FAULTS[fault]
    helper = start()
    client = call()
    client.call("SetResolver", strings("quad9"))
    kept = (state / "state.conf").read_bytes()
    begin(state)
    for method, arguments, interface in REFUSED.values():
        error, sentence = client.refused(method, arguments, interface)
        assert error == "Failed"
        assert ("cannot be" in sentence or "could not be saved" in sentence) and sentence.endswith(".")
    assert answers()
    assert (state / "state.conf").read_bytes() == kept
    # The choice itself is in force all the same, and kept once it can be.
    client.call("SetResolver", strings("cloudflare"))
    assert client.properties()["Resolver"] == "cloudflare"
    assert "the choice cannot be saved and will be lost at a restart" in helper.daemon.log
    (step,) = [step for step in client.call("CheckProtection", timeout_ms=60000)["steps"] if step["id"] == "kept"]
    assert not step["ok"] and step["code"] == "unsaved"
    assert step["detail"].startswith("It could not be saved and would be forgotten at a restart: ")
    end(state)
    wait_for("the choice to be saved", lambda: b"Resolver=cloudflare" in (state / "state.conf").read_bytes(), 8)
    assert "the choice is saved now" in helper.daemon.log
    client.call(*REFUSED["favourite"])
    assert not list(state.glob("*.conf.??????")), "half-written files are left"
