/* SPDX-License-Identifier: GPL-3.0-or-later */
/* systemd-resolved's settings of all links: whether they lead to us, and to whom else. Link 1 is lo
 * everywhere; 9001 and up are nobody's. */
#include "resolved_facts.h"

#include <glib.h>

#define OURS  9001
#define OTHER "9002"
#define OWN4  "(9001, 2, [byte 198, 19, 53, 53])"
#define OWN6                                                                                       \
    "(9001, 10, [byte 0xfd, 0x53, 0x6f, 0x74, 0x74, 0x6f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53])"
#define ALL_OURS "(9001, '.', true)"

static GVariant *settings(const char *servers, const char *domains)
{
    g_autofree char *text =
        g_strdup_printf("{'DNS': <@a(iiay) [%s]>, 'Domains': <@a(isb) [%s]>}", servers, domains);
    GError *error = NULL;
    GVariant *value = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

    g_assert_no_error(error);
    return value;
}

static bool asks_us(const char *servers, const char *domains)
{
    g_autoptr(GVariant) properties = settings(servers, domains);
    Address own[2];

    g_assert_cmpint(address_parse("198.19.53.53", 53, &own[0]), ==, STATUS_OK);
    g_assert_cmpint(address_parse("fd53:6f74:746f::53", 53, &own[1]), ==, STATUS_OK);
    return resolved_asks(properties, own, OURS);
}

static void asks_us_about_every_name(void)
{
    g_assert_true(asks_us(OWN4 "," OWN6, ALL_OURS));
    g_assert_true(asks_us(OWN4, ALL_OURS ", (1, 'lan', false)"));
}

static void less_is_not_enough(void)
{
    g_assert_false(asks_us(OWN4, ""));
    g_assert_false(asks_us(OWN4, "(9001, 'example', true)"));
    g_assert_false(asks_us("", ALL_OURS));
    g_assert_false(asks_us("(9001, 2, [byte 192, 0, 2, 1])", ALL_OURS));
    g_assert_false(asks_us(OWN4 ", (9001, 2, [byte 192, 0, 2, 1])", ALL_OURS));
    g_assert_false(asks_us("(1, 2, [byte 198, 19, 53, 53])", "(1, '.', true)"));
}

static void nothing_known_is_nothing(void)
{
    g_assert_false(resolved_has_servers(NULL, OURS));
    g_assert_null(resolved_find_rival(NULL, OURS));
}

static void expect_rival(const char *servers, const char *domains, const char *expected)
{
    g_autoptr(GVariant) properties = settings(servers, domains);
    g_autofree char *rival = resolved_find_rival(properties, OURS);

    g_assert_cmpstr(rival, ==, expected);
}

static void rival_wants_every_name_and_has_servers(void)
{
    static const char servers[] = OWN4 ", (1, 2, [byte 192, 0, 2, 1])";

    expect_rival(servers, ALL_OURS, NULL);
    expect_rival(servers, ALL_OURS ", (1, 'example', true)", NULL);
    expect_rival(servers, ALL_OURS ", (1, '.', true)", "lo");
    expect_rival(OWN4, ALL_OURS ", (1, '.', true)", NULL);
    expect_rival(OWN4 ", (0, 2, [byte 192, 0, 2, 1])", "(0, '.', true)", "DNS=");
}

static void links_are_read_the_uplinks_first(void)
{
    g_autoptr(GVariant) properties =
        settings("(" OTHER ", 2, [byte 192, 0, 2, 2])," OWN4 ",(1, 2, [byte 192, 0, 2, 1]),"
                 "(1, 2, [byte 1]),(1, 2, [byte 192, 0, 2, 3])",
                 ALL_OURS ", (1, 'lan', false), (1, 'example', true)");
    g_autoptr(GPtrArray) links = g_ptr_array_new_with_free_func((GDestroyNotify)network_link_free);
    const Uplink uplink = {.interface = 1, .name = "lo"};

    resolved_read_links(properties, OURS, &uplink, links);
    g_assert_cmpuint(links->len, ==, 2);
    const NetworkLink *first = g_ptr_array_index(links, 0);
    g_assert_cmpstr(first->name, ==, "lo");
    g_assert_cmpuint(first->servers->len, ==, 2);
    g_assert_cmpstr(first->domains[0], ==, "lan");
    g_assert_cmpstr(first->domains[1], ==, "~example");
    g_assert_false(first->vpn);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolved-facts/asks-us-about-every-name", asks_us_about_every_name);
    g_test_add_func("/resolved-facts/less-is-not-enough", less_is_not_enough);
    g_test_add_func("/resolved-facts/nothing-known-is-nothing", nothing_known_is_nothing);
    g_test_add_func("/resolved-facts/rival-wants-every-name-and-has-servers",
                    rival_wants_every_name_and_has_servers);
    g_test_add_func("/resolved-facts/links-are-read-the-uplinks-first",
                    links_are_read_the_uplinks_first);
    return g_test_run();
}
