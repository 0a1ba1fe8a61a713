/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** The helper's counters at one moment. Times in the unit of their name; `since_s` since 1970. */
typedef struct SottoStatistics {
    guint64 queries, encrypted, cache_hits, coalesced, stale, prefetched, blocked;
    guint64 special, routed_clear;
    guint64 failed, over_limit, malformed, refused_link;
    guint64 forged, replayed, certificate_requests;
    guint64 leaked;            /* packets to port 53 seen leaving by a real link */
    gboolean leaks_watched;    /* FALSE: nobody looks, and `leaked` says nothing */
    guint64 network_encrypted; /* encrypted since this network was joined */
    guint64 bytes_sent, bytes_received;
    guint64 cache_entries, cache_bytes, in_flight;
    guint64 latency_p50_us, latency_p95_us, longest_turn_us;
    gint64 since_s;
} SottoStatistics;

/**
 * Reads the a{sv} of GetStatistics. A key the helper left out, or of another type, reads 0:
 * counters come and go with versions, and none is worth refusing the rest for.
 */
SottoStatistics sotto_statistics_parse(GVariant *dictionary);

/** Calls `visit` for each counter and each time, by its key in the contract ("cache-hits"); not for
 * `since_s`. */
typedef void (*SottoStatisticsVisitor)(const char *key, guint64 value, gpointer user_data);
void sotto_statistics_visit(const SottoStatistics *statistics, SottoStatisticsVisitor visit,
                            gpointer user_data);

/** "names of this network": what a kind of "clear-flows" is, in words; a kind of a later version is
 * its own word. Borrowed. */
const char *sotto_clear_flow_title(const char *kind);
