/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#define MS 1000

/* Asks for a new name and returns the number of the server that answered. */
static unsigned ask(Harness *harness)
{
    static unsigned serial;
    g_autofree char *name = g_strdup_printf("q%u.example", serial++);
    Message answer;

    harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, 1000 * MS, &answer);
    return answer_server(&answer);
}

static void use(Harness *harness, Strategy strategy)
{
    harness->plan->strategy = strategy;
    engine_apply(harness->engine, harness->plan);
}

static void first_keeps_the_order(Harness *harness, gconstpointer unused)
{
    fake_servers[1].delay_us = 80 * MS;
    use(harness, STRATEGY_FIRST);
    for (int i = 0; i < 20; i++)
        g_assert_cmpuint(ask(harness), ==, 1);
    g_assert_cmpuint(fake_servers[2].asked, ==, 0);
}

static void round_robin_takes_turns(Harness *harness, gconstpointer unused)
{
    unsigned first;

    use(harness, STRATEGY_ROUND_ROBIN);
    first = ask(harness);
    for (unsigned i = 1; i < 9; i++)
        g_assert_cmpuint(ask(harness), ==, (first - 1 + i) % 3 + 1);
}

/* What a route takes is no turn of anybody's. */
static void routed_questions_take_no_turn(Harness *harness, gconstpointer unused)
{
    g_autoptr(Resolver) office = fake_resolver(4);
    unsigned answered[FAKE_SERVERS] = {0};
    Name suffix;
    Message answer;

    g_assert_cmpint(name_parse("office.example", &suffix), ==, STATUS_OK);
    plan_add_route(harness->plan, &suffix, ROUTE_SETTINGS, office);
    use(harness, STRATEGY_ROUND_ROBIN);
    for (unsigned i = 0; i < 9; i++) {
        answered[ask(harness)]++;
        for (unsigned j = 0; j < 2; j++) {
            g_autofree char *name = g_strdup_printf("r%u-%u.office.example", i, j);
            harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, 20 * MS, &answer);
        }
    }
    for (unsigned i = 1; i <= 3; i++)
        g_assert_cmpuint(answered[i], ==, 3);
}

static void round_robin_passes_over_the_failed(Harness *harness, gconstpointer unused)
{
    fake_servers[2].status = STATUS_CERT_NAME;
    use(harness, STRATEGY_ROUND_ROBIN);
    for (int i = 0; i < 9; i++)
        g_assert_cmpuint(ask(harness), !=, 2);
    g_assert_cmpuint(fake_servers[2].asked, <=, 4); /* once for each time the back-off ended */
}

/* How many of `count` questions each server answered. */
static void ask_many(Harness *harness, int count, unsigned answered[4])
{
    memset(answered, 0, 4 * sizeof *answered);
    for (int i = 0; i < count; i++)
        answered[ask(harness)]++;
}

static void use_three_speeds(Harness *harness, Strategy strategy)
{
    fake_servers[1].delay_us = 90 * MS;
    fake_servers[2].delay_us = 20 * MS;
    fake_servers[3].delay_us = 60 * MS;
    use(harness, strategy);
}

static void fastest_is_found_and_kept(Harness *harness, gconstpointer unused)
{
    unsigned answered[4];

    use_three_speeds(harness, STRATEGY_FASTEST);
    ask_many(harness, 30, answered);
    ask_many(harness, 200, answered);
    g_assert_cmpuint(answered[2], >=, 180); /* 198 are expected */
}

/* Two are drawn: the slowest never wins, the middle one whenever the fastest was not drawn. */
static void p2_shares_among_all_but_the_worst(Harness *harness, gconstpointer unused)
{
    unsigned answered[4];

    use_three_speeds(harness, STRATEGY_P2);
    ask_many(harness, 30, answered);
    ask_many(harness, 300, answered);
    g_assert_cmpuint(answered[1], ==, 0);
    g_assert_cmpuint(answered[2], >, 150); /* two thirds are expected */
    g_assert_cmpuint(answered[3], >, 50);  /* a third */
}

static void random_takes_all_alike(Harness *harness, gconstpointer unused)
{
    unsigned answered[4];

    use_three_speeds(harness, STRATEGY_RANDOM);
    ask_many(harness, 600, answered);
    for (int i = 1; i <= 3; i++)
        g_assert_cmpuint(answered[i], >, 130); /* 200 are expected, give or take 12 */
}

static unsigned ask_name(Harness *harness, const char *name)
{
    Message answer;

    harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, 1000 * MS, &answer);
    return answer_server(&answer);
}

static void spread_keeps_a_site_together(Harness *harness, gconstpointer unused)
{
    static const char *const names[][3] = {
        {"example.org", "www.Example.ORG", "a.b.example.org"},
        {"example.co.uk", "www.example.co.uk", "img.cdn.example.co.uk"},
    };

    harness->plan->cache_bytes = 0;
    use(harness, STRATEGY_SPREAD);
    for (unsigned site = 0; site < G_N_ELEMENTS(names); site++) {
        unsigned first = ask_name(harness, names[site][0]);

        for (int i = 1; i < 3; i++)
            g_assert_cmpuint(ask_name(harness, names[site][i]), ==, first);
    }
}

static void spread_shares_the_sites(Harness *harness, gconstpointer unused)
{
    unsigned answered[4] = {0};

    use(harness, STRATEGY_SPREAD);
    for (int i = 0; i < 300; i++) {
        g_autofree char *name = g_strdup_printf("www.site%d.example", i);

        answered[ask_name(harness, name)]++;
    }
    for (int i = 1; i <= 3; i++)
        g_assert_cmpuint(answered[i], >, 60); /* 100 are expected */
}

/* Without the one that is gone, the others keep their sites. */
static void spread_moves_only_what_must_move(Harness *harness, gconstpointer unused)
{
    unsigned before[40];

    harness->plan->cache_bytes = 0;
    use(harness, STRATEGY_SPREAD);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < G_N_ELEMENTS(before); i++) {
            g_autofree char *name = g_strdup_printf("site%u.example", i);
            unsigned server = ask_name(harness, name);

            if (round == 0)
                before[i] = server;
            else if (before[i] != 3)
                g_assert_cmpuint(server, ==, before[i]);
        }
        fake_servers[3].status = STATUS_CERT_NAME;
    }
}

static void another_key_spreads_otherwise(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) other = plan_new();
    unsigned moved = 0;

    harness->plan->cache_bytes = other->cache_bytes = 0;
    other->strategy = STRATEGY_SPREAD;
    other->spread_key[0] = 1;
    for (size_t i = 0; i < harness->plan->resolver_count; i++)
        plan_add_resolver(other, harness->plan->resolvers[i]);
    for (int i = 0; i < 30; i++) {
        g_autofree char *name = g_strdup_printf("site%d.example", i);
        unsigned server;

        use(harness, STRATEGY_SPREAD);
        server = ask_name(harness, name);
        engine_apply(harness->engine, other);
        moved += ask_name(harness, name) != server;
    }
    g_assert_cmpuint(moved, >, 5); /* 20 are expected */
}

/* One that fails every other time is worse than one twice as slow. */
static void failures_count_as_slowness(Harness *harness, gconstpointer unused)
{
    unsigned answered[4];

    fake_servers[1].delay_us = 20 * MS;
    fake_servers[2].delay_us = 40 * MS;
    fake_servers[3].delay_us = 400 * MS;
    use(harness, STRATEGY_FASTEST);
    ask_many(harness, 40, answered);
    for (int i = 0; i < 60; i++) {
        fake_servers[1].status = i % 2 ? STATUS_CLOSED : STATUS_OK;
        ask(harness);
    }
    fake_servers[1].status = STATUS_OK;
    fake_servers[1].asked = fake_servers[2].asked = 0;
    ask_many(harness, 5, answered);
    g_assert_cmpuint(fake_servers[2].asked, >, fake_servers[1].asked);
}

/* What waits already is a reason to ask another one of about the same speed. */
static void load_is_shared(Harness *harness, gconstpointer unused)
{
    unsigned answered[4];

    fake_servers[1].delay_us = fake_servers[2].delay_us = fake_servers[3].delay_us = 40 * MS;
    use(harness, STRATEGY_FASTEST);
    ask_many(harness, 40, answered);
    for (unsigned i = 1; i <= 3; i++)
        fake_servers[i].asked = 0;
    for (unsigned i = 0; i < 60; i++) {
        g_autofree char *name = g_strdup_printf("load%u.example", i);

        harness_send(harness, &(Ask){.name = name, .type = RRTYPE_A});
    }
    for (unsigned i = 1; i <= 3; i++)
        g_assert_cmpuint(fake_servers[i].asked, >=, 10);
    loop_advance(harness->loop, 1000 * MS);
}

static void fastest_notices_a_change(Harness *harness, gconstpointer unused)
{
    unsigned answered[4];

    fake_servers[1].delay_us = 20 * MS;
    fake_servers[2].delay_us = 60 * MS;
    fake_servers[3].delay_us = 90 * MS;
    use(harness, STRATEGY_FASTEST);
    for (int i = 0; i < 30; i++)
        ask(harness);
    ask_many(harness, 40, answered);
    g_assert_cmpuint(answered[1], >=, 25);
    fake_servers[1].delay_us = 250 * MS;
    ask_many(harness, 30, answered);
    ask_many(harness, 40, answered);
    g_assert_cmpuint(answered[2], >=, 25);
}

static void handshake_is_soon_forgotten(Harness *harness, gconstpointer unused)
{
    ResolverHealth health;

    fake_servers[1].delay_us = 200 * MS;
    use(harness, STRATEGY_FIRST);
    ask(harness);
    fake_servers[1].delay_us = 20 * MS;
    for (int i = 0; i < 3; i++)
        ask(harness);
    g_assert_true(engine_resolver_health(harness->engine, "s1", &health));
    g_assert_cmpint(health.latency_us, <, 50 * MS);
}

static void idle_means_idle(Harness *harness, gconstpointer unused)
{
    unsigned asked = 0;

    use(harness, STRATEGY_FASTEST);
    ask(harness);
    loop_advance(harness->loop, 3600 * (int64_t)G_USEC_PER_SEC);
    for (size_t i = 0; i < FAKE_SERVERS; i++)
        asked += fake_servers[i].asked;
    g_assert_cmpuint(asked, ==, 1);
    g_assert_cmpint(loop_wait_us(harness->loop), ==, -1);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/choose/" path, Harness, GUINT_TO_POINTER(3), harness_set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("first-keeps-the-order", first_keeps_the_order);
    TEST("round-robin-takes-turns", round_robin_takes_turns);
    TEST("routed-questions-take-no-turn", routed_questions_take_no_turn);
    TEST("round-robin-passes-over-the-failed", round_robin_passes_over_the_failed);
    TEST("fastest-is-found-and-kept", fastest_is_found_and_kept);
    TEST("fastest-notices-a-change", fastest_notices_a_change);
    TEST("handshake-is-soon-forgotten", handshake_is_soon_forgotten);
    TEST("p2-shares-among-all-but-the-worst", p2_shares_among_all_but_the_worst);
    TEST("random-takes-all-alike", random_takes_all_alike);
    TEST("spread-keeps-a-site-together", spread_keeps_a_site_together);
    TEST("spread-shares-the-sites", spread_shares_the_sites);
    TEST("spread-moves-only-what-must-move", spread_moves_only_what_must_move);
    TEST("another-key-spreads-otherwise", another_key_spreads_otherwise);
    TEST("failures-count-as-slowness", failures_count_as_slowness);
    TEST("load-is-shared", load_is_shared);
    TEST("idle-means-idle", idle_means_idle);
    return g_test_run();
}
