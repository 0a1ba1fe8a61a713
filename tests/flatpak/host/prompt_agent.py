# SPDX-License-Identifier: GPL-3.0-or-later
"""prompt_agent.py SESSION give PASSWORD | dismiss: an authentication agent of polkit's, as every desktop has one for its
password prompt, with somebody in front of it who types a password or closes the prompt.

It says "ready", then each prompt it was shown as a line of JSON, and how that ended. Passwords are checked by polkit's own
setuid program, as with every agent.
"""

import json
import os
import subprocess
import sys

from gi.repository import Gio, GLib

AUTHORITY = "org.freedesktop.PolicyKit1"
HELPER = "/usr/lib/polkit-1/polkit-agent-helper-1"
OBJECT = "/io/github/sottodns/TestAgent"
CANCELLED = "org.freedesktop.PolicyKit1.Error.Cancelled"
INTERFACE = """<node><interface name="org.freedesktop.PolicyKit1.AuthenticationAgent">
  <method name="BeginAuthentication">
    <arg name="action_id" type="s" direction="in"/>
    <arg name="message" type="s" direction="in"/>
    <arg name="icon_name" type="s" direction="in"/>
    <arg name="details" type="a{ss}" direction="in"/>
    <arg name="cookie" type="s" direction="in"/>
    <arg name="identities" type="a(sa{sv})" direction="in"/>
  </method>
  <method name="CancelAuthentication"><arg name="cookie" type="s" direction="in"/></method>
</interface></node>"""


def say(**what):
    print(json.dumps(what), flush=True)


def check(user, cookie, password):
    """Whether polkit's helper took the password."""
    with subprocess.Popen([HELPER, user], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as helper:
        print(cookie, file=helper.stdin, flush=True)
        for line in helper.stdout:
            word = line.split()[0]
            if word.startswith("PAM_PROMPT"):
                print(password, file=helper.stdin, flush=True)
            elif word in ("SUCCESS", "FAILURE"):
                return word == "SUCCESS"
    return False


class Agent:
    """Registered for the session, answering always the same."""

    def __init__(self, session, password):
        """`password` None: whoever is asked closes the prompt."""
        self.password, self.user = password, GLib.get_user_name()
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.bus.register_object(OBJECT, Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], self.on_call, None, None)
        subject = ("unix-session", {"session-id": GLib.Variant("s", session)})
        self.bus.call_sync(AUTHORITY, "/org/freedesktop/PolicyKit1/Authority", f"{AUTHORITY}.Authority",
                           "RegisterAuthenticationAgent", GLib.Variant("((sa{sv})ss)", (subject, "C.UTF-8", OBJECT)),
                           None, 0, -1, None)

    def on_call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        if method != "BeginAuthentication":
            invocation.return_value(None)
            return
        action, message, _icon, details, cookie, identities = parameters.unpack()
        users = [facts["uid"] for kind, facts in identities if kind == "unix-user"]
        say(action=action, message=message, details=details, users=users)
        if self.password is None or os.getuid() not in users:
            say(answer="dismissed")
            invocation.return_dbus_error(CANCELLED, "The prompt was closed.")
            return
        say(answer="accepted" if check(self.user, cookie, self.password) else "refused")
        invocation.return_value(None)


def main():
    session, kind, *password = sys.argv[1:]
    agent = Agent(session, password[0] if kind == "give" else None)
    print("ready", flush=True)
    GLib.MainLoop().run()
    del agent


if __name__ == "__main__":
    main()
