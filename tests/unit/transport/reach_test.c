/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In a network namespace without IPv4 routes, but for the one that a test adds. */
#include "reach.h"

#include "network_namespace.h"

static void assert_reached(const Nat64Prefix *nat64, const char *address, const char *expected)
{
    char text[ADDRESS_MAX_TEXT];
    Address parsed, reached;

    g_assert_cmpint(address_parse(address, 853, &parsed), ==, STATUS_OK);
    reached = reach_address(nat64, &parsed);
    g_assert_cmpstr(address_format(&reached, text), ==, expected);
}

static void without_a_translator_nothing_changes(void)
{
    const Nat64Prefix none = {0};

    if (!network_namespace_enter())
        return;
    assert_reached(NULL, "198.51.100.53", "198.51.100.53:853");
    assert_reached(&none, "198.51.100.53", "198.51.100.53:853");
}

static void ipv4_is_reached_through_the_translator(void)
{
    if (!network_namespace_enter())
        return;
    assert_reached(&nat64_well_known, "198.51.100.53", "[64:ff9b::c633:6435]:853");
    assert_reached(&nat64_well_known, "198.51.100.53:8443", "[64:ff9b::c633:6435]:8443");
}

static void ipv6_is_reached_directly(void)
{
    if (!network_namespace_enter())
        return;
    assert_reached(&nat64_well_known, "2001:db8::53", "[2001:db8::53]:853");
}

static void private_addresses_are_not_translated(void)
{
    if (!network_namespace_enter())
        return;
    assert_reached(&nat64_well_known, "10.0.0.53", "10.0.0.53:853");
    assert_reached(&nat64_well_known, "127.0.0.1", "127.0.0.1:853");
}

/* A VPN's, or 464XLAT's on this machine. */
static void what_has_a_route_is_reached_directly(void)
{
    if (!network_namespace_enter())
        return;
    if (!network_namespace_run("ip link set lo up") ||
        !network_namespace_run("ip route add 198.51.100.0/24 dev lo")) {
        g_test_skip("routes cannot be added here");
        return;
    }
    assert_reached(&nat64_well_known, "198.51.100.53", "198.51.100.53:853");
    assert_reached(&nat64_well_known, "203.0.113.53", "[64:ff9b::cb00:7135]:853");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reach/without-a-translator-nothing-changes",
                    without_a_translator_nothing_changes);
    g_test_add_func("/reach/ipv4-is-reached-through-the-translator",
                    ipv4_is_reached_through_the_translator);
    g_test_add_func("/reach/ipv6-is-reached-directly", ipv6_is_reached_directly);
    g_test_add_func("/reach/private-addresses-are-not-translated",
                    private_addresses_are_not_translated);
    g_test_add_func("/reach/what-has-a-route-is-reached-directly",
                    what_has_a_route_is_reached_directly);
    return g_test_run();
}
