/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sottoctl explain: what would answer a name, and why, without asking anybody. The sentences are
 * the helper's: only it knows the way of a question. */
#include "command.h"
#include "console.h"
#include "dictionary.h"
#include "document.h"
#include "wording.h"

#include <glib/gi18n.h>

static void print_words(GVariant *explanation)
{
    g_autofree const char **steps = NULL;
    g_autofree char *summary = sotto_wording(sotto_dictionary_text(explanation, "summary"));
    g_autofree char *left = NULL;
    guint ttl = 0;

    console_print(TONE_STRONG, summary);
    g_print("\n");
    if (g_variant_lookup(explanation, "steps", "^a&s", &steps))
        for (gsize i = 0; steps[i] != NULL; i++) {
            g_autofree char *step = sotto_wording(steps[i]);
            g_print("  %" G_GSIZE_FORMAT ". %s\n", i + 1, step);
        }
    if (g_variant_lookup(explanation, "ttl", "u", &ttl) && ttl > 0)
        left =
            g_strdup_printf(ngettext("for another %u second", "for another %u seconds", ttl), ttl);
    console_print_fact(_("Answer"), sotto_dictionary_text(explanation, "answer"));
    console_print_fact(_("Kept"), left != NULL ? left : "");
    console_print_fact(_("Rule"), sotto_dictionary_text(explanation, "rule"));
    console_print_fact(_("Resolver"), sotto_dictionary_text(explanation, "resolver"));
    console_print_fact(_("Protocol"), sotto_dictionary_text(explanation, "protocol"));
    console_print_fact(_("Endpoint"), sotto_dictionary_text(explanation, "endpoint"));
}

static CliExit run_explain(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GVariant) explanation = NULL;
    const char *type = parameters[1] != NULL ? parameters[1] : "";
    GError *error = NULL;

    sotto_helper_explain_async(session->helper, parameters[0], type, NULL, session_keep, &result);
    session_await(&result);
    explanation = sotto_helper_explain_finish(session->helper, result, &error);
    if (explanation == NULL)
        return session_fail(session, error);
    if (session->json)
        document_print_variant(explanation);
    else
        print_words(explanation);
    return CLI_OK;
}

const Command explain_command = {
    .name = "explain",
    .parameters = "NAME [TYPE]",
    .summary = N_("Say what would answer a name, and why, without asking"),
    .least = 1,
    .most = 2,
    .run = run_explain,
};
