/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of the contract, all through one function: asynchronous, with the permission (where
 * the client has it) to ask the user for a password, and with errors turned into sentences on the
 * way back. An absent helper is not refused here: the call itself lets the bus start it, where that
 * is possible. A call made before the bus has answered waits for it, so that nobody has to connect
 * first.
 */
#include "helper.h"
#include "helper_private.h"

#include <gio/gunixfdlist.h>

#define DESCRIPTORS "sotto-descriptors"

static void on_call_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    GError *error = NULL;
    g_autoptr(GUnixFDList) descriptors = NULL;
    GVariant *reply = g_dbus_proxy_call_with_unix_fd_list_finish(G_DBUS_PROXY(source), &descriptors,
                                                                 result, &error);

    if (descriptors != NULL)
        g_object_set_data_full(G_OBJECT(task), DESCRIPTORS, g_steal_pointer(&descriptors),
                               g_object_unref);
    if (reply == NULL)
        g_task_return_error(task, sotto_error_from_bus(error));
    else
        g_task_return_pointer(task, reply, (GDestroyNotify)g_variant_unref);
}

/* Sends what the task holds, now that there is a bus. */
static void send_call(GTask *task, GDBusProxy *proxy)
{
    SottoHelper *self = g_task_get_source_object(task);
    GDBusCallFlags flags = sotto_helper_is_interactive(self)
                               ? G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION
                               : G_DBUS_CALL_FLAGS_NONE;

    if (sotto_helper_presence(self) == SOTTO_PRESENCE_TOO_NEW) {
        g_task_return_error(task, sotto_error_new(SOTTO_ERROR_TOO_NEW));
        return;
    }
    g_dbus_proxy_call_with_unix_fd_list(proxy, g_task_get_name(task), g_task_get_task_data(task),
                                        flags, -1, NULL, g_task_get_cancellable(task),
                                        on_call_ended, g_object_ref(task));
}

static void on_connected_to_call(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    GDBusProxy *proxy = sotto_helper_proxy(SOTTO_HELPER(source));
    GError *error = NULL;

    if (!sotto_helper_connect_finish(SOTTO_HELPER(source), result, &error))
        g_task_return_error(task, error);
    else if (proxy == NULL) /* lost again between the answer and this turn of the loop */
        g_task_return_error(task, sotto_error_new(SOTTO_ERROR_NO_BUS));
    else
        send_call(task, proxy);
}

void sotto_helper_call(SottoHelper *self, const char *method, GVariant *parameters,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    GDBusProxy *proxy = sotto_helper_proxy(self);

    g_task_set_name(task, method);
    if (parameters != NULL)
        g_task_set_task_data(task, g_variant_ref_sink(parameters), (GDestroyNotify)g_variant_unref);
    if (proxy != NULL)
        send_call(task, proxy);
    else
        sotto_helper_connect_async(self, cancellable, on_connected_to_call, g_object_ref(task));
}

GVariant *sotto_helper_call_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, self), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

GUnixFDList *sotto_helper_call_descriptors(GAsyncResult *result)
{
    return g_object_get_data(G_OBJECT(result), DESCRIPTORS);
}

void sotto_helper_turn_on_async(SottoHelper *self, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, "TurnOn", NULL, cancellable, callback, user_data);
}

void sotto_helper_turn_off_async(SottoHelper *self, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, "TurnOff", NULL, cancellable, callback, user_data);
}

void sotto_helper_set_resolver_async(SottoHelper *self, const char *id, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, "SetResolver", g_variant_new("(s)", id), cancellable, callback,
                      user_data);
}

void sotto_helper_pause_async(SottoHelper *self, guint seconds, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, "Pause", g_variant_new("(u)", seconds), cancellable, callback,
                      user_data);
}

void sotto_helper_resume_async(SottoHelper *self, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, "Resume", NULL, cancellable, callback, user_data);
}

gboolean sotto_helper_action_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);

    return reply != NULL;
}

void sotto_helper_list_resolvers_async(SottoHelper *self, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, "ListResolvers", NULL, cancellable, callback, user_data);
}

GVariant *sotto_helper_list_resolvers_finish(SottoHelper *self, GAsyncResult *result,
                                             GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);

    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

void sotto_helper_get_statistics_async(SottoHelper *self, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, "GetStatistics", NULL, cancellable, callback, user_data);
}

gboolean sotto_helper_get_statistics_finish(SottoHelper *self, GAsyncResult *result,
                                            SottoStatistics *statistics, GError **error)
{
    g_autoptr(GVariant) dictionary =
        sotto_helper_get_statistics_dictionary_finish(self, result, error);

    if (dictionary == NULL)
        return FALSE;
    *statistics = sotto_statistics_parse(dictionary);
    return TRUE;
}

GVariant *sotto_helper_get_statistics_dictionary_finish(SottoHelper *self, GAsyncResult *result,
                                                        GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);

    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

void sotto_helper_check_async(SottoHelper *self, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, "CheckProtection", NULL, cancellable, callback, user_data);
}

SottoEvidence *sotto_helper_check_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    g_autoptr(GVariant) dictionary = NULL;

    if (reply == NULL)
        return NULL;
    dictionary = g_variant_get_child_value(reply, 0);
    return sotto_evidence_parse(dictionary);
}
