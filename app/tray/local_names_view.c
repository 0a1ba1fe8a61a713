/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which names leave in clear, and why they may: what the helper does is said in words, and how
 * often it did comes from its counters. They are asked for once, when the view comes into sight;
 * they are no proof to be watched, which is on Status.
 */
#include "local_names_view.h"

#include "figure.h"
#include "spoken_row.h"

#include <glib/gi18n.h>

struct _SottoLocalNamesView {
    HdyPreferencesGroup parent_instance;
    SottoHelper *helper;
    GCancellable *lifetime;

    HdyActionRow *network, *vpn, *nowhere;
};

G_DEFINE_FINAL_TYPE(SottoLocalNamesView, sotto_local_names_view, HDY_TYPE_PREFERENCES_GROUP)

static guint64 count_of(GVariant *statistics, const char *kind)
{
    g_autoptr(GVariant) flows =
        statistics != NULL
            ? g_variant_lookup_value(statistics, "clear-flows", G_VARIANT_TYPE("a{st}"))
            : NULL;
    guint64 count = 0;

    if (flows != NULL)
        g_variant_lookup(flows, kind, "t", &count);
    return count;
}

static void show_row(HdyActionRow *row, const char *title, const char *sentence, guint64 count)
{
    g_autofree char *figure = figure_count((double)count);
    /* Translators: a number of lookups, since the service was started. */
    g_autofree char *counted = g_strdup_printf(
        g_dngettext(NULL, "%s lookup so far.", "%s lookups so far.", (gulong)count), figure);
    g_autofree char *text = g_strjoin(" ", sentence, count > 0 ? counted : NULL, NULL);

    spoken_row_set(row, title, text);
}

static void show(SottoLocalNamesView *self, GVariant *statistics)
{
    show_row(self->network, _("Names of this network"),
             _("Names in the domain that this network announces, such as those of its printers, "
               "are asked of its own DNS, unencrypted. Check Now, on Status, says which domain."),
             count_of(statistics, "network"));
    show_row(self->vpn, _("Names of a VPN"),
             _("Names that a VPN calls its own are asked of its servers, inside its tunnel. A VPN "
               "that takes all traffic also gets all lookups, unless sotto.conf says "
               "VPNLookups=false."),
             count_of(statistics, "vpn"));
    show_row(self->nowhere, _("Names that are nowhere on the internet"),
             _("Names of one word, and those below local, lan, home.arpa and the like, are never "
               "asked of a resolver."),
             0);
}

static void on_statistics(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoLocalNamesView) self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) statistics =
        sotto_helper_get_statistics_dictionary_finish(SOTTO_HELPER(source), result, &error);

    if (statistics == NULL)
        g_debug("nothing is counted: %s", error->message);
    else if (!g_cancellable_is_cancelled(self->lifetime))
        show(self, statistics);
}

void sotto_local_names_view_follow(SottoLocalNamesView *self, SottoHelper *helper)
{
    self->helper = helper;
}

static void sotto_local_names_view_map(GtkWidget *widget)
{
    SottoLocalNamesView *self = SOTTO_LOCAL_NAMES_VIEW(widget);

    GTK_WIDGET_CLASS(sotto_local_names_view_parent_class)->map(widget);
    sotto_helper_get_statistics_async(self->helper, self->lifetime, on_statistics,
                                      g_object_ref(self));
}

/* --- the object ------------------------------------------------------------------------------ */

static void sotto_local_names_view_destroy(GtkWidget *widget)
{
    g_cancellable_cancel(SOTTO_LOCAL_NAMES_VIEW(widget)->lifetime);
    GTK_WIDGET_CLASS(sotto_local_names_view_parent_class)->destroy(widget);
}

static void sotto_local_names_view_finalize(GObject *object)
{
    g_object_unref(SOTTO_LOCAL_NAMES_VIEW(object)->lifetime);
    G_OBJECT_CLASS(sotto_local_names_view_parent_class)->finalize(object);
}

static void sotto_local_names_view_class_init(SottoLocalNamesViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_local_names_view_finalize;
    widget_class->destroy = sotto_local_names_view_destroy;
    widget_class->map = sotto_local_names_view_map;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/local-names-view.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoLocalNamesView, network);
    gtk_widget_class_bind_template_child(widget_class, SottoLocalNamesView, vpn);
    gtk_widget_class_bind_template_child(widget_class, SottoLocalNamesView, nowhere);
}

static void sotto_local_names_view_init(SottoLocalNamesView *self)
{
    self->lifetime = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
    show(self, NULL);
}
