/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Endpoints out of stamps, and how they are told apart and named. */
#include "endpoint.h"

#include <glib.h>
#include <string.h>

static Endpoint *from(Stamp *stamp, Status expected)
{
    Endpoint *endpoint = NULL;
    g_assert_cmpint(endpoint_from_stamp(stamp, &endpoint), ==, expected);
    return endpoint;
}

static void described_as(Stamp stamp, const char *text)
{
    Endpoint *endpoint = from(&stamp, STATUS_OK);
    g_autofree char *described = endpoint_describe(endpoint);
    g_assert_cmpstr(described, ==, text);
    endpoint_unref(endpoint);
}

static void stamps_are_described(void)
{
    described_as((Stamp){.kind = STAMP_PLAIN, .address = (char *)"192.0.2.1"},
                 "dns://192.0.2.1:53");
    described_as((Stamp){.kind = STAMP_DNSCRYPT,
                         .address = (char *)"[2001:db8::1]:8443",
                         .provider_name = (char *)"2.dnscrypt-cert.example"},
                 "dnscrypt://[2001:db8::1]:8443#2.dnscrypt-cert.example");
    described_as((Stamp){.kind = STAMP_DNSCRYPT,
                         .address = (char *)"192.0.2.1",
                         .provider_name = (char *)"2.dnscrypt-cert.example"},
                 "dnscrypt://192.0.2.1:443#2.dnscrypt-cert.example");
    described_as((Stamp){.kind = STAMP_DOH,
                         .address = (char *)"192.0.2.1",
                         .host = (char *)"dns.example",
                         .path = (char *)"/dns-query"},
                 "https://192.0.2.1:443/dns-query#dns.example");
    described_as(
        (Stamp){.kind = STAMP_DOT, .address = (char *)"192.0.2.1", .host = (char *)"dns.example"},
        "tls://192.0.2.1:853#dns.example");
    described_as(
        (Stamp){.kind = STAMP_DOQ, .address = (char *)"192.0.2.1", .host = (char *)"dns.example"},
        "quic://192.0.2.1:853#dns.example");
}

static void host_gives_the_port(void)
{
    Stamp stamp = {
        .kind = STAMP_DOT, .address = (char *)"192.0.2.1", .host = (char *)"dns.example:8853"};
    described_as(stamp, "tls://192.0.2.1:8853#dns.example");
    stamp.address = (char *)"192.0.2.1:853";
    described_as(stamp, "tls://192.0.2.1:853#dns.example");
    stamp.address = (char *)"2001:db8::1";
    stamp.host = (char *)"[2001:db8::1]:443";
    described_as(stamp, "tls://[2001:db8::1]:443#2001:db8::1");
    stamp.host = (char *)"2001:db8::1";
    described_as(stamp, "tls://[2001:db8::1]:853#2001:db8::1");
}

static void address_or_host_is_needed(void)
{
    Stamp stamp = {.kind = STAMP_DOT, .address = (char *)"", .host = (char *)"dns.example"};
    described_as(stamp, "tls://dns.example:853");
    stamp.host = (char *)"dns.example:8853";
    described_as(stamp, "tls://dns.example:8853");
    stamp.address = (char *)":853";
    from(&stamp, STATUS_INVALID);
    stamp.host = NULL;
    stamp.address = NULL;
    from(&stamp, STATUS_INVALID);
}

static void derived_has_address_and_relay(void)
{
    Stamp target = {.kind = STAMP_DOT, .host = (char *)"dns.example:8853"};
    Stamp relay_stamp = {.kind = STAMP_DNSCRYPT_RELAY, .address = (char *)"192.0.2.7"};
    Endpoint *endpoint = from(&target, STATUS_OK), *relay = NULL;
    Address address;
    g_assert_cmpint(address_parse("192.0.2.1", 0, &address), ==, STATUS_OK);
    g_assert_cmpint(endpoint_relay_from_stamp(&relay_stamp, &relay), ==, STATUS_OK);
    Endpoint *derived = endpoint_derive(endpoint, relay, &address);
    g_autofree char *text = endpoint_describe(derived);
    g_assert_cmpstr(text, ==, "tls://192.0.2.1:8853#dns.example via dnscrypt://192.0.2.7:443");
    g_assert_false(endpoint_equal(derived, endpoint));
    endpoint_unref(derived);
    endpoint_unref(relay);
    endpoint_unref(endpoint);
}

static void relays_are_unsupported(void)
{
    Stamp stamp = {.kind = STAMP_DNSCRYPT_RELAY, .address = (char *)"192.0.2.1"};
    from(&stamp, STATUS_UNSUPPORTED);
    stamp.kind = STAMP_ODOH_RELAY;
    from(&stamp, STATUS_UNSUPPORTED);
}

static Endpoint *with_hash(size_t length)
{
    static const uint8_t digest[64] = {1, 2, 3};
    g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    Stamp stamp = {
        .kind = STAMP_DOT, .address = (char *)"192.0.2.1", .host = (char *)"dns.example"};
    g_ptr_array_add(hashes, g_bytes_new(digest, length));
    stamp.hashes = hashes;
    Endpoint *endpoint = NULL;
    const Status status = endpoint_from_stamp(&stamp, &endpoint);
    g_assert_cmpint(status, ==, length == 32 || length == 0 ? STATUS_OK : STATUS_INVALID);
    return endpoint;
}

static void hashes_are_kept(void)
{
    Endpoint *endpoint = with_hash(32), *none = with_hash(0);
    g_assert_cmpuint(endpoint->hash_count, ==, 1);
    g_assert_cmpint(endpoint->hashes[0][2], ==, 3);
    g_assert_cmpuint(none->hash_count, ==, 0);
    g_assert_false(endpoint_equal(endpoint, none));
    endpoint_unref(endpoint);
    endpoint_unref(none);
}

static void hash_of_another_length_is_invalid(void)
{
    g_assert_null(with_hash(20));
}

static void equal_compares_everything(void)
{
    Address address;
    g_assert_cmpint(address_parse("192.0.2.1:443", 0, &address), ==, STATUS_OK);
    Endpoint *a = endpoint_new(ENDPOINT_DNSCRYPT, &address);
    Endpoint *b = endpoint_new(ENDPOINT_DNSCRYPT, &address);
    g_assert_true(endpoint_equal(a, b));
    b->provider_key[31] = 1;
    g_assert_false(endpoint_equal(a, b));
    b->provider_key[31] = 0;
    b->provider_name = g_strdup("2.dnscrypt-cert.example");
    g_assert_false(endpoint_equal(a, b));
    endpoint_unref(a);
    endpoint_unref(b);
}

static void references_are_counted(void)
{
    Address address = {0};
    Endpoint *endpoint = endpoint_new(ENDPOINT_PLAIN, &address);
    g_assert_true(endpoint_ref(endpoint) == endpoint);
    endpoint_unref(endpoint);
    g_assert_cmpstr(endpoint_kind_name(endpoint->kind), ==, "plain");
    endpoint_unref(endpoint);
    endpoint_unref(NULL);
}

/* Without a name left there would be nobody to expect in the certificate. */
static void host_that_is_none_is_refused(void)
{
    static const char *const hosts[] = {":443",   "[]", "[]:853", "a/b", "user@dns.example",
                                        "[[::1]]"};
    Stamp stamp = {.kind = STAMP_DOT, .address = (char *)""};

    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        stamp.host = (char *)hosts[i];
        from(&stamp, STATUS_INVALID);
    }
}

/* The endpoint of `stamp` says itself again by a stamp that leads to an equal one. */
static void comes_back(Stamp stamp)
{
    Endpoint *endpoint = from(&stamp, STATUS_OK), *again = NULL;
    g_autofree char *text = endpoint_stamp(endpoint, STAMP_DNSSEC | STAMP_NO_LOG);
    Stamp *built = NULL;
    g_assert_nonnull(text);
    g_assert_cmpint(stamp_parse(text, &built), ==, STATUS_OK);
    g_assert_cmpuint(built->properties, ==, STAMP_DNSSEC | STAMP_NO_LOG);
    again = from(built, STATUS_OK);
    g_assert_true(endpoint_equal(endpoint, again));
    stamp_free(built);
    endpoint_unref(endpoint);
    endpoint_unref(again);
}

static void stamps_come_back(void)
{
    static const char *const addresses[] = {"192.0.2.1", "192.0.2.1:8443", "[2001:db8::1]",
                                            "[2001:db8::1]:8443"};
    static const char *const hosts[] = {"dns.example", "dns.example:8443", "[2001:db8::2]:99",
                                        "2001:db8::2"};
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        char *address = (char *)addresses[i], *host = (char *)hosts[i],
             *path = (char *)"/dns-query";
        comes_back((Stamp){.kind = STAMP_PLAIN, .address = address});
        comes_back((Stamp){.kind = STAMP_DNSCRYPT,
                           .address = address,
                           .provider_key = {1, 2, 3},
                           .provider_name = (char *)"2.dnscrypt-cert.example"});
        comes_back((Stamp){.kind = STAMP_DOH, .address = address, .host = host, .path = path});
        comes_back((Stamp){.kind = STAMP_DOQ, .address = address, .host = host});
        comes_back((Stamp){.kind = STAMP_DOT, .address = (char *)"", .host = host});
        comes_back((Stamp){.kind = STAMP_ODOH_TARGET, .host = host, .path = path});
    }
}

static void stamps_keep_the_hashes(void)
{
    Endpoint *endpoint = with_hash(32), *again = NULL;
    g_autofree char *text = endpoint_stamp(endpoint, 0);
    Stamp *built = NULL;
    g_assert_cmpint(stamp_parse(text, &built), ==, STATUS_OK);
    again = from(built, STATUS_OK);
    g_assert_cmpuint(again->hash_count, ==, 1);
    g_assert_true(endpoint_equal(endpoint, again));
    stamp_free(built);
    endpoint_unref(endpoint);
    endpoint_unref(again);
}

/* A stamp that forgot the pin would let others trust the server for less than we do. */
static void pins_fit_no_stamp(void)
{
    Stamp stamp = {
        .kind = STAMP_DOT, .address = (char *)"192.0.2.1", .host = (char *)"dns.example"};
    Endpoint *endpoint = from(&stamp, STATUS_OK);
    endpoint->pins = g_new0(TlsDigest, 1);
    endpoint->pin_count = 1;
    g_assert_null(endpoint_stamp(endpoint, 0));
    endpoint_unref(endpoint);
}

static void key_alone_fits_no_stamp(void)
{
    Address address;
    g_assert_cmpint(address_parse("192.0.2.1:853", 0, &address), ==, STATUS_OK);
    Endpoint *endpoint = endpoint_new(ENDPOINT_DOT, &address);
    g_assert_null(endpoint_stamp(endpoint, 0));
    endpoint_unref(endpoint);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/endpoint/stamps-are-described", stamps_are_described);
    g_test_add_func("/endpoint/host-gives-the-port", host_gives_the_port);
    g_test_add_func("/endpoint/address-or-host-is-needed", address_or_host_is_needed);
    g_test_add_func("/endpoint/derived-has-address-and-relay", derived_has_address_and_relay);
    g_test_add_func("/endpoint/relays-are-unsupported", relays_are_unsupported);
    g_test_add_func("/endpoint/hashes-are-kept", hashes_are_kept);
    g_test_add_func("/endpoint/hash-of-another-length-is-invalid",
                    hash_of_another_length_is_invalid);
    g_test_add_func("/endpoint/equal-compares-everything", equal_compares_everything);
    g_test_add_func("/endpoint/host-that-is-none-is-refused", host_that_is_none_is_refused);
    g_test_add_func("/endpoint/stamps-come-back", stamps_come_back);
    g_test_add_func("/endpoint/stamps-keep-the-hashes", stamps_keep_the_hashes);
    g_test_add_func("/endpoint/pins-fit-no-stamp", pins_fit_no_stamp);
    g_test_add_func("/endpoint/key-alone-fits-no-stamp", key_alone_fits_no_stamp);
    g_test_add_func("/endpoint/references-are-counted", references_are_counted);
    return g_test_run();
}
