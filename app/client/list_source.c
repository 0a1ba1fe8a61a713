/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list_source.h"

#include "dictionary.h"

static void list_source_free(gpointer data)
{
    SottoListSource *source = data;

    g_free(source->name);
    g_free(source->url);
    g_free(source->kind);
    g_free(source->failure);
    g_free(source);
}

GPtrArray *sotto_list_sources_parse(GVariant *list)
{
    GPtrArray *sources = g_ptr_array_new_with_free_func(list_source_free);
    GVariantIter iter;
    GVariant *dictionary;

    g_variant_iter_init(&iter, list);
    while ((dictionary = g_variant_iter_next_value(&iter)) != NULL) {
        SottoListSource *source = g_new0(SottoListSource, 1);

        source->name = sotto_dictionary_string(dictionary, "name");
        source->url = sotto_dictionary_string(dictionary, "url");
        source->kind = sotto_dictionary_string(dictionary, "kind");
        source->failure = sotto_dictionary_string(dictionary, "failure");
        g_variant_lookup(dictionary, "entries", "u", &source->entries);
        g_variant_lookup(dictionary, "signed-at", "x", &source->signed_at_s);
        g_variant_lookup(dictionary, "checked-at", "x", &source->checked_at_s);
        g_ptr_array_add(sources, source);
        g_variant_unref(dictionary);
    }
    return sources;
}
