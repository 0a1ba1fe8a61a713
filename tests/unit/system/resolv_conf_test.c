/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom programs ask, by resolv.conf, and whether that is us. */
#include "resolv_conf.h"

#include <glib.h>

#define OURS "nameserver 198.19.53.53\nnameserver fd53:6f74:746f::53\n"

static void expect_servers(const char *text, const char *expected)
{
    g_autoptr(GString) found = g_string_new("");
    char host[ADDRESS_MAX_TEXT];
    ResolvConf conf;

    resolv_conf_parse(text, &conf);
    for (size_t i = 0; i < conf.count; i++)
        g_string_append_printf(found, "%s%s", i > 0 ? " " : "",
                               address_format_host(&conf.servers[i], host));
    g_assert_cmpstr(found->str, ==, expected);
}

static bool leads_here(const char *text, LocalStub stub)
{
    Address own[2];
    ResolvConf conf;

    g_assert_cmpint(address_parse("198.19.53.53", 53, &own[0]), ==, STATUS_OK);
    g_assert_cmpint(address_parse("fd53:6f74:746f::53", 53, &own[1]), ==, STATUS_OK);
    resolv_conf_parse(text, &conf);
    return resolv_conf_leads_to(&conf, own, stub);
}

static void servers_in_order(void)
{
    expect_servers("# Generated\nsearch lan\nnameserver 192.0.2.1\nnameserver\t 2001:db8::1 # x\n",
                   "192.0.2.1 2001:db8::1");
}

static void three_count(void)
{
    expect_servers("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
                   "nameserver 192.0.2.4\n",
                   "192.0.2.1 192.0.2.2 192.0.2.3");
}

static void bad_lines_count_for_nothing(void)
{
    expect_servers(
        " nameserver 192.0.2.1\nnameservers 192.0.2.2\nnameserver\nnameserver x.example\n"
        "#nameserver 192.0.2.3\nnameserver 192.0.2.4",
        "192.0.2.4");
}

static void none_is_this_machine(void)
{
    expect_servers("", "127.0.0.1");
    expect_servers("search lan\n", "127.0.0.1");
}

static void missing_file_names_none(void)
{
    ResolvConf conf;
    char host[ADDRESS_MAX_TEXT];

    resolv_conf_read("/nonexistent/resolv.conf", &conf);
    g_assert_cmpuint(conf.count, ==, 1);
    g_assert_cmpstr(address_format_host(&conf.servers[0], host), ==, "127.0.0.1");
}

static void own_addresses_lead_here(void)
{
    g_assert_true(leads_here(OURS, LOCAL_STUB_NONE));
    g_assert_true(leads_here("nameserver 198.19.53.53\n", LOCAL_STUB_NONE));
}

static void another_one_does_not(void)
{
    g_assert_false(leads_here("nameserver 192.0.2.1\n", LOCAL_STUB_NONE));
    g_assert_false(leads_here("", LOCAL_STUB_NONE));
    g_assert_false(leads_here("nameserver 127.0.0.53\n", LOCAL_STUB_NONE));
}

static void another_one_beside_ours_does_not(void)
{
    g_assert_false(leads_here(OURS "nameserver 192.0.2.1\n", LOCAL_STUB_NONE));
    g_assert_true(leads_here(OURS "nameserver 198.19.53.53\nnameserver 192.0.2.1\n",
                             LOCAL_STUB_NONE)); /* nobody reads the fourth */
}

static void stubs_lead_here_where_they_are_in_use(void)
{
    g_assert_true(leads_here("nameserver 127.0.0.53\n", LOCAL_STUB_RESOLVED));
    g_assert_false(leads_here("nameserver 127.0.0.1\n", LOCAL_STUB_RESOLVED));
    g_assert_true(leads_here("nameserver 127.0.1.1\n", LOCAL_STUB_DNSMASQ));
    g_assert_true(leads_here("", LOCAL_STUB_DNSMASQ));
    g_assert_false(leads_here("nameserver 127.0.0.53\n", LOCAL_STUB_DNSMASQ));
    g_assert_true(leads_here("nameserver 127.0.0.77\n", LOCAL_STUB_ANY));
    g_assert_true(leads_here("nameserver ::1\n", LOCAL_STUB_ANY));
    g_assert_false(leads_here("nameserver 192.0.2.1\n", LOCAL_STUB_ANY));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolv-conf/servers-in-order", servers_in_order);
    g_test_add_func("/resolv-conf/three-count", three_count);
    g_test_add_func("/resolv-conf/bad-lines-count-for-nothing", bad_lines_count_for_nothing);
    g_test_add_func("/resolv-conf/none-is-this-machine", none_is_this_machine);
    g_test_add_func("/resolv-conf/missing-file-names-none", missing_file_names_none);
    g_test_add_func("/resolv-conf/own-addresses-lead-here", own_addresses_lead_here);
    g_test_add_func("/resolv-conf/another-one-does-not", another_one_does_not);
    g_test_add_func("/resolv-conf/another-one-beside-ours-does-not",
                    another_one_beside_ours_does_not);
    g_test_add_func("/resolv-conf/stubs-lead-here-where-they-are-in-use",
                    stubs_lead_here_where_they_are_in_use);
    return g_test_run();
}
