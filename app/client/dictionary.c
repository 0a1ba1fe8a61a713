/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dictionary.h"

char *sotto_dictionary_string(GVariant *dictionary, const char *key)
{
    return g_strdup(sotto_dictionary_text(dictionary, key));
}

const char *sotto_dictionary_text(GVariant *dictionary, const char *key)
{
    const char *text = "";

    g_variant_lookup(dictionary, key, "&s", &text);
    return text;
}

gint64 sotto_dictionary_time(GVariant *dictionary, const char *key)
{
    gint64 time_s = 0;

    g_variant_lookup(dictionary, key, "x", &time_s);
    return time_s;
}
