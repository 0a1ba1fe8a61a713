/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rule_row.h"

/** The rows of a list of rules, made in batches, and only as many as somebody wants to see. */
typedef struct RuleList RuleList;

/** Fills `box` (transfer none), which outlives it, with at most `limit` rows until more are asked
 * for. `unwanted` is for every row's signal of that name; NULL: none can be removed. */
RuleList *rule_list_new(GtkListBox *box, guint limit, GCallback unwanted, gpointer data);
void rule_list_free(RuleList *list);

/** Shows these (of SottoRule, transfer none) in their order. FALSE when the keyboard's focus was on
 * a row that is gone, and no other row is there to have it. */
gboolean rule_list_update(RuleList *list, const GPtrArray *rules);
/** Only what has every one of these words (casefolded) in it; NULL: everything. */
void rule_list_search(RuleList *list, char **words);
/** As many again as the limit. */
void rule_list_show_more(RuleList *list);
/** How many match the search, and how many of them are beyond the limit. */
guint rule_list_matches(const RuleList *list);
guint rule_list_left(const RuleList *list);

/** The row of the user's own rule of this name has the keyboard's focus as soon as it is there. */
void rule_list_focus(RuleList *list, const char *name);
