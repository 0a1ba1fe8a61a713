/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

#include <stdbool.h>

/** Who waits for the machine's DNS to be switched, ten seconds at most. Embedded. */
typedef struct NetworkAttempt {
    NetworkDone done; /* NULL: nobody, or somebody who wants no answer */
    void *done_owner;
    guint limit_source;
    void (*late)(void *owner);
    void *owner;
} NetworkAttempt;

/** `late` when the time is over: it ends the attempt. NULL: there is no limit. */
void network_attempt_init(NetworkAttempt *attempt, void (*late)(void *owner), void *owner);
/** Who waited before is answered with G_IO_ERROR_CANCELLED. */
void network_attempt_begin(NetworkAttempt *attempt, NetworkDone done, void *done_owner);
/** Answers who waits, if somebody does; he may begin another from inside. */
void network_attempt_end(NetworkAttempt *attempt, const GError *error);
/** Answers nobody. */
void network_attempt_clear(NetworkAttempt *attempt);

static inline bool network_attempt_is_awaited(const NetworkAttempt *attempt)
{
    return attempt->done != NULL;
}
