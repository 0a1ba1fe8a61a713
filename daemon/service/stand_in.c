/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may do what where polkit cannot be told of our actions.
 *
 * polkit reads actions from /usr/share alone before version 126. A helper that a Flatpak brought to
 * a machine whose /usr is read-only is unknown to such a polkit, which then decides nothing about
 * it: but for root nobody could turn protection on. There the person who installed it, whom
 * sotto-setup recorded by their number, may do what the action file lets everybody do who is at the
 * machine, while they are at it themselves; nobody else may do anything.
 *
 * Why nobody gains a right by this that they should not have:
 *   - It is for a helper that runs from a payload's own folder, which root alone can write. What a
 *     package of the system installed comes here and is told no, as without this file.
 *   - It begins with an error that polkit itself returned, and polkit must then list its actions
 *     without this one. The bus gives polkit's name to polkit alone, and root alone can take an
 *     action file away. A polkit that was stopped, crashed or kept from answering gives other
 *     errors, which end in no.
 *   - The number is root's to write, too (recorded_user.c), after an administrator's password.
 *   - It gives one person a part of what the action file gives: the actions that need no password
 *     at the machine, and those only with a session there. What needs a password cannot be asked
 *     for here, so it is denied. An administrator's own rule for these actions has no effect either
 *     way, since polkit asks no rule about an action that it does not know.
 *
 * Whether somebody is at the machine is asked of logind by their number, not by the calling
 * process: that one is below the user's own manager as often as in a session, and may be gone.
 * polkit does the same for the former. All of it is in order and takes a moment, so it has a
 * thread.
 */
#include "stand_in.h"

#include "authority.h"
#include "log.h"
#include "payload.h"
#include "recorded_user.h"
#include "sotto-build.h"

#include <stdbool.h>

#define RECORD_FOLDER "/var/lib/" SOTTO_APP_ID
#define PATIENCE_MS   5000

typedef struct Request {
    char *action;
    uid_t uid;
} Request;

static void request_free(Request *request)
{
    g_free(request->action);
    g_free(request);
}

static bool deny(GError **error, const char *sentence)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, sentence);
    return false;
}

/* --- polkit --- */

static bool is_listed(GVariant *actions, const char *wanted)
{
    GVariantIter iterator;
    g_autoptr(GVariant) one = NULL;
    g_variant_iter_init(&iterator, actions);
    while (g_variant_iter_loop(&iterator, "@(ssssssuuua{ss})", &one)) {
        const char *id;
        g_variant_get_child(one, 0, "&s", &id);
        if (g_str_equal(id, wanted))
            return true;
    }
    return false;
}

/* It says the same of an action that it does not know and of one that is not for us to ask about,
 * so its word alone is not enough. */
static bool is_unknown_to_polkit(GDBusConnection *connection, const char *action,
                                 GCancellable *cancellable)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        connection, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
        "org.freedesktop.PolicyKit1.Authority", "EnumerateActions", g_variant_new("(s)", "C"),
        G_VARIANT_TYPE("(a(ssssssuuua{ss}))"), G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS, cancellable,
        &error);
    if (reply == NULL) {
        log_warning("polkit does not list its actions reason=%s", error->message);
        return false;
    }
    g_autoptr(GVariant) actions = g_variant_get_child_value(reply, 0);
    return !is_listed(actions, action);
}

/* --- logind --- */

static GVariant *ask_logind(GDBusConnection *connection, const char *path, const char *interface,
                            const char *method, GVariant *arguments, const char *type,
                            GCancellable *cancellable)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = g_dbus_connection_call_sync(
        connection, "org.freedesktop.login1", path, interface, method, arguments,
        G_VARIANT_TYPE(type), G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS, cancellable, &error);
    if (reply == NULL)
        log_warning("logind does not answer method=%s reason=%s", method, error->message);
    return reply;
}

/* In front at its seat, a person's, and not from elsewhere. */
static bool is_active_here(GDBusConnection *connection, const char *session,
                           GCancellable *cancellable)
{
    g_autoptr(GVariant) reply =
        ask_logind(connection, session, "org.freedesktop.DBus.Properties", "GetAll",
                   g_variant_new("(s)", "org.freedesktop.login1.Session"), "(a{sv})", cancellable);
    if (reply == NULL)
        return false;
    g_autoptr(GVariant) properties = g_variant_get_child_value(reply, 0);
    gboolean active = FALSE, remote = TRUE;
    const char *class = "";
    g_variant_lookup(properties, "Active", "b", &active);
    g_variant_lookup(properties, "Remote", "b", &remote);
    g_variant_lookup(properties, "Class", "&s", &class);
    return active && !remote && g_str_has_prefix(class, "user");
}

static bool is_at_the_machine(GDBusConnection *connection, uid_t uid, GCancellable *cancellable)
{
    g_autoptr(GVariant) reply =
        ask_logind(connection, "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
                   "ListSessions", NULL, "(a(susso))", cancellable);
    if (reply == NULL)
        return false;
    g_autoptr(GVariantIter) sessions = NULL;
    const char *seat, *path;
    guint32 owner;
    g_variant_get(reply, "(a(susso))", &sessions);
    while (g_variant_iter_next(sessions, "(&su&s&s&o)", NULL, &owner, NULL, &seat, &path)) {
        if (owner == uid && *seat != '\0' && is_active_here(connection, path, cancellable))
            return true;
    }
    return false;
}

/* --- the decision --- */

static bool needs_no_password(const char *action)
{
    return g_str_equal(action, ACTION_SWITCH) || g_str_equal(action, ACTION_PAUSE) ||
           g_str_equal(action, ACTION_RESOLVER) || g_str_equal(action, ACTION_RULES);
}

static bool is_recorded(uid_t uid, GError **error)
{
    g_autoptr(GError) reason = NULL;
    uid_t recorded;
    if (!recorded_user_read(RECORD_FOLDER, 0, &recorded, &reason)) {
        log_warning("the record of the installation cannot be used reason=%s", reason->message);
        return deny(error, "Only root may do this, since it is not known who installed Sotto.");
    }
    if (recorded != uid)
        return deny(error, "On this system only the person who installed Sotto may do this.");
    return true;
}

static bool decide(GDBusConnection *connection, const Request *request, GCancellable *cancellable,
                   GError **error)
{
    g_autofree char *payload = payload_digest();
    if (*payload == '\0' || !is_unknown_to_polkit(connection, request->action, cancellable))
        return deny(error, "Only root may do this, since polkit does not decide.");
    if (!needs_no_password(request->action))
        return deny(error, "On this system only root may do this: its polkit cannot be told to ask "
                           "for an administrator's password.");
    if (!is_recorded(request->uid, error))
        return false;
    return is_at_the_machine(connection, request->uid, cancellable) ||
           deny(error, "On this system this is for somebody who is logged in at the computer "
                       "itself.");
}

static void decide_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    if (decide(source, data, cancellable, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void stand_in_ask(GDBusConnection *connection, const char *action, uid_t uid,
                  GCancellable *cancellable, GAsyncReadyCallback done, void *owner)
{
    g_autoptr(GTask) task = g_task_new(connection, cancellable, done, owner);
    Request *request = g_new0(Request, 1);
    request->action = g_strdup(action);
    request->uid = uid;
    g_task_set_task_data(task, request, (GDestroyNotify)request_free);
    g_task_run_in_thread(task, decide_in_thread);
}

gboolean stand_in_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
