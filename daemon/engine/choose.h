/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upstream.h"

#include <glib.h>

#define CANDIDATES_MAX 8

/** One way to ask: through this channel of this resolver. */
typedef struct Candidate {
    Upstream *upstream; /* a reference */
    Channel *channel;
} Candidate;

/**
 * Orders the ways to ask, best first: the resolvers by `strategy`, the endpoints of each in their
 * order, shunned ones after all healthy ones. `turn` counts the choices made so far. Returns how
 * many of at most CANDIDATES_MAX were written, each with a reference of its upstream.
 */
size_t choose_candidates(const GPtrArray *upstreams, Strategy strategy, unsigned turn,
                         int64_t now_us, Candidate candidates[CANDIDATES_MAX]);
