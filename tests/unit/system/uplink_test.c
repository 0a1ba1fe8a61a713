/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way out, by the kernel's tables of routes. */
#include "uplink.h"

#include <glib.h>

#define HEADINGS                                                                                   \
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
#define DEFAULT_BY(name, metric)                                                                   \
    name "\t00000000\t010A4064\t0003\t0\t0\t" metric "\t00000000\t0\t0\t0\n"
#define NOWHERE6 "00000000000000000000000000000000"
#define ROUTER6  "fe800000000000000000000000000001"
#define DEFAULT6(hop, flags, name)                                                                 \
    NOWHERE6 " 00 " NOWHERE6 " 00 " hop " 00000400 00000001 00000000 " flags "     " name "\n"

static void expect(const char *routes4, const char *routes6, const char *name, bool ipv4, bool ipv6)
{
    Uplink uplink;

    uplink_parse(routes4, routes6, &uplink);
    g_assert_cmpstr(uplink.name, ==, name);
    g_assert_cmpint(uplink.ipv4, ==, ipv4);
    g_assert_cmpint(uplink.ipv6, ==, ipv6);
}

static void expect_gateway(const char *routes4, const char *routes6, const char *expected)
{
    char text[ADDRESS_MAX_TEXT];
    Uplink uplink;

    uplink_parse(routes4, routes6, &uplink);
    g_assert_cmpstr(address_format_host(&uplink.gateway, text), ==, expected);
}

static void none_is_offline(void)
{
    expect("", "", "", false, false);
    expect(HEADINGS, "", "", false, false);
    expect(HEADINGS "eth0\t000A4064\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", "", "", false,
           false);
    expect(HEADINGS "eth0\t00000000\n", "", "", false, false);
}

static void least_metric_leads(void)
{
    expect(HEADINGS DEFAULT_BY("slow9", "600") DEFAULT_BY("fast9", "100"), "", "fast9", true,
           false);
}

static void half_of_the_world_is_no_default(void)
{
    expect(HEADINGS "tun9\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n", "", "", false,
           false);
}

static void gateway_is_read(void)
{
    expect_gateway(HEADINGS DEFAULT_BY("eth9", "0"), "", "100.64.10.1");
    expect_gateway("", DEFAULT6(ROUTER6, "00000003", "eth9"), "fe80::1");
}

static void other_family_counts_on_the_same_link(void)
{
    expect(HEADINGS DEFAULT_BY("eth9", "0"), DEFAULT6(ROUTER6, "00000003", "eth9"), "eth9", true,
           true);
    expect(HEADINGS DEFAULT_BY("eth9", "0"), DEFAULT6(ROUTER6, "00000003", "eth8"), "eth9", true,
           false);
    expect("", DEFAULT6(ROUTER6, "00000003", "eth9"), "eth9", false, true);
}

static void unreachable_leads_nowhere(void)
{
    expect("", DEFAULT6(NOWHERE6, "00200200", "lo"), "", false, false);
    expect(HEADINGS "eth9\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n", "", "", false,
           false);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uplink/none-is-offline", none_is_offline);
    g_test_add_func("/uplink/least-metric-leads", least_metric_leads);
    g_test_add_func("/uplink/half-of-the-world-is-no-default", half_of_the_world_is_no_default);
    g_test_add_func("/uplink/gateway-is-read", gateway_is_read);
    g_test_add_func("/uplink/other-family-counts-on-the-same-link",
                    other_family_counts_on_the_same_link);
    g_test_add_func("/uplink/unreachable-leads-nowhere", unreachable_leads_nowhere);
    return g_test_run();
}
