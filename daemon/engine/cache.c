/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cache: whole messages, ready to be copied to a client, found by their question.
 *
 * An entry is one allocation: links, the offsets of its TTLs, the key, the message. A hit costs one
 * walk of a chain, a move in the list of use, and the copy that `answer_compose` makes anyway; TTLs
 * are lowered in that copy, so the message of an entry never changes.
 *
 * The table of chains is allocated for the size limit at once and never grows: no turn of the loop
 * pays for rehashing. Pages of it that no entry needed were never touched and cost nothing.
 * Entries past all use go when they are met or when they have become the least recently used: an
 * idle cache wakes nobody, and nothing is refreshed that nobody asks for.
 *
 * The life of an entry:
 *
 *     stored ............ ripe ... expires ............................ ends
 *     fresh               popular: stale: for want of a better answer
 *                         refreshed
 *
 * A failure (RFC 9520) lives for seconds and then, instead of being stale, only remembers for as
 * long again how long that was, so that the next one is kept for longer.
 *
 * Memory is counted as asked from malloc plus its usual overhead.
 */
#include "cache.h"

#include "edns.h"
#include "list.h"

#include <glib.h>

#define TYPICAL_ENTRY   256 /* bytes; decides the number of chains for a size limit */
#define MALLOC_OVERHEAD 16
#define US_PER_S        INT64_C(1000000)
#define POPULAR_HITS    3  /* in one life; the refresh after that pays for itself */
#define RIPE_PART       10 /* the last tenth of a life */

typedef struct CacheEntry {
    struct CacheEntry *chain;
    ListNode use; /* in Cache.use, least recently used first */
    uint64_t hash, network;
    int64_t stored_us, expires_us; /* not whole seconds: they would cut a short TTL by up to one */
    int64_t ripe_us;               /* before it, nothing but a change of network matters to a hit */
    int64_t retry_us;              /* not asked again before, unless by those who need an answer */
    uint16_t key_length, wire_length, records, ttl_count;
    int16_t ede;
    uint16_t hits;   /* stops at the largest number */
    uint16_t ttls[]; /* then the key, then the message */
} CacheEntry;

struct Cache {
    CacheEntry **chains;
    size_t chain_mask;
    List use;
    size_t limit, bytes, entries;
    uint64_t network;
    int64_t stale_us;
    bool prefetch;
};

static const uint8_t *entry_key(const CacheEntry *entry)
{
    return (const uint8_t *)(entry->ttls + entry->ttl_count);
}

static const uint8_t *entry_wire(const CacheEntry *entry)
{
    return entry_key(entry) + entry->key_length;
}

static size_t entry_size(size_t ttl_count, size_t key_length, size_t wire_length)
{
    return offsetof(CacheEntry, ttls) + ttl_count * sizeof(uint16_t) + key_length + wire_length;
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

static int64_t entry_life_us(const CacheEntry *entry)
{
    return entry->expires_us - entry->stored_us;
}

/* When it is past all use. */
static int64_t entry_end_us(const Cache *cache, const CacheEntry *entry)
{
    return entry->expires_us + (entry_is_failure(entry) ? entry_life_us(entry) : cache->stale_us);
}

Cache *cache_new(void)
{
    Cache *cache = g_new0(Cache, 1);

    list_init(&cache->use);
    return cache;
}

void cache_free(Cache *cache)
{
    if (!cache)
        return;
    cache_flush(cache, NULL);
    g_free(cache->chains);
    g_free(cache);
}

static void entry_remove(Cache *cache, CacheEntry *entry)
{
    CacheEntry **link = &cache->chains[entry->hash & cache->chain_mask];

    while (*link != entry)
        link = &(*link)->chain;
    *link = entry->chain;
    list_remove(&entry->use);
    cache->bytes -=
        entry_size(entry->ttl_count, entry->key_length, entry->wire_length) + MALLOC_OVERHEAD;
    cache->entries--;
    g_free(entry);
}

static void shrink_to(Cache *cache, size_t bytes)
{
    while (cache->bytes > bytes)
        entry_remove(cache, list_first(&cache->use, CacheEntry, use));
}

/* Gives the table the size that fits `bytes` and puts the entries into it again. */
static void resize_table(Cache *cache, size_t bytes)
{
    size_t count = 64;

    while (count < bytes / TYPICAL_ENTRY)
        count *= 2;
    if (cache->chains && cache->chain_mask == count - 1)
        return;
    g_free(cache->chains);
    cache->chains = g_new0(CacheEntry *, count);
    cache->chain_mask = count - 1;
    list_for_each (node, &cache->use) {
        CacheEntry *entry = container_of(node, CacheEntry, use);
        CacheEntry **chain = &cache->chains[entry->hash & cache->chain_mask];
        entry->chain = *chain;
        *chain = entry;
    }
}

void cache_configure(Cache *cache, const Plan *plan)
{
    shrink_to(cache, plan->cache_bytes);
    cache->limit = plan->cache_bytes;
    cache->stale_us = plan->cache_stale_s * US_PER_S;
    cache->prefetch = plan->cache_prefetch;
    if (cache->limit > 0)
        resize_table(cache, cache->limit);
}

void cache_set_network(Cache *cache, uint64_t network)
{
    cache->network = network;
    list_for_each (node, &cache->use) {
        CacheEntry *entry = container_of(node, CacheEntry, use);

        if (entry_is_failure(entry))
            entry_remove(cache, entry);
        else
            entry->retry_us = 0;
    }
}

static inline CacheEntry *find(const Cache *cache, const QuestionKey *key)
{
    if (cache->limit == 0)
        return NULL;
    for (CacheEntry *entry = cache->chains[key->hash & cache->chain_mask]; entry;
         entry = entry->chain) {
        if (entry->hash == key->hash && entry->key_length == key->length &&
            memcmp(entry_key(entry), key->bytes, key->length) == 0)
            return entry;
    }
    return NULL;
}

static Answer fresh_answer(const CacheEntry *entry, int64_t now_us)
{
    return (Answer){
        .wire = entry_wire(entry),
        .length = entry->wire_length,
        .records = entry->records,
        .rcode = entry_rcode(entry),
        .ede = entry->ede,
        .ttls = entry->ttls,
        .ttl_count = entry->ttl_count,
        .age_s = (uint32_t)((now_us - entry->stored_us) / US_PER_S),
    };
}

static Answer stale_answer(const CacheEntry *entry)
{
    Answer answer = fresh_answer(entry, entry->stored_us);

    answer.stale_ttl_s = STALE_TTL_S;
    answer.ede = answer.rcode == RCODE_NXDOMAIN ? EDE_STALE_NXDOMAIN : EDE_STALE_ANSWER;
    return answer;
}

static bool is_ripe(const Cache *cache, const CacheEntry *entry, int64_t now_us)
{
    if (now_us < entry->retry_us || entry_is_failure(entry))
        return false;
    if (entry->network != cache->network)
        return true;
    return cache->prefetch && entry->hits >= POPULAR_HITS && now_us >= entry->ripe_us;
}

static inline CacheState state_of(const Cache *cache, const CacheEntry *entry, int64_t now_us)
{
    if (now_us < entry->ripe_us && entry->network == cache->network) /* nearly always */
        return CACHE_FRESH;
    if (now_us < entry->expires_us)
        return is_ripe(cache, entry, now_us) ? CACHE_RIPE : CACHE_FRESH;
    if (now_us >= entry_end_us(cache, entry) || entry_is_failure(entry))
        return CACHE_MISS;
    return now_us < entry->retry_us ? CACHE_HELD : CACHE_STALE;
}

CacheState cache_lookup(Cache *cache, const QuestionKey *key, int64_t now_us, Answer *answer)
{
    CacheEntry *entry = find(cache, key);
    CacheState state;

    if (!entry)
        return CACHE_MISS;
    if (entry->hits < UINT16_MAX)
        entry->hits++;
    state = state_of(cache, entry, now_us);
    if (state == CACHE_MISS) {
        if (now_us >= entry_end_us(cache, entry))
            entry_remove(cache, entry);
        return CACHE_MISS;
    }
    list_remove(&entry->use);
    list_append(&cache->use, &entry->use);
    if (state == CACHE_RIPE)
        entry->retry_us = now_us + STALE_RETRY_S * US_PER_S;
    *answer = state == CACHE_HELD ? stale_answer(entry) : fresh_answer(entry, now_us);
    return state;
}

bool cache_stale(Cache *cache, const QuestionKey *key, int64_t now_us, Answer *answer)
{
    const CacheEntry *entry = find(cache, key);

    if (!entry || entry_is_failure(entry) || now_us < entry->expires_us ||
        now_us >= entry_end_us(cache, entry))
        return false;
    *answer = stale_answer(entry);
    return true;
}

bool cache_peek(const Cache *cache, const QuestionKey *key, int64_t now_us, CachePeek *peek)
{
    const CacheEntry *entry = find(cache, key);
    CacheState state = entry ? state_of(cache, entry, now_us) : CACHE_MISS;

    if (state == CACHE_MISS)
        return false;
    peek->state = state == CACHE_RIPE ? CACHE_FRESH : state;
    peek->answer = peek->state == CACHE_FRESH ? fresh_answer(entry, now_us) : stale_answer(entry);
    peek->ttl_s = peek->state == CACHE_FRESH
                      ? (uint32_t)((entry->expires_us - now_us + US_PER_S - 1) / US_PER_S)
                  : state == CACHE_HELD ? STALE_TTL_S
                                        : 0;
    peek->age_s = (uint32_t)((now_us - entry->stored_us) / US_PER_S);
    peek->hits = entry->hits;
    return true;
}

static void insert(Cache *cache, CacheEntry *entry, size_t size)
{
    CacheEntry **chain = &cache->chains[entry->hash & cache->chain_mask];

    entry->chain = *chain;
    *chain = entry;
    list_append(&cache->use, &entry->use);
    cache->bytes += size;
    cache->entries++;
}

/* In the place of what there was, for `life_us`. */
static void put(Cache *cache, const QuestionKey *key, const Message *reply, const uint16_t *ttls,
                uint16_t ttl_count, int ede, int64_t now_us, int64_t life_us)
{
    size_t size = entry_size(ttl_count, key->length, reply->length);
    CacheEntry *entry;
    uint8_t *tail;

    cache_forget(cache, key);
    if (size + MALLOC_OVERHEAD > cache->limit / 8)
        return;
    shrink_to(cache, cache->limit - size - MALLOC_OVERHEAD);
    entry = g_malloc(size);
    *entry = (CacheEntry){
        .hash = key->hash,
        .network = cache->network,
        .stored_us = now_us,
        .expires_us = now_us + life_us,
        .ripe_us = now_us + life_us - life_us / RIPE_PART,
        .key_length = key->length,
        .wire_length = (uint16_t)reply->length,
        .records = (uint16_t)reply->records,
        .ttl_count = ttl_count,
        .ede = (int16_t)ede,
    };
    if (ttl_count > 0)
        memcpy(entry->ttls, ttls, ttl_count * sizeof *ttls);
    tail = (uint8_t *)(entry->ttls + ttl_count);
    memcpy(tail, key->bytes, key->length);
    memcpy(tail + key->length, reply->wire, reply->length);
    insert(cache, entry, size + MALLOC_OVERHEAD);
}

void cache_store(Cache *cache, const QuestionKey *key, const Message *reply, const Shelf *shelf,
                 int ede, int64_t now_us)
{
    put(cache, key, reply, shelf->ttls, shelf->ttl_count, ede, now_us, shelf->life_s * US_PER_S);
}

void cache_store_failure(Cache *cache, const QuestionKey *key, const Message *reply, int ede,
                         int64_t now_us)
{
    const CacheEntry *old = find(cache, key);
    int64_t life_us = CACHE_FAILURE_S * US_PER_S;

    if (old && now_us < entry_end_us(cache, old)) {
        if (!entry_is_failure(old))
            return;
        life_us = MIN(2 * entry_life_us(old), CACHE_FAILURE_MAX * US_PER_S);
    }
    put(cache, key, reply, NULL, 0, ede == EDE_NONE ? EDE_CACHED_ERROR : ede, now_us, life_us);
}

void cache_hold(Cache *cache, const QuestionKey *key, int64_t now_us)
{
    CacheEntry *entry = find(cache, key);

    if (entry)
        entry->retry_us = now_us + STALE_RETRY_S * US_PER_S;
}

void cache_forget(Cache *cache, const QuestionKey *key)
{
    CacheEntry *entry = find(cache, key);

    if (entry)
        entry_remove(cache, entry);
}

size_t cache_flush(Cache *cache, const Name *name)
{
    size_t before = cache->entries;

    list_for_each (node, &cache->use) {
        CacheEntry *entry = container_of(node, CacheEntry, use);
        Name owner;

        question_key_name(entry_key(entry), entry->key_length, &owner);
        if (!name || name_is_under(&owner, name))
            entry_remove(cache, entry);
    }
    return before - cache->entries;
}

size_t cache_entries(const Cache *cache)
{
    return cache->entries;
}

size_t cache_bytes(const Cache *cache)
{
    return cache->bytes;
}
