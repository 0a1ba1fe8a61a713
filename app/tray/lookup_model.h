/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lookup_filter.h"
#include "lookup_log.h"

/**
 * SottoLookupModel: the lookups of a log that a filter lets through, as a list with the newest on
 * top. It fills and follows the log by itself, a few milliseconds at a time, beginning with the
 * newest; what the log forgets leaves it at once. Its filter is for life: another search is another
 * model.
 *
 * Signal "worked" (no arguments): rows came or went, or nothing is left to be done.
 */
#define SOTTO_TYPE_LOOKUP_MODEL (sotto_lookup_model_get_type())
G_DECLARE_FINAL_TYPE(SottoLookupModel, sotto_lookup_model, SOTTO, LOOKUP_MODEL, GObject)

/** The filter (transfer full). */
SottoLookupModel *sotto_lookup_model_new(SottoLookupLog *log, LookupFilter *filter);

/** A frozen one takes nothing new, but what was there before and what is forgotten it still
 * follows. */
void sotto_lookup_model_set_frozen(SottoLookupModel *model, gboolean frozen);

/** How many lookups wait to be taken: that is what a frozen model leaves out. */
guint64 sotto_lookup_model_waiting(SottoLookupModel *model);
/** Rows that came at the top since it was made: what grew tells how many are new. */
guint64 sotto_lookup_model_arrived(SottoLookupModel *model);
/** Whether all that the log holds has been judged, what waits apart. */
gboolean sotto_lookup_model_is_complete(SottoLookupModel *model);

guint sotto_lookup_model_rows(SottoLookupModel *model);
/** The number, in the log, of the lookup in a row; the newest is in row 0. */
guint64 sotto_lookup_model_number(SottoLookupModel *model, guint row);
/** The row of a number; FALSE when none has it. */
gboolean sotto_lookup_model_find(SottoLookupModel *model, guint64 number, guint *row);
/** The lookup of a number; NULL when it is forgotten (transfer none, until the next turn of the
 * loop). */
const SottoLookup *sotto_lookup_model_get(SottoLookupModel *model, guint64 number);
