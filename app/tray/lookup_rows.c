/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows that stay in sight keep their row in the store, so that neither the focus nor a voice goes
 * back to its beginning when others come above them. Where none stays, each is written anew in its
 * place.
 */
#include "lookup_rows.h"

#include "lookup_columns.h"

struct LookupRows {
    GtkListStore *store;
    GArray *numbers; /* of the lookups in the store's rows; they fall */
};

guint lookup_rows_count(LookupRows *rows)
{
    return rows->numbers->len;
}

guint64 lookup_rows_number(LookupRows *rows, guint index)
{
    return g_array_index(rows->numbers, guint64, index);
}

GtkTreeModel *lookup_rows_model(LookupRows *rows)
{
    return GTK_TREE_MODEL(rows->store);
}

static void write_row(LookupRows *rows, GtkTreeIter *row, SottoLookupModel *model, guint64 number)
{
    lookup_columns_write(rows->store, row, sotto_lookup_model_get(model, number));
}

static void insert_row(LookupRows *rows, SottoLookupModel *model, guint index, guint64 number)
{
    GtkTreeIter row;

    gtk_list_store_insert(rows->store, &row, (int)index);
    write_row(rows, &row, model, number);
    g_array_insert_val(rows->numbers, index, number);
}

static void remove_row(LookupRows *rows, guint index)
{
    GtkTreeIter row;

    if (gtk_tree_model_iter_nth_child(GTK_TREE_MODEL(rows->store), &row, NULL, (int)index))
        gtk_list_store_remove(rows->store, &row);
    g_array_remove_index(rows->numbers, index);
}

/* Whether some of those in sight stay. */
static gboolean shares(LookupRows *rows, SottoLookupModel *model, guint top, guint count)
{
    guint last = lookup_rows_count(rows);

    return count > 0 && last > 0 &&
           sotto_lookup_model_number(model, top) >= lookup_rows_number(rows, last - 1) &&
           sotto_lookup_model_number(model, top + count - 1) <= lookup_rows_number(rows, 0);
}

static void write_anew(LookupRows *rows, SottoLookupModel *model, guint top, guint count)
{
    for (guint i = 0; i < MIN(count, lookup_rows_count(rows)); i++) {
        guint64 number = sotto_lookup_model_number(model, top + i);
        GtkTreeIter row;
        gtk_tree_model_iter_nth_child(GTK_TREE_MODEL(rows->store), &row, NULL, (int)i);
        write_row(rows, &row, model, number);
        g_array_index(rows->numbers, guint64, i) = number;
    }
}

void lookup_rows_show(LookupRows *rows, SottoLookupModel *model, guint top, guint count)
{
    if (!shares(rows, model, top, count))
        write_anew(rows, model, top, count);
    for (guint i = 0; i < count; i++) {
        guint64 number = sotto_lookup_model_number(model, top + i);
        while (i < lookup_rows_count(rows) && lookup_rows_number(rows, i) > number)
            remove_row(rows, i);
        if (i == lookup_rows_count(rows) || lookup_rows_number(rows, i) != number)
            insert_row(rows, model, i, number);
    }
    while (lookup_rows_count(rows) > count)
        remove_row(rows, lookup_rows_count(rows) - 1);
}

void lookup_rows_clear(LookupRows *rows)
{
    lookup_rows_show(rows, NULL, 0, 0);
}

LookupRows *lookup_rows_new(void)
{
    LookupRows *rows = g_new0(LookupRows, 1);

    rows->store = lookup_columns_store();
    rows->numbers = g_array_new(FALSE, FALSE, sizeof(guint64));
    return rows;
}

void lookup_rows_free(LookupRows *rows)
{
    g_object_unref(rows->store);
    g_array_unref(rows->numbers);
    g_free(rows);
}
