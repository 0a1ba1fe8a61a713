/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens in the middle of a transition, and what one leaves to the next. */
#include "protection_scene.h"

static void join(Fixture *fixture, const char *key)
{
    give_domains(fixture, "192.0.2.7", "");
    set_text(&fixture->fake.network.facts.key, key);
    change_network(fixture, true, key);
}

static void block(Fixture *fixture)
{
    fake_servers[1].silent = true;
    fake_portal.verdict = PORTAL_OPEN;
    join(fixture, "hotel");
    run_until(fixture, PROTECTION_BLOCKED);
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
    run(fixture, 14000000);
    join(fixture, "cafe");
    run(fixture, 8000000);
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

#define ADD(path, test)                                                                            \
    g_test_add("/meanwhile/" path, Fixture, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("retry-while-looking-again", test_retry_while_looking_again);
    ADD("roaming-while-looking-again", test_roaming_while_looking_again);
    ADD("another-network-has-its-own-time", test_another_network_has_its_own_time);
    ADD("clock-set-while-looking-again", test_clock_set_while_looking_again);
    return g_test_run();
}
