/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "address.h"

#include <arpa/inet.h>
#include <glib.h>

static void assert_format(const char *text, const char *expected, const char *host)
{
    Address address;
    char buffer[ADDRESS_MAX_TEXT];

    g_assert_cmpint(address_parse(text, 53, &address), ==, STATUS_OK);
    g_assert_cmpstr(address_format(&address, buffer), ==, expected);
    g_assert_cmpstr(address_format_host(&address, buffer), ==, host);
}

static void every_form_is_read(void)
{
    assert_format("192.0.2.1", "192.0.2.1:53", "192.0.2.1");
    assert_format("192.0.2.1:5300", "192.0.2.1:5300", "192.0.2.1");
    assert_format("192.0.2.1:0", "192.0.2.1:0", "192.0.2.1");
    assert_format("2001:db8::1", "[2001:db8::1]:53", "2001:db8::1");
    assert_format("[2001:db8::1]", "[2001:db8::1]:53", "2001:db8::1");
    assert_format("[2001:db8::1]:853", "[2001:db8::1]:853", "2001:db8::1");
    assert_format("[fe80::1%lo]:65535", "[fe80::1%lo]:65535", "fe80::1%lo");
    assert_format("fe80::1%999999", "[fe80::1%999999]:53", "fe80::1%999999");
}

static void anything_else_is_malformed(void)
{
    static const char *const bad[] = {
        "",
        "dns.example",
        "192.0.2",
        "192.0.2.1:",
        "192.0.2.1:65536",
        "192.0.2.1:-1",
        "192.0.2.1:+1",
        "192.0.2.1: 53",
        "192.0.2.1:53x",
        "[192.0.2.1]:53",
        "[2001:db8::1",
        "[2001:db8::1]x",
        "[2001:db8::1]:",
        "2001:db8::1::",
        "fe80::1%",
        "fe80::1%no-such-link",
        " 192.0.2.1",
        "192.0.2.1 ",
        "[]:53",
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000001.2.3.4",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        Address address;

        if (address_parse(bad[i], 53, &address) != STATUS_MALFORMED)
            g_test_fail_printf("\"%s\" was accepted", bad[i]);
    }
}

static void hosts_compare_without_ports(void)
{
    Address a, b, c;

    g_assert_cmpint(address_parse("192.0.2.1:1", 0, &a), ==, STATUS_OK);
    g_assert_cmpint(address_parse("192.0.2.1:2", 0, &b), ==, STATUS_OK);
    g_assert_cmpint(address_parse("[::ffff:192.0.2.1]:1", 0, &c), ==, STATUS_OK);
    g_assert_true(address_same_host(&a, &b));
    g_assert_false(address_equal(&a, &b));
    g_assert_false(address_same_host(&a, &c));
    address_set_port(&b, 1);
    g_assert_true(address_equal(&a, &b));
}

static void zeroed_is_no_address(void)
{
    Address none = {0};
    char text[ADDRESS_MAX_TEXT];

    g_assert_false(address_is_set(&none));
    g_assert_cmpuint(address_port(&none), ==, 0);
    g_assert_cmpuint(address_length(&none), ==, 0);
    g_assert_cmpstr(address_format(&none, text), ==, "none");
}

static bool is_remote(const char *text)
{
    Address address;

    g_assert_cmpint(address_parse(text, 53, &address), ==, STATUS_OK);
    return address_is_remote(&address);
}

static void remote_is_what_one_other_machine_can_have(void)
{
    static const char *const remote[] = {"192.0.2.1",   "10.0.0.1", "223.255.255.255",
                                         "2001:db8::1", "fd00::1",  "::ffff:192.0.2.1"};
    static const char *const others[] = {"0.0.0.0", "127.1.2.3", "224.0.0.1", "255.255.255.255",
                                         "::",      "::1",       "ff02::1",   "::ffff:127.0.0.1"};

    for (size_t i = 0; i < G_N_ELEMENTS(remote); i++)
        g_assert_true(is_remote(remote[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(is_remote(others[i]));
    g_assert_false(address_is_remote(&(Address){0}));
}

static void link_is_set_where_it_matters(void)
{
    static const char *const texts[] = {"fe80::1%7", "2001:db8::1", "198.51.100.1"};
    Address address;

    g_assert_cmpint(address_parse("fe80::1", 53, &address), ==, STATUS_OK);
    address_set_link(&address, 7);
    g_assert_cmpuint(address.socket.v6.sin6_scope_id, ==, 7);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        Address before, after;

        g_assert_cmpint(address_parse(texts[i], 53, &before), ==, STATUS_OK);
        after = before;
        address_set_link(&after, 8);
        g_assert_true(address_equal(&before, &after));
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address/every-form-is-read", every_form_is_read);
    g_test_add_func("/address/anything-else-is-malformed", anything_else_is_malformed);
    g_test_add_func("/address/hosts-compare-without-ports", hosts_compare_without_ports);
    g_test_add_func("/address/remote-is-what-one-other-machine-can-have",
                    remote_is_what_one_other_machine_can_have);
    g_test_add_func("/address/zeroed-is-no-address", zeroed_is_no_address);
    g_test_add_func("/address/link-is-set-where-it-matters", link_is_set_where_it_matters);
    return g_test_run();
}
