/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint_spec.h"

#include "stamp.h"

#include <string.h>

#define PIN "LMBMgb0IMGxIHzpXYKnJUgrNhPzTPWvMzbYxTJkJeUA="

static void tls_with_a_name(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *endpoint = endpoint_spec_parse("tls://192.0.2.1#dns.example", &error);

    g_assert_no_error(error);
    g_assert_cmpint(endpoint->kind, ==, ENDPOINT_DOT);
    g_assert_cmpuint(address_port(&endpoint->address), ==, 853);
    g_assert_cmpstr(endpoint->host, ==, "dns.example");
    g_assert_cmpuint(endpoint->pin_count, ==, 0);
    endpoint_unref(endpoint);
}

static void tls_with_a_name_and_two_pins(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *endpoint = endpoint_spec_parse(
        "tls://[2001:db8::1]:8853#dns.example&pin-sha256=" PIN "&pin-sha256=" PIN, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(address_port(&endpoint->address), ==, 8853);
    g_assert_cmpuint(endpoint->pin_count, ==, 2);
    endpoint_unref(endpoint);
}

static void tls_by_pin_alone(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *endpoint = endpoint_spec_parse("tls://192.0.2.1#pin-sha256=" PIN, &error);

    g_assert_no_error(error);
    g_assert_null(endpoint->host);
    g_assert_cmpuint(endpoint->pin_count, ==, 1);
    endpoint_unref(endpoint);
}

static void quic_with_a_name_and_a_pin(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *endpoint =
        endpoint_spec_parse("quic://[2001:db8::1]#dns.example&pin-sha256=" PIN, &error);

    g_assert_no_error(error);
    g_assert_cmpint(endpoint->kind, ==, ENDPOINT_DOQ);
    g_assert_cmpuint(address_port(&endpoint->address), ==, 853);
    g_assert_cmpstr(endpoint->host, ==, "dns.example");
    g_assert_cmpuint(endpoint->pin_count, ==, 1);
    endpoint_unref(endpoint);
}

static void https_with_a_path_and_a_name(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *endpoint = endpoint_spec_parse("https://192.0.2.1/dns-query#dns.example", &error);

    g_assert_no_error(error);
    g_assert_cmpint(endpoint->kind, ==, ENDPOINT_DOH);
    g_assert_cmpuint(address_port(&endpoint->address), ==, 443);
    g_assert_cmpstr(endpoint->path, ==, "/dns-query");
    g_assert_cmpstr(endpoint->host, ==, "dns.example");
    endpoint_unref(endpoint);
}

static void https_with_a_port_and_a_pin(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *endpoint =
        endpoint_spec_parse("https://[2001:db8::1]:8443/#dns.example&pin-sha256=" PIN, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(address_port(&endpoint->address), ==, 8443);
    g_assert_cmpstr(endpoint->path, ==, "/");
    g_assert_cmpuint(endpoint->pin_count, ==, 1);
    endpoint_unref(endpoint);
}

static char *stamp_of(StampKind kind, const char *address, const char *host)
{
    const Stamp stamp = {.kind = kind,
                         .address = (char *)address,
                         .host = (char *)host,
                         .path = (char *)"/dns-query",
                         .provider_name = (char *)"2.dnscrypt-cert.example"};

    return stamp_build(&stamp);
}

/* "RELAY/RESOLVER" of two stamps. */
static Endpoint *parse_pair(StampKind relay_kind, StampKind kind, GError **error)
{
    g_autofree char *relay = stamp_of(relay_kind, "192.0.2.1:8443", "relay.example");
    g_autofree char *resolver = stamp_of(kind, "192.0.2.2", "target.example");
    g_autofree char *pair = g_strdup_printf("%s/%s", relay, resolver + strlen("sdns://"));

    return endpoint_spec_parse(pair, error);
}

static void oblivious_resolver_behind_its_relay(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *endpoint = parse_pair(STAMP_ODOH_RELAY, STAMP_ODOH_TARGET, &error);

    g_assert_no_error(error);
    g_assert_cmpint(endpoint->kind, ==, ENDPOINT_ODOH);
    g_assert_cmpstr(endpoint->host, ==, "target.example");
    g_assert_cmpuint(endpoint->port, ==, 443);
    g_assert_cmpint(endpoint->relay->kind, ==, ENDPOINT_DOH);
    g_assert_cmpstr(endpoint->relay->host, ==, "relay.example");
    g_assert_cmpuint(address_port(&endpoint->relay->address), ==, 8443);
    endpoint_unref(endpoint);
}

static void dnscrypt_resolver_behind_its_relay(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *endpoint = parse_pair(STAMP_DNSCRYPT_RELAY, STAMP_DNSCRYPT, &error);

    g_assert_no_error(error);
    g_assert_cmpint(endpoint->kind, ==, ENDPOINT_DNSCRYPT);
    g_assert_cmpint(endpoint->relay->kind, ==, ENDPOINT_DNSCRYPT);
    g_assert_cmpuint(address_port(&endpoint->relay->address), ==, 8443);
    endpoint_unref(endpoint);
}

static void relay_of_another_protocol_is_refused(void)
{
    const StampKind pairs[][2] = {{STAMP_ODOH_RELAY, STAMP_DOH},
                                  {STAMP_ODOH_RELAY, STAMP_DNSCRYPT},
                                  {STAMP_DNSCRYPT_RELAY, STAMP_ODOH_TARGET},
                                  {STAMP_DOH, STAMP_ODOH_TARGET}};

    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(parse_pair(pairs[i][0], pairs[i][1], &error));
        g_assert_nonnull(error);
    }
}

static void dnscrypt_by_parts(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *endpoint = endpoint_spec_dnscrypt(
        "192.0.2.1", "2.dnscrypt-cert.example",
        "B735:1140:206F:225D:3E2B:D822:D7FD:691E:A1C3:3CC8:D666:8D0C:BE04:BFAB:CA43:FB79", &error);

    g_assert_no_error(error);
    g_assert_cmpuint(address_port(&endpoint->address), ==, 443);
    g_assert_cmpuint(endpoint->provider_key[0], ==, 0xb7);
    g_assert_cmpuint(endpoint->provider_key[31], ==, 0x79);
    endpoint_unref(endpoint);
}

/* What a stamp could not say: it is shown and shared as one. */
static void provider_name_is_one_of_a_stamp(void)
{
    g_autofree char *long_name = g_strnfill(256, 'a');
    const char *const bad[] = {"", "2.dnscrypt-cert?ex\tample", "a\nb", "\x7f", long_name};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(endpoint_spec_dnscrypt(
            "192.0.2.1", bad[i], "b7351140206f225d3e2bd822d7fd691ea1c33cc8d6668d0cbe04bfabca43fb79",
            &error));
        g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT);
    }
}

static void empty_specs_are_refused(void)
{
    static const char *const bad[] = {"",          "tls://",  "quic://", "https://",
                                      "https://#", "tls://#", "udp://",  "sdns://"};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(endpoint_spec_parse(bad[i], &error));
        g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT);
    }
}

static void bad_specs_are_refused_with_a_sentence(void)
{
    static const char *const specs[] = {"",
                                        "1.1.1.1",
                                        "tls://dns.example#dns.example",
                                        "tls://192.0.2.1",
                                        "tls://192.0.2.1#",
                                        "tls://192.0.2.1#pin-sha256=abc",
                                        "tls://192.0.2.1#a&b",
                                        "tls://192.0.2.1:99999#a",
                                        "tls://192.0.2.1:0#a",
                                        "quic://192.0.2.1",
                                        "quic://dns.example#dns.example",
                                        "https://192.0.2.1#dns.example",
                                        "https://192.0.2.1/dns-query",
                                        "https://192.0.2.1/dns query#dns.example",
                                        "https://dns.example/dns-query#dns.example",
                                        "udp://192.0.2.1:0",
                                        "udp://name",
                                        "sdns://AQ",
                                        "sdns://!!!",
                                        "http://192.0.2.1"};

    for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(endpoint_spec_parse(specs[i], &error));
        g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT);
        g_assert_true(g_str_has_suffix(error->message, "."));
    }
}

/* What certificate could be of it? A pin with a slip of the pen must not become a name. */
static void name_that_is_none_is_refused(void)
{
    static const char *const specs[] = {"tls://192.0.2.1#pin-sha255=#", "quic://192.0.2.1#a/b",
                                        "tls://192.0.2.1#a\003",
                                        "https://192.0.2.1/dns-query#[::1]"};

    for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(endpoint_spec_parse(specs[i], &error));
        g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT);
    }
}

static void bad_keys_are_refused(void)
{
    static const char *const keys[] = {"", "b7", "zz", NULL};

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(endpoint_spec_dnscrypt("192.0.2.1", "2.x", keys[i], &error));
        g_assert_nonnull(error);
    }
}

static void host_is_looked_up_later(void)
{
    g_autoptr(GError) error = NULL;
    Endpoint *doh = endpoint_spec_parse("https://dns.example/dns-query", &error);
    Endpoint *dot = endpoint_spec_parse("tls://dns.example:8853#pin-sha256=" PIN, &error);

    g_assert_no_error(error);
    g_assert_false(address_is_set(&doh->address));
    g_assert_cmpstr(doh->host, ==, "dns.example");
    g_assert_cmpstr(doh->path, ==, "/dns-query");
    g_assert_cmpuint(doh->port, ==, 443);
    g_assert_cmpuint(dot->port, ==, 8853);
    g_assert_cmpuint(dot->pin_count, ==, 1);
    endpoint_unref(doh);
    endpoint_unref(dot);
}

static void what_is_no_host_is_refused(void)
{
    static const char *const wrong[] = {
        "tls://localhost",
        "tls://192.0.2",
        "tls://dns..example",
        "tls://dns.example:0",
        "tls://dns.example:99999",
        "tls://dns.example:x",
        "tls://dns_x.example",
        "https://dns.exam ple/",
        "udp://dns.example",
        "quic://dns.example#other.example",
        "https://user@dns.example/dns-query",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(endpoint_spec_parse(wrong[i], &error));
        g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/endpoint-spec/tls-with-a-name", tls_with_a_name);
    g_test_add_func("/endpoint-spec/tls-with-a-name-and-two-pins", tls_with_a_name_and_two_pins);
    g_test_add_func("/endpoint-spec/tls-by-pin-alone", tls_by_pin_alone);
    g_test_add_func("/endpoint-spec/quic-with-a-name-and-a-pin", quic_with_a_name_and_a_pin);
    g_test_add_func("/endpoint-spec/https-with-a-path-and-a-name", https_with_a_path_and_a_name);
    g_test_add_func("/endpoint-spec/https-with-a-port-and-a-pin", https_with_a_port_and_a_pin);
    g_test_add_func("/endpoint-spec/oblivious-resolver-behind-its-relay",
                    oblivious_resolver_behind_its_relay);
    g_test_add_func("/endpoint-spec/dnscrypt-resolver-behind-its-relay",
                    dnscrypt_resolver_behind_its_relay);
    g_test_add_func("/endpoint-spec/relay-of-another-protocol-is-refused",
                    relay_of_another_protocol_is_refused);
    g_test_add_func("/endpoint-spec/dnscrypt-by-parts", dnscrypt_by_parts);
    g_test_add_func("/endpoint-spec/provider-name-is-one-of-a-stamp",
                    provider_name_is_one_of_a_stamp);
    g_test_add_func("/endpoint-spec/empty-specs-are-refused", empty_specs_are_refused);
    g_test_add_func("/endpoint-spec/bad-specs-are-refused-with-a-sentence",
                    bad_specs_are_refused_with_a_sentence);
    g_test_add_func("/endpoint-spec/name-that-is-none-is-refused", name_that_is_none_is_refused);
    g_test_add_func("/endpoint-spec/bad-keys-are-refused", bad_keys_are_refused);
    g_test_add_func("/endpoint-spec/host-is-looked-up-later", host_is_looked_up_later);
    g_test_add_func("/endpoint-spec/what-is-no-host-is-refused", what_is_no_host_is_refused);
    return g_test_run();
}
