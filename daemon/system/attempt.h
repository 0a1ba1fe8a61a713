/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

#include <stdbool.h>

/** Who waits for the machine's DNS to be switched, ten seconds at most. Embedded. */
typedef struct Attempt {
    NetworkDone done; /* NULL: nobody, or somebody who wants no answer */
    void *done_owner;
    guint limit_source;
    void (*late)(void *owner);
    void *owner;
} Attempt;

/** `late` when the time is over: it ends the attempt. NULL: there is no limit. */
void attempt_init(Attempt *attempt, void (*late)(void *owner), void *owner);
/** Who waited before is answered with G_IO_ERROR_CANCELLED. */
void attempt_begin(Attempt *attempt, NetworkDone done, void *done_owner);
/** Answers who waits, if somebody does; he may begin another from inside. */
void attempt_end(Attempt *attempt, const GError *error);
/** Answers nobody. */
void attempt_clear(Attempt *attempt);

static inline bool attempt_is_awaited(const Attempt *attempt)
{
    return attempt->done != NULL;
}
