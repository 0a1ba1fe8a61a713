/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks with and without a translator; their DNS is fake server 3. */
#include "nat64_discovery.h"

#include "fake_network.h"
#include "harness.h"

#define MS 1000
#define S  INT64_C(1000000)

typedef struct Scene {
    Harness harness;
    FakeNetwork fake;
    Nat64Discovery *discovery;
} Scene;

static FakeServer *const dns = &fake_servers[3];

static NetworkFacts *facts_of(Scene *scene)
{
    return &scene->fake.network.facts;
}

static void set_up(Scene *scene, gconstpointer unused)
{
    harness_set_up(&scene->harness, GUINT_TO_POINTER(0));
    fake_network_init(&scene->fake, scene->harness.loop);
    (void)fake_network_add_link(&scene->fake, "192.0.2.3", "");
    facts_of(scene)->ipv6 = true;
    dns->says_nat64 = true;
    scene->discovery =
        nat64_discovery_new(scene->harness.loop, scene->harness.engine, &scene->fake.network);
}

static void tear_down(Scene *scene, gconstpointer unused)
{
    nat64_discovery_free(scene->discovery);
    fake_network_clear(&scene->fake);
    harness_tear_down(&scene->harness, NULL);
}

static void change(Scene *scene)
{
    network_tell(&scene->fake.network);
    loop_advance(scene->harness.loop, 15 * MS);
}

static bool is_set(const Scene *scene)
{
    return nat64_prefix_is_set(engine_nat64(scene->harness.engine));
}

static void assert_asked_the_known_name(void)
{
    Message query;

    g_assert_cmpint(message_parse(&query, dns->query, dns->query_length), ==, STATUS_OK);
    g_assert_true(name_equal(&query.qname, &nat64_known_name));
    g_assert_cmpuint(query.qtype, ==, RRTYPE_AAAA);
}

static void prefix_is_found(Scene *scene, gconstpointer unused)
{
    loop_advance(scene->harness.loop, 15 * MS);
    g_assert_true(nat64_prefix_equal(engine_nat64(scene->harness.engine), &nat64_well_known));
    g_assert_cmpuint(dns->asked, ==, 1);
    assert_asked_the_known_name();
}

static void with_ipv4_nobody_is_asked(Scene *scene, gconstpointer unused)
{
    facts_of(scene)->ipv4 = true;
    change(scene);
    g_assert_cmpuint(dns->asked, ==, 0);
    g_assert_false(is_set(scene));
}

static void without_a_network_nobody_is_asked(Scene *scene, gconstpointer unused)
{
    facts_of(scene)->online = false;
    change(scene);
    g_assert_cmpuint(dns->asked, ==, 0);
}

static void vpn_is_not_asked(Scene *scene, gconstpointer unused)
{
    NetworkLink *link = g_ptr_array_index(facts_of(scene)->links, 0);

    link->vpn = true;
    change(scene);
    g_assert_cmpuint(dns->asked, ==, 0);
}

static void ipv4_that_comes_later_ends_it(Scene *scene, gconstpointer unused)
{
    loop_advance(scene->harness.loop, 15 * MS);
    g_assert_true(is_set(scene));
    facts_of(scene)->ipv4 = true;
    change(scene);
    g_assert_false(is_set(scene));
}

static void other_facts_ask_nothing_again(Scene *scene, gconstpointer unused)
{
    loop_advance(scene->harness.loop, 15 * MS);
    facts_of(scene)->pointed = true;
    change(scene);
    g_assert_true(is_set(scene));
    g_assert_cmpuint(dns->asked, ==, 1);
}

/* NetworkManager restarts; the network is there all the same. */
static void nothing_is_forgotten_while_nobody_tells_of_networks(Scene *scene, gconstpointer unused)
{
    loop_advance(scene->harness.loop, 15 * MS);
    facts_of(scene)->managed = facts_of(scene)->online = false;
    change(scene);
    g_assert_true(is_set(scene));
    facts_of(scene)->managed = facts_of(scene)->online = true;
    change(scene);
    g_assert_true(is_set(scene));
    g_assert_cmpuint(dns->asked, ==, 1);
}

static void another_network_is_asked_anew(Scene *scene, gconstpointer unused)
{
    loop_advance(scene->harness.loop, 15 * MS);
    dns->says_nat64 = false;
    set_text(&facts_of(scene)->identity, "two");
    network_tell(&scene->fake.network);
    g_assert_false(is_set(scene));
    loop_advance(scene->harness.loop, 15 * MS);
    g_assert_false(is_set(scene));
    g_assert_cmpuint(dns->asked, ==, 2);
}

/* Whoever has the address there may be a stranger. */
static void question_ends_with_its_network(Scene *scene, gconstpointer unused)
{
    loop_advance(scene->harness.loop, 5 * MS);
    facts_of(scene)->online = false;
    network_tell(&scene->fake.network);
    engine_network_changed(scene->harness.engine, "two");
    loop_advance(scene->harness.loop, 5 * S);
    g_assert_cmpuint(dns->asked, ==, 1);
    g_assert_cmpuint(dns->cancelled, ==, 1);
    g_assert_false(is_set(scene));
}

static void asked_again_when_the_ttl_has_passed(Scene *scene, gconstpointer unused)
{
    loop_advance(scene->harness.loop, 15 * MS);
    loop_advance(scene->harness.loop, 299 * S);
    g_assert_cmpuint(dns->asked, ==, 1);
    dns->says_nat64 = false;
    loop_advance(scene->harness.loop, 2 * S);
    g_assert_cmpuint(dns->asked, ==, 2);
    g_assert_false(is_set(scene));
}

static void short_ttls_do_not_hurry_it(Scene *scene, gconstpointer unused)
{
    dns->ttl_s = 0;
    loop_advance(scene->harness.loop, 15 * MS);
    loop_advance(scene->harness.loop, 59 * S);
    g_assert_cmpuint(dns->asked, ==, 1);
    g_assert_true(is_set(scene));
}

static void failures_are_repeated_ever_later(Scene *scene, gconstpointer unused)
{
    dns->rcode = RCODE_SERVFAIL;
    loop_advance(scene->harness.loop, 900 * MS);
    g_assert_cmpuint(dns->asked, ==, 1);
    loop_advance(scene->harness.loop, 200 * MS);
    g_assert_cmpuint(dns->asked, ==, 2);
    loop_advance(scene->harness.loop, 300 * S);
    g_assert_cmpuint(dns->asked, <, 15);
    dns->rcode = RCODE_NOERROR;
    loop_advance(scene->harness.loop, 65 * S);
    g_assert_true(is_set(scene));
}

static void failure_forgets_nothing(Scene *scene, gconstpointer unused)
{
    loop_advance(scene->harness.loop, 15 * MS);
    dns->silent = true;
    loop_advance(scene->harness.loop, 330 * S);
    g_assert_true(is_set(scene));
}

static void network_without_a_translator_is_left_in_peace(Scene *scene, gconstpointer unused)
{
    dns->says_nat64 = false;
    dns->no_data = true;
    loop_advance(scene->harness.loop, 15 * MS);
    loop_advance(scene->harness.loop, 3000 * S);
    g_assert_cmpuint(dns->asked, ==, 1);
    g_assert_false(is_set(scene));
}

#define ADD(name, function)                                                                        \
    g_test_add("/nat64-discovery/" name, Scene, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("prefix-is-found", prefix_is_found);
    ADD("with-ipv4-nobody-is-asked", with_ipv4_nobody_is_asked);
    ADD("without-a-network-nobody-is-asked", without_a_network_nobody_is_asked);
    ADD("vpn-is-not-asked", vpn_is_not_asked);
    ADD("ipv4-that-comes-later-ends-it", ipv4_that_comes_later_ends_it);
    ADD("other-facts-ask-nothing-again", other_facts_ask_nothing_again);
    ADD("nothing-is-forgotten-while-nobody-tells-of-networks",
        nothing_is_forgotten_while_nobody_tells_of_networks);
    ADD("another-network-is-asked-anew", another_network_is_asked_anew);
    ADD("question-ends-with-its-network", question_ends_with_its_network);
    ADD("asked-again-when-the-ttl-has-passed", asked_again_when_the_ttl_has_passed);
    ADD("short-ttls-do-not-hurry-it", short_ttls_do_not_hurry_it);
    ADD("failures-are-repeated-ever-later", failures_are_repeated_ever_later);
    ADD("failure-forgets-nothing", failure_forgets_nothing);
    ADD("network-without-a-translator-is-left-in-peace",
        network_without_a_translator_is_left_in_peace);
    return g_test_run();
}
