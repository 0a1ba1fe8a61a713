/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** A file of names of the configuration, as ListNameLists tells of it. Strings are never NULL. */
typedef struct SottoNameList {
    char *path;
    char *kind;            /* "block", "allow", "cloak" */
    guint names;           /* in force */
    guint malformed;       /* lines that are no rule */
    guint first_malformed; /* the first of them, counted from 1; 0 none */
    char *failure;         /* why the last reading was refused, a sentence; "" none */
} SottoNameList;

/** Reads the aa{sv} (transfer full): of SottoNameList. */
GPtrArray *sotto_name_lists_parse(GVariant *list);
