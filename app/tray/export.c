/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters for other programs, and the dialog that asks where such files go. The dialog is a native
 * one: in a sandbox it is the desktop's, outside of it, and what the user picks there is all of the
 * disk that this app gets to see.
 */
#include "export.h"

#include "application.h"
#include "window.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define LINE_END "\r\n"

/* --- a table --------------------------------------------------------------------------------- */

static const char *const columns[] = {
    "queries",  "encrypted",  "cache-hits",     "blocked",     "failed",
    "failures", "bytes-sent", "bytes-received", "latency-p50", "latency-p95",
};

void export_append_text(GString *csv, const char *text)
{
    gboolean formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);

    if (formula || strpbrk(text, ",\"\r\n") != NULL)
        g_string_append_printf(csv, "\"%s%s\"", formula ? "'" : "", doubled);
    else
        g_string_append(csv, text);
}

static void append_counters(GString *csv, const char *kind, const char *name, GVariant *entry)
{
    g_string_append_printf(csv, "%s,", kind);
    export_append_text(csv, name);
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++) {
        guint64 value;
        g_string_append_c(csv, ',');
        if (g_variant_lookup(entry, columns[i], "t", &value))
            g_string_append_printf(csv, "%" G_GUINT64_FORMAT, value);
    }
    g_string_append(csv, LINE_END);
}

/* A line for each dictionary of the list `key`, named by what it has at `name_key`. */
static void append_list(GString *csv, GVariant *statistics, const char *key, const char *kind,
                        const char *name_key)
{
    g_autoptr(GVariant) list = g_variant_lookup_value(statistics, key, G_VARIANT_TYPE("aa{sv}"));

    for (gsize i = 0; list != NULL && i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(list, i);
        const char *name = "";
        g_variant_lookup(entry, name_key, "&s", &name);
        append_counters(csv, kind, name, entry);
    }
}

/* How many answers took less than so many microseconds, and no less than half of it. */
static void append_histogram(GString *csv, GVariant *statistics)
{
    g_autoptr(GVariant) list =
        g_variant_lookup_value(statistics, "histogram", G_VARIANT_TYPE("at"));

    for (gsize i = 0; list != NULL && i < g_variant_n_children(list); i++) {
        guint64 answers;
        g_variant_get_child(list, i, "t", &answers);
        g_string_append_printf(csv, "latency-below,%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT,
                               G_GUINT64_CONSTANT(2) << i, answers);
        for (gsize c = 1; c < G_N_ELEMENTS(columns); c++)
            g_string_append_c(csv, ',');
        g_string_append(csv, LINE_END);
    }
}

char *export_csv(GVariant *statistics)
{
    GString *csv = g_string_new("kind,name");
    g_autoptr(GDateTime) since = NULL;
    g_autofree char *began = NULL;
    gint64 since_s = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        g_string_append_printf(csv, ",%s", columns[i]);
    g_string_append(csv, LINE_END);
    g_variant_lookup(statistics, "since", "x", &since_s);
    since = g_date_time_new_from_unix_utc(since_s);
    began = since != NULL ? g_date_time_format_iso8601(since) : g_strdup("");
    append_counters(csv, "since", began, statistics);
    append_list(csv, statistics, "week", "day", "day");
    append_list(csv, statistics, "resolvers", "resolver", "name");
    append_list(csv, statistics, "transports", "protocol", "protocol");
    append_histogram(csv, statistics);
    return g_string_free(csv, FALSE);
}

char *export_json(GVariant *statistics)
{
    g_autoptr(JsonNode) root = json_gvariant_serialize(statistics);
    g_autofree char *text = json_to_string(root, TRUE);

    return g_strconcat(text, "\n", NULL);
}

/* --- the dialog ------------------------------------------------------------------------------ */

/* In the window, which asked and may not have the focus back from the dialog yet. */
static void report_failure(const GError *error)
{
    SottoApplication *application = SOTTO_APPLICATION(g_application_get_default());
    GtkWindow *window = sotto_application_window(application);
    /* Translators: %s is the system's own word for what went wrong. */
    g_autofree char *sentence =
        g_strdup_printf(_("The file could not be written: %s"), error->message);

    if (window != NULL)
        sotto_window_show_error(SOTTO_WINDOW(window), sentence);
    else
        sotto_application_report(application, sentence);
}

static void on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    g_free(data); /* what was to be written */
    if (!g_file_replace_contents_finish(G_FILE(source), result, NULL, &error))
        report_failure(error);
}

static void on_response(GtkNativeDialog *dialog, int response, gpointer data)
{
    char *contents = data;
    g_autoptr(GFile) file = NULL;

    if (response == GTK_RESPONSE_ACCEPT)
        file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    if (file != NULL)
        g_file_replace_contents_async(file, contents, strlen(contents), NULL, FALSE,
                                      G_FILE_CREATE_NONE, NULL, on_written, contents);
    else
        g_free(contents);
    g_object_unref(dialog);
}

void export_ask(GtkWindow *window, const char *title, const char *name, char *contents)
{
    GtkFileChooserNative *dialog = gtk_file_chooser_native_new(
        title, window, GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));

    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(dialog), TRUE);
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), name);
    g_signal_connect(dialog, "response", G_CALLBACK(on_response), contents);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}
