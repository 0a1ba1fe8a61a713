/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way of the helper onto this computer as a person goes through it (flatpak/README.md says what
 * happens): one click, an administrator's word, and protection is on. SottoSetup does it; this puts
 * the steps in a row, keeps what they ended with, and finds words for it.
 *
 * An administrator who says no ends it quietly: the sentence stands in the window, and no alarm is
 * raised. Where the sandbox keeps the app from systemd, the way out is a command, and the sentence
 * says whose decision it was.
 *
 * A Flatpak that is updated while it runs finds the file /app/.updated; that is how the window
 * knows that a restart would bring something new.
 */
#include "deployment.h"

#include "permissions.h"

#include <glib/gi18n.h>

#define UPDATED_FILE "/app/.updated" /* flatpak-run(1) */

typedef enum {
    TASK_NONE,
    TASK_INSTALL,
    TASK_UPDATE,
    TASK_REMOVE,
} Task;

struct _SottoDeployment {
    GObject parent_instance;
    SottoHelper *helper;
    SottoSetup *setup;
    GCancellable *lifetime;
    GFileMonitor *updates; /* NULL outside of a Flatpak */
    gboolean app_was_updated;
    Task task;
    gboolean ask_on_new_networks;
    gboolean choosing, turning_on, failed; /* the installation's last steps; how it ended */
    gboolean refused;                      /* what new networks get was not to be changed */
    char *sentence;
    const char *command; /* static, or the setup's */
};

G_DEFINE_FINAL_TYPE(SottoDeployment, sotto_deployment, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_FAILED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void announce(SottoDeployment *self)
{
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* --- how it stands -------------------------------------------------------------------------- */

SottoSetupState sotto_deployment_state(SottoDeployment *self)
{
    return sotto_setup_state(self->setup);
}

gboolean sotto_deployment_is_removable(SottoDeployment *self)
{
    return self->task == TASK_NONE && sotto_setup_is_removable(self->setup);
}

Step sotto_deployment_step(SottoDeployment *self)
{
    if (self->turning_on)
        return STEP_TURNING_ON;
    if (self->choosing)
        return STEP_ASKING;
    if (self->task != TASK_NONE && sotto_setup_is_waiting(self->setup))
        return STEP_ASKING;
    switch (self->task) {
    case TASK_NONE:
        return STEP_NONE;
    case TASK_INSTALL:
        return STEP_INSTALLING;
    case TASK_UPDATE:
        return STEP_UPDATING;
    case TASK_REMOVE:
        return STEP_REMOVING;
    }
    return STEP_NONE;
}

gboolean sotto_deployment_is_first(SottoDeployment *self)
{
    return self->task == TASK_INSTALL;
}

gboolean sotto_deployment_app_was_updated(SottoDeployment *self)
{
    return self->app_was_updated;
}

gboolean sotto_deployment_has_failed(SottoDeployment *self)
{
    return self->failed;
}

const char *sotto_deployment_sentence(SottoDeployment *self)
{
    return self->sentence;
}

const char *sotto_deployment_command(SottoDeployment *self)
{
    return self->command;
}

/* --- what is done --------------------------------------------------------------------------- */

static void set_outcome(SottoDeployment *self, const char *sentence, const char *command)
{
    g_free(self->sentence);
    self->sentence = g_strdup(sentence);
    self->command = command;
}

static void begin(SottoDeployment *self, Task task)
{
    self->task = task;
    self->failed = FALSE;
    self->refused = FALSE;
    set_outcome(self, "", "");
    announce(self);
}

static void end(SottoDeployment *self)
{
    self->task = TASK_NONE;
    self->turning_on = FALSE;
    announce(self);
}

/* Why systemd cannot be reached, with what to do instead. */
static const char *words_without_systemd(Task task)
{
    gboolean allowed = permissions_allow(PERMISSIONS_SYSTEM_BUS, "org.freedesktop.systemd1");

    if (task == TASK_REMOVE)
        return allowed ? _("This computer's systemd, which removes the service, cannot be "
                           "reached. Type this into a terminal:")
                       : _("This app is not allowed to talk to systemd, which removes the "
                           "service. Allow it, or type this into a terminal:");
    return allowed ? _("This computer's systemd, which sets up the service, cannot be reached. "
                       "Type this into a terminal:")
                   : _("This app is not allowed to talk to systemd, which sets up the service. "
                       "Allow it, or type this into a terminal:");
}

static void fail(SottoDeployment *self, const GError *error)
{
    gboolean refused = g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_NOT_AUTHORIZED);
    Task task = self->task;

    if (g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_NO_SYSTEMD))
        set_outcome(self, words_without_systemd(task),
                    task == TASK_REMOVE ? sotto_setup_remove_command()
                                        : sotto_setup_command(self->setup));
    else
        set_outcome(self, error->message, "");
    self->failed = TRUE;
    end(self);
    g_signal_emit(self, signals[SIGNAL_FAILED], 0, refused);
}

/* The calls are cancelled with the object: that error means it is gone. */
static void on_turned_on(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoDeployment *self = data;
    g_autoptr(GError) error = NULL;
    gboolean ok = sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (!ok) {
        fail(self, error);
        return;
    }
    end(self);
    if (self->refused)
        g_signal_emit(self, signals[SIGNAL_FAILED], 0, FALSE);
}

static void turn_on(SottoDeployment *self)
{
    self->turning_on = TRUE;
    announce(self);
    sotto_helper_turn_on_async(self->helper, self->lifetime, on_turned_on, self);
}

static void on_new_networks_set(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoDeployment *self = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *sentence = NULL;

    if (!sotto_helper_action_finish(SOTTO_HELPER(source), result, &error)) {
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            return;
        /* Translators: %s is a whole sentence that says why. */
        sentence =
            g_strdup_printf(_("New networks are protected without asking you. %s"), error->message);
        set_outcome(self, sentence, "");
        self->refused = TRUE;
    }
    self->choosing = FALSE;
    turn_on(self);
}

/* First of all: the network at hand is a new one too, and turning on protects it for good. */
static void choose_for_new_networks(SottoDeployment *self)
{
    self->choosing = TRUE;
    announce(self);
    sotto_helper_set_unknown_networks_async(self->helper, SOTTO_POLICY_ASK, self->lifetime,
                                            on_new_networks_set, self);
}

static void on_setup_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoDeployment *self = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *note = NULL;
    gboolean ok = sotto_setup_finish(SOTTO_SETUP(source), result, &note, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (!ok) {
        fail(self, error);
        return;
    }
    set_outcome(self, note, "");
    if (self->task != TASK_INSTALL)
        end(self);
    else if (self->ask_on_new_networks)
        choose_for_new_networks(self);
    else
        turn_on(self);
}

void sotto_deployment_install(SottoDeployment *self)
{
    SottoSetupState state = sotto_deployment_state(self);

    if (self->task != TASK_NONE || (state != SOTTO_SETUP_NEEDED && state != SOTTO_SETUP_OLDER))
        return; /* an action may be activated by others, over the bus */
    begin(self, state == SOTTO_SETUP_NEEDED ? TASK_INSTALL : TASK_UPDATE);
    sotto_setup_install_async(self->setup, self->lifetime, on_setup_ended, self);
}

void sotto_deployment_remove(SottoDeployment *self)
{
    if (self->task != TASK_NONE)
        return;
    begin(self, TASK_REMOVE);
    sotto_setup_remove_async(self->setup, self->lifetime, on_setup_ended, self);
}

void sotto_deployment_ask_on_new_networks(SottoDeployment *self, gboolean ask)
{
    self->ask_on_new_networks = ask;
}

/* --- the app itself ------------------------------------------------------------------------- */

static void on_app_folder_changed(GFileMonitor *monitor, GFile *file, GFile *other,
                                  GFileMonitorEvent event, gpointer data)
{
    SottoDeployment *self = data;

    if (self->app_was_updated || !g_file_query_exists(file, NULL))
        return;
    self->app_was_updated = TRUE;
    announce(self);
}

static void watch_app(SottoDeployment *self)
{
    g_autoptr(GFile) file = g_file_new_for_path(UPDATED_FILE);
    g_autoptr(GError) error = NULL;

    if (!permissions_are_limited())
        return;
    self->updates = g_file_monitor_file(file, G_FILE_MONITOR_NONE, NULL, &error);
    if (self->updates == NULL) {
        g_message("an update of the app will not be noticed: %s", error->message);
        return;
    }
    g_signal_connect(self->updates, "changed", G_CALLBACK(on_app_folder_changed), self);
    self->app_was_updated = g_file_query_exists(file, NULL); /* between its start and now */
}

/* --- the object ----------------------------------------------------------------------------- */

static void sotto_deployment_dispose(GObject *object)
{
    SottoDeployment *self = SOTTO_DEPLOYMENT(object);

    g_cancellable_cancel(self->lifetime);
    if (self->updates != NULL)
        g_signal_handlers_disconnect_by_data(self->updates, self);
    g_clear_object(&self->updates);
    if (self->setup != NULL)
        g_signal_handlers_disconnect_by_data(self->setup, self);
    g_clear_object(&self->setup);
    g_clear_object(&self->helper);
    G_OBJECT_CLASS(sotto_deployment_parent_class)->dispose(object);
}

static void sotto_deployment_finalize(GObject *object)
{
    SottoDeployment *self = SOTTO_DEPLOYMENT(object);

    g_object_unref(self->lifetime);
    g_free(self->sentence);
    G_OBJECT_CLASS(sotto_deployment_parent_class)->finalize(object);
}

static void sotto_deployment_class_init(SottoDeploymentClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->dispose = sotto_deployment_dispose;
    object_class->finalize = sotto_deployment_finalize;
    signals[SIGNAL_CHANGED] = g_signal_new("changed", SOTTO_TYPE_DEPLOYMENT, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_FAILED] = g_signal_new("failed", SOTTO_TYPE_DEPLOYMENT, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void sotto_deployment_init(SottoDeployment *self)
{
    self->lifetime = g_cancellable_new();
    set_outcome(self, "", "");
}

SottoDeployment *sotto_deployment_new(SottoHelper *helper)
{
    SottoDeployment *self = g_object_new(SOTTO_TYPE_DEPLOYMENT, NULL);

    self->helper = g_object_ref(helper);
    self->setup = sotto_setup_new(helper);
    g_signal_connect_swapped(self->setup, "changed", G_CALLBACK(announce), self);
    watch_app(self);
    return self;
}
