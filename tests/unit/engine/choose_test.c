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

static void round_robin_passes_over_the_failed(Harness *harness, gconstpointer unused)
{
    fake_servers[2].status = STATUS_CERT_NAME;
    use(harness, STRATEGY_ROUND_ROBIN);
    for (int i = 0; i < 9; i++)
        g_assert_cmpuint(ask(harness), !=, 2);
    g_assert_cmpuint(fake_servers[2].asked, <=, 4); /* once for each time the back-off ended */
}

static void fastest_is_found_and_kept(Harness *harness, gconstpointer unused)
{
    unsigned wins = 0;

    fake_servers[1].delay_us = 90 * MS;
    fake_servers[2].delay_us = 20 * MS;
    fake_servers[3].delay_us = 60 * MS;
    use(harness, STRATEGY_FASTEST);
    for (int i = 0; i < 30; i++)
        ask(harness);
    for (int i = 0; i < 30; i++)
        wins += ask(harness) == 2;
    g_assert_cmpuint(wins, ==, 30);
}

static void fastest_notices_a_change(Harness *harness, gconstpointer unused)
{
    fake_servers[1].delay_us = 20 * MS;
    fake_servers[2].delay_us = 60 * MS;
    fake_servers[3].delay_us = 90 * MS;
    use(harness, STRATEGY_FASTEST);
    for (int i = 0; i < 30; i++)
        ask(harness);
    g_assert_cmpuint(ask(harness), ==, 1);
    fake_servers[1].delay_us = 250 * MS;
    for (int i = 0; i < 10; i++)
        ask(harness);
    g_assert_cmpuint(ask(harness), ==, 2);
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
    TEST("round-robin-passes-over-the-failed", round_robin_passes_over_the_failed);
    TEST("fastest-is-found-and-kept", fastest_is_found_and_kept);
    TEST("fastest-notices-a-change", fastest_notices_a_change);
    TEST("handshake-is-soon-forgotten", handshake_is_soon_forgotten);
    TEST("idle-means-idle", idle_means_idle);
    return g_test_run();
}
