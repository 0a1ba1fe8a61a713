/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The helper's words for what became of a lookup, as people say them. A word of a later helper has
 * no better translation than a dash.
 */
#include "lookup_words.h"

#include "figure.h"
#include "presentation.h"

#include <glib/gi18n.h>

char *lookup_words_time(const SottoLookup *lookup)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(lookup->time_s);

    if (sotto_lookup_is_gap(lookup) || time == NULL)
        return g_strdup("");
    /* Translators: strftime; a time of day with its seconds, such as 14:32:05. */
    return g_date_time_format(time, _("%H:%M:%S"));
}

static char *describe_gap(const SottoLookup *lookup)
{
    gulong count = (gulong)MIN(lookup->count, G_MAXLONG);
    g_autofree char *number = presentation_count(lookup->count);

    if (lookup->kind == SOTTO_LOOKUP_LOST)
        /* Translators: they came faster than they were read. */
        return g_strdup_printf(ngettext("%s lookup is missing here: it came too fast",
                                        "%s lookups are missing here: they came too fast", count),
                               number);
    return g_strdup_printf(ngettext("%s line of the log could not be read",
                                    "%s lines of the log could not be read", count),
                           number);
}

char *lookup_words_name(const SottoLookup *lookup)
{
    return sotto_lookup_is_gap(lookup) ? describe_gap(lookup) : g_strdup(lookup->name);
}

const char *lookup_words_kind(SottoLookupKind kind)
{
    switch (kind) {
    case SOTTO_LOOKUP_BLOCKED:
        return C_("answer", "Blocked");
    case SOTTO_LOOKUP_CLOAKED:
        return C_("answer", "Rule");
    case SOTTO_LOOKUP_SPECIAL:
        return C_("answer", "This computer");
    case SOTTO_LOOKUP_CACHED:
        return C_("answer", "Cache");
    case SOTTO_LOOKUP_STALE:
        return C_("answer", "Cache, expired");
    case SOTTO_LOOKUP_RESOLVED:
        return C_("answer", "Resolver");
    case SOTTO_LOOKUP_ROUTED:
        return C_("answer", "Network's DNS");
    case SOTTO_LOOKUP_FAILED:
        return C_("answer", "No answer");
    case SOTTO_LOOKUP_REFUSED:
        return C_("answer", "Too many at once");
    case SOTTO_LOOKUP_OTHER:
        return "—";
    case SOTTO_LOOKUP_LOST:
    case SOTTO_LOOKUP_GARBLED:
        return "";
    }
    return "";
}

char *lookup_words_answer(const SottoLookup *lookup)
{
    const char *kind = lookup_words_kind(lookup->kind);

    if (lookup->rule[0] == '\0')
        return g_strdup(kind);
    if (lookup->kind == SOTTO_LOOKUP_BLOCKED)
        /* Translators: %s is a file of names, such as "ads.txt line 12". */
        return g_strdup_printf(_("Blocked by %s"), lookup->rule);
    /* Translators: where an answer came from, and the rule that had a say in it: "Resolver (ads.txt
     * line 12)". */
    return g_strdup_printf(_("%s (%s)"), kind, lookup->rule);
}

char *lookup_words_latency(const SottoLookup *lookup)
{
    return lookup->latency_us > 0 ? figure_time(lookup->latency_us) : g_strdup("");
}

/* "NXDOMAIN" in words, where there are some; NULL: it says nothing beyond the answer itself. */
static const char *describe_rcode(const SottoLookup *lookup)
{
    if (lookup->rcode[0] == '\0' || g_str_equal(lookup->rcode, "NOERROR") ||
        lookup->kind == SOTTO_LOOKUP_BLOCKED || lookup->kind == SOTTO_LOOKUP_FAILED)
        return NULL;
    return g_str_equal(lookup->rcode, "NXDOMAIN") ? _("there is no such name") : lookup->rcode;
}

static void append(GString *text, const char *part)
{
    if (part == NULL || part[0] == '\0')
        return;
    if (text->len > 0)
        g_string_append(text, " · ");
    g_string_append(text, part);
}

char *lookup_words_details(const SottoLookup *lookup)
{
    GString *text = g_string_new(NULL);
    g_autofree char *time = lookup_words_time(lookup);
    g_autofree char *answer = lookup_words_answer(lookup);
    g_autofree char *latency = lookup_words_latency(lookup);
    g_autofree char *protocol = figure_protocol(lookup->protocol);

    append(text, time);
    append(text, lookup->type);
    append(text, answer);
    append(text, describe_rcode(lookup));
    append(text, lookup->resolver);
    append(text, protocol);
    append(text, latency);
    return g_string_free(text, FALSE);
}
