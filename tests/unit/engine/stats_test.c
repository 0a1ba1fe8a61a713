/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#define MS 1000

static const Ask www = {.name = "www.example", .type = RRTYPE_A};

static void percentiles_come_from_the_buckets(void)
{
    Histogram times = {0};

    g_assert_cmpuint(histogram_percentile_us(&times, 50), ==, 0);
    histogram_count(&times, 0);
    histogram_count(&times, 1000);
    histogram_count(&times, 1023);
    histogram_count(&times, INT64_MAX);
    g_assert_cmpuint(histogram_percentile_us(&times, 25), ==, 2);
    g_assert_cmpuint(histogram_percentile_us(&times, 50), ==, 1024);
    g_assert_cmpuint(histogram_percentile_us(&times, 75), ==, 1024);
    g_assert_cmpuint(histogram_percentile_us(&times, 100), ==, 1 << HISTOGRAM_BUCKETS);
}

static void differences_add_up(void)
{
    Histogram now = {0}, before, sum = {0};

    histogram_count(&now, 5);
    before = now;
    histogram_count(&now, 5);
    histogram_count(&now, 900);
    histogram_add_since(&sum, &now, &before);
    histogram_add(&sum, &before);
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        g_assert_cmpuint(sum.counts[i], ==, now.counts[i]);
}

static const Tally *only_tally(const Harness *harness)
{
    const GPtrArray *tallies = engine_tallies(harness->engine);

    g_assert_cmpuint(tallies->len, ==, 1);
    return g_ptr_array_index(tallies, 0);
}

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
}

static void attempts_are_charged_to_their_resolver(Harness *harness, gconstpointer unused)
{
    Message answer;
    const Tally *tally;

    harness_ask(harness, &www, 15 * MS, &answer);
    tally = only_tally(harness);
    g_assert_cmpstr(tally->resolver_id, ==, "s1");
    g_assert_cmpint(tally->kind, ==, ENDPOINT_DOT);
    g_assert_cmpuint(tally->queries, ==, 1);
    g_assert_cmpuint(histogram_percentile_us(&tally->latency, 50), ==, 16384);
}

static void failures_are_told_apart(Harness *harness, gconstpointer unused)
{
    const GPtrArray *tallies;
    const Tally *tally;
    Message answer;

    fake_servers[1].status = STATUS_REFUSED;
    harness_ask(harness, &www, 25 * MS, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 2);
    tallies = engine_tallies(harness->engine);
    g_assert_cmpuint(tallies->len, ==, 2);
    tally = g_ptr_array_index(tallies, 0);
    g_assert_cmpuint(tally->failures[STATUS_REFUSED], ==, 1);
    tally = g_ptr_array_index(tallies, 1);
    g_assert_cmpuint(tally->failures[STATUS_REFUSED], ==, 0);
    g_assert_cmpuint(tally->queries, ==, 1);
}

static void assert_adds_up(Harness *harness)
{
    const GPtrArray *tallies = engine_tallies(harness->engine);
    uint64_t all[STATUS_LAST] = {0};
    Stats stats;

    engine_stats(harness->engine, &stats);
    for (unsigned i = 0; i < tallies->len; i++) {
        const Tally *tally = g_ptr_array_index(tallies, i);
        uint64_t ended = 0;

        for (unsigned j = 0; j < HISTOGRAM_BUCKETS; j++)
            ended += tally->latency.counts[j];
        for (unsigned j = 0; j < STATUS_LAST; j++) {
            ended += tally->failures[j];
            all[j] += tally->failures[j];
        }
        g_assert_cmpuint(ended, <=, tally->queries);
    }
    g_assert_cmpmem(all, sizeof all, stats.failures, sizeof stats.failures);
}

/* No attempt ends twice: three that are late make a channel look stuck, and then are answered. */
static void late_answers_are_no_failures_too(Harness *harness, gconstpointer unused)
{
    Message answer;

    for (unsigned i = 0; i < 10; i++) {
        g_autofree char *name = g_strdup_printf("warm%u.example", i);
        harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, 50 * MS, &answer);
    }
    fake_servers[1].delay_us = 100 * MS;
    fake_servers[2].status = STATUS_REFUSED;
    for (unsigned i = 0; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("late%u.example", i);
        harness_send(harness, &(Ask){.name = name, .type = RRTYPE_A});
    }
    loop_advance(harness->loop, 1000 * MS);
    assert_adds_up(harness);
}

/* Who hangs shows, though others were quick enough to answer in its place. */
static void hangs_are_counted(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    for (unsigned i = 0; i < 10; i++) {
        g_autofree char *name = g_strdup_printf("warm%u.example", i);
        harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, 50 * MS, &answer);
    }
    fake_servers[1].silent = true;
    for (unsigned i = 0; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("hang%u.example", i);
        harness_send(harness, &(Ask){.name = name, .type = RRTYPE_A});
    }
    loop_advance(harness->loop, 1000 * MS);
    assert_adds_up(harness);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.failures[STATUS_TIMEOUT], >, 0);
    g_assert_cmpuint(stats.failed, ==, 0);
}

static void refusals_that_are_final_add_up(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    fake_servers[1].rcode = RCODE_SERVFAIL;
    fake_servers[1].ede = EDE_DNSSEC_BOGUS;
    harness_ask(harness, &www, 15 * MS, &answer);
    assert_adds_up(harness);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.failed, ==, 1);
}

/* Another plan, without the resolver: its connection is closed, its tally stays. */
static void tallies_outlive_their_channels(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) empty = plan_new();
    uint64_t sent;
    Message answer;
    Stats stats;

    harness_ask(harness, &www, 15 * MS, &answer);
    sent = only_tally(harness)->bytes_sent;
    g_assert_cmpuint(sent, >, 0);
    engine_apply(harness->engine, empty);
    g_assert_cmpuint(fake_servers[1].closed, ==, 1);
    g_assert_cmpuint(only_tally(harness)->bytes_sent, ==, sent);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.upstream_bytes_sent, ==, sent);
    g_assert_cmpuint(stats.upstream_bytes_received, ==, only_tally(harness)->bytes_received);
}

static void never_asked_is_not_counted(Harness *harness, gconstpointer unused)
{
    g_assert_cmpuint(engine_tallies(harness->engine)->len, ==, 0);
}

#define TEST(path, count, fn)                                                                      \
    g_test_add("/stats/" path, Harness, GUINT_TO_POINTER(count), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/histogram/percentiles-come-from-the-buckets",
                    percentiles_come_from_the_buckets);
    g_test_add_func("/histogram/differences-add-up", differences_add_up);
    TEST("attempts-are-charged-to-their-resolver", 1, attempts_are_charged_to_their_resolver);
    TEST("failures-are-told-apart", 2, failures_are_told_apart);
    TEST("late-answers-are-no-failures-too", 2, late_answers_are_no_failures_too);
    TEST("hangs-are-counted", 2, hangs_are_counted);
    TEST("refusals-that-are-final-add-up", 2, refusals_that_are_final_add_up);
    TEST("tallies-outlive-their-channels", 1, tallies_outlive_their_channels);
    TEST("never-asked-is-not-counted", 1, never_asked_is_not_counted);
    return g_test_run();
}
