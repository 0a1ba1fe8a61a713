/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of the contract's second interface: signed lists, relays and own entries, and what the
 * user decides about single resolvers.
 */
#include "helper_private.h"
#include "sotto-build.h"

#define METHOD(name) SOTTO_HELPER_NAME ".Resolvers." name

void sotto_helper_list_sources_async(SottoHelper *self, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("ListSources"), NULL, cancellable, callback, user_data);
}

GPtrArray *sotto_helper_list_sources_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    g_autoptr(GVariant) list = reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;

    return list != NULL ? sotto_list_sources_parse(list) : NULL;
}

void sotto_helper_refresh_sources_async(SottoHelper *self, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("RefreshSources"), NULL, cancellable, callback, user_data);
}

void sotto_helper_list_relays_async(SottoHelper *self, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("ListRelays"), NULL, cancellable, callback, user_data);
}

GVariant *sotto_helper_list_relays_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);

    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

void sotto_helper_add_resolver_async(SottoHelper *self, const char *spec, const char *name,
                                     GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer user_data)
{
    sotto_helper_call(self, METHOD("Add"), g_variant_new("(ss)", spec, name), cancellable, callback,
                      user_data);
}

char *sotto_helper_add_resolver_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    char *id = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(s)", &id);
    return id;
}

void sotto_helper_remove_resolver_async(SottoHelper *self, const char *id,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data)
{
    sotto_helper_call(self, METHOD("Remove"), g_variant_new("(s)", id), cancellable, callback,
                      user_data);
}

void sotto_helper_describe_resolver_async(SottoHelper *self, const char *id,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data)
{
    sotto_helper_call(self, METHOD("Describe"), g_variant_new("(s)", id), cancellable, callback,
                      user_data);
}

GVariant *sotto_helper_describe_resolver_finish(SottoHelper *self, GAsyncResult *result,
                                                GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);

    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

void sotto_helper_set_favourite_async(SottoHelper *self, const char *id, gboolean favourite,
                                      GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer user_data)
{
    sotto_helper_call(self, METHOD("SetFavourite"), g_variant_new("(sb)", id, favourite),
                      cancellable, callback, user_data);
}

void sotto_helper_set_relay_async(SottoHelper *self, const char *id, const char *relay,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
    sotto_helper_call(self, METHOD("SetRelay"), g_variant_new("(ss)", id, relay), cancellable,
                      callback, user_data);
}
