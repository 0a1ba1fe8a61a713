/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One run of sottoctl: connect, call, wait, tell.
 *
 * SottoHelper is asynchronous, a terminal program is not: it turns the default main context by hand
 * until what it waits for has come. Nothing else hangs on that context, so this is no nested loop
 * with surprises.
 */
#include "session.h"

#include "console.h"
#include "document.h"

#include <glib/gi18n.h>
#include <stdarg.h>
#include <unistd.h>

#define START_TIMEOUT_MS 5000

void session_init(Session *session)
{
    session->json = FALSE;
    session->helper = sotto_helper_new();
    /* polkit's agent asks in the user's desktop: only right when the user is at this very prompt */
    sotto_helper_set_interactive(session->helper, isatty(STDIN_FILENO));
}

void session_clear(Session *session)
{
    g_clear_object(&session->helper);
}

void session_keep(GObject *source, GAsyncResult *result, gpointer slot)
{
    *(GAsyncResult **)slot = g_object_ref(result);
}

void session_await(GAsyncResult **slot)
{
    while (*slot == NULL)
        g_main_context_iteration(NULL, TRUE);
}

static gboolean on_timeout(gpointer expired)
{
    *(gboolean *)expired = TRUE;
    return G_SOURCE_CONTINUE; /* removed below, by whoever waited */
}

gboolean session_await_condition(Session *session, SessionCondition holds, gconstpointer data,
                                 guint timeout_ms)
{
    gboolean expired = FALSE;
    guint source = g_timeout_add(timeout_ms, on_timeout, &expired);

    while (!holds(session, data) && !expired)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(source);
    return holds(session, data);
}

static gboolean is_present(Session *session, gconstpointer data)
{
    return sotto_helper_presence(session->helper) != SOTTO_PRESENCE_ABSENT;
}

static gboolean start_helper(Session *session, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    sotto_helper_start_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_start_finish(session->helper, result, error))
        return FALSE;
    return session_await_condition(session, is_present, NULL, START_TIMEOUT_MS);
}

gboolean session_connect(Session *session, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    sotto_helper_connect_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    return sotto_helper_connect_finish(session->helper, result, error);
}

gboolean session_open(Session *session, gboolean start, GError **error)
{
    if (!session_connect(session, error))
        return FALSE;
    if (start && !is_present(session, NULL) && !start_helper(session, error) &&
        (error == NULL || *error != NULL))
        return FALSE;
    switch (sotto_helper_presence(session->helper)) {
    case SOTTO_PRESENCE_PRESENT:
        return TRUE;
    case SOTTO_PRESENCE_TOO_NEW:
        g_propagate_error(error, sotto_error_new(SOTTO_ERROR_TOO_NEW));
        return FALSE;
    case SOTTO_PRESENCE_SEARCHING:
    case SOTTO_PRESENCE_ABSENT:
        break;
    }
    g_propagate_error(error, sotto_error_new(SOTTO_ERROR_ABSENT));
    return FALSE;
}

/* The stable word of an error, for scripts. */
static const char *error_word(const GError *error)
{
    if (error->domain != SOTTO_ERROR)
        return "failed";
    switch ((SottoError)error->code) {
    case SOTTO_ERROR_NOT_AUTHORIZED:
        return "not-authorized";
    case SOTTO_ERROR_INVALID_ARGUMENT:
        return "invalid-argument";
    case SOTTO_ERROR_NOT_FOUND:
        return "not-found";
    case SOTTO_ERROR_BUSY:
        return "busy";
    case SOTTO_ERROR_FAILED:
        return "failed";
    case SOTTO_ERROR_ABSENT:
        return "absent";
    case SOTTO_ERROR_VANISHED:
        return "vanished";
    case SOTTO_ERROR_TIMED_OUT:
        return "timed-out";
    case SOTTO_ERROR_NO_BUS:
        return "no-bus";
    case SOTTO_ERROR_TOO_NEW:
        return "too-new";
    case SOTTO_ERROR_MALFORMED:
        return "malformed";
    case SOTTO_ERROR_NO_SYSTEMD:
        return "no-systemd";
    }
    return "failed";
}

static CliExit error_exit(const GError *error)
{
    if (g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_NOT_AUTHORIZED))
        return CLI_NOT_AUTHORIZED;
    if (g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_ABSENT) ||
        g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_VANISHED) ||
        g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_NO_BUS))
        return CLI_NO_HELPER;
    return CLI_FAILED;
}

CliExit session_fail(Session *session, GError *error)
{
    g_autoptr(GError) failure = error;

    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        json_builder_set_member_name(document, "error");
        json_builder_begin_object(document);
        document_add_string(document, "code", error_word(failure));
        document_add_string(document, "message", failure->message);
        json_builder_end_object(document);
        document_print(document, DOCUMENT_READABLE);
    } else {
        console_complain(failure->message);
    }
    return error_exit(failure);
}

CliExit session_misuse(const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    console_complain(message);
    g_printerr(_("“%s --help” says more.\n"), g_get_prgname());
    return CLI_USAGE;
}
