/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolver_row.h"

/**
 * The rows of the list of resolvers: Automatic, the user's own entries, the favourites, what is
 * built in; then what signed lists hold, folded below their operators.
 */
typedef struct ResolverList ResolverList;

/** Fills `box` (transfer none), which outlives it. `chosen` is for every row's signal of that name.
 */
ResolverList *resolver_list_new(GtkListBox *box, GCallback chosen, gpointer data);
void resolver_list_free(ResolverList *list);

/** Shows what the model (of SottoResolver) holds now. */
void resolver_list_update(ResolverList *list, GListModel *model);
/** Only what has every one of these words (casefolded) in it; NULL: everything. */
void resolver_list_search(ResolverList *list, char **words);
/** Marks the resolver that is chosen, and shows it wherever it is. */
void resolver_list_choose(ResolverList *list, const char *id);
