/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A minute of lookups below the proof: that something happens, and that it is encrypted. The
 * minute is known only as far as somebody looked; see minute.c.
 */
#include "minute_view.h"

#include "figure.h"
#include "graph.h"
#include "minute.h"

#include <glib/gi18n.h>

struct _SottoMinuteView {
    HdyPreferencesGroup parent_instance;
    Minute minute;

    SottoGraph *graph;
};

G_DEFINE_FINAL_TYPE(SottoMinuteView, sotto_minute_view, HDY_TYPE_PREFERENCES_GROUP)

static const GraphForm form = {
    .kind = GRAPH_BARS,
    .series_count = MINUTE_KINDS,
    .series =
        {
            [MINUTE_ENCRYPTED] = {N_("Encrypted"), "encrypted"},
            [MINUTE_CACHED] = {N_("From the cache"), "cached"},
            [MINUTE_BLOCKED] = {N_("Blocked"), "blocked"},
        },
    .format = figure_count,
};

static void show(SottoMinuteView *self)
{
    GraphData data = {.points = MINUTE_SECONDS, .values = self->minute.counts[0]};

    sotto_graph_show(self->graph, &data);
}

static void on_statistics(GVariant *dictionary, gpointer data)
{
    SottoMinuteView *self = data;
    SottoStatistics statistics;

    if (dictionary == NULL)
        return; /* the page says that there is no helper */
    statistics = sotto_statistics_parse(dictionary);
    minute_add(&self->minute, g_get_monotonic_time(), &statistics);
    show(self);
}

void sotto_minute_view_follow(SottoMinuteView *self, StatisticsFeed *feed)
{
    statistics_feed_attach(feed, GTK_WIDGET(self), on_statistics, self);
}

static void sotto_minute_view_class_init(SottoMinuteViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_GRAPH); /* named in the template */
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/minute-view.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoMinuteView, graph);
}

static void sotto_minute_view_init(SottoMinuteView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    sotto_graph_set_form(self->graph, &form, _("Lookups of the last minute"));
    show(self);
}
