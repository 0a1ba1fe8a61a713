/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_upstream.h"
#include "scope.h"

static void equal_resolvers_have_one_number(void)
{
    ScopeTable *table = scope_table_new();
    Resolver *first[] = {fake_resolver(1), fake_resolver(2)};
    Resolver *again[] = {fake_resolver(1), fake_resolver(2)};
    uint32_t number = scope_number(table, first, 2, 0);

    g_assert_cmpuint(scope_number(table, again, 2, 0), ==, number);
    g_assert_cmpuint(scope_number(table, again, 1, 0), !=, number);
    g_assert_cmpuint(scope_number(table, again, 2, 7), !=, number);
    for (size_t i = 0; i < 2; i++) {
        resolver_unref(first[i]);
        resolver_unref(again[i]);
    }
    scope_table_free(table);
}

/* A number is never given again: an old answer would come up under it. */
static void forgotten_scopes_keep_their_numbers(void)
{
    ScopeTable *table = scope_table_new();
    Resolver *resolver = fake_resolver(1);
    uint32_t first = scope_number(table, &resolver, 1, 1), used = first;

    for (uint64_t network = 2; network < 1000; network++) {
        uint32_t number = scope_number(table, &resolver, 1, network);

        g_assert_cmpuint(number, >, used);
        used = number;
    }
    g_assert_cmpuint(scope_number(table, &resolver, 1, 1), >, used);
    g_assert_cmpuint(scope_number(table, &resolver, 1, 999), ==, used);
    resolver_unref(resolver);
    scope_table_free(table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scope/equal-resolvers-have-one-number", equal_resolvers_have_one_number);
    g_test_add_func("/scope/forgotten-scopes-keep-their-numbers",
                    forgotten_scopes_keep_their_numbers);
    return g_test_run();
}
