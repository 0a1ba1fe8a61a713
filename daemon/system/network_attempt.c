/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One answer for one question: what NetworkDone promises, kept in one place.
 */
#include "network_attempt.h"

#define LIMIT_S 10

void network_attempt_init(NetworkAttempt *attempt, void (*late)(void *owner), void *owner)
{
    *attempt = (NetworkAttempt){.late = late, .owner = owner};
}

void network_attempt_clear(NetworkAttempt *attempt)
{
    g_clear_handle_id(&attempt->limit_source, g_source_remove);
    attempt->done = NULL;
}

void network_attempt_end(NetworkAttempt *attempt, const GError *error)
{
    NetworkDone done = attempt->done;
    void *done_owner = attempt->done_owner;
    network_attempt_clear(attempt);
    if (done != NULL)
        done(done_owner, error);
}

static gboolean on_limit(gpointer data)
{
    NetworkAttempt *attempt = data;
    attempt->limit_source = 0;
    attempt->late(attempt->owner);
    return G_SOURCE_REMOVE;
}

void network_attempt_begin(NetworkAttempt *attempt, NetworkDone done, void *done_owner)
{
    if (network_attempt_is_awaited(attempt)) {
        g_autoptr(GError) error =
            g_error_new(G_IO_ERROR, G_IO_ERROR_CANCELLED, "The request was replaced by another.");
        network_attempt_end(attempt, error);
    }
    network_attempt_clear(attempt);
    attempt->done = done;
    attempt->done_owner = done_owner;
    if (attempt->late != NULL)
        attempt->limit_source = g_timeout_add_seconds(LIMIT_S, on_limit, attempt);
}
