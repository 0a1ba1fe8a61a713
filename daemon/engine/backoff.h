/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#define BACKOFF_FIRST_US   1000000
#define BACKOFF_LONGEST_US 60000000

/** How long to leave alone what failed `in_row` times (from 1): one second, doubled with each
 * further failure, up to one minute. */
static inline int64_t backoff_us(unsigned in_row)
{
    unsigned doublings = in_row > 0 ? in_row - 1 : 0;

    return doublings < 6 ? (int64_t)BACKOFF_FIRST_US << doublings : BACKOFF_LONGEST_US;
}
