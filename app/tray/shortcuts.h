/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** Gives the application's and its windows' actions their keys. */
void shortcuts_install(GtkApplication *application);

/** Opens the window that lists the keys, above `window`, in front of everything. */
void shortcuts_show(GtkApplicationWindow *window);
