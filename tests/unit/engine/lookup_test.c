/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine_state.h"
#include "harness.h"

#include <string.h>

#define MS 1000

typedef struct Outcome {
    unsigned calls, rcode, server;
    Status status;
    char resolver_id[32], detail[64];
} Outcome;

static void on_done(void *owner, Status status, const Message *reply, const char *resolver_id,
                    const char *detail)
{
    Outcome *outcome = owner;

    outcome->calls++;
    outcome->status = status;
    outcome->rcode = reply ? message_rcode(reply) : 99;
    outcome->server = reply ? answer_server(reply) : 0;
    g_strlcpy(outcome->resolver_id, resolver_id ? resolver_id : "", sizeof outcome->resolver_id);
    g_strlcpy(outcome->detail, detail ? detail : "", sizeof outcome->detail);
}

static Lookup *look_up(Harness *harness, const char *id, Outcome *outcome)
{
    Name name;

    *outcome = (Outcome){0};
    g_assert_cmpint(name_parse("probe.example", &name), ==, STATUS_OK);
    return engine_lookup(harness->engine, harness->plan, id, &name, RRTYPE_A, 3000 * MS, on_done,
                         outcome);
}

static void works_before_any_plan(Harness *harness, gconstpointer unused)
{
    Outcome outcome;

    look_up(harness, "s2", &outcome);
    g_assert_cmpuint(outcome.calls, ==, 0);
    loop_advance(harness->loop, 20 * MS);
    g_assert_cmpuint(outcome.calls, ==, 1);
    g_assert_cmpint(outcome.status, ==, STATUS_OK);
    g_assert_cmpuint(outcome.server, ==, 2);
    g_assert_cmpstr(outcome.resolver_id, ==, "s2");
    g_assert_cmpstr(outcome.detail, ==, "s2 dot");
}

static void goes_past_the_cache_and_the_counters(Harness *harness, gconstpointer unused)
{
    Outcome outcome;
    Message answer;
    Stats stats;

    engine_apply(harness->engine, harness->plan);
    harness_ask(harness, &(Ask){.name = "probe.example", .type = RRTYPE_A}, 15 * MS, &answer);
    look_up(harness, NULL, &outcome);
    loop_advance(harness->loop, 20 * MS);
    g_assert_cmpuint(outcome.calls, ==, 1);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.queries, ==, 1);
    g_assert_cmpuint(stats.cache_entries, ==, 1);
}

static void says_why_and_where_it_failed(Harness *harness, gconstpointer unused)
{
    ResolverHealth health;
    Outcome outcome;

    fake_servers[1].status = STATUS_CERT_PIN;
    look_up(harness, "s1", &outcome);
    loop_advance(harness->loop, 20 * MS);
    g_assert_cmpint(outcome.status, ==, STATUS_CERT_PIN);
    g_assert_cmpstr(outcome.detail, ==, "s1 dot");
    g_assert_true(engine_resolver_health(harness->engine, "s1", &health));
    g_assert_cmpint(health.last_failure, ==, STATUS_CERT_PIN);
}

static void servfail_comes_with_its_reply(Harness *harness, gconstpointer unused)
{
    Outcome outcome;

    fake_servers[1].rcode = RCODE_SERVFAIL;
    look_up(harness, "s1", &outcome);
    loop_advance(harness->loop, 20 * MS);
    g_assert_cmpint(outcome.status, ==, STATUS_SERVER_FAILED);
    g_assert_cmpuint(outcome.rcode, ==, RCODE_SERVFAIL);
}

static void unknown_resolver_fails_later(Harness *harness, gconstpointer unused)
{
    Outcome outcome;

    look_up(harness, "nobody", &outcome);
    g_assert_cmpuint(outcome.calls, ==, 0);
    loop_advance(harness->loop, 0);
    g_assert_cmpuint(outcome.calls, ==, 1);
    g_assert_cmpint(outcome.status, ==, STATUS_NO_SERVERS);
}

static void ends_with_its_budget(Harness *harness, gconstpointer unused)
{
    Outcome outcome;

    fake_servers[1].silent = true;
    look_up(harness, "s1", &outcome);
    loop_advance(harness->loop, 2999 * MS);
    g_assert_cmpuint(outcome.calls, ==, 0);
    loop_advance(harness->loop, 1 * MS);
    g_assert_cmpuint(outcome.calls, ==, 1);
    g_assert_cmpint(outcome.status, ==, STATUS_TIMEOUT);
    g_assert_cmpstr(outcome.detail, ==, "s1 dot");
}

static void cancelled_says_nothing(Harness *harness, gconstpointer unused)
{
    Outcome outcome;

    engine_lookup_cancel(look_up(harness, "s1", &outcome));
    loop_advance(harness->loop, 5000 * MS);
    g_assert_cmpuint(outcome.calls, ==, 0);
    g_assert_cmpuint(fake_servers[1].cancelled, ==, 1);
}

static void proved_connection_is_used_on(Harness *harness, gconstpointer unused)
{
    Outcome outcome;
    Message answer;

    look_up(harness, "s1", &outcome);
    loop_advance(harness->loop, 20 * MS);
    engine_apply(harness->engine, harness->plan);
    harness_ask(harness, &(Ask){.name = "a.example", .type = RRTYPE_A}, 15 * MS, &answer);
    g_assert_cmpuint(fake_servers[1].opened, ==, 1);
}

static void unused_connection_cools_down(Harness *harness, gconstpointer unused)
{
    Outcome outcome;

    look_up(harness, "s1", &outcome);
    loop_advance(harness->loop, 31000 * MS);
    g_assert_cmpuint(fake_servers[1].closed, ==, 1);
    g_assert_cmpint(loop_wait_us(harness->loop), ==, -1);
}

/* Proofs that follow each other for hours must not pile up. */
static void repeated_lookups_hold_a_resolver_once(Harness *harness, gconstpointer unused)
{
    Outcome outcome;

    for (int i = 0; i < 20; i++) {
        look_up(harness, i % 2 ? "s1" : "s2", &outcome);
        loop_advance(harness->loop, 20000 * MS);
    }
    g_assert_cmpuint(harness->engine->warm->len, ==, 2);
    g_assert_cmpuint(fake_servers[1].opened, ==, 1);
}

static void ask_question(Harness *harness, LookupQuestion *question, const char *name,
                         Outcome *outcome)
{
    *outcome = (Outcome){0};
    g_assert_cmpint(name_parse(name, &question->name), ==, STATUS_OK);
    engine_lookup_question(harness->engine, harness->plan, "s1", question, 3000 * MS, on_done,
                           outcome);
    loop_advance(harness->loop, 20 * MS);
    g_assert_cmpuint(outcome->calls, ==, 1);
}

static void class_and_nsid_are_asked_for(Harness *harness, gconstpointer unused)
{
    LookupQuestion question = {.type = RRTYPE_TXT, .qclass = CLASS_CH, .nsid = true};
    Outcome outcome;
    Message seen;
    size_t length;

    ask_question(harness, &question, "id.server", &outcome);
    g_assert_cmpint(message_parse(&seen, fake_servers[1].query, fake_servers[1].query_length), ==,
                    STATUS_OK);
    g_assert_cmpuint(seen.qclass, ==, CLASS_CH);
    g_assert_nonnull(edns_option(&seen, EDNS_NSID, &length));
    g_assert_cmpuint(length, ==, 0);
}

static void curious_takes_a_refusal_and_holds_it_against_nobody(Harness *harness,
                                                                gconstpointer unused)
{
    LookupQuestion question = {.type = RRTYPE_TXT, .curious = true};
    ResolverHealth health;
    Outcome outcome;

    fake_servers[1].rcode = RCODE_REFUSED;
    for (int i = 0; i < 10; i++) {
        ask_question(harness, &question, "whoami.example", &outcome);
        g_assert_cmpint(outcome.status, ==, STATUS_OK);
        g_assert_cmpuint(outcome.rcode, ==, RCODE_REFUSED);
    }
    g_assert_true(engine_resolver_health(harness->engine, "s1", &health));
    g_assert_cmpuint(health.failures, ==, 0);
    g_assert_cmpint(health.last_failure, ==, STATUS_OK);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/lookup/" path, Harness, GUINT_TO_POINTER(2), harness_set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("works-before-any-plan", works_before_any_plan);
    TEST("goes-past-the-cache-and-the-counters", goes_past_the_cache_and_the_counters);
    TEST("says-why-and-where-it-failed", says_why_and_where_it_failed);
    TEST("servfail-comes-with-its-reply", servfail_comes_with_its_reply);
    TEST("unknown-resolver-fails-later", unknown_resolver_fails_later);
    TEST("ends-with-its-budget", ends_with_its_budget);
    TEST("cancelled-says-nothing", cancelled_says_nothing);
    TEST("proved-connection-is-used-on", proved_connection_is_used_on);
    TEST("unused-connection-cools-down", unused_connection_cools_down);
    TEST("repeated-lookups-hold-a-resolver-once", repeated_lookups_hold_a_resolver_once);
    TEST("class-and-nsid-are-asked-for", class_and_nsid_are_asked_for);
    TEST("curious-takes-a-refusal-and-holds-it-against-nobody",
         curious_takes_a_refusal_and_holds_it_against_nobody);
    return g_test_run();
}
