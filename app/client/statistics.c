/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The helper's counters, from a dictionary to a struct: one table says which key lands in which
 * field, so that a new counter is one line here and one in the header.
 */
#include "statistics.h"

#include <glib/gi18n.h>
#include <stddef.h>

static const struct {
    const char *key;
    size_t offset;
} counters[] = {
#define COUNTER(key, field)                                                                        \
    {                                                                                              \
        key, offsetof(SottoStatistics, field)                                                      \
    }
    COUNTER("queries", queries),
    COUNTER("encrypted", encrypted),
    COUNTER("cache-hits", cache_hits),
    COUNTER("coalesced", coalesced),
    COUNTER("stale", stale),
    COUNTER("prefetched", prefetched),
    COUNTER("blocked", blocked),
    COUNTER("special", special),
    COUNTER("routed-clear", routed_clear),
    COUNTER("failed", failed),
    COUNTER("over-limit", over_limit),
    COUNTER("malformed", malformed),
    COUNTER("refused-link", refused_link),
    COUNTER("forged", forged),
    COUNTER("replayed", replayed),
    COUNTER("certificate-requests", certificate_requests),
    COUNTER("leaked", leaked),
    COUNTER("network-encrypted", network_encrypted),
    COUNTER("bytes-sent", bytes_sent),
    COUNTER("bytes-received", bytes_received),
    COUNTER("cache-entries", cache_entries),
    COUNTER("cache-bytes", cache_bytes),
    COUNTER("in-flight", in_flight),
    COUNTER("latency-p50", latency_p50_us),
    COUNTER("latency-p95", latency_p95_us),
    COUNTER("longest-turn", longest_turn_us),
#undef COUNTER
};

SottoStatistics sotto_statistics_parse(GVariant *dictionary)
{
    SottoStatistics statistics = {0};

    for (size_t i = 0; i < G_N_ELEMENTS(counters); i++) {
        guint64 *field = (guint64 *)(void *)((char *)&statistics + counters[i].offset);
        g_variant_lookup(dictionary, counters[i].key, "t", field);
    }
    g_variant_lookup(dictionary, "leaks-watched", "b", &statistics.leaks_watched);
    g_variant_lookup(dictionary, "since", "x", &statistics.since_s);
    return statistics;
}

void sotto_statistics_visit(const SottoStatistics *statistics, SottoStatisticsVisitor visit,
                            gpointer user_data)
{
    for (size_t i = 0; i < G_N_ELEMENTS(counters); i++) {
        const char *field = (const char *)statistics + counters[i].offset;
        visit(counters[i].key, *(const guint64 *)(const void *)field, user_data);
    }
}

const char *sotto_clear_flow_title(const char *kind)
{
    static const struct {
        const char *kind, *title;
    } titles[] = {
        {"certificate", N_("certificate requests of resolvers")},
        {"discovery", N_("questions for encrypted endpoints")},
        {"network", N_("names of this network")},
        {"vpn", N_("names of a VPN")},
        {"portal-check", N_("checks for a sign-in page")},
        {"sign-in", N_("while somebody signed in")},
        {"nat64", N_("questions for this network's IPv6 prefix")},
        {"time", N_("names of time servers")},
        {"consent", N_("by the user's consent")},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(titles); i++)
        if (g_str_equal(titles[i].kind, kind))
            return _(titles[i].title);
    return kind;
}
