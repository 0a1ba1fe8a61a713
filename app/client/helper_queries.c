/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of the contract's third interface: the way of one question, the cache, the
 * query log, the connections, and who asks around us.
 */
#include "helper_private.h"
#include "sotto-build.h"

#include <gio/gunixfdlist.h>

#define METHOD(name) SOTTO_HELPER_NAME ".Queries." name

void sotto_helper_flush_cache_async(SottoHelper *self, const char *name, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("FlushCache"), g_variant_new("(s)", name), cancellable, callback,
                      user_data);
}

gboolean sotto_helper_flush_cache_finish(SottoHelper *self, GAsyncResult *result, guint *entries,
                                         GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);

    if (reply != NULL)
        g_variant_get(reply, "(u)", entries);
    return reply != NULL;
}

void sotto_helper_set_logging_async(SottoHelper *self, gboolean on, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("SetLogging"), g_variant_new("(b)", on), cancellable, callback,
                      user_data);
}

void sotto_helper_follow_log_async(SottoHelper *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("FollowLog"), NULL, cancellable, callback, user_data);
}

int sotto_helper_follow_log_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    GUnixFDList *descriptors = sotto_helper_call_descriptors(result);
    gint32 handle = -1;

    if (reply == NULL)
        return -1;
    g_variant_get(reply, "(h)", &handle);
    if (descriptors == NULL || handle < 0 || handle >= g_unix_fd_list_get_length(descriptors)) {
        g_propagate_error(error, sotto_error_new(SOTTO_ERROR_MALFORMED));
        return -1;
    }
    return g_unix_fd_list_get(descriptors, handle, error);
}

void sotto_helper_list_connections_async(SottoHelper *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("ListConnections"), NULL, cancellable, callback, user_data);
}

GVariant *sotto_helper_list_connections_finish(SottoHelper *self, GAsyncResult *result,
                                               GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);

    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

void sotto_helper_explain_async(SottoHelper *self, const char *name, const char *type,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data)
{
    sotto_helper_call(self, METHOD("Explain"), g_variant_new("(ss)", name, type), cancellable,
                      callback, user_data);
}

GVariant *sotto_helper_explain_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);

    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

void sotto_helper_list_leaks_async(SottoHelper *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("ListLeaks"), NULL, cancellable, callback, user_data);
}

GPtrArray *sotto_helper_list_leaks_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    g_autoptr(GVariant) list = reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;

    return list != NULL ? sotto_leaks_parse(list) : NULL;
}
