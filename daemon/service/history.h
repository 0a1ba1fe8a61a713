/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

#include <stddef.h>
#include <stdint.h>

/** What is remembered of a day. */
typedef enum HistoryCounter {
    HISTORY_QUERIES,
    HISTORY_CACHE_HITS,
    HISTORY_BLOCKED,
    HISTORY_ENCRYPTED,
    HISTORY_FAILED,
    HISTORY_BYTES_SENT,
    HISTORY_BYTES_RECEIVED,
    HISTORY_COUNTERS
} HistoryCounter;

/** "queries", "cache-hits", "blocked", "encrypted", "failed", "bytes-sent", "bytes-received". */
const char *history_counter_name(HistoryCounter counter);

#define HISTORY_DATE_LENGTH 16
#define HISTORY_WEEK        7

typedef struct HistoryDay {
    char date[HISTORY_DATE_LENGTH]; /* "2026-11-22", of the local time */
    uint64_t counters[HISTORY_COUNTERS];
    Histogram latency;
} HistoryDay;

/** The engine's counters by day, kept in a file across restarts. */
typedef struct History History;

/** Reads the file at `path` as far as it can be read; NULL: nothing is kept. */
History *history_new(Loop *loop, Engine *engine, const char *path);
/** Writes what has changed. */
void history_free(History *history);

/** The last seven days, today last; days of which nothing is known are zero. */
void history_week(History *history, HistoryDay week[HISTORY_WEEK]);
