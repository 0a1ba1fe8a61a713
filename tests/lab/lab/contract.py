# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods of the helper's contract (data/dbus), each with arguments that are good in themselves, as GVariant writes them.

A method that is new is in neither table, and tests/dbus/test_callers.py says so: whoever adds one decides here whom it is for."""

import json

from .helper import NAME, PATH

PRIVATE = {
    "TurnOn": (), "TurnOff": (), "SetResolver": ("'quad9'",), "Pause": ("uint32 60",), "Resume": (),
    "Resolvers.RefreshSources": (), "Resolvers.Add": ("'tls://192.0.2.1#dns.example'", "'Mine'"), "Resolvers.Remove": ("'mine'",),
    "Resolvers.SetFavourite": ("'quad9'", "true"), "Resolvers.SetRelay": ("'quad9'", "'none'"),
    "Networks.SetUnknownNetworks": ("'ask'",), "Networks.BeginSignIn": ("'machine'",), "Networks.EndSignIn": (),
    "Networks.ResolveForSignIn": ("'www.example'",), "Networks.LookAgain": (), "Networks.AllowUnprotected": ("uint32 60",),
    "Networks.ListNetworks": (), "Networks.SetPolicy": ("'3f1c09a2be47d655'", "'ask'"), "Networks.Forget": ("'3f1c09a2be47d655'",),
    "Queries.FlushCache": ("''",), "Queries.SetLogging": ("true",), "Queries.FollowLog": (),
    "Rules.AddRule": ("'block'", "'ads.example'", "''"), "Rules.RemoveRule": ("'ads.example'",),
}
"""What changes something, and what tells of people: for those alone whom polkit lets."""

PUBLIC = {
    "ListResolvers": (), "GetStatistics": (), "CheckProtection": (), "Resolvers.ListSources": (), "Resolvers.ListRelays": (),
    "Resolvers.Describe": ("'quad9'",), "Queries.Explain": ("'www.example'", "'A'"), "Queries.ListConnections": (),
    "Queries.ListLeaks": (), "Rules.ListRules": (), "Rules.ListNameLists": (),
}
"""For everybody on this machine."""

ASK = """
import json, sys
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
ends = {}
for method, (interface, word, arguments) in json.loads(sys.argv[3]).items():
    given = [GLib.Variant.parse(None, one, None, None) for one in arguments]
    try:
        bus.call_sync(sys.argv[1], sys.argv[2], interface, word, GLib.Variant.new_tuple(*given), None, 0, 20000, None)
        ends[method] = "done"
    except GLib.Error as error:
        ends[method] = Gio.DBusError.get_remote_error(error).removeprefix(sys.argv[1] + ".Error.")
print(json.dumps(ends))
"""


def split(method):
    """(interface, method) of "Rules.AddRule"."""
    interface, _, word = method.rpartition(".")
    return f"{NAME}.{interface}".rstrip("."), word


def ends_for(user, table):
    """How a call of each method ended for an ordinary user."""
    calls = {method: (*split(method), arguments) for method, arguments in table.items()}
    return json.loads(user.output("/usr/bin/python3", "-c", ASK, NAME, PATH, json.dumps(calls)))
