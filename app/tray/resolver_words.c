/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of a resolver's row, of its details and of the search, which finds what it can be seen
 * to say.
 */
#include "resolver_words.h"

#include "country.h"
#include "wording.h"

#include <glib/gi18n.h>
#include <string.h>

static void append_part(GString *text, const char *part)
{
    if (part[0] == '\0')
        return;
    if (text->len > 0)
        g_string_append(text, " · ");
    g_string_append(text, part);
}

char *resolver_words_promises(SottoResolver *resolver)
{
    static const struct {
        SottoResolverFlags flag;
        const char *word;
    } features[] = {
        /* Translators: what a resolver is and does, in a list: “yours · no logs · DNSSEC”. */
        {SOTTO_RESOLVER_OWN, N_("yours")},
        {SOTTO_RESOLVER_NOLOG, N_("no logs")},
        {SOTTO_RESOLVER_BLOCKS_MALWARE, N_("blocks malware")},
        {SOTTO_RESOLVER_BLOCKS_ADS, N_("blocks ads")},
        {SOTTO_RESOLVER_BLOCKS_ADULT, N_("blocks adult sites")},
        {SOTTO_RESOLVER_FILTERS, N_("filters")},
        {SOTTO_RESOLVER_DNSSEC, N_("DNSSEC")},
    };
    SottoResolverFlags flags = sotto_resolver_flags(resolver);
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(features); i++)
        if ((flags & features[i].flag) != 0)
            append_part(text, _(features[i].word));
    return g_string_free(text, FALSE);
}

/* "relay" is what is left of a resolver that is reached through one. */
static const char *protocol_word(const char *word)
{
    static const struct {
        const char *word, *shown;
    } names[] = {
        {"dnscrypt", "DNSCrypt"}, {"dot", "DoT"},   {"doh", "DoH"},
        {"doq", "DoQ"},           {"odoh", "ODoH"}, {"relay", N_("Anonymized DNSCrypt")},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(names[i].word, word))
            return _(names[i].shown);
    return word;
}

char *resolver_words_protocols(SottoResolver *resolver)
{
    const char *const *protocols = sotto_resolver_protocols(resolver);
    GString *text = g_string_new(NULL);

    for (; *protocols != NULL; protocols++)
        append_part(text, protocol_word(*protocols));
    return g_string_free(text, FALSE);
}

char *resolver_words_source(SottoResolver *resolver)
{
    const char *source = sotto_resolver_source(resolver);

    if (source[0] == '\0' || g_str_equal(source, "built-in") || g_str_equal(source, "own"))
        return g_strdup("");
    /* Translators: a resolver comes from this list of public resolvers */
    return g_strdup_printf(_("from %s"), source);
}

char *resolver_words_summary(SottoResolver *resolver)
{
    const char *operator_name = sotto_resolver_operator(resolver);
    g_autofree char *promises = resolver_words_promises(resolver);
    g_autofree char *protocols = resolver_words_protocols(resolver);
    g_autofree char *source = resolver_words_source(resolver);
    GString *text = g_string_new(NULL);

    if (g_strcmp0(operator_name, sotto_resolver_name(resolver)) != 0)
        append_part(text, operator_name);
    append_part(text, country_name(sotto_resolver_country(resolver)));
    append_part(text, promises);
    append_part(text, protocols);
    append_part(text, source);
    return g_string_free(text, FALSE);
}

char *resolver_words_latency(SottoResolver *resolver)
{
    gint64 latency_us = sotto_resolver_latency_us(resolver);

    if (latency_us <= 0)
        return g_strdup("");
    if (latency_us < 1000)
        /* Translators: milliseconds. */
        return g_strdup(_("under 1 ms"));
    /* Translators: milliseconds. */
    return g_strdup_printf(_("%d ms"), (int)((latency_us + 500) / 1000));
}

char *resolver_words_warning(SottoResolver *resolver)
{
    const char *failure = sotto_resolver_failure(resolver);

    return sotto_wording(failure[0] != '\0' ? failure : sotto_resolver_key_changed(resolver));
}

/* --- searching ----------------------------------------------------------------------------- */

char *resolver_words_search_text(SottoResolver *resolver)
{
    g_autofree char *summary = resolver_words_summary(resolver);
    g_autofree char *all =
        g_strjoin(" ", sotto_resolver_name(resolver), summary, sotto_resolver_operator(resolver),
                  sotto_resolver_country(resolver), sotto_resolver_description(resolver),
                  sotto_resolver_key_changed(resolver), NULL);

    return g_utf8_casefold(all, -1);
}

gboolean resolver_words_match(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strstr(text, *words) == NULL)
            return FALSE;
    return TRUE;
}

char **resolver_words_typed(const char *text)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    g_auto(GStrv) words = g_strsplit_set(folded, " \t", -1);
    guint count = 0;

    for (guint i = 0; words[i] != NULL; i++) /* two spaces hold an empty word between them */
        if (words[i][0] != '\0')
            count++;
    if (count == 0)
        return NULL;
    g_auto(GStrv) kept = g_new0(char *, count + 1);
    for (guint i = 0, next = 0; words[i] != NULL; i++)
        if (words[i][0] != '\0')
            kept[next++] = g_strdup(words[i]);
    return g_steal_pointer(&kept);
}
