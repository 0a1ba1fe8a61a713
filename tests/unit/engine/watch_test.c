/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#define MS 1000

static void send_one(Harness *harness, const char *prefix, unsigned number)
{
    g_autofree char *name = g_strdup_printf("%s%u.example", prefix, number);

    harness_send(harness, &(Ask){.name = name, .type = RRTYPE_A});
}

static unsigned receive_all(Harness *harness)
{
    unsigned count = 0;
    Message answer;

    while (harness_receive(harness, &answer))
        count++;
    return count;
}

/* Applies the plan and measures the first server: 10 ms, each time. */
static void warm_up(Harness *harness)
{
    harness->plan->strategy = STRATEGY_FIRST;
    engine_apply(harness->engine, harness->plan);
    for (unsigned i = 0; i < 30; i++) {
        send_one(harness, "warm", i);
        loop_advance(harness->loop, 20 * MS);
    }
    g_assert_cmpuint(receive_all(harness), ==, 30);
    fake_servers[1].detour = true;
    fake_servers[1].asked = 0;
}

static void lost_question_is_asked_again(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    fake_servers[1].lost = 1;
    send_one(harness, "lost", 0);
    loop_advance(harness->loop, 10 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
    loop_advance(harness->loop, 1 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
    loop_advance(harness->loop, 10 * MS);
    g_assert_cmpuint(receive_all(harness), ==, 1);
}

/* Both are answered, the client is told once, and the one that comes too late is withdrawn. */
static void first_answer_counts(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    fake_servers[1].delay_us = 15 * MS;
    send_one(harness, "slow", 0);
    loop_advance(harness->loop, 14 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
    loop_advance(harness->loop, 1 * MS);
    g_assert_cmpuint(receive_all(harness), ==, 1);
    g_assert_cmpuint(fake_servers[1].cancelled, ==, 1);
    loop_advance(harness->loop, 5000 * MS);
    g_assert_cmpuint(receive_all(harness), ==, 0);
}

static void there_must_be_a_way_round(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    fake_servers[1].detour = false;
    fake_servers[1].lost = 1;
    send_one(harness, "lost", 0);
    loop_advance(harness->loop, 200 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
    loop_advance(harness->loop, 5000 * MS);
}

/* What is usual is not known yet. */
static void unmeasured_is_not_late(Harness *harness, gconstpointer unused)
{
    engine_apply(harness->engine, harness->plan);
    fake_servers[1].detour = true;
    fake_servers[1].lost = 1;
    send_one(harness, "lost", 0);
    loop_advance(harness->loop, 200 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
    loop_advance(harness->loop, 5000 * MS);
}

/* A resolver that has to ask around: its answers take 10 or 60 ms, and repeats were in vain. */
static void late_is_later_where_answers_vary(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    for (unsigned i = 0; i < 100; i++) {
        fake_servers[1].delay_us = i % 2 == 0 ? 10 * MS : 60 * MS;
        send_one(harness, "varied", i);
        loop_advance(harness->loop, 100 * MS);
    }
    fake_servers[1].asked = 0;
    fake_servers[1].lost = 1;
    send_one(harness, "lost", 0);
    loop_advance(harness->loop, 60 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
    loop_advance(harness->loop, 100 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

/* Where repeats bring the answers it is no longer the deviation that counts, nor the budget. */
static void useful_repeats_cost_nothing(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    for (unsigned i = 0; i < 100; i++) {
        fake_servers[1].lost = 1;
        send_one(harness, "lost", i);
        loop_advance(harness->loop, 22 * MS);
        g_assert_cmpuint(receive_all(harness), ==, 1);
    }
    g_assert_cmpuint(fake_servers[1].asked, ==, 200);
}

/* All takes longer than it did: what was saved up goes, then one more in five. */
static void useless_repeats_are_few(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    for (unsigned i = 0; i < 200; i++) {
        fake_servers[1].delay_us = (15 + i) * MS; /* so that what is usual does not catch up */
        send_one(harness, "slow", i);
        loop_advance(harness->loop, 250 * MS);
    }
    g_assert_cmpuint(receive_all(harness), ==, 200);
    g_assert_cmpuint(fake_servers[1].asked, >, 200);
    g_assert_cmpuint(fake_servers[1].asked, <=, 200 + 20 + 40);
}

/* Twenty are late at once, as behind a lost packet: some are asked again, and the next one that is
 * lost is. */
static void what_waits_for_another_leaves_some(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    fake_servers[1].delay_us = 19 * MS; /* before the repeats' answers */
    for (unsigned i = 0; i < 20; i++)
        send_one(harness, "held", i);
    loop_advance(harness->loop, 19 * MS);
    g_assert_cmpuint(receive_all(harness), ==, 20);
    g_assert_cmpuint(fake_servers[1].asked, ==, 20 + 13);
    fake_servers[1].delay_us = 10 * MS;
    fake_servers[1].asked = 0;
    fake_servers[1].lost = 1;
    send_one(harness, "lost", 0);
    loop_advance(harness->loop, 40 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void dead_network_is_not_asked_more(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    fake_servers[1].silent = true;
    for (unsigned i = 0; i < 100; i++) {
        send_one(harness, "dead", i);
        loop_advance(harness->loop, 20 * MS);
    }
    g_assert_cmpuint(fake_servers[1].asked, <=, 100 + 20);
    loop_advance(harness->loop, 10000 * MS);
}

static void twice_again_at_most(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    fake_servers[1].lost = 10;
    send_one(harness, "lost", 0);
    loop_advance(harness->loop, 500 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 3);
    loop_advance(harness->loop, 5000 * MS);
}

/* The repeat is lost, too; the third brings the answer. */
static void repeat_may_be_lost(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    fake_servers[1].lost = 2;
    send_one(harness, "lost", 0);
    loop_advance(harness->loop, 40 * MS);
    g_assert_cmpuint(receive_all(harness), ==, 1);
}

/* Nobody sees a name that he would not have seen. */
static void same_resolver_is_asked(Harness *harness, gconstpointer unused)
{
    warm_up(harness);
    fake_servers[2].detour = true;
    for (unsigned i = 0; i < 20; i++) {
        fake_servers[1].lost = 1;
        send_one(harness, "lost", i);
        loop_advance(harness->loop, 25 * MS);
    }
    g_assert_cmpuint(receive_all(harness), ==, 20);
    g_assert_cmpuint(fake_servers[2].asked, ==, 0);
}

/* That would make the next one of its kind late too late, and shun a resolver that is well. */
static void loss_is_not_held_against_the_channel(Harness *harness, gconstpointer unused)
{
    ResolverHealth health;

    warm_up(harness);
    for (unsigned i = 0; i < 10; i++) {
        fake_servers[1].lost = 1;
        send_one(harness, "lost", i);
        loop_advance(harness->loop, 25 * MS);
    }
    g_assert_true(engine_resolver_health(harness->engine, "s1", &health));
    g_assert_cmpuint(health.failures, ==, 0);
    g_assert_cmpint(health.latency_us, ==, 10 * MS);
}

static void refusal_is_enough(Harness *harness, gconstpointer unused)
{
    Message answer;

    warm_up(harness);
    fake_servers[1].delay_us = 15 * MS;
    fake_servers[1].rcode = RCODE_SERVFAIL;
    send_one(harness, "refused", 0);
    loop_advance(harness->loop, 14 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
    loop_advance(harness->loop, 11 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer_server(&answer), ==, 2);
}

#define TEST(path, fn, servers)                                                                    \
    g_test_add("/watch/" path, Harness, GUINT_TO_POINTER(servers), harness_set_up, fn,             \
               harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("lost-question-is-asked-again", lost_question_is_asked_again, 1);
    TEST("first-answer-counts", first_answer_counts, 1);
    TEST("there-must-be-a-way-round", there_must_be_a_way_round, 1);
    TEST("unmeasured-is-not-late", unmeasured_is_not_late, 1);
    TEST("late-is-later-where-answers-vary", late_is_later_where_answers_vary, 1);
    TEST("useful-repeats-cost-nothing", useful_repeats_cost_nothing, 1);
    TEST("useless-repeats-are-few", useless_repeats_are_few, 1);
    TEST("what-waits-for-another-leaves-some", what_waits_for_another_leaves_some, 1);
    TEST("dead-network-is-not-asked-more", dead_network_is_not_asked_more, 1);
    TEST("twice-again-at-most", twice_again_at_most, 1);
    TEST("repeat-may-be-lost", repeat_may_be_lost, 1);
    TEST("same-resolver-is-asked", same_resolver_is_asked, 2);
    TEST("loss-is-not-held-against-the-channel", loss_is_not_held_against_the_channel, 1);
    TEST("refusal-is-enough", refusal_is_enough, 2);
    return g_test_run();
}
