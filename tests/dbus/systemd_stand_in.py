# SPDX-License-Identifier: GPL-3.0-or-later
"""What of systemd's manager a client uses for a transient unit, on a private bus. It stands in for the real one, which needs a
machine that booted with it: tests/flatpak and tests/lab have that. The command is really run, with the descriptors it came with."""

import os
import subprocess
import threading

from gi.repository import GLib
from peer import ALLOW_INTERACTIVE, Peer

NAME, PATH = "org.freedesktop.systemd1", "/org/freedesktop/systemd1"
XML = """<node><interface name="org.freedesktop.systemd1.Manager">
<method name="Subscribe"/><method name="Unsubscribe"/>
<method name="StartTransientUnit"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a(sv)" direction="in"/>
<arg type="a(sa(sv))" direction="in"/><arg type="o" direction="out"/></method>
<signal name="JobRemoved"><arg type="u"/><arg type="o"/><arg type="s"/><arg type="s"/></signal>
</interface></node>"""
STREAMS = ["StandardInputFileDescriptor", "StandardOutputFileDescriptor", "StandardErrorFileDescriptor"]
JOB = PATH + "/job/4711"


class Systemd(Peer):
    """`refusals` are (error, message) by method. `after` is called when a command has succeeded, before its job is removed."""

    def __init__(self, address, after=lambda: None):
        self.orders, self.refusals, self.after = [], {}, after
        self.answers_late = False
        self.process, self.ended = None, threading.Event()
        super().__init__(address, NAME, PATH, XML)

    def on_get(self, *_):
        return None

    def on_call(self, bus, sender, path, interface, method, parameters, invocation):
        if method in self.refusals:
            invocation.return_dbus_error(*self.refusals[method])
        elif method == "StartTransientUnit":
            self.start(parameters.unpack(), invocation)
        else:
            invocation.return_value(None)

    def start(self, parameters, invocation):
        unit, mode, properties, auxiliary = parameters
        message = invocation.get_message()
        properties = dict(properties)
        self.orders.append({"unit": unit, "mode": mode, "auxiliary": auxiliary, **properties,
                            "interactive": bool(message.get_flags() & ALLOW_INTERACTIVE)})
        descriptors = message.get_unix_fd_list()
        streams = [descriptors.get(properties[name]) if name in properties else os.open("/dev/null", os.O_RDWR)
                   for name in STREAMS]
        reply = GLib.Variant("(o)", (JOB,))
        if not self.answers_late:
            invocation.return_value(reply)
        # As systemd reads a command line: "$$" is one "$"; and SIGPIPE is ignored; what cannot be run has failed.
        ((path, words, _),) = properties["ExecStart"]
        words = [word.replace("$$", "$") for word in words] if os.access(path, os.X_OK) else ["/bin/false"]
        self.process = subprocess.Popen(words, stdin=streams[0], stdout=streams[1], stderr=streams[2], restore_signals=False)
        for stream in streams:
            os.close(stream)
        if self.answers_late:
            self.finish()
            invocation.return_value(reply)
        else:
            threading.Thread(target=self.finish, daemon=True).start()

    def finish(self):
        succeeded = self.process.wait(60) == 0
        if succeeded:
            self.after()
        if not self.bus.is_closed():
            self.bus.emit_signal(None, PATH, NAME + ".Manager", "JobRemoved",
                                 GLib.Variant("(uoss)", (4711, JOB, self.orders[-1]["unit"], "done" if succeeded else "failed")))
        self.ended.set()
