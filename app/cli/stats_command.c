/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl stats: the helper's counters, once: the totals, each resolver, each protocol, the last
 * days. JSON carries all of them; words, those that matter.
 */
#include "command.h"
#include "console.h"
#include "document.h"

#include <glib/gi18n.h>
#include <string.h>

static void add_count(Table *table, const char *label, guint64 value, Tone tone)
{
    g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, value);
    const char *const cells[] = {label, number};

    table_add(table, tone, cells);
}

/* A part of the count above it. */
static void add_share(Table *table, const char *label, guint64 value)
{
    g_autofree char *indented = g_strconcat("  ", label, NULL);

    add_count(table, indented, value, TONE_PLAIN);
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

/* A row for each kind that was seen. */
static void add_clear_flows(Table *table, GVariant *dictionary)
{
    g_autoptr(GVariant) flows =
        g_variant_lookup_value(dictionary, "clear-flows", G_VARIANT_TYPE("a{st}"));
    GVariantIter iterator;
    const char *kind;
    guint64 count;

    if (flows == NULL || g_variant_n_children(flows) == 0)
        return;
    const char *const head[] = {_("Left in clear, as they may"), ""};
    table_add(table, TONE_PLAIN, head);
    g_variant_iter_init(&iterator, flows);
    while (g_variant_iter_next(&iterator, "{&st}", &kind, &count)) {
        add_share(table, sotto_clear_flow_title(kind), count);
    }
}

static void print_totals(const SottoStatistics *s, GVariant *dictionary)
{
    g_autoptr(Table) table = table_new(2);
    g_autofree char *since = console_clock(s->since_s);
    const char *const head[] = {_("Since"), since};

    table_add(table, TONE_PLAIN, head);
    add_count(table, _("Lookups"), s->queries, TONE_PLAIN);
    add_share(table, C_("lookups", "encrypted"), s->encrypted);
    add_share(table, C_("lookups", "encrypted on this network"), s->network_encrypted);
    add_share(table, C_("lookups", "answered from the cache"), s->cache_hits);
    add_share(table, C_("lookups", "asked together with another"), s->coalesced);
    add_share(table, C_("lookups", "answered with an expired answer"), s->stale);
    add_share(table, C_("lookups", "blocked by a rule"), s->blocked);
    add_share(table, C_("lookups", "answered here (special names)"), s->special);
    add_share(table, C_("lookups", "sent to the network's own servers"), s->routed_clear);
    add_share(table, C_("lookups", "failed"), s->failed);
    add_share(table, C_("lookups", "above the limit"), s->over_limit);
    add_count(table, _("Went around Sotto"), s->leaked, s->leaked > 0 ? TONE_WARNING : TONE_PLAIN);
    add_clear_flows(table, dictionary);
    add_count(table, _("Forged answers refused"), s->forged, TONE_PLAIN);
    add_count(table, _("Replayed answers refused"), s->replayed, TONE_PLAIN);
    add_count(table, _("Certificate requests"), s->certificate_requests, TONE_PLAIN);
    add_time(table, _("Time to answer, half of them"), s->latency_p50_us);
    add_time(table, _("Time to answer, 95 of 100"), s->latency_p95_us);
    add_size(table, _("Sent"), s->bytes_sent);
    add_size(table, _("Received"), s->bytes_received);
    add_count(table, _("Names in the cache"), s->cache_entries, TONE_PLAIN);
    add_count(table, _("Asked again before they expired"), s->prefetched, TONE_PLAIN);
    table_print(table);
}

/* --- tables: one row for each dictionary of a list --- */

typedef enum { COLUMN_TEXT, COLUMN_COUNT, COLUMN_TIME, COLUMN_SIZE } ColumnKind;

typedef struct Column {
    const char *title, *key;
    ColumnKind kind;
} Column;

/* (transfer full) */
static char *cell(GVariant *entry, const Column *column)
{
    const char *text = "";
    guint64 value = 0;

    g_variant_lookup(entry, column->key, "&s", &text);
    g_variant_lookup(entry, column->key, "t", &value);
    switch (column->kind) {
    case COLUMN_TEXT:
        return g_strdup(text);
    case COLUMN_COUNT:
        return g_strdup_printf("%" G_GUINT64_FORMAT, value);
    case COLUMN_TIME:
        return value > 0 ? console_milliseconds(value) : g_strdup("");
    case COLUMN_SIZE:
        return g_format_size(value);
    }
    return g_strdup("");
}

static void print_list(GVariant *dictionary, const char *key, const Column *columns, guint count)
{
    g_autoptr(GVariant) list = g_variant_lookup_value(dictionary, key, G_VARIANT_TYPE("aa{sv}"));
    g_autoptr(Table) table = table_new(count);
    g_autofree const char **titles = NULL;

    if (list == NULL || g_variant_n_children(list) == 0)
        return;
    titles = g_new0(const char *, count);
    for (guint c = 0; c < count; c++)
        titles[c] = g_dpgettext2(NULL, "column", columns[c].title);
    table_add(table, TONE_QUIET, titles);
    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(list, i);
        g_auto(GStrv) cells = g_new0(char *, count + 1);
        for (guint c = 0; c < count; c++)
            cells[c] = cell(entry, &columns[c]);
        table_add(table, TONE_PLAIN, (const char *const *)cells);
    }
    g_print("\n");
    table_print(table);
}

static void print_tables(GVariant *dictionary)
{
    /* Translators: half of the answers, and 95 of 100 of them, came within such a time. */
    static const Column resolvers[] = {
        {NC_("column", "resolver"), "name", COLUMN_TEXT},
        {NC_("column", "asked"), "queries", COLUMN_COUNT},
        {NC_("column", "failed"), "failures", COLUMN_COUNT},
        {NC_("column", "half"), "latency-p50", COLUMN_TIME},
        {NC_("column", "95 of 100"), "latency-p95", COLUMN_TIME},
        {NC_("column", "sent"), "bytes-sent", COLUMN_SIZE},
        {NC_("column", "received"), "bytes-received", COLUMN_SIZE},
    };
    static const Column days[] = {
        {NC_("column", "day"), "day", COLUMN_TEXT},
        {NC_("column", "lookups"), "queries", COLUMN_COUNT},
        {NC_("column", "cached"), "cache-hits", COLUMN_COUNT},
        {NC_("column", "blocked"), "blocked", COLUMN_COUNT},
        {NC_("column", "encrypted"), "encrypted", COLUMN_COUNT},
        {NC_("column", "failed"), "failed", COLUMN_COUNT},
        {NC_("column", "half"), "latency-p50", COLUMN_TIME},
        {NC_("column", "95 of 100"), "latency-p95", COLUMN_TIME},
    };
    Column transports[G_N_ELEMENTS(resolvers)];

    memcpy(transports, resolvers, sizeof resolvers);
    transports[0] = (Column){NC_("column", "protocol"), "protocol", COLUMN_TEXT};
    print_list(dictionary, "resolvers", resolvers, G_N_ELEMENTS(resolvers));
    print_list(dictionary, "transports", transports, G_N_ELEMENTS(transports));
    print_list(dictionary, "week", days, G_N_ELEMENTS(days));
}

static CliExit run_stats(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GVariant) dictionary = NULL;
    GError *error = NULL;

    sotto_helper_get_statistics_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    dictionary = sotto_helper_get_statistics_dictionary_finish(session->helper, result, &error);
    if (dictionary == NULL)
        return session_fail(session, error);
    if (session->json) {
        document_print_variant(dictionary);
    } else {
        SottoStatistics statistics = sotto_statistics_parse(dictionary);
        print_totals(&statistics, dictionary);
        print_tables(dictionary);
    }
    return CLI_OK;
}

const Command stats_command = {
    .name = "stats",
    .parameters = "",
    .summary = N_("Show the counters: totals, resolvers, protocols, days"),
    .run = run_stats,
};
