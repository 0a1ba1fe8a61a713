/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** The counters as a file: a table for a spreadsheet, with a line for each of total, day, resolver,
 * protocol and time to answer (RFC 4180), or all of the contract's dictionary as JSON. Names of
 * columns and keys are the contract's, in every language (transfer full). */
char *export_csv(GVariant *statistics);
char *export_json(GVariant *statistics);

/** Appends a field of such a table, quoted where it has to be. A name is somebody else's words, and
 * spreadsheets take what begins like a formula for one: an apostrophe keeps it text. */
void export_append_text(GString *csv, const char *text);

/** Asks where to, with the desktop's own dialog, and writes `contents` (transfer full) there. What
 * goes wrong is reported. */
void export_ask(GtkWindow *window, const char *title, const char *name, char *contents);
