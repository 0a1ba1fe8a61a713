/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** One signed list, as ListSources tells of it. Strings are never NULL. */
typedef struct SottoListSource {
    char *name, *url, *kind;
    guint entries;
    gint64 signed_at_s, checked_at_s; /* seconds since 1970, 0 never */
    char *failure;                    /* a sentence; "" none */
} SottoListSource;

/** Reads the aa{sv} (transfer full): of SottoListSource. */
GPtrArray *sotto_list_sources_parse(GVariant *list);
