/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was in memory only goes to a disk, where others may find it: that is said before. The file
 * is what the list shows when its user has said yes, search and all.
 *
 * A hundred thousand lines are written in a thread of their own, from copies: their texts are
 * counted, and never change.
 */
#include "lookup_export.h"

#include "confirmation.h"
#include "export.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#define LINE_END "\r\n"

/* --- the text -------------------------------------------------------------------------------- */

/* In UTC, to the second (transfer full). */
static char *format_time(gint64 time_s)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_s);

    return time != NULL ? g_date_time_format_iso8601(time) : g_strdup("");
}

static void append_csv(GString *text, const SottoLookup *lookup)
{
    g_autofree char *time = format_time(lookup->time_s);
    const char *const fields[] = {
        lookup->name,  lookup->type,     sotto_lookup_kind_word(lookup->kind),
        lookup->rcode, lookup->resolver, lookup->protocol,
        lookup->rule};

    g_string_append(text, time);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_string_append_c(text, ',');
        export_append_text(text, fields[i]);
    }
    g_string_append_printf(text, ",%u" LINE_END, lookup->latency_us);
}

static void add_text(JsonBuilder *builder, const char *key, const char *text)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_string_value(builder, text);
}

static void append_json(GString *text, const SottoLookup *lookup)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(JsonNode) root = NULL;

    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "time");
    json_builder_add_int_value(builder, lookup->time_s);
    add_text(builder, "name", lookup->name);
    add_text(builder, "type", lookup->type);
    add_text(builder, "source", sotto_lookup_kind_word(lookup->kind));
    add_text(builder, "rcode", lookup->rcode);
    add_text(builder, "resolver", lookup->resolver);
    add_text(builder, "protocol", lookup->protocol);
    json_builder_set_member_name(builder, "latency");
    json_builder_add_int_value(builder, lookup->latency_us);
    add_text(builder, "rule", lookup->rule);
    json_builder_end_object(builder);
    root = json_builder_get_root(builder);
    json_generator_set_root(generator, root);
    json_generator_to_gstring(generator, text);
    g_string_append_c(text, '\n');
}

char *lookup_export_text(const GArray *lookups, LookupExportForm form)
{
    GString *text = g_string_new(NULL);

    if (form == LOOKUP_EXPORT_CSV)
        g_string_append(text,
                        "time,name,type,source,rcode,resolver,protocol,rule,latency" LINE_END);
    for (guint i = 0; i < lookups->len; i++) {
        const SottoLookup *lookup = &g_array_index(lookups, SottoLookup, i);
        if (form == LOOKUP_EXPORT_CSV)
            append_csv(text, lookup);
        else
            append_json(text, lookup);
    }
    return g_string_free(text, FALSE);
}

/* --- writing it ------------------------------------------------------------------------------ */

typedef struct Job {
    SottoLookupModel *model; /* NULL once copied */
    GArray *lookups;
    LookupExportForm form;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;

    g_clear_object(&job->model);
    g_clear_pointer(&job->lookups, g_array_unref);
    g_free(job);
}

static void clear_copy(gpointer data)
{
    sotto_lookup_clear(data);
}

/* Gaps say nothing in a file. */
static GArray *copy_lookups(SottoLookupModel *model)
{
    GArray *copies = g_array_new(FALSE, FALSE, sizeof(SottoLookup));

    g_array_set_clear_func(copies, clear_copy);
    for (guint i = sotto_lookup_model_rows(model); i > 0; i--) {
        const SottoLookup *lookup =
            sotto_lookup_model_get(model, sotto_lookup_model_number(model, i - 1));
        SottoLookup copied;
        if (lookup == NULL || sotto_lookup_is_gap(lookup))
            continue;
        sotto_lookup_copy(lookup, &copied);
        g_array_append_val(copies, copied);
    }
    return copies;
}

static void write_text(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Job *job = data;

    g_task_return_pointer(task, lookup_export_text(job->lookups, job->form), g_free);
}

static void on_text(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoApplication *application = SOTTO_APPLICATION(source);
    GtkWindow *window = sotto_application_window(application);
    const Job *job = g_task_get_task_data(G_TASK(result));
    g_autofree char *text = g_task_propagate_pointer(G_TASK(result), NULL);

    if (window != NULL) /* closed meanwhile: nobody is there to say where to */
        export_ask(window, _("Export Lookups"),
                   job->form == LOOKUP_EXPORT_CSV ? "sotto-lookups.csv" : "sotto-lookups.jsonl",
                   g_steal_pointer(&text));
}

static void on_confirmed(SottoApplication *application, gpointer data)
{
    Job *job = data;
    g_autoptr(GTask) task = g_task_new(application, NULL, on_text, NULL);
    Job *written = g_new0(Job, 1);

    *written = (Job){.lookups = copy_lookups(job->model), .form = job->form};
    g_task_set_task_data(task, written, job_free);
    g_task_run_in_thread(task, write_text);
}

static gboolean always(SottoApplication *application)
{
    return TRUE;
}

void lookup_export_ask(SottoLookupModel *model, LookupExportForm form)
{
    Confirmation confirmation = {
        .question = _("Write the lookups to a file?"),
        .text = _("The file is plain text, and it stays until somebody deletes it. Whoever can "
                  "open it can read what everybody on this computer looked up."),
        .confirm = _("_Export…"),
        .holds = always,
        .free_data = job_free,
    };
    Job *job = g_new0(Job, 1);

    *job = (Job){.model = g_object_ref(model), .form = form};
    confirmation_ask(SOTTO_APPLICATION(g_application_get_default()), &confirmation, on_confirmed,
                     job);
}
