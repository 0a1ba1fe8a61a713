/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "leak_item.h"

#include "dictionary.h"

static void leak_free(gpointer data)
{
    SottoLeak *leak = data;

    g_free(leak->program);
    g_free(leak->user);
    g_free(leak->destination);
    g_free(leak->protocol);
    g_free(leak);
}

static SottoLeak *leak_parse(GVariant *dictionary)
{
    SottoLeak *leak = g_new0(SottoLeak, 1);

    leak->program = sotto_dictionary_string(dictionary, "program");
    leak->user = sotto_dictionary_string(dictionary, "user");
    leak->destination = sotto_dictionary_string(dictionary, "destination");
    leak->protocol = sotto_dictionary_string(dictionary, "protocol");
    g_variant_lookup(dictionary, "count", "t", &leak->count);
    g_variant_lookup(dictionary, "last", "x", &leak->last_s);
    return leak;
}

GPtrArray *sotto_leaks_parse(GVariant *list)
{
    GPtrArray *leaks = g_ptr_array_new_with_free_func(leak_free);

    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) dictionary = g_variant_get_child_value(list, i);

        g_ptr_array_add(leaks, leak_parse(dictionary));
    }
    return leaks;
}
