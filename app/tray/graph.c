/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The widget around graph_drawing.c: a drawing area, and below it the legend, which is a label so
 * that it wraps, is laid out from the right and takes the user's font like any other. A point's
 * numbers are told in a tooltip; all of them, in words, to assistive technology.
 *
 * There is no animation: new numbers replace old ones.
 */
#include "graph.h"

#include "graph_accessible.h"

#include <glib/gi18n.h>

struct _SottoGraph {
    GtkBox parent_instance;
    const GraphForm *form; /* NULL before sotto_graph_set_form() */
    guint points;
    double *values;
    GStrv labels; /* NULL: points have none */

    GtkWidget *area;
    GtkLabel *legend;
};

G_DEFINE_FINAL_TYPE(SottoGraph, sotto_graph, GTK_TYPE_BOX)

static GraphData data_of(const SottoGraph *self)
{
    return (GraphData){self->points, self->values, (const char *const *)self->labels};
}

/* --- the legend ------------------------------------------------------------------------------ */

/* Samples have the colour of what they stand for. */
static void append_sample(GString *markup, GtkStyleContext *style, GraphKind kind,
                          const GraphSeries *series, guint index)
{
    g_autofree char *title = g_markup_escape_text(_(series->title), -1);
    GdkRGBA colour;

    gtk_style_context_save(style);
    gtk_style_context_add_class(style, series->style);
    gtk_style_context_get_color(style, gtk_style_context_get_state(style), &colour);
    gtk_style_context_restore(style);
    g_string_append_printf(markup, "%s<span color=\"#%02x%02x%02x\">%s</span>\u00a0%s",
                           index > 0 ? "   " : "", (guint)(colour.red * 255),
                           (guint)(colour.green * 255), (guint)(colour.blue * 255),
                           graph_sample(kind, index), title);
}

static void show_legend(SottoGraph *self)
{
    GtkStyleContext *style = gtk_widget_get_style_context(self->area);
    g_autoptr(GString) markup = g_string_new(NULL);

    if (self->form == NULL)
        return;
    for (guint s = 0; s < self->form->series_count; s++)
        append_sample(markup, style, self->form->kind, &self->form->series[s], s);
    gtk_label_set_markup(self->legend, markup->str);
    gtk_widget_set_visible(GTK_WIDGET(self->legend), self->form->series_count > 1);
}

/* --- numbers --------------------------------------------------------------------------------- */

void sotto_graph_set_form(SottoGraph *self, const GraphForm *form, const char *title)
{
    self->form = form;
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), title);
    show_legend(self);
}

/* "Encrypted: 84, From the cache: 20", of one point or, below 0, of all together. */
static void append_words(const SottoGraph *self, GString *text, int point)
{
    guint count = self->form->series_count;

    for (guint s = 0; s < count; s++) {
        double value = 0;
        g_autofree char *number = NULL;
        for (guint i = 0; i < self->points; i++)
            if (point < 0 || (guint)point == i)
                value += self->values[(gsize)i * count + s];
        number = self->form->format(value);
        if (s > 0)
            g_string_append(text, ", ");
        /* Translators: what is counted, and how many; in the legend and the words of a graph. */
        g_string_append_printf(text, _("%s: %s"), _(self->form->series[s].title), number);
    }
}

char *sotto_graph_describe(SottoGraph *self)
{
    GString *text = g_string_new(NULL);

    if (self->form == NULL)
        return g_string_free(text, FALSE);
    if (self->labels == NULL)
        append_words(self, text, -1);
    for (guint i = 0; self->labels != NULL && i < self->points; i++) {
        g_string_append_printf(text, "%s%s — ", i > 0 ? "; " : "", self->labels[i]);
        append_words(self, text, (int)i);
    }
    return g_string_free(text, FALSE);
}

/* One number for the whole: of bars, their sum; of lines, where the first is now. */
static double sum_up(const SottoGraph *self)
{
    guint count = self->form->series_count;
    double sum = 0;

    if (self->points == 0)
        return 0;
    if (self->form->kind == GRAPH_LINES)
        return self->values[(gsize)(self->points - 1) * count];
    for (gsize i = 0; i < (gsize)self->points * count; i++)
        sum += self->values[i];
    return sum;
}

void sotto_graph_show(SottoGraph *self, const GraphData *data)
{
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self));
    gsize size = sizeof(double) * data->points * self->form->series_count;
    g_autofree char *text = NULL;

    g_free(self->values);
    g_strfreev(self->labels);
    self->points = data->points;
    self->values = g_memdup2(data->values, size);
    self->labels = g_strdupv((GStrv)data->labels);
    text = sotto_graph_describe(self);
    sotto_graph_accessible_set_value(SOTTO_GRAPH_ACCESSIBLE(accessible), sum_up(self), text);
    gtk_widget_queue_draw(self->area);
}

static gboolean on_draw(GtkWidget *area, cairo_t *cr, gpointer data)
{
    SottoGraph *self = data;
    GraphData shown = data_of(self);

    if (self->form != NULL)
        graph_draw(area, cr, self->form, &shown);
    if (gtk_widget_has_visible_focus(GTK_WIDGET(self)))
        gtk_render_focus(gtk_widget_get_style_context(area), cr, 0, 0,
                         gtk_widget_get_allocated_width(area),
                         gtk_widget_get_allocated_height(area));
    return GDK_EVENT_PROPAGATE;
}

static gboolean on_query_tooltip(GtkWidget *area, int x, int y, gboolean keyboard,
                                 GtkTooltip *tooltip, gpointer data)
{
    SottoGraph *self = data;
    GraphData shown = data_of(self);
    g_autoptr(GString) text = g_string_new(NULL);
    int point;

    if (self->form == NULL || keyboard)
        return FALSE;
    point = graph_point_at(area, self->form, &shown, x);
    if (point < 0)
        return FALSE;
    if (self->labels != NULL)
        g_string_append_printf(text, "%s\n", self->labels[point]);
    append_words(self, text, point);
    gtk_tooltip_set_text(tooltip, text->str);
    return TRUE;
}

/* --- the object ------------------------------------------------------------------------------ */

static void sotto_graph_style_updated(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_graph_parent_class)->style_updated(widget);
    show_legend(SOTTO_GRAPH(widget));
}

static gboolean sotto_graph_focus_changed(GtkWidget *widget, GdkEventFocus *event)
{
    gtk_widget_queue_draw(widget);
    return GDK_EVENT_PROPAGATE;
}

static void sotto_graph_finalize(GObject *object)
{
    SottoGraph *self = SOTTO_GRAPH(object);

    g_free(self->values);
    g_strfreev(self->labels);
    G_OBJECT_CLASS(sotto_graph_parent_class)->finalize(object);
}

static void sotto_graph_class_init(SottoGraphClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_graph_finalize;
    widget_class->style_updated = sotto_graph_style_updated;
    widget_class->focus_in_event = sotto_graph_focus_changed;
    widget_class->focus_out_event = sotto_graph_focus_changed;
    gtk_widget_class_set_accessible_type(widget_class, SOTTO_TYPE_GRAPH_ACCESSIBLE);
    gtk_widget_class_set_template_from_resource(widget_class, "/io/github/sottodns/Sotto/graph.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoGraph, area);
    gtk_widget_class_bind_template_child(widget_class, SottoGraph, legend);
    gtk_widget_class_bind_template_callback(widget_class, on_draw);
    gtk_widget_class_bind_template_callback(widget_class, on_query_tooltip);
}

static void sotto_graph_init(SottoGraph *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
