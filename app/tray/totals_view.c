/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A period is one of three dictionaries of the same keys, so that sotto_statistics_parse() reads
 * each; the week is the sum of its days. Of times to answer there is no sum: the week shows from
 * which to which they went, day by day.
 */
#include "totals_view.h"

#include "figure.h"
#include "spoken_row.h"
#include "statistics.h"

#include <glib/gi18n.h>
#include <handy.h>

/* What a period comes to. */
typedef struct Totals {
    SottoStatistics sum;
    guint64 p50_least_us, p95_least_us; /* sum has the most */
    char *period;                       /* in words */
} Totals;

enum {
    ROW_SINCE,
    ROW_LOOKUPS,
    ROW_ENCRYPTED,
    ROW_CACHED,
    ROW_BLOCKED,
    ROW_FAILED,
    ROW_HALF,
    ROW_MOST,
    ROW_BYTES,
    ROWS
};

struct _SottoTotalsView {
    GtkBox parent_instance;
    GVariant *statistics; /* the last ones; NULL: none yet */
    HdyActionRow *rows[ROWS];
    GtkLabel *numbers[ROWS];

    GtkToggleButton *today, *week;
    GtkContainer *list;
};

G_DEFINE_FINAL_TYPE(SottoTotalsView, sotto_totals_view, GTK_TYPE_BOX)

static const char *const row_titles[ROWS] = {
    [ROW_SINCE] = N_("Counted"),
    [ROW_LOOKUPS] = N_("Lookups"),
    [ROW_ENCRYPTED] = N_("Encrypted"),
    [ROW_CACHED] = N_("From the cache"),
    [ROW_BLOCKED] = N_("Blocked"),
    [ROW_FAILED] = N_("Failed"),
    [ROW_HALF] = N_("Half of the answers came within"),
    [ROW_MOST] = N_("95 of 100 answers came within"),
    [ROW_BYTES] = N_("Sent and received"),
};

/* --- periods --------------------------------------------------------------------------------- */

/* Adds a day to the week. */
static void totals_add(Totals *totals, const SottoStatistics *day)
{
    SottoStatistics *sum = &totals->sum;

    sum->queries += day->queries;
    sum->encrypted += day->encrypted;
    sum->cache_hits += day->cache_hits;
    sum->blocked += day->blocked;
    sum->failed += day->failed;
    sum->bytes_sent += day->bytes_sent;
    sum->bytes_received += day->bytes_received;
    if (day->latency_p50_us == 0)
        return; /* nothing was asked */
    totals->p50_least_us = totals->p50_least_us == 0
                               ? day->latency_p50_us
                               : MIN(totals->p50_least_us, day->latency_p50_us);
    totals->p95_least_us = totals->p95_least_us == 0
                               ? day->latency_p95_us
                               : MIN(totals->p95_least_us, day->latency_p95_us);
    sum->latency_p50_us = MAX(sum->latency_p50_us, day->latency_p50_us);
    sum->latency_p95_us = MAX(sum->latency_p95_us, day->latency_p95_us);
}

/* The days of a list, together; the period goes from the first to the last. */
static Totals totals_of_days(GVariant *days)
{
    Totals totals = {0};
    g_autofree char *first = NULL, *last = NULL;

    for (gsize i = 0; days != NULL && i < g_variant_n_children(days); i++) {
        g_autoptr(GVariant) day = g_variant_get_child_value(days, i);
        SottoStatistics statistics = sotto_statistics_parse(day);
        const char *date = "";
        totals_add(&totals, &statistics);
        g_variant_lookup(day, "day", "&s", &date);
        if (first == NULL)
            first = figure_date(date);
        g_free(last);
        last = figure_date(date);
    }
    if (g_strcmp0(first, last) == 0)
        totals.period = g_strdup(first != NULL ? first : "");
    else
        /* Translators: two dates. */
        totals.period = g_strdup_printf(_("%s to %s"), first, last);
    return totals;
}

static Totals totals_of_all(GVariant *statistics)
{
    SottoStatistics all = sotto_statistics_parse(statistics);
    g_autofree char *since = figure_moment(all.since_s);
    Totals totals = {.sum = all};

    totals.p50_least_us = all.latency_p50_us;
    totals.p95_least_us = all.latency_p95_us;
    /* Translators: a date and a time of day. */
    totals.period = g_strdup_printf(_("Since %s"), since);
    return totals;
}

/* Of the period that is chosen. */
static Totals totals_chosen(SottoTotalsView *self)
{
    if (gtk_toggle_button_get_active(self->today)) {
        g_autoptr(GVariant) today =
            g_variant_lookup_value(self->statistics, "today", G_VARIANT_TYPE_VARDICT);
        g_autoptr(GVariant) days = NULL;
        if (today != NULL)
            days = g_variant_ref_sink(g_variant_new_array(G_VARIANT_TYPE_VARDICT, &today, 1));
        return totals_of_days(days);
    }
    if (gtk_toggle_button_get_active(self->week)) {
        g_autoptr(GVariant) week =
            g_variant_lookup_value(self->statistics, "week", G_VARIANT_TYPE("aa{sv}"));
        return totals_of_days(week);
    }
    return totals_of_all(self->statistics);
}

static char *time_range(guint64 least_us, guint64 most_us)
{
    g_autofree char *least = figure_time((double)least_us);
    g_autofree char *most = figure_time((double)most_us);

    if (most_us == 0)
        return g_strdup(_("no resolver was asked"));
    if (g_str_equal(least, most))
        return g_steal_pointer(&most);
    /* Translators: two times, such as 8 ms and 16 ms. */
    return g_strdup_printf(_("%s to %s, by day"), least, most);
}

/* The number of a row in words (transfer full). */
static char *row_text(const Totals *totals, guint row)
{
    const SottoStatistics *sum = &totals->sum;
    g_autofree char *sent = g_format_size(sum->bytes_sent);
    g_autofree char *received = g_format_size(sum->bytes_received);

    switch (row) {
    case ROW_SINCE:
        return g_strdup(totals->period);
    case ROW_LOOKUPS:
        return figure_count((double)sum->queries);
    case ROW_ENCRYPTED:
        return figure_share(sum->encrypted, sum->queries);
    case ROW_CACHED:
        return figure_share(sum->cache_hits, sum->queries);
    case ROW_BLOCKED:
        return figure_share(sum->blocked, sum->queries);
    case ROW_FAILED:
        return figure_share(sum->failed, sum->queries);
    case ROW_HALF:
        return time_range(totals->p50_least_us, sum->latency_p50_us);
    case ROW_MOST:
        return time_range(totals->p95_least_us, sum->latency_p95_us);
    default:
        /* Translators: two sizes, such as 1.2 MB. */
        return g_strdup_printf(_("%s sent, %s received"), sent, received);
    }
}

static void show(SottoTotalsView *self)
{
    Totals totals = totals_chosen(self);

    for (guint row = 0; row < ROWS; row++) {
        AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self->rows[row]));
        g_autofree char *text = row_text(&totals, row);
        if (g_str_equal(gtk_label_get_text(self->numbers[row]), text))
            continue; /* no layout, and no word of a screen reader */
        gtk_label_set_text(self->numbers[row], text);
        atk_object_set_description(accessible, text);
    }
    g_free(totals.period);
}

void sotto_totals_view_show(SottoTotalsView *self, GVariant *statistics)
{
    g_variant_ref(statistics); /* it may be the same */
    g_clear_pointer(&self->statistics, g_variant_unref);
    self->statistics = statistics;
    show(self);
}

static void on_period(GtkToggleButton *button, gpointer data)
{
    SottoTotalsView *self = data;

    if (self->statistics != NULL && gtk_toggle_button_get_active(button))
        show(self);
}

void sotto_totals_view_describe(SottoTotalsView *self, GString *text)
{
    for (guint row = 0; row < ROWS; row++)
        g_string_append_printf(text, "%s: %s\n", _(row_titles[row]),
                               gtk_label_get_text(self->numbers[row]));
}

/* --- the object ------------------------------------------------------------------------------ */

static void make_row(SottoTotalsView *self, guint row)
{
    GtkWidget *line = hdy_action_row_new(), *number = gtk_label_new(NULL);

    spoken_row_set(HDY_ACTION_ROW(line), _(row_titles[row]), "");
    hdy_action_row_set_title_lines(HDY_ACTION_ROW(line), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(number), "figure");
    gtk_label_set_line_wrap(GTK_LABEL(number), TRUE);
    gtk_label_set_xalign(GTK_LABEL(number), 1);
    gtk_container_add(GTK_CONTAINER(line), number);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(line), FALSE);
    gtk_widget_show_all(line);
    gtk_container_add(self->list, line);
    self->rows[row] = HDY_ACTION_ROW(line);
    self->numbers[row] = GTK_LABEL(number);
}

static void sotto_totals_view_finalize(GObject *object)
{
    g_clear_pointer(&SOTTO_TOTALS_VIEW(object)->statistics, g_variant_unref);
    G_OBJECT_CLASS(sotto_totals_view_parent_class)->finalize(object);
}

static void sotto_totals_view_class_init(SottoTotalsViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_totals_view_finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/totals-view.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoTotalsView, today);
    gtk_widget_class_bind_template_child(widget_class, SottoTotalsView, week);
    gtk_widget_class_bind_template_child(widget_class, SottoTotalsView, list);
    gtk_widget_class_bind_template_callback(widget_class, on_period);
}

static void sotto_totals_view_init(SottoTotalsView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    for (guint row = 0; row < ROWS; row++)
        make_row(self, row);
}
