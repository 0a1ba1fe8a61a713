/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cache.h"
#include "channel.h"
#include "choose.h"
#include "engine.h"
#include "hedge.h"
#include "question.h"
#include "ruleset.h"
#include "upstream.h"

#include <glib.h>

/** What the parts of the engine share. Only files of this folder see it. */
struct Engine {
    Loop *loop;
    Plan *plan;     /* NULL before the first */
    Ruleset *rules; /* the user's; NULL none */
    ChannelPool pool;
    GPtrArray *upstreams;       /* Upstream*, of the plan's resolvers */
    GPtrArray *route_upstreams; /* GPtrArray* of one Upstream*, one a route */
    Resolver *last;             /* gave the last answer; NULL none yet */
    Chooser chooser;
    HedgeBudget hedges;

    uint8_t secret[QUESTION_SECRET_LENGTH];
    Cache *cache;
    unsigned epoch;      /* one more each time that older answers must not be kept */
    GHashTable *flights; /* QuestionKey* → Flight*, those that may be joined */
    List resolutions, queries, lookups;
    uint8_t *stripped, *composed; /* MESSAGE_MAX bytes each, for use within one call */

    GPtrArray *warm; /* Upstream*, kept for a while after lookups */
    LoopTimer cooling;

    GPtrArray *doors; /* what it listens on, see engine.c */
    List observers;
    unsigned interests; /* of all observers together: bits 1 << RecordSource */
    Stats stats;
};

/** No question asked before may answer one asked from now on. */
void engine_begin_epoch(Engine *engine);
/** Whether somebody wants to see what came from there; then engine_tell shows the record. */
static inline bool engine_is_observed(const Engine *engine, RecordSource source)
{
    return (engine->interests & 1u << source) != 0;
}
void engine_tell(Engine *engine, const QueryRecord *record);
/** Keeps the connections of a lookup for what may come next. */
void engine_keep_warm(Engine *engine, Upstream *upstream);
/** Frees every lookup under way; their `done` is not called. */
void lookup_cancel_all(Engine *engine);
