/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Columns have a width by the letters that are to fit in. Where all are too wide together, the ones
 * that say least go first; which, is decided between two frames, since a table cannot ask for
 * another place while it is given one.
 */
#include "lookup_columns.h"

#include "lookup_words.h"

#include <glib/gi18n.h>

#define PADDING    16 /* around the words of a cell */
#define ICON_SPACE 26
#define NAME_SPACE 20 /* letters of a name, at least */

/* Of the store; all are words. */
enum {
    CELL_TIME,
    CELL_ICON, /* its name; NULL for most */
    CELL_NAME,
    CELL_TYPE,
    CELL_ANSWER,
    CELL_RESOLVER,
    CELL_LATENCY,
    CELLS
};

typedef struct Form {
    const char *title;
    int cell;
    const char *sample; /* as wide as it gets, in most cases; NULL: takes what is left */
    int leaves;         /* 1: the first to go; 0: stays */
    gboolean number;
} Form;

static const Form forms[] = {
    {N_("Time"), CELL_TIME, "00:00:00", 4, TRUE},
    {N_("Mark"), CELL_ICON, "", 0, FALSE},
    {N_("Name"), CELL_NAME, NULL, 0, FALSE},
    {N_("Type"), CELL_TYPE, "HTTPS", 2, FALSE},
    {N_("Answer"), CELL_ANSWER, "Blocked by ads.txt", 0, FALSE},
    {N_("Resolver"), CELL_RESOLVER, "Cloudflare 12", 1, FALSE},
    {N_("Latency"), CELL_LATENCY, "1000 ms", 3, TRUE},
};
#define LEAVING 4
#define MARK    1 /* in forms */
#define NAME    2

struct LookupColumns {
    GtkTreeView *table;
    GtkTreeViewColumn *columns[G_N_ELEMENTS(forms)];
    int widths[G_N_ELEMENTS(forms)];
    int room;
    int leaves_to; /* columns that leave up to this one are away */
    guint fit_source;
};

/* --- cells ----------------------------------------------------------------------------------- */

/* Some stand out by a shape; NULL: most do not. */
static const char *icon_of(const SottoLookup *lookup)
{
    switch (lookup->kind) {
    case SOTTO_LOOKUP_BLOCKED:
        return "action-unavailable-symbolic";
    case SOTTO_LOOKUP_FAILED:
    case SOTTO_LOOKUP_REFUSED:
    case SOTTO_LOOKUP_LOST:
    case SOTTO_LOOKUP_GARBLED:
        return "dialog-warning-symbolic";
    case SOTTO_LOOKUP_ROUTED:
        return "network-wireless-symbolic";
    case SOTTO_LOOKUP_CLOAKED:
    case SOTTO_LOOKUP_SPECIAL:
    case SOTTO_LOOKUP_CACHED:
    case SOTTO_LOOKUP_STALE:
    case SOTTO_LOOKUP_RESOLVED:
    case SOTTO_LOOKUP_OTHER:
        return NULL;
    }
    return NULL;
}

GtkListStore *lookup_columns_store(void)
{
    GType types[CELLS];

    for (guint i = 0; i < CELLS; i++)
        types[i] = G_TYPE_STRING;
    return gtk_list_store_newv(CELLS, types);
}

void lookup_columns_write(GtkListStore *store, GtkTreeIter *row, const SottoLookup *lookup)
{
    g_autofree char *time = lookup_words_time(lookup);
    g_autofree char *name = lookup_words_name(lookup);
    g_autofree char *answer = lookup_words_answer(lookup);
    g_autofree char *latency = lookup_words_latency(lookup);

    gtk_list_store_set(store, row, CELL_TIME, time, CELL_ICON, icon_of(lookup), CELL_NAME, name,
                       CELL_TYPE, lookup->type, CELL_ANSWER, answer, CELL_RESOLVER,
                       lookup->resolver, CELL_LATENCY, latency, -1);
}

/* --- widths ---------------------------------------------------------------------------------- */

static int width_of(LookupColumns *columns, const char *words)
{
    g_autoptr(PangoLayout) layout =
        gtk_widget_create_pango_layout(GTK_WIDGET(columns->table), words);
    int width;

    pango_layout_get_pixel_size(layout, &width, NULL);
    return width;
}

/* A column is never narrower than its header. */
static int header_width(LookupColumns *columns, guint index)
{
    int width;

    gtk_widget_get_preferred_width(gtk_tree_view_column_get_button(columns->columns[index]), &width,
                                   NULL);
    return width;
}

static void measure(LookupColumns *columns)
{
    g_autofree char *name = g_strnfill(NAME_SPACE, 'n');

    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        int width = PADDING + width_of(columns, i == NAME ? name : forms[i].sample);
        columns->widths[i] = MAX(i == MARK ? ICON_SPACE : width, header_width(columns, i));
        if (i != NAME)
            gtk_tree_view_column_set_fixed_width(columns->columns[i], columns->widths[i]);
    }
    columns->room = 0; /* to be shared out anew */
}

/* How many columns have to go for the others to fit in. */
static int count_leaving(LookupColumns *columns, int room)
{
    int leaves_to = 0, needed = 0;

    for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
        needed += columns->widths[i];
    while (needed > room && leaves_to < LEAVING) {
        leaves_to++;
        for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
            if (forms[i].leaves == leaves_to)
                needed -= columns->widths[i];
    }
    return leaves_to;
}

static gboolean is_away(LookupColumns *columns, guint index)
{
    return forms[index].leaves != 0 && forms[index].leaves <= columns->leaves_to;
}

/* A wish of the table alone comes to nothing after the window was resized while another page was in
 * sight: as far out as the window's stack, no container passes it on (GTK 3.24). */
static void place_anew(GtkWidget *table)
{
    for (GtkWidget *widget = table; widget != NULL; widget = gtk_widget_get_parent(widget))
        gtk_widget_queue_resize(widget);
}

/* The name's column would take what is left by itself, but not at once when others go. */
static gboolean on_fit(gpointer data)
{
    LookupColumns *columns = data;
    int left = columns->room;

    columns->fit_source = 0;
    columns->leaves_to = count_leaving(columns, columns->room);
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        gtk_tree_view_column_set_visible(columns->columns[i], !is_away(columns, i));
        if (i != NAME && !is_away(columns, i))
            left -= columns->widths[i];
    }
    gtk_tree_view_column_set_fixed_width(columns->columns[NAME], MAX(left, 1));
    place_anew(GTK_WIDGET(columns->table));
    return G_SOURCE_REMOVE;
}

void lookup_columns_fit(LookupColumns *columns, int room)
{
    if (room == columns->room)
        return;
    columns->room = room;
    if (columns->fit_source == 0)
        columns->fit_source = g_idle_add_full(G_PRIORITY_HIGH_IDLE, on_fit, columns, NULL);
}

/* --- columns --------------------------------------------------------------------------------- */

/* A column of its own, whose title is only heard: of a cell with a picture and words, assistive
 * technology would get neither. */
static void add_icon(GtkTreeViewColumn *column, const Form *form)
{
    GtkCellRenderer *icon = gtk_cell_renderer_pixbuf_new();
    GtkWidget *button = gtk_tree_view_column_get_button(column);

    gtk_tree_view_column_pack_start(column, icon, FALSE);
    gtk_tree_view_column_set_attributes(column, icon, "icon-name", form->cell, NULL);
    atk_object_set_name(gtk_widget_get_accessible(button), _(form->title));
}

/* Digits stand below digits, and numbers fit in. A name is shortened in its middle: its beginning
 * says what for, its end, whose it is. */
static void add_words(GtkTreeViewColumn *column, const Form *form)
{
    GtkCellRenderer *words = gtk_cell_renderer_text_new();

    if (form->number) {
        g_autoptr(PangoAttrList) digits = pango_attr_list_new();
        pango_attr_list_insert(digits, pango_attr_font_features_new("tnum"));
        g_object_set(words, "xalign", 1.0, "attributes", digits, NULL);
    } else {
        g_object_set(words, "ellipsize",
                     form->sample == NULL ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END,
                     "single-paragraph-mode", TRUE, NULL);
    }
    gtk_tree_view_column_pack_start(column, words, TRUE);
    gtk_tree_view_column_set_attributes(column, words, "text", form->cell, NULL);
}

static GtkTreeViewColumn *make_column(GtkTreeView *table, const Form *form)
{
    GtkTreeViewColumn *column = gtk_tree_view_column_new();

    if (form->cell != CELL_ICON)
        gtk_tree_view_column_set_title(column, _(form->title));
    gtk_tree_view_column_set_sizing(column, GTK_TREE_VIEW_COLUMN_FIXED);
    gtk_tree_view_column_set_alignment(column, form->number ? 1 : 0);
    gtk_tree_view_column_set_expand(column, form->sample == NULL);
    if (form->cell == CELL_ICON)
        add_icon(column, form);
    else
        add_words(column, form);
    gtk_tree_view_append_column(table, column);
    return column;
}

GtkTreeViewColumn *lookup_columns_name(LookupColumns *columns)
{
    return columns->columns[NAME];
}

LookupColumns *lookup_columns_new(GtkTreeView *table)
{
    LookupColumns *columns = g_new0(LookupColumns, 1);

    columns->table = table;
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
        columns->columns[i] = make_column(table, &forms[i]);
    gtk_tree_view_column_set_min_width(columns->columns[NAME], 1);
    gtk_tree_view_set_fixed_height_mode(table, TRUE);
    g_signal_connect_swapped(table, "style-updated", G_CALLBACK(measure), columns);
    measure(columns);
    return columns;
}

void lookup_columns_free(LookupColumns *columns)
{
    g_clear_handle_id(&columns->fit_source, g_source_remove);
    g_signal_handlers_disconnect_by_data(columns->table, columns);
    g_free(columns);
}
