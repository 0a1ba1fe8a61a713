/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GtkTreeView draws each cell by itself: it fetches all that its renderer shows, twice, makes a
 * style for the cell and another one within it, shares out the cell's room, lays the words out and
 * forgets all of that; then it copies the picture of the table that it has made to the window. A
 * hundred and fifty cells cost more than the frame that they are for. Here a style is made once for
 * each row, and words are laid out once for as long as they are in sight.
 *
 * Only drawing is other than in GTK. Cells and their renderers are there as ever: the height of a
 * row comes of them, and assistive technology reads them.
 */
#include "plain_table.h"

#include "word_layouts.h"

/* Of a column in sight, for one drawing. */
typedef struct Look {
    GtkCellRenderer *renderer;
    int cell;                       /* of the model */
    WordLayouts *words;             /* NULL: it is an icon */
    GdkRectangle background, place; /* of the cell in the first row */
    int across, down;               /* padding */
    gboolean at_end;                /* words stand at the right */
} Look;

struct _SottoPlainTable {
    GtkTreeView parent_instance;
    GHashTable *words; /* GtkCellRenderer → WordLayouts */
    int pointer;       /* where it is over the rows; NOWHERE: it is not */
    gboolean clicked;  /* and not come to by a key since: the focus has no frame */
};

G_DEFINE_FINAL_TYPE(SottoPlainTable, sotto_plain_table, GTK_TYPE_TREE_VIEW)

#define NOWHERE (-1)

/* One drawing of the rows. */
typedef struct Drawing {
    SottoPlainTable *self;
    GtkWidget *widget;
    GtkStyleContext *style;
    cairo_t *cr;
    GArray *looks;
    GdkRectangle row, clip; /* the first row, and what is to be drawn; in the window of the rows */
    int selected, cursor, hovered; /* rows; NOWHERE: none */
} Drawing;

/* --- what there is to be drawn --------------------------------------------------------------- */

static int only_index(GtkTreePath *path)
{
    return path != NULL ? gtk_tree_path_get_indices(path)[0] : NOWHERE;
}

static int selected_row(GtkTreeView *table)
{
    g_autoptr(GtkTreePath) path = NULL;
    GtkTreeModel *model;
    GtkTreeIter row;

    if (gtk_tree_selection_get_selected(gtk_tree_view_get_selection(table), &model, &row))
        path = gtk_tree_model_get_path(model, &row);
    return only_index(path);
}

static int cursor_row(GtkTreeView *table)
{
    g_autoptr(GtkTreePath) path = NULL;

    gtk_tree_view_get_cursor(table, &path, NULL);
    return only_index(path);
}

static WordLayouts *words_of(SottoPlainTable *self, GtkCellRenderer *renderer)
{
    WordLayouts *words = g_hash_table_lookup(self->words, renderer);

    if (words == NULL) {
        words = word_layouts_new(GTK_WIDGET(self), GTK_CELL_RENDERER_TEXT(renderer));
        g_hash_table_insert(self->words, renderer, words);
    }
    return words;
}

static void look_at(Drawing *drawing, GtkTreeViewColumn *column, GtkTreePath *first)
{
    GtkTreeView *table = GTK_TREE_VIEW(drawing->self);
    GtkCellLayout *layout = GTK_CELL_LAYOUT(column);
    g_autoptr(GList) cells = gtk_cell_layout_get_cells(layout);
    Look look = {.renderer = cells->data};
    gboolean mirrored = gtk_widget_get_direction(drawing->widget) == GTK_TEXT_DIR_RTL;
    gboolean has_words = GTK_IS_CELL_RENDERER_TEXT(look.renderer);
    float xalign;

    look.cell = gtk_cell_area_attribute_get_column(gtk_cell_layout_get_area(layout), look.renderer,
                                                   has_words ? "text" : "icon-name");
    look.words = has_words ? words_of(drawing->self, look.renderer) : NULL;
    gtk_tree_view_get_background_area(table, first, column, &look.background);
    gtk_tree_view_get_cell_area(table, first, column, &look.place);
    gtk_cell_renderer_get_padding(look.renderer, &look.across, &look.down);
    gtk_cell_renderer_get_alignment(look.renderer, &xalign, NULL);
    look.at_end = (xalign > 0.5f) != mirrored;
    g_array_append_val(drawing->looks, look);
}

static void look_at_columns(Drawing *drawing)
{
    g_autoptr(GList) columns = gtk_tree_view_get_columns(GTK_TREE_VIEW(drawing->self));
    g_autoptr(GtkTreePath) first = gtk_tree_path_new_first();

    for (GList *item = columns; item != NULL; item = item->next)
        if (gtk_tree_view_column_get_visible(item->data))
            look_at(drawing, item->data, first);
    if (drawing->looks->len > 0)
        drawing->row = g_array_index(drawing->looks, Look, 0).background;
}

/* --- cells ----------------------------------------------------------------------------------- */

/* The cell of the first row, `down` pixels further down. */
static GdkRectangle moved(const GdkRectangle *place, int down)
{
    return (GdkRectangle){place->x, place->y + down, place->width, place->height};
}

static void draw_words(Drawing *drawing, const Look *look, const char *words, int down)
{
    GdkRectangle place = moved(&look->place, down);
    PangoRectangle extents;
    int room = place.width - 2 * look->across, x, y;
    PangoLayout *layout = word_layouts_get(look->words, words, room);

    pango_layout_get_pixel_extents(layout, NULL, &extents);
    x = place.x + look->across - extents.x;
    if (look->at_end)
        x += MAX(room - extents.width, 0);
    y = place.y + look->down;
    y += MAX((place.height - extents.height - 2 * look->down) / 2, 0);
    cairo_save(drawing->cr);
    gdk_cairo_rectangle(drawing->cr, &place);
    cairo_clip(drawing->cr);
    gtk_render_layout(drawing->style, drawing->cr, x, y, layout);
    cairo_restore(drawing->cr);
}

/* Few cells have one: the renderer may draw it. */
static void draw_icon(Drawing *drawing, const Look *look, const char *name, int down,
                      GtkCellRendererState flags)
{
    GdkRectangle background = moved(&look->background, down), place = moved(&look->place, down);

    g_object_set(look->renderer, "icon-name", name, NULL);
    gtk_cell_renderer_render(look->renderer, drawing->cr, drawing->widget, &background, &place,
                             flags);
}

static void draw_cell(Drawing *drawing, const Look *look, GtkTreeIter *row, int down,
                      GtkCellRendererState flags)
{
    g_autofree char *shown = NULL;

    gtk_tree_model_get(gtk_tree_view_get_model(GTK_TREE_VIEW(drawing->self)), row, look->cell,
                       &shown, -1);
    if (shown == NULL || shown[0] == '\0')
        return;
    if (look->words != NULL)
        draw_words(drawing, look, shown, down);
    else
        draw_icon(drawing, look, shown, down, flags);
}

/* --- rows ------------------------------------------------------------------------------------ */

static GtkCellRendererState flags_of(const Drawing *drawing, int index)
{
    GtkCellRendererState flags = 0;

    if (index == drawing->selected)
        flags |= GTK_CELL_RENDERER_SELECTED;
    if (index == drawing->cursor)
        flags |= GTK_CELL_RENDERER_FOCUSED;
    if (index == drawing->hovered)
        flags |= GTK_CELL_RENDERER_PRELIT;
    return flags;
}

static void draw_focus(Drawing *drawing, int down)
{
    GdkWindow *window = gtk_tree_view_get_bin_window(GTK_TREE_VIEW(drawing->self));

    if (gtk_widget_has_visible_focus(drawing->widget) && !drawing->self->clicked)
        gtk_render_focus(drawing->style, drawing->cr, 0, drawing->row.y + down,
                         gdk_window_get_width(window), drawing->row.height);
}

static void draw_row(Drawing *drawing, GtkTreeIter *row, int index)
{
    int down = index * drawing->row.height;
    GtkCellRendererState flags = flags_of(drawing, index);

    gtk_style_context_save(drawing->style);
    gtk_style_context_set_state(drawing->style,
                                gtk_cell_renderer_get_state(NULL, drawing->widget, flags));
    gtk_style_context_add_class(drawing->style, GTK_STYLE_CLASS_CELL);
    for (guint i = 0; i < drawing->looks->len; i++) {
        const Look *look = &g_array_index(drawing->looks, Look, i);
        GdkRectangle area = moved(&look->background, down);
        gtk_render_background(drawing->style, drawing->cr, area.x, area.y, area.width, area.height);
        gtk_render_frame(drawing->style, drawing->cr, area.x, area.y, area.width, area.height);
        draw_cell(drawing, look, row, down, flags);
    }
    if (index == drawing->cursor)
        draw_focus(drawing, down);
    gtk_style_context_restore(drawing->style);
}

static void draw_empty(Drawing *drawing, int from)
{
    GdkWindow *window = gtk_tree_view_get_bin_window(GTK_TREE_VIEW(drawing->self));
    int height = gdk_window_get_height(window);

    if (from >= height)
        return;
    gtk_style_context_save(drawing->style);
    gtk_style_context_add_class(drawing->style, GTK_STYLE_CLASS_CELL);
    gtk_render_background(drawing->style, drawing->cr, 0, from, gdk_window_get_width(window),
                          height - from);
    gtk_style_context_restore(drawing->style);
}

static gboolean is_in_sight(const Drawing *drawing, int index)
{
    int y = drawing->row.y + index * drawing->row.height;

    return y < drawing->clip.y + drawing->clip.height && y + drawing->row.height > drawing->clip.y;
}

static void draw_rows(Drawing *drawing)
{
    GtkTreeModel *model = gtk_tree_view_get_model(GTK_TREE_VIEW(drawing->self));
    GtkTreeIter row;
    int index = 0;

    for (gboolean more = model != NULL && gtk_tree_model_get_iter_first(model, &row); more;
         more = gtk_tree_model_iter_next(model, &row)) {
        if (is_in_sight(drawing, index))
            draw_row(drawing, &row, index);
        index++;
    }
    draw_empty(drawing, drawing->row.y + index * drawing->row.height);
}

static int row_at(const Drawing *drawing, int y)
{
    return y != NOWHERE && drawing->row.height > 0 && y >= drawing->row.y
               ? (y - drawing->row.y) / drawing->row.height
               : NOWHERE;
}

/* --- the table ------------------------------------------------------------------------------- */

static void draw_header(SottoPlainTable *self, cairo_t *cr)
{
    g_autoptr(GList) columns = gtk_tree_view_get_columns(GTK_TREE_VIEW(self));

    for (GList *item = columns; item != NULL; item = item->next)
        if (gtk_tree_view_column_get_visible(item->data))
            gtk_container_propagate_draw(GTK_CONTAINER(self),
                                         gtk_tree_view_column_get_button(item->data), cr);
}

/* Below the header, whatever there is above it in the window of the rows. */
static void clip_to_rows(SottoPlainTable *self, cairo_t *cr)
{
    GtkWidget *widget = GTK_WIDGET(self);
    int header;

    gtk_tree_view_convert_bin_window_to_widget_coords(GTK_TREE_VIEW(self), 0, 0, NULL, &header);
    cairo_rectangle(cr, 0, header, gtk_widget_get_allocated_width(widget),
                    gtk_widget_get_allocated_height(widget) - header);
    cairo_clip(cr);
    gtk_cairo_transform_to_window(cr, widget, gtk_tree_view_get_bin_window(GTK_TREE_VIEW(self)));
}

static gboolean sotto_plain_table_draw(GtkWidget *widget, cairo_t *cr)
{
    SottoPlainTable *self = SOTTO_PLAIN_TABLE(widget);
    GtkTreeView *table = GTK_TREE_VIEW(widget);
    g_autoptr(GArray) looks = g_array_new(FALSE, FALSE, sizeof(Look));
    Drawing drawing = {.self = self,
                       .widget = widget,
                       .style = gtk_widget_get_style_context(widget),
                       .cr = cr,
                       .looks = looks,
                       .selected = selected_row(table),
                       .cursor = cursor_row(table)};

    draw_header(self, cr);
    cairo_save(cr);
    clip_to_rows(self, cr);
    if (gdk_cairo_get_clip_rectangle(cr, &drawing.clip)) {
        look_at_columns(&drawing);
        drawing.hovered = row_at(&drawing, self->pointer);
        draw_rows(&drawing);
    }
    cairo_restore(cr);
    return GDK_EVENT_PROPAGATE;
}

/* --- pointer and keys ------------------------------------------------------------------------ */

static gboolean sotto_plain_table_motion(GtkWidget *widget, GdkEventMotion *event)
{
    SottoPlainTable *self = SOTTO_PLAIN_TABLE(widget);

    if (event->window == gtk_tree_view_get_bin_window(GTK_TREE_VIEW(widget)))
        self->pointer = (int)event->y;
    return GTK_WIDGET_CLASS(sotto_plain_table_parent_class)->motion_notify_event(widget, event);
}

static gboolean sotto_plain_table_leave(GtkWidget *widget, GdkEventCrossing *event)
{
    SOTTO_PLAIN_TABLE(widget)->pointer = NOWHERE;
    return GTK_WIDGET_CLASS(sotto_plain_table_parent_class)->leave_notify_event(widget, event);
}

static gboolean on_click(SottoPlainTable *self)
{
    self->clicked = TRUE;
    return GDK_EVENT_PROPAGATE;
}

static gboolean on_move_cursor(SottoPlainTable *self)
{
    self->clicked = FALSE;
    return FALSE;
}

static gboolean sotto_plain_table_focus(GtkWidget *widget, GtkDirectionType direction)
{
    SOTTO_PLAIN_TABLE(widget)->clicked = FALSE;
    return GTK_WIDGET_CLASS(sotto_plain_table_parent_class)->focus(widget, direction);
}

/* --- the object ------------------------------------------------------------------------------ */

/* A renderer and its words go together: columns are there as long as the table. */
static void sotto_plain_table_finalize(GObject *object)
{
    g_hash_table_unref(SOTTO_PLAIN_TABLE(object)->words);
    G_OBJECT_CLASS(sotto_plain_table_parent_class)->finalize(object);
}

static void sotto_plain_table_class_init(SottoPlainTableClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_plain_table_finalize;
    widget_class->draw = sotto_plain_table_draw;
    widget_class->focus = sotto_plain_table_focus;
    widget_class->motion_notify_event = sotto_plain_table_motion;
    widget_class->leave_notify_event = sotto_plain_table_leave;
}

static void sotto_plain_table_init(SottoPlainTable *self)
{
    self->pointer = NOWHERE;
    self->words = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)word_layouts_free);
    g_signal_connect(self, "button-press-event", G_CALLBACK(on_click), NULL);
    g_signal_connect(self, "move-cursor", G_CALLBACK(on_move_cursor), NULL);
}
