/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl: Sotto from a terminal and from scripts. What may be typed is one table; here it is
 * looked up, its options are parsed, the helper is reached, and the exit status is returned.
 *
 * --json and --version stand before the command, --json and the command's own options after it.
 */
#include "command.h"
#include "console.h"
#include "sotto-build.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdlib.h>

#define USAGE_WIDTH 23 /* in the help, in columns of a terminal */

static const Command *const commands[] = {
    &status_command, &on_command,         &off_command,       &pause_command,     &resume_command,
    &use_command,    &check_command,      &networks_command,  &signin_command,    &look_command,
    &allow_command,  &leaks_command,      &rules_command,     &resolvers_command, &lists_command,
    &relays_command, &describe_command,   &favourite_command, &relay_command,     &add_command,
    &remove_command, &connection_command, &stats_command,     &log_command,       &explain_command,
    &flush_command,  &monitor_command,    &setup_command,
};

static gboolean wants_json, wants_version;

static const GOptionEntry general_options[] = {
    {"json", 0, 0, G_OPTION_ARG_NONE, &wants_json, N_("Print JSON for scripts"), NULL},
    G_OPTION_ENTRY_NULL,
};

static const GOptionEntry leading_options[] = {
    {"version", 0, 0, G_OPTION_ARG_NONE, &wants_version, N_("Print the version and exit"), NULL},
    G_OPTION_ENTRY_NULL,
};

static const Command *find_command(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_equal(commands[i]->name, name))
            return commands[i];
    return NULL;
}

/* (transfer full) */
static char *describe_commands(void)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s\n", _("Commands:"));
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *usage =
            g_strdup_printf("%s %s", commands[i]->name, commands[i]->parameters);
        gint padding = MAX(USAGE_WIDTH - console_width(usage), 1);
        g_string_append_printf(text, "  %s%*s%s\n", usage, padding, "", _(commands[i]->summary));
    }
    g_string_append(text, _("\nExit status: 0 done, and for “status” and “check” protected; 1 "
                            "failed; 2 wrong usage;\n"
                            "3 not protected; 4 the service is not running; 5 not allowed."));
    return g_string_free(text, FALSE);
}

/* What stands before the command; leaves the command and the rest in `arguments`. */
static gboolean parse_leading(char ***arguments, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(_("COMMAND"));
    g_autofree char *description = describe_commands();

    g_option_context_set_summary(context, _("Keeps this computer's DNS lookups private."));
    g_option_context_set_description(context, description);
    g_option_context_set_strict_posix(context, TRUE);
    g_option_context_add_main_entries(context, general_options, NULL);
    g_option_context_add_main_entries(context, leading_options, NULL);
    return g_option_context_parse_strv(context, arguments, error);
}

static gboolean parse_command(const Command *command, char ***arguments, GError **error)
{
    g_autofree char *usage = g_strdup_printf("%s", command->parameters);
    g_autoptr(GOptionContext) context = g_option_context_new(usage);

    g_option_context_set_summary(context, _(command->summary));
    g_option_context_add_main_entries(context, general_options, NULL);
    if (command->options != NULL)
        g_option_context_add_main_entries(context, command->options, NULL);
    return g_option_context_parse_strv(context, arguments, error);
}

static CliExit run(const Command *command, char **parameters)
{
    g_auto(Session) session;
    gboolean reached;
    GError *error = NULL;

    session_init(&session);
    session.json = wants_json;
    reached = command->needs_no_helper ? session_connect(&session, &error)
                                       : session_open(&session, command->starts_helper, &error);
    if (!reached)
        return session_fail(&session, error);
    return command->run(&session, parameters);
}

static CliExit dispatch(char ***arguments)
{
    g_autoptr(GError) error = NULL;
    const Command *command;
    guint count;

    if (!parse_leading(arguments, &error))
        return session_misuse("%s", error->message);
    if (wants_version) {
        g_print("sottoctl %s\n", SOTTO_VERSION);
        return CLI_OK;
    }
    if ((*arguments)[1] == NULL)
        return session_misuse(_("What shall be done?"));
    command = find_command((*arguments)[1]);
    if (command == NULL)
        return session_misuse(_("There is no command “%s”."), (*arguments)[1]);

    /* for the option parser the command's name is the program's, so that its help reads right */
    g_free((*arguments)[0]);
    memmove(*arguments, *arguments + 1, sizeof(char *) * g_strv_length(*arguments));
    g_autofree char *name = g_strdup_printf("%s %s", g_get_prgname(), command->name);
    g_set_prgname(name);
    if (!parse_command(command, arguments, &error))
        return session_misuse("%s", error->message);
    count = g_strv_length(*arguments) - 1;
    if (count < command->least)
        return session_misuse(_("Something is missing: %s."), command->parameters);
    if (count > command->most)
        return session_misuse(_("“%s” is one word too many."), (*arguments)[command->most + 1]);
    return run(command, *arguments + 1);
}

int main(int argc, char **argv)
{
    g_auto(GStrv) arguments = g_strdupv(argv);

    setlocale(LC_ALL, "");
    bindtextdomain("sotto", SOTTO_LOCALEDIR);
    bind_textdomain_codeset("sotto", "UTF-8");
    textdomain("sotto");
    g_set_prgname("sottoctl");
    return (int)dispatch(&arguments);
}
