/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sottoctl stats: the helper's counters, once. JSON carries all of them; words, those that matter.
 */
#include "command.h"
#include "console.h"
#include "document.h"

#include <glib/gi18n.h>

static void add_counter(const char *key, guint64 value, gpointer document)
{
    document_add_number(document, key, (gint64)value);
}

static void print_json(const SottoStatistics *statistics)
{
    g_autoptr(JsonBuilder) document = document_new();

    document_add_number(document, "since", statistics->since_s);
    sotto_statistics_visit(statistics, add_counter, document);
    document_print(document, DOCUMENT_READABLE);
}

static void add_count(Table *table, const char *label, guint64 value, Tone tone)
{
    g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, value);
    const char *const cells[] = {label, number};

    table_add(table, tone, cells);
}

static void add_time(Table *table, const char *label, guint64 value_us)
{
    g_autofree char *number = console_milliseconds(value_us);
    const char *const cells[] = {label, number};

    table_add(table, TONE_PLAIN, cells);
}

static void add_size(Table *table, const char *label, guint64 bytes)
{
    g_autofree char *size = g_format_size(bytes);
    const char *const cells[] = {label, size};

    table_add(table, TONE_PLAIN, cells);
}

static void print_words(const SottoStatistics *s)
{
    g_autoptr(Table) table = table_new(2);
    g_autofree char *since = console_clock(s->since_s);
    const char *const head[] = {_("Since"), since};

    table_add(table, TONE_PLAIN, head);
    add_count(table, _("Lookups"), s->queries, TONE_PLAIN);
    add_count(table, _("  encrypted"), s->encrypted, TONE_PLAIN);
    add_count(table, _("  encrypted on this network"), s->network_encrypted, TONE_PLAIN);
    add_count(table, _("  answered from the cache"), s->cache_hits, TONE_PLAIN);
    add_count(table, _("  asked together with another"), s->coalesced, TONE_PLAIN);
    add_count(table, _("  answered here (special names)"), s->special, TONE_PLAIN);
    add_count(table, _("  sent to the network's own servers"), s->routed_clear, TONE_PLAIN);
    add_count(table, _("  failed"), s->failed, TONE_PLAIN);
    add_count(table, _("  above the limit"), s->over_limit, TONE_PLAIN);
    add_count(table, _("Went around Sotto"), s->leaked, s->leaked > 0 ? TONE_WARNING : TONE_PLAIN);
    add_count(table, _("Forged answers refused"), s->forged, TONE_PLAIN);
    add_count(table, _("Replayed answers refused"), s->replayed, TONE_PLAIN);
    add_count(table, _("Certificate requests"), s->certificate_requests, TONE_PLAIN);
    add_time(table, _("Time to answer, half of them"), s->latency_p50_us);
    add_time(table, _("Time to answer, 95 of 100"), s->latency_p95_us);
    add_size(table, _("Sent"), s->bytes_sent);
    add_size(table, _("Received"), s->bytes_received);
    add_count(table, _("Names in the cache"), s->cache_entries, TONE_PLAIN);
    table_print(table);
}

static CliExit run_stats(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    SottoStatistics statistics;
    GError *error = NULL;

    sotto_helper_get_statistics_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_get_statistics_finish(session->helper, result, &statistics, &error))
        return session_fail(session, error);
    if (session->json)
        print_json(&statistics);
    else
        print_words(&statistics);
    return CLI_OK;
}

const Command stats_command = {
    .name = "stats",
    .parameters = "",
    .summary = N_("Show the counters"),
    .run = run_stats,
};
