/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dictionary.h"

char *sotto_dictionary_string(GVariant *dictionary, const char *key)
{
    char *value = NULL;

    return g_variant_lookup(dictionary, key, "s", &value) ? value : g_strdup("");
}
