/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model has two columns for each that is shown: the words, and what they are sorted by. Rows
 * are written anew only when the list differs from the last one, so that a table stays where it is
 * scrolled to and silent to a screen reader while nothing happens.
 */
#include "figure_table.h"

#include "figure.h"

#include <glib/gi18n.h>

struct _SottoFigureTable {
    GtkTreeView parent_instance;
    const FigureColumn *columns;
    guint count;
    GtkListStore *store;
    GVariant *list; /* as shown; NULL */
};

G_DEFINE_FINAL_TYPE(SottoFigureTable, sotto_figure_table, GTK_TYPE_TREE_VIEW)

static int words_column(guint column)
{
    return (int)(2 * column);
}

static int order_column(guint column)
{
    return (int)(2 * column) + 1;
}

static gboolean is_number(const FigureColumn *column)
{
    switch (column->kind) {
    case FIGURE_TEXT:
    case FIGURE_PROTOCOL:
    case FIGURE_DAY:
        return FALSE;
    case FIGURE_COUNT:
    case FIGURE_TIME:
    case FIGURE_SIZE:
        return TRUE;
    }
    return FALSE;
}

/* (transfer full) */
static char *cell_words(const FigureColumn *column, const char *text, guint64 value)
{
    switch (column->kind) {
    case FIGURE_TEXT:
        return g_strdup(text);
    case FIGURE_PROTOCOL:
        return figure_protocol(text);
    case FIGURE_DAY:
        return figure_day(text);
    case FIGURE_COUNT:
        return figure_count((double)value);
    case FIGURE_TIME:
        return value > 0 ? figure_time((double)value) : g_strdup("—");
    case FIGURE_SIZE:
        return g_format_size(value);
    }
    return g_strdup("");
}

static void write_cell(SottoFigureTable *self, GtkTreeIter *row, guint index, GVariant *entry)
{
    const FigureColumn *column = &self->columns[index];
    const char *text = "";
    guint64 value = 0;
    g_autofree char *words = NULL;

    if (is_number(column))
        g_variant_lookup(entry, column->key, "t", &value);
    else
        g_variant_lookup(entry, column->key, "&s", &text);
    words = cell_words(column, text, value);
    gtk_list_store_set(self->store, row, words_column(index), words, -1);
    if (is_number(column))
        gtk_list_store_set(self->store, row, order_column(index), value, -1);
    else
        gtk_list_store_set(self->store, row, order_column(index), text, -1);
}

void sotto_figure_table_show(SottoFigureTable *self, GVariant *list)
{
    gsize rows = list != NULL ? g_variant_n_children(list) : 0;

    if (list != NULL && self->list != NULL && g_variant_equal(list, self->list))
        return;
    g_clear_pointer(&self->list, g_variant_unref);
    gtk_list_store_clear(self->store);
    for (gsize i = 0; i < rows; i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(list, i);
        GtkTreeIter row;
        gtk_list_store_append(self->store, &row);
        for (guint c = 0; c < self->count; c++)
            write_cell(self, &row, c, entry);
    }
    if (list != NULL)
        self->list = g_variant_ref(list);
}

void sotto_figure_table_describe(SottoFigureTable *self, GString *text)
{
    GtkTreeModel *model = GTK_TREE_MODEL(self->store);
    GtkTreeIter row;

    for (guint c = 0; c < self->count; c++)
        g_string_append_printf(text, "%s%s", c > 0 ? "\t" : "", _(self->columns[c].title));
    g_string_append_c(text, '\n');
    for (gboolean more = gtk_tree_model_get_iter_first(model, &row); more;
         more = gtk_tree_model_iter_next(model, &row)) {
        for (guint c = 0; c < self->count; c++) {
            g_autofree char *words = NULL;
            gtk_tree_model_get(model, &row, words_column(c), &words, -1);
            g_string_append_printf(text, "%s%s", c > 0 ? "\t" : "", words);
        }
        g_string_append_c(text, '\n');
    }
}

/* --- the object ------------------------------------------------------------------------------ */

static void make_store(SottoFigureTable *self)
{
    g_autofree GType *types = g_new(GType, 2 * self->count);

    for (guint c = 0; c < self->count; c++) {
        types[words_column(c)] = G_TYPE_STRING;
        types[order_column(c)] = is_number(&self->columns[c]) ? G_TYPE_UINT64 : G_TYPE_STRING;
    }
    self->store = gtk_list_store_newv((int)(2 * self->count), types);
    gtk_tree_view_set_model(GTK_TREE_VIEW(self), GTK_TREE_MODEL(self->store));
}

/* Numbers stand at the end of their column, digits below digits; the first column takes what room
 * there is. */
static void make_column(SottoFigureTable *self, guint index)
{
    const FigureColumn *column = &self->columns[index];
    GtkCellRenderer *renderer = gtk_cell_renderer_text_new();
    GtkTreeViewColumn *shown = gtk_tree_view_column_new_with_attributes(
        _(column->title), renderer, "text", words_column(index), NULL);

    gtk_tree_view_column_set_sort_column_id(shown, order_column(index));
    gtk_tree_view_column_set_expand(shown, index == 0);
    if (is_number(column)) {
        gtk_tree_view_column_set_alignment(shown, 1);
        g_object_set(renderer, "xalign", 1.0, NULL);
    }
    gtk_tree_view_append_column(GTK_TREE_VIEW(self), shown);
}

GtkWidget *sotto_figure_table_new(const FigureColumn *columns, guint count, const char *title)
{
    SottoFigureTable *self = g_object_new(SOTTO_TYPE_FIGURE_TABLE, "visible", TRUE, NULL);
    GtkTreeSelection *selection = gtk_tree_view_get_selection(GTK_TREE_VIEW(self));

    self->columns = columns;
    self->count = count;
    make_store(self);
    for (guint c = 0; c < count; c++)
        make_column(self, c);
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(self)), "caption");
    gtk_tree_selection_set_mode(selection, GTK_SELECTION_NONE);
    gtk_tree_view_set_enable_search(GTK_TREE_VIEW(self), FALSE);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), title);
    return GTK_WIDGET(self);
}

static void sotto_figure_table_finalize(GObject *object)
{
    SottoFigureTable *self = SOTTO_FIGURE_TABLE(object);

    g_clear_pointer(&self->list, g_variant_unref);
    g_clear_object(&self->store);
    G_OBJECT_CLASS(sotto_figure_table_parent_class)->finalize(object);
}

static void sotto_figure_table_class_init(SottoFigureTableClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_figure_table_finalize;
}

static void sotto_figure_table_init(SottoFigureTable *self)
{
}
