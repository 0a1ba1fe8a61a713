/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identity.h"

#include "harness.h"

#include <netdb.h>

#define MS 1000

typedef struct Fixture {
    Harness harness;
    unsigned calls;
    Identity identity;
} Fixture;

static gint system_hangs;

static int resolve_elsewhere(const char *name, Address *address)
{
    while (g_atomic_int_get(&system_hangs))
        g_usleep(1000);
    return address_parse("198.51.100.7", 0, address) == STATUS_OK ? 0 : EAI_FAIL;
}

static void set_up(Fixture *fixture, gconstpointer unused)
{
    harness_set_up(&fixture->harness, GUINT_TO_POINTER(1));
    g_atomic_int_set(&system_hangs, 0);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    g_atomic_int_set(&system_hangs, 0);
    harness_tear_down(&fixture->harness, NULL);
}

static void on_identity(void *owner, const Identity *identity)
{
    Fixture *fixture = owner;
    fixture->calls++;
    fixture->identity = *identity;
    fixture->identity.server = NULL;
}

static IdentityQuest *ask(Fixture *fixture, bool system)
{
    const IdentityPlan plan = {
        .loop = fixture->harness.loop,
        .engine = fixture->harness.engine,
        .plan = fixture->harness.plan,
        .resolver_id = "s1",
        .budget_us = 2000 * MS,
        .asks_system = system,
        .resolve = resolve_elsewhere,
    };
    return identity_ask(&plan, on_identity, fixture);
}

static void wait_for_threads(Fixture *fixture)
{
    for (int i = 0; i < 5000 && fixture->calls == 0; i++) {
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
}

/* The fake servers answer whatever is asked with one address. */
static void resolver_is_asked_where_it_sits(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, false);
    loop_advance(fixture->harness.loop, 20 * MS);
    g_assert_cmpuint(fixture->calls, ==, 1);
    g_assert_cmpuint(fake_servers[1].asked, ==, 6);
    g_assert_cmpuint(fixture->identity.asks_from_count, ==, 1);
    g_assert_false(address_is_set(&fixture->identity.system));
}

static void system_is_asked_on_a_thread(Fixture *fixture, gconstpointer unused)
{
    char text[ADDRESS_MAX_TEXT];
    ask(fixture, true);
    loop_advance(fixture->harness.loop, 20 * MS);
    wait_for_threads(fixture);
    g_assert_cmpuint(fixture->calls, ==, 1);
    g_assert_cmpstr(address_format_host(&fixture->identity.system, text), ==, "198.51.100.7");
}

static void silence_ends_with_the_budget(Fixture *fixture, gconstpointer unused)
{
    g_atomic_int_set(&system_hangs, 1);
    fake_servers[1].silent = true;
    ask(fixture, true);
    loop_advance(fixture->harness.loop, 1999 * MS);
    g_assert_cmpuint(fixture->calls, ==, 0);
    loop_advance(fixture->harness.loop, 2 * MS);
    g_assert_cmpuint(fixture->calls, ==, 1);
    g_assert_cmpuint(fixture->identity.asks_from_count, ==, 0);
    g_assert_false(address_is_set(&fixture->identity.system));
}

static void refusal_says_nothing(Fixture *fixture, gconstpointer unused)
{
    fake_servers[1].rcode = RCODE_REFUSED;
    ask(fixture, false);
    loop_advance(fixture->harness.loop, 20 * MS);
    g_assert_cmpuint(fixture->calls, ==, 1);
    g_assert_cmpuint(fixture->identity.asks_from_count, ==, 0);
}

static void cancelled_says_nothing(Fixture *fixture, gconstpointer unused)
{
    identity_cancel(ask(fixture, true));
    loop_advance(fixture->harness.loop, 5000 * MS);
    for (int i = 0; i < 50; i++) {
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
    g_assert_cmpuint(fixture->calls, ==, 0);
}

static Address address(const char *text)
{
    Address parsed = {0};
    g_assert_cmpint(address_parse(text, 53, &parsed), ==, STATUS_OK);
    return parsed;
}

static void networks_are_compared(void)
{
    Identity identity = {
        .asks_from = {address("192.0.2.1"), address("2001:db8::1")},
        .asks_from_count = 2,
        .system = address("192.0.99.9"),
    };
    g_assert_true(identity_is_same_network(&identity));
    identity.system = address("192.1.2.1");
    g_assert_false(identity_is_same_network(&identity));
    identity.system = address("2001:db8:ffff::1");
    g_assert_true(identity_is_same_network(&identity));
    identity.system = address("2001:db9::1");
    g_assert_false(identity_is_same_network(&identity));
}

#define ADD(path, test) g_test_add("/identity/" path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("resolver-is-asked-where-it-sits", resolver_is_asked_where_it_sits);
    ADD("system-is-asked-on-a-thread", system_is_asked_on_a_thread);
    ADD("silence-ends-with-the-budget", silence_ends_with_the_budget);
    ADD("refusal-says-nothing", refusal_says_nothing);
    ADD("cancelled-says-nothing", cancelled_says_nothing);
    g_test_add_func("/identity/networks-are-compared", networks_are_compared);
    return g_test_run();
}
