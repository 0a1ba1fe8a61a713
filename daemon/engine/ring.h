/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What an item of a ring is now. */
typedef enum RingState {
    RING_DEAD, /* removed: its place waits for those before it to go */
    RING_LIVE,
    RING_USED, /* looked up since it was added, or since it was last spared */
} RingState;

/** The head of every item; what is behind it is its owner's. Embedded first, aligned to 4 bytes. */
typedef struct RingItem {
    uint16_t units; /* its length with this head, in RING_UNIT */
    uint8_t state;  /* RingState; `ring_use` is how it becomes RING_USED */
    uint8_t spare;  /* the owner's */
    uint32_t chain, hash;
} RingItem;

#define RING_UNIT     4
#define RING_ITEM_MAX (UINT16_MAX * RING_UNIT)

/**
 * Items found by their hash, one behind another in a ring of memory of a fixed size, which is taken
 * from the system as it is needed. When it is full the oldest goes, unless it was used: then it is
 * spared once, as if it were new ("second chance", or CLOCK). All pointers to items are valid until
 * the next ring_add or ring_remove. Embedded; all zero is a ring that keeps nothing.
 */
typedef struct Ring {
    uint32_t *buckets; /* where chains begin; in the same mapping as the items behind it */
    size_t bucket_count, bucket_max, level;
    uint8_t *items;
    size_t capacity;               /* bytes for items */
    uint64_t head, tail, released; /* positions: they grow for ever; modulo `capacity` a place */
    size_t limit, length;          /* of everything in bytes; of items */
    size_t dead;                   /* bytes of removed items that are still between the others */
} Ring;

/** For `limit` bytes, buckets and all; 0 is allowed. False when there is no room for its addresses.
 */
bool ring_open(Ring *ring, size_t limit);
void ring_clear(Ring *ring);

/** The first item with this hash, and the next one after it; NULL: no more. */
RingItem *ring_find(const Ring *ring, uint32_t hash);
RingItem *ring_find_next(const Ring *ring, const RingItem *item);

/** Makes an item of `size` bytes, its head set and the rest for the caller to write. Older ones may
 * go for it. NULL when it is larger than an eighth of all the room for items, or than
 * RING_ITEM_MAX. */
RingItem *ring_add(Ring *ring, uint32_t hash, size_t size);
void ring_remove(Ring *ring, RingItem *item);
static inline void ring_use(RingItem *item)
{
    item->state = RING_USED;
}

/** Walks over all items, oldest first, from `position` 0 on; NULL at the end. The one it returned
 * last may be removed, but none added. */
RingItem *ring_walk(const Ring *ring, uint64_t *position);

/** What it takes of its limit: items, gaps between them, and buckets. */
size_t ring_bytes(const Ring *ring);
