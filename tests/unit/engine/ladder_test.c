/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"
#include "ladder.h"

#include <string.h>

#define MS 1000

/* Two operators with the same ladder: DNSCrypt at server 1 and 4, DoH at 2 and 5, DoT at 3 and 6.
 */
static void use_two_ladders(Harness *harness, Strategy strategy)
{
    for (unsigned op = 0; op < 2; op++) {
        g_autofree char *id = g_strdup_printf("operator%u", op);
        g_autoptr(Resolver) resolver = resolver_new(id, id);

        resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DOT, 3 + 3 * op));
        resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DNSCRYPT, 1 + 3 * op));
        resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DOH, 2 + 3 * op));
        plan_add_resolver(harness->plan, resolver);
    }
    harness->plan->strategy = strategy;
    engine_apply(harness->engine, harness->plan);
}

static void block_dnscrypt(bool blocked)
{
    fake_servers[1].silent = fake_servers[4].silent = blocked;
}

static void forget_asked(void)
{
    for (size_t i = 0; i < FAKE_SERVERS; i++)
        fake_servers[i].asked = 0;
}

static unsigned ask_within(Harness *harness, int64_t us)
{
    static unsigned serial;
    g_autofree char *name = g_strdup_printf("q%u.example", serial++);
    Message answer;

    harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, us, &answer);
    return answer_server(&answer);
}

static void begins_with_dnscrypt(Harness *harness, gconstpointer unused)
{
    use_two_ladders(harness, STRATEGY_FIRST);
    g_assert_cmpuint(ask_within(harness, 20 * MS), ==, 1);
}

static void climbs_down_within_half_a_second(Harness *harness, gconstpointer unused)
{
    block_dnscrypt(true);
    fake_servers[2].silent = true;
    use_two_ladders(harness, STRATEGY_FIRST);
    g_assert_cmpuint(ask_within(harness, 400 * MS), ==, 3);
}

static void winner_is_asked_at_once_next_time(Harness *harness, gconstpointer unused)
{
    block_dnscrypt(true);
    use_two_ladders(harness, STRATEGY_FIRST);
    ask_within(harness, 400 * MS);
    forget_asked();
    g_assert_cmpuint(ask_within(harness, 20 * MS), ==, 2);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

/* What the first operator found out serves the second. */
static void others_begin_with_the_rung_that_works(Harness *harness, gconstpointer unused)
{
    block_dnscrypt(true);
    use_two_ladders(harness, STRATEGY_FIRST);
    ask_within(harness, 400 * MS);
    for (unsigned i = 1; i <= 3; i++)
        fake_servers[i].status = STATUS_REFUSED;
    forget_asked();
    g_assert_cmpuint(ask_within(harness, 30 * MS), ==, 5);
    g_assert_cmpuint(fake_servers[4].asked, ==, 0);
}

static void higher_rung_is_tried_again_by_one(Harness *harness, gconstpointer unused)
{
    block_dnscrypt(true);
    use_two_ladders(harness, STRATEGY_FIRST);
    ask_within(harness, 400 * MS);
    block_dnscrypt(false);
    loop_advance(harness->loop, 1000 * MS);
    g_assert_cmpuint(ask_within(harness, 20 * MS), ==, 1);
}

/* The name is not shown to the second operator for that. */
static void late_rung_is_hedged_by_the_next_one(Harness *harness, gconstpointer unused)
{
    use_two_ladders(harness, STRATEGY_FIRST);
    for (int i = 0; i < 5; i++)
        ask_within(harness, 20 * MS);
    fake_servers[1].delay_us = 1000 * MS;
    g_assert_cmpuint(ask_within(harness, 65 * MS), ==, 2);
    g_assert_cmpuint(fake_servers[4].asked + fake_servers[5].asked + fake_servers[6].asked, ==, 0);
}

static void network_is_remembered(Harness *harness, gconstpointer unused)
{
    block_dnscrypt(true);
    use_two_ladders(harness, STRATEGY_FIRST);
    engine_network_changed(harness->engine, "cafe");
    ask_within(harness, 400 * MS);
    engine_network_changed(harness->engine, "home");
    block_dnscrypt(false);
    g_assert_cmpuint(ask_within(harness, 20 * MS), ==, 1);
    block_dnscrypt(true);
    engine_network_changed(harness->engine, "cafe");
    g_assert_cmpuint(ask_within(harness, 20 * MS), ==, 2);
}

static void unnamed_network_is_not_remembered(Harness *harness, gconstpointer unused)
{
    g_autofree char *text = NULL;

    block_dnscrypt(true);
    use_two_ladders(harness, STRATEGY_FIRST);
    engine_network_changed(harness->engine, NULL);
    ask_within(harness, 400 * MS);
    text = engine_save_networks(harness->engine);
    g_assert_cmpstr(text, ==, "");
}

static void memory_is_text(Harness *harness, gconstpointer unused)
{
    g_autofree char *text = NULL;

    block_dnscrypt(true);
    use_two_ladders(harness, STRATEGY_FIRST);
    engine_network_changed(harness->engine, "cafe");
    ask_within(harness, 400 * MS);
    text = engine_save_networks(harness->engine);
    g_assert_cmpstr(text, ==, "cafe shut=dnscrypt operator0=doh\n");
}

static void memory_is_loaded(Harness *harness, gconstpointer unused)
{
    engine_load_networks(harness->engine,
                         "home operator0=dnscrypt\ncafe operator0=dot odd=x =\n\n");
    use_two_ladders(harness, STRATEGY_FIRST);
    engine_network_changed(harness->engine, "cafe");
    g_assert_cmpuint(ask_within(harness, 20 * MS), ==, 3);
    engine_network_changed(harness->engine, "home");
    g_assert_cmpuint(ask_within(harness, 20 * MS), ==, 1);
}

/* However it came to be held: the file of a network where nothing changed is not written anew. */
static void memory_is_in_order(Harness *harness, gconstpointer unused)
{
    static const char ordered[] = "cafe shut=dnscrypt,plain a=plain b=plain c=plain d=plain "
                                  "e=plain f=plain g=plain h=plain i=plain\n";
    g_autofree char *text = NULL;

    use_two_ladders(harness, STRATEGY_FIRST);
    engine_load_networks(harness->engine,
                         "cafe i=plain c=dot b=plain shut=plain h=plain e=plain a=plain g=plain "
                         "f=plain shut=dnscrypt d=plain c=plain\n");
    text = engine_save_networks(harness->engine);
    g_assert_cmpstr(text, ==, ordered);
}

static void oldest_network_is_forgotten(Harness *harness, gconstpointer unused)
{
    g_autofree char *text = NULL;

    use_two_ladders(harness, STRATEGY_FIRST);
    for (unsigned i = 0; i < 40; i++) {
        g_autofree char *id = g_strdup_printf("n%u", i);
        engine_network_changed(harness->engine, id);
    }
    text = engine_save_networks(harness->engine);
    g_assert_true(g_str_has_prefix(text, "n39\nn38\n"));
    g_assert_true(g_str_has_suffix(text, "n8\n"));
}

static void network_is_forgotten_on_request(Harness *harness, gconstpointer unused)
{
    g_autofree char *text = NULL;

    use_two_ladders(harness, STRATEGY_FIRST);
    engine_load_networks(harness->engine, "hotel s1=doh\nhome s1=dot\n");
    engine_network_changed(harness->engine, "hotel");
    engine_forget_network(harness->engine, "home");
    engine_forget_network(harness->engine, "hotel"); /* where we are: known, and nothing of it */
    engine_forget_network(harness->engine, "nowhere");
    text = engine_save_networks(harness->engine);
    g_assert_cmpstr(text, ==, "hotel\n");
}

static Endpoint *endpoint_at(const char *text, EndpointKind kind)
{
    Address address;

    g_assert_cmpint(address_parse(text, 853, &address), ==, STATUS_OK);
    return endpoint_new(kind, &address);
}

/* The last octet, in both families, is the number of the fake server. */
static void ipv6_without_a_route_is_asked_last(Harness *harness, gconstpointer unused)
{
    for (unsigned i = 0; i < 2; i++) {
        g_autofree char *id = g_strdup_printf("dual%u", i);
        g_autofree char *ipv6 = g_strdup_printf("2001:db8::%u", 1 + i);
        g_autoptr(Resolver) resolver = resolver_new(id, id);

        resolver_add_endpoint(resolver, endpoint_at(ipv6, ENDPOINT_DOT));
        resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DOT, 3 + i));
        plan_add_resolver(harness->plan, resolver);
    }
    fake_servers[1].status = fake_servers[2].status = STATUS_UNREACHABLE;
    engine_apply(harness->engine, harness->plan);
    g_assert_cmpuint(ask_within(harness, 30 * MS), ==, 3);
    fake_servers[3].status = STATUS_REFUSED;
    g_assert_cmpuint(ask_within(harness, 30 * MS), ==, 4);
    g_assert_cmpuint(fake_servers[2].asked, ==, 0);
}

/* A host that is known by name may be reached by either family. */
static void names_have_no_family(void)
{
    Endpoint *named = endpoint_new(ENDPOINT_DOH, &(Address){0}), *ipv4, *ipv6;
    Address address;
    Ladder ladder;

    g_assert_cmpint(address_parse("[2001:db8::1]:443", 0, &address), ==, STATUS_OK);
    ipv6 = endpoint_new(ENDPOINT_DOH, &address);
    ipv4 = fake_endpoint(ENDPOINT_DOT, 1);
    ladder_init(&ladder);
    ladder_note_loss(&ladder, named, ipv6, 1000);
    ladder_note_no_route(&ladder, named, 1000);
    g_assert_false(ladder_is_shut(&ladder, ipv4, 1000));
    ladder_note_answer(&ladder, named);
    ladder_note_no_route(&ladder, ipv4, 1000);
    g_assert_true(ladder_is_shut(&ladder, ipv4, 1000));
    ladder_clear(&ladder);
    endpoint_unref(named);
    endpoint_unref(ipv4);
    endpoint_unref(ipv6);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/ladder/" path, Harness, GUINT_TO_POINTER(0), harness_set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ladder/names-have-no-family", names_have_no_family);
    TEST("begins-with-dnscrypt", begins_with_dnscrypt);
    TEST("climbs-down-within-half-a-second", climbs_down_within_half_a_second);
    TEST("winner-is-asked-at-once-next-time", winner_is_asked_at_once_next_time);
    TEST("others-begin-with-the-rung-that-works", others_begin_with_the_rung_that_works);
    TEST("higher-rung-is-tried-again-by-one", higher_rung_is_tried_again_by_one);
    TEST("late-rung-is-hedged-by-the-next-one", late_rung_is_hedged_by_the_next_one);
    TEST("network-is-remembered", network_is_remembered);
    TEST("unnamed-network-is-not-remembered", unnamed_network_is_not_remembered);
    TEST("memory-is-text", memory_is_text);
    TEST("memory-is-loaded", memory_is_loaded);
    TEST("memory-is-in-order", memory_is_in_order);
    TEST("oldest-network-is-forgotten", oldest_network_is_forgotten);
    TEST("network-is-forgotten-on-request", network_is_forgotten_on_request);
    TEST("ipv6-without-a-route-is-asked-last", ipv6_without_a_route_is_asked_last);
    return g_test_run();
}
