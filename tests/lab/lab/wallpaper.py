# SPDX-License-Identifier: GPL-3.0-or-later
"""wallpaper.py CSS-BACKGROUND: a desktop window, so that pictures of the screen look like one."""

import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

style = Gtk.CssProvider()
style.load_from_data(f"window {{ background: {sys.argv[1]}; }}".encode())
Gtk.StyleContext.add_provider_for_screen(Gdk.Screen.get_default(), style, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
window = Gtk.Window(type_hint=Gdk.WindowTypeHint.DESKTOP, decorated=False)
screen = Gdk.Screen.get_default().get_root_window()
window.set_default_size(screen.get_width(), screen.get_height())
window.show()
Gtk.main()
