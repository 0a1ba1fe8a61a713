/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list is not trusted because of where it was fetched, but because it is signed; so what it shows
 * is the time of the signature. One that is refused leaves the one in use as it is.
 */
#include "lists_view.h"

#include "fact_group.h"
#include "figure.h"
#include "wording.h"

#include <glib/gi18n.h>

struct _SottoListsView {
    GtkBox parent_instance;
    SottoHelper *helper;
    GCancellable *question;
    GCancellable *lifetime;
    gboolean refreshing;
    gboolean held; /* the button below the lists is folded with them */

    SottoFactGroup *group;
    GtkWidget *actions, *refresh;
    GtkLabel *sentence;
};

G_DEFINE_FINAL_TYPE(SottoListsView, sotto_lists_view, GTK_TYPE_BOX)

static void say(SottoListsView *self, const char *text, gboolean failed)
{
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(self->sentence));

    if (failed)
        gtk_style_context_add_class(style, "bad");
    else
        gtk_style_context_remove_class(style, "bad");
    gtk_label_set_text(self->sentence, text);
    gtk_widget_set_sensitive(self->refresh,
                             !self->refreshing &&
                                 sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT);
}

/* --- what is there ------------------------------------------------------------------------- */

/* "300 entries, signed on 22 November 2026, 10:14", and what failed below it (transfer full). */
static char *describe_list(const SottoListSource *source)
{
    g_autofree char *count = figure_count(source->entries);
    g_autofree char *moment = figure_moment(source->signed_at_s);
    g_autofree char *failure = sotto_wording(source->failure);
    g_autofree char *read = NULL;

    if (source->signed_at_s != 0)
        /* Translators: a number, and when a list was signed: a date and a time. */
        read = g_strdup_printf(
            ngettext("%s entry, signed on %s", "%s entries, signed on %s", source->entries), count,
            moment);
    else
        read = g_strdup(_("Not fetched yet"));
    return failure[0] != '\0' ? g_strdup_printf("%s\n%s", read, failure) : g_steal_pointer(&read);
}

/* When the one that was looked for last was, and how many were refused (transfer full). */
static char *describe_all(const GPtrArray *sources)
{
    gint64 checked_s = 0;
    guint failed = 0;
    g_autofree char *moment = NULL;

    for (guint i = 0; i < sources->len; i++) {
        const SottoListSource *source = sources->pdata[i];

        checked_s = MAX(checked_s, source->checked_at_s);
        failed += source->failure[0] != '\0' ? 1 : 0;
    }
    if (failed > 0)
        return g_strdup_printf(
            ngettext("%u list could not be refreshed", "%u lists could not be refreshed", failed),
            failed);
    if (checked_s == 0)
        return g_strdup(_("Not fetched yet"));
    moment = figure_moment(checked_s);
    /* Translators: %s is a date and a time. */
    return g_strdup_printf(_("Refreshed on %s"), moment);
}

static void show_sources(SottoListsView *self, const GPtrArray *sources)
{
    g_autofree char *all = describe_all(sources);

    sotto_fact_group_begin(self->group, _("Signed Lists"), all);
    for (guint i = 0; i < sources->len; i++) {
        const SottoListSource *source = sources->pdata[i];
        g_autofree char *text = describe_list(source);

        sotto_fact_group_add(self->group, source->name, text, FACT_WORDS);
    }
    sotto_fact_group_end(self->group);
    if (!self->held)
        sotto_fact_group_hold(self->group, self->actions);
    self->held = TRUE;
    gtk_widget_set_visible(GTK_WIDGET(self), sources->len > 0);
}

static void on_listed(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoListsView *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) sources =
        sotto_helper_list_sources_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    g_clear_object(&self->question);
    if (sources != NULL)
        show_sources(self, sources);
    else
        g_debug("no signed lists: %s", error->message); /* who looks for them sees none */
}

static void forget_question(SottoListsView *self)
{
    if (self->question != NULL)
        g_cancellable_cancel(self->question);
    g_clear_object(&self->question);
}

void sotto_lists_view_update(SottoListsView *self)
{
    gboolean present = sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT;

    gtk_widget_set_sensitive(self->refresh, present && !self->refreshing);
    if (!present || self->question != NULL ||
        !gtk_widget_get_mapped(gtk_widget_get_parent(GTK_WIDGET(self))))
        return;
    self->question = g_cancellable_new();
    sotto_helper_list_sources_async(self->helper, self->question, on_listed, self);
}

/* --- fetching ------------------------------------------------------------------------------ */

static void on_refreshed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoListsView) self = data;
    g_autoptr(GError) error = NULL;
    gboolean done = sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);

    if (g_cancellable_is_cancelled(self->lifetime))
        return;
    self->refreshing = FALSE;
    say(self, done ? _("All lists are up to date.") : error->message, !done);
    sotto_lists_view_update(self);
}

static void on_refresh(GtkButton *button, gpointer data)
{
    SottoListsView *self = data;

    self->refreshing = TRUE;
    say(self, _("Fetching, encrypted…"), FALSE);
    sotto_helper_refresh_sources_async(self->helper, NULL, on_refreshed, g_object_ref(self));
}

/* --- the object ---------------------------------------------------------------------------- */

void sotto_lists_view_follow(SottoListsView *self, SottoHelper *helper)
{
    self->helper = helper;
}

static void sotto_lists_view_destroy(GtkWidget *widget)
{
    SottoListsView *self = SOTTO_LISTS_VIEW(widget);

    g_cancellable_cancel(self->lifetime);
    forget_question(self);
    GTK_WIDGET_CLASS(sotto_lists_view_parent_class)->destroy(widget);
}

static void sotto_lists_view_finalize(GObject *object)
{
    g_object_unref(SOTTO_LISTS_VIEW(object)->lifetime);
    G_OBJECT_CLASS(sotto_lists_view_parent_class)->finalize(object);
}

static void sotto_lists_view_class_init(SottoListsViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_FACT_GROUP); /* named in the template */
    G_OBJECT_CLASS(class)->finalize = sotto_lists_view_finalize;
    widget_class->destroy = sotto_lists_view_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/lists-view.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoListsView, group);
    gtk_widget_class_bind_template_child(widget_class, SottoListsView, actions);
    gtk_widget_class_bind_template_child(widget_class, SottoListsView, refresh);
    gtk_widget_class_bind_template_child(widget_class, SottoListsView, sentence);
    gtk_widget_class_bind_template_callback(widget_class, on_refresh);
}

static void sotto_lists_view_init(SottoListsView *self)
{
    self->lifetime = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}
