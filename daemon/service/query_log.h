/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

#include <gio/gio.h>

/**
 * The query log: what clients asked and who answered, in memory only, and only while it is on. It
 * holds the newest records, none older than an hour.
 */
typedef struct QueryLog QueryLog;

#define QUERY_LOG_RECORDS 100000

/** Holds `limit` records at most. */
QueryLog *query_log_new(Loop *loop, Engine *engine, size_t limit);
void query_log_free(QueryLog *log);

/** Off forgets everything and ends every reader. */
void query_log_set(QueryLog *log, bool on);
bool query_log_is_on(const QueryLog *log);

/**
 * A pipe to read what the log holds from, and then each query as it is answered, one line of JSON
 * each; where the reader was too slow, {"lost": N} stands for N lines. It ends when the log is
 * turned off; closing it is enough to leave. G_IO_ERROR_FAILED when the log is off, G_IO_ERROR_BUSY
 * when too many read. Returns the descriptor (transfer full), -1 with a sentence.
 */
int query_log_follow(QueryLog *log, GError **error);
