/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The counters in the words of the bus contract (data/dbus): totals, each resolver, each protocol,
 * and the last days. They are asked for by clients, never sent by themselves.
 */
#include "statistics_report.h"

#include "clear_report.h"

static void insert_number(GVariantDict *entry, const char *key, uint64_t value)
{
    g_variant_dict_insert(entry, key, "t", value);
}

static void insert_latency(GVariantDict *entry, const Histogram *latency)
{
    insert_number(entry, "latency-p50", histogram_percentile_us(latency, 50));
    insert_number(entry, "latency-p95", histogram_percentile_us(latency, 95));
}

/* --- totals --- */

static void insert_totals(GVariantDict *all, const Stats *stats)
{
    const struct {
        const char *key;
        uint64_t value;
    } counters[] = {
        {"queries", stats->queries},
        {"encrypted", stats->encrypted},
        {"cache-hits", stats->cache_hits},
        {"coalesced", stats->coalesced},
        {"stale", stats->stale},
        {"prefetched", stats->prefetched},
        {"blocked", stats->blocked},
        {"special", stats->special},
        {"routed-clear", stats->routed_clear},
        {"failed", stats->failed},
        {"over-limit", stats->over_limit},
        {"malformed", stats->malformed},
        {"refused-link", stats->refused_link},
        {"forged", stats->forged},
        {"replayed", stats->replayed},
        {"certificate-requests", stats->certificate_requests},
        {"bytes-sent", stats->upstream_bytes_sent},
        {"bytes-received", stats->upstream_bytes_received},
        {"cache-entries", stats->cache_entries},
        {"cache-bytes", stats->cache_bytes},
        {"in-flight", stats->in_flight},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(counters); i++)
        insert_number(all, counters[i].key, counters[i].value);
    insert_latency(all, &stats->latency);
}

static void insert_histogram(GVariantDict *all, const Histogram *latency)
{
    g_variant_dict_insert_value(all, "histogram",
                                g_variant_new_fixed_array(G_VARIANT_TYPE_UINT64, latency->counts,
                                                          HISTOGRAM_BUCKETS,
                                                          sizeof(latency->counts[0])));
}

static void insert_errors(GVariantDict *entry, const uint64_t failures[STATUS_LAST])
{
    GVariantBuilder errors;
    g_variant_builder_init(&errors, G_VARIANT_TYPE("a{st}"));
    for (int i = 0; i < STATUS_LAST; i++) {
        if (failures[i] > 0)
            g_variant_builder_add(&errors, "{st}", status_name((Status)i), failures[i]);
    }
    g_variant_dict_insert_value(entry, "errors", g_variant_builder_end(&errors));
}

/* --- resolvers and protocols --- */

static void add_tally(Tally *sum, const Tally *tally)
{
    sum->queries += tally->queries;
    sum->bytes_sent += tally->bytes_sent;
    sum->bytes_received += tally->bytes_received;
    for (int i = 0; i < STATUS_LAST; i++)
        sum->failures[i] += tally->failures[i];
    histogram_add(&sum->latency, &tally->latency);
}

static void insert_tally(GVariantDict *entry, const Tally *tally)
{
    uint64_t failures = 0;
    for (int i = 0; i < STATUS_LAST; i++)
        failures += tally->failures[i];
    insert_number(entry, "queries", tally->queries);
    insert_number(entry, "failures", failures);
    insert_errors(entry, tally->failures);
    insert_number(entry, "bytes-sent", tally->bytes_sent);
    insert_number(entry, "bytes-received", tally->bytes_received);
    insert_latency(entry, &tally->latency);
}

static bool is_counted_before(const GPtrArray *tallies, guint position)
{
    const Tally *tally = g_ptr_array_index(tallies, position);
    for (guint i = 0; i < position; i++) {
        const Tally *earlier = g_ptr_array_index(tallies, i);
        if (g_str_equal(earlier->resolver_id, tally->resolver_id))
            return true;
    }
    return false;
}

static GVariant *describe_resolvers(const GPtrArray *tallies)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < tallies->len; i++) {
        const Tally *first = g_ptr_array_index(tallies, i);
        Tally sum = {0};
        GVariantDict entry;
        if (is_counted_before(tallies, i))
            continue;
        for (guint j = i; j < tallies->len; j++) {
            const Tally *tally = g_ptr_array_index(tallies, j);
            if (g_str_equal(tally->resolver_id, first->resolver_id))
                add_tally(&sum, tally);
        }
        g_variant_dict_init(&entry, NULL);
        g_variant_dict_insert(&entry, "id", "s", first->resolver_id);
        g_variant_dict_insert(&entry, "name", "s", first->resolver_name);
        insert_tally(&entry, &sum);
        g_variant_builder_add_value(&list, g_variant_dict_end(&entry));
    }
    return g_variant_builder_end(&list);
}

static GVariant *describe_transports(const GPtrArray *tallies)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (int kind = 0; kind < ENDPOINT_KINDS; kind++) {
        Tally sum = {0};
        GVariantDict entry;
        for (guint i = 0; i < tallies->len; i++) {
            const Tally *tally = g_ptr_array_index(tallies, i);
            if (tally->kind == (EndpointKind)kind)
                add_tally(&sum, tally);
        }
        if (sum.queries == 0)
            continue;
        g_variant_dict_init(&entry, NULL);
        g_variant_dict_insert(&entry, "protocol", "s", endpoint_kind_name((EndpointKind)kind));
        insert_tally(&entry, &sum);
        g_variant_builder_add_value(&list, g_variant_dict_end(&entry));
    }
    return g_variant_builder_end(&list);
}

/* --- days --- */

static GVariant *describe_day(const HistoryDay *day)
{
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert(&entry, "day", "s", day->date);
    for (size_t i = 0; i < HISTORY_COUNTERS; i++)
        insert_number(&entry, history_counter_name((HistoryCounter)i), day->counters[i]);
    insert_latency(&entry, &day->latency);
    return g_variant_dict_end(&entry);
}

static void insert_days(GVariantDict *all, History *history)
{
    HistoryDay week[HISTORY_WEEK];
    GVariantBuilder list;
    if (history == NULL)
        return;
    history_week(history, week);
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (size_t i = 0; i < HISTORY_WEEK; i++)
        g_variant_builder_add_value(&list, describe_day(&week[i]));
    g_variant_dict_insert_value(all, "today", describe_day(&week[HISTORY_WEEK - 1]));
    g_variant_dict_insert_value(all, "week", g_variant_builder_end(&list));
}

GVariant *report_statistics(const InspectionSources *sources, int64_t began_us)
{
    const GPtrArray *tallies = engine_tallies(sources->engine);
    Stats stats;
    GVariantDict all;
    engine_stats(sources->engine, &stats);
    g_variant_dict_init(&all, NULL);
    insert_totals(&all, &stats);
    insert_histogram(&all, &stats.latency);
    insert_errors(&all, stats.failures);
    insert_number(&all, "leaked",
                  sources->leak != NULL ? leak_count(sources->leak, CLEAR_LEAK) : 0);
    g_variant_dict_insert_value(&all, "clear-flows",
                                clear_report_flows(leak_counts(sources->leak)));
    g_variant_dict_insert(&all, "leaks-watched", "b", sources->leak != NULL);
    insert_number(&all, "network-encrypted", protection_network_encrypted(sources->protection));
    insert_number(&all, "longest-turn", (uint64_t)loop_longest_turn_us(sources->loop));
    g_variant_dict_insert_value(&all, "resolvers", describe_resolvers(tallies));
    g_variant_dict_insert_value(&all, "transports", describe_transports(tallies));
    insert_days(&all, sources->history);
    g_variant_dict_insert(&all, "since", "x",
                          loop_wall_s(sources->loop) -
                              (loop_now_us(sources->loop) - began_us) / G_USEC_PER_SEC);
    return g_variant_dict_end(&all);
}
