/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#define HISTOGRAM_BUCKETS 24 /* bucket i counts [2^i, 2^(i+1)) microseconds, the last all above */

/** How long things took. Plain numbers: zeroed when new, added and subtracted bucket by bucket. */
typedef struct Histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
} Histogram;

void histogram_count(Histogram *histogram, int64_t time_us);
/** Adds the difference of a later and an earlier state of the same one. */
void histogram_add_since(Histogram *sum, const Histogram *now, const Histogram *before);
/** Adds all of it. */
void histogram_add(Histogram *sum, const Histogram *histogram);

/** The time in microseconds below which `percent` (1..100) of what was counted stays: the upper
 * bound of the bucket where that one lies; 0 when nothing was counted. */
uint64_t histogram_percentile_us(const Histogram *histogram, unsigned percent);
