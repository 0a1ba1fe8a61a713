/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which relays there are, and which one is picked for a resolver. */
#include "relays_scene.h"

#include <time.h>

/* A list that has one would make "none" mean it. */
static void none_is_no_relays_id(void)
{
    g_autoptr(Relays) relays = relays_new(relays_scene_key);
    g_autofree char *stamp = relays_scene_stamp(STAMP_DNSCRYPT_RELAY, "192.0.2.1", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Resolver) relay = relay_anonymous(stamp, &error);
    g_autoptr(GPtrArray) listed = g_ptr_array_new();

    g_assert_no_error(error);
    g_free(relay->id);
    relay->id = g_strdup(RELAY_NONE);
    g_ptr_array_add(listed, relay);
    relays_set_listed(relays, listed);
    g_assert_null(relays_find(relays, RELAY_NONE));
}

/* Listing the public resolvers picks for each of them, between two turns of the loop. */
static void hundreds_are_picked_for_at_once(void)
{
    g_autoptr(Relays) relays = relays_new(relays_scene_key);
    Relay *picked[RELAY_PICKS];
    clock_t start;

    for (unsigned i = 0; i < 350; i++) {
        g_autofree char *id = g_strdup_printf("r%u", i);
        g_autofree char *address = g_strdup_printf("192.0.%u.%u", i / 256, i % 256);

        relays_scene_add(relays, id, id, "DE", address);
    }
    g_autoptr(Resolver) resolver = relays_scene_resolver("resolver", "Alpha", "FR", DNSCRYPT);
    start = clock();
    for (unsigned i = 0; i < 400; i++)
        g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, RELAY_PICKS);
    g_assert_cmpint((clock() - start) * 1000 / CLOCKS_PER_SEC, <, 300);
}

static void pick_is_in_other_hands_and_another_country(void)
{
    g_autoptr(Relays) relays = relays_scene_some();

    for (unsigned i = 0; i < 50; i++) {
        g_autofree char *id = g_strdup_printf("resolver%u", i);
        g_autoptr(Resolver) resolver = relays_scene_resolver(id, "alpha", "FR", DNSCRYPT);
        Relay *picked[RELAY_PICKS];
        size_t count = relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked);

        g_assert_cmpuint(count, ==, RELAY_PICKS);
        g_assert_cmpstr(picked[0]->country, !=, "FR");
        for (size_t j = 0; j < count; j++)
            g_assert_cmpstr(picked[j]->operator_name, !=, "Alpha");
    }
}

static void own_country_is_better_than_none(void)
{
    g_autoptr(Relays) relays = relays_new(relays_scene_key);
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "CH", DNSCRYPT);
    Relay *picked[RELAY_PICKS];

    relays_scene_add(relays, "here", "Gamma", "CH", "192.0.2.1");
    relays_scene_add(relays, "own", "quad9.net", "JP", "192.0.2.2");
    g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, 1);
    g_assert_cmpstr(picked[0]->id, ==, "here");
}

static void picks_are_of_several_operators(void)
{
    g_autoptr(Relays) relays = relays_scene_some();
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "US", DNSCRYPT);
    Relay *picked[RELAY_PICKS];

    g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, 3);
    g_assert_cmpstr(picked[0]->operator_name, !=, picked[1]->operator_name);
    g_assert_cmpstr(picked[1]->operator_name, !=, picked[2]->operator_name);
    g_assert_cmpstr(picked[2]->operator_name, !=, picked[0]->operator_name);
}

static void unknown_operator_is_derived(void)
{
    g_autoptr(Relays) relays = relays_new(relays_scene_key);
    g_autoptr(Resolver) resolver = relays_scene_resolver("mine", NULL, NULL, DNSCRYPT);
    Relay *picked[RELAY_PICKS];

    relays_scene_add(relays, "own", "Quad9", "JP", "192.0.2.2");
    g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, 0);
}

static void relay_at_the_resolvers_address_is_not_picked(void)
{
    g_autoptr(Relays) relays = relays_new(relays_scene_key);
    g_autoptr(Resolver) resolver = relays_scene_resolver("mine", "Somebody", NULL, DNSCRYPT);
    Relay *picked[RELAY_PICKS];

    relays_scene_add(relays, "same", "Else", "JP", "9.9.9.10");
    g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, 0);
}

static void same_key_picks_the_same(void)
{
    g_autoptr(Relays) one = relays_scene_some(), two = relays_scene_some();
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "US", DNSCRYPT);
    Relay *first[RELAY_PICKS], *second[RELAY_PICKS];

    relay_pick(one, resolver, ENDPOINT_DNSCRYPT, first);
    relay_pick(two, resolver, ENDPOINT_DNSCRYPT, second);
    for (size_t i = 0; i < RELAY_PICKS; i++)
        g_assert_cmpstr(first[i]->id, ==, second[i]->id);
}

static void picks_are_spread_over_resolvers(void)
{
    g_autoptr(Relays) relays = relays_scene_some();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (unsigned i = 0; i < 100; i++) {
        g_autofree char *id = g_strdup_printf("resolver%u", i);
        g_autoptr(Resolver) resolver = relays_scene_resolver(id, "Quad9", "US", DNSCRYPT);
        Relay *picked[RELAY_PICKS];

        relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked);
        g_hash_table_add(seen, picked[0]->id);
    }
    g_assert_cmpuint(g_hash_table_size(seen), ==, 8);
}

static void listed_relays_are_replaced(void)
{
    g_autoptr(Relays) relays = relays_new(relays_scene_key);
    g_autoptr(GPtrArray) listed = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autofree char *stamp = relays_scene_stamp(STAMP_DNSCRYPT_RELAY, "192.0.2.7", NULL);

    relays_scene_add(relays, "own", "Alpha", "DE", "192.0.2.1");
    g_ptr_array_add(listed, relay_anonymous(stamp, NULL));
    relays_set_listed(relays, listed);
    g_assert_nonnull(relays_find(relays, stamp));
    relays_set_listed(relays, none);
    g_assert_null(relays_find(relays, stamp));
    g_assert_nonnull(relays_find(relays, "own"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relays/none-is-no-relays-id", none_is_no_relays_id);
    g_test_add_func("/relays/hundreds-are-picked-for-at-once", hundreds_are_picked_for_at_once);
    g_test_add_func("/relays/pick-is-in-other-hands-and-another-country",
                    pick_is_in_other_hands_and_another_country);
    g_test_add_func("/relays/own-country-is-better-than-none", own_country_is_better_than_none);
    g_test_add_func("/relays/picks-are-of-several-operators", picks_are_of_several_operators);
    g_test_add_func("/relays/unknown-operator-is-derived", unknown_operator_is_derived);
    g_test_add_func("/relays/relay-at-the-resolvers-address-is-not-picked",
                    relay_at_the_resolvers_address_is_not_picked);
    g_test_add_func("/relays/same-key-picks-the-same", same_key_picks_the_same);
    g_test_add_func("/relays/picks-are-spread-over-resolvers", picks_are_spread_over_resolvers);
    g_test_add_func("/relays/listed-relays-are-replaced", listed_relays_are_replaced);
    return g_test_run();
}
