/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lookup_item.h"

#include <gtk/gtk.h>

/** The columns of a table of lookups: as many as there is room for. */
typedef struct LookupColumns LookupColumns;

/** Gives a table its columns (borrowed; it outlives them). */
LookupColumns *lookup_columns_new(GtkTreeView *table);
void lookup_columns_free(LookupColumns *columns);

/** For a table with so much room from now on. */
void lookup_columns_fit(LookupColumns *columns, int room);

/** The one that is always there (transfer none). */
GtkTreeViewColumn *lookup_columns_name(LookupColumns *columns);

/** An empty store for such a table, and one of its rows (transfer full). */
GtkListStore *lookup_columns_store(void);
void lookup_columns_write(GtkListStore *store, GtkTreeIter *row, const SottoLookup *lookup);
