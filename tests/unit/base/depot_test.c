/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "depot.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MANY 200

typedef struct Thing {
    uint8_t bytes[300];
} Thing;

static bool is_zero(const Thing *thing)
{
    for (size_t i = 0; i < sizeof thing->bytes; i++) {
        if (thing->bytes[i] != 0)
            return false;
    }
    return true;
}

/* Again and again more than are kept, each one zeroed and nobody else's. */
static void test_blocks_are_zeroed_and_apart(void)
{
    static Depot depot = {.size = sizeof(Thing)};
    Thing *things[MANY];

    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < MANY; i++) {
            things[i] = depot_take(&depot);
            g_assert_true(is_zero(things[i]));
            memset(things[i], (int)(i + 1), sizeof(Thing));
        }
        for (unsigned i = 0; i < MANY; i++) {
            g_assert_cmpuint(things[i]->bytes[0], ==, (uint8_t)(i + 1));
            g_assert_cmpmem(things[i]->bytes, 299, things[i]->bytes + 1, 299);
            depot_give(&depot, things[i]);
        }
    }
}

static void test_few_are_kept(void)
{
    static Depot depot = {.size = sizeof(Thing)};
    Thing *things[MANY];

    for (unsigned i = 0; i < MANY; i++)
        things[i] = depot_take(&depot);
    for (unsigned i = 0; i < MANY; i++)
        depot_give(&depot, things[i]);
    g_assert_cmpuint(depot.count, <=, 128);
}

static void test_nothing_may_be_given(void)
{
    static Depot depot = {.size = sizeof(Thing)};

    depot_give(&depot, NULL);
    g_assert_cmpuint(depot.count, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/depot/blocks-are-zeroed-and-apart", test_blocks_are_zeroed_and_apart);
    g_test_add_func("/depot/few-are-kept", test_few_are_kept);
    g_test_add_func("/depot/nothing-may-be-given", test_nothing_may_be_given);
    return g_test_run();
}
