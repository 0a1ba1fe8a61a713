# SPDX-License-Identifier: GPL-3.0-or-later
"""The Resolvers interface of the scripted helper: where resolvers come from, what one is in full, and what the user
decides about single ones. What is decided is kept, shows in ListResolvers, and is told, as the real helper does."""
from gi.repository import GLib

NAME = "io.github.sottodns.Sotto1.Resolvers"
AUTO, ANY, NONE = "auto", "*", "none"
MAX_FAVOURITES = 5


def relay(id, name, operator, country, kind="dnscrypt", description="", source="built-in"):
    """One entry of ListRelays."""
    return {key: GLib.Variant("s", value) for key, value in {
        "id": id, "name": name, "operator": operator, "country": country, "description": description, "kind": kind,
        "source": source}.items()}


def list_source(name, kind="resolvers", entries=0, failure="", signed_at=1789900000):
    """One entry of ListSources."""
    return {"name": GLib.Variant("s", name), "url": GLib.Variant("s", f"https://lists.test/{name}.md"),
            "kind": GLib.Variant("s", kind), "entries": GLib.Variant("u", entries), "failure": GLib.Variant("s", failure),
            "signed-at": GLib.Variant("x", signed_at), "checked-at": GLib.Variant("x", signed_at)}


def endpoint(protocol, **more):
    """One of the endpoints of Describe; lists of texts are "as"."""
    entry = {key: "" for key in ("address", "host", "path", "provider", "provider_key", "relay", "stamp")}
    entry |= {"protocol": protocol, "pins": [], "hashes": []} | more
    return {key.replace("_", "-"): GLib.Variant("as" if isinstance(value, list) else "s", value)
            for key, value in entry.items()}


RELAYS = [
    relay("anon-cs-fr", "anon-cs-fr", "cryptostorm", "FR"),
    relay("anon-tiarap", "anon-tiarap", "tiarap", "SG"),
    relay("odohrelay-crypto-sx", "odohrelay-crypto-sx", "crypto.sx", "FR", "odoh"),
]
ENDPOINTS = {
    "dnscrypt": endpoint("dnscrypt", address="192.0.2.1:8443", provider="2.dnscrypt-cert.resolver.test",
                         provider_key="67" * 32, stamp="sdns://AQEAAAAAAAAADjE5Mi4wLjIuMTo4NDQz"),
    "dot": endpoint("dot", address="192.0.2.1:853", host="dns.resolver.test", pins=["bXkgcGluIGlzIG9mIHRoaXJ0eS10d28gYnl0ZXM="],
                    stamp="sdns://AwEAAAAAAAAADTE5Mi4wLjIuMTo4NTM"),
    "doh": endpoint("doh", address="192.0.2.1:443", host="dns.resolver.test", path="/dns-query", hashes=["3e" * 32],
                    stamp="sdns://AgEAAAAAAAAACTE5Mi4wLjIuMQ"),
}


class Refusal(Exception):
    def __init__(self, error, sentence):
        super().__init__(sentence)
        self.error = error


class ScriptedResolvers:
    """`helper` is the ScriptedHelper whose answers and facts these methods read and change."""

    def __init__(self, helper):
        self.helper = helper
        self.facts = {"Relay": GLib.Variant("s", NONE)}
        helper.answers |= {"ListRelays": GLib.Variant("aa{sv}", RELAYS),
                           "ListSources": GLib.Variant("aa{sv}", [list_source("public-resolvers", entries=300),
                                                                  list_source("relays", "relays", entries=40)]),
                           "RefreshSources": None}
        self.methods = {"Describe": self.describe, "SetFavourite": self.set_favourite, "SetRelay": self.set_relay,
                        "Add": self.add, "Remove": self.remove}

    def answer(self, method, parameters):
        """The reply's tuple, or None; or a Refusal."""
        if method in self.helper.answers:
            answer = self.helper.answers[method]
            return answer and GLib.Variant.new_tuple(answer)
        return self.methods[method](*parameters.unpack())

    # --- the list as it is

    def entries(self):
        listed = self.helper.answers["ListResolvers"]
        return [GLib.VariantDict.new(listed.get_child_value(index)) for index in range(listed.n_children())]

    def keep(self, entries):
        self.helper.answers["ListResolvers"] = GLib.Variant.new_array(GLib.VariantType("a{sv}"),
                                                                      [entry.end() for entry in entries])
        self.helper.tell(NAME, "Changed")

    def change(self, id, **values):
        entries = self.entries()
        for entry in entries:
            if text(entry, "id") == id:
                for key, value in values.items():
                    entry.insert_value(key.replace("_", "-"), value)
        self.keep(entries)

    def find(self, id):
        for entry in self.entries():
            if text(entry, "id") == id:
                return entry
        raise Refusal("NotFound", f'No resolver is called "{id}".')

    # --- the methods

    def describe(self, id):
        entry = self.find(id)
        entry.insert_value("endpoints", GLib.Variant("aa{sv}", [
            ENDPOINTS.get(protocol, endpoint(protocol)) for protocol in entry.lookup_value("protocols").unpack()]))
        return GLib.Variant.new_tuple(entry.end())

    def set_favourite(self, id, favourite):
        self.find(id)
        others = [entry for entry in self.entries() if entry.lookup_value("favourite").unpack() and text(entry, "id") != id]
        if favourite and len(others) >= MAX_FAVOURITES:
            raise Refusal("InvalidArgument", "There are five favourites already; remove one of them first.")
        if not favourite and not others:
            raise Refusal("InvalidArgument", "The last favourite stays, since the automatic choice is made among them.")
        self.change(id, favourite=GLib.Variant("b", favourite))

    def set_relay(self, id, relay):
        known = [entry["id"] for entry in self.helper.answers["ListRelays"].unpack()]
        if relay not in ("", ANY, NONE, *known):
            raise Refusal("NotFound", f'No relay is called "{relay}".')
        if id:
            self.find(id)
            self.change(id, relay_choice=GLib.Variant("s", relay),
                        relay=GLib.Variant("s", "" if relay in ("", NONE) else known[0] if relay == ANY else relay))
        else:
            self.helper.set({"Relay": GLib.Variant("s", relay or NONE)})
            self.helper.tell(NAME, "Changed")

    def add(self, spec, name):
        id = f"own-{len(self.entries())}"
        strings = {"id": id, "name": name or spec, "operator": "", "country": "", "description": "", "failure": "",
                   "source": "own", "key-changed": "", "relay": "", "relay-choice": ""}
        entry = GLib.VariantDict.new(None)
        for key, value in strings.items():
            entry.insert_value(key, GLib.Variant("s", value))
        for key in ("dnssec", "nolog", "malware", "ads", "adult", "filters", "favourite"):
            entry.insert_value(key, GLib.Variant("b", False))
        entry.insert_value("own", GLib.Variant("b", True))
        entry.insert_value("protocols", GLib.Variant("as", ["doh" if spec.startswith("https:") else "dnscrypt"]))
        self.keep(self.entries() + [entry])
        return GLib.Variant("(s)", (id,))

    def remove(self, id):
        if text(self.find(id), "source") != "own":
            raise Refusal("NotFound", f'"{id}" is none of your own resolvers.')
        self.keep([entry for entry in self.entries() if text(entry, "id") != id])


def text(entry, key):
    return entry.lookup_value(key).get_string()
