/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#define MS 1000

static const Ask www = {.name = "www.example.com", .type = RRTYPE_A, .id = 7, .udp_size = 1232};

static void apply(Harness *harness)
{
    engine_apply(harness->engine, harness->plan);
}

static void next_at_once_on_failure(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].status = STATUS_REFUSED;
    apply(harness);
    harness_ask(harness, &www, 25 * MS, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 2);
}

static void next_as_well_on_silence(Harness *harness, gconstpointer unused)
{
    Message answer;

    apply(harness);
    harness_ask(harness, &www, 20 * MS, &answer); /* s1 is known and trusted now */
    fake_servers[1].silent = true;
    harness_send(harness, &(Ask){.name = "b.example", .type = RRTYPE_A, .id = 8});
    loop_advance(harness->loop, harness->plan->attempt_us - 1 * MS);
    g_assert_cmpuint(fake_servers[2].asked, ==, 0);
    loop_advance(harness->loop, 1 * MS);
    g_assert_cmpuint(fake_servers[2].asked, ==, 1);
    g_assert_cmpuint(fake_servers[1].live, ==, 1);
    loop_advance(harness->loop, 11 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer_server(&answer), ==, 2);
    g_assert_cmpuint(fake_servers[1].live, ==, 0);
}

static void slow_first_may_still_win(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].delay_us = 1500 * MS;
    fake_servers[2].delay_us = 900 * MS;
    apply(harness);
    harness_ask(harness, &www, 1600 * MS, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 1);
    g_assert_cmpuint(fake_servers[2].cancelled, ==, 1);
}

static void failed_one_is_shunned(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].status = STATUS_CERT_NAME;
    apply(harness);
    harness_ask(harness, &www, 25 * MS, &answer);
    harness_ask(harness, &(Ask){.name = "b.example", .type = RRTYPE_A}, 25 * MS, &answer);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
    fake_servers[1].status = STATUS_OK;
    loop_advance(harness->loop, 1500 * MS);
    harness_ask(harness, &(Ask){.name = "c.example", .type = RRTYPE_A}, 25 * MS, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 1);
}

static void back_off_doubles(Harness *harness, gconstpointer unused)
{
    static const struct {
        int64_t after_us;
        unsigned asked;
    } steps[] = {{0, 1}, {900 * MS, 1}, {200 * MS, 2}, {1900 * MS, 2}, {200 * MS, 3}};
    Message answer;

    fake_servers[1].status = STATUS_CERT_NAME;
    apply(harness);
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autofree char *name = g_strdup_printf("n%u.example", i);

        loop_advance(harness->loop, steps[i].after_us);
        harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, 25 * MS, &answer);
        g_assert_cmpuint(fake_servers[1].asked, ==, steps[i].asked);
    }
}

static void servfail_goes_to_the_next_resolver(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_SERVFAIL;
    apply(harness);
    harness_ask(harness, &www, 25 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
    g_assert_cmpuint(answer_server(&answer), ==, 2);
}

static void refused_goes_to_the_next_resolver(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_REFUSED;
    apply(harness);
    harness_ask(harness, &www, 25 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
    g_assert_cmpuint(answer_server(&answer), ==, 2);
}

/* A resolver that checks nothing must not answer what another one found forged. */
static void forged_or_blocked_is_final(Harness *harness, gconstpointer unused)
{
    static const uint16_t errors[] = {EDE_DNSSEC_BOGUS, EDE_NSEC_MISSING, EDE_BLOCKED,
                                      EDE_FILTERED};
    Message answer;

    fake_servers[1].rcode = RCODE_SERVFAIL;
    apply(harness);
    for (unsigned i = 0; i < G_N_ELEMENTS(errors); i++) {
        fake_servers[1].ede = errors[i];
        harness_ask(harness, &www, 25 * MS, &answer);
        g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
        g_assert_cmpint(answer_ede(&answer, NULL), ==, errors[i]);
        g_assert_cmpuint(engine_flush(harness->engine, NULL), ==, 1);
    }
    g_assert_cmpuint(fake_servers[2].asked, ==, 0);
}

/* Also when the next was asked as well, since the first was slow. */
static void forged_is_final_for_who_was_asked_beside(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1] =
        (FakeServer){.delay_us = 1500 * MS, .rcode = RCODE_SERVFAIL, .ede = EDE_DNSSEC_BOGUS};
    fake_servers[2].delay_us = 1000 * MS;
    apply(harness);
    harness_ask(harness, &www, 1600 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpuint(fake_servers[2].cancelled, ==, 1);
    loop_advance(harness->loop, 5000 * MS);
    g_assert_false(harness_receive(harness, &answer));
}

static void last_refusal_is_passed_on(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_SERVFAIL;
    fake_servers[2].rcode = RCODE_REFUSED;
    fake_servers[2].ede = EDE_BLOCKED;
    apply(harness);
    harness_ask(harness, &www, 25 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_REFUSED);
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_BLOCKED);
}

static void refusal_is_not_kept_for_long(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = fake_servers[2].rcode = RCODE_SERVFAIL;
    apply(harness);
    harness_ask(harness, &www, 25 * MS, &answer);
    fake_servers[1].rcode = RCODE_NOERROR;
    loop_advance(harness->loop, 5000 * MS);
    harness_ask(harness, &www, 25 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
}

static void same_resolver_is_not_asked_again_after_servfail(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) plan = plan_new();
    g_autoptr(Resolver) resolver = resolver_new("two", "Two ways");
    Message answer;

    resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DNSCRYPT, 3));
    resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DOT, 4));
    plan_add_resolver(plan, resolver);
    fake_servers[3].rcode = RCODE_SERVFAIL;
    engine_apply(harness->engine, plan);
    harness_ask(harness, &www, 25 * MS, &answer);
    g_assert_cmpuint(fake_servers[4].asked, ==, 0);
}

static void next_endpoint_of_the_same_resolver(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) plan = plan_new();
    g_autoptr(Resolver) resolver = resolver_new("two", "Two ways");
    ResolverHealth health;
    Message answer;

    resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DOH, 3));
    resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DNSCRYPT, 4));
    resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DOT, 5));
    plan_add_resolver(plan, resolver);
    fake_servers[3].unsupported = true;
    fake_servers[4].status = STATUS_CERT_FORGED;
    engine_apply(harness->engine, plan);
    harness_ask(harness, &www, 25 * MS, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 5);
    g_assert_true(engine_resolver_health(harness->engine, "two", &health));
    g_assert_cmpint(health.endpoint, ==, ENDPOINT_DOT);
    g_assert_cmpuint(health.answers, ==, 1);
    g_assert_cmpuint(health.failures, ==, 1);
    g_assert_cmpint(health.latency_us, ==, 10 * MS);
    g_assert_cmpstr(engine_last_resolver(harness->engine), ==, "two");
}

static void servfail_says_why(Harness *harness, gconstpointer unused)
{
    Message answer;
    char text[256];

    fake_servers[1].status = STATUS_CERT_EXPIRED;
    fake_servers[2].status = STATUS_REFUSED; /* tells less, though it came later */
    apply(harness);
    harness_ask(harness, &www, 25 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, text), ==, EDE_NETWORK_ERROR);
    g_assert_cmpstr(text, ==, status_sentence(STATUS_CERT_EXPIRED));
}

static void answers_within_the_clients_patience(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].silent = fake_servers[2].silent = true;
    apply(harness);
    harness_send(harness, &www);
    loop_advance(harness->loop, harness->plan->client_patience_us - 1);
    g_assert_false(harness_receive(harness, &answer));
    loop_advance(harness->loop, 1);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_NO_REACHABLE_AUTHORITY);
}

static void asks_again_while_the_network_comes_up(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].status = fake_servers[2].status = STATUS_UNREACHABLE;
    apply(harness);
    harness_send(harness, &www);
    loop_advance(harness->loop, 200 * MS);
    g_assert_false(harness_receive(harness, &answer));
    fake_servers[1].status = STATUS_OK;
    loop_advance(harness->loop, 1000 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
}

/* The failure that passes is not the last one that is heard of. */
static void asks_again_where_one_may_come_back(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].status = STATUS_CLOSED;
    fake_servers[2].status = STATUS_REFUSED;
    apply(harness);
    harness_send(harness, &www);
    loop_advance(harness->loop, 200 * MS);
    g_assert_false(harness_receive(harness, &answer));
    fake_servers[1].status = STATUS_OK;
    loop_advance(harness->loop, 1000 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
}

static void network_change_asks_again(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].silent = true;
    fake_servers[2].status = STATUS_CERT_UNTRUSTED;
    apply(harness);
    harness_send(harness, &www);
    loop_advance(harness->loop, 1000 * MS);
    fake_servers[1].silent = false;
    engine_network_changed(harness->engine, NULL);
    loop_advance(harness->loop, 20 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer_server(&answer), ==, 1);
    g_assert_cmpuint(fake_servers[1].network_changes, ==, 1);
}

/* A portal's certificate says nothing of the network that comes after it. */
static void failures_of_the_old_network_are_forgotten(Harness *harness, gconstpointer unused)
{
    char text[256];
    Message answer;

    fake_servers[1].status = STATUS_CERT_NAME;
    fake_servers[2].silent = true;
    apply(harness);
    harness_send(harness, &www);
    loop_advance(harness->loop, 500 * MS);
    fake_servers[1].silent = true;
    engine_network_changed(harness->engine, NULL);
    loop_advance(harness->loop, harness->plan->client_patience_us);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpint(answer_ede(&answer, text), ==, EDE_NO_REACHABLE_AUTHORITY);
    g_assert_cmpstr(text, ==, status_sentence(STATUS_TIMEOUT));
}

static void no_resolver_is_said(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) plan = plan_new();
    Message answer;
    char text[256];

    engine_apply(harness->engine, plan);
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, text), ==, EDE_NOT_READY);
    g_assert_cmpstr(text, ==, status_sentence(STATUS_NO_SERVERS));
}

static void not_ready_before_the_first_plan(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_NOT_READY);
}

#define TEST(path, resolvers, fn)                                                                  \
    g_test_add("/failover/" path, Harness, GUINT_TO_POINTER(resolvers), harness_set_up, fn,        \
               harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("next-at-once-on-failure", 2, next_at_once_on_failure);
    TEST("next-as-well-on-silence", 2, next_as_well_on_silence);
    TEST("slow-first-may-still-win", 2, slow_first_may_still_win);
    TEST("failed-one-is-shunned", 2, failed_one_is_shunned);
    TEST("back-off-doubles", 2, back_off_doubles);
    TEST("servfail-goes-to-the-next-resolver", 2, servfail_goes_to_the_next_resolver);
    TEST("refused-goes-to-the-next-resolver", 2, refused_goes_to_the_next_resolver);
    TEST("forged-or-blocked-is-final", 2, forged_or_blocked_is_final);
    TEST("forged-is-final-for-who-was-asked-beside", 2, forged_is_final_for_who_was_asked_beside);
    TEST("last-refusal-is-passed-on", 2, last_refusal_is_passed_on);
    TEST("refusal-is-not-kept-for-long", 2, refusal_is_not_kept_for_long);
    TEST("same-resolver-is-not-asked-again-after-servfail", 0,
         same_resolver_is_not_asked_again_after_servfail);
    TEST("next-endpoint-of-the-same-resolver", 0, next_endpoint_of_the_same_resolver);
    TEST("servfail-says-why", 2, servfail_says_why);
    TEST("answers-within-the-clients-patience", 2, answers_within_the_clients_patience);
    TEST("asks-again-while-the-network-comes-up", 2, asks_again_while_the_network_comes_up);
    TEST("asks-again-where-one-may-come-back", 2, asks_again_where_one_may_come_back);
    TEST("network-change-asks-again", 2, network_change_asks_again);
    TEST("failures-of-the-old-network-are-forgotten", 2, failures_of_the_old_network_are_forgotten);
    TEST("no-resolver-is-said", 0, no_resolver_is_said);
    TEST("not-ready-before-the-first-plan", 0, not_ready_before_the_first_plan);
    return g_test_run();
}
