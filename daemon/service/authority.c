/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Authorisation, by polkit's own D-Bus interface: one method and three numbers, so that no library
 * is needed (polkit(8), org.freedesktop.PolicyKit1.Authority).
 *
 *   the bus: which user is this?  →  polkit: may they?  →  a thread: what is their name?
 *
 * A polkit that does not know our actions decides nothing; what holds then is stand_in.c's.
 *
 * The name comes from nsswitch, which may ask a server, so it is looked up off the main thread.
 */
#include "authority.h"

#include "log.h"
#include "stand_in.h"

#include <pwd.h>
#include <stdbool.h>
#include <unistd.h>

#define FLAG_ALLOW_INTERACTION 1u
#define NAME_BUFFER            16384

typedef struct Check {
    GDBusMethodInvocation *invocation;
    char *action;
    GCancellable *cancellable;
    AuthorityDone done;
    void *owner;
    guint32 uid;
} Check;

static void check_free(Check *check)
{
    g_object_unref(check->invocation);
    g_free(check->action);
    g_object_unref(check->cancellable);
    g_free(check);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Check, check_free)

/* (transfer full) of the check */
static void deny(Check *check, const char *sentence)
{
    g_autoptr(Check) ended = check;
    g_autoptr(GError) error =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, sentence);
    ended->done(ended->owner, NULL, error);
}

static void look_up_name(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    uid_t uid = GPOINTER_TO_UINT(data);
    g_autofree char *buffer = g_malloc(NAME_BUFFER);
    struct passwd entry, *found = NULL;
    int failure = getpwuid_r(uid, &entry, buffer, NAME_BUFFER, &found);
    char *name = failure == 0 && found != NULL ? g_strdup(found->pw_name)
                                               : g_strdup_printf("%u", (unsigned)uid);
    g_task_return_pointer(task, name, g_free);
}

static void on_name(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Check) check = data;
    g_autofree char *name = g_task_propagate_pointer(G_TASK(result), NULL);
    if (name != NULL) /* else cancelled */
        check->done(check->owner, name, NULL);
}

/* (transfer full) of the check */
static void allow(Check *check)
{
    g_autoptr(GTask) task = g_task_new(NULL, check->cancellable, on_name, check);
    g_task_set_task_data(task, GUINT_TO_POINTER(check->uid), NULL);
    g_task_run_in_thread(task, look_up_name);
}

static void on_stand_in(GObject *source, GAsyncResult *result, gpointer data)
{
    Check *check = data;
    g_autoptr(GError) error = NULL;
    if (stand_in_finish(result, &error))
        allow(check);
    else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        check_free(check);
    else
        deny(check, error->message);
}

/* polkit itself refused: an error of its own, not one of the way to it. */
static bool is_polkit_error(const GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    return name != NULL && g_str_has_prefix(name, "org.freedesktop.PolicyKit1.Error.");
}

static void on_authorization(GObject *source, GAsyncResult *result, gpointer data)
{
    Check *check = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    gboolean authorized = FALSE, challenge = FALSE;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        check_free(check);
        return;
    }
    if (reply != NULL)
        g_variant_get(reply, "((bb@a{ss}))", &authorized, &challenge, NULL);
    if (authorized) {
        allow(check);
        return;
    }
    if (reply == NULL)
        log_warning("polkit does not decide action=%s reason=%s", check->action, error->message);
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
        deny(check, "Only root may do this, since polkit is not running to ask.");
    else if (reply == NULL && is_polkit_error(error))
        stand_in_ask(G_DBUS_CONNECTION(source), check->action, check->uid, check->cancellable,
                     on_stand_in, check);
    else if (reply == NULL)
        deny(check, "Only root may do this, since polkit does not decide.");
    else if (challenge)
        deny(check, "An administrator's password is needed for this.");
    else
        deny(check, "You may not do this.");
}

static void ask_polkit(Check *check)
{
    GDBusMessage *message = g_dbus_method_invocation_get_message(check->invocation);
    gboolean interactive = (g_dbus_message_get_flags(message) &
                            G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
    GVariantBuilder subject;
    g_variant_builder_init(&subject, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(
        &subject, "{sv}", "name",
        g_variant_new_string(g_dbus_method_invocation_get_sender(check->invocation)));
    g_dbus_connection_call(g_dbus_method_invocation_get_connection(check->invocation),
                           "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                           "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization",
                           g_variant_new("((sa{sv})sa{ss}us)", "system-bus-name", &subject,
                                         check->action, NULL,
                                         interactive ? FLAG_ALLOW_INTERACTION : 0u, ""),
                           G_VARIANT_TYPE("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE,
                           interactive ? G_MAXINT : -1 /* people take their time to type */,
                           check->cancellable, on_authorization, check);
}

static void on_user(GObject *source, GAsyncResult *result, gpointer data)
{
    Check *check = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        check_free(check);
        return;
    }
    if (reply == NULL) {
        deny(check, "The caller has left the bus.");
        return;
    }
    g_variant_get(reply, "(u)", &check->uid);
    if (check->uid == 0)
        allow(check);
    else
        ask_polkit(check);
}

void authority_check(GDBusMethodInvocation *invocation, const char *action,
                     GCancellable *cancellable, AuthorityDone done, void *owner)
{
    Check *check = g_new0(Check, 1);
    check->invocation = g_object_ref(invocation);
    check->action = g_strdup(action);
    check->cancellable = g_object_ref(cancellable);
    check->done = done;
    check->owner = owner;
    g_dbus_connection_call(
        g_dbus_method_invocation_get_connection(invocation), "org.freedesktop.DBus",
        "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixUser",
        g_variant_new("(s)", g_dbus_method_invocation_get_sender(invocation)),
        G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, cancellable, on_user, check);
}
