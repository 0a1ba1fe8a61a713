/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#define MS 1000
#define S  G_USEC_PER_SEC

static const Ask www = {.name = "www.example.com", .type = RRTYPE_A, .id = 7, .udp_size = 1232};

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
}

/* Leaves the answer of `www` in the cache, expired for a second. */
static void let_expire(Harness *harness)
{
    Message answer;

    harness_ask(harness, &www, 15 * MS, &answer);
    loop_advance(harness->loop, 301 * S);
}

static void assert_stale(const Message *answer, int ede)
{
    g_assert_cmpint(answer_ede(answer, NULL), ==, ede);
    g_assert_cmpuint(answer_ttl(answer), ==, 30);
}

static void given_when_the_servers_are_silent(Harness *harness, gconstpointer unused)
{
    Message answer;

    let_expire(harness);
    fake_servers[1].silent = true;
    harness_send(harness, &www);
    loop_advance(harness->loop, 1799 * MS);
    g_assert_false(harness_receive(harness, &answer));
    loop_advance(harness->loop, 1 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer_server(&answer), ==, 1);
    assert_stale(&answer, EDE_STALE_ANSWER);
}

static void given_at_once_when_asking_fails(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    let_expire(harness);
    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &www, 15 * MS, &answer);
    assert_stale(&answer, EDE_STALE_ANSWER);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.stale, ==, 1);
    g_assert_cmpuint(stats.failed, ==, 0);
    g_assert_cmpuint(stats.in_flight, ==, 0);
}

/* RFC 8767 §4: SERVFAIL and REFUSED say nothing that would be newer. */
static void given_in_the_place_of_servfail(Harness *harness, gconstpointer unused)
{
    static const unsigned codes[] = {RCODE_SERVFAIL, RCODE_REFUSED, RCODE_NOTIMP};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        Message answer;

        fake_servers[1].rcode = RCODE_NOERROR;
        engine_flush(harness->engine, NULL);
        let_expire(harness);
        fake_servers[1].rcode = codes[i];
        harness_ask(harness, &www, 15 * MS, &answer);
        g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
        assert_stale(&answer, EDE_STALE_ANSWER);
    }
}

static void blocked_names_stay_blocked(Harness *harness, gconstpointer unused)
{
    Message answer;

    let_expire(harness);
    fake_servers[1].rcode = RCODE_SERVFAIL;
    fake_servers[1].ede = EDE_FILTERED;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_FILTERED);
}

static void nxdomain_has_an_error_of_its_own(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_NXDOMAIN;
    let_expire(harness);
    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NXDOMAIN);
    assert_stale(&answer, EDE_STALE_NXDOMAIN);
}

/* The client has its answer; the next one shall have a fresh one. */
static void asking_goes_on_behind_it(Harness *harness, gconstpointer unused)
{
    Message answer;

    let_expire(harness);
    fake_servers[1].delay_us = 2500 * MS;
    harness_ask(harness, &www, 1900 * MS, &answer);
    assert_stale(&answer, EDE_STALE_ANSWER);
    loop_advance(harness->loop, 700 * MS);
    g_assert_false(harness_receive(harness, &answer)); /* not a second one */
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpint(answer_ede(&answer, NULL), ==, -1);
    g_assert_cmpuint(answer_ttl(&answer), ==, 300);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void failed_asking_rests_for_thirty_seconds(Harness *harness, gconstpointer unused)
{
    Message answer;
    unsigned asked;

    let_expire(harness);
    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &www, 15 * MS, &answer);
    asked = fake_servers[1].asked;
    loop_advance(harness->loop, 29 * S);
    harness_ask(harness, &www, 0, &answer);
    assert_stale(&answer, EDE_STALE_ANSWER);
    g_assert_cmpuint(fake_servers[1].asked, ==, asked);
    loop_advance(harness->loop, 1 * S);
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(fake_servers[1].asked, >, asked);
}

static void silence_rests_too(Harness *harness, gconstpointer unused)
{
    Message answer;
    unsigned asked;

    let_expire(harness);
    fake_servers[1].silent = true;
    harness_ask(harness, &www, 4600 * MS, &answer);
    asked = fake_servers[1].asked;
    harness_ask(harness, &www, 0, &answer);
    assert_stale(&answer, EDE_STALE_ANSWER);
    g_assert_cmpuint(fake_servers[1].asked, ==, asked);
}

/* Who comes when the question has been under way for long does not wait as long again. */
static void late_joiners_get_it_at_once(Harness *harness, gconstpointer unused)
{
    Message answer;

    let_expire(harness);
    fake_servers[1].silent = true;
    harness_ask(harness, &www, 1800 * MS, &answer);
    harness_ask(harness, &www, 0, &answer);
    assert_stale(&answer, EDE_STALE_ANSWER);
}

static void kept_for_the_plans_time_only(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness->plan->cache_stale_s = 600;
    engine_apply(harness->engine, harness->plan);
    let_expire(harness);
    loop_advance(harness->loop, 600 * S);
    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
}

static void off_when_it_has_no_seconds(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness->plan->cache_stale_s = 0;
    engine_apply(harness->engine, harness->plan);
    let_expire(harness);
    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
}

/* The name is gone: so are its addresses of before, whatever type told so. */
static void never_for_a_name_that_is_gone(Harness *harness, gconstpointer unused)
{
    Ask other = www;
    Message answer;

    let_expire(harness);
    fake_servers[1].rcode = RCODE_NXDOMAIN;
    other.type = RRTYPE_AAAA;
    harness_ask(harness, &other, 15 * MS, &answer);
    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
}

/* Whoever asks with DO finds out for those who ask without. */
static void never_for_a_name_that_is_gone_for_others(Harness *harness, gconstpointer unused)
{
    Ask other = www;
    Message answer;

    let_expire(harness);
    fake_servers[1].rcode = RCODE_NXDOMAIN;
    other.udp_size = 1232;
    other.dnssec_ok = !www.dnssec_ok;
    harness_ask(harness, &other, 15 * MS, &answer);
    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
}

/* An answer that may not be kept still is the newer one. */
static void never_for_what_has_changed(Harness *harness, gconstpointer unused)
{
    Message answer;

    let_expire(harness);
    fake_servers[1].ttl_s = 0;
    harness_ask(harness, &www, 15 * MS, &answer);
    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
}

static void never_from_a_networks_own_servers(Harness *harness, gconstpointer unused)
{
    g_autoptr(Resolver) printer_dns = resolver_new("lan", "lan");
    Ask printer = {.name = "printer.lan", .type = RRTYPE_A, .udp_size = 1232};
    Message answer;
    Name lan;

    g_assert_cmpint(name_parse("lan", &lan), ==, STATUS_OK);
    resolver_add_endpoint(printer_dns, fake_endpoint(ENDPOINT_PLAIN, 3));
    plan_add_route(harness->plan, &lan, ROUTE_SETTINGS, printer_dns);
    engine_apply(harness->engine, harness->plan);
    engine_network_changed(harness->engine, "home");
    harness_ask(harness, &printer, 15 * MS, &answer);
    loop_advance(harness->loop, 301 * S);
    engine_network_changed(harness->engine, "hotel");
    fake_servers[3].status = STATUS_CERT_NAME;
    harness_ask(harness, &printer, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    engine_network_changed(harness->engine, "home");
    harness_ask(harness, &printer, 15 * MS, &answer);
    assert_stale(&answer, EDE_STALE_ANSWER);
}

/* Its signatures may have expired as well. */
static void is_not_called_authentic(Harness *harness, gconstpointer unused)
{
    Ask ask = www;
    Message answer;

    ask.flags = MESSAGE_AD;
    fake_servers[1].flags = MESSAGE_AD;
    let_expire(harness);
    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &ask, 15 * MS, &answer);
    g_assert_false(answer.flags & MESSAGE_AD);
}

static void clients_may_go_while_asking_goes_on(Harness *harness, gconstpointer unused)
{
    Message answer;

    let_expire(harness);
    fake_servers[1].silent = true;
    harness_ask(harness, &www, 1900 * MS, &answer);
    g_assert_cmpuint(fake_servers[1].live, ==, 1); /* the tear-down checks that it is withdrawn */
}

/* RFC 9520: a name that cannot be resolved is not asked for at every try. */
static void servfail_is_kept_for_longer_and_longer(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_SERVFAIL;
    for (int64_t life_s = 5; life_s <= 80; life_s *= 2) {
        unsigned asked = fake_servers[1].asked;

        harness_ask(harness, &www, 15 * MS, &answer);
        g_assert_cmpuint(fake_servers[1].asked, >, asked);
        asked = fake_servers[1].asked;
        loop_advance(harness->loop, MIN(life_s, 60) * S - 20 * MS);
        harness_ask(harness, &www, 0, &answer);
        g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
        g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_CACHED_ERROR);
        g_assert_cmpuint(fake_servers[1].asked, ==, asked);
        loop_advance(harness->loop, 20 * MS);
    }
    fake_servers[1].rcode = RCODE_NOERROR;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
}

/* What cannot be reached may be there in a moment: that is no property of the name. */
static void broken_connections_are_not_kept(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].status = STATUS_CERT_NAME;
    harness_ask(harness, &www, 15 * MS, &answer);
    fake_servers[1].status = STATUS_OK;
    loop_advance(harness->loop, 1 * S);
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
}

static void failures_are_forgotten_on_another_network(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_SERVFAIL;
    harness_ask(harness, &www, 15 * MS, &answer);
    engine_network_changed(harness->engine, "another");
    fake_servers[1].rcode = RCODE_NOERROR;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/stale/" path, Harness, GUINT_TO_POINTER(1), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("given-when-the-servers-are-silent", given_when_the_servers_are_silent);
    TEST("given-at-once-when-asking-fails", given_at_once_when_asking_fails);
    TEST("given-in-the-place-of-servfail", given_in_the_place_of_servfail);
    TEST("blocked-names-stay-blocked", blocked_names_stay_blocked);
    TEST("nxdomain-has-an-error-of-its-own", nxdomain_has_an_error_of_its_own);
    TEST("asking-goes-on-behind-it", asking_goes_on_behind_it);
    TEST("failed-asking-rests-for-thirty-seconds", failed_asking_rests_for_thirty_seconds);
    TEST("silence-rests-too", silence_rests_too);
    TEST("late-joiners-get-it-at-once", late_joiners_get_it_at_once);
    TEST("kept-for-the-plans-time-only", kept_for_the_plans_time_only);
    TEST("off-when-it-has-no-seconds", off_when_it_has_no_seconds);
    TEST("never-for-a-name-that-is-gone", never_for_a_name_that_is_gone);
    TEST("never-for-a-name-that-is-gone-for-others", never_for_a_name_that_is_gone_for_others);
    TEST("never-for-what-has-changed", never_for_what_has_changed);
    TEST("never-from-a-networks-own-servers", never_from_a_networks_own_servers);
    TEST("is-not-called-authentic", is_not_called_authentic);
    TEST("clients-may-go-while-asking-goes-on", clients_may_go_while_asking_goes_on);
    TEST("servfail-is-kept-for-longer-and-longer", servfail_is_kept_for_longer_and_longer);
    TEST("broken-connections-are-not-kept", broken_connections_are_not_kept);
    TEST("failures-are-forgotten-on-another-network", failures_are_forgotten_on_another_network);
    return g_test_run();
}
