/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 8880 §7.1, RFC 6147 §5.3.1: names that tell of the translator, and the reverse tree. */
#include "dns64_scene.h"
#include "explain.h"

#include <string.h>

#define MS 1000

/* 192.0.2.1, which is the address of server 1 and of all that it answers, in the reverse tree. */
#define REVERSE       "1.0.2.0.0.0.0.c." DNS64_REVERSE_PREFIX
#define REVERSE_KNOWN "a.a.0.0.0.0.0.c." DNS64_REVERSE_PREFIX
#define REVERSE_HOME  "1.0.1.0.8.a.0.c." DNS64_REVERSE_PREFIX

static void known_name_is_answered_from_the_prefix(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &(Ask){.name = "ipv4only.arpa", .type = RRTYPE_AAAA}, 0, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:aa 64:ff9b::c000:ab");
    harness_ask(harness, &(Ask){.name = "IPv4only.arpa", .type = RRTYPE_A}, 0, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 192.0.0.170 192.0.0.171");
    harness_ask(harness, &(Ask){.name = "ipv4only.arpa", .type = RRTYPE_TXT}, 0, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0");
    harness_ask(harness, &(Ask){.name = "www.ipv4only.arpa", .type = RRTYPE_A}, 0, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "3");
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void known_name_is_asked_elsewhere_without_a_prefix(Harness *harness, gconstpointer unused)
{
    Message answer;

    engine_set_nat64(harness->engine, NULL);
    harness_ask(harness, &(Ask){.name = "ipv4only.arpa", .type = RRTYPE_AAAA}, 15 * MS, &answer);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void reverse_leads_to_the_ipv4_address(Harness *harness, gconstpointer unused)
{
    char text[NAME_MAX_TEXT];
    Message answer, asked;

    fake_servers[1].no_data = true;
    harness_ask(harness, &(Ask){.name = REVERSE, .type = RRTYPE_PTR}, 0, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==,
                    "0 1.2.0.192.in-addr.arpa"); /* nowhere, by RFC 6303 */
    harness_ask(harness,
                &(Ask){.name = "1.0.1.0.8.0.8.0." DNS64_REVERSE_PREFIX, .type = RRTYPE_PTR},
                15 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 1.1.8.8.in-addr.arpa");
    g_assert_cmpint(message_parse(&asked, fake_servers[1].query, fake_servers[1].query_length), ==,
                    STATUS_OK);
    g_assert_cmpstr(name_format(&asked.qname, text), ==, "1.1.8.8.in-addr.arpa");
}

static void reverse_of_a_private_address_stays_here(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &(Ask){.name = REVERSE_HOME, .type = RRTYPE_PTR}, 0, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "3 1.1.168.192.in-addr.arpa");
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void reverse_of_the_known_address(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &(Ask){.name = REVERSE_KNOWN, .type = RRTYPE_PTR}, 0, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 ipv4only.arpa");
}

static void other_reverse_names_are_asked(Harness *harness, gconstpointer unused)
{
    static const char *const names[] = {
        "2." REVERSE, "b.9.f.f.4.6.0.0.ip6.arpa",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.4.1.0.1.0.0.2.ip6.arpa"};

    fake_servers[1].no_data = true;
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        Message answer;

        harness_ask(harness, &(Ask){.name = names[i], .type = RRTYPE_PTR}, 15 * MS, &answer);
        g_assert_cmpstr(dns64_contents(&answer), ==, "0");
        g_assert_cmpuint(fake_servers[1].asked, ==, i + 1);
    }
}

static void explained(Harness *harness, gconstpointer unused)
{
    Explanation explanation;
    Name name;

    g_assert_cmpint(name_parse("www.example.com", &name), ==, STATUS_OK);
    engine_explain(harness->engine, &name, RRTYPE_AAAA, &explanation);
    g_assert_nonnull(strstr(g_ptr_array_index(explanation.steps, 1), "translates IPv4"));
    explanation_clear(&explanation);
    g_assert_cmpint(name_parse(REVERSE, &name), ==, STATUS_OK);
    engine_explain(harness->engine, &name, RRTYPE_PTR, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_SPECIAL);
    explanation_clear(&explanation);
}

#define ADD(name, function)                                                                        \
    g_test_add("/dns64/" name, Harness, GUINT_TO_POINTER(1), dns64_set_up, function,               \
               harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("known-name-is-answered-from-the-prefix", known_name_is_answered_from_the_prefix);
    ADD("known-name-is-asked-elsewhere-without-a-prefix",
        known_name_is_asked_elsewhere_without_a_prefix);
    ADD("reverse-leads-to-the-ipv4-address", reverse_leads_to_the_ipv4_address);
    ADD("reverse-of-a-private-address-stays-here", reverse_of_a_private_address_stays_here);
    ADD("reverse-of-the-known-address", reverse_of_the_known_address);
    ADD("other-reverse-names-are-asked", other_reverse_names_are_asked);
    ADD("explained", explained);
    return g_test_run();
}
