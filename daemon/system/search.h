/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "prober.h"

/**
 * Looking for a way through a network: proof after proof, since each failure teaches the engine
 * which transports and servers get through, until one succeeds or the time is over.
 */
typedef struct Search Search;

typedef struct SearchEvents {
    /** It takes longer than it should (`failure` NULL), or one proof failed. May come again; it may
     * cancel the search. */
    void (*doubt)(void *owner, const ProofResult *failure);
    /** Once, later, unless cancelled; the search is gone. The failure is the last proof's. */
    void (*ended)(void *owner, const ProofResult *result);
} SearchEvents;

/** Through `plan`; it takes references of that and the settings. `limit_us` 0: one proof, no more.
 * The rest is borrowed. */
Search *search_begin(Prober *prober, Loop *loop, Plan *plan, Settings *settings, int64_t limit_us,
                     const SearchEvents *events, void *owner);
/** NULL is allowed. */
void search_cancel(Search *search);
