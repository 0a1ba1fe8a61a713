/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sottoctl status: what the tray icon shows, and whether that is protection as the exit status. */
#include "command.h"
#include "report.h"

#include <glib/gi18n.h>

static CliExit run_status(Session *session, char **parameters)
{
    report_print(session);
    return report_is_protected(session->helper) ? CLI_OK : CLI_UNPROTECTED;
}

const Command status_command = {
    .name = "status",
    .parameters = "",
    .summary = N_("Tell whether lookups are protected"),
    .run = run_status,
};
