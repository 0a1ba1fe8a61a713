/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens in the middle of a transition, and what one leaves to the next. */
#include "protection_scene.h"

static void set_up(Fixture *fixture, gconstpointer unused)
{
    scene_set_up(fixture, NULL);
    fixture->settings->networks.search_us = 5000000;
}

static void join_unseen(Fixture *fixture, const char *key)
{
    give_domains(fixture, "192.0.2.7", "");
    set_text(&fixture->fake.network.facts.key, key);
}

static void join(Fixture *fixture, const char *key)
{
    join_unseen(fixture, key);
    change_network(fixture, true, key);
}

static void block(Fixture *fixture)
{
    fake_servers[1].silent = true;
    fake_portal.verdict = PORTAL_OPEN;
    join(fixture, "hotel");
    run_until(fixture, PROTECTION_BLOCKED);
}

/* Whether every name goes to the network's own DNS. */
static bool is_open(Fixture *fixture)
{
    const Plan *plan = protection_plan(fixture->protection);
    for (size_t i = 0; i < plan->route_count; i++) {
        if (plan->routes[i].suffix.length == 1)
            return true;
    }
    return false;
}

/* --- a search of the transition --- */

/* Blocked, it is looked again every few seconds; nobody's request is lost for that. */
static void test_retry_while_looking_again(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    run(fixture, 2000000);
    protection_look_again(fixture->protection, on_done, fixture);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    expect(fixture, PROTECTION_BLOCKED, "timeout");
    fake_servers[1].silent = false;
    run_until(fixture, PROTECTION_ON);
}

static void test_roaming_while_looking_again(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    protection_look_again(fixture->protection, on_done, fixture);
    run(fixture, 1000000);
    fake_servers[1].silent = false;
    join(fixture, "home");
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, -1);
    expect(fixture, PROTECTION_ON, "");
}

/* What is over for the network that was left is not over for this one. */
static void test_another_network_has_its_own_time(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    protection_look_again(fixture->protection, on_done, fixture);
    run(fixture, 4000000);
    join(fixture, "cafe");
    run(fixture, 3000000);
    expect(fixture, PROTECTION_STARTING, "searching");
    fake_servers[1].silent = false;
    run_until(fixture, PROTECTION_ON);
}

static void test_clock_set_while_looking_again(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    protection_look_again(fixture->protection, on_done, fixture);
    run(fixture, 1000000);
    protection_clock_set(fixture->protection, 3600);
    run_until_answered(fixture);
    expect(fixture, PROTECTION_BLOCKED, "timeout");
}

/* The old choice's search is nobody's business any more. */
static void test_choice_ends_the_search(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fake_servers[1].silent = true;
    join(fixture, "hotel");
    run(fixture, 3000000);
    protection_set_resolver(fixture->protection, "alice", "s2", on_done, fixture);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, -1);
    for (unsigned i = 0; i < 7; i++) {
        run(fixture, 1000000);
        expect(fixture, PROTECTION_ON, "");
    }
}

/* All were to be asked through a relay of a list, and that is gone. */
static void test_restart_without_a_way_to_ask(Fixture *fixture, gconstpointer unused)
{
    relays_choose(fixture->settings->relays, "gone");
    fixture->saved->on = true;
    fixture_start(fixture);
    run_until(fixture, PROTECTION_BLOCKED);
    g_assert_false(is_open(fixture));
    protection_look_again(fixture->protection, on_done, fixture);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    relays_choose(fixture->settings->relays, RELAY_NONE);
    protection_reload(fixture->protection, fixture->settings);
    run(fixture, 1000000);
    expect(fixture, PROTECTION_ON, "");
}

/* --- a pause --- */

/* Nothing was opened, so the search that was under way is needed still. */
static void test_refused_pause_searches_on(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fake_servers[1].silent = true;
    join(fixture, "hotel");
    run(fixture, 4500000);
    expect(fixture, PROTECTION_STARTING, "searching");
    fixture->fake.slow = true;
    protection_pause(fixture->protection, "alice", 60, on_done, fixture);
    fixture->fake.slow = false;
    network_point(&fixture->fake.network, NULL, NULL); /* answers the other as one that failed */
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_CANCELLED);
    fake_servers[1].silent = false;
    run_until(fixture, PROTECTION_ON);
}

/* --- an opening --- */

static void test_sign_in_ends_with_protection(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    protection_begin_sign_in(fixture->protection, "alice", SIGN_IN_MACHINE, NULL, NULL);
    g_assert_true(is_open(fixture));
    protection_turn_off(fixture->protection, "alice", on_done, fixture);
    run_until_answered(fixture);
    fake_servers[1].silent = false;
    fixture->fake.slow = true;
    protection_turn_on(fixture->protection, "alice", on_done, fixture);
    for (int i = 0; i < 300 && fixture->fake.points < 2; i++)
        run(fixture, 10000);
    g_assert_cmpuint(fixture->fake.points, ==, 2); /* programs ask us from now on */
    g_assert_false(is_open(fixture));
}

static void test_consent_ends_while_looking_again(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    protection_allow_unprotected(fixture->protection, "alice", 60, NULL, NULL);
    fixture->fake.slow = true;
    protection_look_again(fixture->protection, on_done, fixture);
    run(fixture, 59000000);
    g_assert_true(is_open(fixture));
    run(fixture, 2000000);
    g_assert_false(is_open(fixture));
}

static void test_decision_during_a_restart(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    join_unseen(fixture, "office");
    known_networks_joined(fixture->networks, "office", "Office", "", 1);
    g_assert_true(known_networks_decide(fixture->networks, "office", NETWORK_LEAVE_ALONE, &error));
    fixture->saved->on = true;
    fixture->fake.slow = true;
    fixture_start(fixture);
    g_assert_true(is_open(fixture));
    g_assert_true(known_networks_decide(fixture->networks, "office", NETWORK_PROTECT, &error));
    g_assert_false(is_open(fixture));
}

/* What was decided is so at once, and is said. */
static void test_leaving_alone_ends_the_search(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    start_on(fixture);
    block(fixture);
    protection_look_again(fixture->protection, on_done, fixture);
    run(fixture, 1000000);
    unsigned before = fixture->answers;
    g_assert_true(known_networks_decide(fixture->networks, "hotel", NETWORK_LEAVE_ALONE, &error));
    g_assert_cmpuint(fixture->answers, ==, before + 1);
    expect(fixture, PROTECTION_OPEN, "");
}

/* Whoever hears that another network is known sees nothing open on it. */
static void on_known(void *owner)
{
    Fixture *fixture = owner;
    fixture->answers += is_open(fixture) ? 1 : 0;
}

static void test_sign_in_ends_before_another_network_is_known(Fixture *fixture,
                                                              gconstpointer unused)
{
    KnownNetworksListener listener = {.changed = on_known, .owner = fixture};
    start_on(fixture);
    block(fixture);
    protection_begin_sign_in(fixture->protection, "alice", SIGN_IN_MACHINE, NULL, NULL);
    known_networks_listen(fixture->networks, &listener);
    unsigned before = fixture->answers;
    join(fixture, "cafe");
    known_networks_unlisten(&listener);
    g_assert_cmpuint(fixture->answers, ==, before);
}

#define ADD(path, test) g_test_add("/meanwhile/" path, Fixture, NULL, set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("retry-while-looking-again", test_retry_while_looking_again);
    ADD("roaming-while-looking-again", test_roaming_while_looking_again);
    ADD("another-network-has-its-own-time", test_another_network_has_its_own_time);
    ADD("clock-set-while-looking-again", test_clock_set_while_looking_again);
    ADD("choice-ends-the-search", test_choice_ends_the_search);
    ADD("restart-without-a-way-to-ask", test_restart_without_a_way_to_ask);
    ADD("refused-pause-searches-on", test_refused_pause_searches_on);
    ADD("sign-in-ends-with-protection", test_sign_in_ends_with_protection);
    ADD("consent-ends-while-looking-again", test_consent_ends_while_looking_again);
    ADD("leaving-alone-ends-the-search", test_leaving_alone_ends_the_search);
    ADD("decision-during-a-restart", test_decision_during_a_restart);
    ADD("sign-in-ends-before-another-network-is-known",
        test_sign_in_ends_before_another_network_is_known);
    return g_test_run();
}
