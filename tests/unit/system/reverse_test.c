/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subnets as zones of reverse names. */
#include "reverse.h"

static char *zones_of(const char *subnet, unsigned prefix)
{
    GPtrArray *zones = g_ptr_array_new();
    Address address;

    g_assert_cmpint(address_parse(subnet, 0, &address), ==, STATUS_OK);
    reverse_zones_add(zones, &address, prefix);
    g_ptr_array_add(zones, NULL);
    g_auto(GStrv) texts = (char **)g_ptr_array_free(zones, FALSE);
    return g_strjoinv(" ", texts);
}

static void expect_zones(const char *subnet, unsigned prefix, const char *expected)
{
    g_autofree char *zones = zones_of(subnet, prefix);

    g_assert_cmpstr(zones, ==, expected);
}

static void whole_labels_are_one_zone(void)
{
    expect_zones("172.16.10.7", 24, "10.16.172.in-addr.arpa");
    expect_zones("10.1.2.3", 8, "10.in-addr.arpa");
    expect_zones("192.168.1.9", 32, "9.1.168.192.in-addr.arpa");
    expect_zones("fd12:3456:789a::1", 48, "a.9.8.7.6.5.4.3.2.1.d.f.ip6.arpa");
}

static void part_of_a_label_is_several(void)
{
    expect_zones("192.168.6.1", 23, "6.168.192.in-addr.arpa 7.168.192.in-addr.arpa");
    expect_zones("fd00:9::", 31, "8.0.0.0.0.0.d.f.ip6.arpa 9.0.0.0.0.0.d.f.ip6.arpa");
}

static void too_much_is_nothing(void)
{
    expect_zones("0.0.0.0", 0, "");
    expect_zones("0.0.0.0", 1, "");
    expect_zones("::", 0, "");
    expect_zones("10.0.0.0", 9, ""); /* 128 zones */
    expect_zones("192.168.1.128", 25, "");
}

static void private_addresses_are_known(void)
{
    static const char *const is[] = {"10.1.2.3",    "172.31.0.1", "192.168.0.1", "100.64.10.1",
                                     "169.254.1.1", "fd00::1",    "fe80::1"};
    static const char *const is_not[] = {"9.9.9.9", "172.32.0.1", "100.128.0.1", "2001:db8::1"};
    Address address;

    for (gsize i = 0; i < G_N_ELEMENTS(is); i++) {
        g_assert_cmpint(address_parse(is[i], 0, &address), ==, STATUS_OK);
        g_assert_true(reverse_is_private(&address));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(is_not); i++) {
        g_assert_cmpint(address_parse(is_not[i], 0, &address), ==, STATUS_OK);
        g_assert_false(reverse_is_private(&address));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reverse/whole-labels-are-one-zone", whole_labels_are_one_zone);
    g_test_add_func("/reverse/part-of-a-label-is-several", part_of_a_label_is_several);
    g_test_add_func("/reverse/too-much-is-nothing", too_much_is_nothing);
    g_test_add_func("/reverse/private-addresses-are-known", private_addresses_are_known);
    return g_test_run();
}
