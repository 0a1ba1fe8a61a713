/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolver_row.h"
#include "resolver_traits.h"

/**
 * The rows of the list of resolvers: Automatic, the user's own entries, the favourites, what is
 * built in; then what signed lists hold, folded below their operators.
 */
typedef struct ResolverList ResolverList;

/** What every row's signals lead to. */
typedef struct ResolverListHandlers {
    void (*chosen)(SottoResolverRow *row, gpointer data);
    void (*starred)(SottoResolverRow *row, gboolean favourite, gpointer data);
    void (*opened)(SottoResolverRow *row, gpointer data);
} ResolverListHandlers;

/** Fills `box` (transfer none), which outlives it, as do the handlers. */
ResolverList *resolver_list_new(GtkListBox *box, const ResolverListHandlers *handlers,
                                gpointer data);
void resolver_list_free(ResolverList *list);

/** Shows what the model (of SottoResolver) holds now. A star that was clicked leaves its row where
 * it is, until the list is ordered `anew`. */
void resolver_list_update(ResolverList *list, GListModel *model, gboolean anew);
/** Only what has every one of these words (casefolded) in it, and these traits. `words` NULL, 0:
 * everything. */
void resolver_list_filter(ResolverList *list, char **words, ResolverTraits traits);
/** Marks the resolver that is chosen, and shows it wherever it is. */
void resolver_list_choose(ResolverList *list, const char *id);

/** How many resolvers the filter leaves, and how many of these can be seen at most. */
guint resolver_list_matches(const ResolverList *list);
guint resolver_list_shown_at_most(const ResolverList *list);
/** NULL when it has no row now (transfer none). */
SottoResolverRow *resolver_list_row(ResolverList *list, const char *id);
