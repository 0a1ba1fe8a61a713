/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a graph is painted. Nothing is kept between two paintings: at most once a second some hundred
 * rectangles are cheaper than a surface that has to follow the theme, the scale and the size.
 *
 * Series differ by their fill (solid, hatched, hollow) or their line (solid, dashed) and not only
 * by colour. Colours are the style's: each series has a class in ui/style.css, which names colours
 * of the theme, so that dark, light and high contrast need nothing here.
 */
#include "graph_drawing.h"

#include <math.h>

#define LABEL_SCALE 0.85
#define LABEL_GAP   6.0 /* between a label and what it belongs to, in pixels */
#define HATCH_STEP  5.0 /* between two strokes of a hatched fill */
#define WIDEST_BAR  48.0
#define GRID_LINES  2 /* above the base line */

/* What a painting needs to know of its surroundings. */
typedef struct Canvas {
    GtkWidget *area;
    cairo_t *cr;
    const GraphForm *form;
    const GraphData *data;
    double top;                 /* the value of the topmost line */
    double x, y, width, height; /* of the plot, without the labels around it */
    gboolean mirrored;          /* the first point is at the right */
    GdkRGBA ink, colour[GRAPH_SERIES];
} Canvas;

const char *graph_sample(GraphKind kind, guint series)
{
    static const char *const fills[GRAPH_SERIES] = {"■", "▨", "□"};
    static const char *const marks[GRAPH_SERIES] = {"●", "○", "◌"};

    return kind == GRAPH_BARS ? fills[series] : marks[series];
}

/* --- measures -------------------------------------------------------------------------------- */

/* The height of a point: of the pile, or of the highest line. */
static double point_height(const GraphForm *form, const GraphData *data, guint point)
{
    const double *values = data->values + (gsize)point * form->series_count;
    double height = 0;

    for (guint s = 0; s < form->series_count; s++)
        height = form->kind == GRAPH_BARS ? height + values[s] : MAX(height, values[s]);
    return height;
}

/* The least of 2, 4, 6, 8, 10, 20, 40… that nothing exceeds: its half is as round as itself. */
static double round_top(const GraphForm *form, const GraphData *data)
{
    static const double steps[] = {2, 4, 6, 8, 10};
    double highest = 0, unit = 1;

    for (guint i = 0; i < data->points; i++)
        highest = MAX(highest, point_height(form, data, i));
    while (highest > unit * 10)
        unit *= 10;
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        if (highest <= unit * steps[i])
            return unit * steps[i];
    return unit * 10;
}

static PangoLayout *label_new(GtkWidget *area, const char *text)
{
    PangoLayout *layout = gtk_widget_create_pango_layout(area, text);
    PangoAttrList *attributes = pango_attr_list_new();

    pango_attr_list_insert(attributes, pango_attr_scale_new(LABEL_SCALE));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    return layout;
}

static PangoLayout *axis_label_new(GtkWidget *area, const GraphForm *form, double value)
{
    g_autofree char *text = form->format(value);

    return label_new(area, text);
}

/* The plot: what the labels leave of the area. */
static void canvas_measure(Canvas *canvas)
{
    g_autoptr(PangoLayout) label = NULL;
    int width, height;
    double side;

    canvas->mirrored = gtk_widget_get_direction(canvas->area) == GTK_TEXT_DIR_RTL;
    canvas->top = round_top(canvas->form, canvas->data);
    label = axis_label_new(canvas->area, canvas->form, canvas->top);
    pango_layout_get_pixel_size(label, &width, &height);
    side = width + LABEL_GAP;
    canvas->x = canvas->mirrored ? 0 : side;
    canvas->width = gtk_widget_get_allocated_width(canvas->area) - side;
    canvas->y = height / 2.0;
    canvas->height = gtk_widget_get_allocated_height(canvas->area) - canvas->y;
    canvas->height -= canvas->data->labels != NULL ? height + LABEL_GAP : height / 2.0;
}

static double slot_width(const Canvas *canvas)
{
    return canvas->width / canvas->data->points;
}

/* The left edge of a point's slot. */
static double slot_x(const Canvas *canvas, guint point)
{
    guint place = canvas->mirrored ? canvas->data->points - 1 - point : point;

    return canvas->x + place * slot_width(canvas);
}

static double value_y(const Canvas *canvas, double value)
{
    return canvas->y + canvas->height * (1 - value / canvas->top);
}

int graph_point_at(GtkWidget *area, const GraphForm *form, const GraphData *data, double x)
{
    Canvas canvas = {.area = area, .form = form, .data = data};
    int place;

    if (data->points == 0)
        return -1;
    canvas_measure(&canvas);
    if (x < canvas.x || x >= canvas.x + canvas.width)
        return -1;
    place = MIN((int)((x - canvas.x) / slot_width(&canvas)), (int)data->points - 1);
    return canvas.mirrored ? (int)data->points - 1 - place : place;
}

/* --- colours --------------------------------------------------------------------------------- */

static void canvas_take_colours(Canvas *canvas)
{
    GtkStyleContext *style = gtk_widget_get_style_context(canvas->area);

    gtk_style_context_get_color(style, gtk_style_context_get_state(style), &canvas->ink);
    for (guint s = 0; s < canvas->form->series_count; s++) {
        gtk_style_context_save(style);
        gtk_style_context_add_class(style, canvas->form->series[s].style);
        gtk_style_context_get_color(style, gtk_style_context_get_state(style), &canvas->colour[s]);
        gtk_style_context_restore(style);
    }
}

static void use_ink(const Canvas *canvas, double strength)
{
    GdkRGBA ink = canvas->ink;

    ink.alpha *= strength;
    gdk_cairo_set_source_rgba(canvas->cr, &ink);
}

/* --- the axes -------------------------------------------------------------------------------- */

static void draw_grid(const Canvas *canvas)
{
    cairo_set_line_width(canvas->cr, 1);
    for (guint i = 0; i <= GRID_LINES; i++) {
        double value = canvas->top * i / GRID_LINES, y = floor(value_y(canvas, value)) + 0.5;
        g_autoptr(PangoLayout) label = axis_label_new(canvas->area, canvas->form, value);
        int width, height;

        use_ink(canvas, i == 0 ? 0.4 : 0.15);
        cairo_move_to(canvas->cr, canvas->x, y);
        cairo_rel_line_to(canvas->cr, canvas->width, 0);
        cairo_stroke(canvas->cr);
        pango_layout_get_pixel_size(label, &width, &height);
        use_ink(canvas, 0.75);
        cairo_move_to(canvas->cr,
                      canvas->mirrored ? canvas->width + LABEL_GAP : canvas->x - LABEL_GAP - width,
                      y - height / 2.0);
        pango_cairo_show_layout(canvas->cr, label);
    }
}

/* Labels of the points: every one, or every second, third…, so that none touches another. */
static void draw_labels(const Canvas *canvas)
{
    const char *const *labels = canvas->data->labels;
    double widest = 1;
    guint step;

    for (guint i = 0; i < canvas->data->points; i++) {
        g_autoptr(PangoLayout) label = label_new(canvas->area, labels[i]);
        int width;
        pango_layout_get_pixel_size(label, &width, NULL);
        widest = MAX(widest, width + LABEL_GAP);
    }
    step = (guint)ceil(widest / slot_width(canvas));
    use_ink(canvas, 0.75);
    for (guint i = 0; i < canvas->data->points; i += step) {
        g_autoptr(PangoLayout) label = label_new(canvas->area, labels[i]);
        double centre = slot_x(canvas, i) + slot_width(canvas) / 2;
        int width;
        pango_layout_get_pixel_size(label, &width, NULL);
        cairo_move_to(canvas->cr,
                      CLAMP(centre - width / 2.0, 0,
                            gtk_widget_get_allocated_width(canvas->area) - (double)width),
                      canvas->y + canvas->height + LABEL_GAP);
        pango_cairo_show_layout(canvas->cr, label);
    }
}

/* --- bars ------------------------------------------------------------------------------------ */

static void hatch(cairo_t *cr, const cairo_rectangle_t *place)
{
    /* Strokes lie on one raster for the whole graph, so that neighbours match. */
    int first = (int)floor((place->x - place->height) / HATCH_STEP);
    int end = (int)ceil((place->x + place->width) / HATCH_STEP);

    cairo_save(cr);
    cairo_rectangle(cr, place->x, place->y, place->width, place->height);
    cairo_clip(cr);
    for (int stroke = first; stroke < end; stroke++) {
        cairo_move_to(cr, stroke * HATCH_STEP, place->y + place->height);
        cairo_rel_line_to(cr, place->height, -place->height);
    }
    cairo_set_line_width(cr, 1.5);
    cairo_stroke(cr);
    cairo_restore(cr);
}

static void draw_bar(const Canvas *canvas, guint series, const cairo_rectangle_t *place)
{
    GdkRGBA pale = canvas->colour[series];

    if (series == 0) {
        gdk_cairo_set_source_rgba(canvas->cr, &canvas->colour[0]);
        cairo_rectangle(canvas->cr, place->x, place->y, place->width, place->height);
        cairo_fill(canvas->cr);
        return;
    }
    pale.alpha *= 0.2;
    gdk_cairo_set_source_rgba(canvas->cr, &pale);
    cairo_rectangle(canvas->cr, place->x, place->y, place->width, place->height);
    cairo_fill(canvas->cr);
    gdk_cairo_set_source_rgba(canvas->cr, &canvas->colour[series]);
    if (series == 1)
        hatch(canvas->cr, place);
    cairo_set_line_width(canvas->cr, 1);
    cairo_rectangle(canvas->cr, place->x + 0.5, place->y + 0.5, MAX(place->width - 1, 0),
                    MAX(place->height - 1, 0));
    cairo_stroke(canvas->cr);
}

static void draw_bars(const Canvas *canvas)
{
    guint count = canvas->form->series_count;
    double slot = slot_width(canvas);
    double width = MIN(slot - MAX(1, slot / 4), WIDEST_BAR);

    for (guint i = 0; i < canvas->data->points; i++) {
        double x = slot_x(canvas, i) + (slot - width) / 2, below = 0;
        for (guint s = 0; s < count; s++) {
            double value = canvas->data->values[(gsize)i * count + s];
            double y = value_y(canvas, below + value);
            cairo_rectangle_t place = {x, y, width, value_y(canvas, below) - y};
            if (value > 0)
                draw_bar(canvas, s, &place);
            below += value;
        }
    }
}

/* --- lines ----------------------------------------------------------------------------------- */

static void draw_mark(const Canvas *canvas, guint series, double x, double y)
{
    cairo_new_sub_path(canvas->cr);
    cairo_arc(canvas->cr, x, y, 3.5, 0, 2 * G_PI);
    if (series == 0)
        cairo_fill(canvas->cr);
    else
        cairo_stroke(canvas->cr);
}

/* Hollow marks keep the line out, so lines go first and leave room around each point. */
static void draw_line(const Canvas *canvas, guint series)
{
    static const double dashes[] = {6, 4};
    guint count = canvas->form->series_count;
    double half = slot_width(canvas) / 2;
    gboolean drawing = FALSE;

    gdk_cairo_set_source_rgba(canvas->cr, &canvas->colour[series]);
    cairo_set_line_width(canvas->cr, 2);
    cairo_set_dash(canvas->cr, dashes, series == 0 ? 0 : G_N_ELEMENTS(dashes), 0);
    for (guint i = 0; i < canvas->data->points; i++) {
        double value = canvas->data->values[(gsize)i * count + series];
        double x = slot_x(canvas, i) + half, y = value_y(canvas, value);
        if (value > 0 && drawing)
            cairo_line_to(canvas->cr, x, y);
        else if (value > 0)
            cairo_move_to(canvas->cr, x, y);
        drawing = value > 0;
    }
    cairo_stroke(canvas->cr);
    cairo_set_dash(canvas->cr, NULL, 0, 0);
    for (guint i = 0; i < canvas->data->points; i++) {
        double value = canvas->data->values[(gsize)i * count + series];
        if (value > 0)
            draw_mark(canvas, series, slot_x(canvas, i) + half, value_y(canvas, value));
    }
}

void graph_draw(GtkWidget *area, cairo_t *cr, const GraphForm *form, const GraphData *data)
{
    Canvas canvas = {.area = area, .cr = cr, .form = form, .data = data};

    if (data->points == 0)
        return;
    canvas_measure(&canvas);
    if (canvas.width <= 0 || canvas.height <= 0)
        return;
    canvas_take_colours(&canvas);
    draw_grid(&canvas);
    if (data->labels != NULL)
        draw_labels(&canvas);
    if (form->kind == GRAPH_BARS) {
        draw_bars(&canvas);
        return;
    }
    for (guint s = 0; s < form->series_count; s++)
        draw_line(&canvas, s);
}
