# SPDX-License-Identifier: GPL-3.0-or-later
"""sottoctl against a helper that plays its part, on a bus of its own: every command, its words, its JSON and its
exit status. The program under test is $SOTTO_BUILD/asan/app/cli/sottoctl, or $SOTTOCTL."""
import json
import os
import pathlib
import pty
import signal
import subprocess
import time

import pytest
from gi.repository import GLib
from peer import ALLOW_INTERACTIVE, Peer

ROOT = pathlib.Path(__file__).resolve().parents[2]
XML = (ROOT / "data" / "dbus" / "io.github.sottodns.Sotto1.xml").read_text()
NAME, PATH = "io.github.sottodns.Sotto1", "/io/github/sottodns/Sotto1"
SOTTOCTL = os.environ.get("SOTTOCTL") or str(
    pathlib.Path(os.environ.get("SOTTO_BUILD", ROOT / "build")) / "asan" / "app" / "cli" / "sottoctl")
BUS_CONFIG = """<busconfig><type>custom</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow eavesdrop="false"/><allow own="*"/></policy>
</busconfig>"""


def resolver(name, **more):
    facts = {"id": "s", "name": "s", "operator": "s", "country": "s", "description": "s", "protocols": "as",
             "dnssec": "b", "nolog": "b", "malware": "b", "ads": "b", "adult": "b", "favourite": "b", "own": "b",
             "latency": "x", "failure": "s", "source": "s", "key-changed": "s", "relay": "s", "relay-choice": "s"}
    values = {"id": name, "name": name.title(), "operator": "Somebody", "country": "CH", "description": "A test.",
              "protocols": ["dot"], "latency": 0, "failure": "", "source": "built-in", "key-changed": "", "relay": "",
              "relay-choice": "", **more}
    return {key: GLib.Variant(kind, values.get(key, False)) for key, kind in facts.items()}


class Helper(Peer):
    """A sottod with a script: it does what it is told and remembers what it was asked."""

    def __init__(self, address, **facts):
        self.calls, self.refusal, self.interactive = [], None, None
        self.facts = {"Version": ("s", "0.1.0"), "BuildTime": ("x", 1700000000), "Protocol": ("u", 1),
                      "OldestProtocol": ("u", 1), "Payload": ("s", ""), "State": ("s", "off"), "ReasonCode": ("s", ""),
                      "Reason": ("s", ""), "Network": ("s", "Grand Hotel"), "Resolver": ("s", "auto"),
                      "ResolverInUse": ("s", ""), "Until": ("x", 0), "ChangedBy": ("s", "alice"),
                      "ChangedAt": ("x", 1700000000)}
        self.facts.update({name: (self.facts[name][0], value) for name, value in facts.items()})
        self.step_id, self.step_code, self.before = "resolver", "", None
        self.leaks = [("firefox", "8.8.8.8", "udp", 12), ("", "2001:db8::53", "tcp", 1)]
        self.queries = 100
        self.since = 1700000000
        self.evidence_ok = True
        super().__init__(address, NAME, PATH, XML)

    def on_get(self, bus, sender, path, interface, name):
        return GLib.Variant(*self.facts[name])

    def change(self, **values):
        for name, value in values.items():
            self.facts[name] = (self.facts[name][0], value)
        changed = {name: GLib.Variant(*self.facts[name]) for name in values}
        self.bus.emit_signal(None, PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                             GLib.Variant("(sa{sv}as)", (NAME, changed, [])))

    def on_call(self, bus, sender, path, interface, method, parameters, invocation):
        self.calls.append((method, *parameters.unpack()))
        self.interactive = bool(invocation.get_message().get_flags() & ALLOW_INTERACTIVE)
        if self.refusal:
            invocation.return_dbus_error(f"{NAME}.Error.{self.refusal[0]}", self.refusal[1])
            return
        invocation.return_value(getattr(self, method)(*parameters.unpack()))

    def TurnOn(self):
        self.change(State="on", ResolverInUse="Quad9")

    def TurnOff(self):
        self.change(State="off", ResolverInUse="")

    def SetResolver(self, name):
        self.change(Resolver=name)

    def Pause(self, seconds):
        self.change(State="paused", Until=int(time.time()) + seconds if seconds else 0)

    def Resume(self):
        self.change(State="on")

    def ListResolvers(self):
        return GLib.Variant("(aa{sv})", ([
            resolver("quad9", operator="Quad9", protocols=["dnscrypt", "dot"], dnssec=True, nolog=True, latency=12300),
            resolver("mullvad", country="SE", protocols=["dot", "doh"], nolog=True),
            resolver("blocky", country="DE", ads=True, failure="The certificate has expired.")],))

    def GetStatistics(self):
        self.queries += 7
        counters = {"queries": self.queries, "encrypted": 60, "leaked": 2, "latency-p50": 9500, "cache-entries": 5}
        values = {key: GLib.Variant("t", value) for key, value in counters.items()}
        flows = GLib.Variant("a{st}", {"certificate": 2, "network": 3, "of-tomorrow": 1})
        return GLib.Variant("(a{sv})", ({**values, "clear-flows": flows, "since": GLib.Variant("x", self.since)},))

    def ListLeaks(self):
        return GLib.Variant("(aa{sv})", ([{
            "program": GLib.Variant("s", program), "user": GLib.Variant("s", "alice"), "last": GLib.Variant("x", 1700000000),
            "destination": GLib.Variant("s", destination), "protocol": GLib.Variant("s", protocol),
            "count": GLib.Variant("t", count)} for program, destination, protocol, count in self.leaks],))

    def CheckProtection(self):
        step = {"id": GLib.Variant("s", self.step_id), "ok": GLib.Variant("b", self.evidence_ok),
                "title": GLib.Variant("s", "Quad9 answers"), "detail": GLib.Variant("s", "in 12 ms"),
                "code": GLib.Variant("s", self.step_code if self.evidence_ok else "pin-mismatch")}
        return GLib.Variant("(a{sv})", ({
            "ok": GLib.Variant("b", self.evidence_ok), "summary": GLib.Variant("s", "Lookups are encrypted."),
            "time": GLib.Variant("x", 1700000000), "steps": GLib.Variant("aa{sv}", [step]),
            "resolver": GLib.Variant("s", "Quad9"), "endpoint": GLib.Variant("s", "tls://9.9.9.9"),
            "security": GLib.Variant("s", "TLS 1.3"),
            **({"before": GLib.Variant("a{sv}", self.before)} if self.before else {})},))

    def Explain(self, name, rdtype):
        texts = {"name": name, "type": rdtype or "A", "source": "rule", "summary": f"{name} is blocked by ads.txt line 12.",
                 "rule": "ads.txt line 12", "answer": "NXDOMAIN", "resolver": "", "endpoint": "", "protocol": ""}
        return GLib.Variant("(a{sv})", ({**{key: GLib.Variant("s", text) for key, text in texts.items()},
                                         "ttl": GLib.Variant("u", 0),
                                         "steps": GLib.Variant("as", ["A rule blocks it: ads.txt line 12."])},))


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    config = tmp_path_factory.mktemp("bus") / "bus.conf"
    config.write_text(BUS_CONFIG)
    daemon = subprocess.Popen(["dbus-daemon", f"--config-file={config}", "--print-address", "--nofork"],
                              stdout=subprocess.PIPE, text=True)
    yield daemon.stdout.readline().strip()
    daemon.terminate()
    daemon.wait(10)


@pytest.fixture
def helper(address):
    helper = Helper(address)
    yield helper
    helper.stop()


@pytest.fixture
def environment(address):
    return dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=address, LC_ALL="C.UTF-8", TZ="UTC")


@pytest.fixture
def ctl(environment):
    def run(*arguments, **more):
        return subprocess.run([SOTTOCTL, *arguments], env=environment, capture_output=True, text=True, timeout=30,
                              stdin=subprocess.DEVNULL, **more)
    return run


def test_status_off_exits_3(ctl, helper):
    done = ctl("status")
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.splitlines()[0] == "Not protected on Grand Hotel"
    assert "by alice, 2023-11-14 22:13" in done.stdout


def test_status_on_exits_0(ctl, helper):
    helper.facts.update(State=("s", "on"), ResolverInUse=("s", "Quad9"))
    done = ctl("status")
    assert done.returncode == 0
    assert done.stdout.startswith("Protected on Grand Hotel\nResolver   Quad9, chosen automatically\n")


def test_status_json_has_every_key(ctl, helper):
    helper.facts.update(State=("s", "blocked"), ReasonCode=("s", "timeout"), Reason=("s", "Nobody answered."))
    done = ctl("--json", "status")
    assert done.returncode == 3
    assert json.loads(done.stdout) == {
        "state": "blocked", "protected": False, "network": "Grand Hotel", "resolver": "auto", "resolver-in-use": "",
        "reason-code": "timeout", "reason": "Nobody answered.", "until": 0, "changed-by": "alice",
        "changed-at": 1700000000, "version": "0.1.0", "build-time": 1700000000, "payload": ""}


@pytest.mark.parametrize("state, sentence, code", [
    ("starting", "Turning on…", 3), ("signin", "This Wi-Fi needs you to sign in", 3),
    ("blocked", "This network blocks private lookups", 3), ("error", "Protection stopped", 3),
    ("vpn", "Your VPN handles lookups", 0), ("offline", "No network", 3), ("something-new", "Protection stopped", 3)])
def test_status_says_each_state(ctl, helper, state, sentence, code):
    helper.facts["State"] = ("s", state)
    done = ctl("status")
    assert (done.stdout.splitlines()[0], done.returncode) == (sentence, code)


def test_on_shows_the_state_it_led_to(ctl, helper):
    done = ctl("on")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Protected on Grand Hotel")
    assert helper.calls == [("TurnOn",)]


def test_off(ctl, helper):
    helper.facts["State"] = ("s", "on")
    done = ctl("off", "--json")
    assert (done.returncode, json.loads(done.stdout)["state"]) == (0, "off")


def test_without_a_terminal_nobody_is_asked_for_a_password(ctl, helper):
    ctl("off")
    assert helper.interactive is False


def test_at_a_terminal_polkit_may_ask(environment, helper):
    master, slave = pty.openpty()
    subprocess.run([SOTTOCTL, "off"], env=environment, stdin=slave, check=True, timeout=30, capture_output=True)
    os.close(master)
    os.close(slave)
    assert helper.interactive is True


def test_at_a_terminal_the_state_has_a_colour(environment, helper):
    master, slave = pty.openpty()
    subprocess.run([SOTTOCTL, "status"], env=dict(environment, TERM="xterm"), stdout=slave, check=False, timeout=30)
    os.close(slave)
    assert os.read(master, 4096).startswith(b"\x1b[33mNot protected on Grand Hotel\x1b[0m")
    os.close(master)


@pytest.mark.parametrize("text, seconds", [(None, 300), ("5", 300), ("90s", 90), ("2h", 7200), ("24h", 86400)])
def test_pause_understands_times(ctl, helper, text, seconds):
    done = ctl(*["pause", text][:2 if text else 1])
    assert (done.returncode, helper.calls) == (0, [("Pause", seconds)])
    assert done.stdout.startswith("Paused until ")


def test_pause_until_the_network_is_left(ctl, helper):
    helper.facts |= {"State": ("s", "paused"), "Until": ("x", int(time.time()) + 60)}
    assert ctl("pause", "--until-left").stdout.startswith("Paused until you leave Grand Hotel\n")
    assert helper.calls == [("Pause", 0)]
    assert ctl("pause", "5", "--until-left").returncode == 2


@pytest.mark.parametrize("text", ["59s", "25h", "soon", "-5", "5x", ""])
def test_pause_refuses_other_times(ctl, helper, text):
    assert ctl("pause", text).returncode == 2
    assert helper.calls == []


def test_resume(ctl, helper):
    helper.facts["State"] = ("s", "paused")
    assert ctl("resume").stdout.splitlines()[0] == "Protected on Grand Hotel"


def test_use_names_the_resolver(ctl, helper):
    done = ctl("use", "mullvad", "--json")
    assert (done.returncode, json.loads(done.stdout)["resolver"]) == (0, "mullvad")
    assert helper.calls == [("SetResolver", "mullvad")]


def test_resolvers_table_is_aligned(ctl, helper):
    helper.facts["Resolver"] = ("s", "quad9")
    head, *lines = ctl("resolvers").stdout.splitlines()
    assert head.split() == ["id", "name", "country", "protocols", "time", "source", "features"]
    rows = [line for line in lines if "built-in" in line]
    assert len({line.index(word) for line, word in zip(rows, ("Quad9", "Mullvad", "Blocky"))}) == 1
    assert rows[0].startswith("*") and "12.3 ms" in rows[0]
    assert rows[2].endswith("built-in  blocks-ads  The certificate has expired.")


def test_resolvers_stand_below_their_operator(ctl, helper):
    words = [line.split()[0] for line in ctl("resolvers").stdout.splitlines()[1:]]
    assert words == ["Quad9", "quad9", "Somebody", "mullvad", "blocky"]
    assert "Somebody (2)" in ctl("resolvers").stdout


@pytest.mark.parametrize("words, found", [
    (["MULL"], ["mullvad"]), (["no-logs"], ["quad9", "mullvad"]), (["no-logs", "dnscrypt"], ["quad9"]),
    (["se"], ["mullvad"]), (["blocks-ads", "DE"], ["blocky"]), (["somebody", "te"], [])])
def test_resolvers_search_needs_every_word(ctl, helper, words, found):
    assert [entry["id"] for entry in json.loads(ctl("resolvers", "--json", *words).stdout)] == found


def test_resolvers_json_keys_are_those_of_the_contract(ctl, helper):
    entry = json.loads(ctl("resolvers", "--json", "quad9").stdout)[0]
    assert entry == {"id": "quad9", "name": "Quad9", "operator": "Quad9", "country": "CH", "description": "A test.",
                     "protocols": ["dnscrypt", "dot"], "dnssec": True, "nolog": True, "malware": False, "ads": False,
                     "adult": False, "favourite": False, "own": False, "latency": 12300, "failure": "",
                     "filters": False, "source": "built-in", "key-changed": "", "relay": "", "relay-choice": "",
                     "chosen": False}


def test_resolvers_none_matches(ctl, helper):
    done = ctl("resolvers", "xyzzy")
    assert (done.returncode, done.stderr) == (1, "sottoctl resolvers: No resolver matches.\n")
    assert json.loads(ctl("resolvers", "--json", "xyzzy").stdout) == []


def test_check_protected(ctl, helper):
    done = ctl("check")
    assert (done.returncode, done.stdout.splitlines()[:3]) == (
        0, ["Lookups are encrypted.", "  ok     Quad9 answers", "         in 12 ms"])


def test_check_failed_names_the_code(ctl, helper):
    helper.evidence_ok = False
    done = ctl("check")
    assert (done.returncode, done.stdout.splitlines()[1]) == (3, "  FAILED Quad9 answers (pin-mismatch)")


def test_check_json(ctl, helper):
    evidence = json.loads(ctl("check", "--json").stdout)
    assert evidence["ok"] is True and evidence["security"] == "TLS 1.3"
    assert evidence["steps"] == [{"id": "resolver", "ok": True, "title": "Quad9 answers", "detail": "in 12 ms", "code": ""}]


def test_check_shows_what_was_before(ctl, helper):
    helper.before = {"time": GLib.Variant("x", 1600000000), "network": GLib.Variant("s", "Hotel"),
                     "code": GLib.Variant("s", "answered-elsewhere"), "detail": GLib.Variant("s", "Somebody else.")}
    assert "on Hotel: Somebody else." in ctl("check").stdout
    before = json.loads(ctl("check", "--json").stdout)["before"]
    assert before == {"time": 1600000000, "network": "Hotel", "code": "answered-elsewhere", "detail": "Somebody else."}


def test_check_marks_what_was_refused(ctl, helper):
    helper.step_code = "refused"
    done = ctl("check")
    assert done.returncode == 0 and "  ok !   Quad9 answers\n" in done.stdout


def test_check_report(ctl, helper):
    helper.before = {"time": GLib.Variant("x", 1600000000), "network": GLib.Variant("s", "Hotel"),
                     "code": GLib.Variant("s", "answered-elsewhere"), "detail": GLib.Variant("s", "Somebody else.")}
    helper.step_id = "hijack"
    helper.change(State="on")
    done = ctl("check", "--report")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0].startswith("Sotto 0.1.0: Protected")
    assert "Result: Lookups are encrypted." in lines
    position = lines.index("[ok] Quad9 answers: in 12 ms")
    assert lines[position + 1] == ("    before, without protection, 2020-09-13T12:26:40Z on Hotel: Somebody else."
                                   " (answered-elsewhere)")
    assert "In the clear, network: 3 packets" in lines
    assert "Went around Sotto: firefox of alice to 8.8.8.8 by udp, 12 times, last 2023-11-14T22:13:20Z" in lines
    assert lines[-1].startswith("Names of networks")


def test_check_report_is_no_json(ctl, helper):
    assert ctl("check", "--report", "--json").returncode == 2


def test_explain_in_words(ctl, helper):
    done = ctl("explain", "ads.example", "https")
    assert (done.returncode, done.stdout.splitlines()[:2]) == (
        0, ["ads.example is blocked by ads.txt line 12.", "  1. A rule blocks it: ads.txt line 12."])
    assert "Endpoint" not in done.stdout
    assert ("Explain", "ads.example", "https") in helper.calls


def test_explain_json(ctl, helper):
    explanation = json.loads(ctl("explain", "ads.example", "--json").stdout)
    assert explanation == {"name": "ads.example", "type": "A", "source": "rule", "answer": "NXDOMAIN", "ttl": 0,
                           "summary": "ads.example is blocked by ads.txt line 12.", "rule": "ads.txt line 12",
                           "resolver": "", "endpoint": "", "protocol": "", "steps": ["A rule blocks it: ads.txt line 12."]}


def test_explain_wants_a_name(ctl, helper):
    assert ctl("explain").returncode == 2


def test_stats_json_is_what_the_helper_says(ctl, helper):
    statistics = json.loads(ctl("stats", "--json").stdout)
    assert statistics == {"queries": 107, "encrypted": 60, "leaked": 2, "latency-p50": 9500, "cache-entries": 5,
                          "clear-flows": {"certificate": 2, "network": 3, "of-tomorrow": 1}, "since": 1700000000}


def test_stats_words(ctl, helper):
    lines = {" ".join(line.split()[:-1]): line.split()[-1] for line in ctl("stats").stdout.splitlines()[1:]}
    assert lines["Lookups"] == "107" and lines["Went around Sotto"] == "2"
    assert (lines["certificate requests of resolvers"], lines["names of this network"], lines["of-tomorrow"]) == ("2", "3", "1")


def test_leaks_table(ctl, helper):
    lines = [line.split() for line in ctl("leaks").stdout.splitlines()]
    assert lines[0] == ["program", "user", "asked", "by", "times", "last"]
    assert lines[1][:5] == ["firefox", "alice", "8.8.8.8", "udp", "12"]
    assert lines[2][:6] == ["not", "known", "alice", "2001:db8::53", "tcp", "1"]


def test_leaks_json(ctl, helper):
    first, second = json.loads(ctl("leaks", "--json").stdout)
    assert first == {"program": "firefox", "user": "alice", "destination": "8.8.8.8", "protocol": "udp", "count": 12,
                     "last": 1700000000}
    assert second["program"] == ""


def test_no_leaks(ctl, helper):
    helper.leaks = []
    assert ctl("leaks").stdout == "No program was seen going around Sotto.\n"
    assert json.loads(ctl("leaks", "--json").stdout) == []


def test_monitor_prints_growth_and_changes(environment, helper):
    monitor = subprocess.Popen([SOTTOCTL, "monitor", "--json"], env=environment, stdout=subprocess.PIPE, text=True)
    lines = [json.loads(monitor.stdout.readline())]
    helper.change(State="on", ResolverInUse="Quad9")
    while len(lines) < 10 and {line["event"] for line in lines} != {"state", "statistics"} or len(lines) < 3:
        lines.append(json.loads(monitor.stdout.readline()))
    monitor.send_signal(signal.SIGINT)
    assert monitor.wait(10) == 0
    monitor.stdout.close()
    states = [line["state"] for line in lines if line["event"] == "state"]
    growth = [line["queries"] for line in lines if line["event"] == "statistics"]
    assert states == ["off", "on"] and set(growth) == {7}


def test_monitor_lives_through_a_restart_of_the_helper(environment, helper, address):
    monitor = subprocess.Popen([SOTTOCTL, "monitor", "--json"], env=environment, stdout=subprocess.PIPE, text=True)
    states = [json.loads(monitor.stdout.readline())["present"]]
    helper.stop()
    second = None
    while len(states) < 3:
        line = json.loads(monitor.stdout.readline())
        if line["event"] == "state":
            states.append(line["present"])
            if not line["present"]:
                second = Helper(address)
    monitor.send_signal(signal.SIGTERM)
    assert (monitor.wait(10), states) == (0, [True, False, True])
    monitor.stdout.close()
    second.stop()


def test_monitor_counts(ctl, helper):
    done = ctl("monitor", "-n", "1")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].split()[0] == "lookups" and done.stdout.splitlines()[2].split()[0] == "7"


def test_no_helper_exits_4(ctl, address):
    for command in (["status"], ["on"], ["use", "quad9"], ["stats"], ["monitor"]):
        done = ctl(*command)
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr == f"sottoctl {command[0]}: The Sotto service is not running.\n"


def test_no_bus_exits_4(ctl, environment):
    environment["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
    done = ctl("status", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (4, "no-bus")


def test_refused_exits_5(ctl, helper):
    helper.refusal = ("NotAuthorized", "An administrator has to allow this.")
    done = ctl("on")
    assert (done.returncode, done.stderr) == (5, "sottoctl on: An administrator has to allow this.\n")


def test_failure_exits_1_with_the_helpers_sentence(ctl, helper):
    helper.refusal = ("Failed", "The certificate of Quad9 has expired.")
    assert ctl("on").stderr == "sottoctl on: The certificate of Quad9 has expired.\n"
    done = ctl("on", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"error": {"code": "failed", "message": "The certificate of Quad9 has expired."}}


@pytest.mark.parametrize("oldest", [2, 0], ids=["serves-later-ones", "does-not-say"])
def test_later_protocol_is_refused(ctl, helper, oldest):
    helper.facts.update(Protocol=("u", 2), OldestProtocol=("u", oldest))
    done = ctl("status")
    assert (done.returncode, done.stdout) == (1, "")
    assert "newer than this program" in done.stderr
    assert json.loads(ctl("status", "--json").stdout)["error"]["code"] == "too-new"
    assert ctl("on").returncode == 1 and not helper.calls


def test_later_helper_that_still_serves_this_client_works(ctl, helper):
    helper.facts.update(Protocol=("u", 7), OldestProtocol=("u", 1), Version=("s", "9.0.0"))
    assert (ctl("on").returncode, helper.calls) == (0, [("TurnOn",)])
    assert json.loads(ctl("status", "--json").stdout)["version"] == "9.0.0"


def test_status_json_tells_of_a_payload(ctl, helper):
    helper.facts["Payload"] = ("s", "ab" * 32)
    assert json.loads(ctl("status", "--json").stdout)["payload"] == "ab" * 32


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["use"], ["status", "extra"], ["--nothing"], ["monitor", "-n", "0"]])
def test_wrong_usage_exits_2(ctl, helper, arguments):
    done = ctl(*arguments)
    assert (done.returncode, done.stdout) == (2, "") and "--help" in done.stderr


def test_help_and_version(ctl):
    assert "resolvers" in ctl("--help").stdout
    assert ctl("use", "--help").stdout.startswith("Usage:\n  sottoctl use [OPTION…] RESOLVER")
    assert ctl("--version").stdout.startswith("sottoctl ")


def test_no_colours_in_a_pipe(ctl, helper):
    assert "\033" not in ctl("status").stdout + ctl("check").stdout + ctl("resolvers").stdout
