/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tampering.h"

#include "fake_network.h"
#include "harness.h"

#define MS 1000

typedef struct Fixture {
    Harness harness;
    FakeNetwork fake;
    Tampering *tampering;
    unsigned asked;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    harness_set_up(&fixture->harness, GUINT_TO_POINTER(2));
    engine_apply(fixture->harness.engine, fixture->harness.plan);
    fake_network_init(&fixture->fake, fixture->harness.loop);
    fixture->tampering = tampering_new(fixture->harness.engine, &fixture->fake.network);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    tampering_free(fixture->tampering);
    fake_network_clear(&fixture->fake);
    harness_tear_down(&fixture->harness, NULL);
}

/* A question that nobody has asked before; the first resolver fails with that. */
static void ask(Fixture *fixture, Status status)
{
    g_autofree char *name = g_strdup_printf("name%u.example", fixture->asked++);
    Message answer;
    fake_servers[1].status = status;
    harness_ask(&fixture->harness, &(Ask){.name = name, .type = RRTYPE_A}, 100 * MS, &answer);
}

static void expect(Fixture *fixture, const char *sentence)
{
    g_autofree char *text = tampering_describe(fixture->tampering);
    g_assert_cmpstr(text, ==, sentence);
}

static void test_nobody(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, STATUS_OK);
    expect(fixture, NULL);
}

static void test_certificate_of_somebody_else(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, STATUS_CERT_NAME);
    expect(fixture, "Somebody on this network tried to answer for s1. Sotto refused.");
}

static void test_failures_that_prove_nothing(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, STATUS_CERT_EXPIRED);
    ask(fixture, STATUS_TIMEOUT);
    ask(fixture, STATUS_REFUSED);
    expect(fixture, NULL);
}

static void test_another_network_begins_anew(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, STATUS_CERT_PIN);
    set_text(&fixture->fake.network.facts.identity, "another");
    network_tell(&fixture->fake.network);
    expect(fixture, NULL);
}

static void test_same_network_goes_on(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, STATUS_CERT_PIN);
    fixture->fake.network.facts.metered = true;
    network_tell(&fixture->fake.network);
    expect(fixture, "Somebody on this network tried to answer for s1. Sotto refused.");
}

static void test_without_networks(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, STATUS_CERT_PIN);
    Tampering *later = tampering_new(fixture->harness.engine, NULL);
    g_assert_null(tampering_describe(later));
    tampering_free(later);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, function)                                                                       \
    g_test_add("/tampering/" name, Fixture, NULL, set_up, function, tear_down)
    TEST("nobody", test_nobody);
    TEST("certificate-of-somebody-else", test_certificate_of_somebody_else);
    TEST("failures-that-prove-nothing", test_failures_that_prove_nothing);
    TEST("another-network-begins-anew", test_another_network_begins_anew);
    TEST("same-network-goes-on", test_same_network_goes_on);
    TEST("without-networks", test_without_networks);
#undef TEST
    return g_test_run();
}
