/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "name_list.h"

#include "dictionary.h"

static void name_list_free(gpointer data)
{
    SottoNameList *list = data;

    g_free(list->path);
    g_free(list->kind);
    g_free(list->failure);
    g_free(list);
}

static SottoNameList *name_list_parse(GVariant *dictionary)
{
    SottoNameList *list = g_new0(SottoNameList, 1);

    list->path = sotto_dictionary_string(dictionary, "path");
    list->kind = sotto_dictionary_string(dictionary, "kind");
    list->failure = sotto_dictionary_string(dictionary, "failure");
    g_variant_lookup(dictionary, "names", "u", &list->names);
    g_variant_lookup(dictionary, "malformed", "u", &list->malformed);
    g_variant_lookup(dictionary, "first-malformed", "u", &list->first_malformed);
    return list;
}

GPtrArray *sotto_name_lists_parse(GVariant *list)
{
    GPtrArray *lists = g_ptr_array_new_with_free_func(name_list_free);

    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) dictionary = g_variant_get_child_value(list, i);

        g_ptr_array_add(lists, name_list_parse(dictionary));
    }
    return lists;
}
