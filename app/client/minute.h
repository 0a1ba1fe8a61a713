/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "statistics.h"

#define MINUTE_SECONDS 60

/** What happened to lookups in one second. */
typedef enum {
    MINUTE_ENCRYPTED,
    MINUTE_CACHED, /* answered from the cache */
    MINUTE_BLOCKED,
    MINUTE_KINDS
} MinuteKind;

/** The last minute, second by second, oldest first, told from counters that only grow. Zeroed when
 * new. */
typedef struct Minute {
    double counts[MINUTE_SECONDS][MINUTE_KINDS];
    guint64 counters[MINUTE_KINDS]; /* as they were last */
    gint64 time_us;                 /* when that was; 0 never */
} Minute;

/**
 * The counters as they are at `now_us` of the monotonic clock. What they grew by is spread over the
 * seconds that nobody looked, since all that is known of these is their sum. The minute begins anew
 * after a longer absence, and when counters went back, which a helper's restart does.
 */
void minute_add(Minute *minute, gint64 now_us, const SottoStatistics *statistics);
