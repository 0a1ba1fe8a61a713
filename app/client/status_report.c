/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of Copy Report and of sottoctl check --report: something to paste where somebody helps.
 * It is in English, whatever the desktop speaks, since that is who reads it; it names no lookup.
 */
#include "status_report.h"

static const char own_affairs[] = "Names of networks, users and programs above are this computer's "
                                  "own: take out what is nobody's business.\n";

static GString *text_of(GTask *task)
{
    return g_task_get_task_data(task);
}

static void free_text(gpointer text)
{
    g_string_free(text, TRUE);
}

static void append_leak(GString *text, const SottoLeak *leak)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(leak->last_s);
    g_autofree char *iso = when != NULL ? g_date_time_format_iso8601(when) : g_strdup("?");

    g_string_append_printf(
        text, "Went around Sotto: %s%s%s to %s by %s, %" G_GUINT64_FORMAT " times, last %s\n",
        leak->program[0] != '\0' ? leak->program : "an unknown program",
        leak->user[0] != '\0' ? " of " : "", leak->user, leak->destination, leak->protocol,
        leak->count, iso);
}

static void on_leaks(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) leaks =
        sotto_helper_list_leaks_finish(SOTTO_HELPER(source), result, &error);

    if (leaks == NULL)
        g_debug("no list of leaks: %s", error->message);
    for (guint i = 0; leaks != NULL && i < leaks->len; i++)
        append_leak(text_of(task), g_ptr_array_index(leaks, i));
    g_string_append(text_of(task), own_affairs);
    g_task_return_pointer(task, g_strdup(text_of(task)->str), g_free);
}

static void append_flows(GString *text, GVariant *statistics)
{
    g_autoptr(GVariantIter) flows = NULL;
    const char *kind;
    guint64 packets;

    if (!g_variant_lookup(statistics, "clear-flows", "a{st}", &flows))
        return;
    while (g_variant_iter_loop(flows, "{&st}", &kind, &packets))
        g_string_append_printf(text, "In the clear, %s: %" G_GUINT64_FORMAT " packets\n", kind,
                               packets);
}

static void on_statistics(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) statistics =
        sotto_helper_get_statistics_dictionary_finish(SOTTO_HELPER(source), result, &error);

    if (statistics != NULL)
        append_flows(text_of(task), statistics);
    else
        g_debug("no counters: %s", error->message);
    sotto_helper_list_leaks_async(SOTTO_HELPER(source), g_task_get_cancellable(task), on_leaks,
                                  task);
}

void sotto_status_report_async(SottoHelper *helper, char *head, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    g_autofree char *start = head;

    g_task_set_task_data(task, g_string_new(start), free_text);
    sotto_helper_get_statistics_async(helper, cancellable, on_statistics, task);
}

char *sotto_status_report_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
