/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ring.h"

#include <glib.h>
#include <string.h>

#define LIMIT 65536

/* What the tests keep: a number that tells items with the same hash apart. */
typedef struct Thing {
    RingItem item;
    uint32_t number;
    uint8_t body[];
} Thing;

static Thing *add(Ring *ring, uint32_t hash, uint32_t number, size_t body)
{
    Thing *thing = (Thing *)(void *)ring_add(ring, hash, sizeof *thing + body);

    g_assert_nonnull(thing);
    thing->number = number;
    memset(thing->body, (int)(number & 0xff), body);
    return thing;
}

static Thing *find(const Ring *ring, uint32_t hash, uint32_t number)
{
    RingItem *item = ring_find(ring, hash);

    while (item && ((Thing *)(void *)item)->number != number)
        item = ring_find_next(ring, item);
    return (Thing *)(void *)item;
}

static void set_up(Ring *ring, gconstpointer limit)
{
    g_assert_true(ring_open(ring, GPOINTER_TO_SIZE(limit)));
}

static void tear_down(Ring *ring, gconstpointer limit)
{
    ring_clear(ring);
}

static void equal_hashes_are_all_found(Ring *ring, gconstpointer unused)
{
    for (uint32_t i = 0; i < 5; i++)
        add(ring, 7, i, 20);
    for (uint32_t i = 0; i < 5; i++)
        g_assert_nonnull(find(ring, 7, i));
    g_assert_null(find(ring, 8, 0));
}

static void removed_is_not_found(Ring *ring, gconstpointer unused)
{
    add(ring, 1, 1, 20);
    add(ring, 1, 2, 20);
    ring_remove(ring, &find(ring, 1, 1)->item);
    g_assert_null(find(ring, 1, 1));
    g_assert_nonnull(find(ring, 1, 2));
    g_assert_cmpuint(ring->length, ==, 1);
}

static void oldest_goes_first(Ring *ring, gconstpointer unused)
{
    uint32_t count = 0;

    while (ring->length == count)
        add(ring, count, count, 100), count++;
    g_assert_null(find(ring, 0, 0));
    g_assert_nonnull(find(ring, 4, 4));
    g_assert_nonnull(find(ring, count - 1, count - 1));
    g_assert_cmpuint(ring_bytes(ring), <=, LIMIT);
}

static void used_is_spared(Ring *ring, gconstpointer unused)
{
    add(ring, 0, 0, 60);
    for (uint32_t i = 1; i < 20000; i++) {
        ring_use(&find(ring, 0, 0)->item);
        add(ring, i, i, i % 177); /* what is left at the end varies from lap to lap */
        g_assert_nonnull(find(ring, 0, 0));
    }
}

/* A call must not go over everything only because everything is in use. */
static void spared_is_bounded_when_all_are_used(Ring *ring, gconstpointer unused)
{
    size_t before;

    for (uint32_t i = 0; i < 20000; i++)
        ring_use(&add(ring, i, i, 20)->item);
    before = ring->length;
    add(ring, 1, 70000, 20);
    g_assert_cmpuint(ring->length, <=, before);
    g_assert_nonnull(find(ring, 19999, 19999));
}

static void too_large_is_refused(Ring *ring, gconstpointer unused)
{
    add(ring, 1, 1, 20);
    g_assert_null(ring_add(ring, 2, LIMIT / 8 + 1));
    g_assert_nonnull(find(ring, 1, 1));
}

/* The same few items, added anew again and again, take no more room than a few items. */
static void gaps_are_closed(Ring *ring, gconstpointer unused)
{
    for (uint32_t i = 0; i < 100; i++)
        add(ring, i, i, 100);
    for (uint32_t i = 0; i < 100000; i++) {
        Thing *old = find(ring, i % 99, i % 99); /* the last one stays, and moves */

        ring_remove(ring, &old->item);
        add(ring, i % 99, i % 99, 100);
    }
    g_assert_cmpuint(ring->length, ==, 100);
    g_assert_nonnull(find(ring, 99, 99));
    g_assert_cmpuint(ring_bytes(ring), <, 100 * 120 * 3 / 2 + 4096);
}

static void empty_again_takes_nothing(Ring *ring, gconstpointer unused)
{
    size_t before = ring_bytes(ring);
    uint64_t position = 0;
    RingItem *item;

    for (uint32_t i = 0; i < 1000; i++)
        add(ring, i, i, 20);
    while ((item = ring_walk(ring, &position)) != NULL)
        ring_remove(ring, item);
    g_assert_cmpuint(ring->length, ==, 0);
    g_assert_cmpuint(ring_bytes(ring), ==, before);
    add(ring, 5, 5, 20);
    g_assert_nonnull(find(ring, 5, 5));
}

static void walk_meets_all_oldest_first(Ring *ring, gconstpointer unused)
{
    uint64_t position = 0;
    uint32_t next = 0;
    RingItem *item;

    for (uint32_t i = 0; i < 300; i++)
        add(ring, i, i, 20);
    ring_remove(ring, &find(ring, 100, 100)->item);
    while ((item = ring_walk(ring, &position)) != NULL) {
        next += next == 100;
        g_assert_cmpuint(((Thing *)(void *)item)->number, ==, next++);
    }
    g_assert_cmpuint(next, ==, 300);
}

static void nothing_is_kept_without_bytes(Ring *ring, gconstpointer unused)
{
    g_assert_null(ring_add(ring, 1, sizeof(Thing)));
    g_assert_null(ring_find(ring, 1));
    g_assert_cmpuint(ring_bytes(ring), ==, 0);
}

/* Every item that is there is whole and found; no other is. */
static void check(const Ring *ring)
{
    uint64_t position = 0;
    size_t count = 0;
    RingItem *item;

    while ((item = ring_walk(ring, &position)) != NULL) {
        const Thing *thing = (Thing *)(void *)item;
        size_t body = (size_t)item->units * RING_UNIT - sizeof *thing;

        g_assert_true(find(ring, item->hash, thing->number) == thing);
        for (size_t i = 0; i < body && i < thing->item.spare; i++)
            g_assert_cmpuint(thing->body[i], ==, thing->number & 0xff);
        count++;
    }
    g_assert_cmpuint(count, ==, ring->length);
    g_assert_cmpuint(ring_bytes(ring), <=, ring->limit);
}

static void any_order_of_calls(Ring *ring, gconstpointer unused)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);

    for (uint32_t i = 0; i < 30000; i++) {
        uint32_t hash = g_rand_int(random) % 3000 * 0x9e3779b1u;
        RingItem *found = ring_find(ring, hash);
        size_t body = g_rand_int(random) % (i % 100 == 0 ? LIMIT / 16 : 200);

        if (found && g_rand_boolean(random))
            ring_use(found);
        else if (found)
            ring_remove(ring, found);
        else
            add(ring, hash, i, body)->item.spare = (uint8_t)MIN(body, 255);
        if (i % 500 == 0)
            check(ring);
    }
}

#define TEST(path, limit, fn)                                                                      \
    g_test_add("/ring/" path, Ring, GSIZE_TO_POINTER(limit), set_up, fn, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("equal-hashes-are-all-found", LIMIT, equal_hashes_are_all_found);
    TEST("removed-is-not-found", LIMIT, removed_is_not_found);
    TEST("oldest-goes-first", LIMIT, oldest_goes_first);
    TEST("used-is-spared", LIMIT, used_is_spared);
    TEST("spared-is-bounded-when-all-are-used", LIMIT, spared_is_bounded_when_all_are_used);
    TEST("too-large-is-refused", LIMIT, too_large_is_refused);
    TEST("gaps-are-closed", 1 << 22, gaps_are_closed);
    TEST("empty-again-takes-nothing", 1 << 22, empty_again_takes_nothing);
    TEST("walk-meets-all-oldest-first", LIMIT, walk_meets_all_oldest_first);
    TEST("nothing-is-kept-without-bytes", 0, nothing_is_kept_without_bytes);
    TEST("any-order-of-calls", LIMIT, any_order_of_calls);
    TEST("any-order-of-calls-with-much-room", 1 << 23, any_order_of_calls);
    return g_test_run();
}
