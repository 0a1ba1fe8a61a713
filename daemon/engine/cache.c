/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cache: whole messages, ready to be copied to a client, found by their question.
 *
 * An entry lies in a ring of memory (ring.h) as one run of bytes: its times, the offsets of its
 * TTLs, the message. The name of its question is kept once, as the message has it, in lower case;
 * `answer_compose` puts the client's own spelling there anyway. An entry of one address for a name
 * of 25 letters takes some 110 bytes, buckets and all.
 *
 * A hit costs one walk of a chain, a bit that says so, and the copy that `answer_compose` makes
 * anyway; TTLs are lowered in that copy, so the message of an entry never changes.
 *
 * Times are counted in ticks of 1/64 s since the cache was last empty: 32 bits of them are two
 * years, after which it begins anew. Whole seconds would not do: they would cut a TTL of one second
 * to nothing. The odd tick is lost on the safe side: an answer expires early by it, never late.
 *
 * Entries past all use go when they are met or when their place is needed: an idle cache wakes
 * nobody, and nothing is refreshed that nobody asks for.
 *
 * The life of an entry:
 *
 *     stored ............ ripe ... expires ............................ ends
 *     fresh               popular: stale: for want of a better answer
 *                         refreshed
 *
 * A failure (RFC 9520) lives for seconds and then, instead of being stale, only remembers for as
 * long again how long that was, so that the next one is kept for longer.
 */
#include "cache.h"

#include "edns.h"
#include "list.h"
#include "log.h"
#include "ring.h"

#include <glib.h>

#define TICKS_PER_S   64
#define US_PER_TICK   (1000000 / TICKS_PER_S)
#define TICKS_MAX     UINT32_C(0xf0000000) /* no entry is made later; some weeks before the end */
#define QUESTION_TAIL 4                    /* type and class, behind the name */
#define POPULAR_HITS  3                    /* in one life; the refresh after that pays for itself */
#define RIPE_PART     10                   /* the last tenth of a life */
/* Where a message's records begin, less the length of its question's key. */
#define RECORDS_PLACE (MESSAGE_HEADER_LENGTH + QUESTION_TAIL - QUESTION_HEADER)

typedef struct CacheEntry {
    RingItem item;   /* `spare` is the length of the name in the message's question */
    uint32_t stored; /* ticks */
    uint32_t life_s;
    uint32_t retry;   /* ticks; not asked again before, unless by those who need an answer */
    uint32_t network; /* half of its number: a mistake would only cost a refresh */
    uint16_t wire_length, ttl_count;
    int16_t ede;
    uint16_t hits; /* stops at the largest number */
    uint8_t question[QUESTION_HEADER];
    uint8_t unused;
    uint16_t ttls[]; /* then the message */
} CacheEntry;

struct Cache {
    Ring ring;
    size_t limit;
    uint32_t network;
    int64_t epoch_us; /* when ticks began */
    int64_t stale_ticks;
    bool prefetch;
};

static size_t entry_size(size_t ttl_count, size_t wire_length)
{
    return offsetof(CacheEntry, ttls) + ttl_count * sizeof(uint16_t) + wire_length;
}

static CacheEntry *entry_of(RingItem *item)
{
    return item ? container_of(item, CacheEntry, item) : NULL;
}

static const uint8_t *entry_wire(const CacheEntry *entry)
{
    return (const uint8_t *)(entry->ttls + entry->ttl_count);
}

static const uint8_t *entry_name(const CacheEntry *entry)
{
    return entry_wire(entry) + MESSAGE_HEADER_LENGTH;
}

static unsigned entry_rcode(const CacheEntry *entry)
{
    return entry_wire(entry)[3] & MESSAGE_RCODE;
}

static bool entry_is_failure(const CacheEntry *entry)
{
    unsigned rcode = entry_rcode(entry);

    return rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN;
}

static int64_t entry_life(const CacheEntry *entry)
{
    return (int64_t)entry->life_s * TICKS_PER_S;
}

static int64_t entry_expiry(const CacheEntry *entry)
{
    return entry->stored + entry_life(entry);
}

static int64_t entry_ripeness(const CacheEntry *entry)
{
    return entry_expiry(entry) - entry_life(entry) / RIPE_PART;
}

/* When it is past all use. */
static int64_t entry_end(const Cache *cache, const CacheEntry *entry)
{
    return entry_expiry(entry) + (entry_is_failure(entry) ? entry_life(entry) : cache->stale_ticks);
}

static uint32_t entry_age_s(const CacheEntry *entry, int64_t now)
{
    return (uint32_t)((now - entry->stored) / TICKS_PER_S);
}

static int64_t ticks(const Cache *cache, int64_t now_us)
{
    return (now_us - cache->epoch_us) / US_PER_TICK;
}

Cache *cache_new(void)
{
    return g_new0(Cache, 1);
}

void cache_free(Cache *cache)
{
    if (!cache)
        return;
    ring_clear(&cache->ring);
    g_free(cache);
}

/* The entries move into a ring of the new size, oldest first: what exceeds it goes. */
static void resize(Cache *cache, size_t limit)
{
    Ring old = cache->ring;
    uint64_t position = 0;
    RingItem *item;

    if (!ring_open(&cache->ring, limit)) {
        log_warning("there is no memory for a cache of %zu bytes: it stays as it was", limit);
        cache->ring = old;
        return;
    }
    cache->limit = limit;
    while ((item = ring_walk(&old, &position)) != NULL) {
        const CacheEntry *entry = entry_of(item);
        size_t size = entry_size(entry->ttl_count, entry->wire_length);
        RingItem *copy = ring_add(&cache->ring, item->hash, size);

        if (!copy)
            continue;
        copy->spare = item->spare;
        copy->state = item->state;
        memcpy(copy + 1, item + 1, size - sizeof *item);
    }
    ring_clear(&old);
}

void cache_configure(Cache *cache, const Plan *plan)
{
    cache->stale_ticks = (int64_t)plan->cache_stale_s * TICKS_PER_S;
    cache->prefetch = plan->cache_prefetch;
    if (cache->limit != plan->cache_bytes)
        resize(cache, plan->cache_bytes);
}

void cache_set_network(Cache *cache, uint64_t network)
{
    uint64_t position = 0;
    RingItem *item;

    cache->network = (uint32_t)(network ^ network >> 32);
    while ((item = ring_walk(&cache->ring, &position)) != NULL) {
        CacheEntry *entry = entry_of(item);

        if (entry_is_failure(entry))
            ring_remove(&cache->ring, item);
        else
            entry->retry = 0;
    }
}

static inline bool answers(const CacheEntry *entry, const QuestionKey *key)
{
    return entry->item.spare == key->length - QUESTION_HEADER &&
           memcmp(entry->question, key->bytes, QUESTION_HEADER) == 0 &&
           memcmp(entry_name(entry), key->bytes + QUESTION_HEADER, entry->item.spare) == 0;
}

static inline CacheEntry *find(const Cache *cache, const QuestionKey *key)
{
    RingItem *item = ring_find(&cache->ring, (uint32_t)key->hash);

    while (item && !answers(entry_of(item), key))
        item = ring_find_next(&cache->ring, item);
    return entry_of(item);
}

static Answer fresh_answer(const CacheEntry *entry, int64_t now)
{
    return (Answer){
        .wire = entry_wire(entry),
        .length = entry->wire_length,
        .records = MESSAGE_HEADER_LENGTH + entry->item.spare + QUESTION_TAIL,
        .rcode = entry_rcode(entry),
        .ede = entry->ede,
        .ttls = entry->ttls,
        .ttl_count = entry->ttl_count,
        .age_s = entry_age_s(entry, now),
    };
}

static Answer stale_answer(const CacheEntry *entry)
{
    Answer answer = fresh_answer(entry, entry->stored);

    answer.stale_ttl_s = STALE_TTL_S;
    answer.ede = answer.rcode == RCODE_NXDOMAIN ? EDE_STALE_NXDOMAIN : EDE_STALE_ANSWER;
    return answer;
}

static bool is_ripe(const Cache *cache, const CacheEntry *entry, int64_t now)
{
    bool wanted = cache->prefetch && entry->hits >= POPULAR_HITS && now >= entry_ripeness(entry);

    if (entry->network == cache->network && !wanted) /* nearly always */
        return false;
    return now >= entry->retry && !entry_is_failure(entry);
}

static inline CacheState state_of(const Cache *cache, const CacheEntry *entry, int64_t now)
{
    if (now < entry_expiry(entry))
        return is_ripe(cache, entry, now) ? CACHE_RIPE : CACHE_FRESH;
    if (now >= entry_end(cache, entry) || entry_is_failure(entry))
        return CACHE_MISS;
    return now < entry->retry ? CACHE_HELD : CACHE_STALE;
}

CacheState cache_lookup(Cache *cache, const QuestionKey *key, int64_t now_us, Answer *answer)
{
    CacheEntry *entry = find(cache, key);
    int64_t now = ticks(cache, now_us);
    CacheState state;

    if (!entry)
        return CACHE_MISS;
    if (entry->hits < UINT16_MAX)
        entry->hits++;
    state = state_of(cache, entry, now);
    if (state == CACHE_MISS) {
        if (now >= entry_end(cache, entry))
            ring_remove(&cache->ring, &entry->item);
        return CACHE_MISS;
    }
    ring_use(&entry->item);
    if (state == CACHE_RIPE)
        entry->retry = (uint32_t)(now + STALE_RETRY_S * TICKS_PER_S);
    *answer = state == CACHE_HELD ? stale_answer(entry) : fresh_answer(entry, now);
    return state;
}

bool cache_stale(Cache *cache, const QuestionKey *key, int64_t now_us, Answer *answer)
{
    const CacheEntry *entry = find(cache, key);
    int64_t now = ticks(cache, now_us);

    if (!entry || entry_is_failure(entry) || now < entry_expiry(entry) ||
        now >= entry_end(cache, entry))
        return false;
    *answer = stale_answer(entry);
    return true;
}

/* The TTL that a client would be told, rounded up: a life that is nearly whole is told as whole. */
static uint32_t ttl_left_s(CacheState state, const CacheEntry *entry, int64_t now)
{
    if (state == CACHE_FRESH)
        return (uint32_t)((entry_expiry(entry) - now + TICKS_PER_S - 1) / TICKS_PER_S);
    return state == CACHE_HELD ? STALE_TTL_S : 0;
}

bool cache_peek(const Cache *cache, const QuestionKey *key, int64_t now_us, CachePeek *peek)
{
    const CacheEntry *entry = find(cache, key);
    int64_t now = ticks(cache, now_us);
    CacheState state = entry ? state_of(cache, entry, now) : CACHE_MISS;

    if (state == CACHE_MISS)
        return false;
    if (state == CACHE_RIPE)
        state = CACHE_FRESH;
    *peek = (CachePeek){
        .answer = state == CACHE_FRESH ? fresh_answer(entry, now) : stale_answer(entry),
        .state = state,
        .ttl_s = ttl_left_s(state, entry, now),
        .age_s = entry_age_s(entry, now),
        .hits = entry->hits,
    };
    return true;
}

/* What an entry says of `reply`, kept from now on for so long. */
static void fill(CacheEntry *entry, const QuestionKey *key, const Message *reply,
                 const uint16_t *ttls)
{
    uint8_t *wire = (uint8_t *)(entry->ttls + entry->ttl_count);

    entry->item.spare = (uint8_t)(key->length - QUESTION_HEADER);
    memcpy(entry->question, key->bytes, QUESTION_HEADER);
    if (entry->ttl_count > 0)
        memcpy(entry->ttls, ttls, entry->ttl_count * sizeof *ttls);
    memcpy(wire, reply->wire, reply->length);
    memcpy(wire + MESSAGE_HEADER_LENGTH, key->bytes + QUESTION_HEADER, entry->item.spare);
}

/* In the place of what there was. */
static void put(Cache *cache, const QuestionKey *key, const Message *reply, const Shelf *shelf,
                int ede, int64_t now_us)
{
    CacheEntry *entry;
    RingItem *item;

    cache_forget(cache, key);
    if (reply->records != (size_t)key->length + RECORDS_PLACE) /* it is no answer to this */
        return;
    if (ticks(cache, now_us) > TICKS_MAX)
        cache_flush(cache, NULL);
    if (cache->ring.length == 0)
        cache->epoch_us = now_us;
    item = ring_add(&cache->ring, (uint32_t)key->hash, entry_size(shelf->ttl_count, reply->length));
    if (!item)
        return;
    entry = entry_of(item);
    entry->stored = (uint32_t)ticks(cache, now_us);
    entry->life_s = shelf->life_s;
    entry->retry = 0;
    entry->network = cache->network;
    entry->wire_length = (uint16_t)reply->length;
    entry->ttl_count = shelf->ttl_count;
    entry->ede = (int16_t)ede;
    entry->hits = 0;
    fill(entry, key, reply, shelf->ttls);
}

void cache_store(Cache *cache, const QuestionKey *key, const Message *reply, const Shelf *shelf,
                 int ede, int64_t now_us)
{
    put(cache, key, reply, shelf, ede, now_us);
}

void cache_store_failure(Cache *cache, const QuestionKey *key, const Message *reply, int ede,
                         int64_t now_us)
{
    const CacheEntry *old = find(cache, key);
    Shelf shelf;

    shelf.life_s = CACHE_FAILURE_S;
    shelf.ttl_count = 0;
    if (old && ticks(cache, now_us) < entry_end(cache, old)) {
        if (!entry_is_failure(old))
            return;
        shelf.life_s = MIN(2 * old->life_s, CACHE_FAILURE_MAX);
    }
    put(cache, key, reply, &shelf, ede == EDE_NONE ? EDE_CACHED_ERROR : ede, now_us);
}

void cache_hold(Cache *cache, const QuestionKey *key, int64_t now_us)
{
    CacheEntry *entry = find(cache, key);

    if (entry)
        entry->retry = (uint32_t)(ticks(cache, now_us) + STALE_RETRY_S * TICKS_PER_S);
}

void cache_forget(Cache *cache, const QuestionKey *key)
{
    CacheEntry *entry = find(cache, key);

    if (entry)
        ring_remove(&cache->ring, &entry->item);
}

size_t cache_flush(Cache *cache, const Name *name)
{
    size_t before = cache->ring.length;
    uint64_t position = 0;
    RingItem *item;

    while ((item = ring_walk(&cache->ring, &position)) != NULL) {
        const CacheEntry *entry = entry_of(item);
        Name owner = {.length = item->spare};

        memcpy(owner.wire, entry_name(entry), owner.length);
        if (!name || name_is_under(&owner, name))
            ring_remove(&cache->ring, item);
    }
    return before - cache->ring.length;
}

size_t cache_entries(const Cache *cache)
{
    return cache->ring.length;
}

size_t cache_bytes(const Cache *cache)
{
    return ring_bytes(&cache->ring);
}
