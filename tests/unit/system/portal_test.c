/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that want a sign-in. */
#include "protection_scene.h"

#include <string.h>

static void let_through(void)
{
    fake_servers[1].silent = false;
    fake_portal.verdict = PORTAL_OPEN;
    fake_portal.address = NULL;
}

static void test_portal_is_found_on_joining(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join_hotel(fixture);
    run_until(fixture, PROTECTION_SIGNIN);
    g_assert_cmpstr(protection_portal_address(fixture->protection), ==,
                    "http://login.hotel.example/");
    g_assert_null(root_route(fixture)); /* nothing is opened */
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
    g_assert_true(known_networks_find(fixture->networks, "hotel")->portal);
}

static void test_no_look_where_lookups_get_through(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fake_portal.verdict = PORTAL_FOUND;
    change_network(fixture, true, "home");
    run(fixture, 20000000);
    expect(fixture, PROTECTION_ON, "");
    g_assert_cmpuint(fake_portal.looks, ==, 0);
}

static void test_turning_on_at_a_portal(Fixture *fixture, gconstpointer unused)
{
    fixture_start(fixture);
    join_hotel(fixture);
    turn_on(fixture);
    g_assert_cmpint(fixture->error, ==, -1);
    expect(fixture, PROTECTION_SIGNIN, "");
    g_assert_true(fixture->saved->on);
    g_assert_cmpuint(fixture->fake.points, ==, 1);
    let_through();
    run_until(fixture, PROTECTION_ON);
}

static void test_restart_at_a_portal(Fixture *fixture, gconstpointer unused)
{
    fixture->saved->on = true;
    join_hotel(fixture);
    fixture_start(fixture);
    run_until(fixture, PROTECTION_SIGNIN);
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
}

static void sign_in(Fixture *fixture, SignIn how)
{
    unsigned before = fixture->answers;
    protection_begin_sign_in(fixture->protection, "alice", how, on_done, fixture);
    g_assert_cmpuint(fixture->answers, ==, before + 1);
}

static void test_sign_in_by_window_opens_nothing(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join_hotel(fixture);
    run_until(fixture, PROTECTION_SIGNIN);
    sign_in(fixture, SIGN_IN_WINDOW);
    expect(fixture, PROTECTION_SIGNING_IN, "");
    g_assert_cmpint(until_s(fixture), ==, now_s(fixture) + 300);
    g_assert_null(root_route(fixture));
    unsigned looks = fake_portal.looks;
    run(fixture, 11000000);
    g_assert_cmpuint(fake_portal.looks, >=, looks + 4); /* every 2 s */
    let_through();
    run_until(fixture, PROTECTION_ON);
    g_assert_cmpint(protection_sign_in(fixture->protection), ==, SIGN_IN_NONE);
}

static void test_sign_in_by_machine_opens_and_closes(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join_hotel(fixture);
    run_until(fixture, PROTECTION_SIGNIN);
    sign_in(fixture, SIGN_IN_MACHINE);
    g_assert_nonnull(root_route(fixture));
    g_assert_cmpint(root_route(fixture)->kind, ==, ROUTE_SIGN_IN);
    let_through();
    run_until(fixture, PROTECTION_ON);
    g_assert_null(root_route(fixture));
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
}

static void test_sign_in_ends_by_itself(Fixture *fixture, gconstpointer unused)
{
    fixture->settings->networks.sign_in_us = 20000000;
    start_on(fixture);
    join_hotel(fixture);
    run_until(fixture, PROTECTION_SIGNIN);
    sign_in(fixture, SIGN_IN_MACHINE);
    run(fixture, 21000000);
    expect(fixture, PROTECTION_SIGNIN, "sign-in-timeout");
    g_assert_null(root_route(fixture));
    sign_in(fixture, SIGN_IN_MACHINE);
    expect(fixture, PROTECTION_SIGNING_IN, "");
    protection_end_sign_in(fixture->protection);
    expect(fixture, PROTECTION_SIGNIN, "");
}

static void test_sign_in_ends_with_the_network(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join_hotel(fixture);
    run_until(fixture, PROTECTION_SIGNIN);
    sign_in(fixture, SIGN_IN_MACHINE);
    let_through();
    change_network(fixture, true, "cafe");
    g_assert_null(root_route(fixture));
    run_until(fixture, PROTECTION_ON);
}

static void test_portal_returns(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join_hotel(fixture);
    run_until(fixture, PROTECTION_SIGNIN);
    let_through();
    run_until(fixture, PROTECTION_ON);
    run(fixture, 20000000);
    fake_servers[1].silent = true;
    fake_portal.verdict = PORTAL_FOUND;
    for (unsigned i = 0; i < 4; i++) {
        const Ask ask = {.name = "again.example", .type = RRTYPE_A, .id = (uint16_t)(i + 1)};
        harness_send(&fixture->harness, &ask);
        run(fixture, 5000000);
    }
    run_until(fixture, PROTECTION_SIGNIN);
}

static void test_known_portal_is_looked_at_at_once(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    known_networks_joined(fixture->networks, "hotel", "Hotel", "", 1);
    known_networks_set_portal(fixture->networks, "hotel", true);
    join_hotel(fixture);
    run(fixture, 300000);
    expect(fixture, PROTECTION_SIGNIN, "");
}

/* The gateway's hardware address is known a moment after the network itself. */
static void test_known_portal_by_a_later_key(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    known_networks_joined(fixture->networks, "hotel", "Hotel", "", 1);
    known_networks_set_portal(fixture->networks, "hotel", true);
    join_hotel_with_key(fixture, "");
    run(fixture, 100000);
    set_text(&fixture->fake.network.facts.key, "hotel");
    network_tell(&fixture->fake.network);
    run(fixture, 300000);
    expect(fixture, PROTECTION_SIGNIN, "");
}

static void test_sign_in_needs_a_portal(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    sign_in(fixture, SIGN_IN_WINDOW);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    expect(fixture, PROTECTION_ON, "");
}

static void on_resolved(void *owner, const GPtrArray *addresses, const GError *error)
{
    Fixture *fixture = owner;
    fixture->answers++;
    fixture->error = error != NULL ? error->code : (int)addresses->len + 1000;
}

static void test_names_of_the_window(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    protection_resolve_for_sign_in(fixture->protection, "login.hotel.example", on_resolved,
                                   fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED); /* nobody signs in */
    join_hotel(fixture);
    run_until(fixture, PROTECTION_SIGNIN);
    sign_in(fixture, SIGN_IN_WINDOW);
    protection_resolve_for_sign_in(fixture->protection, "login.hotel.example", on_resolved,
                                   fixture);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, >, 1000);
    g_assert_cmpuint(fake_servers[7].asked, >, 0); /* the network's own, 192.0.2.7 */
    fake_servers[7].silent = true;
    protection_resolve_for_sign_in(fixture->protection, "slow.hotel.example", on_resolved, fixture);
    protection_end_sign_in(fixture->protection);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_CANCELLED);
}

/* A network's answer must not lead a page, or our own look, to this machine's services. */
static void test_names_of_this_machine(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join_hotel(fixture);
    run_until(fixture, PROTECTION_SIGNIN);
    sign_in(fixture, SIGN_IN_WINDOW);
    unsigned looks = fake_portal.looks;
    fake_servers[7].says_null = true;
    protection_resolve_for_sign_in(fixture->protection, "login.hotel.example", on_resolved,
                                   fixture);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_NOT_FOUND);
    protection_resolve_for_sign_in(fixture->protection, "127.0.0.1", on_resolved, fixture);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_NOT_FOUND);
    run(fixture, 5000000);
    g_assert_cmpuint(fake_portal.looks, ==, looks);
}

#define ADD(path, test)                                                                            \
    g_test_add("/opening/" path, Fixture, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("portal-is-found-on-joining", test_portal_is_found_on_joining);
    ADD("no-look-where-lookups-get-through", test_no_look_where_lookups_get_through);
    ADD("turning-on-at-a-portal", test_turning_on_at_a_portal);
    ADD("restart-at-a-portal", test_restart_at_a_portal);
    ADD("sign-in-by-window-opens-nothing", test_sign_in_by_window_opens_nothing);
    ADD("sign-in-by-machine-opens-and-closes", test_sign_in_by_machine_opens_and_closes);
    ADD("sign-in-ends-by-itself", test_sign_in_ends_by_itself);
    ADD("sign-in-ends-with-the-network", test_sign_in_ends_with_the_network);
    ADD("portal-returns", test_portal_returns);
    ADD("known-portal-is-looked-at-at-once", test_known_portal_is_looked_at_at_once);
    ADD("known-portal-by-a-later-key", test_known_portal_by_a_later_key);
    ADD("sign-in-needs-a-portal", test_sign_in_needs_a_portal);
    ADD("names-of-the-window", test_names_of_the_window);
    ADD("names-of-this-machine", test_names_of_this_machine);
    return g_test_run();
}
