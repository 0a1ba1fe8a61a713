/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** What bundle.conf says of a payload, and the record of the one that is installed. */
typedef struct Edition {
    char *version;       /* "0.1.0" */
    gint64 build_time_s; /* since 1970 */
} Edition;

/** [Bundle] of `path`; FALSE with a sentence when it is not ours or damaged. */
gboolean edition_load(Edition *edition, const char *path, GError **error);
/** The same of a bundle.conf in memory. */
gboolean edition_parse(Edition *edition, const char *text, gsize length, GError **error);
void edition_clear(Edition *edition);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Edition, edition_clear)

/** Negative, 0 or positive as `a` is older than, the same as or newer than `b`: by the numbers of
 * the version, then by the time it was built. */
int edition_compare(const Edition *a, const Edition *b);
