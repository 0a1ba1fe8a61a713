/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "answer.h"
#include "question.h"
#include "shelf.h"

#include <stddef.h>
#include <stdint.h>

/**
 * Answers by question, within a number of bytes: as long as their TTLs allow, and beyond as stale
 * answers for bad times (RFC 8767).
 *
 * Networks. A question's key holds its scope (scope.h): whom it is asked of, and on which network
 * where that matters. So answers of a network's own servers, and all that came in clear, are
 * neither seen on another network nor lost: they are there again when the network is. What
 * encrypted resolvers of the plan answer is true everywhere, but may name the server nearest to
 * another network: it is used at once, as its TTL allows, and asked again beside that
 * (CACHE_RIPE). `KeepCache=false` is for those who want to begin anew on each network.
 */
typedef struct Cache Cache;

/** What a lookup found, and what is to be done. */
typedef enum CacheState {
    CACHE_MISS,  /* nothing: ask */
    CACHE_FRESH, /* use it */
    CACHE_RIPE,  /* use it, and ask beside that: it is popular and about to expire, or was asked on
                    another network. Not said again for STALE_RETRY_S */
    CACHE_STALE, /* ask; `cache_stale` has what may be used when no answer comes in time */
    CACHE_HELD,  /* use it though it is stale: asking has failed less than STALE_RETRY_S ago */
} CacheState;

#define STALE_RETRY_S     30 /* RFC 8767 §5: the failure recheck timer */
#define STALE_TTL_S       30 /* RFC 8767 §4: what clients are told */
#define CACHE_FAILURE_S   5  /* RFC 9520 §3.2: how long the first failure is kept, */
#define CACHE_FAILURE_MAX 60 /* doubled for each that follows, up to this; 300 is allowed */

Cache *cache_new(void);
void cache_free(Cache *cache);

/** Takes over the plan's limits; what exceeds the new size goes, oldest first unless it was used
 * since. */
void cache_configure(Cache *cache, const Plan *plan);
/** Answers kept from now on are of this network (a number that is the same when it is joined
 * again). Failures are forgotten, and that asking failed: it may work here. */
void cache_set_network(Cache *cache, uint64_t network);

/** Finds the answer; what it borrows is valid until the next call. `answer` is set for FRESH, RIPE
 * and HELD. `now_us` is any clock that does not jump. */
CacheState cache_lookup(Cache *cache, const QuestionKey *key, int64_t now_us, Answer *answer);
/** The expired answer, if there is one that may be used in want of a better one: with its TTLs, its
 * extended error ("Stale Answer") and without AD as RFC 8767 and 8914 §4.4, §4.20 want it. */
bool cache_stale(Cache *cache, const QuestionKey *key, int64_t now_us, Answer *answer);

/** Keeps `reply` (without OPT, its upper RCODE bits zero; its TTLs as the shelf wants them) in the
 * place of what there was. `ede` is given back by lookups. */
void cache_store(Cache *cache, const QuestionKey *key, const Message *reply, const Shelf *shelf,
                 int ede, int64_t now_us);
/** Keeps a reply that tells of a failure (SERVFAIL) for a short time, but never in the place of an
 * answer that may still be used. */
void cache_store_failure(Cache *cache, const QuestionKey *key, const Message *reply, int ede,
                         int64_t now_us);
/** Asking again has failed: what is there is held for a while. */
void cache_hold(Cache *cache, const QuestionKey *key, int64_t now_us);
/** What is there is true no longer. */
void cache_forget(Cache *cache, const QuestionKey *key);

/** Forgets the answers of `name` and of all below it, of every scope; NULL: all. Returns how many
 * there were. It looks at every entry: not for the way of a query. */
size_t cache_flush(Cache *cache, const Name *name);

/** What a lookup would find, for those who explain. */
typedef struct CachePeek {
    Answer answer;
    CacheState state; /* FRESH, STALE or HELD */
    uint32_t ttl_s;   /* that a client would be told at least; 0 for STALE */
    uint32_t age_s, hits;
} CachePeek;
/** Finds it without counting as use. What it borrows is valid until the next call. */
bool cache_peek(const Cache *cache, const QuestionKey *key, int64_t now_us, CachePeek *peek);

size_t cache_entries(const Cache *cache);
size_t cache_bytes(const Cache *cache);
