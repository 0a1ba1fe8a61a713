# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that is shown or said escapes translation: each program under a language in which every message has brackets
(pseudo_language.py); and the window is laid out from the right where people read so."""
import os
import re
import subprocess

import accessibility
import pseudo_language
import pytest
import scripted_helper
import test_signin
from accessibility import Atspi, Role
from gi.repository import GLib
from sandbox import Sandbox
from states import NAMES, NETWORK, STATES
from test_signin import names, open_window  # noqa: F401 (fixtures)
from waiting import pump, wait

PAGES = 6
NOT_OURS = {"Error", "Information", "Warning", "Question"}  # what GTK calls its bars, in GTK's own translation
# What is nobody's to translate here: countries are iso-codes' words, the rest are names and what one types.
NAMED = {resolver[key].unpack() for resolver in scripted_helper.RESOLVERS for key in ("name", "operator", "id")}
DATA = [re.escape(name) for name in sorted(NAMED, key=len, reverse=True)]
DATA += [r"\b(United States|Switzerland|Sweden|Cyprus|Czechia)\b", r"\bDNS over (TLS|HTTPS|QUIC)\b", r"\b(DNSCrypt|DoT|DoH|DoQ|DNSSEC|XChaCha20|Sotto)\b",
         re.escape(NETWORK), r"^Home$", r"\b(firefox|alice|cups)\b", r"\b(kB|MB|bytes?|udp)\b", r"\b(sudo )?systemctl [\w ]+"]
# What sottoctl shows as one types it: countries by their codes, features, protocols, policies.
TYPED = [r"\b(CH|US|SE|CY|CZ|built-in|own|favourite|dnssec|no-logs|blocks-\w+|filters|dnscrypt|dot|doh|protect|hotel|home|Home)\b"]
STEPS = [
    ("resolver", "Lookups through the resolver", "Quad9 answers."),
    ("system", "Lookups of this machine's programs", "They reach Sotto and are answered."),
    ("leaks", "Lookups that leave in clear", "2 certificate requests and 1 name of a VPN left in clear, as they may. "
     "3 lookups of programs went around Sotto (firefox, a program of alice and others)."),
    ("tampering", "Attempts to answer for a resolver",
     "Somebody on this network tried to answer for Quad9 and Mullvad. Sotto refused, 3 times."),
    ("identity", "Who answers", "Quad9, by DNSCrypt. It calls itself 0. It asks name servers from 192.0.2.1."),
    ("hijack", "Who answers this machine's programs", "The same resolver as Sotto's: its name servers are asked from 192.0.2.1."),
]


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    pseudo_language.install(folder)
    return folder


@pytest.fixture
def brackets(catalogue, monkeypatch):
    """To be asked for before the app."""
    for name, value in pseudo_language.environment(catalogue).items():
        monkeypatch.setenv(name, value)


def evidence():
    """A check as the real helper words it."""
    check = scripted_helper.evidence()
    check["summary"] = GLib.Variant("s", "Lookups are encrypted.")
    check["steps"] = GLib.Variant("aa{sv}", [{"id": GLib.Variant("s", id), "ok": GLib.Variant("b", True), "code": GLib.Variant("s", ""),
                                              "title": GLib.Variant("s", title), "detail": GLib.Variant("s", detail)}
                                             for id, title, detail in STEPS])
    check["before"] = GLib.Variant("a{sv}", {**scripted_helper.BEFORE, "detail": GLib.Variant(
        "s", "Somebody else than Quad9: name servers are asked from 192.0.2.53, not from 9.9.9.9.")})
    return GLib.Variant("a{sv}", check)


@pytest.fixture
def busy(helper):
    """A helper with something to tell on every page."""
    helper.script("Answer", GLib.Variant("(sv)", ("GetStatistics", scripted_helper.full_statistics(leaked=3))))
    helper.script("Answer", GLib.Variant("(sv)", ("CheckProtection", evidence())))
    helper.script("Answer", GLib.Variant("(sv)", ("ListLeaks", GLib.Variant("aa{sv}", [
        scripted_helper.leak("firefox", "192.0.2.53", 3, "alice"), scripted_helper.leak("", "192.0.2.53", 1)]))))
    helper.set(State="on", ResolverInUse="Quad9", ChangedBy="alice", ChangedAt=1790000000)
    return helper


def walk(node):
    yield node
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None:
            yield from walk(child)


def said(node):
    """All that a widget shows or says."""
    yield node.get_name()
    yield node.get_description()
    if "Text" in node.get_interfaces():
        yield Atspi.Text.get_text(node, 0, -1)


def shown():
    """Of every window. What an icon is called is the theme's name for it."""
    root = accessibility.application()
    nodes = (node for index in range(root.get_child_count()) for node in walk(root.get_child_at_index(index))
             if node.get_state_set().contains(Atspi.StateType.SHOWING) and node.get_role() != Role.ICON)
    return {text for node in nodes for text in said(node) if text} - NOT_OURS


def escaped(texts, data=()):
    return {text for text in texts if pseudo_language.untranslated(text, [*DATA, *data])}


def in_brackets(text):
    return f"⟦{text} ~~~~⟧"


def expect_all_translated():
    """Pages fill in their time, so that what was seen is looked at again."""
    pump(0.3)
    texts = shown()
    assert len([text for text in texts if "⟦" in text]) > 3, texts
    assert escaped(texts) == set()


def test_pages(brackets, busy, window):
    for page in range(1, PAGES + 1):
        subprocess.run(["xdotool", "key", f"ctrl+{page}"], check=True)
        pump(0.7)
        expect_all_translated()


def test_check(brackets, busy, window):
    subprocess.run(["xdotool", "key", "F5"], check=True)
    accessibility.get(Role.LABEL, in_brackets("Lookups are encrypted."))
    expect_all_translated()


@pytest.mark.parametrize("state", STATES, ids=NAMES)
def test_states(brackets, helper, window, item, state):
    reason = "The resolver did not answer in time." if state.name == "blocked" else state.facts["Reason"]
    helper.set(**{**state.facts, "Reason": reason})
    wait(lambda: item.icon.endswith(f"-{state.shape}-symbolic"), "the icon")
    item.about_to_show()
    expect_all_translated()
    assert escaped(entry.label for entry in item.menu().walk() if entry.visible and entry.label) == set()
    assert escaped([item.title, item.properties()["IconAccessibleDesc"]]) == set()


def test_notifications(brackets, helper, item, notifications):
    for facts in ({"State": "signin"}, {"State": "on"}, {"State": "error", "ReasonCode": "dns-taken"}):
        before = len(notifications.sent)
        helper.set(**facts)
        wait(lambda: len(notifications.sent) > before, f"what is said of {facts}")
    texts = [text for note in notifications.sent for text in (note["title"], note["body"], *note["labels"]) if text]
    assert escaped(texts) == set()


def test_refusal(brackets, helper, window):
    helper.refuse("TurnOn", "Failed", "Neither NetworkManager nor systemd-resolved is running.")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, in_brackets("Turn On Protection")))
    accessibility.get(Role.LABEL, in_brackets("Neither NetworkManager nor systemd-resolved is running."))
    expect_all_translated()


def test_question(brackets, helper, window):
    """Before anything goes out unprotected."""
    helper.set(State="blocked", ReasonCode="timeout", Reason="The resolver did not answer in time.")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, in_brackets("Allow Unprotected for 15 Minutes…")))
    accessibility.get(Role.PUSH_BUTTON, in_brackets("Allow"))
    expect_all_translated()


def test_first_run(brackets, start, systemd, tmp_path):
    start(Sandbox(tmp_path))
    accessibility.get(Role.PUSH_BUTTON, in_brackets("Turn On Protection"))
    expect_all_translated()


@pytest.mark.skipif(test_signin.WINDOW is None, reason="sotto-signin was not built")
def test_sign_in_window(brackets, helper, open_window):  # noqa: F811
    open_window()
    test_signin.button(in_brackets("Load the Page Again"))
    helper.set(State="signin", ReasonCode="sign-in-timeout", SignIn="")
    test_signin.button(in_brackets("Try Again"))
    pump(0.3)
    pages = {"Grand Hotel", "Welcome", "login.grand-hotel.test"}
    assert {text for text in escaped(shown()) if not any(word in text for word in pages)} == set()


def ctl(*arguments):
    """What sottoctl prints, line by line, without its name."""
    done = subprocess.run([os.environ["SOTTO_CLI"], *arguments], capture_output=True, text=True, check=False, timeout=20)
    return [re.sub(r"^sottoctl[a-z ]*: ", "", line) for line in (done.stdout + done.stderr).splitlines() if line.strip()]


@pytest.mark.parametrize("command", ["status", "check", "resolvers", "stats", "leaks", "networks"])
def test_sottoctl(brackets, busy, command):
    lines = ctl(command)
    assert any("⟦" in line for line in lines)
    assert escaped(lines, TYPED) == set()


def test_sottoctl_complains(brackets, helper):
    helper.refuse("TurnOn", "Failed", "Neither NetworkManager nor systemd-resolved is running.")
    assert ctl("on") == [in_brackets("Neither NetworkManager nor systemd-resolved is running.")]
    helper.stop()
    assert ctl("status") == [in_brackets("The Sotto service is not running.")]


@pytest.mark.parametrize("command", ["", "check", "resolvers", "signin", "networks", "add"])
def test_sottoctl_help(brackets, command):
    """What GLib says of --help itself is GLib's to translate; options, commands and what they take are as one types them."""
    typed = [r"(?m)^  sottoctl .*", r"(?m)^  [a-z-]+( (\[.*\]|[A-Z]+…?))* *$", r"(?<!\w)--?[\w-]+(=[A-Z]+)?",
             "(?m)^(Usage|Help Options|Application Options):", "Show (all )?help options"]
    text = "\n".join(ctl(*command.split(), "--help"))
    assert "⟦" in text
    assert pseudo_language.untranslated(text, [*DATA, *typed]) == []


# --- from the right


@pytest.fixture
def right_to_left(monkeypatch):
    monkeypatch.setenv("GTK_MODULES", os.environ["SOTTO_RIGHT_TO_LEFT"])


def place(role, name):
    return accessibility.get(role, name).get_extents(Atspi.CoordType.SCREEN)


def place_of_row(title):
    row = next(node for node in accessibility.find_all(Role.LIST_ITEM) if node.get_name() == title)
    return row.get_extents(Atspi.CoordType.SCREEN)


def test_right_to_left(right_to_left, brackets, busy, window):
    middle = accessibility.application().get_child_at_index(0).get_extents(Atspi.CoordType.SCREEN)
    page = place(Role.RADIO_BUTTON, in_brackets("Status"))
    assert page.x > middle.x + middle.width / 2
    menu = place(Role.TOGGLE_BUTTON, in_brackets("Menu"))
    assert menu.x + menu.width / 2 < middle.x + middle.width / 2
    check, copy = (place(Role.PUSH_BUTTON, in_brackets(name)) for name in ("Check Now", "Copy Report"))
    assert check.x > copy.x
    subprocess.run(["xdotool", "key", "ctrl+2"], check=True)
    choice = wait(lambda: next((node for node in accessibility.find_all(Role.RADIO_BUTTON) if node.get_name().startswith("Quad9")),
                               None), "a resolver")
    row = place_of_row("Quad9")
    assert choice.get_extents(Atspi.CoordType.SCREEN).x > row.x + row.width / 2
