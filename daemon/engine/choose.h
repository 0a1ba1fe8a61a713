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

/** What choices go by that is not the channels'. */
typedef struct Chooser {
    unsigned turn;   /* choices made so far, among several */
    uint64_t random; /* state of a generator; any seed */
} Chooser;

typedef struct ChooseRequest {
    const GPtrArray *upstreams;
    Strategy strategy;
    const Name *name;          /* what is asked for */
    const uint8_t *spread_key; /* PLAN_SPREAD_KEY bytes */
    int64_t now_us;
} ChooseRequest;

/**
 * Orders the ways to ask, best first: the resolvers by strategy, the endpoints of each by the
 * ladder, shunned ones after all healthy ones. Returns how many of at most CANDIDATES_MAX were
 * written, each with a reference of its upstream.
 */
size_t choose_candidates(Chooser *chooser, const ChooseRequest *request,
                         Candidate candidates[CANDIDATES_MAX]);
