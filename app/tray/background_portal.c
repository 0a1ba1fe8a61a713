/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One call of a portal: org.freedesktop.portal.Background.RequestBackground, and the signal
 * Response of the Request object that it makes. The object's path is known beforehand, so that the
 * signal is listened for before it can be sent. The portal ending without an answer is an answer,
 * too. No window is named as the parent: desktops decide this without a dialog, or ask much later.
 *
 * Source: the documentation of org.freedesktop.portal.Request and .Background in
 * xdg-desktop-portal.
 */
#include "background_portal.h"

#include <glib/gi18n.h>

#define PORTAL_NAME "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define BACKGROUND  "org.freedesktop.portal.Background"
#define REQUEST     "org.freedesktop.portal.Request"

enum { RESPONSE_SUCCESS, RESPONSE_CANCELLED };

/* Data of the task, which lives until the answer. */
typedef struct Request {
    GDBusConnection *bus;
    gboolean autostart;
    char *path; /* of the Request object that is listened to */
    guint response_signal, portal_watch;
    GSource *cancelled;
} Request;

static void request_free(gpointer data)
{
    Request *request = data;

    g_clear_object(&request->bus);
    g_free(request->path);
    g_free(request);
}

/* Nobody listens any more; the task, returned by the caller, ends with its last reference. */
static void stop_listening(GTask *task)
{
    Request *request = g_task_get_task_data(task);

    if (request->response_signal != 0)
        g_dbus_connection_signal_unsubscribe(request->bus, request->response_signal);
    request->response_signal = 0;
    g_clear_handle_id(&request->portal_watch, g_bus_unwatch_name);
    if (request->cancelled != NULL)
        g_source_destroy(request->cancelled);
    g_clear_pointer(&request->cancelled, g_source_unref);
}

static gboolean is_over(GTask *task)
{
    return ((Request *)g_task_get_task_data(task))->response_signal == 0;
}

/* Ends it: `error` (transfer full) or, when NULL, what is so from now on. */
static void end(GTask *task, gboolean on, GError *error)
{
    if (is_over(task)) { /* it was cancelled while the portal was called */
        g_clear_error(&error);
        return;
    }
    g_object_ref(task);
    stop_listening(task);
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, on);
    g_object_unref(task); /* the reference of whoever listened */
    g_object_unref(task);
}

static GError *refusal(void)
{
    return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                               _("Your desktop did not allow it. Its settings for apps may."));
}

static void on_response(GDBusConnection *bus, const char *sender, const char *path,
                        const char *interface, const char *name, GVariant *arguments, gpointer data)
{
    GTask *task = data;
    const Request *request = g_task_get_task_data(task);
    g_autoptr(GVariant) results = NULL;
    gboolean on = FALSE;
    guint32 response;

    if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(ua{sv})")))
        return; /* nobody's answer */
    g_variant_get(arguments, "(u@a{sv})", &response, &results);
    g_variant_lookup(results, "autostart", "b", &on);
    if (response == RESPONSE_SUCCESS && (on || !request->autostart))
        end(task, on, NULL);
    else if (response == RESPONSE_SUCCESS || response == RESPONSE_CANCELLED)
        end(task, FALSE, refusal());
    else
        end(task, FALSE,
            g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED,
                                _("Your desktop could not do it, and does not say why.")));
}

static void on_portal_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    end(data, FALSE,
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED,
                            _("Your desktop's service for apps stopped before it answered.")));
}

static gboolean on_cancelled(GCancellable *cancellable, gpointer data)
{
    end(data, FALSE, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled"));
    return G_SOURCE_REMOVE;
}

/* Not twice to the same: an answer that is under way would be lost in between. */
static void listen(GTask *task, const char *path)
{
    Request *request = g_task_get_task_data(task);

    if (g_strcmp0(request->path, path) == 0)
        return;
    g_free(request->path);
    request->path = g_strdup(path);
    if (request->response_signal != 0)
        g_dbus_connection_signal_unsubscribe(request->bus, request->response_signal);
    request->response_signal =
        g_dbus_connection_signal_subscribe(request->bus, PORTAL_NAME, REQUEST, "Response", path,
                                           NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_response, task, NULL);
}

/* What a desktop without this portal answers. */
static gboolean is_unknown(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT);
}

static void on_called(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Request *request = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    const char *path;

    if (is_over(task))
        return; /* the answer was faster */
    if (reply == NULL) {
        g_message("%s", error->message);
        end(task, FALSE,
            g_error_new_literal(G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                is_unknown(error)
                                    ? _("This desktop has no way for a sandboxed app to start at "
                                        "login.")
                                    : _("Your desktop could not do it, and does not say why.")));
        return;
    }
    g_variant_get(reply, "(&o)", &path);
    listen(task, path); /* an old portal may have chosen another one */
    request->portal_watch =
        g_bus_watch_name_on_connection(request->bus, PORTAL_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       NULL, on_portal_vanished, task, NULL);
}

/* "/…/request/1_42/sotto123", from this connection's name ":1.42" (transfer full) */
static char *request_path(GDBusConnection *bus, const char *token)
{
    g_autofree char *sender = g_strdup(g_dbus_connection_get_unique_name(bus) + 1);

    g_strdelimit(sender, ".", '_');
    return g_strdup_printf(PORTAL_PATH "/request/%s/%s", sender, token);
}

static GVariant *call_parameters(const Request *request, const char *token)
{
    static const char *const command[] = {"sotto", "--background", NULL};
    GVariantBuilder options;

    g_variant_builder_init(&options, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&options, "{sv}", "handle_token", g_variant_new_string(token));
    g_variant_builder_add(&options, "{sv}", "reason",
                          g_variant_new_string(_("Sotto shows in the tray whether your lookups are "
                                                 "protected.")));
    g_variant_builder_add(&options, "{sv}", "autostart", g_variant_new_boolean(request->autostart));
    g_variant_builder_add(&options, "{sv}", "commandline", g_variant_new_strv(command, -1));
    return g_variant_new("(sa{sv})", "", &options);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Request *request = g_task_get_task_data(task);
    GError *error = NULL;
    g_autofree char *token = g_strdup_printf("sotto%u", g_random_int());
    g_autofree char *path = NULL;
    GCancellable *cancellable = g_task_get_cancellable(task);

    request->bus = g_bus_get_finish(result, &error);
    if (request->bus == NULL) {
        g_task_return_error(task, error);
        return;
    }
    path = request_path(request->bus, token);
    g_object_ref(task); /* of those who listen; end() takes it */
    listen(task, path);
    if (cancellable != NULL) {
        request->cancelled = g_cancellable_source_new(cancellable);
        g_source_set_callback(request->cancelled, G_SOURCE_FUNC(on_cancelled), task, NULL);
        g_source_attach(request->cancelled, g_task_get_context(task));
    }
    g_dbus_connection_call(request->bus, PORTAL_NAME, PORTAL_PATH, BACKGROUND, "RequestBackground",
                           call_parameters(request, token), G_VARIANT_TYPE("(o)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_called, g_object_ref(task));
}

void background_portal_request_async(gboolean autostart, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    Request *request = g_new0(Request, 1);

    request->autostart = autostart;
    g_task_set_task_data(task, request, request_free);
    g_bus_get(G_BUS_TYPE_SESSION, cancellable, on_bus, task);
}

gboolean background_portal_request_finish(GAsyncResult *result, gboolean *on, GError **error)
{
    g_autoptr(GError) failure = NULL;
    gboolean value = g_task_propagate_boolean(G_TASK(result), &failure);

    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    *on = value;
    return TRUE;
}
