/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GtkTreeView has all its rows in a tree of its own, and tells assistive technology of each cell
 * of each row that comes: a burst of lookups would stop the window for minutes. So the tree view
 * here has the rows in sight and no others, and what scrolls is which of the model's rows these
 * are. A hundred thousand cost what thirty do; a screen reader meets what can be seen, and walks on
 * by the same keys as everybody.
 *
 * What is in sight changes once a frame at most, and of itself ten times a second.
 *
 * The view follows the newest lookups only for somebody who is at the top and has chosen no row:
 * whoever reads further down, or is about to do something with a row, has it where it was.
 */
#include "lookup_view.h"

#include "lookup_columns.h"
#include "lookup_rows.h"
#include "plain_table.h"

#define WHEEL_ROWS 3
#define PACE_MS    100 /* between two looks at what came: faster, nobody reads it */

struct _SottoLookupView {
    GtkBox parent_instance;
    SottoLookupModel *model; /* NULL: none */
    GtkTreeView *table;
    LookupColumns *columns;
    LookupRows *rows;          /* in sight */
    GtkAdjustment *adjustment; /* in rows of the model */
    guint top, sight;          /* the first row in sight, and how many fit in */
    guint64 arrived, seen;     /* arrivals: when it was filled last, and when it followed last */
    guint64 chosen;            /* number of a lookup */
    gboolean has_chosen, filling;
    guint frame, pace_source;
};

G_DEFINE_FINAL_TYPE(SottoLookupView, sotto_lookup_view, GTK_TYPE_BOX)

enum { SIGNAL_SHOWN, SIGNAL_CHOSEN, SIGNAL_MENU, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static guint count_rows(SottoLookupView *self)
{
    return self->model != NULL ? sotto_lookup_model_rows(self->model) : 0;
}

static gboolean follows(SottoLookupView *self)
{
    return self->top == 0 && !self->has_chosen;
}

/* --- rows in sight --------------------------------------------------------------------------- */

static void show_chosen(SottoLookupView *self)
{
    GtkTreeSelection *selection = gtk_tree_view_get_selection(self->table);
    guint row;

    if (!self->has_chosen || self->model == NULL ||
        !sotto_lookup_model_find(self->model, self->chosen, &row) || row < self->top ||
        row >= self->top + lookup_rows_count(self->rows)) {
        gtk_tree_selection_unselect_all(selection);
    } else {
        g_autoptr(GtkTreePath) path = gtk_tree_path_new_from_indices((int)(row - self->top), -1);
        if (!gtk_tree_selection_path_is_selected(selection, path))
            gtk_tree_view_set_cursor(self->table, path, NULL, FALSE);
    }
}

/* A row goes with what the log forgets. */
static void let_go(SottoLookupView *self)
{
    if (!self->has_chosen ||
        (self->model != NULL && sotto_lookup_model_get(self->model, self->chosen) != NULL))
        return;
    self->has_chosen = FALSE;
    g_signal_emit(self, signals[SIGNAL_CHOSEN], 0);
}

static void fill(SottoLookupView *self)
{
    guint rows = count_rows(self), sight = MIN(self->sight, rows);
    guint64 arrived = self->model != NULL ? sotto_lookup_model_arrived(self->model) : 0;

    let_go(self);
    if (follows(self))
        self->seen = arrived;
    else
        self->top += (guint)(arrived - self->arrived);
    self->arrived = arrived;
    self->top = MIN(self->top, rows - sight);
    self->filling = TRUE;
    lookup_rows_show(self->rows, self->model, self->top, sight);
    show_chosen(self);
    gtk_adjustment_configure(self->adjustment, self->top, 0, rows, 1, MAX(sight, 1), sight);
    self->filling = FALSE;
    g_signal_emit(self, signals[SIGNAL_SHOWN], 0);
}

static gboolean on_frame(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    SottoLookupView *self = SOTTO_LOOKUP_VIEW(widget);

    self->frame = 0;
    fill(self);
    return G_SOURCE_REMOVE;
}

/* With the next frame: where nobody looks there is none. */
static void fill_soon(SottoLookupView *self)
{
    if (self->frame == 0)
        self->frame = gtk_widget_add_tick_callback(GTK_WIDGET(self), on_frame, NULL, NULL);
}

static gboolean on_pace(gpointer data)
{
    SottoLookupView *self = data;

    self->pace_source = 0;
    fill_soon(self);
    return G_SOURCE_REMOVE;
}

static void on_worked(SottoLookupView *self)
{
    if (lookup_rows_count(self->rows) < MIN(self->sight, count_rows(self)))
        fill_soon(self); /* there is room to be filled */
    else if (self->pace_source == 0)
        self->pace_source = g_timeout_add(PACE_MS, on_pace, self);
}

void sotto_lookup_view_set_model(SottoLookupView *self, SottoLookupModel *model)
{
    if (self->model != NULL)
        g_signal_handlers_disconnect_by_data(self->model, self);
    self->filling = TRUE;
    lookup_rows_clear(self->rows);
    self->filling = FALSE;
    g_set_object(&self->model, model);
    self->top = 0;
    self->arrived = self->seen = 0;
    let_go(self);
    if (model != NULL)
        g_signal_connect_swapped(model, "worked", G_CALLBACK(on_worked), self);
    fill(self);
}

/* --- scrolling ------------------------------------------------------------------------------- */

static void scroll_to(SottoLookupView *self, guint top)
{
    guint rows = count_rows(self);

    self->top = MIN(top, rows - MIN(self->sight, rows));
    if (self->model != NULL) /* what came meanwhile is above, or is there to be seen */
        self->arrived = sotto_lookup_model_arrived(self->model);
    fill(self);
}

static void on_scrolled(GtkAdjustment *adjustment, SottoLookupView *self)
{
    guint top = (guint)gtk_adjustment_get_value(adjustment);

    if (!self->filling && top != self->top)
        scroll_to(self, top);
}

/* The adjustment's value has a fraction between two rows, for wheels with fine steps. */
static gboolean on_wheel(GtkWidget *table, GdkEvent *event, gpointer data)
{
    SottoLookupView *self = data;
    GdkScrollDirection direction;
    double across, down = 0;

    if (gdk_event_get_scroll_deltas(event, &across, &down))
        ;
    else if (gdk_event_get_scroll_direction(event, &direction))
        down = direction == GDK_SCROLL_DOWN ? 1 : direction == GDK_SCROLL_UP ? -1 : 0;
    if (down != 0)
        gtk_adjustment_set_value(self->adjustment,
                                 gtk_adjustment_get_value(self->adjustment) + down * WHEEL_ROWS);
    return GDK_EVENT_STOP;
}

void sotto_lookup_view_follow(SottoLookupView *self)
{
    sotto_lookup_view_choose_none(self);
    scroll_to(self, 0);
}

guint64 sotto_lookup_view_unseen(SottoLookupView *self)
{
    return self->arrived - self->seen;
}

/* --- the chosen one -------------------------------------------------------------------------- */

const SottoLookup *sotto_lookup_view_chosen(SottoLookupView *self)
{
    return self->has_chosen && self->model != NULL
               ? sotto_lookup_model_get(self->model, self->chosen)
               : NULL;
}

void sotto_lookup_view_choose_none(SottoLookupView *self)
{
    if (!self->has_chosen)
        return;
    self->has_chosen = FALSE;
    g_signal_emit(self, signals[SIGNAL_CHOSEN], 0);
    fill_soon(self);
}

/* A row of the model, which comes into sight. */
static void choose_row(SottoLookupView *self, guint row)
{
    self->chosen = sotto_lookup_model_number(self->model, row);
    self->has_chosen = TRUE;
    if (row < self->top)
        scroll_to(self, row);
    else if (row >= self->top + self->sight)
        scroll_to(self, row - self->sight + 1);
    else
        fill(self);
    g_signal_emit(self, signals[SIGNAL_CHOSEN], 0);
}

/* By a click, or by assistive technology. */
static void on_selected(GtkTreeSelection *selection, SottoLookupView *self)
{
    GtkTreeIter row;
    g_autoptr(GtkTreePath) path = NULL;

    if (self->filling)
        return;
    self->has_chosen = gtk_tree_selection_get_selected(selection, NULL, &row);
    if (self->has_chosen) {
        path = gtk_tree_model_get_path(lookup_rows_model(self->rows), &row);
        self->chosen = lookup_rows_number(self->rows, (guint)gtk_tree_path_get_indices(path)[0]);
    }
    g_signal_emit(self, signals[SIGNAL_CHOSEN], 0);
}

/* Where a key leads from the chosen row; FALSE when it is none of these. */
static gboolean find_step(SottoLookupView *self, guint key, gint64 *step)
{
    switch (key) {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
        *step = -1;
        return TRUE;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
        *step = 1;
        return TRUE;
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
        *step = -(gint64)self->sight;
        return TRUE;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
        *step = self->sight;
        return TRUE;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
        *step = G_MININT32;
        return TRUE;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
        *step = G_MAXINT32;
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean on_key_press(GtkWidget *table, GdkEventKey *event, gpointer data)
{
    SottoLookupView *self = data;
    gint64 step, rows = count_rows(self);
    guint row;

    if (event->keyval == GDK_KEY_Escape && self->has_chosen) {
        sotto_lookup_view_choose_none(self);
        return GDK_EVENT_STOP;
    }
    if (rows == 0 || !find_step(self, event->keyval, &step))
        return GDK_EVENT_PROPAGATE;
    if (self->has_chosen && sotto_lookup_model_find(self->model, self->chosen, &row))
        row = (guint)CLAMP(row + step, 0, rows - 1);
    else
        row = step == G_MAXINT32 ? (guint)rows - 1 : step == G_MININT32 ? 0 : self->top;
    choose_row(self, row);
    return GDK_EVENT_STOP;
}

static gboolean on_button_press(GtkWidget *table, GdkEventButton *event, gpointer data)
{
    SottoLookupView *self = data;
    g_autoptr(GtkTreePath) path = NULL;

    if (!gdk_event_triggers_context_menu((GdkEvent *)event) ||
        event->window != gtk_tree_view_get_bin_window(self->table))
        return GDK_EVENT_PROPAGATE;
    gtk_widget_grab_focus(table);
    if (!gtk_tree_view_get_path_at_pos(self->table, (int)event->x, (int)event->y, &path, NULL, NULL,
                                       NULL))
        return GDK_EVENT_STOP;
    gtk_tree_view_set_cursor(self->table, path, NULL, FALSE);
    g_signal_emit(self, signals[SIGNAL_MENU], 0, event);
    return GDK_EVENT_STOP;
}

GtkWidget *sotto_lookup_view_table(SottoLookupView *self)
{
    return GTK_WIDGET(self->table);
}

void sotto_lookup_view_chosen_place(SottoLookupView *self, GdkRectangle *place)
{
    GtkTreeSelection *selection = gtk_tree_view_get_selection(self->table);
    g_autoptr(GtkTreePath) path = NULL;
    GtkTreeIter row;

    *place = (GdkRectangle){0};
    if (!gtk_tree_selection_get_selected(selection, NULL, &row))
        return; /* not in sight: at the table's corner */
    path = gtk_tree_model_get_path(lookup_rows_model(self->rows), &row);
    gtk_tree_view_get_cell_area(self->table, path, lookup_columns_name(self->columns), place);
    gtk_tree_view_convert_bin_window_to_widget_coords(self->table, place->x, place->y, &place->x,
                                                      &place->y);
}

/* --- the object ------------------------------------------------------------------------------ */

/* How many rows fit in is known once there is one. */
static void on_placed(GtkWidget *table, GdkRectangle *place, gpointer data)
{
    SottoLookupView *self = data;
    g_autoptr(GtkTreePath) first = gtk_tree_path_new_first();
    GdkRectangle row = {0};
    guint sight = 1;
    int header;

    gtk_tree_view_get_background_area(self->table, first, lookup_columns_name(self->columns), &row);
    gtk_tree_view_convert_bin_window_to_widget_coords(self->table, 0, 0, NULL, &header);
    if (row.height > 0 && place->height - header > row.height)
        sight = (guint)((place->height - header) / row.height);
    lookup_columns_fit(self->columns, place->width);
    if (sight == self->sight)
        return;
    self->sight = sight;
    fill_soon(self);
}

static void sotto_lookup_view_dispose(GObject *object)
{
    SottoLookupView *self = SOTTO_LOOKUP_VIEW(object);

    if (self->model != NULL)
        g_signal_handlers_disconnect_by_data(self->model, self);
    g_clear_object(&self->model);
    g_clear_handle_id(&self->pace_source, g_source_remove);
    g_clear_pointer(&self->columns, lookup_columns_free);
    G_OBJECT_CLASS(sotto_lookup_view_parent_class)->dispose(object);
}

static void sotto_lookup_view_finalize(GObject *object)
{
    SottoLookupView *self = SOTTO_LOOKUP_VIEW(object);

    lookup_rows_free(self->rows);
    G_OBJECT_CLASS(sotto_lookup_view_parent_class)->finalize(object);
}

static void sotto_lookup_view_class_init(SottoLookupViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_PLAIN_TABLE); /* named in the template */
    G_OBJECT_CLASS(class)->dispose = sotto_lookup_view_dispose;
    G_OBJECT_CLASS(class)->finalize = sotto_lookup_view_finalize;
    signals[SIGNAL_SHOWN] = g_signal_new("shown", SOTTO_TYPE_LOOKUP_VIEW, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_CHOSEN] = g_signal_new("chosen", SOTTO_TYPE_LOOKUP_VIEW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_MENU] =
        g_signal_new("menu", SOTTO_TYPE_LOOKUP_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 1, GDK_TYPE_EVENT | G_SIGNAL_TYPE_STATIC_SCOPE);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/lookup-view.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoLookupView, table);
    gtk_widget_class_bind_template_child(widget_class, SottoLookupView, adjustment);
    gtk_widget_class_bind_template_callback(widget_class, on_scrolled);
    gtk_widget_class_bind_template_callback(widget_class, on_wheel);
    gtk_widget_class_bind_template_callback(widget_class, on_selected);
    gtk_widget_class_bind_template_callback(widget_class, on_key_press);
    gtk_widget_class_bind_template_callback(widget_class, on_button_press);
    gtk_widget_class_bind_template_callback(widget_class, on_placed);
}

static void sotto_lookup_view_init(SottoLookupView *self)
{
    self->rows = lookup_rows_new();
    self->sight = 1;
    gtk_widget_init_template(GTK_WIDGET(self));
    self->columns = lookup_columns_new(self->table);
    gtk_tree_view_set_model(self->table, lookup_rows_model(self->rows));
}
