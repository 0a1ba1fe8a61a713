/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#define MS 1000

static const Ask late = {.name = "late.example", .type = RRTYPE_A, .id = 9};

static void ask(Harness *harness, const char *prefix, unsigned number)
{
    g_autofree char *name = g_strdup_printf("%s%u.example", prefix, number);
    Message answer;

    harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, 1000 * MS, &answer);
}

static void send_one(Harness *harness, const char *prefix, unsigned number)
{
    g_autofree char *name = g_strdup_printf("%s%u.example", prefix, number);

    harness_send(harness, &(Ask){.name = name, .type = RRTYPE_A});
}

/* Applies the plan and measures all servers: 10 ms each. */
static void warm_up(Harness *harness, Strategy strategy)
{
    harness->plan->strategy = strategy;
    engine_apply(harness->engine, harness->plan);
    for (unsigned i = 0; i < 30; i++)
        ask(harness, "warm", i);
    for (unsigned i = 1; i <= 2; i++)
        fake_servers[i].asked = 0;
}

static unsigned asked(void)
{
    return fake_servers[1].asked + fake_servers[2].asked;
}

/* Both are as fast, so both were measured; one of them now takes long. */
static void late_answer_makes_the_next_be_asked(Harness *harness, gconstpointer unused)
{
    Message answer;

    warm_up(harness, STRATEGY_ROUND_ROBIN);
    fake_servers[1].delay_us = fake_servers[2].delay_us = 600 * MS;
    harness_send(harness, &late);
    loop_advance(harness->loop, 49 * MS);
    g_assert_cmpuint(asked(), ==, 1);
    loop_advance(harness->loop, 1 * MS);
    g_assert_cmpuint(asked(), ==, 2);
    fake_servers[1].delay_us = fake_servers[2].delay_us = 10 * MS;
    loop_advance(harness->loop, 600 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(fake_servers[1].cancelled + fake_servers[2].cancelled, ==, 1);
}

/* What varies a lot is late later. */
static void late_is_by_the_channels_own_measure(Harness *harness, gconstpointer unused)
{
    harness->plan->strategy = STRATEGY_ROUND_ROBIN;
    engine_apply(harness->engine, harness->plan);
    for (unsigned i = 0; i < 40; i++) {
        fake_servers[1].delay_us = fake_servers[2].delay_us = i % 4 < 2 ? 40 * MS : 140 * MS;
        ask(harness, "varied", i);
    }
    fake_servers[1].asked = fake_servers[2].asked = 0;
    fake_servers[1].delay_us = fake_servers[2].delay_us = 600 * MS;
    harness_send(harness, &late);
    loop_advance(harness->loop, 140 * MS);
    g_assert_cmpuint(asked(), ==, 1);
    loop_advance(harness->loop, 400 * MS);
    g_assert_cmpuint(asked(), ==, 2);
    loop_advance(harness->loop, 1000 * MS);
}

/* All is slow at once: what was saved up goes, then one more in ten. */
static void slow_network_is_not_doubled(Harness *harness, gconstpointer unused)
{
    warm_up(harness, STRATEGY_ROUND_ROBIN);
    fake_servers[1].delay_us = fake_servers[2].delay_us = 70 * MS;
    for (unsigned i = 0; i < 20; i++) { /* answers keep coming, so nobody seems stuck */
        for (unsigned j = 0; j < 10; j++) {
            send_one(harness, "slow", 10 * i + j);
            loop_advance(harness->loop, 10 * MS);
        }
    }
    loop_advance(harness->loop, 1000 * MS);
    g_assert_cmpuint(asked(), >, 200);
    g_assert_cmpuint(asked(), <=, 200 + 10 + 20 + 2);
}

/* The second of two is never shown a name only because the first is late. */
static void first_waits_for_its_first(Harness *harness, gconstpointer unused)
{
    warm_up(harness, STRATEGY_FIRST);
    fake_servers[1].delay_us = 1000 * MS;
    harness_send(harness, &late);
    loop_advance(harness->loop, 1000 * MS);
    g_assert_cmpuint(fake_servers[2].asked, ==, 0);
}

static void spread_waits_for_its_own(Harness *harness, gconstpointer unused)
{
    warm_up(harness, STRATEGY_SPREAD);
    fake_servers[1].delay_us = fake_servers[2].delay_us = 1000 * MS;
    harness_send(harness, &late);
    loop_advance(harness->loop, 1000 * MS);
    g_assert_cmpuint(asked(), ==, 1);
}

/* Three are late and nobody was answered: it hangs, and those who wait go on, budget or not. */
static void hang_is_noticed_by_three(Harness *harness, gconstpointer unused)
{
    Message answer;

    warm_up(harness, STRATEGY_FIRST);
    fake_servers[1].silent = true;
    for (unsigned i = 0; i < 30; i++)
        send_one(harness, "hang", i);
    loop_advance(harness->loop, 60 * MS);
    for (unsigned i = 0; i < 28; i++) /* two were late before it was known */
        g_assert_true(harness_receive(harness, &answer));
    loop_advance(harness->loop, 50 * MS);
    for (unsigned i = 0; i < 2; i++)
        g_assert_true(harness_receive(harness, &answer));
    fake_servers[1].asked = 0;
    ask(harness, "after", 0);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
    loop_advance(harness->loop, 3000 * MS);
}

/* Slow authorities: late as well, but others are answered meanwhile. */
static void slow_names_are_no_hang(Harness *harness, gconstpointer unused)
{
    warm_up(harness, STRATEGY_FIRST);
    fake_servers[1].delay_us = 1000 * MS;
    for (unsigned i = 0; i < 5; i++)
        send_one(harness, "authority", i);
    fake_servers[1].delay_us = 10 * MS;
    send_one(harness, "quick", 0);
    loop_advance(harness->loop, 1000 * MS);
    g_assert_cmpuint(fake_servers[2].asked, ==, 0);
}

static void ignore(void *owner, Status status, const Message *reply, const char *resolver_id,
                   const char *detail)
{
}

/* The time that the first one had says nothing of the one that is asked when it has failed. */
static void last_one_is_late_by_its_own_measure(Harness *harness, gconstpointer unused)
{
    ResolverHealth health;
    Name name;

    warm_up(harness, STRATEGY_FIRST);
    g_assert_cmpint(name_parse("slow.example", &name), ==, STATUS_OK);
    fake_servers[2].delay_us = 300 * MS;
    for (unsigned i = 0; i < 5; i++) {
        engine_lookup(harness->engine, harness->plan, "s2", &name, RRTYPE_A, 1000 * MS, ignore,
                      NULL);
        loop_advance(harness->loop, 400 * MS);
    }
    fake_servers[1].status = STATUS_REFUSED;
    for (unsigned i = 0; i < 3; i++)
        send_one(harness, "refused", i);
    loop_advance(harness->loop, 200 * MS);
    g_assert_true(engine_resolver_health(harness->engine, "s2", &health));
    g_assert_cmpuint(health.failures, ==, 0);
    loop_advance(harness->loop, 1000 * MS);
}

/* Nobody is healthy: one after the other, at the pace of the attempt time, but for what is earned.
 */
static void dead_network_is_not_flooded(Harness *harness, gconstpointer unused)
{
    warm_up(harness, STRATEGY_ROUND_ROBIN);
    fake_servers[1].silent = fake_servers[2].silent = true;
    for (unsigned i = 0; i < 10; i++)
        send_one(harness, "first", i);
    loop_advance(harness->loop, 300 * MS);
    fake_servers[1].asked = fake_servers[2].asked = 0;
    for (unsigned i = 0; i < 40; i++)
        send_one(harness, "dead", i);
    loop_advance(harness->loop, 800 * MS);
    g_assert_cmpuint(asked(), <=, 40 + 10 + 4 + 10);
    loop_advance(harness->loop, 5000 * MS);
}

/* While its back-off lasts it is left alone; then one question tries it, and others do not. */
static void half_open_takes_one_question(Harness *harness, gconstpointer unused)
{
    warm_up(harness, STRATEGY_FIRST);
    fake_servers[1].status = STATUS_REFUSED;
    ask(harness, "refused", 0);
    fake_servers[1].status = STATUS_OK;
    fake_servers[1].silent = true;
    fake_servers[1].asked = 0;
    loop_advance(harness->loop, 1000 * MS);
    for (unsigned i = 0; i < 10; i++)
        send_one(harness, "half", i);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
    loop_advance(harness->loop, 3000 * MS);
}

static void back_off_ends_with_the_network(Harness *harness, gconstpointer unused)
{
    warm_up(harness, STRATEGY_FIRST);
    fake_servers[1].status = STATUS_REFUSED;
    ask(harness, "refused", 0);
    fake_servers[1].status = STATUS_OK;
    fake_servers[1].asked = 0;
    engine_network_changed(harness->engine, NULL);
    ask(harness, "joined", 0);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/hedge/" path, Harness, GUINT_TO_POINTER(2), harness_set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("late-answer-makes-the-next-be-asked", late_answer_makes_the_next_be_asked);
    TEST("late-is-by-the-channels-own-measure", late_is_by_the_channels_own_measure);
    TEST("slow-network-is-not-doubled", slow_network_is_not_doubled);
    TEST("first-waits-for-its-first", first_waits_for_its_first);
    TEST("spread-waits-for-its-own", spread_waits_for_its_own);
    TEST("hang-is-noticed-by-three", hang_is_noticed_by_three);
    TEST("slow-names-are-no-hang", slow_names_are_no_hang);
    TEST("last-one-is-late-by-its-own-measure", last_one_is_late_by_its_own_measure);
    TEST("dead-network-is-not-flooded", dead_network_is_not_flooded);
    TEST("half-open-takes-one-question", half_open_takes_one_question);
    TEST("back-off-ends-with-the-network", back_off_ends_with_the_network);
    return g_test_run();
}
