/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sottoctl flush: forgets cached answers, of a name and everything below it, or all. */
#include "command.h"
#include "console.h"
#include "document.h"

#include <glib/gi18n.h>

static CliExit run_flush(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    const char *name = parameters[0] != NULL ? parameters[0] : "";
    GError *error = NULL;
    guint entries;

    sotto_helper_flush_cache_async(session->helper, name, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_flush_cache_finish(session->helper, result, &entries, &error))
        return session_fail(session, error);
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        document_add_number(document, "entries", entries);
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_print(ngettext("%u answer was forgotten.\n", "%u answers were forgotten.\n", entries),
                entries);
    }
    return CLI_OK;
}

const Command flush_command = {
    .name = "flush",
    .parameters = "[NAME]",
    .summary = N_("Forget the cached answers of a name and all below it, or everything"),
    .most = 1,
    .run = run_flush,
};
