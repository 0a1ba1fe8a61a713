/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl signin: through the page that a network shows before it lets anything else through.
 *
 * The sign-in window is a program of its own, which opens and closes what it needs by itself.
 * Without it, or when told so, the whole machine's lookups go to the network for minutes; that is
 * said in full, and done only when somebody at this terminal, or --yes, agrees.
 */
#include "command.h"
#include "console.h"
#include "document.h"
#include "sotto-build.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

static gboolean for_machine, wants_end, agrees;

static const GOptionEntry signin_options[] = {
    {"machine", 0, 0, G_OPTION_ARG_NONE, &for_machine,
     N_("Sign in with your own browser: until then nothing that is looked up is private"), NULL},
    {"yes", 'y', 0, G_OPTION_ARG_NONE, &agrees, N_("Do not ask first"), NULL},
    {"end", 0, 0, G_OPTION_ARG_NONE, &wants_end, N_("End the sign-in that is under way"), NULL},
    G_OPTION_ENTRY_NULL,
};

static void print_sign_in(Session *session, SottoSignIn sign_in, const char *address)
{
    g_autoptr(JsonBuilder) document = document_new();

    document_add_string(document, "sign-in", sotto_sign_in_word(sign_in));
    document_add_string(document, "address", address);
    document_add_number(document, "until", sotto_helper_until_s(session->helper));
    document_print(document, DOCUMENT_READABLE);
}

/* --- by the window --- */

static gboolean has_desktop(void)
{
    return g_getenv("WAYLAND_DISPLAY") != NULL || g_getenv("DISPLAY") != NULL;
}

static CliExit fail(Session *session, const char *sentence)
{
    return session_fail(session, g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_FAILED, sentence));
}

/* An installed program, or NULL (transfer full). The variable is for one that is not installed. */
static char *find_program(void)
{
    const char *other = g_getenv("SOTTO_SIGNIN");

    return g_find_program_in_path(other != NULL ? other : SOTTO_SIGNIN_PROGRAM);
}

static CliExit open_window(Session *session, const char *program)
{
    const char *const arguments[] = {program, NULL};
    GError *error = NULL;

    if (!g_spawn_async(NULL, (char **)arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &error))
        return session_fail(session, error);
    if (session->json)
        print_sign_in(session, SOTTO_SIGN_IN_WINDOW, "");
    else
        g_print("%s\n", _("The sign-in window is opening. Everything else stays private, or waits, "
                          "until you have signed in."));
    return CLI_OK;
}

/* --- by any browser --- */

static gboolean agreed(void)
{
    char answer[16] = "";

    if (agrees)
        return TRUE;
    if (!isatty(STDIN_FILENO))
        return FALSE;
    g_printerr("%s\n%s ",
               _("Until you have signed in, and for a few minutes at most, this network can read "
                 "and change everything that this computer looks up. Then it is private again by "
                 "itself."),
               _("Sign in this way? [y/N]"));
    return fgets(answer, sizeof answer, stdin) != NULL && g_ascii_tolower(answer[0]) == 'y';
}

/* The address is the network's word: never for anything but a browser. */
static gboolean open_browser(const char *address)
{
    g_autofree char *scheme = g_uri_parse_scheme(address);
    gboolean web = g_strcmp0(scheme, "http") == 0 || g_strcmp0(scheme, "https") == 0;

    return web && has_desktop() && g_app_info_launch_default_for_uri(address, NULL, NULL);
}

static CliExit open_machine(Session *session)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autofree char *address = NULL;
    GError *error = NULL;

    if (!agreed())
        return fail(session, _("Nothing was done. In a script, --yes says that you agree."));
    sotto_helper_begin_sign_in_async(session->helper, SOTTO_SIGN_IN_MACHINE, NULL, session_keep,
                                     &result);
    session_await(&result);
    address = sotto_helper_begin_sign_in_finish(session->helper, result, &error);
    if (address == NULL)
        return session_fail(session, error);
    if (session->json)
        print_sign_in(session, SOTTO_SIGN_IN_MACHINE, address);
    else if (open_browser(address))
        g_print(_("Your browser opens %s.\n"), address);
    else
        g_print(_("Open %s in a browser.\n"), address);
    return CLI_OK;
}

static CliExit end(Session *session)
{
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;

    sotto_helper_end_sign_in_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    if (session->json)
        print_sign_in(session, SOTTO_SIGN_IN_NONE, "");
    else
        g_print("%s\n", _("No sign-in is under way any more."));
    return CLI_OK;
}

static CliExit by_window(Session *session)
{
    g_autofree char *program = find_program();

    if (program == NULL)
        return fail(session, _("The sign-in window is not installed here; “sottoctl signin "
                               "--machine” uses your browser."));
    if (!has_desktop())
        return fail(session, _("There is no screen here to open the sign-in window on; “sottoctl "
                               "signin --machine” lets any browser of this computer sign in."));
    return open_window(session, program);
}

static CliExit run_signin(Session *session, char **parameters)
{
    if (wants_end && (for_machine || agrees))
        return session_misuse(_("--end goes alone."));
    if (agrees && !for_machine)
        return session_misuse(_("--yes is for --machine alone."));
    if (wants_end)
        return end(session);
    return for_machine ? open_machine(session) : by_window(session);
}

const Command signin_command = {
    .name = "signin",
    .parameters = "",
    .summary = N_("Sign in to a network that asks for it"),
    .options = signin_options,
    .run = run_signin,
};
