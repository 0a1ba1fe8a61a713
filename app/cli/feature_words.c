/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature_words.h"

static const struct {
    SottoResolverFlags flag;
    const char *key;  /* in JSON, as in the contract */
    const char *word; /* in the table and for the search */
} features[] = {
    {SOTTO_RESOLVER_DNSSEC, "dnssec", "dnssec"},
    {SOTTO_RESOLVER_NOLOG, "nolog", "no-logs"},
    {SOTTO_RESOLVER_BLOCKS_MALWARE, "malware", "blocks-malware"},
    {SOTTO_RESOLVER_BLOCKS_ADS, "ads", "blocks-ads"},
    {SOTTO_RESOLVER_BLOCKS_ADULT, "adult", "blocks-adult"},
    {SOTTO_RESOLVER_FILTERS, "filters", "filters"},
    {SOTTO_RESOLVER_FAVOURITE, "favourite", "favourite"},
    {SOTTO_RESOLVER_OWN, "own", "own"},
};

char *feature_words(SottoResolver *resolver)
{
    GString *words = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(features); i++)
        if (sotto_resolver_flags(resolver) & features[i].flag)
            g_string_append_printf(words, "%s%s", words->len > 0 ? " " : "", features[i].word);
    return g_string_free(words, FALSE);
}

void feature_words_add_json(JsonBuilder *document, SottoResolver *resolver)
{
    for (gsize i = 0; i < G_N_ELEMENTS(features); i++)
        document_add_flag(document, features[i].key,
                          (sotto_resolver_flags(resolver) & features[i].flag) != 0);
}
