/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pause that lasts until the network is left, and what is done on networks nobody decided about.
 */
#include "protection_scene.h"

static void join(Fixture *fixture, const char *identity, const char *key)
{
    give_domains(fixture, "192.0.2.7", "");
    set_text(&fixture->fake.network.facts.key, key);
    change_network(fixture, true, identity);
}

static void start_at_the_hotel(Fixture *fixture)
{
    start_on(fixture);
    join(fixture, "hotel", "hotel");
    run_until(fixture, PROTECTION_ON);
}

static void pause_for(Fixture *fixture, uint32_t seconds)
{
    protection_pause(fixture->protection, "bob", seconds, on_done, fixture);
}

static void pause_here(Fixture *fixture)
{
    start_at_the_hotel(fixture);
    pause_for(fixture, 0);
    g_assert_cmpint(fixture->error, ==, -1);
    expect(fixture, PROTECTION_PAUSED, "");
}

/* Whether lookups go to the network's own DNS. */
static bool is_open(Fixture *fixture)
{
    const Plan *plan = protection_plan(fixture->protection);
    for (size_t i = 0; i < plan->route_count; i++) {
        if (plan->routes[i].suffix.length == 1)
            return true;
    }
    return false;
}

static void test_no_end_in_sight(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    g_assert_cmpint(until_s(fixture), ==, 0);
    g_assert_true(is_open(fixture));
    run(fixture, 900000000);
    expect(fixture, PROTECTION_PAUSED, "");
    g_assert_cmpstr(fixture->saved->changed_by, ==, "bob");
}

/* DNS stays ours: so the next network's own is not asked before we know that there is one. */
static void test_keeps_dns(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
    g_assert_true(fixture->fake.network.facts.pointed);
}

static void test_asks_the_network(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    const Ask ask = {.name = "www.example", .type = RRTYPE_A, .id = 3};
    unsigned before = fake_servers[7].asked;
    harness_send(&fixture->harness, &ask);
    run(fixture, 1000000);
    g_assert_cmpuint(fake_servers[7].asked, ==, before + 1);
}

static void test_ends_on_another_network(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    join(fixture, "cafe", "cafe");
    g_assert_false(is_open(fixture)); /* in the same turn */
    run_until(fixture, PROTECTION_ON);
    join(fixture, "hotel again", "hotel");
    g_assert_false(is_open(fixture)); /* it was left */
}

/* The gateway's hardware address is known a moment after the network itself. */
static void test_nothing_is_open_while_unsure(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    join(fixture, "somewhere", "");
    g_assert_false(is_open(fixture));
    set_text(&fixture->fake.network.facts.key, "cafe");
    network_tell(&fixture->fake.network);
    g_assert_false(is_open(fixture));
    run_until(fixture, PROTECTION_ON);
    join(fixture, "hotel again", "hotel");
    g_assert_false(is_open(fixture));
}

static void test_reconnect_keeps_it(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    change_network(fixture, false, "");
    g_assert_false(is_open(fixture));
    join(fixture, "hotel again", "");
    g_assert_false(is_open(fixture));
    set_text(&fixture->fake.network.facts.key, "hotel");
    network_tell(&fixture->fake.network);
    expect(fixture, PROTECTION_PAUSED, "");
    g_assert_true(is_open(fixture));
}

/* Sleep takes the network away for longer than a reconnect does. */
static void test_wake_on_the_same_keeps_it(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    change_network(fixture, false, "");
    run_until(fixture, PROTECTION_OFFLINE);
    run(fixture, 60000000);
    join(fixture, "hotel again", "hotel");
    run_until(fixture, PROTECTION_PAUSED);
    g_assert_true(is_open(fixture));
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
}

static void test_wake_elsewhere_ends_it(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    change_network(fixture, false, "");
    run_until(fixture, PROTECTION_OFFLINE);
    join(fixture, "home", "home");
    g_assert_false(is_open(fixture));
    run_until(fixture, PROTECTION_ON);
}

/* One that was not known by a key when it began is known by it later. */
static void test_key_comes_later(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join(fixture, "hotel", "");
    pause_for(fixture, 0);
    expect(fixture, PROTECTION_PAUSED, "");
    set_text(&fixture->fake.network.facts.key, "hotel");
    network_tell(&fixture->fake.network);
    expect(fixture, PROTECTION_PAUSED, "");
    join(fixture, "hotel again", "hotel");
    expect(fixture, PROTECTION_PAUSED, "");
}

static void test_restart_ends_it(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    protection_free(g_steal_pointer(&fixture->protection));
    fixture_start(fixture);
    g_assert_false(is_open(fixture));
    run_until(fixture, PROTECTION_ON);
}

static void test_resume(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    protection_resume(fixture->protection, "alice", on_done, fixture);
    g_assert_cmpint(fixture->error, ==, -1);
    g_assert_false(is_open(fixture));
    run_until(fixture, PROTECTION_ON);
}

/* What got through before may not any more. */
static void test_resume_proves_anew(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    run(fixture, 20000000);
    fake_servers[1].silent = true;
    fake_portal.verdict = PORTAL_OPEN;
    protection_resume(fixture->protection, "alice", on_done, fixture);
    run_until(fixture, PROTECTION_BLOCKED);
}

static void test_turning_off_and_on_forgets_it(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    protection_turn_off(fixture->protection, "alice", on_done, fixture);
    run_until_answered(fixture);
    turn_on(fixture);
    expect(fixture, PROTECTION_ON, "");
    g_assert_false(is_open(fixture));
}

static void test_minutes_instead(Fixture *fixture, gconstpointer unused)
{
    pause_here(fixture);
    pause_for(fixture, 60);
    run_until_answered(fixture);
    expect(fixture, PROTECTION_PAUSED, "");
    g_assert_cmpint(until_s(fixture), >, 0);
    g_assert_cmpuint(fixture->fake.restores, ==, 1);
    run(fixture, 61000000);
    run_until(fixture, PROTECTION_ON);
    g_assert_false(is_open(fixture));
}

static void test_instead_of_minutes(Fixture *fixture, gconstpointer unused)
{
    start_at_the_hotel(fixture);
    pause_for(fixture, 60);
    run_until_answered(fixture);
    pause_for(fixture, 0);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, -1);
    expect(fixture, PROTECTION_PAUSED, "");
    g_assert_cmpint(until_s(fixture), ==, 0);
    g_assert_true(fixture->fake.network.facts.pointed);
    run(fixture, 120000000);
    expect(fixture, PROTECTION_PAUSED, "");
}

static void test_needs_a_network(Fixture *fixture, gconstpointer unused)
{
    start_at_the_hotel(fixture);
    change_network(fixture, false, "");
    pause_for(fixture, 0);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_NOT_FOUND);
}

static void test_needs_protection(Fixture *fixture, gconstpointer unused)
{
    fixture_start(fixture);
    pause_for(fixture, 0);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
}

static void test_needs_the_networks_dns(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    g_ptr_array_set_size(fixture->fake.network.facts.links, 0);
    change_network(fixture, true, "bare");
    pause_for(fixture, 0);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    expect(fixture, PROTECTION_ON, "");
}

/* --- networks nobody decided about --- */

static void set_unknown(Fixture *fixture, NetworkPolicy policy)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(protection_set_unknown_networks(fixture->protection, policy, &error));
    g_assert_no_error(error);
}

static void test_unknown_at_hand(Fixture *fixture, gconstpointer unused)
{
    start_at_the_hotel(fixture);
    set_unknown(fixture, NETWORK_ASK);
    expect(fixture, PROTECTION_ASK, "");
    g_assert_true(is_open(fixture));
    set_unknown(fixture, NETWORK_PROTECT);
    g_assert_false(is_open(fixture));
    run_until(fixture, PROTECTION_ON);
}

static void test_unknown_spares_the_decided(Fixture *fixture, gconstpointer unused)
{
    start_at_the_hotel(fixture);
    g_assert_true(known_networks_decide(fixture->networks, "hotel", NETWORK_PROTECT, NULL));
    set_unknown(fixture, NETWORK_ASK);
    expect(fixture, PROTECTION_ON, "");
    g_assert_cmpint(protection_unknown_networks(fixture->protection), ==, NETWORK_ASK);
}

static void test_unknown_wins_over_the_settings(Fixture *fixture, gconstpointer unused)
{
    fixture->settings->networks.unknown = NETWORK_ASK;
    fixture->saved->unknown_chosen = true;
    fixture->saved->unknown = NETWORK_PROTECT;
    start_at_the_hotel(fixture);
    expect(fixture, PROTECTION_ON, "");
}

static void test_unknown_that_is_not_kept(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    start_at_the_hotel(fixture);
    fixture->saved->path = g_strdup("/nonexistent/sotto/state.conf");
    g_assert_false(protection_set_unknown_networks(fixture->protection, NETWORK_ASK, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_FAILED);
    expect(fixture, PROTECTION_ON, "");
    g_assert_cmpint(protection_unknown_networks(fixture->protection), ==, NETWORK_PROTECT);
}

#define ADD(path, test)                                                                            \
    g_test_add("/pause/" path, Fixture, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("no-end-in-sight", test_no_end_in_sight);
    ADD("keeps-dns", test_keeps_dns);
    ADD("asks-the-network", test_asks_the_network);
    ADD("ends-on-another-network", test_ends_on_another_network);
    ADD("nothing-is-open-while-unsure", test_nothing_is_open_while_unsure);
    ADD("reconnect-keeps-it", test_reconnect_keeps_it);
    ADD("wake-on-the-same-keeps-it", test_wake_on_the_same_keeps_it);
    ADD("wake-elsewhere-ends-it", test_wake_elsewhere_ends_it);
    ADD("key-comes-later", test_key_comes_later);
    ADD("restart-ends-it", test_restart_ends_it);
    ADD("resume", test_resume);
    ADD("resume-proves-anew", test_resume_proves_anew);
    ADD("turning-off-and-on-forgets-it", test_turning_off_and_on_forgets_it);
    ADD("minutes-instead", test_minutes_instead);
    ADD("instead-of-minutes", test_instead_of_minutes);
    ADD("needs-a-network", test_needs_a_network);
    ADD("needs-protection", test_needs_protection);
    ADD("needs-the-networks-dns", test_needs_the_networks_dns);
    ADD("unknown-network-at-hand", test_unknown_at_hand);
    ADD("unknown-spares-the-decided", test_unknown_spares_the_decided);
    ADD("unknown-wins-over-the-settings", test_unknown_wins_over_the_settings);
    ADD("unknown-that-is-not-kept", test_unknown_that_is_not_kept);
    return g_test_run();
}
