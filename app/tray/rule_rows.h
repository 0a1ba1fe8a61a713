/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rule_row.h"

/** The rows of a list of rules, made in batches, and only as many as somebody wants to see. */
typedef struct RuleRows RuleRows;

/** Fills `box` (transfer none), which outlives it, with at most `limit` rows until more are asked
 * for. `unwanted` is for every row's signal of that name; NULL: none can be removed. */
RuleRows *rule_rows_new(GtkListBox *box, guint limit, GCallback unwanted, gpointer data);
void rule_rows_free(RuleRows *list);

/** Shows these (of SottoRule, transfer none) in their order. FALSE when the keyboard's focus was on
 * a row that is gone, and no other row is there to have it. */
gboolean rule_rows_update(RuleRows *list, const GPtrArray *rules);
/** Only what has every one of these words (casefolded) in it; NULL: everything. */
void rule_rows_search(RuleRows *list, char **words);
/** As many again as the limit. */
void rule_rows_show_more(RuleRows *list);
/** How many match the search, and how many of them are beyond the limit. */
guint rule_rows_matches(const RuleRows *list);
guint rule_rows_left(const RuleRows *list);

/** The row of the user's own rule of this name has the keyboard's focus as soon as it is there. */
void rule_rows_focus(RuleRows *list, const char *name);
