/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times are counted in buckets that double in width: 24 numbers hold one microsecond to eight
 * seconds with an error of at most a factor of two, cost two instructions a query, and can be
 * added, subtracted and sent over the bus as they are.
 */
#include "histogram.h"

void histogram_count(Histogram *histogram, int64_t time_us)
{
    unsigned bucket = time_us < 1 ? 0 : 63u - (unsigned)__builtin_clzll((uint64_t)time_us);

    if (bucket >= HISTOGRAM_BUCKETS)
        bucket = HISTOGRAM_BUCKETS - 1;
    histogram->counts[bucket]++;
}

void histogram_add_since(Histogram *sum, const Histogram *now, const Histogram *before)
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        sum->counts[i] += now->counts[i] - before->counts[i];
}

void histogram_add(Histogram *sum, const Histogram *histogram)
{
    histogram_add_since(sum, histogram, &(Histogram){0});
}

uint64_t histogram_percentile_us(const Histogram *histogram, unsigned percent)
{
    uint64_t total = 0, seen = 0;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        total += histogram->counts[i];
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (total > 0 && seen * 100 >= total * percent)
            return UINT64_C(2) << i;
    }
    return 0;
}
