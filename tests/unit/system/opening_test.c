/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that let nothing through, and that their user wants left alone. */
#include "protection_scene.h"

#include <string.h>

#define SEARCH_US 16000000

static void block(Fixture *fixture)
{
    join_hotel(fixture);
    fake_portal.verdict = PORTAL_OPEN;
    run_until(fixture, PROTECTION_BLOCKED);
}

/* --- blocked --- */

static void test_blocked_after_the_search(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join_hotel(fixture);
    fake_portal.verdict = PORTAL_OPEN;
    run(fixture, 6000000);
    expect(fixture, PROTECTION_STARTING, "searching");
    run(fixture, SEARCH_US);
    expect(fixture, PROTECTION_BLOCKED, "timeout");
    g_assert_null(root_route(fixture));
}

static void test_forgery_is_named(Fixture *fixture, gconstpointer unused)
{
    ProtectionView view;
    start_on(fixture);
    fake_servers[1].status = STATUS_CERT_UNTRUSTED;
    change_network(fixture, true, "hotel");
    run_until(fixture, PROTECTION_BLOCKED);
    expect(fixture, PROTECTION_BLOCKED, "cert-untrusted");
    protection_view(fixture->protection, &view);
    g_assert_true(g_str_has_prefix(view.reason, "Someone on this network tried to answer for"));
}

static void allow(Fixture *fixture, uint32_t seconds)
{
    protection_allow_unprotected(fixture->protection, "alice", seconds, on_done, fixture);
}

static void test_consent_ends_by_itself(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    allow(fixture, 900);
    expect(fixture, PROTECTION_OPEN, "");
    g_assert_cmpint(until_s(fixture), ==, now_s(fixture) + 900);
    g_assert_cmpint(root_route(fixture)->kind, ==, ROUTE_CONSENT);
    LeakPacket packet = {.interface = 9};
    g_assert_cmpint(address_parse("192.0.2.7", 53, &packet.destination), ==, STATUS_OK);
    g_assert_cmpint(name_parse("www.example", &packet.name), ==, STATUS_OK);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &packet), ==, CLEAR_CONSENT);
    g_assert_cmpint(address_parse("192.0.2.9", 53, &packet.destination), ==, STATUS_OK);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &packet), ==, CLEAR_LEAK);
    run(fixture, 901000000);
    g_assert_null(root_route(fixture));
    run_until(fixture, PROTECTION_BLOCKED);
}

static void test_consent_is_for_one_network(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    allow(fixture, 900);
    set_text(&fixture->fake.network.facts.key, "twin");
    change_network(fixture, true, "twin");
    g_assert_null(root_route(fixture));
    set_text(&fixture->fake.network.facts.key, "hotel");
    change_network(fixture, true, "hotel again");
    expect(fixture, PROTECTION_OPEN, ""); /* a moment without signal is no leaving */
}

static void test_consent_can_be_taken_back(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    allow(fixture, 900);
    fake_servers[1].silent = false;
    protection_resume(fixture->protection, "alice", on_done, fixture);
    g_assert_cmpint(fixture->error, ==, -1);
    g_assert_null(root_route(fixture));
    run_until(fixture, PROTECTION_ON);
}

static void expect_sentence(void *owner, const GError *error)
{
    const char *sentence = owner;
    g_assert_nonnull(error);
    g_assert_true(g_str_has_prefix(error->message, sentence));
}

static void test_consent_that_is_refused_says_why(Fixture *fixture, gconstpointer unused)
{
    static char off[] = "Lookups go to this network's own DNS already",
                on[] = "This network lets private lookups through";
    fixture_start(fixture);
    protection_allow_unprotected(fixture->protection, "alice", 900, expect_sentence, off);
    turn_on(fixture);
    protection_allow_unprotected(fixture->protection, "alice", 900, expect_sentence, on);
}

static void test_consent_needs_trouble(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    allow(fixture, 900);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    block(fixture);
    allow(fixture, 59);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_INVALID_ARGUMENT);
    expect(fixture, PROTECTION_BLOCKED, "timeout");
}

static void test_looking_again(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    fake_servers[1].silent = false;
    protection_look_again(fixture->protection, on_done, fixture);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, -1);
    expect(fixture, PROTECTION_ON, "");
}

/* The transition has a search of its own, and somebody who waits for it. */
static void test_answer_while_looking_again(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    block(fixture);
    fake_servers[1].silent = false;
    fake_servers[1].delay_us = 300000;
    protection_look_again(fixture->protection, on_done, fixture);
    const Ask ask = {.name = "meanwhile.example", .type = RRTYPE_A, .id = 5};
    harness_send(&fixture->harness, &ask);
    run_until_answered(fixture);
    expect(fixture, PROTECTION_ON, "");
}

/* --- policies --- */

static void join_office(Fixture *fixture)
{
    give_domains(fixture, "192.0.2.7", "");
    set_text(&fixture->fake.network.facts.key, "office");
    change_network(fixture, true, "office");
}

static void decide(Fixture *fixture, NetworkPolicy policy)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(known_networks_decide(fixture->networks, "office", policy, &error));
    g_assert_no_error(error);
}

static void test_network_left_alone(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join_office(fixture);
    expect(fixture, PROTECTION_ON, "");
    decide(fixture, NETWORK_LEAVE_ALONE);
    expect(fixture, PROTECTION_OPEN, "");
    g_assert_cmpint(until_s(fixture), ==, 0);
    g_assert_cmpint(root_route(fixture)->kind, ==, ROUTE_CONSENT);
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
    set_text(&fixture->fake.network.facts.key, "");
    change_network(fixture, true, "roamed"); /* not known yet: protected */
    g_assert_null(root_route(fixture));
    run_until(fixture, PROTECTION_ON);
    join_office(fixture);
    expect(fixture, PROTECTION_OPEN, "");
}

static void test_turning_on_takes_it_back(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    join_office(fixture);
    decide(fixture, NETWORK_LEAVE_ALONE);
    turn_on(fixture);
    expect(fixture, PROTECTION_ON, "");
    g_assert_cmpint(protection_policy(fixture->protection), ==, NETWORK_PROTECT);
}

static void test_unknown_network_is_asked_about(Fixture *fixture, gconstpointer unused)
{
    fixture->settings->networks.unknown = NETWORK_ASK;
    start_on(fixture);
    join_office(fixture);
    expect(fixture, PROTECTION_ASK, "");
    g_assert_nonnull(root_route(fixture));
    decide(fixture, NETWORK_PROTECT);
    g_assert_null(root_route(fixture));
    run_until(fixture, PROTECTION_ON);
}

static void test_restart_on_a_network_left_alone(Fixture *fixture, gconstpointer unused)
{
    known_networks_joined(fixture->networks, "office", "Office", "", 1);
    decide(fixture, NETWORK_LEAVE_ALONE);
    fixture->saved->on = true;
    fixture_start(fixture);
    run_until(fixture, PROTECTION_ON);
    join_office(fixture);
    expect(fixture, PROTECTION_OPEN, "");
}

/* --- somebody else's settings --- */

static void test_taken_over(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fixture->fake.network.facts.taken = true;
    network_tell(&fixture->fake.network);
    run(fixture, 1000000);
    expect(fixture, PROTECTION_ERROR, "dns-taken");
    fixture->fake.network.facts.taken = false;
    turn_on(fixture);
    expect(fixture, PROTECTION_ON, "");
    g_assert_cmpuint(fixture->fake.points, ==, 2);
}

#define ADD(path, test)                                                                            \
    g_test_add("/opening/" path, Fixture, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("blocked-after-the-search", test_blocked_after_the_search);
    ADD("forgery-is-named", test_forgery_is_named);
    ADD("consent-ends-by-itself", test_consent_ends_by_itself);
    ADD("consent-is-for-one-network", test_consent_is_for_one_network);
    ADD("consent-can-be-taken-back", test_consent_can_be_taken_back);
    ADD("consent-that-is-refused-says-why", test_consent_that_is_refused_says_why);
    ADD("consent-needs-trouble", test_consent_needs_trouble);
    ADD("looking-again", test_looking_again);
    ADD("answer-while-looking-again", test_answer_while_looking_again);
    ADD("network-left-alone", test_network_left_alone);
    ADD("turning-on-takes-it-back", test_turning_on_takes_it_back);
    ADD("unknown-network-is-asked-about", test_unknown_network_is_asked_about);
    ADD("restart-on-a-network-left-alone", test_restart_on_a_network_left_alone);
    ADD("taken-over-and-put-right", test_taken_over);
    return g_test_run();
}
