/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of resolvers. Rich rows are slow to build (500 take 0.4 s), so none exists before the
 * page is first visited, and then they come in batches between which the window stays alive.
 *
 * A newer list with the same resolvers in the same order only changes the rows' text, since a list
 * that is rebuilt under the pointer cannot be used; any other list rebuilds them.
 *
 * Choosing asks the helper, which proves the resolver before it is used. That takes seconds, so the
 * radio button stays where the user put it meanwhile, and goes back, with the reason, if it is
 * refused.
 */
#include "resolvers_page.h"

#include "resolver_row.h"

#include <glib/gi18n.h>

#define ROWS_A_BATCH 16

struct _SottoResolversPage {
    GtkBin parent_instance;
    SottoHelper *helper;
    Catalogue *catalogue;
    GCancellable *lifetime;
    gulong catalogue_handler;
    SottoResolverRow *automatic;
    GPtrArray *waiting; /* of SottoResolver, sorted: rows still to be built */
    GPtrArray *rows;    /* of SottoResolverRow (borrowed), built, in the order of the list */
    guint build_source;
    char *pending; /* id that the helper is proving; NULL */
    char **words;  /* searched for, casefolded */

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

    if (self->automatic == NULL)
        return; /* not visited yet */
    sotto_resolver_row_set_active(self->automatic, g_str_equal(chosen, SOTTO_RESOLVER_AUTO));
    for (guint i = 0; i < self->rows->len; i++) {
        SottoResolverRow *row = g_ptr_array_index(self->rows, i);
        if (g_str_equal(chosen, sotto_resolver_row_id(row)))
            sotto_resolver_row_set_active(row, TRUE);
    }
    gtk_widget_set_sensitive(GTK_WIDGET(self->list),
                             sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT);
}

/* --- searching ----------------------------------------------------------------------------- */

static gboolean filter_row(GtkListBoxRow *row, gpointer data)
{
    SottoResolversPage *self = data;

    return self->words == NULL || !SOTTO_IS_RESOLVER_ROW(row) ||
           sotto_resolver_row_matches(SOTTO_RESOLVER_ROW(row), (const char *const *)self->words);
}

static void on_search_changed(GtkSearchEntry *entry, gpointer data)
{
    SottoResolversPage *self = data;
    g_autofree char *folded = g_utf8_casefold(gtk_entry_get_text(GTK_ENTRY(entry)), -1);

    g_strfreev(self->words);
    self->words = g_strsplit_set(folded, " \t", -1);
    gtk_list_box_invalidate_filter(self->list);
}

void sotto_resolvers_page_focus_search(SottoResolversPage *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->search));
}

/* --- building ------------------------------------------------------------------------------ */

/* What people look for first comes first: their own entries, their favourites, then by name. */
static int rank(SottoResolver *resolver)
{
    SottoResolverFlags flags = sotto_resolver_flags(resolver);

    return (flags & SOTTO_RESOLVER_OWN) != 0 ? 0 : (flags & SOTTO_RESOLVER_FAVOURITE) != 0 ? 1 : 2;
}

static int compare(gconstpointer left, gconstpointer right)
{
    SottoResolver *a = *(SottoResolver *const *)left, *b = *(SottoResolver *const *)right;

    if (rank(a) != rank(b))
        return rank(a) - rank(b);
    return g_utf8_collate(sotto_resolver_name(a), sotto_resolver_name(b));
}

static GPtrArray *sorted_resolvers(SottoResolversPage *self)
{
    GListModel *model = catalogue_model(self->catalogue);
    GPtrArray *sorted = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; i < g_list_model_get_n_items(model); i++)
        g_ptr_array_add(sorted, g_list_model_get_item(model, i));
    g_ptr_array_sort(sorted, compare);
    return sorted;
}

static SottoResolverRow *add_row(SottoResolversPage *self, SottoResolver *resolver)
{
    SottoResolverRow *row = sotto_resolver_row_new(resolver, self->automatic);

    g_signal_connect(row, "chosen", G_CALLBACK(on_chosen), self);
    gtk_widget_show(GTK_WIDGET(row));
    gtk_container_add(GTK_CONTAINER(self->list), GTK_WIDGET(row));
    return row;
}

static gboolean build_batch(gpointer data)
{
    SottoResolversPage *self = data;

    for (guint i = 0; i < ROWS_A_BATCH && self->rows->len < self->waiting->len; i++)
        g_ptr_array_add(self->rows,
                        add_row(self, g_ptr_array_index(self->waiting, self->rows->len)));
    if (self->rows->len < self->waiting->len)
        return G_SOURCE_CONTINUE;
    self->build_source = 0;
    sotto_resolvers_page_update(self);
    return G_SOURCE_REMOVE;
}

/* Shows `sorted` in the rows that stand, if they are of the same resolvers. */
static gboolean update_rows(SottoResolversPage *self, GPtrArray *sorted)
{
    if (self->build_source != 0 || sorted->len != self->rows->len)
        return FALSE;
    for (guint i = 0; i < sorted->len; i++)
        if (!g_str_equal(sotto_resolver_id(g_ptr_array_index(sorted, i)),
                         sotto_resolver_row_id(g_ptr_array_index(self->rows, i))))
            return FALSE;
    for (guint i = 0; i < sorted->len; i++)
        sotto_resolver_row_set_resolver(g_ptr_array_index(self->rows, i),
                                        g_ptr_array_index(sorted, i));
    gtk_list_box_invalidate_filter(self->list);
    return TRUE;
}

static void rebuild(SottoResolversPage *self)
{
    g_autoptr(GPtrArray) sorted = sorted_resolvers(self);

    if (self->automatic == NULL)
        self->automatic = add_row(self, NULL);
    if (update_rows(self, sorted))
        return;
    g_clear_handle_id(&self->build_source, g_source_remove);
    for (guint i = 0; i < self->rows->len; i++)
        gtk_widget_destroy(g_ptr_array_index(self->rows, i));
    g_ptr_array_set_size(self->rows, 0);
    g_ptr_array_unref(self->waiting);
    self->waiting = g_steal_pointer(&sorted);
    self->build_source = g_idle_add(build_batch, self);
}

static void on_items_changed(SottoResolversPage *self)
{
    if (self->automatic != NULL)
        rebuild(self);
}

static void sotto_resolvers_page_map(GtkWidget *widget)
{
    SottoResolversPage *self = SOTTO_RESOLVERS_PAGE(widget);

    GTK_WIDGET_CLASS(sotto_resolvers_page_parent_class)->map(widget);
    if (self->automatic == NULL)
        rebuild(self);
    sotto_resolvers_page_update(self);
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
    g_clear_handle_id(&self->build_source, g_source_remove);
    if (self->catalogue_handler != 0)
        g_signal_handler_disconnect(catalogue_model(self->catalogue), self->catalogue_handler);
    self->catalogue_handler = 0;
    GTK_WIDGET_CLASS(sotto_resolvers_page_parent_class)->destroy(widget);
}

static void sotto_resolvers_page_finalize(GObject *object)
{
    SottoResolversPage *self = SOTTO_RESOLVERS_PAGE(object);

    g_object_unref(self->lifetime);
    g_ptr_array_unref(self->waiting);
    g_ptr_array_unref(self->rows);
    g_strfreev(self->words);
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
    self->waiting = g_ptr_array_new_with_free_func(g_object_unref);
    self->rows = g_ptr_array_new();
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_list_box_set_filter_func(self->list, filter_row, self, NULL);
}
