/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sottoctl leaks: the programs that ask DNS servers by themselves, around Sotto. */
#include "command.h"
#include "console.h"
#include "document.h"

#include <glib/gi18n.h>

static void print_json(const GPtrArray *leaks)
{
    g_autoptr(JsonBuilder) document = document_new_array();

    for (guint i = 0; i < leaks->len; i++) {
        const SottoLeak *leak = g_ptr_array_index(leaks, i);
        json_builder_begin_object(document);
        document_add_string(document, "program", leak->program);
        document_add_string(document, "user", leak->user);
        document_add_string(document, "destination", leak->destination);
        document_add_string(document, "protocol", leak->protocol);
        document_add_number(document, "count", (gint64)leak->count);
        document_add_number(document, "last", leak->last_s);
        json_builder_end_object(document);
    }
    document_print(document, DOCUMENT_READABLE);
}

static void print_table(const GPtrArray *leaks)
{
    /* Translators: the asked is the address of a server; by is the protocol, such as UDP. */
    const char *const titles[] = {C_("column", "program"), C_("column", "user"),
                                  C_("column", "asked"),   C_("column", "by"),
                                  C_("column", "times"),   C_("column", "last")};
    g_autoptr(Table) table = table_new(G_N_ELEMENTS(titles));

    table_add(table, TONE_QUIET, titles);
    for (guint i = 0; i < leaks->len; i++) {
        const SottoLeak *leak = g_ptr_array_index(leaks, i);
        g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, leak->count);
        g_autofree char *last = console_clock(leak->last_s);
        const char *const cells[] = {leak->program[0] != '\0' ? leak->program : _("not known"),
                                     leak->user,
                                     leak->destination,
                                     leak->protocol,
                                     count,
                                     last};
        table_add(table, TONE_PLAIN, cells);
    }
    table_print(table);
}

static CliExit run_leaks(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) leaks = NULL;
    GError *error = NULL;

    sotto_helper_list_leaks_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    leaks = sotto_helper_list_leaks_finish(session->helper, result, &error);
    if (leaks == NULL)
        return session_fail(session, error);
    if (session->json)
        print_json(leaks);
    else if (leaks->len == 0)
        g_print("%s\n", _("No program was seen going around Sotto."));
    else
        print_table(leaks);
    return CLI_OK;
}

const Command leaks_command = {
    .name = "leaks",
    .parameters = "",
    .summary = N_("Show which programs ask DNS around Sotto"),
    .run = run_leaks,
};
