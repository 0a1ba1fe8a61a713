/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lookup_model.h"

#include <gtk/gtk.h>

/** The rows in sight of a longer list of lookups, for a table with the columns of
 * lookup_columns.h. */
typedef struct LookupRows LookupRows;

LookupRows *lookup_rows_new(void);
void lookup_rows_free(LookupRows *rows);

/** What the table shows (transfer none). */
GtkTreeModel *lookup_rows_model(LookupRows *rows);

/** Makes them `count` rows of a model, which it has, from `top` on; NULL with 0. */
void lookup_rows_show(LookupRows *rows, SottoLookupModel *model, guint top, guint count);
/** To be called before another model's are shown: numbers mean nothing there. */
void lookup_rows_clear(LookupRows *rows);

guint lookup_rows_count(LookupRows *rows);
/** The lookup's number, in a row in sight. */
guint64 lookup_rows_number(LookupRows *rows, guint index);
