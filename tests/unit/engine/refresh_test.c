/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#include "engine_state.h"

#define MS 1000
#define S  G_USEC_PER_SEC

static const Ask www = {.name = "www.example.com", .type = RRTYPE_A, .id = 7, .udp_size = 1232};

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
    engine_network_changed(harness->engine, "home");
}

static void ask_times(Harness *harness, unsigned times)
{
    Message answer;

    for (unsigned i = 0; i < times; i++)
        harness_ask(harness, &www, 0, &answer);
}

static void popular_names_are_asked_before_they_expire(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    harness_ask(harness, &www, 15 * MS, &answer);
    ask_times(harness, 2);
    loop_advance(harness->loop, 271 * S);
    harness_ask(harness, &www, 0, &answer); /* answered at once, from the cache */
    g_assert_cmpuint(answer_ttl(&answer), ==, 29);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
    loop_advance(harness->loop, 15 * MS);
    g_assert_false(harness_receive(harness, &answer)); /* not a second time */
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 300);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.prefetched, ==, 1);
    g_assert_cmpuint(stats.cache_hits, ==, 4);
    g_assert_cmpuint(stats.in_flight, ==, 0);
}

static void not_before_the_last_tenth(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www, 15 * MS, &answer);
    loop_advance(harness->loop, 268 * S);
    ask_times(harness, 10);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void not_for_names_hardly_asked_for(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www, 15 * MS, &answer);
    loop_advance(harness->loop, 271 * S);
    ask_times(harness, 2);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void never_by_itself(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www, 15 * MS, &answer);
    ask_times(harness, 100);
    loop_advance(harness->loop, 400 * S);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void off_when_the_plan_says_so(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness->plan->cache_prefetch = false;
    engine_apply(harness->engine, harness->plan);
    harness_ask(harness, &www, 15 * MS, &answer);
    loop_advance(harness->loop, 271 * S);
    ask_times(harness, 10);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void failed_refresh_is_not_tried_at_every_hit(Harness *harness, gconstpointer unused)
{
    Message answer;
    unsigned asked;

    harness_ask(harness, &www, 15 * MS, &answer);
    ask_times(harness, 3);
    loop_advance(harness->loop, 271 * S);
    fake_servers[1].rcode = RCODE_SERVFAIL;
    harness_ask(harness, &www, 15 * MS, &answer);
    asked = fake_servers[1].asked;
    ask_times(harness, 10);
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
    g_assert_cmpuint(fake_servers[1].asked, ==, asked);
}

static void left_out_when_there_is_much_to_do(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness->plan->max_queries = 2;
    harness_ask(harness, &www, 15 * MS, &answer);
    ask_times(harness, 3);
    loop_advance(harness->loop, 271 * S);
    harness_send(harness, &(Ask){.name = "other.example", .type = RRTYPE_A});
    ask_times(harness, 1);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

/* It may name the server nearest to the other network. */
static void answers_of_another_network_are_used_and_asked_again(Harness *harness,
                                                                gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www, 15 * MS, &answer);
    engine_network_changed(harness->engine, "hotel");
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
    loop_advance(harness->loop, 15 * MS);
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
    engine_network_changed(harness->engine, NULL);
    ask_times(harness, 2);
    g_assert_cmpuint(fake_servers[1].asked, ==, 3);
}

static void begun_anew_if_the_plan_says_so(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    harness->plan->cache_keep = false;
    harness_ask(harness, &www, 15 * MS, &answer);
    engine_network_changed(harness->engine, "hotel");
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.cache_entries, ==, 0);
}

static void add_route(Harness *harness)
{
    g_autoptr(Resolver) servers = resolver_new("lan", "lan");
    Name lan;

    g_assert_cmpint(name_parse("lan", &lan), ==, STATUS_OK);
    resolver_add_endpoint(servers, fake_endpoint(ENDPOINT_PLAIN, 3));
    plan_add_route(harness->plan, &lan, ROUTE_SETTINGS, servers);
    engine_apply(harness->engine, harness->plan);
}

static void answers_of_a_networks_servers_stay_with_it(Harness *harness, gconstpointer unused)
{
    Ask printer = {.name = "printer.lan", .type = RRTYPE_A};
    Message answer;

    add_route(harness);
    harness_ask(harness, &printer, 15 * MS, &answer);
    engine_network_changed(harness->engine, "hotel");
    harness_ask(harness, &printer, 15 * MS, &answer);
    g_assert_cmpuint(fake_servers[3].asked, ==, 2);
    engine_network_changed(harness->engine, "home");
    harness_ask(harness, &printer, 0, &answer);
    g_assert_cmpuint(fake_servers[3].asked, ==, 2);
}

/* Asked at home: in the hotel a stranger may have that address, and is neither asked nor heard. */
static void strangers_are_not_asked(Harness *harness, gconstpointer unused)
{
    Ask printer = {.name = "printer.lan", .type = RRTYPE_A, .udp_size = 1232};
    char text[256];
    Message answer;

    add_route(harness);
    harness_send(harness, &printer);
    engine_network_changed(harness->engine, "hotel");
    harness_turn(harness);
    g_assert_cmpuint(fake_servers[3].asked, ==, 1);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, text), ==, EDE_NO_REACHABLE_AUTHORITY);
    engine_network_changed(harness->engine, "home");
    harness_ask(harness, &printer, 15 * MS, &answer);
    g_assert_cmpuint(fake_servers[3].asked, ==, 2);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
}

/* A laptop that wakes up elsewhere hears of both in one turn. */
static void nor_when_everything_is_asked_again(Harness *harness, gconstpointer unused)
{
    Ask printer = {.name = "printer.lan", .type = RRTYPE_A, .udp_size = 1232};
    Message answer;

    add_route(harness);
    harness_send(harness, &printer);
    engine_network_changed(harness->engine, "hotel");
    engine_reconnect(harness->engine);
    harness_turn(harness);
    g_assert_cmpuint(fake_servers[3].asked, ==, 1);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_NO_REACHABLE_AUTHORITY);
}

static size_t flush(Harness *harness, const char *text)
{
    Name name;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    return engine_flush(harness->engine, &name);
}

static void flushed_with_what_is_below(Harness *harness, gconstpointer unused)
{
    static const char *const names[] = {"example.com",    "a.example.com", "A.b.Example.COM",
                                        "notexample.com", "example.net",   "example.org"};
    Message answer;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        harness_ask(harness, &(Ask){.name = names[i], .type = RRTYPE_A}, 15 * MS, &answer);
    harness_ask(harness, &(Ask){.name = names[0], .type = RRTYPE_AAAA}, 15 * MS, &answer);
    g_assert_cmpuint(flush(harness, "eXample.com"), ==, 4);
    g_assert_cmpuint(flush(harness, "example.com"), ==, 0);
    harness_ask(harness, &(Ask){.name = "notexample.com", .type = RRTYPE_A}, 0, &answer);
    g_assert_cmpuint(flush(harness, "."), ==, 3);
}

static void peeked_at_without_a_trace(Harness *harness, gconstpointer unused)
{
    Engine *engine = harness->engine;
    uint8_t bytes[512];
    Message query, answer;
    QuestionKey key;
    CachePeek peek;

    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_cmpint(message_parse(&query, bytes, ask_build(&www, bytes, sizeof bytes)), ==,
                    STATUS_OK);
    question_key_init(&key, &query, engine_scope(engine, -1), engine->secret);
    loop_advance(harness->loop, 100 * S);
    g_assert_true(cache_peek(engine->cache, &key, loop_now_us(harness->loop), &peek));
    g_assert_cmpint(peek.state, ==, CACHE_FRESH);
    g_assert_cmpuint(peek.ttl_s, ==, 200);
    g_assert_cmpuint(peek.hits, ==, 0);
    loop_advance(harness->loop, 300 * S);
    g_assert_true(cache_peek(engine->cache, &key, loop_now_us(harness->loop), &peek));
    g_assert_cmpint(peek.state, ==, CACHE_STALE);
    question_key_retype(&key, RRTYPE_AAAA, false, engine->secret);
    g_assert_false(cache_peek(engine->cache, &key, loop_now_us(harness->loop), &peek));
}

#define TEST(path, fn)                                                                             \
    g_test_add("/refresh/" path, Harness, GUINT_TO_POINTER(1), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("popular-names-are-asked-before-they-expire", popular_names_are_asked_before_they_expire);
    TEST("not-before-the-last-tenth", not_before_the_last_tenth);
    TEST("not-for-names-hardly-asked-for", not_for_names_hardly_asked_for);
    TEST("never-by-itself", never_by_itself);
    TEST("off-when-the-plan-says-so", off_when_the_plan_says_so);
    TEST("failed-refresh-is-not-tried-at-every-hit", failed_refresh_is_not_tried_at_every_hit);
    TEST("left-out-when-there-is-much-to-do", left_out_when_there_is_much_to_do);
    TEST("answers-of-another-network-are-used-and-asked-again",
         answers_of_another_network_are_used_and_asked_again);
    TEST("begun-anew-if-the-plan-says-so", begun_anew_if_the_plan_says_so);
    TEST("answers-of-a-networks-servers-stay-with-it", answers_of_a_networks_servers_stay_with_it);
    TEST("strangers-are-not-asked", strangers_are_not_asked);
    TEST("nor-when-everything-is-asked-again", nor_when_everything_is_asked_again);
    TEST("flushed-with-what-is-below", flushed_with_what_is_below);
    TEST("peeked-at-without-a-trace", peeked_at_without_a_trace);
    return g_test_run();
}
