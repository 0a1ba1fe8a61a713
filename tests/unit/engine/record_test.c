/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine_state.h"
#include "harness.h"

#include <string.h>

#define MS 1000

static const Ask www = {.name = "www.example", .type = RRTYPE_A};

/* What was seen last, and how often anything was. */
typedef struct Seen {
    EngineObserver observer;
    Engine *engine;
    QueryRecord last;
    unsigned count, leaves_after;
    char name[NAME_MAX_TEXT], resolver[32];
} Seen;

static void on_record(void *owner, const QueryRecord *record)
{
    Seen *seen = owner;

    seen->count++;
    seen->last = *record;
    name_format(record->name, seen->name);
    g_strlcpy(seen->resolver, record->resolver ? record->resolver->id : "", sizeof seen->resolver);
    if (seen->count == seen->leaves_after)
        engine_unobserve(seen->engine, &seen->observer);
}

static void observe(Harness *harness, Seen *seen, unsigned interest)
{
    *seen = (Seen){.observer = {.interest = interest, .observed = on_record, .owner = seen},
                   .engine = harness->engine};
    engine_observe(harness->engine, &seen->observer);
}

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
}

static void answer_of_a_resolver(Harness *harness, gconstpointer unused)
{
    Message answer;
    Seen seen;

    observe(harness, &seen, RECORD_ANY);
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_cmpstr(seen.name, ==, "www.example");
    g_assert_cmpuint(seen.last.type, ==, RRTYPE_A);
    g_assert_cmpint(seen.last.source, ==, RECORD_RESOLVER);
    g_assert_cmpint(seen.last.status, ==, STATUS_OK);
    g_assert_cmpuint(seen.last.rcode, ==, RCODE_NOERROR);
    g_assert_cmpstr(seen.resolver, ==, "s1");
    g_assert_cmpint(seen.last.endpoint->kind, ==, ENDPOINT_DOT);
    g_assert_cmpint(seen.last.latency_us, ==, 10 * MS);
    g_assert_cmpuint(seen.last.bytes, ==, answer.length);
    g_assert_cmpint(seen.last.time_s, ==, loop_wall_s(harness->loop));
}

static void second_of_two_is_coalesced(Harness *harness, gconstpointer unused)
{
    Seen seen;

    observe(harness, &seen, 1u << RECORD_COALESCED);
    harness_send(harness, &www);
    loop_advance(harness->loop, 4 * MS);
    harness_send(harness, &www);
    loop_advance(harness->loop, 20 * MS);
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_cmpint(seen.last.latency_us, ==, 6 * MS);
}

static void answer_from_the_cache(Harness *harness, gconstpointer unused)
{
    Message answer;
    Seen seen;

    harness_ask(harness, &www, 15 * MS, &answer);
    observe(harness, &seen, RECORD_ANY);
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpint(seen.last.source, ==, RECORD_CACHE);
    g_assert_null(seen.last.resolver);
    g_assert_cmpint(seen.last.latency_us, ==, 0);
    g_assert_cmpuint(seen.last.bytes, ==, answer.length);
}

static void special_name(Harness *harness, gconstpointer unused)
{
    Message answer;
    Seen seen;

    observe(harness, &seen, RECORD_ANY);
    harness_ask(harness, &(Ask){.name = "a.invalid", .type = RRTYPE_A}, 0, &answer);
    g_assert_cmpint(seen.last.source, ==, RECORD_SPECIAL);
    g_assert_cmpuint(seen.last.rcode, ==, RCODE_NXDOMAIN);
}

static void failure_says_who_and_why(Harness *harness, gconstpointer unused)
{
    Message answer;
    Seen seen;

    fake_servers[1].status = STATUS_CERT_PIN;
    observe(harness, &seen, RECORD_NEEDED_ANSWER);
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpint(seen.last.source, ==, RECORD_FAILED);
    g_assert_cmpint(seen.last.status, ==, STATUS_CERT_PIN);
    g_assert_cmpuint(seen.last.rcode, ==, RCODE_SERVFAIL);
    g_assert_cmpstr(seen.resolver, ==, "s1");
}

static void silence_is_a_failure_when_patience_ends(Harness *harness, gconstpointer unused)
{
    Message answer;
    Seen seen;

    fake_servers[1].silent = true;
    observe(harness, &seen, RECORD_ANY);
    harness_ask(harness, &www, harness->plan->client_patience_us, &answer);
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_cmpint(seen.last.source, ==, RECORD_FAILED);
    g_assert_cmpint(seen.last.status, ==, STATUS_TIMEOUT);
    g_assert_cmpstr(seen.resolver, ==, "s1");
}

static void servfail_of_a_resolver_is_no_good_answer(Harness *harness, gconstpointer unused)
{
    Message answer;
    Seen seen;

    fake_servers[1].rcode = RCODE_SERVFAIL;
    observe(harness, &seen, RECORD_ANY);
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpint(seen.last.source, ==, RECORD_RESOLVER);
    g_assert_cmpint(seen.last.status, ==, STATUS_SERVER_FAILED);
}

static void query_above_the_limit(Harness *harness, gconstpointer unused)
{
    Message answer;
    Seen seen;

    harness->plan->max_queries = 0;
    observe(harness, &seen, RECORD_ANY);
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpint(seen.last.source, ==, RECORD_LIMIT);
    g_assert_cmpint(seen.last.status, ==, STATUS_LIMIT);
}

static void only_what_somebody_wants_is_made(Harness *harness, gconstpointer unused)
{
    Message answer;
    Seen seen;

    observe(harness, &seen, 1u << RECORD_CACHE);
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(seen.count, ==, 0);
    g_assert_false(engine_is_observed(harness->engine, RECORD_RESOLVER));
}

static void observer_may_leave_while_it_looks(Harness *harness, gconstpointer unused)
{
    Message answer;
    Seen first, second;

    observe(harness, &first, RECORD_ANY);
    observe(harness, &second, RECORD_ANY);
    first.leaves_after = 1;
    harness_ask(harness, &www, 15 * MS, &answer);
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpuint(first.count, ==, 1);
    g_assert_cmpuint(second.count, ==, 2);
    engine_unobserve(harness->engine, &first.observer); /* once more does no harm */
    engine_unobserve(harness->engine, &second.observer);
    g_assert_cmpuint(harness->engine->interests, ==, 0);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/record/" path, Harness, GUINT_TO_POINTER(1), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("answer-of-a-resolver", answer_of_a_resolver);
    TEST("second-of-two-is-coalesced", second_of_two_is_coalesced);
    TEST("answer-from-the-cache", answer_from_the_cache);
    TEST("special-name", special_name);
    TEST("failure-says-who-and-why", failure_says_who_and_why);
    TEST("silence-is-a-failure-when-patience-ends", silence_is_a_failure_when_patience_ends);
    TEST("servfail-of-a-resolver-is-no-good-answer", servfail_of_a_resolver_is_no_good_answer);
    TEST("query-above-the-limit", query_above_the_limit);
    TEST("only-what-somebody-wants-is-made", only_what_somebody_wants_is_made);
    TEST("observer-may-leave-while-it-looks", observer_may_leave_while_it_looks);
    return g_test_run();
}
