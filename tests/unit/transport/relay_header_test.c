/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hex.h"
#include "relay_header.h"

#include <glib.h>
#include <string.h>

static Endpoint *relayed(const char *server, const char *provider_name)
{
    Address address, relay_address;
    g_assert_cmpint(address_parse(server, 443, &address), ==, STATUS_OK);
    g_assert_cmpint(address_parse("192.0.2.53:8443", 443, &relay_address), ==, STATUS_OK);
    Endpoint *direct = endpoint_new(ENDPOINT_DNSCRYPT, &address);
    Endpoint *relay = endpoint_new(ENDPOINT_DNSCRYPT, &relay_address);
    direct->provider_name = g_strdup(provider_name);
    Endpoint *made = endpoint_derive(direct, relay, NULL);
    endpoint_unref(direct);
    endpoint_unref(relay);
    return made;
}

static void assert_header(const char *server, const char *expected)
{
    uint8_t header[RELAY_HEADER_LENGTH], wanted[RELAY_HEADER_LENGTH];
    Endpoint *endpoint = relayed(server, "2.dnscrypt-cert.example");
    g_assert_cmpuint(hex_read(expected, wanted, sizeof(wanted)), ==, sizeof(wanted));
    g_assert_cmpuint(relay_header_write(endpoint, header), ==, sizeof(header));
    g_assert_cmpmem(header, sizeof(header), wanted, sizeof(wanted));
    endpoint_unref(endpoint);
}

static void ipv4_is_mapped(void)
{
    assert_header("198.51.100.7:5353", "ffffffffffffffff0000"
                                       "00000000000000000000ffffc6336407"
                                       "14e9");
}

static void ipv6_is_itself(void)
{
    assert_header("[2001:db8::35]", "ffffffffffffffff0000"
                                    "20010db8000000000000000000000035"
                                    "01bb");
}

static void none_without_a_relay(void)
{
    Address address;
    g_assert_cmpint(address_parse("198.51.100.7", 443, &address), ==, STATUS_OK);
    Endpoint *endpoint = endpoint_new(ENDPOINT_DNSCRYPT, &address);
    uint8_t header[RELAY_HEADER_LENGTH];
    g_assert_cmpuint(relay_header_write(endpoint, header), ==, 0);
    g_assert_true(address_equal(relay_first_hop(endpoint), &address));
    endpoint_unref(endpoint);
}

static void relay_is_the_first_hop(void)
{
    char text[ADDRESS_MAX_TEXT];
    Endpoint *endpoint = relayed("198.51.100.7", "2.dnscrypt-cert.example");
    g_assert_cmpstr(address_format(relay_first_hop(endpoint), text), ==, "192.0.2.53:8443");
    endpoint_unref(endpoint);
}

static void carries_by_provider_name(void)
{
    static const struct {
        const char *name;
        bool carried;
    } cases[] = {
        {"2.dnscrypt-cert.example", true},
        {"1.dnscrypt-cert.example", false},
        {"2.dnscrypt.example", false},
        {"example", false},
        {NULL, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Endpoint *endpoint = relayed("198.51.100.7", cases[i].name);
        g_assert_cmpint(relay_may_carry(endpoint), ==, cases[i].carried);
        endpoint_unref(endpoint);
    }
}

#define add(name, function) g_test_add_func("/relay-header/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    add("ipv4-is-mapped", ipv4_is_mapped);
    add("ipv6-is-itself", ipv6_is_itself);
    add("none-without-a-relay", none_without_a_relay);
    add("relay-is-the-first-hop", relay_is_the_first_hop);
    add("carries-by-provider-name", carries_by_provider_name);
    return g_test_run();
}
