/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** A program that asked a DNS server around Sotto, as ListLeaks tells of it. Strings are never
 * NULL. */
typedef struct SottoLeak {
    char *program;     /* "" the kernel did not tell */
    char *user;        /* login name or number; "" not told */
    char *destination; /* the address it asked */
    char *protocol;    /* "udp", "tcp" */
    guint64 count;     /* packets; of TCP: connections */
    gint64 last_s;     /* since 1970 */
} SottoLeak;

/** Reads the aa{sv} (transfer full): of SottoLeak, newest first. */
GPtrArray *sotto_leaks_parse(GVariant *list);
