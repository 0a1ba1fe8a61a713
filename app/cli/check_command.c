/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sottoctl check: makes the helper look now, and shows what it found step by step. */
#include "command.h"
#include "console.h"
#include "document.h"
#include "report.h"
#include "status_report.h"
#include "wording.h"

#include <glib/gi18n.h>

#define MARK_WIDTH 7

static gboolean wants_report;

static const GOptionEntry check_options[] = {
    {"report", 0, 0, G_OPTION_ARG_NONE, &wants_report, N_("Print a report to paste"), NULL},
    G_OPTION_ENTRY_NULL,
};

static void print_json(const SottoEvidence *evidence)
{
    g_autoptr(JsonBuilder) document = document_new();

    document_add_flag(document, "ok", evidence->ok);
    document_add_string(document, "summary", evidence->summary);
    document_add_number(document, "time", evidence->time_s);
    document_add_string(document, "resolver", evidence->resolver);
    document_add_string(document, "endpoint", evidence->endpoint);
    document_add_string(document, "security", evidence->security);
    if (evidence->before.time_s != 0) {
        json_builder_set_member_name(document, "before");
        json_builder_begin_object(document);
        document_add_number(document, "time", evidence->before.time_s);
        document_add_string(document, "network", evidence->before.network);
        document_add_string(document, "code", evidence->before.code);
        document_add_string(document, "detail", evidence->before.detail);
        json_builder_end_object(document);
    }
    json_builder_set_member_name(document, "steps");
    json_builder_begin_array(document);
    for (guint i = 0; i < evidence->steps->len; i++) {
        const SottoEvidenceStep *step = g_ptr_array_index(evidence->steps, i);
        json_builder_begin_object(document);
        document_add_string(document, "id", step->id);
        document_add_flag(document, "ok", step->ok);
        document_add_string(document, "title", step->title);
        document_add_string(document, "detail", step->detail);
        document_add_string(document, "code", step->code);
        json_builder_end_object(document);
    }
    json_builder_end_array(document);
    document_print(document, DOCUMENT_READABLE);
}

/* What a step showed, before its title; titles stand below each other. */
static void print_mark(Tone tone, const char *mark)
{
    g_print("  ");
    console_print(tone, mark);
    g_print("%*s", MAX(MARK_WIDTH - console_width(mark), 1), "");
}

static void print_step(const SottoEvidenceStep *step)
{
    g_autofree char *title = sotto_wording(step->title);
    g_autofree char *detail = sotto_wording(step->detail);

    if (sotto_evidence_step_is_unknown(step))
        print_mark(TONE_QUIET, "?");
    else if (sotto_evidence_step_is_notable(step))
        print_mark(TONE_WARNING, C_("check", "ok !"));
    else if (step->ok)
        print_mark(TONE_GOOD, C_("check", "ok"));
    else
        print_mark(TONE_BAD, C_("check", "FAILED"));
    console_print(TONE_PLAIN, title);
    if (step->code[0] != '\0' && !step->ok && !sotto_evidence_step_is_unknown(step))
        g_print(" (%s)", step->code);
    g_print("\n");
    if (detail[0] != '\0') {
        g_print("         ");
        console_print(TONE_QUIET, detail);
        g_print("\n");
    }
}

static void print_before(const SottoEvidenceBefore *before)
{
    g_autofree char *when = console_clock(before->time_s);
    g_autofree char *detail = sotto_wording(before->detail);
    g_autofree char *line = NULL;

    if (before->time_s == 0)
        return;
    /* Translators: a time of day, the name of a network, and what was seen there. */
    line = before->network[0] != '\0'
               ? g_strdup_printf(_("%s, on %s: %s"), when, before->network, detail)
               : g_strdup_printf(_("%s: %s"), when, detail);
    console_print_fact(_("Unprotected"), line);
}

static void print_words(const SottoEvidence *evidence)
{
    g_autofree char *summary = sotto_wording(evidence->summary);

    console_print(evidence->ok ? TONE_GOOD : TONE_BAD, summary);
    g_print("\n");
    for (guint i = 0; i < evidence->steps->len; i++)
        print_step(g_ptr_array_index(evidence->steps, i));
    print_before(&evidence->before);
    console_print_fact(_("Resolver"), evidence->resolver);
    console_print_fact(_("Endpoint"), evidence->endpoint);
    console_print_fact(_("Security"), evidence->security);
}

static CliExit print_report(Session *session, const SottoEvidence *evidence)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autofree char *state = report_sentence(session->helper);
    g_autofree char *found = sotto_evidence_report(evidence);
    char *head =
        g_strdup_printf("Sotto %s: %s\n%s", sotto_helper_version(session->helper), state, found);
    GError *error = NULL;

    sotto_status_report_async(session->helper, head, NULL, session_keep, &result);
    session_await(&result);
    g_autofree char *text = sotto_status_report_finish(result, &error);
    if (text == NULL)
        return session_fail(session, error);
    g_print("%s", text);
    return evidence->ok ? CLI_OK : CLI_UNPROTECTED;
}

static CliExit run_check(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(SottoEvidence) evidence = NULL;
    GError *error = NULL;

    if (wants_report && session->json)
        return session_misuse(_("Either a report or JSON."));
    sotto_helper_check_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    evidence = sotto_helper_check_finish(session->helper, result, &error);
    if (evidence == NULL)
        return session_fail(session, error);
    if (wants_report)
        return print_report(session, evidence);
    if (session->json)
        print_json(evidence);
    else
        print_words(evidence);
    return evidence->ok ? CLI_OK : CLI_UNPROTECTED;
}

const Command check_command = {
    .name = "check",
    .parameters = "",
    .summary = N_("Prove now that lookups are protected"),
    .options = check_options,
    .run = run_check,
};
