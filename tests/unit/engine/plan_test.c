/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include "fake_upstream.h"
#include "stats.h"

static Plan *plan_of(unsigned server, const char *suffix)
{
    g_autoptr(Resolver) resolver = fake_resolver(server);
    Plan *plan = plan_new();
    Name name;

    g_assert_cmpint(name_parse(suffix, &name), ==, STATUS_OK);
    plan_add_resolver(plan, resolver);
    plan_add_route(plan, &name, ROUTE_SETTINGS, resolver);
    return plan;
}

static void same_sources_are_told_apart_from_others(void)
{
    g_autoptr(Plan) a = plan_of(1, "corp.example");
    g_autoptr(Plan) same = plan_of(1, "CORP.example");
    g_autoptr(Plan) other_server = plan_of(2, "corp.example");
    g_autoptr(Plan) other_suffix = plan_of(1, "lab.example");

    same->max_queries = 1;
    g_assert_true(plan_same_sources(a, same));
    g_assert_false(plan_same_sources(a, other_server));
    g_assert_false(plan_same_sources(a, other_suffix));
}

static void resolvers_are_found_by_id(void)
{
    g_autoptr(Plan) plan = plan_of(1, "corp.example");

    g_assert_nonnull(plan_find_resolver(plan, "s1"));
    g_assert_null(plan_find_resolver(plan, "s2"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plan/same-sources-are-told-apart-from-others",
                    same_sources_are_told_apart_from_others);
    g_test_add_func("/plan/resolvers-are-found-by-id", resolvers_are_found_by_id);
    return g_test_run();
}
