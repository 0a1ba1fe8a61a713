/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cache: whole messages, ready to be copied to a client, found by their question.
 *
 * An entry is one allocation: links, the offsets of its TTLs, the key, the message. A hit costs one
 * walk of a chain, a move in the list of use, and the copy that `answer_compose` makes anyway; TTLs
 * are lowered in that copy, so an entry never changes.
 *
 * The table of chains is allocated for the size limit at once and never grows: no turn of the loop
 * pays for rehashing. Pages of it that no entry needed were never touched and cost nothing.
 * Expired entries go when they are met or when they have become the least recently used: an idle
 * cache wakes nobody.
 *
 * Memory is counted as asked from malloc plus its usual overhead.
 */
#include "cache.h"

#include "edns.h"
#include "list.h"

#include <glib.h>

#define TYPICAL_ENTRY      256 /* bytes; decides the number of chains for a size limit */
#define MALLOC_OVERHEAD    16
#define NEGATIVE_MAX_TTL_S 10800 /* RFC 2308 §5: three hours at most */
#define US_PER_S           INT64_C(1000000)
#define MAX_TTLS           1024 /* records of a message worth keeping */

typedef struct CacheEntry {
    struct CacheEntry *chain;
    ListNode use; /* in Cache.use, least recently used first */
    uint64_t hash;
    int64_t stored_us, expires_us; /* not whole seconds: they would cut a short TTL by up to one */
    uint16_t key_length, wire_length, records, ttl_count;
    int16_t ede;
    uint16_t ttls[]; /* then the key, then the message */
} CacheEntry;

struct Cache {
    CacheEntry **chains;
    size_t chain_mask;
    List use;
    size_t limit, bytes, entries;
    uint32_t min_ttl_s, max_ttl_s;
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
    cache_clear(cache);
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

void cache_clear(Cache *cache)
{
    shrink_to(cache, 0);
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

void cache_configure(Cache *cache, size_t bytes, uint32_t min_ttl_s, uint32_t max_ttl_s)
{
    shrink_to(cache, bytes);
    cache->limit = bytes;
    cache->min_ttl_s = min_ttl_s;
    cache->max_ttl_s = max_ttl_s > min_ttl_s ? max_ttl_s : min_ttl_s;
    if (bytes > 0)
        resize_table(cache, bytes);
}

static CacheEntry *find(Cache *cache, const QuestionKey *key)
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

bool cache_lookup(Cache *cache, const QuestionKey *key, int64_t now_us, Answer *answer)
{
    CacheEntry *entry = find(cache, key);

    if (!entry)
        return false;
    if (now_us >= entry->expires_us) {
        entry_remove(cache, entry);
        return false;
    }
    list_remove(&entry->use);
    list_append(&cache->use, &entry->use);
    *answer = (Answer){
        .wire = entry_wire(entry),
        .length = entry->wire_length,
        .records = entry->records,
        .rcode = entry_wire(entry)[3] & MESSAGE_RCODE,
        .ede = entry->ede,
        .ttls = entry->ttls,
        .ttl_count = entry->ttl_count,
        .age_s = (uint32_t)((now_us - entry->stored_us) / US_PER_S),
    };
    return true;
}

/* What decides how long a reply is kept. */
typedef struct Shelf {
    uint32_t ttl_s; /* the least of all */
    bool has_data;  /* a record of the type asked for */
    bool has_soa;
    uint16_t ttls[MAX_TTLS];
    uint16_t ttl_count;
} Shelf;

/* MINIMUM is the last 4 bytes of a SOA's RDATA (RFC 1035 §3.3.13). */
static uint32_t soa_ttl(const Message *reply, const Record *record)
{
    uint32_t minimum;

    if (record->rdata_length < 4)
        return 0;
    minimum = wire_get_u32(reply->wire + record->rdata + record->rdata_length - 4);
    return minimum < record->ttl ? minimum : record->ttl;
}

static bool read_shelf(const Message *reply, Shelf *shelf)
{
    RecordIterator iterator = record_iterator(reply);
    Record record;

    shelf->ttl_s = UINT32_MAX;
    shelf->has_data = shelf->has_soa = false;
    shelf->ttl_count = 0;
    while (record_next(&iterator, &record)) {
        uint32_t ttl_s = record.ttl > INT32_MAX ? 0 : record.ttl; /* RFC 2181 §8 */

        if (record.section == 1 && record.type == reply->qtype)
            shelf->has_data = true;
        if (record.section == 2 && record.type == RRTYPE_SOA) {
            shelf->has_soa = true;
            ttl_s = soa_ttl(reply, &record);
        }
        if (shelf->ttl_count == MAX_TTLS)
            return false;
        shelf->ttls[shelf->ttl_count++] = (uint16_t)record.ttl_offset;
        if (ttl_s < shelf->ttl_s)
            shelf->ttl_s = ttl_s;
    }
    return shelf->ttl_count > 0;
}

static bool is_negative(const Message *reply, const Shelf *shelf)
{
    return (reply->flags & MESSAGE_RCODE) == RCODE_NXDOMAIN || !shelf->has_data;
}

/* How long the reply may be kept, 0 for not at all. */
static uint32_t shelf_life_s(const Cache *cache, const Message *reply, const Shelf *shelf)
{
    unsigned rcode = reply->flags & MESSAGE_RCODE;
    bool negative = is_negative(reply, shelf);
    uint32_t ttl_s = shelf->ttl_s;

    if (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN)
        return 0;
    if (negative && !shelf->has_soa)
        return 0;
    if (negative && ttl_s > NEGATIVE_MAX_TTL_S)
        ttl_s = NEGATIVE_MAX_TTL_S;
    if (ttl_s < cache->min_ttl_s)
        ttl_s = cache->min_ttl_s;
    return ttl_s > cache->max_ttl_s ? cache->max_ttl_s : ttl_s;
}

/* Clients are told no less than the entry will live, since the minimum may have raised that, and no
 * more than `most_s`. */
static void clamp_ttls(const CacheEntry *entry, uint8_t *wire, uint32_t least_s, uint32_t most_s)
{
    for (size_t i = 0; i < entry->ttl_count; i++) {
        uint8_t *at = wire + entry->ttls[i];
        uint32_t ttl_s = wire_get_u32(at);

        wire_put_u32(at, ttl_s < least_s ? least_s : ttl_s > most_s ? most_s : ttl_s);
    }
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

void cache_store(Cache *cache, const QuestionKey *key, const Message *reply, int ede,
                 int64_t now_us)
{
    CacheEntry *entry, *old;
    uint8_t *tail;
    size_t size;
    uint32_t life_s;
    Shelf shelf;

    if (reply->flags & MESSAGE_TC || !read_shelf(reply, &shelf))
        return;
    life_s = shelf_life_s(cache, reply, &shelf);
    size = entry_size(shelf.ttl_count, key->length, reply->length);
    if (life_s == 0 || size + MALLOC_OVERHEAD > cache->limit / 8)
        return;
    old = find(cache, key);
    if (old)
        entry_remove(cache, old);
    shrink_to(cache, cache->limit - size - MALLOC_OVERHEAD);

    entry = g_malloc(size);
    entry->hash = key->hash;
    entry->stored_us = now_us;
    entry->expires_us = now_us + life_s * US_PER_S;
    entry->key_length = key->length;
    entry->wire_length = (uint16_t)reply->length;
    entry->records = (uint16_t)reply->records;
    entry->ttl_count = shelf.ttl_count;
    entry->ede = (int16_t)ede;
    memcpy(entry->ttls, shelf.ttls, shelf.ttl_count * sizeof(uint16_t));
    tail = (uint8_t *)(entry->ttls + shelf.ttl_count);
    memcpy(tail, key->bytes, key->length);
    memcpy(tail + key->length, reply->wire, reply->length);
    clamp_ttls(entry, tail + key->length, life_s,
               is_negative(reply, &shelf) ? life_s : cache->max_ttl_s);
    insert(cache, entry, size + MALLOC_OVERHEAD);
}

size_t cache_entries(const Cache *cache)
{
    return cache->entries;
}

size_t cache_bytes(const Cache *cache)
{
    return cache->bytes;
}
