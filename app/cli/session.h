/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <gio/gio.h>

/** What sottoctl ends with; sottoctl(1) promises these numbers to scripts. */
typedef enum {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_UNPROTECTED = 3,
    CLI_NO_HELPER = 4,
    CLI_NOT_AUTHORIZED = 5
} CliExit;

/** One run of sottoctl: the helper it talks to, and how the answer is wanted. */
typedef struct Session {
    SottoHelper *helper;
    gboolean json;
} Session;

void session_init(Session *session);
void session_clear(Session *session);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Session, session_clear)

/** Reaches the bus; whether the helper is there is known then. FALSE with a SOTTO_ERROR. */
gboolean session_connect(Session *session, GError **error);

/** Reaches the helper, starting it first when `start` says so. FALSE with a SOTTO_ERROR. */
gboolean session_open(Session *session, gboolean start, GError **error);

/**
 * The asynchronous calls of SottoHelper, waited for: pass session_keep as the callback with the
 * address of a NULL GAsyncResult pointer, then session_await the pointer and finish the call.
 *
 *     g_autoptr(GAsyncResult) result = NULL;
 *     sotto_helper_turn_on_async(session->helper, NULL, session_keep, &result);
 *     session_await(&result);
 */
void session_keep(GObject *source, GAsyncResult *result, gpointer slot);
void session_await(GAsyncResult **slot);

/** Waits until `holds` or for `timeout_ms`; TRUE when it holds. */
typedef gboolean (*SessionCondition)(Session *session, gconstpointer data);
gboolean session_await_condition(Session *session, SessionCondition holds, gconstpointer data,
                                 guint timeout_ms);

/** Says what went wrong, as a sentence on standard error or as JSON on standard output, and returns
 * the exit status for it. Takes `error` (transfer full). */
CliExit session_fail(Session *session, GError *error);

/** The same for a mistake in the command line, which is always told in words. */
CliExit session_misuse(const char *format, ...) G_GNUC_PRINTF(1, 2);
