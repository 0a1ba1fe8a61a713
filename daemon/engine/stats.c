/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Latency is counted in buckets that double in width: 24 numbers hold one microsecond to eight
 * seconds with an error of at most a factor of two, cost two instructions a query, and can be
 * added, subtracted and sent over the bus as they are.
 */
#include "stats.h"

void stats_count_latency(Stats *stats, int64_t latency_us)
{
    unsigned bucket = latency_us < 1 ? 0 : 63u - (unsigned)__builtin_clzll((uint64_t)latency_us);

    if (bucket >= STATS_LATENCY_BUCKETS)
        bucket = STATS_LATENCY_BUCKETS - 1;
    stats->latency_us[bucket]++;
}

uint64_t stats_percentile_us(const Stats *stats, unsigned percent)
{
    uint64_t total = 0, seen = 0;

    for (unsigned i = 0; i < STATS_LATENCY_BUCKETS; i++)
        total += stats->latency_us[i];
    for (unsigned i = 0; i < STATS_LATENCY_BUCKETS; i++) {
        seen += stats->latency_us[i];
        if (total > 0 && seen * 100 >= total * percent)
            return UINT64_C(2) << i;
    }
    return 0;
}
