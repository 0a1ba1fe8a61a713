/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of resolvers, its search and the choice. No row is built before the page is first
 * visited; see resolver_list.c.
 *
 * Choosing asks the helper, which proves the resolver before it is used. That takes seconds, so the
 * radio button stays where the user put it meanwhile, and goes back, with the reason, if it is
 * refused.
 */
#include "resolvers_page.h"

#include "resolver_list.h"

#include <glib/gi18n.h>

struct _SottoResolversPage {
    GtkBin parent_instance;
    SottoHelper *helper;
    Catalogue *catalogue;
    GCancellable *lifetime;
    gulong catalogue_handler;
    ResolverList *rows; /* NULL before the first visit */
    char *pending;      /* id that the helper is proving; NULL */

    GtkSearchEntry *search;
    GtkLabel *message;
    GtkListBox *list;
};

G_DEFINE_FINAL_TYPE(SottoResolversPage, sotto_resolvers_page, GTK_TYPE_BIN)

/* --- choosing ------------------------------------------------------------------------------ */

static void show_message(SottoResolversPage *self, const char *text, gboolean failed)
{
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(self->message));

    if (failed)
        gtk_style_context_add_class(style, "bad");
    else
        gtk_style_context_remove_class(style, "bad");
    if (text != NULL)
        gtk_label_set_text(self->message, text);
    gtk_widget_set_visible(GTK_WIDGET(self->message), text != NULL);
}

static void on_resolver_set(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoResolversPage) self = data;
    g_autoptr(GError) error = NULL;
    gboolean done = sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);

    if (g_cancellable_is_cancelled(self->lifetime))
        return;
    g_clear_pointer(&self->pending, g_free);
    show_message(self, done ? NULL : error->message, !done);
    sotto_resolvers_page_update(self);
    catalogue_refresh(self->catalogue); /* proving it measured it */
}

static void on_chosen(SottoResolverRow *row, gpointer data)
{
    SottoResolversPage *self = data;
    g_autofree char *text = NULL;

    if (self->pending != NULL) { /* one at a time: the helper is still proving the last */
        sotto_resolvers_page_update(self);
        return;
    }
    self->pending = g_strdup(sotto_resolver_row_id(row));
    text = g_strdup_printf(_("Trying %s…"), sotto_resolver_row_name(row));
    show_message(self, text, FALSE);
    sotto_helper_set_resolver_async(self->helper, self->pending, NULL, on_resolver_set,
                                    g_object_ref(self));
}

void sotto_resolvers_page_update(SottoResolversPage *self)
{
    const char *chosen =
        self->pending != NULL ? self->pending : sotto_helper_resolver(self->helper);

    if (self->rows == NULL)
        return; /* not visited yet */
    resolver_list_choose(self->rows, chosen);
    gtk_widget_set_sensitive(GTK_WIDGET(self->list),
                             sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT);
}

/* --- searching ----------------------------------------------------------------------------- */

static void on_search_changed(GtkSearchEntry *entry, gpointer data)
{
    SottoResolversPage *self = data;
    g_autofree char *folded = g_utf8_casefold(gtk_entry_get_text(GTK_ENTRY(entry)), -1);

    g_auto(GStrv) words = g_strsplit_set(g_strstrip(folded), " \t", -1);

    if (self->rows != NULL)
        resolver_list_search(self->rows, words);
}

void sotto_resolvers_page_focus_search(SottoResolversPage *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->search));
}

/* --- the list ------------------------------------------------------------------------------ */

static void on_items_changed(SottoResolversPage *self)
{
    if (self->rows != NULL)
        resolver_list_update(self->rows, catalogue_model(self->catalogue));
}

static void sotto_resolvers_page_map(GtkWidget *widget)
{
    SottoResolversPage *self = SOTTO_RESOLVERS_PAGE(widget);

    GTK_WIDGET_CLASS(sotto_resolvers_page_parent_class)->map(widget);
    if (self->rows == NULL) {
        self->rows = resolver_list_new(self->list, G_CALLBACK(on_chosen), self);
        resolver_list_update(self->rows, catalogue_model(self->catalogue));
    }
    sotto_resolvers_page_update(self);
    catalogue_look_at_lists(self->catalogue);
    catalogue_refresh(self->catalogue);
}

/* --- the object ---------------------------------------------------------------------------- */

void sotto_resolvers_page_follow(SottoResolversPage *self, SottoHelper *helper,
                                 Catalogue *catalogue)
{
    self->helper = helper;
    self->catalogue = catalogue;
    self->catalogue_handler = g_signal_connect_swapped(catalogue_model(catalogue), "items-changed",
                                                       G_CALLBACK(on_items_changed), self);
}

static void sotto_resolvers_page_destroy(GtkWidget *widget)
{
    SottoResolversPage *self = SOTTO_RESOLVERS_PAGE(widget);

    g_cancellable_cancel(self->lifetime);
    g_clear_pointer(&self->rows, resolver_list_free);
    if (self->catalogue_handler != 0)
        g_signal_handler_disconnect(catalogue_model(self->catalogue), self->catalogue_handler);
    self->catalogue_handler = 0;
    GTK_WIDGET_CLASS(sotto_resolvers_page_parent_class)->destroy(widget);
}

static void sotto_resolvers_page_finalize(GObject *object)
{
    SottoResolversPage *self = SOTTO_RESOLVERS_PAGE(object);

    g_object_unref(self->lifetime);
    g_free(self->pending);
    G_OBJECT_CLASS(sotto_resolvers_page_parent_class)->finalize(object);
}

static void sotto_resolvers_page_class_init(SottoResolversPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_resolvers_page_finalize;
    widget_class->destroy = sotto_resolvers_page_destroy;
    widget_class->map = sotto_resolvers_page_map;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/resolvers-page.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoResolversPage, search);
    gtk_widget_class_bind_template_child(widget_class, SottoResolversPage, message);
    gtk_widget_class_bind_template_child(widget_class, SottoResolversPage, list);
    gtk_widget_class_bind_template_callback(widget_class, on_search_changed);
}

static void sotto_resolvers_page_init(SottoResolversPage *self)
{
    self->lifetime = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}
