/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "session.h"

#include <glib.h>

/** One command of sottoctl. The table of them is in sottoctl.c; each family lives in its own file.
 */
typedef struct Command {
    const char *name;
    const char *parameters;      /* as the help shows them: "RESOLVER", "[WORD…]", "" */
    const char *summary;         /* half a line for the help; marked with N_() */
    const GOptionEntry *options; /* beside --json, which every command has; NULL: none */
    guint least, most;           /* parameters */
    gboolean starts_helper;      /* a stopped helper is started for it */
    gboolean needs_no_helper;    /* the bus is enough for it */
    CliExit (*run)(Session *session, char **parameters);
} Command;

extern const Command status_command;
extern const Command on_command, off_command, pause_command, resume_command, use_command;
extern const Command look_command, allow_command;
extern const Command networks_command, signin_command;
extern const Command rules_command;
extern const Command resolvers_command;
extern const Command describe_command, favourite_command, relay_command;
extern const Command lists_command, relays_command, add_command, remove_command;
extern const Command check_command, leaks_command;
extern const Command stats_command;
extern const Command connection_command;
extern const Command log_command;
extern const Command explain_command;
extern const Command flush_command;
extern const Command monitor_command;
extern const Command setup_command;
