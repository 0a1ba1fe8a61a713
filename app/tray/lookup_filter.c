/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * It is asked about a hundred thousand lookups in one go, so that what can be known before is:
 * which words of the search are in the words for where an answer came from. Those are translated,
 * and compared in any script; names and what comes with them are ASCII almost always, and are
 * compared as the C library does it.
 */
#include "lookup_filter.h"

#include "lookup_words.h"

#include <string.h>

#define WORDS_MAX 16

struct LookupFilter {
    gboolean only_blocked;
    char **words; /* folded; as many as WORDS_MAX */
    guint count;
    guint in_kind[SOTTO_LOOKUP_GARBLED + 1]; /* bit N: the kind's words have word N in them */
};

static void judge_kinds(LookupFilter *filter)
{
    for (guint kind = 0; kind < G_N_ELEMENTS(filter->in_kind); kind++) {
        g_autofree char *words = g_utf8_casefold(lookup_words_kind((SottoLookupKind)kind), -1);
        for (guint i = 0; i < filter->count; i++)
            if (strstr(words, filter->words[i]) != NULL)
                filter->in_kind[kind] |= 1u << i;
    }
}

LookupFilter *lookup_filter_new(const char *search, gboolean only_blocked)
{
    LookupFilter *filter = g_new0(LookupFilter, 1);
    g_autofree char *folded = g_utf8_casefold(search, -1);
    g_auto(GStrv) parts = g_strsplit_set(folded, " \t\n", -1);

    filter->only_blocked = only_blocked;
    filter->words = g_new0(char *, WORDS_MAX + 1);
    for (guint i = 0; parts[i] != NULL && filter->count < WORDS_MAX; i++)
        if (parts[i][0] != '\0')
            filter->words[filter->count++] = g_strdup(parts[i]);
    judge_kinds(filter);
    return filter;
}

void lookup_filter_free(LookupFilter *filter)
{
    g_strfreev(filter->words);
    g_free(filter);
}

gboolean lookup_filter_is_open(const LookupFilter *filter)
{
    return filter->count == 0 && !filter->only_blocked;
}

static gboolean has_word(const SottoLookup *lookup, const char *word)
{
    return strcasestr(lookup->name, word) != NULL || strcasestr(lookup->type, word) != NULL ||
           strcasestr(lookup->resolver, word) != NULL || strcasestr(lookup->rule, word) != NULL ||
           strcasestr(lookup->protocol, word) != NULL || strcasestr(lookup->rcode, word) != NULL;
}

gboolean lookup_filter_matches(const LookupFilter *filter, const SottoLookup *lookup)
{
    if (sotto_lookup_is_gap(lookup))
        return lookup_filter_is_open(filter);
    if (filter->only_blocked && lookup->kind != SOTTO_LOOKUP_BLOCKED)
        return FALSE;
    for (guint i = 0; i < filter->count; i++)
        if ((filter->in_kind[lookup->kind] & 1u << i) == 0 && !has_word(lookup, filter->words[i]))
            return FALSE;
    return TRUE;
}
