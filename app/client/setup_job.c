/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One installation or removal: an order to systemd (setup_unit.c), and then the wait for the very
 * helper to be on the bus, or for the bus to know none any more. The task keeps itself, and the
 * setup it belongs to, until it ends.
 */
#include "helper_private.h"
#include "setup_payload.h"
#include "setup_private.h"
#include "setup_unit.h"
#include "sotto-build.h"

#include <glib/gi18n.h>

#include <unistd.h>

#define INSTALLED_PROGRAM SOTTO_BUNDLE_HOME "/current/bin/sotto-setup"
#define APPEARANCE_S      15

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

const char *sotto_setup_remove_command(void)
{
    return "sudo " INSTALLED_PROGRAM " remove";
}

/* The end, with the reference that kept it: `error` (transfer full) is NULL when it is done. */
static void end_job(GTask *task, GError *error)
{
    SottoSetup *self = g_task_get_source_object(task);
    Job *job = g_task_get_task_data(task);

    g_clear_signal_handler(&job->helper_handler, sotto_setup_helper(self));
    g_clear_handle_id(&job->timer, g_source_remove);
    if (job->cancelled_source != NULL)
        g_source_destroy(job->cancelled_source);
    g_clear_pointer(&job->cancelled_source, g_source_unref);
    sotto_setup_tell_progress(self, FALSE, FALSE);
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, g_steal_pointer(&job->note), g_free);
    g_object_unref(task);
}

static void on_looked_after_removal(GObject *source, GAsyncResult *result, gpointer task)
{
    end_job(task, NULL);
}

static void end_when_installed(GTask *task)
{
    SottoSetup *self = g_task_get_source_object(task);

    if (sotto_helper_presence(sotto_setup_helper(self)) == SOTTO_PRESENCE_PRESENT &&
        g_str_equal(sotto_helper_payload(sotto_setup_helper(self)),
                    sotto_setup_payload(self)->digest))
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

    job->helper_handler = g_signal_connect_swapped(sotto_setup_helper(self), "changed",
                                                   G_CALLBACK(end_when_installed), task);
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
        sotto_setup_look(self, on_looked_after_removal, task);
        return;
    }
}

static void on_allowed(gpointer task)
{
    sotto_setup_tell_progress(g_task_get_source_object(task), TRUE, FALSE);
}

static void run_unit(GTask *task, const char *description, const char *const *command, int input)
{
    SottoSetup *self = g_task_get_source_object(task);
    const SottoSetupOrder order = {
        .description = description,
        .command = command,
        .input = input,
        .interactive = sotto_helper_is_interactive(sotto_setup_helper(self)),
        .allowed = on_allowed,
    };

    sotto_setup_tell_progress(self, TRUE, TRUE);
    sotto_setup_unit_run_async(
        g_dbus_proxy_get_connection(sotto_helper_proxy(sotto_setup_helper(self))), &order,
        g_task_get_cancellable(task), on_unit_ended, task);
}

static void install(GTask *task)
{
    SottoSetup *self = g_task_get_source_object(task);
    const SottoSetupPayload *payload = sotto_setup_payload(self);
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
        if (sotto_setup_payload(self) == NULL)
            return g_error_new_literal(
                SOTTO_ERROR, SOTTO_ERROR_FAILED,
                _("This app brings no service to install; a package of the system does that."));
        if (sotto_setup_is_helper_there(self) && !sotto_setup_is_removable(self))
            return g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_FAILED,
                                       _("The Sotto service of this computer belongs to a package "
                                         "of the system, and is used as it is."));
        break;
    case REMOVE:
        if (sotto_setup_is_absent(self))
            return g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_FAILED,
                                       _("The Sotto service is not installed."));
        if (sotto_setup_is_helper_there(self) && !sotto_setup_is_removable(self))
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
        if (sotto_helper_proxy(sotto_setup_helper(self)) == NULL) /* lost again since the answer */
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
    if (sotto_setup_is_busy(self)) {
        g_task_return_new_error(task, SOTTO_ERROR, SOTTO_ERROR_BUSY, "%s",
                                _("The Sotto service is being installed or removed already."));
        g_object_unref(task);
        return;
    }
    sotto_setup_tell_progress(self, TRUE, FALSE);
    sotto_helper_connect_async(sotto_setup_helper(self), cancellable, on_connected, task);
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
