/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What there is to set up; the doing of it is in setup_job.c.
 *
 * The state is judged anew whenever the helper says something else, from three things: what this
 * app brings, what the helper tells of itself, and, while none is there, whether the bus could
 * start one (then it is installed and merely stopped). The last is asked a second time a while
 * after a helper left: it stops before its files go.
 *
 * A host that updates the helper by itself does so within seconds of the app's own update. Where it
 * has not (its units are masked, or another installation's app brought this helper), the update is
 * offered after a while as in a user's installation.
 */
#include "setup.h"

#include "helper_private.h"
#include "setup_payload.h"
#include "setup_private.h"
#include "sotto-build.h"

#include <unistd.h>

#define SECOND_LOOK_S   10
#define FOLLOWING_S     120
#define LOOK_TIMEOUT_MS (25 * 1000)

typedef enum { STARTABLE_UNKNOWN, STARTABLE_YES, STARTABLE_NO } Startable;

struct _SottoSetup {
    GObject parent_instance;
    SottoHelper *helper;
    SottoSetupPayload *payload; /* NULL: none is brought */
    char *command;
    SottoSetupState state;
    Startable startable; /* the bus could start a helper that is not there */
    gboolean removable, busy, waiting, overdue;
    gulong helper_handler;
    guint second_look, following; /* timers */
    GCancellable *lifetime;
};

G_DEFINE_FINAL_TYPE(SottoSetup, sotto_setup, G_TYPE_OBJECT)

static guint changed_signal;

static const char *const state_words[] = {
    [SOTTO_SETUP_UNKNOWN] = "unknown", [SOTTO_SETUP_NONE] = "none",
    [SOTTO_SETUP_NEEDED] = "needed",   [SOTTO_SETUP_CURRENT] = "current",
    [SOTTO_SETUP_OLDER] = "older",     [SOTTO_SETUP_FOLLOWS] = "follows",
};

const char *sotto_setup_state_word(SottoSetupState state)
{
    return state_words[state];
}

/* --- the state ---------------------------------------------------------------------------- */

gboolean sotto_setup_is_helper_there(SottoSetup *self)
{
    SottoPresence presence = sotto_helper_presence(self->helper);

    return presence == SOTTO_PRESENCE_PRESENT || presence == SOTTO_PRESENCE_TOO_NEW;
}

static gboolean is_of_a_payload(SottoSetup *self)
{
    return sotto_setup_is_helper_there(self) && sotto_helper_payload(self->helper)[0] != '\0';
}

static SottoSetupState judge_absent(SottoSetup *self)
{
    if (sotto_helper_proxy(self->helper) == NULL)
        return SOTTO_SETUP_UNKNOWN; /* searching, or no bus */
    switch (self->startable) {
    case STARTABLE_UNKNOWN:
        return SOTTO_SETUP_UNKNOWN;
    case STARTABLE_YES:
        return SOTTO_SETUP_CURRENT;
    case STARTABLE_NO:
        break;
    }
    return SOTTO_SETUP_NEEDED;
}

static SottoSetupState judge(SottoSetup *self)
{
    if (self->payload == NULL)
        return SOTTO_SETUP_NONE;
    if (!sotto_setup_is_helper_there(self))
        return judge_absent(self);
    if (!is_of_a_payload(self))
        return SOTTO_SETUP_NONE;
    if (g_str_equal(sotto_helper_payload(self->helper), self->payload->digest) ||
        !sotto_setup_is_older(sotto_helper_version(self->helper),
                              sotto_helper_build_time_s(self->helper)))
        return SOTTO_SETUP_CURRENT;
    return self->payload->follows && !self->overdue ? SOTTO_SETUP_FOLLOWS : SOTTO_SETUP_OLDER;
}

static void review(SottoSetup *self);

static gboolean on_following_overdue(gpointer data)
{
    SottoSetup *self = data;

    self->following = 0;
    self->overdue = TRUE;
    review(self);
    return G_SOURCE_REMOVE;
}

static void review(SottoSetup *self)
{
    SottoSetupState state = judge(self);
    gboolean removable = is_of_a_payload(self);

    if (state != SOTTO_SETUP_FOLLOWS)
        g_clear_handle_id(&self->following, g_source_remove);
    else if (self->following == 0)
        self->following = g_timeout_add_seconds(FOLLOWING_S, on_following_overdue, self);
    if (state == SOTTO_SETUP_CURRENT)
        self->overdue = FALSE;
    if (state == self->state && removable == self->removable)
        return;
    self->state = state;
    self->removable = removable;
    g_signal_emit(self, changed_signal, 0);
}

static void on_names(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    SottoSetup *self = g_task_get_source_object(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autofree const char **names = NULL;

    if (reply == NULL) {
        g_debug("what the bus can start: %s", error->message);
    } else if (!sotto_setup_is_helper_there(self)) {
        g_variant_get(reply, "(^a&s)", &names);
        self->startable = g_strv_contains(names, SOTTO_HELPER_NAME) ? STARTABLE_YES : STARTABLE_NO;
    }
    review(self);
    g_task_return_boolean(task, TRUE);
}

void sotto_setup_look(SottoSetup *self, GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(self, NULL, callback, user_data);
    GDBusProxy *proxy = sotto_helper_proxy(self->helper);

    if (proxy == NULL) {
        g_task_return_boolean(task, FALSE);
        g_object_unref(task);
        return;
    }
    g_dbus_connection_call(g_dbus_proxy_get_connection(proxy), "org.freedesktop.DBus",
                           "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListActivatableNames",
                           NULL, G_VARIANT_TYPE("(as)"), G_DBUS_CALL_FLAGS_NONE, LOOK_TIMEOUT_MS,
                           self->lifetime, on_names, task);
}

static gboolean on_second_look_due(gpointer data)
{
    SottoSetup *self = data;

    self->second_look = 0;
    sotto_setup_look(self, NULL, NULL);
    return G_SOURCE_REMOVE;
}

static void on_helper_changed(SottoSetup *self)
{
    if (sotto_setup_is_helper_there(self)) {
        self->startable = STARTABLE_YES;
        g_clear_handle_id(&self->second_look, g_source_remove);
    } else if (self->payload != NULL && sotto_helper_proxy(self->helper) != NULL) {
        sotto_setup_look(self, NULL, NULL);
        if (self->startable == STARTABLE_YES && self->second_look == 0)
            self->second_look = g_timeout_add_seconds(SECOND_LOOK_S, on_second_look_due, self);
    }
    review(self);
}

SottoSetupState sotto_setup_state(SottoSetup *self)
{
    return self->state;
}

gboolean sotto_setup_is_removable(SottoSetup *self)
{
    return self->removable;
}

gboolean sotto_setup_is_busy(SottoSetup *self)
{
    return self->busy;
}

gboolean sotto_setup_is_waiting(SottoSetup *self)
{
    return self->waiting;
}

const char *sotto_setup_command(SottoSetup *self)
{
    return self->command;
}

/* --- for setup_job.c ---------------------------------------------------------------------- */

SottoHelper *sotto_setup_helper(SottoSetup *self)
{
    return self->helper;
}

const SottoSetupPayload *sotto_setup_payload(SottoSetup *self)
{
    return self->payload;
}

gboolean sotto_setup_is_absent(SottoSetup *self)
{
    return !sotto_setup_is_helper_there(self) && self->startable == STARTABLE_NO;
}

void sotto_setup_tell_progress(SottoSetup *self, gboolean busy, gboolean waiting)
{
    self->busy = busy;
    self->waiting = waiting;
    g_signal_emit(self, changed_signal, 0);
}

/* --- the object --------------------------------------------------------------------------- */

static void sotto_setup_dispose(GObject *object)
{
    SottoSetup *self = SOTTO_SETUP(object);

    g_cancellable_cancel(self->lifetime);
    g_clear_handle_id(&self->second_look, g_source_remove);
    g_clear_handle_id(&self->following, g_source_remove);
    if (self->helper != NULL)
        g_clear_signal_handler(&self->helper_handler, self->helper);
    g_clear_object(&self->helper);
    G_OBJECT_CLASS(sotto_setup_parent_class)->dispose(object);
}

static void sotto_setup_finalize(GObject *object)
{
    SottoSetup *self = SOTTO_SETUP(object);

    g_clear_pointer(&self->payload, sotto_setup_payload_free);
    g_free(self->command);
    g_object_unref(self->lifetime);
    G_OBJECT_CLASS(sotto_setup_parent_class)->finalize(object);
}

static void sotto_setup_class_init(SottoSetupClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->dispose = sotto_setup_dispose;
    object_class->finalize = sotto_setup_finalize;
    changed_signal = g_signal_new("changed", SOTTO_TYPE_SETUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void sotto_setup_init(SottoSetup *self)
{
    self->lifetime = g_cancellable_new();
}

SottoSetup *sotto_setup_new_below(SottoHelper *helper, const char *root)
{
    SottoSetup *self = g_object_new(SOTTO_TYPE_SETUP, NULL);

    self->helper = g_object_ref(helper);
    self->payload = sotto_setup_payload_read(root);
    if (self->payload != NULL)
        self->command = g_strdup_printf(
            "sudo sh \"$(flatpak info --show-location %s)/files/share/sotto/setup\" install %u",
            SOTTO_APP_ID, (unsigned int)getuid());
    else
        self->command = g_strdup("");
    self->helper_handler =
        g_signal_connect_swapped(helper, "changed", G_CALLBACK(on_helper_changed), self);
    on_helper_changed(self);
    return self;
}

SottoSetup *sotto_setup_new(SottoHelper *helper)
{
    return sotto_setup_new_below(helper, "");
}
