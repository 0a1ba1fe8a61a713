/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commands that change something: on, off, pause, resume, use, look, allow. Each is one call of
 * the contract, which ends when the change is made (or undone, with the reason), and then shows the
 * state it led to.
 */
#include "command.h"
#include "report.h"

#include <glib/gi18n.h>

/* The call's reply may overtake the change of properties it brought about. */
#define SETTLE_TIMEOUT_MS 1000
#define SHORTEST_PAUSE_S  60
#define LONGEST_PAUSE_S   86400
#define DEFAULT_PAUSE_S   300
#define UNTIL_LEFT        0

static gboolean wants_until_left;

static const GOptionEntry pause_options[] = {
    {"until-left", 0, 0, G_OPTION_ARG_NONE, &wants_until_left, N_("Until you leave this network"),
     NULL},
    G_OPTION_ENTRY_NULL,
};

static gboolean is_in_state(Session *session, gconstpointer state)
{
    return sotto_helper_state(session->helper) == *(const SottoState *)state;
}

static gboolean has_moved_on(Session *session, gconstpointer state)
{
    return sotto_helper_state(session->helper) != *(const SottoState *)state;
}

/* One pause may follow another one. */
static gboolean is_paused(Session *session, gconstpointer seconds)
{
    gboolean until_left = sotto_helper_until_s(session->helper) == 0;

    return sotto_helper_state(session->helper) == SOTTO_STATE_PAUSED &&
           until_left == (*(const guint *)seconds == UNTIL_LEFT);
}

static gboolean has_resolver(Session *session, gconstpointer id)
{
    return g_str_equal(sotto_helper_resolver(session->helper), id);
}

static CliExit finish(Session *session, GAsyncResult **result, SessionCondition settled,
                      gconstpointer data)
{
    GError *error = NULL;

    session_await(result);
    if (!sotto_helper_action_finish(session->helper, *result, &error))
        return session_fail(session, error);
    session_await_condition(session, settled, data, SETTLE_TIMEOUT_MS);
    report_print(session);
    return CLI_OK;
}

static CliExit run_on(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    SottoState wanted = SOTTO_STATE_ON;

    sotto_helper_turn_on_async(session->helper, NULL, session_keep, &result);
    return finish(session, &result, is_in_state, &wanted);
}

static CliExit run_off(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    SottoState wanted = SOTTO_STATE_OFF;

    sotto_helper_turn_off_async(session->helper, NULL, session_keep, &result);
    return finish(session, &result, is_in_state, &wanted);
}

static CliExit run_resume(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    SottoState wanted = SOTTO_STATE_ON;

    sotto_helper_resume_async(session->helper, NULL, session_keep, &result);
    return finish(session, &result, is_in_state, &wanted);
}

/* "90s", "5m", "2h"; a bare number counts minutes. 0 when it is none of these. */
static guint parse_duration(const char *text)
{
    char *end = NULL;
    guint64 number = g_ascii_isdigit(text[0]) ? g_ascii_strtoull(text, &end, 10) : 0;
    guint unit = 60;

    if (number == 0 || number > LONGEST_PAUSE_S)
        return 0;
    if (g_str_equal(end, "s"))
        unit = 1;
    else if (g_str_equal(end, "h"))
        unit = 3600;
    else if (!g_str_equal(end, "m") && !g_str_equal(end, ""))
        return 0;
    return (guint)number * unit;
}

static CliExit run_pause(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    const char *time = parameters[0];
    guint seconds = wants_until_left ? UNTIL_LEFT : DEFAULT_PAUSE_S;

    if (time != NULL && wants_until_left)
        return session_misuse(_("“%s” is one word too many."), time);
    if (time != NULL) {
        seconds = parse_duration(time);
        if (seconds < SHORTEST_PAUSE_S || seconds > LONGEST_PAUSE_S)
            return session_misuse(_("“%s” is not a time between one minute and 24 hours."), time);
    }
    sotto_helper_pause_async(session->helper, seconds, NULL, session_keep, &result);
    return finish(session, &result, is_paused, &seconds);
}

/* Where it leads is not known before; the old state may be the new one. */
static CliExit run_look(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    SottoState before = sotto_helper_state(session->helper);

    sotto_helper_look_again_async(session->helper, NULL, session_keep, &result);
    return finish(session, &result, has_moved_on, &before);
}

static CliExit run_allow(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    SottoState wanted = SOTTO_STATE_OPEN;
    guint seconds = parse_duration(parameters[0]);

    if (seconds < SHORTEST_PAUSE_S || seconds > LONGEST_PAUSE_S)
        return session_misuse(_("“%s” is not a time between one minute and 24 hours."),
                              parameters[0]);
    sotto_helper_allow_unprotected_async(session->helper, seconds, NULL, session_keep, &result);
    return finish(session, &result, is_in_state, &wanted);
}

static CliExit run_use(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;

    sotto_helper_set_resolver_async(session->helper, parameters[0], NULL, session_keep, &result);
    return finish(session, &result, has_resolver, parameters[0]);
}

const Command on_command = {
    .name = "on",
    .parameters = "",
    .summary = N_("Turn protection on"),
    .starts_helper = TRUE,
    .run = run_on,
};

const Command off_command = {
    .name = "off",
    .parameters = "",
    .summary = N_("Turn protection off"),
    .run = run_off,
};

const Command pause_command = {
    .name = "pause",
    .parameters = "[TIME]",
    .summary = N_("Use the network's own DNS for a while (5m, 2h; five minutes if not said)"),
    .options = pause_options,
    .most = 1,
    .run = run_pause,
};

const Command resume_command = {
    .name = "resume",
    .parameters = "",
    .summary = N_("End a pause now, or what you allowed on this network"),
    .run = run_resume,
};

const Command look_command = {
    .name = "look",
    .parameters = "",
    .summary = N_("Look again for a sign-in page, and for a way through a network that blocks"),
    .run = run_look,
};

const Command allow_command = {
    .name = "allow",
    .parameters = "TIME",
    .summary = N_("Use this network's own DNS, unprotected, for a while (15m, 2h)"),
    .least = 1,
    .most = 1,
    .run = run_allow,
};

const Command use_command = {
    .name = "use",
    .parameters = "RESOLVER",
    .summary = N_("Choose a resolver by its id, or “auto”"),
    .least = 1,
    .most = 1,
    .starts_helper = TRUE,
    .run = run_use,
};
