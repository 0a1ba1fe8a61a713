/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"
#include "name.h"
#include "plan.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where the answer of a client's query came from. */
typedef enum RecordSource {
    RECORD_RULE,      /* a rule of the user's blocks it */
    RECORD_CLOAK,     /* a rule of the user's gives it another answer */
    RECORD_SPECIAL,   /* what every resolver answers by itself (RFC 6761 and the like) */
    RECORD_CACHE,     /* kept from before */
    RECORD_STALE,     /* kept from before and expired, for want of a better one (RFC 8767) */
    RECORD_RESOLVER,  /* a resolver of the plan, asked for it */
    RECORD_COALESCED, /* the same, asked for another client's equal question */
    RECORD_ROUTE,     /* the resolver of a route: names of this network or a VPN */
    RECORD_FAILED,    /* SERVFAIL: who was asked did not answer, or nobody could be asked */
    RECORD_LIMIT,     /* SERVFAIL: too many queries were in flight */
    RECORD_SOURCES
} RecordSource;

/** "rule", "cloak", "special", "cache", "stale", "resolver", "coalesced", "route", "failed",
 * "limit". */
const char *record_source_name(RecordSource source);

/**
 * What became of one query of a client. All is borrowed, for as long as the observer runs. The name
 * is the user's: it goes nowhere but where the user asked for it, and never to the log.
 */
typedef struct QueryRecord {
    const Name *name;
    uint16_t type;
    RecordSource source;
    bool routed;    /* the name is a route's: it says nothing about the plan's resolvers */
    unsigned rcode; /* as the client was told, 12 bits */
    Status status;  /* why no resolver's good answer came; STATUS_OK with those that
                       needed none, and with any response code but SERVFAIL */
    const Resolver *resolver; /* that answered or failed last; NULL: none was asked */
    const Endpoint *endpoint; /* of it, by which; NULL with it */
    int64_t latency_us;       /* from the query's arrival; 0: in the same turn of the loop */
    size_t bytes;             /* of the answer */
    const char *rule;         /* that decided, for people: list and line; NULL none */
    int64_t time_s;           /* wall clock */
} QueryRecord;

/**
 * Somebody who wants to see records. Embedded in its owner; zeroed when new. Set `interest` (bits 1
 * << RecordSource), `observed` and `owner`, then engine_observe. The engine makes a record only for
 * sources that somebody is interested in: where nobody is, it costs a test of one bit.
 */
typedef struct EngineObserver {
    ListNode node;
    unsigned interest;
    /** Once for each query, in the turn it was answered and after its answer was made. It may stop
     * observing, and must not ask the engine anything that answers at once. */
    void (*observed)(void *owner, const QueryRecord *record);
    void *owner;
} EngineObserver;

#define RECORD_ANY ((1u << RECORD_SOURCES) - 1)
/** Questions that needed a resolver, or should have had one. */
#define RECORD_NEEDED_ANSWER                                                                       \
    (1u << RECORD_STALE | 1u << RECORD_RESOLVER | 1u << RECORD_COALESCED | 1u << RECORD_FAILED)
