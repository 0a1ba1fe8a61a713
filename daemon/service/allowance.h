/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * How much somebody may still ask: so much at once, and so much each second after that. All zero
 * for somebody who has asked nothing yet.
 */
typedef struct Allowance {
    int64_t used_until_us; /* what was asked would have taken until then */
} Allowance;

typedef struct AllowanceRate {
    unsigned at_once;    /* units */
    unsigned per_second; /* units */
} AllowanceRate;

/** FALSE: it is more than is left at `now_us` (monotonic), and nothing is taken. */
bool allowance_take(Allowance *allowance, const AllowanceRate *rate, unsigned units,
                    int64_t now_us);
/** As if these units, taken before, had not been. */
void allowance_give_back(Allowance *allowance, const AllowanceRate *rate, unsigned units);
/** Nothing of it is in use: it is as good as a new one. */
bool allowance_is_whole(const Allowance *allowance, int64_t now_us);
