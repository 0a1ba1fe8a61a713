/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way to a resolver: another relay is proven first, and the old way stays unless it was. */
#include "protection_scene.h"

#include <string.h>

#define PROVIDER "2.dnscrypt-cert.example"

/* Resolver "d4" is reached at server 4, or through relays "r5" and "r6", which are servers 5 and 6;
 * "r7" carries Oblivious DoH. */
static Relay *make_relay(const char *id, EndpointKind kind, unsigned server)
{
    Relay *relay = resolver_new(id, id);
    resolver_add_endpoint(relay, fake_endpoint(kind, server));
    return relay;
}

static void set_up(Fixture *fixture, gconstpointer unused)
{
    scene_set_up(fixture, unused);
    Resolver *resolver = resolver_new("d4", "d4");
    Endpoint *endpoint = fake_endpoint(ENDPOINT_DNSCRYPT, 4);
    endpoint->provider_name = g_strdup(PROVIDER);
    resolver_add_endpoint(resolver, endpoint);
    g_ptr_array_add(fixture->settings->catalogue, resolver);
    for (unsigned i = 5; i <= 7; i++) {
        g_autofree char *id = g_strdup_printf("r%u", i);
        Relay *relay = make_relay(id, i == 7 ? ENDPOINT_DOH : ENDPOINT_DNSCRYPT, i);
        relays_add(fixture->settings->relays, relay);
        resolver_unref(relay);
    }
    fixture->decisions = decisions_load(NULL);
}

static void begin_with(Fixture *fixture, const char *resolver)
{
    g_free(fixture->saved->resolver);
    fixture->saved->resolver = g_strdup(resolver);
    start_on(fixture);
}

static void set_relay(Fixture *fixture, const char *id, const char *relay)
{
    unsigned before = fixture->answers;
    protection_set_relay(fixture->protection, "bob", id, relay, on_done, fixture);
    if (fixture->answers == before)
        run_until_answered(fixture);
}

/* By which server the first resolver of the plan in force is asked. */
static unsigned server_asked(const Fixture *fixture)
{
    const Endpoint *endpoint = protection_plan(fixture->protection)->resolvers[0]->endpoints[0];
    const Endpoint *hop = endpoint->relay != NULL ? endpoint->relay : endpoint;
    return ntohl(hop->address.socket.v4.sin_addr.s_addr) & 0xff;
}

static const char *decided(const Fixture *fixture, const char *id)
{
    return relays_decision(fixture->settings->relays, id);
}

static void test_live_relay_is_taken(Fixture *fixture, gconstpointer unused)
{
    begin_with(fixture, "d4");
    set_relay(fixture, "d4", "r5");
    g_assert_cmpint(fixture->error, ==, -1);
    g_assert_cmpuint(server_asked(fixture), ==, 5);
    g_assert_cmpuint(fake_servers[5].asked, >, 0);
    g_assert_cmpstr(decided(fixture, "d4"), ==, "r5");
    g_assert_cmpstr(fixture->saved->changed_by, ==, "bob");
    expect(fixture, PROTECTION_ON, "");
}

static void test_dead_relay_leaves_the_old_way(Fixture *fixture, gconstpointer unused)
{
    begin_with(fixture, "d4");
    set_relay(fixture, "d4", "r5");
    fake_servers[6].silent = true;
    set_relay(fixture, "d4", "r6");
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    g_assert_cmpuint(server_asked(fixture), ==, 5);
    g_assert_cmpstr(decided(fixture, "d4"), ==, "r5");
    expect(fixture, PROTECTION_ON, "");
}

/* Nothing of the new way is in force while it is proven: lookups go on as before. */
static void test_old_way_is_used_meanwhile(Fixture *fixture, gconstpointer unused)
{
    begin_with(fixture, "d4");
    fake_servers[5].silent = true;
    protection_set_relay(fixture->protection, "bob", "d4", "r5", on_done, fixture);
    run(fixture, 500000);
    g_assert_cmpuint(server_asked(fixture), ==, 4);
    g_assert_cmpstr(decided(fixture, "d4"), ==, "");
    protection_set_relay(fixture->protection, "eve", "d4", "r6", on_done, fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_BUSY);
}

static void test_one_for_all_is_proven_too(Fixture *fixture, gconstpointer unused)
{
    begin_with(fixture, "d4");
    fake_servers[6].silent = true;
    set_relay(fixture, "", "r6");
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    set_relay(fixture, "", "r5");
    g_assert_cmpint(fixture->error, ==, -1);
    g_assert_cmpuint(server_asked(fixture), ==, 5);
    g_assert_cmpstr(relays_choice(fixture->settings->relays), ==, "r5");
    set_relay(fixture, "", "");
    g_assert_cmpuint(server_asked(fixture), ==, 4);
}

/* One of several in use is proven alone: the others would answer for it. */
static void test_favourite_is_proven_alone(Fixture *fixture, gconstpointer unused)
{
    g_strfreev(fixture->settings->favourites);
    fixture->settings->favourites = g_strsplit("s1,d4", ",", 0);
    begin_with(fixture, "auto");
    fake_servers[5].silent = true;
    set_relay(fixture, "d4", "r5");
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    g_assert_cmpstr(decided(fixture, "d4"), ==, "");
    fake_servers[5].silent = false;
    set_relay(fixture, "d4", "r5");
    g_assert_cmpint(fixture->error, ==, -1);
}

static void test_one_not_in_use_is_not_proven(Fixture *fixture, gconstpointer unused)
{
    begin_with(fixture, "s1");
    fake_servers[5].silent = true;
    set_relay(fixture, "d4", "r5");
    g_assert_cmpint(fixture->error, ==, -1);
    g_assert_cmpuint(fake_servers[5].asked, ==, 0);
    g_assert_cmpstr(decided(fixture, "d4"), ==, "r5");
}

static void test_off_it_is_checked_and_kept(Fixture *fixture, gconstpointer unused)
{
    fixture_start(fixture);
    set_relay(fixture, "d4", "r5");
    g_assert_cmpint(fixture->error, ==, -1);
    g_assert_cmpuint(fake_servers[5].asked, ==, 0);
    g_assert_cmpstr(decided(fixture, "d4"), ==, "r5");
    set_relay(fixture, "d4", "r8");
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_NOT_FOUND);
    set_relay(fixture, "d4", "r7");
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_NOT_SUPPORTED);
    set_relay(fixture, "nobody", "r5");
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_NOT_FOUND);
    g_assert_cmpstr(decided(fixture, "d4"), ==, "r5");
}

/* s1 speaks DNS over TLS, which no relay carries. */
static void test_what_relays_do_not_carry_stays_direct(Fixture *fixture, gconstpointer unused)
{
    begin_with(fixture, "s1");
    set_relay(fixture, "", "*");
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_NOT_SUPPORTED);
    g_assert_cmpstr(relays_choice(fixture->settings->relays), ==, "none");
    g_assert_cmpuint(server_asked(fixture), ==, 1);
    expect(fixture, PROTECTION_ON, "");
}

static void test_unsaved_is_not_done(Fixture *fixture, gconstpointer unused)
{
    decisions_free(fixture->decisions);
    fixture->decisions = decisions_load("/nonexistent/sotto/decisions.conf");
    begin_with(fixture, "d4");
    set_relay(fixture, "d4", "r5");
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    g_assert_cmpuint(server_asked(fixture), ==, 4);
    g_assert_cmpstr(decided(fixture, "d4"), ==, "");
}

/* A name that no list has at the moment is asked of nobody: never directly, where a relay is
 * wanted. */
static void test_relay_that_vanished_lets_nothing_out(Fixture *fixture, gconstpointer unused)
{
    relays_decide(fixture->settings->relays, "", "gone");
    g_free(fixture->saved->resolver);
    fixture->saved->resolver = g_strdup("d4");
    fixture_start(fixture);
    g_assert_cmpuint(protection_plan(fixture->protection)->resolver_count, ==, 0);
}

#define ADD(name, test)                                                                            \
    g_test_add("/relay-choice/" name, Fixture, NULL, set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("live-relay-is-taken", test_live_relay_is_taken);
    ADD("dead-relay-leaves-the-old-way", test_dead_relay_leaves_the_old_way);
    ADD("old-way-is-used-meanwhile", test_old_way_is_used_meanwhile);
    ADD("one-for-all-is-proven-too", test_one_for_all_is_proven_too);
    ADD("favourite-is-proven-alone", test_favourite_is_proven_alone);
    ADD("one-not-in-use-is-not-proven", test_one_not_in_use_is_not_proven);
    ADD("off-it-is-checked-and-kept", test_off_it_is_checked_and_kept);
    ADD("what-relays-do-not-carry-stays-direct", test_what_relays_do_not_carry_stays_direct);
    ADD("unsaved-is-not-done", test_unsaved_is_not_done);
    ADD("relay-that-vanished-lets-nothing-out", test_relay_that_vanished_lets_nothing_out);
    return g_test_run();
}
