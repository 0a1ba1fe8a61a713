/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** Words for people: colours only where they mean something to somebody, and aligned columns. */
typedef enum { TONE_PLAIN, TONE_GOOD, TONE_WARNING, TONE_BAD, TONE_QUIET, TONE_STRONG } Tone;

/** Prints `text` in a tone; a tone is silent unless standard output is a terminal that shows it. */
void console_print(Tone tone, const char *text);

/** "sottoctl: sentence" on standard error. */
void console_complain(const char *sentence);

/** How many columns of a terminal it takes: letters of East Asia take two. */
gint console_width(const char *text);

/** One line "Label   value", the values of several lines below each other; nothing for an empty
 * value. */
void console_print_fact(const char *label, const char *value);

/** Rows of cells, printed with columns as wide as their widest cell. */
typedef struct Table Table;
Table *table_new(guint columns);
/** Copies the cells; as many strings as there are columns. */
void table_add(Table *table, Tone tone, const char *const *cells);
void table_print(Table *table);
void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/** "14:32", or with the date when it is not today (transfer full). */
char *console_clock(gint64 time_s);
/** "12.3 ms" (transfer full). */
char *console_milliseconds(guint64 time_us);
