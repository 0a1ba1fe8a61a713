/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The proof the helper gathers when asked to look now, as a plain owned struct: the window shows it
 * for as long as it is true, the clipboard gets it as text.
 */
#include "evidence.h"

#include "dictionary.h"

static void step_free(gpointer data)
{
    SottoEvidenceStep *step = data;

    g_free(step->id);
    g_free(step->title);
    g_free(step->detail);
    g_free(step->code);
    g_free(step);
}

static SottoEvidenceStep *step_parse(GVariant *dictionary)
{
    SottoEvidenceStep *step = g_new0(SottoEvidenceStep, 1);

    step->id = sotto_dictionary_string(dictionary, "id");
    step->title = sotto_dictionary_string(dictionary, "title");
    step->detail = sotto_dictionary_string(dictionary, "detail");
    step->code = sotto_dictionary_string(dictionary, "code");
    g_variant_lookup(dictionary, "ok", "b", &step->ok);
    return step;
}

static void parse_before(SottoEvidenceBefore *before, GVariant *dictionary)
{
    g_autoptr(GVariant) entry =
        g_variant_lookup_value(dictionary, "before", G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) nothing = g_variant_ref_sink(g_variant_new("a{sv}", NULL));
    GVariant *from = entry != NULL ? entry : nothing;

    g_variant_lookup(from, "time", "x", &before->time_s);
    before->network = sotto_dictionary_string(from, "network");
    before->code = sotto_dictionary_string(from, "code");
    before->detail = sotto_dictionary_string(from, "detail");
}

SottoEvidence *sotto_evidence_parse(GVariant *dictionary)
{
    SottoEvidence *evidence = g_new0(SottoEvidence, 1);
    g_autoptr(GVariantIter) steps = NULL;

    evidence->summary = sotto_dictionary_string(dictionary, "summary");
    evidence->security = sotto_dictionary_string(dictionary, "security");
    evidence->resolver = sotto_dictionary_string(dictionary, "resolver");
    evidence->endpoint = sotto_dictionary_string(dictionary, "endpoint");
    evidence->steps = g_ptr_array_new_with_free_func(step_free);
    g_variant_lookup(dictionary, "ok", "b", &evidence->ok);
    g_variant_lookup(dictionary, "time", "x", &evidence->time_s);
    parse_before(&evidence->before, dictionary);
    if (g_variant_lookup(dictionary, "steps", "aa{sv}", &steps)) {
        GVariant *step;
        while ((step = g_variant_iter_next_value(steps)) != NULL) {
            g_ptr_array_add(evidence->steps, step_parse(step));
            g_variant_unref(step);
        }
    }
    return evidence;
}

gboolean sotto_evidence_step_is_unknown(const SottoEvidenceStep *step)
{
    return !step->ok && g_str_equal(step->code, "unknown");
}

gboolean sotto_evidence_step_is_notable(const SottoEvidenceStep *step)
{
    return step->ok && step->code[0] != '\0';
}

const SottoEvidenceStep *sotto_evidence_find(const SottoEvidence *evidence, const char *id)
{
    for (guint i = 0; i < evidence->steps->len; i++) {
        const SottoEvidenceStep *step = g_ptr_array_index(evidence->steps, i);
        if (g_str_equal(step->id, id))
            return step;
    }
    return NULL;
}

static void append_fact(GString *text, const char *name, const char *value)
{
    if (value[0] != '\0')
        g_string_append_printf(text, "%s: %s\n", name, value);
}

/* (transfer full) */
static char *time_text(gint64 time_s)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(time_s);

    return when != NULL ? g_date_time_format_iso8601(when) : g_strdup("");
}

static void append_step(GString *text, const SottoEvidenceStep *step)
{
    const char *mark = sotto_evidence_step_is_unknown(step) ? "unknown"
                       : step->ok                           ? "ok"
                                                            : "FAILED";

    g_string_append_printf(text, "[%s] %s", mark, step->title);
    if (step->detail[0] != '\0')
        g_string_append_printf(text, ": %s", step->detail);
    if (step->code[0] != '\0')
        g_string_append_printf(text, " (%s)", step->code);
    g_string_append_c(text, '\n');
}

/* Stands below the step that says who answers now. */
static void append_before(GString *text, const SottoEvidenceBefore *before)
{
    g_autofree char *when = time_text(before->time_s);

    if (before->time_s == 0)
        g_string_append(text, "    before, without protection: nobody looked\n");
    else
        g_string_append_printf(text, "    before, without protection, %s%s%s: %s%s%s%s\n", when,
                               before->network[0] != '\0' ? " on " : "", before->network,
                               before->detail, before->code[0] != '\0' ? " (" : "", before->code,
                               before->code[0] != '\0' ? ")" : "");
}

char *sotto_evidence_report(const SottoEvidence *evidence)
{
    GString *text = g_string_new(NULL);
    g_autofree char *iso = time_text(evidence->time_s);

    append_fact(text, "Checked", iso);
    append_fact(text, "Result", evidence->summary);
    append_fact(text, "Resolver", evidence->resolver);
    append_fact(text, "Endpoint", evidence->endpoint);
    append_fact(text, "Security", evidence->security);
    for (guint i = 0; i < evidence->steps->len; i++) {
        const SottoEvidenceStep *step = g_ptr_array_index(evidence->steps, i);
        append_step(text, step);
        if (g_str_equal(step->id, "hijack"))
            append_before(text, &evidence->before);
    }
    return g_string_free(text, FALSE);
}

void sotto_evidence_free(SottoEvidence *evidence)
{
    if (evidence == NULL)
        return;
    g_free(evidence->summary);
    g_free(evidence->security);
    g_free(evidence->resolver);
    g_free(evidence->endpoint);
    g_free(evidence->before.network);
    g_free(evidence->before.code);
    g_free(evidence->before.detail);
    g_ptr_array_unref(evidence->steps);
    g_free(evidence);
}
