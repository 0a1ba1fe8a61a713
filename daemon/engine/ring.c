/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory for many small things that come, are looked up by hash, and go when the room is needed:
 * no allocator between them, no pointers in them. An item costs its bytes, rounded up to 4, and 4
 * more for its bucket.
 *
 *     buckets | ..... [oldest] [dead] [used] ... [newest] ..... |
 *                     tail                                head
 *
 * Items are appended at the head. What is removed stays as a gap until the tail has passed it;
 * when gaps are more than a quarter, each item added makes a few at the tail move to the head, so
 * that gaps never grow much beyond that and no single call pays for all of them. An item does not
 * go over the end of the memory: a dead one fills what is left there.
 *
 * A full ring drops at the tail. An item used since it was appended is spared, that is moved to the
 * head, but a call spares MOVES of them at most: if all are in use, the oldest go after all.
 *
 * The table grows by one bucket an item (linear hashing: Litwin, VLDB 1980), never by a rehash of
 * everything. An item is named by its offset in units plus one; 0 ends a chain. Table and ring are
 * one mapping without huge pages, so what no item needed is not there; and what the tail has left
 * behind is given back while the ring is less than half full.
 */
#include "ring.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>

#define BUCKETS_MIN  64
#define TYPICAL_ITEM 128     /* bytes; decides how many buckets there may be */
#define MOVES        32      /* a call, at most */
#define GAPS_PART    4       /* gaps above a quarter of the whole are closed */
#define LARGEST_PART 8       /* of the capacity, that one item may take */
#define RELEASE      0x20000 /* bytes given back to the system at a time */
#define PAGE         0x1000

static size_t round_up(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

static size_t item_size(const RingItem *item)
{
    return (size_t)item->units * RING_UNIT;
}

static RingItem *item_at(const Ring *ring, uint64_t position)
{
    return (RingItem *)(void *)(ring->items + position % ring->capacity);
}

static RingItem *item_of(const Ring *ring, uint32_t name)
{
    return name ? (RingItem *)(void *)(ring->items + (size_t)(name - 1) * RING_UNIT) : NULL;
}

static uint32_t name_of(const Ring *ring, const RingItem *item)
{
    return (uint32_t)((size_t)((const uint8_t *)item - ring->items) / RING_UNIT + 1);
}

static size_t used(const Ring *ring)
{
    return (size_t)(ring->head - ring->tail);
}

static size_t mapping_length(const Ring *ring)
{
    return ring->bucket_max * sizeof *ring->buckets + ring->capacity;
}

/* ---- opening ---- */

bool ring_open(Ring *ring, size_t limit)
{
    size_t bucket_max = limit / TYPICAL_ITEM > BUCKETS_MIN ? limit / TYPICAL_ITEM : BUCKETS_MIN;
    size_t buckets = bucket_max * sizeof *ring->buckets;
    void *mapping;

    *ring = (Ring){0};
    if (limit <= buckets)
        return true;
    limit = limit / RING_UNIT * RING_UNIT;
    mapping = mmap(NULL, limit, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (mapping == MAP_FAILED)
        return false;
    /* Both may be unknown to the kernel. What was asked for is not to be found in a dump. */
    (void)madvise(mapping, limit, MADV_NOHUGEPAGE);
    (void)madvise(mapping, limit, MADV_DONTDUMP);
    *ring = (Ring){.buckets = mapping,
                   .bucket_count = BUCKETS_MIN,
                   .bucket_max = bucket_max,
                   .level = BUCKETS_MIN,
                   .items = (uint8_t *)mapping + buckets,
                   .capacity = limit - buckets,
                   .limit = limit};
    return true;
}

void ring_clear(Ring *ring)
{
    if (ring->buckets)
        munmap(ring->buckets, mapping_length(ring));
    *ring = (Ring){0};
}

/* ---- the table ---- */

static uint32_t *bucket_of(const Ring *ring, uint32_t hash)
{
    size_t number = hash & (2 * ring->level - 1);

    return &ring->buckets[number < ring->bucket_count ? number : hash & (ring->level - 1)];
}

/* What names this item: its bucket, or the item before it in the chain. */
static uint32_t *link_to(const Ring *ring, const RingItem *item)
{
    uint32_t name = name_of(ring, item), *link = bucket_of(ring, item->hash);

    while (*link != name)
        link = &item_of(ring, *link)->chain;
    return link;
}

static void add_to_chain(Ring *ring, RingItem *item)
{
    uint32_t *bucket = bucket_of(ring, item->hash);

    item->chain = *bucket;
    *bucket = name_of(ring, item);
}

/* One bucket more, with those of the bucket it was split from that belong here. */
static void grow_table(Ring *ring)
{
    uint32_t *link = &ring->buckets[ring->bucket_count - ring->level];
    uint32_t *target = &ring->buckets[ring->bucket_count];
    RingItem *item;

    if (ring->bucket_count == ring->bucket_max || ring->length <= ring->bucket_count)
        return;
    *target = 0;
    while ((item = item_of(ring, *link)) != NULL) {
        if (item->hash & ring->level) {
            *link = item->chain;
            item->chain = *target;
            *target = name_of(ring, item);
        } else {
            link = &item->chain;
        }
    }
    if (++ring->bucket_count == 2 * ring->level)
        ring->level *= 2;
}

/* From `item` on, itself included. */
static RingItem *with_hash(const Ring *ring, RingItem *item, uint32_t hash)
{
    while (item && item->hash != hash)
        item = item_of(ring, item->chain);
    return item;
}

RingItem *ring_find(const Ring *ring, uint32_t hash)
{
    if (!ring->buckets)
        return NULL;
    return with_hash(ring, item_of(ring, *bucket_of(ring, hash)), hash);
}

RingItem *ring_find_next(const Ring *ring, const RingItem *item)
{
    return with_hash(ring, item_of(ring, item->chain), item->hash);
}

/* ---- the ring ---- */

/* How much would be left at the end of the memory if `size` bytes were appended now. */
static size_t left_at_end(const Ring *ring, size_t size)
{
    size_t left = ring->capacity - (size_t)(ring->head % ring->capacity);

    return left < size ? left : 0;
}

static bool fits(const Ring *ring, size_t size)
{
    return used(ring) + left_at_end(ring, size) + size <= ring->capacity;
}

/* Takes `size` bytes at the head, and moves what is at `content` there, which may overlap. */
static RingItem *append(Ring *ring, size_t size, const RingItem *content)
{
    size_t left = left_at_end(ring, size);
    RingItem *filler = item_at(ring, ring->head), *item = item_at(ring, ring->head + left);

    if (content)
        memmove(item, content, size);
    if (left > 0) { /* as little as one unit, so only what is in the first 4 bytes */
        filler->units = (uint16_t)(left / RING_UNIT);
        filler->state = RING_DEAD;
        ring->dead += left;
    }
    ring->head += left + size;
    return item;
}

/* Nothing is left: as at the beginning, but for what is given back. */
static void begin_anew(Ring *ring)
{
    if (used(ring) > RELEASE)
        (void)madvise(ring->buckets, mapping_length(ring), MADV_DONTNEED); /* reads as zero again */
    else
        memset(ring->buckets, 0, ring->bucket_count * sizeof *ring->buckets);
    ring->bucket_count = ring->level = BUCKETS_MIN;
    ring->head = ring->tail = ring->released = 0;
    ring->dead = 0;
}

static void release(Ring *ring, size_t from, size_t to)
{
    uintptr_t start = round_up((uintptr_t)(ring->items + from), PAGE);
    uintptr_t end = (uintptr_t)(ring->items + to) / PAGE * PAGE;

    if (start < end)
        (void)madvise((void *)start, end - start, MADV_DONTNEED);
}

/* Gives back what lies behind the tail. The head is far enough: less than half is used. */
static void release_behind(Ring *ring)
{
    size_t from = (size_t)(ring->released % ring->capacity);
    size_t length = (size_t)(ring->tail - ring->released);

    if (length < RELEASE)
        return;
    ring->released = ring->tail;
    if (used(ring) > ring->capacity / 2 || length > ring->capacity / 4)
        return;
    if (from + length > ring->capacity) {
        release(ring, 0, from + length - ring->capacity);
        length = ring->capacity - from;
    }
    release(ring, from, from + length);
}

static void pass_dead(Ring *ring)
{
    while (ring->tail < ring->head && item_at(ring, ring->tail)->state == RING_DEAD) {
        size_t size = item_size(item_at(ring, ring->tail));

        ring->tail += size;
        ring->dead -= size;
    }
    release_behind(ring);
}

/* For the one a lap that the end of the memory leaves no room for: others go in its place. */
static void make_way_for_oldest(Ring *ring)
{
    RingItem *item = item_at(ring, ring->tail);
    size_t size = item_size(item);
    g_autofree RingItem *aside = g_memdup2(item, size);

    ring_remove(ring, item);
    while (!fits(ring, size))
        ring_remove(ring, item_at(ring, ring->tail));
    ring->length++;
    add_to_chain(ring, append(ring, size, aside));
}

/* The oldest item, which lives, becomes the newest. */
static void move_oldest(Ring *ring)
{
    RingItem *item = item_at(ring, ring->tail);
    size_t size = item_size(item);
    uint32_t *link;

    ring->tail += size;
    if (fits(ring, size)) {
        link = link_to(ring, item);
        *link = name_of(ring, append(ring, size, item));
        pass_dead(ring);
    } else {
        ring->tail -= size;
        make_way_for_oldest(ring);
    }
}

static bool spare_oldest(Ring *ring)
{
    RingItem *oldest = item_at(ring, ring->tail);

    if (oldest->state != RING_USED)
        return false;
    oldest->state = RING_LIVE;
    move_oldest(ring);
    return true;
}

static bool has_gaps(const Ring *ring)
{
    return ring->dead > PAGE && ring->dead > used(ring) / GAPS_PART;
}

static void make_room(Ring *ring, size_t size)
{
    int moves = 0;

    while (ring->length > 0 && !fits(ring, size))
        if (moves++ >= MOVES || !spare_oldest(ring))
            ring_remove(ring, item_at(ring, ring->tail));
    while (moves++ < MOVES && has_gaps(ring))
        move_oldest(ring);
}

RingItem *ring_add(Ring *ring, uint32_t hash, size_t size)
{
    RingItem *item;

    size = round_up(size, RING_UNIT);
    if (size > ring->capacity / LARGEST_PART || size > RING_ITEM_MAX)
        return NULL;
    make_room(ring, size);
    item = append(ring, size, NULL);
    *item = (RingItem){.units = (uint16_t)(size / RING_UNIT), .state = RING_LIVE, .hash = hash};
    ring->length++;
    grow_table(ring);
    add_to_chain(ring, item);
    return item;
}

void ring_remove(Ring *ring, RingItem *item)
{
    *link_to(ring, item) = item->chain;
    item->state = RING_DEAD;
    ring->dead += item_size(item);
    ring->length--;
    if (ring->length == 0)
        begin_anew(ring);
    else
        pass_dead(ring);
}

RingItem *ring_walk(const Ring *ring, uint64_t *position)
{
    if (*position < ring->tail)
        *position = ring->tail;
    while (*position < ring->head) {
        RingItem *item = item_at(ring, *position);

        *position += item_size(item);
        if (item->state != RING_DEAD)
            return item;
    }
    return NULL;
}

size_t ring_bytes(const Ring *ring)
{
    return used(ring) + ring->bucket_count * sizeof *ring->buckets;
}
