/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of resolvers. It comes from the helper in one answer and is replaced as a whole, also
 * after a restart of the helper, whose configuration may have changed meanwhile.
 */
#include "catalogue.h"

struct Catalogue {
    SottoHelper *helper;
    GListStore *store;
    GCancellable *request; /* NULL while nothing is asked */
    gulong present_handler, changed_handler;
};

static void on_listed(GObject *source, GAsyncResult *result, gpointer data)
{
    Catalogue *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) list =
        sotto_helper_list_resolvers_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* asked anew, or freed */
    g_clear_object(&self->request);
    if (list != NULL)
        sotto_resolver_fill_store(self->store, list);
    else
        g_debug("no list of resolvers: %s", error->message);
}

void catalogue_refresh(Catalogue *self)
{
    if (self->request != NULL || sotto_helper_presence(self->helper) != SOTTO_PRESENCE_PRESENT)
        return;
    self->request = g_cancellable_new();
    sotto_helper_list_resolvers_async(self->helper, self->request, on_listed, self);
}

static void on_looked_at(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) sources =
        sotto_helper_list_sources_finish(SOTTO_HELPER(source), result, &error);

    if (sources == NULL)
        g_debug("no signed lists: %s", error->message);
}

void catalogue_look_at_lists(Catalogue *self)
{
    if (sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT)
        sotto_helper_list_sources_async(self->helper, NULL, on_looked_at, NULL);
}

static void forget_request(Catalogue *self)
{
    if (self->request != NULL)
        g_cancellable_cancel(self->request);
    g_clear_object(&self->request);
}

static void on_present_changed(SottoHelper *helper, GParamSpec *spec, gpointer data)
{
    Catalogue *self = data;

    forget_request(self); /* a request to the helper that went away has no answer */
    catalogue_refresh(self);
}

/* An answer under way may be from before the change. */
static void on_resolvers_changed(Catalogue *self)
{
    forget_request(self);
    catalogue_refresh(self);
}

Catalogue *catalogue_new(SottoHelper *helper)
{
    Catalogue *self = g_new0(Catalogue, 1);

    self->helper = g_object_ref(helper);
    self->store = g_list_store_new(SOTTO_TYPE_RESOLVER);
    self->present_handler =
        g_signal_connect(helper, "notify::present", G_CALLBACK(on_present_changed), self);
    self->changed_handler = g_signal_connect_swapped(helper, "resolvers-changed",
                                                     G_CALLBACK(on_resolvers_changed), self);
    catalogue_refresh(self);
    return self;
}

void catalogue_free(Catalogue *self)
{
    if (self == NULL)
        return;
    forget_request(self);
    g_signal_handler_disconnect(self->helper, self->present_handler);
    g_signal_handler_disconnect(self->helper, self->changed_handler);
    g_object_unref(self->helper);
    g_object_unref(self->store);
    g_free(self);
}

GListModel *catalogue_model(Catalogue *self)
{
    return G_LIST_MODEL(self->store);
}

SottoResolver *catalogue_find(Catalogue *self, const char *id)
{
    GListModel *model = catalogue_model(self);

    for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
        g_autoptr(SottoResolver) resolver = g_list_model_get_item(model, i);
        if (g_str_equal(sotto_resolver_id(resolver), id))
            return resolver; /* the store holds it */
    }
    return NULL;
}
