/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 6147: the second question that an address is made of: asked once, kept, and overtaken by
 * changes of network. */
#include "dns64_scene.h"

#define MS 1000
#define S  G_USEC_PER_SEC

static const Ask www4 = {.name = "www.example.com", .type = RRTYPE_A, .id = 8, .udp_size = 1232};

static void a_is_asked_once_for_both(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_send(harness, &dns64_www6);
    loop_advance(harness->loop, 5 * MS);
    harness_send(harness, &www4);
    loop_advance(harness->loop, 25 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void known_addresses_are_used_at_once(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www4, 15 * MS, &answer);
    harness_ask(harness, &dns64_www6, 15 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void made_answer_is_kept(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    loop_advance(harness->loop, 10 * S);
    harness_ask(harness, &dns64_www6, 0, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(answer_ttl(&answer), ==, 290);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

/* From an IPv6-only network to another, and back. */
static void other_networks_never_see_it(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    engine_set_nat64(harness->engine, NULL);
    engine_network_changed(harness->engine, "home");
    harness_ask(harness, &dns64_www6, 15 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0");
    engine_network_changed(harness->engine, "hotel");
    engine_set_nat64(harness->engine, &nat64_well_known);
    harness_ask(harness, &dns64_www6, 0, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
}

static void question_under_way_follows_the_network(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_send(harness, &dns64_www6);
    loop_advance(harness->loop, 15 * MS); /* A is being asked */
    engine_set_nat64(harness->engine, NULL);
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(dns64_contents(&answer), ==, "0");
    engine_set_nat64(harness->engine, &nat64_well_known); /* that was not for this one */
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
}

/* Both legs begin anew, and nothing of the old network's is left in the cache of the new one. */
static void network_changes_on_the_second_leg(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    harness_send(harness, &dns64_www6);
    loop_advance(harness->loop, 15 * MS);
    engine_network_changed(harness->engine, "another");
    loop_advance(harness->loop, 5 * MS);
    g_assert_false(harness_receive(harness, &answer));
    loop_advance(harness->loop, 25 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.in_flight, ==, 0);
}

static void who_joins_on_the_second_leg_is_answered_too(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_send(harness, &dns64_www6);
    loop_advance(harness->loop, 15 * MS);
    harness_send(harness, &dns64_www6);
    loop_advance(harness->loop, 10 * MS);
    for (unsigned i = 0; i < 2; i++) {
        g_assert_true(harness_receive(harness, &answer));
        g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
    }
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

/* Torn down in mid-flight. */
static void engine_ends_on_the_second_leg(Harness *harness, gconstpointer unused)
{
    harness_send(harness, &dns64_www6);
    harness_send(harness, &www4);
    loop_advance(harness->loop, 5 * MS);
    fake_servers[1].delay_us = 60 * S;
    loop_advance(harness->loop, 10 * MS);
    g_assert_cmpuint(fake_servers[1].live, <=, 1);
}

static void prefix_found_meanwhile_is_used(Harness *harness, gconstpointer unused)
{
    Message answer;

    engine_set_nat64(harness->engine, NULL);
    harness_send(harness, &dns64_www6);
    engine_set_nat64(harness->engine, &nat64_well_known);
    loop_advance(harness->loop, 25 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
}

static void silence_on_the_second_leg_is_told(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    harness_send(harness, &dns64_www6);
    loop_advance(harness->loop, 5 * MS);
    fake_servers[1].silent = true;
    fake_servers[1].delay_us = 60 * S;
    loop_advance(harness->loop, 1 * MS);
    fake_servers[1].silent = false;
    loop_advance(harness->loop, 5 * S);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(dns64_contents(&answer), ==, "2");
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_NO_REACHABLE_AUTHORITY);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.in_flight, ==, 0);
}

/* The expired address of A: what is made of it says so by its TTL, and is not kept. */
static void made_of_an_expired_answer(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www4, 15 * MS, &answer);
    loop_advance(harness->loop, 301 * S);
    harness_send(harness, &dns64_www6);
    loop_advance(harness->loop, 12 * MS);
    fake_servers[1].status = STATUS_CERT_NAME;
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(answer_ttl(&answer), ==, 30);
}

#define ADD(name, function)                                                                        \
    g_test_add("/dns64/" name, Harness, GUINT_TO_POINTER(1), dns64_set_up, function,               \
               harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("a-is-asked-once-for-both", a_is_asked_once_for_both);
    ADD("known-addresses-are-used-at-once", known_addresses_are_used_at_once);
    ADD("made-answer-is-kept", made_answer_is_kept);
    ADD("other-networks-never-see-it", other_networks_never_see_it);
    ADD("question-under-way-follows-the-network", question_under_way_follows_the_network);
    ADD("network-changes-on-the-second-leg", network_changes_on_the_second_leg);
    ADD("who-joins-on-the-second-leg-is-answered-too", who_joins_on_the_second_leg_is_answered_too);
    ADD("engine-ends-on-the-second-leg", engine_ends_on_the_second_leg);
    ADD("prefix-found-meanwhile-is-used", prefix_found_meanwhile_is_used);
    ADD("silence-on-the-second-leg-is-told", silence_on_the_second_leg_is_told);
    ADD("made-of-an-expired-answer", made_of_an_expired_answer);
    return g_test_run();
}
