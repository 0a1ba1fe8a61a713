# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolvers that are not who they should be are refused, each with the sentence that names the reason, and nothing changes;
false answers are dropped in silence and counted."""

import json

import pytest

from lab.capture import Capture
from lab.helper import ADDRESSES, NAME, PATH
from lab.networkmanager import nameservers, resolv_conf
from lab.process import LabError, wait_for
from lab.resolvers import DROP_IN
from lab.servers import ask
from lab.topology import LIE, TRUTH

REASONS = {
    "bad-name": ("cert-name", "The resolver's certificate is for another name."),
    "bad-expired": ("cert-expired", "The resolver's certificate has expired."),
    "bad-untrusted": ("cert-untrusted", "The resolver's certificate is not from a trusted authority."),
    "bad-pin": ("cert-pin", "The resolver's key is not the one that was pinned."),
    "bad-forged": ("cert-forged", "The resolver's certificate is not signed by its provider."),
    "bad-stale": ("cert-expired", "The resolver's certificate has expired."),
}
BAD = pytest.mark.parametrize("identifier, code, sentence", [(name, *reason) for name, reason in REASONS.items()], ids=REASONS)


@BAD
def test_bad_resolver_is_not_turned_on(hijacked, network, guest, identifier, code, sentence):
    own_dns = resolv_conf()
    hijacked.sottoctl(guest, "use", identifier)
    with Capture(network) as capture:
        done = hijacked.sottoctl(guest, "on", check=False)
    capture.no_plain_dns("www.example.test")
    assert (done.returncode, done.stderr) == (1, f"sottoctl on: {sentence}\n")
    status = hijacked.status(guest)
    assert (status["state"], status["reason-code"], status["reason"]) == ("off", code, sentence)
    assert resolv_conf() == own_dns and ask(network.laptop) == LIE


@BAD
def test_check_names_the_reason(hijacked, guest, identifier, code, sentence):
    hijacked.sottoctl(guest, "use", identifier)
    done = hijacked.sottoctl(guest, "check", check=False)
    assert done.returncode == 3 and f"({code})" in done.stdout and sentence in done.stdout
    evidence = json.loads(hijacked.sottoctl(guest, "check", "--json", check=False).stdout)
    step = next(step for step in evidence["steps"] if step["id"] == "resolver")
    assert (evidence["ok"], step["ok"], step["code"], step["detail"]) == (False, False, code, sentence)


@BAD
def test_bad_resolver_is_not_chosen_instead_of_a_good_one(protected, network, guest, bus, identifier, code, sentence):
    protected.sottoctl(guest, "use", "lab-unbound")
    before = protected.status(guest)
    with pytest.raises(LabError, match=f"{NAME}.Error.Failed: {sentence}"):
        bus.call(NAME, PATH, f"{NAME}.SetResolver", identifier, run=guest.run)
    after = protected.status(guest)
    changed = {key for key in before if before[key] != after[key]} - {"changed-at"}
    assert not changed and after["state"] == "on" and after["resolver"] == "lab-unbound"
    assert nameservers() == ADDRESSES and ask(network.laptop) == TRUTH


def test_who_answers_in_anothers_place_is_refused_and_shown(protected, network, guest):
    def tampering():
        evidence = json.loads(protected.sottoctl(guest, "check", "--json", check=False).stdout)
        return evidence["ok"], next(step for step in evidence["steps"] if step["id"] == "tampering")
    ok, step = tampering()
    assert (ok, step["code"], step["detail"]) == (True, "", "None was seen on this network.")
    protected.sottoctl(guest, "use", "bad-pin", check=False)
    ok, step = tampering()
    assert ok and step["ok"] and step["code"] == "refused"
    assert step["detail"].startswith("Somebody on this network tried to answer for Bad pin. Sotto refused")
    assert "  ok !   Attempts to answer for a resolver" in protected.sottoctl(guest, "check").stdout


@pytest.fixture
def meddled(installed, servers, hijacked, guest):
    """Turned on, with a resolver before whose every answer come three false ones, and after it a copy."""
    drop_in = DROP_IN.with_name("60-meddled.conf")
    drop_in.write_text(f"[Resolver meddled]\nName=Meddled with\nEndpoints={servers.stamps['meddled']}\n")
    hijacked.stop()
    hijacked.start()
    wait_for("the helper to know the network", lambda: hijacked.status(guest)["network"] == "hotel", 5)
    hijacked.sottoctl(guest, "use", "meddled")
    hijacked.sottoctl(guest, "on")
    yield hijacked
    drop_in.unlink()


def test_forged_and_replayed_answers_are_dropped_and_counted(meddled, network, guest):
    def statistics():
        return json.loads(meddled.sottoctl(guest, "stats", "--json").stdout)
    before = statistics()
    for number in range(10):
        assert ask(network.laptop, f"meddled-with-{number}.wild.example.test") == "203.0.113.12"
    wait_for("the last copy", lambda: statistics()["replayed"] >= before["replayed"] + 10, 3)
    after = statistics()
    assert after["forged"] >= before["forged"] + 20
    assert after["failed"] == before["failed"] and meddled.status(guest)["state"] == "on"
    assert "forged" not in meddled.daemon.log and "replay" not in meddled.daemon.log
