/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers, three times: as graphs, as rows and tables that say the same to those who do not see the
 * graphs, and as files. All come from one dictionary of the helper's, the last that the feed
 * brought; nothing is counted here.
 *
 * Tables are made when the page is first seen.
 */
#include "statistics_page.h"

#include "export.h"
#include "figure.h"
#include "figure_table.h"
#include "graph.h"
#include "totals_view.h"

#include <glib/gi18n.h>
#include <handy.h>

struct _SottoStatisticsPage {
    GtkBin parent_instance;
    GVariant *statistics; /* the last ones; NULL: none */
    gboolean made;        /* what the first visit makes */
    SottoFigureTable *resolvers, *protocols, *days;

    GtkWidget *content;
    GtkLabel *message;
    SottoTotalsView *totals;
    SottoGraph *lookups_graph, *times_graph, *answers_graph;
    GtkWidget *answers_group, *resolvers_group, *protocols_group;
    GtkContainer *resolvers_place, *protocols_place, *days_place;
    GtkButton *copy_button;
};

G_DEFINE_FINAL_TYPE(SottoStatisticsPage, sotto_statistics_page, GTK_TYPE_BIN)

static GVariant *lookup_list(GVariant *statistics, const char *key)
{
    return g_variant_lookup_value(statistics, key, G_VARIANT_TYPE("aa{sv}"));
}

/* --- graphs ---------------------------------------------------------------------------------- */

static const GraphForm lookups_form = {
    .kind = GRAPH_BARS,
    .series_count = 3,
    .series = {{N_("Encrypted"), "encrypted"},
               {N_("From the cache"), "cached"},
               {N_("Blocked"), "blocked"}},
    .format = figure_count,
};

static const GraphForm times_form = {
    .kind = GRAPH_LINES,
    .series_count = 2,
    .series = {{N_("Half of the answers within"), "half"}, {N_("95 of 100 within"), "most"}},
    .format = figure_time,
};

static const GraphForm answers_form = {
    .kind = GRAPH_BARS,
    .series_count = 1,
    .series = {{N_("Answers"), "encrypted"}},
    .format = figure_count,
};

static void show_days(SottoStatisticsPage *self, GVariant *week)
{
    gsize count = week != NULL ? g_variant_n_children(week) : 0;
    g_autofree double *lookups = g_new0(double, count *lookups_form.series_count);
    g_autofree double *times = g_new0(double, count *times_form.series_count);
    g_auto(GStrv) labels = g_new0(char *, count + 1);
    GraphData data = {.points = (guint)count, .labels = (const char *const *)labels};

    for (gsize i = 0; i < count; i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(week, i);
        SottoStatistics day = sotto_statistics_parse(entry);
        const char *date = "";
        g_variant_lookup(entry, "day", "&s", &date);
        labels[i] = figure_day(date);
        lookups[i * 3] = (double)day.encrypted;
        lookups[i * 3 + 1] = (double)day.cache_hits;
        lookups[i * 3 + 2] = (double)day.blocked;
        times[i * 2] = (double)day.latency_p50_us;
        times[i * 2 + 1] = (double)day.latency_p95_us;
    }
    data.values = lookups;
    sotto_graph_show(self->lookups_graph, &data);
    data.values = times;
    sotto_graph_show(self->times_graph, &data);
}

#define FIRST_BUCKET 9 /* all below 2^10 µs are one bar: nobody tells one millisecond from less */

/* Bars from the first bucket that has something to the last one. */
static void show_answers(SottoStatisticsPage *self)
{
    g_autoptr(GVariant) list =
        g_variant_lookup_value(self->statistics, "histogram", G_VARIANT_TYPE("at"));
    gsize buckets = 0, first = G_MAXSIZE, end = 0;
    const guint64 *counts =
        list != NULL ? g_variant_get_fixed_array(list, &buckets, sizeof(guint64)) : NULL;
    g_autofree double *values = g_new0(double, buckets + 1);
    g_auto(GStrv) labels = g_new0(char *, buckets + 1);
    GraphData data = {.labels = (const char *const *)labels};

    for (gsize i = 0; i < buckets; i++) {
        gsize bucket = MAX(i, FIRST_BUCKET);
        values[bucket] += (double)counts[i];
        first = counts[i] > 0 ? MIN(first, bucket) : first;
        end = counts[i] > 0 ? bucket + 1 : end;
    }
    gtk_widget_set_visible(self->answers_group, end > 0);
    if (end == 0)
        return;
    for (gsize i = first; i < end; i++) {
        g_autofree char *bound = figure_time((double)(G_GUINT64_CONSTANT(2) << i));
        /* Translators: answers that took at most so long. */
        labels[i - first] = g_strdup_printf(_("≤ %s"), bound);
    }
    data.points = (guint)(end - first);
    data.values = values + first;
    sotto_graph_show(self->answers_graph, &data);
}

/* --- tables ---------------------------------------------------------------------------------- */

#define COUNTED_COLUMNS                                                                            \
    {N_("Lookups"), "queries", FIGURE_COUNT}, {N_("Failures"), "failures", FIGURE_COUNT},          \
        {N_("Half in"), "latency-p50", FIGURE_TIME},                                               \
        {N_("95 of 100"), "latency-p95", FIGURE_TIME}, {N_("Sent"), "bytes-sent", FIGURE_SIZE},    \
    {                                                                                              \
        N_("Received"), "bytes-received", FIGURE_SIZE                                              \
    }

static const FigureColumn resolver_columns[] = {{N_("Resolver"), "name", FIGURE_TEXT},
                                                COUNTED_COLUMNS};
static const FigureColumn protocol_columns[] = {{N_("Protocol"), "protocol", FIGURE_PROTOCOL},
                                                COUNTED_COLUMNS};
static const FigureColumn day_columns[] = {
    {N_("Day"), "day", FIGURE_DAY},
    {N_("Lookups"), "queries", FIGURE_COUNT},
    {N_("Encrypted"), "encrypted", FIGURE_COUNT},
    {N_("Cache"), "cache-hits", FIGURE_COUNT},
    {N_("Blocked"), "blocked", FIGURE_COUNT},
    {N_("Failed"), "failed", FIGURE_COUNT},
    {N_("Half in"), "latency-p50", FIGURE_TIME},
    {N_("95 of 100"), "latency-p95", FIGURE_TIME},
};

static void show_table(SottoFigureTable *table, GtkWidget *group, GVariant *list)
{
    gtk_widget_set_visible(group, list != NULL && g_variant_n_children(list) > 0);
    sotto_figure_table_show(table, list);
}

static void show_tables(SottoStatisticsPage *self, GVariant *week)
{
    g_autoptr(GVariant) resolvers = lookup_list(self->statistics, "resolvers");
    g_autoptr(GVariant) protocols = lookup_list(self->statistics, "transports");

    show_table(self->resolvers, self->resolvers_group, resolvers);
    show_table(self->protocols, self->protocols_group, protocols);
    sotto_figure_table_show(self->days, week);
}

static SottoFigureTable *make_table(GtkContainer *place, const FigureColumn *columns, guint count,
                                    const char *title)
{
    GtkWidget *table = sotto_figure_table_new(columns, count, title);

    gtk_container_add(place, table);
    return SOTTO_FIGURE_TABLE(table);
}

/* What is made when the page is first seen. */
static void make(SottoStatisticsPage *self)
{
    self->resolvers = make_table(self->resolvers_place, resolver_columns,
                                 G_N_ELEMENTS(resolver_columns), _("Resolvers"));
    self->protocols = make_table(self->protocols_place, protocol_columns,
                                 G_N_ELEMENTS(protocol_columns), _("Protocols"));
    self->days =
        make_table(self->days_place, day_columns, G_N_ELEMENTS(day_columns), _("The Last 7 Days"));
    self->made = TRUE;
}

/* --- showing --------------------------------------------------------------------------------- */

static void show(SottoStatisticsPage *self)
{
    g_autoptr(GVariant) week = NULL;

    gtk_widget_set_visible(GTK_WIDGET(self->message), self->statistics == NULL);
    gtk_widget_set_visible(self->content, self->statistics != NULL);
    if (self->statistics == NULL)
        return;
    week = lookup_list(self->statistics, "week");
    sotto_totals_view_show(self->totals, self->statistics);
    show_days(self, week);
    show_answers(self);
    show_tables(self, week);
}

static void on_statistics(GVariant *statistics, gpointer data)
{
    SottoStatisticsPage *self = data;

    if (!self->made)
        make(self);
    g_clear_pointer(&self->statistics, g_variant_unref);
    if (statistics != NULL)
        self->statistics = g_variant_ref(statistics);
    show(self);
}

/* --- taking away ----------------------------------------------------------------------------- */

static void on_copy(GtkButton *button, gpointer data)
{
    SottoStatisticsPage *self = data;
    SottoFigureTable *const tables[] = {self->days, self->resolvers, self->protocols};
    g_autoptr(GString) text = g_string_new(NULL);

    sotto_totals_view_describe(self->totals, text);
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_string_append_c(text, '\n');
        sotto_figure_table_describe(tables[i], text);
    }
    gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD), text->str, -1);
    gtk_button_set_label(button, _("Copied"));
}

static GtkWindow *window_of(SottoStatisticsPage *self)
{
    return GTK_WINDOW(gtk_widget_get_toplevel(GTK_WIDGET(self)));
}

static void on_export_csv(GtkButton *button, gpointer data)
{
    SottoStatisticsPage *self = data;

    export_ask(window_of(self), _("Export Statistics"), "sotto-statistics.csv",
               export_csv(self->statistics));
}

static void on_export_json(GtkButton *button, gpointer data)
{
    SottoStatisticsPage *self = data;

    export_ask(window_of(self), _("Export Statistics"), "sotto-statistics.json",
               export_json(self->statistics));
}

/* --- the object ------------------------------------------------------------------------------ */

void sotto_statistics_page_follow(SottoStatisticsPage *self, StatisticsFeed *feed)
{
    statistics_feed_attach(feed, GTK_WIDGET(self), on_statistics, self);
}

static void sotto_statistics_page_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_statistics_page_parent_class)->map(widget);
    gtk_button_set_label(SOTTO_STATISTICS_PAGE(widget)->copy_button, _("C_opy"));
}

static void sotto_statistics_page_finalize(GObject *object)
{
    g_clear_pointer(&SOTTO_STATISTICS_PAGE(object)->statistics, g_variant_unref);
    G_OBJECT_CLASS(sotto_statistics_page_parent_class)->finalize(object);
}

static void sotto_statistics_page_class_init(SottoStatisticsPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_GRAPH); /* named in the template */
    g_type_ensure(SOTTO_TYPE_TOTALS_VIEW);
    G_OBJECT_CLASS(class)->finalize = sotto_statistics_page_finalize;
    widget_class->map = sotto_statistics_page_map;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/statistics-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoStatisticsPage, name)
    CHILD(content);
    CHILD(message);
    CHILD(totals);
    CHILD(lookups_graph);
    CHILD(times_graph);
    CHILD(answers_graph);
    CHILD(answers_group);
    CHILD(resolvers_group);
    CHILD(protocols_group);
    CHILD(resolvers_place);
    CHILD(protocols_place);
    CHILD(days_place);
    CHILD(copy_button);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_copy);
    gtk_widget_class_bind_template_callback(widget_class, on_export_csv);
    gtk_widget_class_bind_template_callback(widget_class, on_export_json);
}

static void sotto_statistics_page_init(SottoStatisticsPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    sotto_graph_set_form(self->lookups_graph, &lookups_form, _("Lookups of the last 7 days"));
    sotto_graph_set_form(self->times_graph, &times_form, _("Time to answer in the last 7 days"));
    sotto_graph_set_form(self->answers_graph, &answers_form, _("Answers by the time they took"));
}
