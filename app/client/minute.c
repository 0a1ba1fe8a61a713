/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The helper counts; it does not say when. Whoever asks about once a second and subtracts knows
 * that too, and nobody has to keep a minute of history for a window that is closed most of the
 * time.
 */
#include "minute.h"

#include <string.h>

static gboolean is_continued(const Minute *minute, gint64 passed_us, const guint64 *counters)
{
    if (minute->time_us == 0 || passed_us > (gint64)MINUTE_SECONDS * G_USEC_PER_SEC)
        return FALSE;
    for (guint kind = 0; kind < MINUTE_KINDS; kind++)
        if (counters[kind] < minute->counters[kind])
            return FALSE;
    return TRUE;
}

/* Makes room for so many seconds at the end; what they hold is the caller's to write. */
static void shift(Minute *minute, guint seconds)
{
    memmove(minute->counts[0], minute->counts[seconds],
            sizeof(minute->counts[0]) * (MINUTE_SECONDS - seconds));
    memset(minute->counts[MINUTE_SECONDS - seconds], 0, sizeof(minute->counts[0]) * seconds);
}

void minute_add(Minute *minute, gint64 now_us, const SottoStatistics *statistics)
{
    const guint64 counters[MINUTE_KINDS] = {
        [MINUTE_ENCRYPTED] = statistics->encrypted,
        [MINUTE_CACHED] = statistics->cache_hits,
        [MINUTE_BLOCKED] = statistics->blocked,
    };
    gint64 passed_us = now_us - minute->time_us;
    guint seconds;

    if (!is_continued(minute, passed_us, counters)) {
        memset(minute->counts, 0, sizeof minute->counts);
        memcpy(minute->counters, counters, sizeof counters);
        minute->time_us = now_us;
        return;
    }
    seconds = (guint)((passed_us + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC);
    if (seconds == 0)
        return; /* asked twice within a second: the next answer has it all */
    shift(minute, seconds);
    for (guint kind = 0; kind < MINUTE_KINDS; kind++) {
        double grown = (double)(counters[kind] - minute->counters[kind]);
        for (guint i = MINUTE_SECONDS - seconds; i < MINUTE_SECONDS; i++)
            minute->counts[i][kind] = grown / seconds;
    }
    memcpy(minute->counters, counters, sizeof counters);
    minute->time_us = now_us;
}
