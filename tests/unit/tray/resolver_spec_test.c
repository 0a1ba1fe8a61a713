/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people give each other for a resolver: cleaned, composed, and read as far as it is plain. */
#include "resolver_spec.h"

#define QUAD9                                                                                      \
    "AQcAAAAAAAAADDkuOS45Ljk6ODQ0MyBnyEe4yHWM0SAkVUO-dWdG3zTfHYTAC4xHA2jfgh2GPhkyLmRuc2NyeXB0LWNl" \
    "cnQucXVhZDkubmV0"
/* 0x02, DNSSEC and no logs, no address, one hash, doh.example, /dns-query */
#define DOH                                                                                        \
    "AgMAAAAAAAAAACABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fIAtkb2guZXhhbXBsZQovZG5zLXF1ZXJ5"
/* 0x81, 192.0.2.9:443 */
#define RELAY "gQ0xOTIuMC4yLjk6NDQz"

static void test_clean(void)
{
    g_autofree char *clean = resolver_spec_clean(" \n sdns://AQ\r\n cA\t\xc2\xa0\n");

    g_assert_cmpstr(clean, ==, "sdns://AQcA");
}

static void assert_composed(const char *address, const char *name, const char *pin,
                            const char *expected)
{
    g_autofree char *spec = resolver_spec_compose(address, name, pin);

    g_assert_cmpstr(spec, ==, expected);
}

static void test_compose(void)
{
    assert_composed("", "dns.example", "AA=", "");
    assert_composed("192.0.2.1", "", "", "tls://192.0.2.1");
    assert_composed("192.0.2.1:8853", "dns.example", "", "tls://192.0.2.1:8853#dns.example");
    assert_composed("2001:db8::1", "dns.example",
                    "AA=", "tls://[2001:db8::1]#dns.example&pin-sha256=AA=");
    assert_composed("[2001:db8::1]:853", "",
                    "pin-sha256=AA=", "tls://[2001:db8::1]:853#pin-sha256=AA=");
}

static void test_dnscrypt(void)
{
    g_auto(ResolverSpec) spec = {NULL};

    resolver_spec_read("sdns://" QUAD9, &spec);
    g_assert_cmpstr(spec.protocol, ==, "dnscrypt");
    g_assert_cmpstr(spec.address, ==, "9.9.9.9:8443");
    g_assert_cmpstr(spec.provider, ==, "2.dnscrypt-cert.quad9.net");
    g_assert_cmpstr(spec.provider_key, ==,
                    "67c847b8c8758cd120245543be756746df34df1d84c00b8c470368df821d863e");
    g_assert_true(spec.dnssec && spec.no_logs && spec.no_filter);
    g_assert_false(spec.relayed || spec.is_relay || spec.is_address);
}

static void test_doh(void)
{
    g_auto(ResolverSpec) spec = {NULL};

    resolver_spec_read("sdns:" DOH, &spec);
    g_assert_cmpstr(spec.protocol, ==, "doh");
    g_assert_null(spec.address);
    g_assert_cmpstr(spec.host, ==, "doh.example");
    g_assert_cmpstr(spec.path, ==, "/dns-query");
    g_assert_true(spec.dnssec && spec.no_logs && !spec.no_filter);
}

static void test_relays(void)
{
    g_auto(ResolverSpec) alone = {NULL};
    g_auto(ResolverSpec) before = {NULL};

    resolver_spec_read("sdns://" RELAY, &alone);
    g_assert_true(alone.is_relay);
    g_assert_null(alone.protocol);
    resolver_spec_read("sdns://" RELAY "/" QUAD9, &before);
    g_assert_true(before.relayed);
    g_assert_cmpstr(before.protocol, ==, "dnscrypt");
}

/* Every shorter one is either not understood, or only lacks its end; none is read beyond it. */
static void test_cut_stamps(void)
{
    for (gsize length = 0; length < sizeof(QUAD9) - 1; length++) {
        g_autofree char *part = g_strndup(QUAD9, length);
        g_autofree char *text = g_strconcat("sdns://", part, NULL);
        g_auto(ResolverSpec) spec = {NULL};

        resolver_spec_read(text, &spec);
        g_assert_null(spec.protocol);
    }
}

static void test_addresses(void)
{
    static const struct {
        const char *text, *protocol, *address, *host, *path, *pin;
    } cases[] = {
        {"tls://192.0.2.1#dns.example&pin-sha256=AA=", "dot", "192.0.2.1", "dns.example", NULL,
         "AA="},
        {"tls://[2001:db8::1]:853#pin-sha256=BB=", "dot", "[2001:db8::1]:853", NULL, NULL, "BB="},
        {"quic://dns.example", "doq", NULL, "dns.example", NULL, NULL},
        {"https://dns.example/dns-query", "doh", NULL, "dns.example", "/dns-query", NULL},
        {"https://192.0.2.1:444/q#dns.example", "doh", "192.0.2.1:444", "dns.example", "/q", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(ResolverSpec) spec = {NULL};

        resolver_spec_read(cases[i].text, &spec);
        g_assert_cmpstr(spec.protocol, ==, cases[i].protocol);
        g_assert_cmpstr(spec.address, ==, cases[i].address);
        g_assert_cmpstr(spec.host, ==, cases[i].host);
        g_assert_cmpstr(spec.path, ==, cases[i].path);
        g_assert_cmpstr(spec.pins != NULL ? spec.pins[0] : NULL, ==, cases[i].pin);
    }
}

static void test_address_alone(void)
{
    static const char *const addresses[] = {"192.0.2.1", "192.0.2.1:53", "2001:db8::1",
                                            "[2001:db8::1]:53"};

    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_auto(ResolverSpec) spec = {NULL};

        resolver_spec_read(addresses[i], &spec);
        g_assert_true(spec.is_address);
        g_assert_null(spec.protocol);
    }
}

static void test_else_is_nothing(void)
{
    static const char *const texts[] = {"",        "dns.example", "tls://",
                                        "sdns://", "sdns://!!!",  "ftp://192.0.2.1"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_auto(ResolverSpec) spec = {NULL};

        resolver_spec_read(texts[i], &spec);
        g_assert_null(spec.protocol);
        g_assert_false(spec.is_address || spec.is_relay);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolver-spec/spaces-and-line-breaks-go", test_clean);
    g_test_add_func("/resolver-spec/parts-make-an-address", test_compose);
    g_test_add_func("/resolver-spec/dnscrypt-stamp-is-read", test_dnscrypt);
    g_test_add_func("/resolver-spec/doh-stamp-is-read", test_doh);
    g_test_add_func("/resolver-spec/relay-is-told-from-a-resolver", test_relays);
    g_test_add_func("/resolver-spec/stamp-cut-short-is-not-understood", test_cut_stamps);
    g_test_add_func("/resolver-spec/addresses-are-read", test_addresses);
    g_test_add_func("/resolver-spec/address-alone-has-to-be-asked", test_address_alone);
    g_test_add_func("/resolver-spec/anything-else-is-not-guessed-at", test_else_is_nothing);
    return g_test_run();
}
