/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** Numbers as people write them here (all transfer full). */

/** "1,284"; of a fraction, "0.4". */
char *figure_count(double count);

/** "8.2 ms", "131 ms", "2.1 s". */
char *figure_time(double time_us);

/** "1,284 (61 %)"; without the share when there is nothing to have a share in. */
char *figure_share(guint64 part, guint64 whole);

/** The helper's word for a day ("2026-11-22") as "Sun 22"; itself when it is none. */
char *figure_day(const char *day);

/** The same, as a date: "22 November 2026". */
char *figure_date(const char *day);

/** Seconds since 1970, as "22 November 2026, 10:14". */
char *figure_moment(gint64 time_s);

/** The helper's word for a protocol ("dot") as its name, "DNS over TLS"; a word of a later version
 * is itself. */
char *figure_protocol(const char *word);
