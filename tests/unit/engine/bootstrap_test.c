/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#include <string.h>

#define MS     1000
#define SECOND (1000 * MS)

/* Server 1 knows where dns.example is: at server 5, and in IPv6 at 6. */

static const Ask www = {.name = "www.example.com", .type = RRTYPE_A, .id = 7, .udp_size = 1232};

static Endpoint *named_endpoint(EndpointKind kind)
{
    Endpoint *endpoint = endpoint_new(kind, &(Address){0});

    endpoint->host = g_strdup("dns.example");
    endpoint->port = 443;
    return endpoint;
}

static void use(Harness *harness, Endpoint *endpoint)
{
    g_autoptr(Resolver) resolver = resolver_new("named", "Named");
    g_autoptr(Resolver) known = fake_resolver(1);

    fake_servers[1].says = 5;
    resolver_add_endpoint(resolver, endpoint);
    plan_add_resolver(harness->plan, resolver);
    plan_add_bootstrap(harness->plan, known);
    engine_apply(harness->engine, harness->plan);
}

static unsigned ask_within(Harness *harness, int64_t us)
{
    static unsigned serial;
    g_autofree char *name = g_strdup_printf("q%u.example", serial++);
    Message answer;

    harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, us, &answer);
    return answer_server(&answer);
}

static void address_is_looked_up_once(Harness *harness, gconstpointer unused)
{
    use(harness, named_endpoint(ENDPOINT_DOH));
    g_assert_cmpuint(ask_within(harness, 25 * MS), ==, 5);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2); /* A and AAAA */
    g_assert_cmpuint(ask_within(harness, 15 * MS), ==, 5);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void idle_looks_nothing_up(Harness *harness, gconstpointer unused)
{
    use(harness, named_endpoint(ENDPOINT_DOH));
    loop_advance(harness->loop, 3600 * (int64_t)SECOND);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void many_wait_for_one_lookup(Harness *harness, gconstpointer unused)
{
    Message answer;

    use(harness, named_endpoint(ENDPOINT_DOH));
    for (unsigned i = 0; i < 10; i++) {
        g_autofree char *name = g_strdup_printf("many%u.example", i);
        harness_send(harness, &(Ask){.name = name, .type = RRTYPE_A});
    }
    loop_advance(harness->loop, 30 * MS);
    for (unsigned i = 0; i < 10; i++)
        g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void relay_is_looked_up(Harness *harness, gconstpointer unused)
{
    Endpoint *target = named_endpoint(ENDPOINT_ODOH), *relay = named_endpoint(ENDPOINT_DOH);

    g_free(target->host);
    target->host = g_strdup("target.example");
    use(harness, endpoint_derive(target, relay, NULL));
    endpoint_unref(target);
    endpoint_unref(relay);
    g_assert_cmpuint(ask_within(harness, 25 * MS), ==, 5);
    g_assert_nonnull(
        memmem(fake_servers[1].query, fake_servers[1].query_length, "\3dns\7example", 12));
}

static void assert_says_why(Harness *harness)
{
    Message answer;
    char text[256];

    harness_ask(harness, &www, 4500 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, text), >=, 0);
    g_assert_cmpstr(text, ==, status_sentence(STATUS_NO_ADDRESS));
}

static void unknown_host_is_said(Harness *harness, gconstpointer unused)
{
    fake_servers[1].rcode = RCODE_NXDOMAIN;
    use(harness, named_endpoint(ENDPOINT_DOH));
    assert_says_why(harness);
}

/* Whoever has only plain DNS to offer, or no address either, is not asked. */
static void only_encrypted_addresses_are_asked(Harness *harness, gconstpointer unused)
{
    g_autoptr(Resolver) resolver = resolver_new("named", "Named");
    g_autoptr(Resolver) plain = resolver_new("plain", "Plain");

    resolver_add_endpoint(resolver, named_endpoint(ENDPOINT_DOH));
    resolver_add_endpoint(plain, fake_endpoint(ENDPOINT_PLAIN, 2));
    plan_add_resolver(harness->plan, resolver);
    plan_add_bootstrap(harness->plan, plain);
    plan_add_bootstrap(harness->plan, resolver);
    engine_apply(harness->engine, harness->plan);
    assert_says_why(harness);
    g_assert_cmpuint(fake_servers[2].asked, ==, 0);
}

static void failed_address_gives_way_to_the_next(Harness *harness, gconstpointer unused)
{
    fake_servers[1].says_ipv6 = 6;
    fake_servers[5].status = STATUS_REFUSED;
    use(harness, named_endpoint(ENDPOINT_DOH));
    g_assert_cmpuint(ask_within(harness, 40 * MS), ==, 6);
    fake_servers[5].asked = 0;
    g_assert_cmpuint(ask_within(harness, 15 * MS), ==, 6);
    g_assert_cmpuint(fake_servers[5].asked, ==, 0);
}

static void silent_address_gives_way_soon(Harness *harness, gconstpointer unused)
{
    fake_servers[1].says_ipv6 = 6;
    fake_servers[5].silent = true;
    use(harness, named_endpoint(ENDPOINT_DOH));
    g_assert_cmpuint(ask_within(harness, 340 * MS), ==, 6);
}

/* The old one serves while the new one is looked up. */
static void old_address_is_looked_up_again(Harness *harness, gconstpointer unused)
{
    fake_servers[1].ttl_s = 100;
    use(harness, named_endpoint(ENDPOINT_DOH));
    ask_within(harness, 25 * MS);
    fake_servers[1].says = 4;
    loop_advance(harness->loop, 101 * (int64_t)SECOND);
    g_assert_cmpuint(ask_within(harness, 15 * MS), ==, 5);
    g_assert_cmpuint(fake_servers[1].asked, ==, 4);
}

/* One family is answered with nonsense: its address stays as it was. */
static void nonsense_harms_no_known_address(Harness *harness, gconstpointer unused)
{
    fake_servers[1].ttl_s = 100;
    fake_servers[1].says_ipv6 = 6;
    use(harness, named_endpoint(ENDPOINT_DOH));
    g_assert_cmpuint(ask_within(harness, 25 * MS), ==, 5);
    fake_servers[1].says_ipv6 = 0;
    fake_servers[1].delay_us = 20 * MS; /* when nothing is under way to the old addresses */
    for (unsigned i = 0; i < 2; i++) {
        loop_advance(harness->loop, 101 * (int64_t)SECOND);
        g_assert_cmpuint(ask_within(harness, 25 * MS), ==, 5);
    }
    fake_servers[5].status = STATUS_REFUSED;
    g_assert_cmpuint(ask_within(harness, 40 * MS), ==, 6);
}

static void moved_host_is_found(Harness *harness, gconstpointer unused)
{
    use(harness, named_endpoint(ENDPOINT_DOH));
    ask_within(harness, 25 * MS);
    fake_servers[1].says = 4;
    fake_servers[5].status = STATUS_UNREACHABLE;
    g_assert_cmpuint(ask_within(harness, 1000 * MS), ==, 4);
}

static void another_network_looks_up_again(Harness *harness, gconstpointer unused)
{
    use(harness, named_endpoint(ENDPOINT_DOH));
    ask_within(harness, 25 * MS);
    engine_network_changed(harness->engine, NULL);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
    g_assert_cmpuint(ask_within(harness, 25 * MS), ==, 5);
    g_assert_cmpuint(fake_servers[1].asked, ==, 4);
}

static void network_may_change_meanwhile(Harness *harness, gconstpointer unused)
{
    Message answer;

    use(harness, named_endpoint(ENDPOINT_DOH));
    harness_send(harness, &www);
    loop_advance(harness->loop, 5 * MS);
    engine_network_changed(harness->engine, NULL);
    loop_advance(harness->loop, 30 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer_server(&answer), ==, 5);
}

static void may_end_while_looking_up(Harness *harness, gconstpointer unused)
{
    use(harness, named_endpoint(ENDPOINT_DOH));
    harness_send(harness, &www);
    loop_advance(harness->loop, 5 * MS);
    g_assert_cmpuint(fake_servers[1].live, ==, 2);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/bootstrap/" path, Harness, GUINT_TO_POINTER(0), harness_set_up, fn,               \
               harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("address-is-looked-up-once", address_is_looked_up_once);
    TEST("idle-looks-nothing-up", idle_looks_nothing_up);
    TEST("many-wait-for-one-lookup", many_wait_for_one_lookup);
    TEST("relay-is-looked-up", relay_is_looked_up);
    TEST("unknown-host-is-said", unknown_host_is_said);
    TEST("only-encrypted-addresses-are-asked", only_encrypted_addresses_are_asked);
    TEST("failed-address-gives-way-to-the-next", failed_address_gives_way_to_the_next);
    TEST("silent-address-gives-way-soon", silent_address_gives_way_soon);
    TEST("old-address-is-looked-up-again", old_address_is_looked_up_again);
    TEST("nonsense-harms-no-known-address", nonsense_harms_no_known_address);
    TEST("moved-host-is-found", moved_host_is_found);
    TEST("another-network-looks-up-again", another_network_looks_up_again);
    TEST("network-may-change-meanwhile", network_may_change_meanwhile);
    TEST("may-end-while-looking-up", may_end_while_looking_up);
    return g_test_run();
}
