/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fold_row.h"
#include "resolver_row.h"
#include "resolver_traits.h"

/** What the list of resolvers consists of, in its order, before anything of it has a row. */

typedef enum {
    RANK_OWN,
    RANK_FAVOURITE,
    RANK_BUILT_IN,
    RANK_LISTED, /* below its operator */
} ResolverRank;

/** The listed resolvers of one operator. */
typedef struct ResolverGroup {
    char *operator_name;
    guint count, matching;
    guint shown;       /* so many of those that match, while it is unfolded */
    SottoFoldRow *row; /* NULL until it is built, and when one resolver alone needs no heading */
    GtkWidget *more;   /* the row that shows some more; NULL until it is needed */
} ResolverGroup;

typedef struct ResolverEntry {
    SottoResolver *resolver;
    ResolverRank rank;
    ResolverGroup *group; /* NULL unless RANK_LISTED */
    char *haystack;
    SottoResolverRow *row; /* NULL until there is a reason to see it */
    gboolean matching;     /* what is looked for */
    guint place;           /* among those of its operator that match */
    gboolean waiting;      /* for its row */
} ResolverEntry;

typedef struct ResolverEntries {
    GPtrArray *sorted;  /* ResolverEntry */
    GHashTable *groups; /* operator → ResolverGroup */
} ResolverEntries;

/** What the model (of SottoResolver) holds; NULL: nothing. */
void resolver_entries_init(ResolverEntries *entries, GListModel *model);
void resolver_entries_clear(ResolverEntries *entries);

/**
 * Replaces the entries by what the model holds now. The rows of resolvers and operators that stay
 * are taken over, the others destroyed. Unless `anew`, a resolver stays among the favourites or
 * outside of them.
 */
void resolver_entries_update(ResolverEntries *entries, GListModel *model, gboolean anew);

/** Notes which have every one of these words (NULL: any) and these traits. Returns how many. */
guint resolver_entries_match(ResolverEntries *entries, const char *const *words,
                             ResolverTraits traits);

/** So many of an operator are shown at once: each frame that rows are added to costs the theme as
 * many looks as there are rows. */
#define RESOLVER_GROUP_PAGE 50

gboolean resolver_group_has_heading(const ResolverGroup *group);

/** The order of the list, as compare functions say it: with a heading, which stands before its
 * resolvers, or with what ends them. */
int resolver_entry_compare(const ResolverEntry *a, const ResolverEntry *b);
int resolver_entry_compare_with_group(const ResolverEntry *entry, const ResolverGroup *group,
                                      gboolean group_ends);
