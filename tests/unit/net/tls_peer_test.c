/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a TLS client takes for the server it wanted, and whom not. */
#include "tls_peer.h"

#include "log.h"
#include "tls_client.h"

#include <string.h>

#define DAY 86400

/* Connects once; returns how it went. */
static Status outcome(const Credentials *credentials, const TlsTarget *target, TlsFacts *facts)
{
    TlsServer server = echo_server(credentials);
    TlsClient client;

    tls_server_start(&server);
    tls_client_connect(&client, &server, target, NULL);
    tls_client_write(&client, "secret");
    turn_until(&client, client.closed == 1 || client.received->len == strlen("hellosecret"));
    Status status = client.closed > 0 ? client.status : STATUS_OK;
    g_assert_cmpuint(client.connected, ==, (status == STATUS_OK ? 1 : 0));
    if (status != STATUS_OK)
        g_assert_cmpuint(client.received->len, ==, 0);
    if (facts != NULL)
        *facts = client.facts;
    tls_client_clear(&client);
    tls_server_stop(&server);
    return status;
}

static void good_certificate_connects(void)
{
    TlsTarget target = {.host = "dns.example", .alpn = "dot"};
    TlsFacts facts;

    g_assert_cmpint(outcome(tls_fixture.good, &target, &facts), ==, STATUS_OK);
    g_assert_cmpstr(facts.version, ==, "TLS1.3");
    g_assert_cmpstr(facts.alpn, ==, "dot");
    g_assert_true(g_str_has_prefix(facts.cipher, "TLS_"));
    g_assert_false(facts.resumed);
}

static void final_dot_and_letter_case_do_not_matter(void)
{
    TlsTarget target = {.host = "DNS.example.", .alpn = "dot"};

    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_OK);
}

static void address_in_certificate_matches(void)
{
    static const char *const hosts[] = {"192.0.2.7", "2001:db8::7", "[2001:db8::7]"};
    CertificateRequest v4 = {.ip = "192.0.2.7", .from_s = -DAY, .until_s = DAY};
    CertificateRequest v6 = {.ip = "2001:db8::7", .from_s = -DAY, .until_s = DAY};
    Credentials *with_v4 = credentials_new(tls_fixture.authority, &v4);
    Credentials *with_v6 = credentials_new(tls_fixture.authority, &v6);

    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        TlsTarget target = {.host = hosts[i]};

        g_assert_cmpint(outcome(with_v4, &target, NULL), ==,
                        (i == 0 ? STATUS_OK : STATUS_CERT_NAME));
        g_assert_cmpint(outcome(with_v6, &target, NULL), ==,
                        (i > 0 ? STATUS_OK : STATUS_CERT_NAME));
    }
    credentials_free(with_v4);
    credentials_free(with_v6);
}

static void certificate_may_have_to_name_an_address_too(void)
{
    CertificateRequest both = {
        .name = "dns.example", .ip = "192.0.2.7", .from_s = -DAY, .until_s = DAY};
    Credentials *with_address = credentials_new(tls_fixture.authority, &both);
    Address right, wrong, none = {0};

    g_assert_cmpint(address_parse("192.0.2.7", 53, &right), ==, STATUS_OK);
    g_assert_cmpint(address_parse("192.0.2.8", 53, &wrong), ==, STATUS_OK);
    const TlsTarget target = {.host = "dns.example", .also = &right};
    const TlsTarget other = {.host = "dns.example", .also = &wrong};
    const TlsTarget nothing = {.host = "dns.example", .also = &none};

    g_assert_cmpint(outcome(with_address, &target, NULL), ==, STATUS_OK);
    g_assert_cmpint(outcome(with_address, &other, NULL), ==, STATUS_CERT_NAME);
    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_CERT_NAME);
    g_assert_cmpint(outcome(tls_fixture.good, &nothing, NULL), ==, STATUS_OK);
    credentials_free(with_address);
}

static void name_is_sent_but_never_an_address(void)
{
    TlsTarget target = {.host = "dns.example."};
    TlsServer server = echo_server(tls_fixture.good);
    TlsClient client;

    tls_server_start(&server);
    tls_client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.connected == 1);
    tls_client_clear(&client);
    tls_server_stop(&server);
    g_assert_cmpstr(server.sni, ==, "dns.example");

    server = echo_server(tls_fixture.good);
    target.host = "192.0.2.1";
    tls_server_start(&server);
    tls_client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.closed == 1);
    tls_client_clear(&client);
    tls_server_stop(&server);
    g_assert_cmpstr(server.sni, ==, "none");
}

static void wrong_name_is_refused(void)
{
    TlsTarget target = {.host = "other.example"};

    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_CERT_NAME);
}

static void empty_name_is_refused(void)
{
    TlsTarget target = {.host = ""};

    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), !=, STATUS_OK);
}

static void expired_is_refused(void)
{
    TlsTarget target = {.host = "dns.example"};

    g_assert_cmpint(outcome(tls_fixture.expired, &target, NULL), ==, STATUS_CERT_EXPIRED);
}

static void not_yet_valid_is_refused(void)
{
    TlsTarget target = {.host = "dns.example"};

    g_assert_cmpint(outcome(tls_fixture.future, &target, NULL), ==, STATUS_CERT_NOT_YET_VALID);
}

static void self_signed_is_refused(void)
{
    TlsTarget target = {.host = "dns.example"};

    g_assert_cmpint(outcome(tls_fixture.self_signed, &target, NULL), ==, STATUS_CERT_UNTRUSTED);
}

static void pin_alone_replaces_the_chain(void)
{
    TlsDigest pins[2] = {{0}};
    TlsTarget target = {.pins = (const TlsDigest *)pins, .pin_count = 2};

    memcpy(pins[1], tls_fixture.self_signed->key_digest,
           sizeof pins[1]); /* the backup pin matches */
    g_assert_cmpint(outcome(tls_fixture.self_signed, &target, NULL), ==, STATUS_OK);
    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_CERT_PIN);
}

static void neither_name_nor_pin_is_refused(void)
{
    TlsTarget target = {.alpn = "dot"};

    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_CERT_PIN);
}

static void pin_comes_on_top_of_the_name(void)
{
    TlsTarget target = {.host = "dns.example",
                        .pins = (const TlsDigest *)&tls_fixture.good->key_digest,
                        .pin_count = 1};

    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_OK);
    target.pins = (const TlsDigest *)&tls_fixture.good->authority_key_digest;
    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_OK);
    target.pins = (const TlsDigest *)&tls_fixture.good->body_digest; /* a hash is no pin */
    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_CERT_PIN);
    target.pins = (const TlsDigest *)&tls_fixture.self_signed->key_digest;
    g_assert_cmpint(outcome(tls_fixture.self_signed, &target, NULL), ==, STATUS_CERT_UNTRUSTED);
}

static void appended_certificate_matches_no_pin(void)
{
    TlsTarget target = {.pins = (const TlsDigest *)&tls_fixture.self_signed->authority_key_digest,
                        .pin_count = 1};

    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_OK);
    g_assert_cmpint(outcome(tls_fixture.self_signed, &target, NULL), ==, STATUS_CERT_PIN);
}

static void hash_comes_on_top_of_the_name(void)
{
    TlsTarget target = {.host = "dns.example",
                        .hashes = (const TlsDigest *)&tls_fixture.good->body_digest,
                        .hash_count = 1};

    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_OK);
    target.hashes = (const TlsDigest *)&tls_fixture.good->key_digest; /* a pin is no hash */
    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_CERT_PIN);
    target.hashes = (const TlsDigest *)&tls_fixture.good->body_digest;
    target.host = "other.example";
    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_CERT_NAME);
}

static void garbage_is_no_certificate(void)
{
    static const uint8_t bytes[][8] = {
        {0x30, 0x80}, {0x30, 0x84, 0, 0, 0, 1}, {0x30, 0x06, 0x30, 0x7f}, {0x30, 0x82, 0xff}, {0}};

    for (size_t i = 0; i < G_N_ELEMENTS(bytes); i++) {
        for (size_t length = 0; length <= sizeof bytes[i]; length++) {
            g_autofree uint8_t *copy = g_memdup2(bytes[i], length); /* seen by ASan */
            TlsDigest digest;

            g_assert_cmpint(tls_body_digest(copy, length, digest), ==, STATUS_MALFORMED);
            g_assert_cmpint(tls_key_digest(copy, length, digest), ==, STATUS_MALFORMED);
        }
    }
}

static void missing_trust_store_trusts_nobody(void)
{
    TlsContext *empty = tls_context_new("/nonexistent/ca.pem");
    TlsContext *full = tls_fixture.context;
    TlsTarget target = {.host = "dns.example"};

    g_assert_cmpint(tls_context_load(empty), ==, STATUS_IO);
    tls_fixture.context = empty;
    g_assert_cmpint(outcome(tls_fixture.good, &target, NULL), ==, STATUS_CERT_UNTRUSTED);
    tls_fixture.context = full;
    tls_context_free(empty);
}

#define add(name, function) g_test_add_func("/tls-peer/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    if (g_test_verbose())
        log_set_level(LOG_LEVEL_DEBUG);
    tls_fixture_set_up();
    add("good-certificate-connects", good_certificate_connects);
    add("final-dot-and-letter-case-do-not-matter", final_dot_and_letter_case_do_not_matter);
    add("address-in-certificate-matches", address_in_certificate_matches);
    add("certificate-may-have-to-name-an-address-too", certificate_may_have_to_name_an_address_too);
    add("name-is-sent-but-never-an-address", name_is_sent_but_never_an_address);
    add("wrong-name-is-refused", wrong_name_is_refused);
    add("empty-name-is-refused", empty_name_is_refused);
    add("expired-is-refused", expired_is_refused);
    add("not-yet-valid-is-refused", not_yet_valid_is_refused);
    add("self-signed-is-refused", self_signed_is_refused);
    add("pin-alone-replaces-the-chain", pin_alone_replaces_the_chain);
    add("neither-name-nor-pin-is-refused", neither_name_nor_pin_is_refused);
    add("pin-comes-on-top-of-the-name", pin_comes_on_top_of_the_name);
    add("appended-certificate-matches-no-pin", appended_certificate_matches_no_pin);
    add("hash-comes-on-top-of-the-name", hash_comes_on_top_of_the_name);
    add("garbage-is-no-certificate", garbage_is_no_certificate);
    add("missing-trust-store-trusts-nobody", missing_trust_store_trusts_nobody);
    int result = g_test_run();
    tls_fixture_tear_down();
    return result;
}
