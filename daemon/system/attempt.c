/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One answer for one question: what NetworkDone promises, kept in one place.
 */
#include "attempt.h"

#define LIMIT_S 10

void attempt_init(Attempt *attempt, void (*late)(void *owner), void *owner)
{
    *attempt = (Attempt){.late = late, .owner = owner};
}

void attempt_clear(Attempt *attempt)
{
    g_clear_handle_id(&attempt->limit_source, g_source_remove);
    attempt->done = NULL;
}

void attempt_end(Attempt *attempt, const GError *error)
{
    NetworkDone done = attempt->done;
    void *done_owner = attempt->done_owner;
    attempt_clear(attempt);
    if (done != NULL)
        done(done_owner, error);
}

static gboolean on_limit(gpointer data)
{
    Attempt *attempt = data;
    attempt->limit_source = 0;
    attempt->late(attempt->owner);
    return G_SOURCE_REMOVE;
}

void attempt_begin(Attempt *attempt, NetworkDone done, void *done_owner)
{
    if (attempt_is_awaited(attempt)) {
        g_autoptr(GError) error =
            g_error_new(G_IO_ERROR, G_IO_ERROR_CANCELLED, "The request was replaced by another.");
        attempt_end(attempt, error);
    }
    attempt_clear(attempt);
    attempt->done = done;
    attempt->done_owner = done_owner;
    if (attempt->late != NULL)
        attempt->limit_source = g_timeout_add_seconds(LIMIT_S, on_limit, attempt);
}
