/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One command run by the host's systemd: Manager.StartTransientUnit of org.freedesktop.systemd1(5),
 * which lets polkit ask for an administrator's password first.
 *
 * The course: Subscribe (without it systemd sends no signals; it needs nobody's permission, so a
 * refusal here comes from the bus or from the sandbox's proxy of it, and means that this app may
 * not talk to systemd at all); StartTransientUnit, where a refusal is the administrator's; then
 * JobRemoved tells how it went, and the end of both pipes that nothing more is said. Jobs that end
 * before ours has a name are remembered, because the signal may be handed out before the reply.
 */
#include "setup_unit.h"

#include "helper_error.h"

#include <gio/gunixfdlist.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gi18n.h>

#include <fcntl.h>
#include <unistd.h>

#define SYSTEMD         "org.freedesktop.systemd1"
#define SYSTEMD_PATH    "/org/freedesktop/systemd1"
#define MANAGER         SYSTEMD ".Manager"
#define CALL_TIMEOUT_MS (25 * 1000)
#define JOB_TIMEOUT_S   180
#define LAST_WORDS_MS   2000
#define READ_SIZE       4096
#define TEXT_LIMIT      ((gsize)16 * 1024)
#define SENTENCE_LIMIT  500

/* One of the command's outputs; of a long one the end is kept, since that is where the reason is.
 */
typedef struct {
    GInputStream *stream;
    GString *text;
    gboolean ended;
} Pipe;

typedef struct {
    GDBusConnection *bus;
    GVariant *parameters;
    GUnixFDList *descriptors;
    GDBusCallFlags flags;
    void (*allowed)(gpointer user_data);
    gpointer user_data;
    Pipe output, complaint;
    GHashTable *results;   /* of char *: job -> how it ended */
    char *job;             /* NULL while nobody has allowed it */
    GCancellable *reading; /* cancelled at the end of the run */
    guint subscription, timer;
    gulong closed_handler;
    GSource *cancelled_source;
} Run;

static void pipe_clear(Pipe *pipe)
{
    g_clear_object(&pipe->stream);
    if (pipe->text != NULL)
        g_string_free(pipe->text, TRUE);
}

static void drop_sources(Run *run)
{
    if (run->subscription != 0)
        g_dbus_connection_signal_unsubscribe(run->bus, run->subscription);
    run->subscription = 0;
    g_clear_handle_id(&run->timer, g_source_remove);
    g_clear_signal_handler(&run->closed_handler, run->bus);
    if (run->cancelled_source != NULL)
        g_source_destroy(run->cancelled_source);
    g_clear_pointer(&run->cancelled_source, g_source_unref);
}

static void run_free(gpointer data)
{
    Run *run = data;

    drop_sources(run);
    pipe_clear(&run->output);
    pipe_clear(&run->complaint);
    g_hash_table_unref(run->results);
    g_object_unref(run->reading);
    g_clear_object(&run->descriptors);
    g_clear_pointer(&run->parameters, g_variant_unref);
    g_free(run->job);
    g_object_unref(run->bus);
    g_free(run);
}

/* --- the end ------------------------------------------------------------------------------ */

static gboolean is_over(const Run *run)
{
    return g_cancellable_is_cancelled(run->reading);
}

/* Ends the run, once, and with it the reference that kept it: `error` (transfer full) is NULL when
 * the command did what it should. */
static void end_run(GTask *task, GError *error)
{
    Run *run = g_task_get_task_data(task);

    if (!g_dbus_connection_is_closed(run->bus))
        g_dbus_connection_call(run->bus, SYSTEMD, SYSTEMD_PATH, MANAGER, "Unsubscribe", NULL, NULL,
                               G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_TIMEOUT_MS, NULL, NULL, NULL);
    drop_sources(run);
    g_cancellable_cancel(run->reading);
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, g_strdup(g_strstrip(run->output.text->str)), g_free);
    g_object_unref(task);
}

/* The last line, which says why (transfer full); "" none. */
static char *last_line(const GString *text)
{
    g_autofree char *valid = g_utf8_make_valid(text->str, (gssize)text->len);
    const char *line = strrchr(g_strchomp(valid), '\n');

    return g_utf8_substring(
        line != NULL ? line + 1 : valid, 0,
        MIN(g_utf8_strlen(line != NULL ? line + 1 : valid, -1), SENTENCE_LIMIT));
}

static GError *failure_of(const Run *run)
{
    g_autofree char *sentence = last_line(run->complaint.text);

    if (sentence[0] != '\0')
        return g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_FAILED, sentence);
    return g_error_new(SOTTO_ERROR, SOTTO_ERROR_FAILED,
                       _("That did not work; the journal of %s on this computer may say why."),
                       SOTTO_SETUP_UNIT);
}

static const char *job_result(const Run *run)
{
    return run->job != NULL ? g_hash_table_lookup(run->results, run->job) : NULL;
}

static void end_with_result(GTask *task)
{
    const Run *run = g_task_get_task_data(task);

    end_run(task, g_strcmp0(job_result(run), "done") == 0 ? NULL : failure_of(run));
}

static gboolean on_last_words_missed(gpointer task)
{
    Run *run = g_task_get_task_data(task);

    run->timer = 0;
    end_with_result(task);
    return G_SOURCE_REMOVE;
}

/* Somebody whom the command started may hold a pipe open: that is waited for, but not for long. */
static void end_if_over(GTask *task)
{
    Run *run = g_task_get_task_data(task);

    if (is_over(run) || job_result(run) == NULL)
        return;
    if (run->output.ended && run->complaint.ended) {
        end_with_result(task);
        return;
    }
    g_clear_handle_id(&run->timer, g_source_remove);
    run->timer = g_timeout_add(LAST_WORDS_MS, on_last_words_missed, task);
}

static gboolean on_job_overdue(gpointer task)
{
    Run *run = g_task_get_task_data(task);

    run->timer = 0;
    end_run(task, g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_TIMED_OUT,
                                      _("This takes unusually long and may still come to an "
                                        "end; try again later.")));
    return G_SOURCE_REMOVE;
}

static gboolean on_cancelled(GCancellable *cancellable, gpointer task)
{
    end_run(task, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled"));
    return G_SOURCE_REMOVE;
}

static void on_bus_closed(GDBusConnection *bus, gboolean by_peer, GError *error, GTask *task)
{
    end_run(task, sotto_error_new(SOTTO_ERROR_NO_BUS));
}

/* --- what it says ------------------------------------------------------------------------- */

static void read_pipe(GTask *task, Pipe *pipe);

static void on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Run *run = g_task_get_task_data(task);
    Pipe *pipe = G_INPUT_STREAM(source) == run->output.stream ? &run->output : &run->complaint;
    g_autoptr(GBytes) bytes =
        g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, NULL);

    if (is_over(run))
        return;
    if (bytes == NULL || g_bytes_get_size(bytes) == 0) {
        pipe->ended = TRUE;
        end_if_over(task);
        return;
    }
    g_string_append_len(pipe->text, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
    if (pipe->text->len > TEXT_LIMIT)
        g_string_erase(pipe->text, 0, (gssize)(pipe->text->len - TEXT_LIMIT));
    read_pipe(task, pipe);
}

static void read_pipe(GTask *task, Pipe *pipe)
{
    Run *run = g_task_get_task_data(task);

    g_input_stream_read_bytes_async(pipe->stream, READ_SIZE, G_PRIORITY_DEFAULT, run->reading,
                                    on_read, g_object_ref(task));
}

/* Makes the pipe; its other end goes into the list. */
static int open_pipe(Pipe *pipe, GUnixFDList *descriptors, GError **error)
{
    int ends[2], handle;

    if (!g_unix_open_pipe(ends, FD_CLOEXEC, error))
        return -1;
    pipe->stream = g_unix_input_stream_new(ends[0], TRUE);
    pipe->text = g_string_new(NULL);
    handle = g_unix_fd_list_append(descriptors, ends[1], error);
    close(ends[1]);
    return handle;
}

/* --- the course --------------------------------------------------------------------------- */

static void on_started(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Run *run = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), NULL, result, &error);

    if (g_cancellable_is_cancelled(run->reading)) {
        g_clear_error(&error);
        return; /* it ended before, with the bus or by its user */
    }
    if (reply == NULL) {
        end_run(task, sotto_setup_order_refusal(error));
        return;
    }
    g_variant_get(reply, "(o)", &run->job);
    run->timer = g_timeout_add_seconds(JOB_TIMEOUT_S, on_job_overdue, task);
    read_pipe(task, &run->output);
    read_pipe(task, &run->complaint);
    run->allowed(run->user_data);
    end_if_over(task);
}

static void on_job_removed(GDBusConnection *bus, const char *sender, const char *path,
                           const char *interface, const char *name, GVariant *parameters,
                           gpointer task)
{
    Run *run = g_task_get_task_data(task);
    const char *unit, *job, *outcome;

    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(uoss)")))
        return;
    g_variant_get(parameters, "(u&o&s&s)", NULL, &job, &unit, &outcome);
    if (!g_str_equal(unit, SOTTO_SETUP_UNIT))
        return;
    g_hash_table_replace(run->results, g_strdup(job), g_strdup(outcome));
    end_if_over(task);
}

static void on_subscribed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Run *run = g_task_get_task_data(task);
    GError *error = NULL;
    g_autofree char *name = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (reply == NULL)
        name = g_dbus_error_get_remote_error(error);
    if (g_cancellable_is_cancelled(run->reading)) {
        g_clear_error(&error);
        return;
    }
    if (reply == NULL && g_strcmp0(name, SYSTEMD ".AlreadySubscribed") != 0) {
        g_debug("no systemd: %s", error->message);
        end_run(task, name != NULL ? sotto_error_new(SOTTO_ERROR_NO_SYSTEMD)
                                   : sotto_error_from_bus(g_steal_pointer(&error)));
        g_clear_error(&error);
        return;
    }
    g_clear_error(&error);
    g_dbus_connection_call_with_unix_fd_list(
        run->bus, SYSTEMD, SYSTEMD_PATH, MANAGER, "StartTransientUnit", run->parameters,
        G_VARIANT_TYPE("(o)"), run->flags, G_MAXINT, run->descriptors, g_task_get_cancellable(task),
        on_started, g_object_ref(task));
    g_clear_object(&run->descriptors); /* the pipes end when nobody but the command holds them */
}

/* --- the beginning ------------------------------------------------------------------------ */

static gboolean prepare(Run *run, const SottoSetupOrder *order, GError **error)
{
    int handles[3] = {-1, -1, -1};

    run->descriptors = g_unix_fd_list_new();
    if (order->input >= 0) {
        handles[0] = g_unix_fd_list_append(run->descriptors, order->input, error);
        close(order->input);
        if (handles[0] < 0)
            return FALSE;
    }
    handles[1] = open_pipe(&run->output, run->descriptors, error);
    if (handles[1] < 0)
        return FALSE;
    handles[2] = open_pipe(&run->complaint, run->descriptors, error);
    if (handles[2] < 0)
        return FALSE;
    run->parameters = g_variant_ref_sink(sotto_setup_order_parameters(order, handles));
    return TRUE;
}

static void follow(GTask *task)
{
    Run *run = g_task_get_task_data(task);
    GCancellable *cancellable = g_task_get_cancellable(task);

    run->closed_handler = g_signal_connect(run->bus, "closed", G_CALLBACK(on_bus_closed), task);
    run->subscription = g_dbus_connection_signal_subscribe(
        run->bus, SYSTEMD, MANAGER, "JobRemoved", SYSTEMD_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_job_removed, task, NULL);
    if (cancellable == NULL)
        return;
    run->cancelled_source = g_cancellable_source_new(cancellable);
    g_source_set_callback(run->cancelled_source, G_SOURCE_FUNC(on_cancelled), task, NULL);
    g_source_attach(run->cancelled_source, g_main_context_get_thread_default());
}

void sotto_setup_unit_run_async(GDBusConnection *bus, const SottoSetupOrder *order,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    Run *run = g_new0(Run, 1);
    GError *error = NULL;

    run->bus = g_object_ref(bus);
    run->flags = order->interactive ? G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION
                                    : G_DBUS_CALL_FLAGS_NONE;
    run->allowed = order->allowed;
    run->user_data = user_data;
    run->results = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    run->reading = g_cancellable_new();
    g_task_set_task_data(task, run, run_free);
    if (!prepare(run, order, &error)) {
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    follow(task);
    g_dbus_connection_call(bus, SYSTEMD, SYSTEMD_PATH, MANAGER, "Subscribe", NULL, NULL,
                           G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, cancellable, on_subscribed,
                           g_object_ref(task));
}

char *sotto_setup_unit_run_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
