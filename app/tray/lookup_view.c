/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GtkTreeView whose rows are all as high as each other: it measures none but those in sight.
 *
 * The tree view by itself keeps what is in sight where it is when rows come above it, at the top,
 * too. That is right for somebody who reads further down, or has chosen a row and is about to do
 * something with it; whoever does neither sees the newest. What the view scrolls by itself happens
 * while it is given its place, so that everything else is the user's doing.
 *
 * Columns have a width by the letters that are to fit in. Where all are too wide together, the ones
 * that say least go first; which, is decided between two frames, since the view cannot ask for
 * another place while it is given one.
 */
#include "lookup_view.h"

#include <glib/gi18n.h>

#define PADDING    16 /* around the words of a cell */
#define ICON_SPACE 24
#define NAME_SPACE 20 /* letters of a name, at least */

typedef struct Column {
    const char *title;
    LookupColumn words;
    const char *sample; /* as wide as it gets, in most cases; NULL: takes what is left */
    int leaves;         /* 1: the first to go; 0: stays */
    gboolean number;
} Column;

static const Column columns[] = {
    {N_("Time"), LOOKUP_COLUMN_TIME, "00:00:00", 4, TRUE},
    {N_("Name"), LOOKUP_COLUMN_NAME, NULL, 0, FALSE},
    {N_("Type"), LOOKUP_COLUMN_TYPE, "HTTPS", 2, FALSE},
    {N_("Answer"), LOOKUP_COLUMN_ANSWER, "Blocked by ads.txt", 0, FALSE},
    {N_("Resolver"), LOOKUP_COLUMN_RESOLVER, "Cloudflare 12", 1, FALSE},
    {N_("Latency"), LOOKUP_COLUMN_LATENCY, "1000 ms", 3, TRUE},
};

struct _SottoLookupView {
    GtkTreeView parent_instance;
    SottoLookupModel *model; /* NULL: none */
    GtkAdjustment *adjustment;
    GtkTreeViewColumn *columns[G_N_ELEMENTS(columns)];
    int widths[G_N_ELEMENTS(columns)], name_width;
    int leaves_to;    /* columns that leave up to this one are away */
    gboolean at_top;  /* where the user has scrolled to */
    gboolean placing; /* what scrolls now is the view itself */
    guint64 seen;     /* arrivals, as long as it followed */
    guint fit_source;
};

G_DEFINE_FINAL_TYPE(SottoLookupView, sotto_lookup_view, GTK_TYPE_TREE_VIEW)

static guint following_signal;

/* --- the newest ------------------------------------------------------------------------------ */

static gboolean follows(SottoLookupView *self)
{
    GtkTreeSelection *selection = gtk_tree_view_get_selection(GTK_TREE_VIEW(self));

    return self->at_top && gtk_tree_selection_count_selected_rows(selection) == 0;
}

static void look(SottoLookupView *self)
{
    if (self->model != NULL && follows(self))
        self->seen = sotto_lookup_model_arrived(self->model);
    g_signal_emit(self, following_signal, 0);
}

guint64 sotto_lookup_view_unseen(SottoLookupView *self)
{
    return self->model != NULL ? sotto_lookup_model_arrived(self->model) - self->seen : 0;
}

static void on_scrolled(GtkAdjustment *adjustment, SottoLookupView *self)
{
    if (self->placing)
        return;
    self->at_top = gtk_adjustment_get_value(adjustment) < 1;
    look(self);
}

void sotto_lookup_view_follow(SottoLookupView *self)
{
    gtk_tree_selection_unselect_all(gtk_tree_view_get_selection(GTK_TREE_VIEW(self)));
    self->at_top = TRUE;
    gtk_adjustment_set_value(self->adjustment, 0);
    look(self);
}

static void on_worked(SottoLookupModel *model, SottoLookupView *self)
{
    look(self);
}

/* The adjustment is the scrolled window's, which gives it after construction. */
static void on_adjustment(SottoLookupView *self)
{
    if (self->adjustment != NULL)
        g_signal_handlers_disconnect_by_data(self->adjustment, self);
    g_clear_object(&self->adjustment);
    g_set_object(&self->adjustment, gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(self)));
    if (self->adjustment != NULL)
        g_signal_connect(self->adjustment, "value-changed", G_CALLBACK(on_scrolled), self);
}

void sotto_lookup_view_set_model(SottoLookupView *self, SottoLookupModel *model)
{
    if (self->model != NULL)
        g_signal_handlers_disconnect_by_data(self->model, self);
    gtk_tree_view_set_model(GTK_TREE_VIEW(self), NULL);
    g_set_object(&self->model, model);
    self->at_top = TRUE;
    self->seen = 0;
    if (model == NULL)
        return;
    g_signal_connect(model, "worked", G_CALLBACK(on_worked), self);
    gtk_tree_view_set_model(GTK_TREE_VIEW(self), GTK_TREE_MODEL(model));
}

/* --- the chosen one -------------------------------------------------------------------------- */

static gboolean get_chosen(SottoLookupView *self, GtkTreeIter *row)
{
    GtkTreeSelection *selection = gtk_tree_view_get_selection(GTK_TREE_VIEW(self));

    return self->model != NULL && gtk_tree_selection_get_selected(selection, NULL, row);
}

const SottoLookup *sotto_lookup_view_chosen(SottoLookupView *self)
{
    GtkTreeIter row;

    return get_chosen(self, &row) ? sotto_lookup_model_get(self->model, &row) : NULL;
}

gboolean sotto_lookup_view_choose_at(SottoLookupView *self, int x, int y)
{
    GtkTreeView *view = GTK_TREE_VIEW(self);
    GtkTreePath *path = NULL;

    if (!gtk_tree_view_get_path_at_pos(view, x, y, &path, NULL, NULL, NULL))
        return FALSE;
    gtk_tree_view_set_cursor(view, path, NULL, FALSE);
    gtk_tree_path_free(path);
    return TRUE;
}

void sotto_lookup_view_chosen_place(SottoLookupView *self, GdkRectangle *place)
{
    GtkTreeView *view = GTK_TREE_VIEW(self);
    GtkTreePath *path;
    GtkTreeIter row;

    *place = (GdkRectangle){0};
    if (!get_chosen(self, &row))
        return;
    path = gtk_tree_model_get_path(GTK_TREE_MODEL(self->model), &row);
    gtk_tree_view_get_cell_area(view, path, self->columns[1], place);
    gtk_tree_path_free(path);
    gtk_tree_view_convert_bin_window_to_widget_coords(view, place->x, place->y, &place->x,
                                                      &place->y);
}

/* --- columns --------------------------------------------------------------------------------- */

static int width_of(SottoLookupView *self, const char *words)
{
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(GTK_WIDGET(self), words);
    int width;

    pango_layout_get_pixel_size(layout, &width, NULL);
    return width;
}

static void measure_columns(SottoLookupView *self)
{
    g_autofree char *name = g_strnfill(NAME_SPACE, 'n');

    self->name_width = width_of(self, name) + ICON_SPACE + PADDING;
    for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (columns[i].sample == NULL)
            continue;
        self->widths[i] =
            PADDING + MAX(width_of(self, columns[i].sample), width_of(self, _(columns[i].title)));
        gtk_tree_view_column_set_fixed_width(self->columns[i], self->widths[i]);
    }
}

/* How many columns have to go for the others to fit in. */
static int count_leaving(SottoLookupView *self, int room)
{
    int leaves_to = 0, needed = self->name_width;

    for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
        needed += self->widths[i];
    while (needed > room && leaves_to < 4) {
        leaves_to++;
        for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
            if (columns[i].leaves == leaves_to)
                needed -= self->widths[i];
    }
    return leaves_to;
}

static gboolean on_fit(gpointer data)
{
    SottoLookupView *self = data;

    self->fit_source = 0;
    for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
        gtk_tree_view_column_set_visible(self->columns[i], columns[i].leaves == 0 ||
                                                               columns[i].leaves > self->leaves_to);
    return G_SOURCE_REMOVE;
}

static void fit_columns(SottoLookupView *self, int room)
{
    int leaves_to = count_leaving(self, room);

    if (leaves_to == self->leaves_to)
        return;
    self->leaves_to = leaves_to;
    if (self->fit_source == 0)
        self->fit_source = g_idle_add_full(G_PRIORITY_HIGH_IDLE, on_fit, self, NULL);
}

static void add_icon(GtkTreeViewColumn *column)
{
    GtkCellRenderer *icon = gtk_cell_renderer_pixbuf_new();

    gtk_cell_renderer_set_fixed_size(icon, ICON_SPACE, -1);
    gtk_tree_view_column_pack_start(column, icon, FALSE);
    gtk_tree_view_column_set_attributes(column, icon, "icon-name", LOOKUP_COLUMN_ICON, NULL);
}

/* Digits stand below digits. A name is shortened in its middle: its beginning says what for, its
 * end, whose it is. */
static void add_words(GtkTreeViewColumn *column, const Column *form)
{
    GtkCellRenderer *words = gtk_cell_renderer_text_new();
    PangoAttrList *digits = pango_attr_list_new();

    pango_attr_list_insert(digits, pango_attr_font_features_new("tnum"));
    g_object_set(words, "ellipsize",
                 form->sample == NULL ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END, "xalign",
                 form->number ? 1.0 : 0.0, "single-paragraph-mode", TRUE, "attributes", digits,
                 NULL);
    pango_attr_list_unref(digits);
    gtk_tree_view_column_pack_start(column, words, TRUE);
    gtk_tree_view_column_set_attributes(column, words, "text", form->words, NULL);
}

static GtkTreeViewColumn *make_column(SottoLookupView *self, const Column *form)
{
    GtkTreeViewColumn *column = gtk_tree_view_column_new();

    gtk_tree_view_column_set_title(column, _(form->title));
    gtk_tree_view_column_set_sizing(column, GTK_TREE_VIEW_COLUMN_FIXED);
    gtk_tree_view_column_set_alignment(column, form->number ? 1 : 0);
    gtk_tree_view_column_set_expand(column, form->sample == NULL);
    if (form->sample == NULL)
        add_icon(column);
    add_words(column, form);
    gtk_tree_view_append_column(GTK_TREE_VIEW(self), column);
    return column;
}

/* --- the object ------------------------------------------------------------------------------ */

static void sotto_lookup_view_size_allocate(GtkWidget *widget, GtkAllocation *place)
{
    SottoLookupView *self = SOTTO_LOOKUP_VIEW(widget);

    self->placing = TRUE;
    GTK_WIDGET_CLASS(sotto_lookup_view_parent_class)->size_allocate(widget, place);
    if (self->adjustment != NULL && follows(self))
        gtk_adjustment_set_value(self->adjustment, 0);
    self->placing = FALSE;
    fit_columns(self, place->width);
}

static void sotto_lookup_view_style_updated(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_lookup_view_parent_class)->style_updated(widget);
    measure_columns(SOTTO_LOOKUP_VIEW(widget));
}

static void sotto_lookup_view_dispose(GObject *object)
{
    SottoLookupView *self = SOTTO_LOOKUP_VIEW(object);

    g_clear_handle_id(&self->fit_source, g_source_remove);
    if (self->adjustment != NULL)
        g_signal_handlers_disconnect_by_data(self->adjustment, self);
    g_clear_object(&self->adjustment);
    if (self->model != NULL)
        g_signal_handlers_disconnect_by_data(self->model, self);
    g_clear_object(&self->model);
    G_OBJECT_CLASS(sotto_lookup_view_parent_class)->dispose(object);
}

static void sotto_lookup_view_class_init(SottoLookupViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = sotto_lookup_view_dispose;
    widget_class->size_allocate = sotto_lookup_view_size_allocate;
    widget_class->style_updated = sotto_lookup_view_style_updated;
    following_signal = g_signal_new("following", SOTTO_TYPE_LOOKUP_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_lookup_view_init(SottoLookupView *self)
{
    GtkTreeView *view = GTK_TREE_VIEW(self);

    self->at_top = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
        self->columns[i] = make_column(self, &columns[i]);
    gtk_tree_view_column_set_min_width(self->columns[1], 1);
    gtk_tree_view_set_fixed_height_mode(view, TRUE);
    gtk_tree_view_set_enable_search(view, FALSE); /* the page has a search of its own */
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), _("Lookups"));
    g_signal_connect(self, "notify::vadjustment", G_CALLBACK(on_adjustment), NULL);
    g_signal_connect_swapped(gtk_tree_view_get_selection(view), "changed", G_CALLBACK(look), self);
    measure_columns(self);
}
