/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What there is to set up, and the doing of it.
 *
 * The state is judged anew whenever the helper says something else, from three things: what this
 * app brings, what the helper tells of itself, and, while none is there, whether the bus could
 * start one (then it is installed and merely stopped). The last is asked a second time a while
 * after a helper left: it stops before its files go.
 *
 * A host that updates the helper by itself does so within seconds of the app's own update. Where it
 * has not (its units are masked, or another installation's app brought this helper), the update is
 * offered after a while as in a user's installation.
 *
 * An installation is one order to systemd (setup_unit.c), and then the wait for the very helper to
 * be on the bus. The object lives on until what it began has ended.
 */
#include "setup.h"

#include "helper_private.h"
#include "setup_payload.h"
#include "setup_private.h"
#include "setup_unit.h"
#include "sotto-build.h"

#include <glib/gi18n.h>

#include <unistd.h>

#define INSTALLED_PROGRAM SOTTO_BUNDLE_HOME "/current/bin/sotto-setup"
#define SECOND_LOOK_S     10
#define FOLLOWING_S       120
#define APPEARANCE_S      15
#define LOOK_TIMEOUT_MS   (25 * 1000)

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

static gboolean is_there(SottoSetup *self)
{
    SottoPresence presence = sotto_helper_presence(self->helper);

    return presence == SOTTO_PRESENCE_PRESENT || presence == SOTTO_PRESENCE_TOO_NEW;
}

static gboolean is_of_a_payload(SottoSetup *self)
{
    return is_there(self) && sotto_helper_payload(self->helper)[0] != '\0';
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
    if (!is_there(self))
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
    } else if (!is_there(self)) {
        g_variant_get(reply, "(^a&s)", &names);
        self->startable = g_strv_contains(names, SOTTO_HELPER_NAME) ? STARTABLE_YES : STARTABLE_NO;
    }
    review(self);
    g_task_return_boolean(task, TRUE);
}

/* Asks the bus what it could start; the callback (NULL: none) comes when the state is judged. */
static void look(SottoSetup *self, GAsyncReadyCallback callback, gpointer user_data)
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
    look(self, NULL, NULL);
    return G_SOURCE_REMOVE;
}

static void on_helper_changed(SottoSetup *self)
{
    if (is_there(self)) {
        self->startable = STARTABLE_YES;
        g_clear_handle_id(&self->second_look, g_source_remove);
    } else if (self->payload != NULL && sotto_helper_proxy(self->helper) != NULL) {
        look(self, NULL, NULL);
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

/* --- one installation or removal ---------------------------------------------------------- */

typedef enum { INSTALL, REMOVE } Work;

typedef struct {
    Work work;
    char *note;
    gulong helper_handler;
    guint timer;
    GSource *cancelled_source;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;

    g_free(job->note);
    g_free(job);
}

/* The end, with the reference that kept it: `error` (transfer full) is NULL when it is done. */
static void end_job(GTask *task, GError *error)
{
    g_autoptr(GTask) last_reference = task;
    SottoSetup *self = g_task_get_source_object(task);
    Job *job = g_task_get_task_data(task);

    g_clear_signal_handler(&job->helper_handler, self->helper);
    g_clear_handle_id(&job->timer, g_source_remove);
    if (job->cancelled_source != NULL)
        g_source_destroy(job->cancelled_source);
    g_clear_pointer(&job->cancelled_source, g_source_unref);
    self->busy = FALSE;
    self->waiting = FALSE;
    g_signal_emit(self, changed_signal, 0);
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, g_steal_pointer(&job->note), g_free);
}

static void on_looked_after_removal(GObject *source, GAsyncResult *result, gpointer task)
{
    end_job(task, NULL);
}

static void end_when_installed(GTask *task)
{
    SottoSetup *self = g_task_get_source_object(task);

    if (sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT &&
        g_str_equal(sotto_helper_payload(self->helper), self->payload->digest))
        end_job(task, NULL);
}

static gboolean on_not_appeared(gpointer task)
{
    Job *job = g_task_get_task_data(task);

    job->timer = 0;
    end_job(task, g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_FAILED,
                                      _("The Sotto service was installed, but it does not "
                                        "answer.")));
    return G_SOURCE_REMOVE;
}

static gboolean on_cancelled(GCancellable *cancellable, gpointer task)
{
    end_job(task, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled"));
    return G_SOURCE_REMOVE;
}

static void await_helper(GTask *task)
{
    SottoSetup *self = g_task_get_source_object(task);
    Job *job = g_task_get_task_data(task);
    GCancellable *cancellable = g_task_get_cancellable(task);

    job->helper_handler =
        g_signal_connect_swapped(self->helper, "changed", G_CALLBACK(end_when_installed), task);
    job->timer = g_timeout_add_seconds(APPEARANCE_S, on_not_appeared, task);
    if (cancellable != NULL) {
        job->cancelled_source = g_cancellable_source_new(cancellable);
        g_source_set_callback(job->cancelled_source, G_SOURCE_FUNC(on_cancelled), task, NULL);
        g_source_attach(job->cancelled_source, g_main_context_get_thread_default());
    }
    end_when_installed(task);
}

static void on_unit_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    SottoSetup *self = g_task_get_source_object(task);
    Job *job = g_task_get_task_data(task);
    GError *error = NULL;

    job->note = sotto_setup_unit_run_finish(result, &error);
    if (job->note == NULL) {
        end_job(task, error);
        return;
    }
    switch (job->work) {
    case INSTALL:
        await_helper(task);
        return;
    case REMOVE:
        look(self, on_looked_after_removal, task);
        return;
    }
}

static void on_allowed(gpointer task)
{
    SottoSetup *self = g_task_get_source_object(task);

    self->waiting = FALSE;
    g_signal_emit(self, changed_signal, 0);
}

static void run_unit(GTask *task, const char *description, const char *const *command, int input)
{
    SottoSetup *self = g_task_get_source_object(task);
    const SottoSetupOrder order = {
        .description = description,
        .command = command,
        .input = input,
        .interactive = sotto_helper_is_interactive(self->helper),
        .allowed = on_allowed,
    };

    self->waiting = TRUE;
    g_signal_emit(self, changed_signal, 0);
    sotto_setup_unit_run_async(g_dbus_proxy_get_connection(sotto_helper_proxy(self->helper)),
                               &order, g_task_get_cancellable(task), on_unit_ended, task);
}

static void install(GTask *task)
{
    SottoSetup *self = g_task_get_source_object(task);
    const SottoSetupPayload *payload = self->payload;
    g_autofree char *uid = g_strdup_printf("%u", (unsigned int)getuid());
    g_autofree char *script = NULL;
    GError *error = NULL;
    int tar = -1;

    script = sotto_setup_payload_script(payload, &error);
    if (script != NULL)
        tar = sotto_setup_payload_open(payload, &error);
    if (tar < 0) {
        end_job(task, error);
        return;
    }
    const char *const command[] = {"/bin/sh",
                                   "-c",
                                   script,
                                   "sotto-setup",
                                   payload->digest,
                                   "install",
                                   uid,
                                   payload->installation,
                                   NULL};
    run_unit(task, "Install the Sotto service", command, tar);
}

static void uninstall(GTask *task)
{
    static const char *const command[] = {INSTALLED_PROGRAM, "remove", NULL};

    run_unit(task, "Remove the Sotto service", command, -1);
}

/* NULL when the work may begin (transfer full). */
static GError *objection(SottoSetup *self, Work work)
{
    switch (work) {
    case INSTALL:
        if (self->payload == NULL)
            return g_error_new_literal(
                SOTTO_ERROR, SOTTO_ERROR_FAILED,
                _("This app brings no service to install; a package of the system does that."));
        break;
    case REMOVE:
        if (!is_there(self) && self->startable == STARTABLE_NO)
            return g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_FAILED,
                                       _("The Sotto service is not installed."));
        if (is_there(self) && !is_of_a_payload(self))
            return g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_FAILED,
                                       _("The Sotto service belongs to a package of the system; "
                                         "remove that package instead."));
        break;
    }
    return NULL;
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    SottoSetup *self = g_task_get_source_object(task);
    const Job *job = g_task_get_task_data(task);
    GError *error = NULL;

    if (sotto_helper_connect_finish(SOTTO_HELPER(source), result, &error)) {
        if (sotto_helper_proxy(self->helper) == NULL) /* lost again since the answer */
            error = sotto_error_new(SOTTO_ERROR_NO_BUS);
        else
            error = objection(self, job->work);
    }
    if (error != NULL) {
        end_job(task, error);
        return;
    }
    switch (job->work) {
    case INSTALL:
        install(task);
        return;
    case REMOVE:
        uninstall(task);
        return;
    }
}

static void begin(SottoSetup *self, Work work, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(self, cancellable, callback, user_data);
    Job *job = g_new0(Job, 1);

    job->work = work;
    g_task_set_task_data(task, job, job_free);
    if (self->busy) {
        g_task_return_new_error(task, SOTTO_ERROR, SOTTO_ERROR_BUSY, "%s",
                                _("The Sotto service is being installed or removed already."));
        g_object_unref(task);
        return;
    }
    self->busy = TRUE;
    g_signal_emit(self, changed_signal, 0);
    sotto_helper_connect_async(self->helper, cancellable, on_connected, task);
}

void sotto_setup_install_async(SottoSetup *self, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
    begin(self, INSTALL, cancellable, callback, user_data);
}

void sotto_setup_remove_async(SottoSetup *self, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
    begin(self, REMOVE, cancellable, callback, user_data);
}

gboolean sotto_setup_finish(SottoSetup *self, GAsyncResult *result, char **note, GError **error)
{
    g_autofree char *text = NULL;

    g_return_val_if_fail(g_task_is_valid(result, self), FALSE);
    text = g_task_propagate_pointer(G_TASK(result), error);
    if (text == NULL)
        return FALSE;
    if (note != NULL)
        *note = g_steal_pointer(&text);
    return TRUE;
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
