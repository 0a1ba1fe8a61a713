# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the host's systemd, on the private system bus: it takes the order for the transient unit, and a test
plays the administrator who is asked, and the program that is run. It runs nothing. With the real systemd, polkit and
installer the same is seen in tests/flatpak."""
import os

from gi.repository import Gio, GLib

from tray_host import disown, own
from waiting import wait

NAME, PATH = "org.freedesktop.systemd1", "/org/freedesktop/systemd1"
MANAGER = f"{NAME}.Manager"
JOB = f"{PATH}/job/1"
XML = f"""<node><interface name="{MANAGER}">
  <method name="Subscribe"/>
  <method name="StartTransientUnit"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a(sv)" direction="in"/>
    <arg type="a(sa(sv))" direction="in"/><arg type="o" direction="out"/></method>
  <signal name="JobRemoved"><arg type="u"/><arg type="o"/><arg type="s"/><arg type="s"/></signal>
</interface></node>"""


class Order:
    """One call of StartTransientUnit, which waits for its administrator."""

    def __init__(self, invocation, parameters):
        self.invocation = invocation
        unit, self.mode, properties, _others = parameters.unpack()
        self.unit, self.properties = unit, dict(properties)
        self.path, self.command, _ignore = self.properties["ExecStart"][0]
        message = invocation.get_message()
        self.interactive = bool(message.get_flags() & Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION)
        self.descriptors = message.get_unix_fd_list().steal_fds()

    def descriptor(self, name):
        return self.descriptors[self.properties[f"{name}FileDescriptor"]]

    def read_input(self):
        with os.fdopen(os.dup(self.descriptor("StandardInput")), "rb") as payload:
            return payload.read()

    def close(self):
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []


class ScriptedSystemd:
    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.orders = []
        self.registration = 0

    def start(self):
        interface = Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0]
        self.registration = self.bus.register_object(PATH, interface, self.on_call, None, None)
        assert own(self.bus, NAME)

    def stop(self):
        disown(self.bus, NAME)
        self.bus.unregister_object(self.registration)
        for order in self.orders:
            order.close()

    def on_call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        if method == "StartTransientUnit":
            self.orders.append(Order(invocation, parameters))
        else:
            invocation.return_value(None)

    def order(self, number=1):
        """The order of that number, once it has come."""
        wait(lambda: len(self.orders) >= number, "an order to systemd")
        return self.orders[number - 1]

    # --- the administrator

    def allow(self, order):
        order.invocation.return_value(GLib.Variant("(o)", (JOB,)))

    def refuse(self, order, error="org.freedesktop.DBus.Error.AccessDenied", sentence="Permission denied"):
        order.invocation.return_dbus_error(error, sentence)
        order.close()

    # --- the program

    def finish(self, order, note="", complaint=""):
        """It ends, well when it has nothing to complain of."""
        os.write(order.descriptor("StandardOutput"), note.encode())
        os.write(order.descriptor("StandardError"), complaint.encode())
        order.close()
        self.bus.emit_signal(None, PATH, MANAGER, "JobRemoved",
                             GLib.Variant("(uoss)", (1, JOB, order.unit, "failed" if complaint else "done")))
