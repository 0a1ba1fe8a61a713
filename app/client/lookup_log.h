/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lookup_item.h"

#include <glib-object.h>

/**
 * SottoLookupLog: what has been read of the query log, the newest lookups and none older than an
 * hour, in memory only. Each has a number, which only grows; the held ones are those from first to
 * the one before end.
 *
 * Signal "changed" (no arguments): first or end is another, or reading has ended. A few hundred
 * lookups come or go between two of them, never more at once.
 */
#define SOTTO_TYPE_LOOKUP_LOG (sotto_lookup_log_get_type())
G_DECLARE_FINAL_TYPE(SottoLookupLog, sotto_lookup_log, SOTTO, LOOKUP_LOG, GObject)

#define SOTTO_LOOKUP_LOG_LIMIT 100000 /* as many as the helper holds */

/** Holds `limit` lookups at most. */
SottoLookupLog *sotto_lookup_log_new(guint limit);
guint sotto_lookup_log_limit(SottoLookupLog *log);

/** Reads from a descriptor of sotto_helper_follow_log_finish() (transfer full), in place of any
 * other, until its other end is closed. */
void sotto_lookup_log_read(SottoLookupLog *log, int fd);
gboolean sotto_lookup_log_is_reading(SottoLookupLog *log);
/** Closes the descriptor. What was read stays. Emits nothing. */
void sotto_lookup_log_stop(SottoLookupLog *log);

/** Forgets what was read, and reads on. Emits nothing: who shows lookups has to let go of them
 * before. */
void sotto_lookup_log_clear(SottoLookupLog *log);

/** Forgets what is older than an hour; it is done in time without being asked for. */
void sotto_lookup_log_sweep(SottoLookupLog *log);

guint64 sotto_lookup_log_first(SottoLookupLog *log);
guint64 sotto_lookup_log_end(SottoLookupLog *log);
/** NULL for one that is not held (transfer none, valid until the next turn of the loop). */
const SottoLookup *sotto_lookup_log_get(SottoLookupLog *log, guint64 number);
