# SPDX-License-Identifier: GPL-3.0-or-later
"""A helper that does what it is told: it exports the project's real D-Bus XML on the private system bus and plays
the part of sottod in states that are hard to reach with the real one (a network that blocks everything, a refusal
by polkit, a reply that takes three seconds). It encrypts nothing; the real helper is tested in tests/lab.

A second interface, Script, lets a test set facts and answers, and read what was called."""
import json
import os
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

import scripted_log  # noqa: E402
import scripted_resolvers  # noqa: E402

NAME = "io.github.sottodns.Sotto1"
PATH = "/io/github/sottodns/Sotto1"
NETWORKS, QUERIES, RULES = f"{NAME}.Networks", f"{NAME}.Queries", f"{NAME}.Rules"
SCRIPT = "io.github.sottodns.Script"
SIGN_IN_S = 300
SCRIPT_XML = f"""<node><interface name="{SCRIPT}">
  <method name="Set"><arg name="facts" type="a{{sv}}" direction="in"/></method>
  <method name="Answer"><arg name="method" type="s" direction="in"/><arg name="value" type="v" direction="in"/></method>
  <method name="Refuse"><arg name="method" type="s" direction="in"/><arg name="error" type="s" direction="in"/>
    <arg name="sentence" type="s" direction="in"/></method>
  <method name="Delay"><arg name="milliseconds" type="u" direction="in"/></method>
  <method name="Calls"><arg name="calls" type="as" direction="out"/></method>
  <method name="Log"><arg name="lines" type="ay" direction="in"/></method>
  <method name="LogBurst"><arg name="count" type="u" direction="in"/></method>
  <method name="EndLog"/>
  <method name="LogReaders"><arg name="count" type="u" direction="out"/></method>
</interface></node>"""


def resolver(id, name, operator, country, latency_ms=0, favourite=False, protocols=("dnscrypt", "dot"), **flags):
    """One entry of ListResolvers, as the contract has it."""
    strings = {"id": id, "name": name, "operator": operator, "country": country,
               "description": flags.pop("description", ""), "failure": flags.pop("failure", ""),
               "source": flags.pop("source", "built-in"), "key-changed": flags.pop("key_changed", "")}
    entry = {key: GLib.Variant("s", value) for key, value in strings.items()}
    entry["protocols"] = GLib.Variant("as", protocols)
    for flag in ("dnssec", "nolog", "malware", "ads", "adult", "own", "filters"):
        entry[flag] = GLib.Variant("b", flags.pop(flag, False))
    entry["favourite"] = GLib.Variant("b", favourite)
    entry["latency"] = GLib.Variant("x", latency_ms * 1000)
    assert not flags, f"no such key: {flags}"
    return entry


RESOLVERS = [
    resolver("quad9", "Quad9", "Quad9 Foundation", "CH", 8, True, dnssec=True, nolog=True, malware=True),
    resolver("cloudflare", "Cloudflare", "Cloudflare", "US", 6, True, ("dot", "doh"), dnssec=True, nolog=True),
    resolver("mullvad", "Mullvad", "Mullvad", "SE", 31, True, ("dot", "doh"), dnssec=True, nolog=True),
    resolver("adguard", "AdGuard", "AdGuard", "CY", 24, True, ads=True, malware=True),
    resolver("digitale-gesellschaft", "Digitale Gesellschaft", "Digitale Gesellschaft", "CH", 19, False, ("dot",),
             dnssec=True, nolog=True),
    resolver("google", "Google Public DNS", "Google", "US", 9, False, ("dot", "doh"), dnssec=True),
    resolver("dns4eu", "DNS4EU Protective", "DNS4EU", "CZ", 22, True, ("dot", "doh"), malware=True),
    resolver("nextdns", "NextDNS", "NextDNS", "US", 0, False, ("dot", "doh"), dnssec=True),
    resolver("cleanbrowsing", "CleanBrowsing Family", "CleanBrowsing", "US", 40, False, adult=True, malware=True),
    resolver("under_score", "home_router", "Yourself", "", 1, False, ("dot",), own=True),
]

STEPS = [
    ("resolver", "The resolver answers", "Quad9 answered in 8 ms, over DNSCrypt"),
    ("system", "This computer asks Sotto", "A lookup through the system's own path came by the resolver"),
    ("leaks", "Nothing leaves in the clear", "0 packets to port 53 were seen on the way out"),
    ("identity", "It is who it says", "The certificate is signed with the provider's key"),
    ("tampering", "Attempts to answer for a resolver", "Sotto refused 2 times"),
]
CODES = {"tampering": "cert-untrusted"}  # a step that is ok and has a code is worth a look
BEFORE = {"time": GLib.Variant("x", 1789990000), "network": GLib.Variant("s", "Grand Hotel Wi-Fi"),
          "code": GLib.Variant("s", "hijacked"), "detail": GLib.Variant("s", "192.0.2.53 answered in place of 9.9.9.9")}


def statistics(watched=True, **counters):
    """What GetStatistics answers; a counter that is not given is left out, which reads 0."""
    return GLib.Variant("a{sv}", {**numbers(**counters), "leaks-watched": GLib.Variant("b", watched)})


def numbers(**counters):
    """Counters as the contract has them; one that is not given is left out, which reads 0."""
    return {name.replace("_", "-"): GLib.Variant("t", value) for name, value in counters.items()}


def tally(**counters):
    """One entry of the lists `resolvers` and `transports`, named by its strings."""
    words = {name: GLib.Variant("s", counters.pop(name)) for name in ("id", "name", "protocol") if name in counters}
    return {**words, **numbers(**counters), "errors": GLib.Variant("a{st}", {})}


def day(date, **counters):
    return {"day": GLib.Variant("s", date), **numbers(**counters)}


WEEK = [
    day("2026-11-16"),
    day("2026-11-17", queries=900, cache_hits=300, blocked=20, encrypted=560, failed=4, bytes_sent=90_000,
        bytes_received=210_000, latency_p50=16_384, latency_p95=65_536),
    day("2026-11-18", queries=2400, cache_hits=1100, blocked=60, encrypted=1190, failed=9, bytes_sent=190_000,
        bytes_received=480_000, latency_p50=8_192, latency_p95=32_768),
    day("2026-11-19", queries=1700, cache_hits=800, blocked=50, encrypted=820, failed=2, bytes_sent=131_000,
        bytes_received=330_000, latency_p50=8_192, latency_p95=65_536),
    day("2026-11-20", queries=3100, cache_hits=1500, blocked=110, encrypted=1440, failed=31, bytes_sent=231_000,
        bytes_received=590_000, latency_p50=16_384, latency_p95=131_072),
    day("2026-11-21", queries=600, cache_hits=310, blocked=10, encrypted=270, failed=0, bytes_sent=43_000,
        bytes_received=110_000, latency_p50=8_192, latency_p95=32_768),
    day("2026-11-22", queries=2100, cache_hits=800, blocked=16, encrypted=1284, failed=3, bytes_sent=205_000,
        bytes_received=530_000, latency_p50=8_192, latency_p95=65_536),
]
HISTOGRAM = [0, 0, 0, 0, 0, 0, 0, 0, 4, 11, 90, 260, 480, 300, 96, 31, 9, 2, 0, 0, 1, 0, 0, 0]


def full_statistics(**more):
    """Everything that GetStatistics tells of a helper that has been used for a week."""
    lists = {
        "resolvers": [tally(id="quad9", name="Quad9", queries=1100, failures=2, bytes_sent=176_000, bytes_received=455_000,
                            latency_p50=8_192, latency_p95=32_768),
                      tally(id="mullvad", name="Mullvad", queries=184, failures=1, bytes_sent=29_000,
                            bytes_received=75_000, latency_p50=32_768, latency_p95=131_072)],
        "transports": [tally(protocol="dnscrypt", queries=1000, failures=2, bytes_sent=160_000, bytes_received=420_000,
                             latency_p50=8_192, latency_p95=32_768),
                       tally(protocol="dot", queries=284, failures=1, bytes_sent=45_000, bytes_received=110_000,
                             latency_p50=16_384, latency_p95=131_072)],
        "week": WEEK,
    }
    counters = numbers(**{**dict(queries=2100, cache_hits=800, blocked=16, encrypted=1284, failed=3, network_encrypted=1284,
                                 leaked=0, bytes_sent=205_000, bytes_received=530_000, latency_p50=8_192,
                                 latency_p95=65_536), **more})
    return GLib.Variant("a{sv}", {
        **counters, **{name: GLib.Variant("aa{sv}", entries) for name, entries in lists.items()},
        "today": GLib.Variant("a{sv}", WEEK[-1]), "histogram": GLib.Variant("at", HISTOGRAM),
        "since": GLib.Variant("x", 1795334400), "leaks-watched": GLib.Variant("b", True)})


def evidence(ok=True):
    steps = [{"id": GLib.Variant("s", id), "ok": GLib.Variant("b", ok or id != "system"), "title": GLib.Variant("s", title),
              "detail": GLib.Variant("s", detail), "code": GLib.Variant("s", CODES.get(id, ""))} for id, title, detail in STEPS]
    return {"ok": GLib.Variant("b", ok),
            "summary": GLib.Variant("s", "Lookups are private." if ok else "The system does not ask Sotto."),
            "time": GLib.Variant("x", 1790000000), "steps": GLib.Variant("aa{sv}", steps),
            "before": GLib.Variant("a{sv}", BEFORE),
            "security": GLib.Variant("s", "DNSCrypt, XChaCha20"), "resolver": GLib.Variant("s", "Quad9"),
            "endpoint": GLib.Variant("s", "9.9.9.9:8443")}


def network(id, name, policy="protect", **flags):
    """One entry of ListNetworks."""
    entry = {"id": GLib.Variant("s", id), "name": GLib.Variant("s", name), "ssid": GLib.Variant("s", flags.pop("ssid", name)),
             "policy": GLib.Variant("s", policy), "last-seen": GLib.Variant("x", flags.pop("last_seen", 1790000000))}
    for flag in ("decided", "current", "portal"):
        entry[flag] = GLib.Variant("b", flags.pop(flag, False))
    assert not flags, f"no such key: {flags}"
    return entry


def leak(program, destination, count, user="", protocol="udp", last=1790000000):
    """One entry of ListLeaks."""
    strings = {"program": program, "user": user, "destination": destination, "protocol": protocol}
    return {**{key: GLib.Variant("s", value) for key, value in strings.items()}, "count": GLib.Variant("t", count),
            "last": GLib.Variant("x", last)}


def rule(kind, name, target="", own=False, added_by="", added_at=0):
    """One entry of ListRules."""
    strings = {"kind": kind, "name": name, "target": target, "added-by": added_by}
    return {**{key: GLib.Variant("s", value) for key, value in strings.items()}, "own": GLib.Variant("b", own),
            "added-at": GLib.Variant("x", added_at)}


def name_list(path, kind, names, malformed=0, first_malformed=0, failure=""):
    """One entry of ListNameLists."""
    counts = {"names": names, "malformed": malformed, "first-malformed": first_malformed}
    return {"path": GLib.Variant("s", path), "kind": GLib.Variant("s", kind), "failure": GLib.Variant("s", failure),
            **{key: GLib.Variant("u", value) for key, value in counts.items()}}


class ScriptedHelper:
    """What a method answers is looked up by the whole call ("ResolveForSignIn(portal.test)"), then by its name."""

    def __init__(self, bus):
        self.bus = bus
        self.delay_ms = 0
        self.calls = []
        self.refusals = {}
        self.signing_in, self.signing_in_watch = "", 0  # the bus name of BeginSignIn("window")'s caller
        self.facts = {"Version": GLib.Variant("s", "0.1.0"), "Protocol": GLib.Variant("u", 1),
                      "OldestProtocol": GLib.Variant("u", 1), "BuildTime": GLib.Variant("x", 1700000000),
                      "Until": GLib.Variant("x", 0), "ChangedAt": GLib.Variant("x", 0)}
        for name, value in {"State": "off", "ReasonCode": "", "Reason": "", "Network": "Grand Hotel Wi-Fi",
                            "Resolver": "auto", "ResolverInUse": "", "ChangedBy": "", "Payload": ""}.items():
            self.facts[name] = GLib.Variant("s", value)
        self.network_facts = {name: GLib.Variant("s", value) for name, value in
                              {"Current": "hotel", "Policy": "protect", "SignIn": "", "UnknownNetworks": "protect",
                               "PortalAddress": "http://portal.grand-hotel.test/login"}.items()}
        self.answers = {
            "ListResolvers": GLib.Variant("aa{sv}", RESOLVERS),
            "GetStatistics": statistics(encrypted=1284, network_encrypted=1284, leaked=0, queries=2100, cache_hits=800),
            "CheckProtection": GLib.Variant("a{sv}", evidence()),
            "ListNetworks": GLib.Variant("aa{sv}", [network("hotel", "Grand Hotel Wi-Fi", current=True, portal=True),
                                                    network("home", "Home", decided=True)]),
            "ListLeaks": GLib.Variant("aa{sv}", []),
            "ListRules": GLib.Variant("aa{sv}", [rule("forward", "corp.example", "192.0.2.53"),
                                                 rule("cloak", "search.example", "safe.search.example"),
                                                 rule("local", "lan.example")]),
            "ListNameLists": GLib.Variant("aa{sv}", [name_list("/etc/sotto/ads.txt", "block", 12345, 2, 17)]),
        }
        self.resolvers = scripted_resolvers.ScriptedResolvers(self)
        self.log = scripted_log.ScriptedLog(self)

    def export(self):
        with open(os.environ["SOTTO_CONTRACT"], encoding="utf-8") as contract:
            contract_info = Gio.DBusNodeInfo.new_for_xml(contract.read())
        for name in (NAME, NETWORKS, QUERIES, RULES, scripted_resolvers.NAME):
            self.bus.register_object(PATH, contract_info.lookup_interface(name), self.on_call, self.on_get, None)
        self.bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(SCRIPT_XML).interfaces[0], self.on_script, None, None)
        Gio.bus_own_name_on_connection(self.bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)

    def facts_of_interfaces(self):
        return ((NETWORKS, self.network_facts), (scripted_resolvers.NAME, self.resolvers.facts), (QUERIES, self.log.facts),
                (NAME, self.facts))

    def begin_with(self, facts):
        """What is so from the start, of the types that the contract gives them."""
        for name, value in facts.items():
            own = next(own for _, own in self.facts_of_interfaces() if name in own)
            own[name] = GLib.Variant(own[name].get_type_string(), value)

    def set(self, facts):
        """Changes facts of any interface; each tells of its own."""
        for interface, own in self.facts_of_interfaces():
            changed = {name: value for name, value in facts.items() if name in own}
            own.update(changed)
            if changed:
                self.bus.emit_signal(None, PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                     GLib.Variant("(sa{sv}as)", (interface, changed, [])))

    def set_state(self, state, seconds=0, reason_code="", **networks):
        """Where a call leads: a state, when it ends by itself, and facts of Networks."""
        until = GLib.get_real_time() // 1000000 + seconds if seconds else 0
        strings = {"State": state, "ReasonCode": reason_code, "Reason": "", **networks}
        self.set({**{name: GLib.Variant("s", value) for name, value in strings.items()}, "Until": GLib.Variant("x", until)})

    def on_get(self, _bus, _sender, _path, interface, name):
        return dict(self.facts_of_interfaces())[interface][name]

    def on_script(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        reply = None
        if method == "Set":
            facts = parameters.get_child_value(0)
            self.set({facts.get_child_value(i).get_child_value(0).get_string():
                      facts.get_child_value(i).get_child_value(1).get_variant() for i in range(facts.n_children())})
        elif method == "Answer":
            self.answers[parameters.get_child_value(0).get_string()] = parameters.get_child_value(1).get_variant()
            if parameters.get_child_value(0).get_string() == "ListNetworks":
                self.tell(NETWORKS, "Changed")
            elif parameters.get_child_value(0).get_string() in ("ListRules", "ListNameLists"):
                self.tell(RULES, "Changed")
        elif method == "Refuse":
            name, error, sentence = parameters.unpack()
            self.refusals[name] = (error, sentence)
        elif method == "Delay":
            self.delay_ms = parameters.unpack()[0]
        elif method == "Calls":
            reply = GLib.Variant("(as)", (self.calls,))
        elif method == "Log":
            self.log.tell(parameters.get_child_value(0).get_data_as_bytes().get_data())
        elif method == "LogBurst":
            self.log.tell("".join(scripted_log.burst(parameters.unpack()[0])).encode())
        elif method == "EndLog":
            self.log.end()
        elif method == "LogReaders":
            reply = GLib.Variant("(u)", (self.log.count_readers(),))
        invocation.return_value(reply)

    def on_call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        arguments = ", ".join(str(value) for value in parameters.unpack())
        self.calls.append(f"{method}({arguments})")
        if self.delay_ms:
            GLib.timeout_add(self.delay_ms, self.answer, method, parameters, invocation)
        else:
            self.answer(method, parameters, invocation)

    def answer(self, method, parameters, invocation):
        if method in self.refusals:
            error, sentence = self.refusals[method]
            invocation.return_dbus_error(error if "." in error else f"{NAME}.Error.{error}", sentence)
            return GLib.SOURCE_REMOVE
        if invocation.get_interface_name() == NETWORKS and method != "ListNetworks":
            self.answer_networks(method, parameters, invocation)
            return GLib.SOURCE_REMOVE
        if method == "FollowLog":
            self.log.follow(invocation)
            return GLib.SOURCE_REMOVE
        if method in ("AddRule", "RemoveRule"):
            self.answer_rules(method, parameters, invocation)
            return GLib.SOURCE_REMOVE
        if invocation.get_interface_name() == scripted_resolvers.NAME:
            self.answer_resolvers(method, parameters, invocation)
            return GLib.SOURCE_REMOVE
        if method in self.answers:
            invocation.return_value(GLib.Variant.new_tuple(self.answers[method]))
            return GLib.SOURCE_REMOVE
        if method in ("TurnOn", "Resume"):
            self.set({"ResolverInUse": GLib.Variant("s", "Quad9")})
            self.set_state("on")
        elif method == "TurnOff":
            self.set({"ResolverInUse": GLib.Variant("s", "")})
            self.set_state("off")
        elif method == "SetLogging":
            self.log.set_logging(*parameters.unpack())
        elif method == "Pause":
            self.set_state("paused", parameters.unpack()[0])
        elif method == "SetResolver":
            self.set({"Resolver": parameters.get_child_value(0)})
        invocation.return_value(None)
        return GLib.SOURCE_REMOVE

    def tell(self, interface, signal):
        self.bus.emit_signal(None, PATH, interface, signal, None)

    def answer_resolvers(self, method, parameters, invocation):
        try:
            invocation.return_value(self.resolvers.answer(method, parameters))
        except scripted_resolvers.Refusal as refusal:
            invocation.return_dbus_error(f"{NAME}.Error.{refusal.error}", str(refusal))

    # --- networks

    def answer_networks(self, method, parameters, invocation):
        reply = None
        if method == "BeginSignIn":
            reply = self.begin_sign_in(parameters.unpack()[0], invocation.get_sender())
        elif method == "EndSignIn":
            self.end_sign_in()
        elif method == "ResolveForSignIn":
            self.resolve_for_sign_in(parameters.unpack()[0], invocation)
            return
        elif method == "AllowUnprotected":
            self.set_state("open", parameters.unpack()[0])
        elif method == "SetPolicy":
            self.set_policy(*parameters.unpack())
        elif method == "SetUnknownNetworks":
            self.set({"UnknownNetworks": parameters.get_child_value(0)})
        elif method == "Forget":
            self.forget(*parameters.unpack())
        invocation.return_value(reply)

    def begin_sign_in(self, how, caller):
        self.watch_caller(caller if how == "window" else "")
        self.set_state("signing-in", SIGN_IN_S, SignIn=how)
        return GLib.Variant("(s)", (self.network_facts["PortalAddress"].get_string(),))

    def watch_caller(self, caller):
        """A window's sign-in ends with its caller's connection to the bus."""
        if self.signing_in_watch:
            Gio.bus_unwatch_name(self.signing_in_watch)
        self.signing_in = caller
        self.signing_in_watch = caller and Gio.bus_watch_name_on_connection(
            self.bus, caller, Gio.BusNameWatcherFlags.NONE, None, lambda *_: self.end_sign_in())

    def end_sign_in(self):
        self.watch_caller("")
        if self.facts["State"].get_string() == "signing-in":
            self.set_state("signin", SignIn="")

    def resolve_for_sign_in(self, name, invocation):
        if not self.signing_in or invocation.get_sender() != self.signing_in:
            invocation.return_dbus_error(f"{NAME}.Error.NotAuthorized", "Only the sign-in window may ask this.")
            return
        answer = self.answers.get(f"ResolveForSignIn({name})", self.answers.get("ResolveForSignIn"))
        if answer is None:
            invocation.return_dbus_error(f"{NAME}.Error.NotFound", "This network knows no such name.")
        else:
            invocation.return_value(GLib.Variant.new_tuple(answer))

    def change_networks(self, change):
        """`change` gives an entry as it is from now on, or None."""
        entries = [GLib.VariantDict.new(self.answers["ListNetworks"].get_child_value(index))
                   for index in range(self.answers["ListNetworks"].n_children())]
        changed = [change(entry, entry.lookup_value("id").get_string()) for entry in entries]
        self.answers["ListNetworks"] = GLib.Variant.new_array(GLib.VariantType("a{sv}"),
                                                              [entry.end() for entry in changed if entry is not None])
        self.tell(NETWORKS, "Changed")

    def forget(self, network):
        self.change_networks(lambda entry, id: None if id == network else entry)

    def set_policy(self, network, policy):
        def decide(entry, id):
            if id == network:
                entry.insert_value("policy", GLib.Variant("s", policy))
                entry.insert_value("decided", GLib.Variant("b", True))
            return entry

        self.change_networks(decide)
        if network != self.network_facts["Current"].get_string():
            return
        self.set({"Policy": GLib.Variant("s", policy)})
        if self.facts["State"].get_string() != "off":
            self.set_state("open" if policy == "leave-alone" else "on")

    # --- rules

    def answer_rules(self, method, parameters, invocation):
        arguments = parameters.unpack()
        if method == "AddRule" and " " in arguments[1]:
            invocation.return_dbus_error(f"{NAME}.Error.InvalidArgument", f"“{arguments[1]}” is no name.")
        elif method == "RemoveRule" and not self.drop_rule(arguments[0]):
            invocation.return_dbus_error(f"{NAME}.Error.NotFound", f"There is no rule of yours about “{arguments[0]}”.")
        else:
            if method == "AddRule":
                self.add_rule(*arguments)
            self.tell(RULES, "Changed")
            invocation.return_value(None)

    def set_rules(self, entries):
        self.answers["ListRules"] = GLib.Variant.new_array(GLib.VariantType("a{sv}"), entries)

    def rules(self):
        return [self.answers["ListRules"].get_child_value(index) for index in range(self.answers["ListRules"].n_children())]

    def drop_rule(self, name):
        """One of the user's own; whether there was one."""
        kept = [entry for entry in self.rules()
                if entry.lookup_value("name").get_string() != name or not entry.lookup_value("own").get_boolean()]
        dropped = len(kept) < len(self.rules())
        self.set_rules(kept)
        return dropped

    def add_rule(self, kind, name, target):
        """In front, in place of another of the same name."""
        self.drop_rule(name)
        newest = rule(kind, name, target, own=True, added_by="alice", added_at=GLib.get_real_time() // 1000000)
        self.set_rules([GLib.Variant("a{sv}", newest), *self.rules()])


def main():
    helper = ScriptedHelper(Gio.bus_get_sync(Gio.BusType.SYSTEM))
    helper.begin_with(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {})
    helper.export()
    GLib.MainLoop().run()


if __name__ == "__main__":
    sys.exit(main())
