/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "autostart.h"
#include "catalogue.h"
#include "situation.h"

#include <gtk/gtk.h>
#include <handy.h>

/** The window: the page of the first run or, once that is done, pages "status", "resolvers",
 * "statistics", "log", "networks" and "settings"; and a bar for each thing to be known above them.
 */
#define SOTTO_TYPE_WINDOW (sotto_window_get_type())
G_DECLARE_FINAL_TYPE(SottoWindow, sotto_window, SOTTO, WINDOW, HdyApplicationWindow)

/** Loads libhandy at the first call. What is given outlives the window. */
SottoWindow *sotto_window_new(GtkApplication *application, const Situation *situation,
                              Catalogue *catalogue, Preferences *preferences,
                              SottoAutostart *autostart);

/** Shows the helper's facts of this moment. */
void sotto_window_update(SottoWindow *window);

/** The same of what a countdown changes, every second. */
void sotto_window_tick(SottoWindow *window);

/** One sentence in the bar, until it is closed or the helper changes. */
void sotto_window_show_error(SottoWindow *window, const char *sentence);

/** Whether a tray shows the icon; if not, a banner says what closing the window means. */
void sotto_window_set_tray(SottoWindow *window, gboolean tray);

void sotto_window_show_page(SottoWindow *window, const char *page);
/** Opens the dialog that adds a resolver, filled in with `spec` ("": nothing). */
void sotto_window_add_resolver(SottoWindow *window, const char *spec);
void sotto_window_check(SottoWindow *window);
