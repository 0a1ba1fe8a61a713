/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cache.h"
#include "channel.h"
#include "choose.h"
#include "engine.h"
#include "hedge.h"
#include "question.h"
#include "ruleset.h"
#include "scope.h"
#include "search_guard.h"
#include "shares.h"
#include "upstream.h"
#include "waiting_room.h"

#include <glib.h>

/** What the parts of the engine share. Only files of this folder see it. */
struct Engine {
    Loop *loop;
    Plan *plan;     /* NULL before the first */
    Ruleset *rules; /* the user's; NULL none */
    ChannelPool pool;
    GPtrArray *upstreams;       /* Upstream*, of the plan's resolvers */
    Plan *bootstrap_plan;       /* where these come from; NULL none */
    GPtrArray *bootstraps;      /* Upstream*, to be asked for resolvers' addresses */
    GPtrArray *route_upstreams; /* GPtrArray* of one Upstream*, one a route */
    Resolver *last;             /* gave the last answer; NULL none yet */
    Chooser chooser;
    HedgeBudget hedges;

    uint8_t secret[QUESTION_SECRET_LENGTH];
    Cache *cache;
    unsigned epoch;   /* one more for each change of network */
    uint64_t network; /* a number for it */
    ScopeTable *scopes;
    uint32_t scope;       /* of the plan's resolvers */
    GArray *route_scopes; /* uint32_t, one a route */
    uint32_t nat64_scope; /* of what is made for the network's translator (dns64.h) */
    uint8_t nat64_known[2][NAT64_IPV6_LENGTH]; /* what it makes of ipv4only.arpa's addresses */
    bool local;                                /* some resolver of the plan is asked in clear */
    Shares shares;
    WaitingRoom waiting;
    SearchGuard search_guard;
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

/** The scope of questions that take this route; -1: none. */
static inline uint32_t engine_scope(const Engine *engine, int route)
{
    return route < 0 ? engine->scope : g_array_index(engine->route_scopes, uint32_t, route);
}
/** Whether somebody wants to see what came from there; then engine_tell shows the record. */
static inline bool engine_is_observed(const Engine *engine, RecordSource source)
{
    return (engine->interests & 1u << source) != 0;
}
void engine_tell(Engine *engine, const QueryRecord *record);
/** Looks resolvers' addresses up through those of this plan from now on; NULL: through none. */
void engine_use_bootstrap(Engine *engine, Plan *plan);
/** Keeps the connections of a lookup for what may come next. */
void engine_keep_warm(Engine *engine, Upstream *upstream);
/** Frees every lookup under way; their `done` is not called. */
void lookup_cancel_all(Engine *engine);
