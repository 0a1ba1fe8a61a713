/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNSCrypt certificates: the draft's own, and certificates signed here to try the rules of choice.
 */
#include "certificate.h"
#include "dnscrypt_vectors.h"
#include "hex.h"

#define NOW_S 1000000

static uint8_t provider_key[32], provider_secret[64];

/* A reply that grows by one TXT record a certificate. */
typedef struct Reply {
    uint8_t wire[4096];
    WireWriter writer;
    uint16_t answers;
} Reply;

typedef struct Wish {
    uint16_t es_version;
    uint32_t serial;
    int64_t start_s, end_s;
    bool forged;
    size_t extensions; /* bytes of them */
    size_t split;      /* of each character-string; 0: 255 */
} Wish;

static void reply_begin(Reply *reply)
{
    *reply = (Reply){0};
    reply->writer = wire_writer(reply->wire, sizeof(reply->wire));
    const size_t length = hex_read(VECTOR_CERTIFICATE_QUERY, reply->wire, sizeof(reply->wire));
    wire_put_u16(reply->wire + 2, 0x8180);
    reply->writer.position = length;
}

static size_t build_certificate(const Wish *wish, uint8_t out[1024])
{
    WireWriter writer = wire_writer(out, 1024);
    wire_write_bytes(&writer, "DNSC", 4);
    wire_write_u16(&writer, wish->es_version);
    wire_write_u16(&writer, 0);
    wire_write_zeros(&writer, 64);
    wire_write_bytes(&writer, provider_key, 32); /* any bytes will do for a resolver's key */
    wire_write_u32(&writer, 0x51525354);
    wire_write_u32(&writer, wish->serial);
    wire_write_u32(&writer, wish->serial);
    wire_write_u32(&writer, (uint32_t)wish->start_s);
    wire_write_u32(&writer, (uint32_t)wish->end_s);
    for (size_t i = 0; i < wish->extensions; i++)
        wire_write_u8(&writer, (uint8_t)i);
    crypto_sign_detached(out + 8, NULL, out + 72, writer.position - 72, provider_secret);
    if (wish->forged)
        out[20] ^= 1;
    return writer.position;
}

static void reply_add(Reply *reply, Wish wish)
{
    uint8_t bytes[1024];
    const size_t length = build_certificate(&wish, bytes);
    const size_t piece = wish.split > 0 ? wish.split : 255;
    WireWriter *writer = &reply->writer;
    wire_write_u16(writer, 0xc00c);
    wire_write_u16(writer, RRTYPE_TXT);
    wire_write_u16(writer, CLASS_IN);
    wire_write_u32(writer, 60);
    wire_write_u16(writer, (uint16_t)(length + (length + piece - 1) / piece));
    for (size_t at = 0; at < length; at += piece) {
        const size_t count = MIN(piece, length - at);
        wire_write_u8(writer, (uint8_t)count);
        wire_write_bytes(writer, bytes + at, count);
    }
    wire_put_u16(reply->wire + 6, ++reply->answers);
}

static Status reply_choose(const Reply *reply, Certificate *certificate)
{
    Message view;
    g_assert_false(reply->writer.failed);
    g_assert_cmpint(message_parse(&view, reply->wire, reply->writer.position), ==, STATUS_OK);
    return certificate_choose(&view, provider_key, NOW_S, certificate);
}

static Wish valid(uint16_t es_version, uint32_t serial)
{
    return (Wish){.es_version = es_version, .serial = serial, .start_s = NOW_S, .end_s = NOW_S + 1};
}

static Status parse_vector(size_t flip, Certificate *certificate)
{
    uint8_t key[32], bytes[200];
    hex_read(VECTOR_PROVIDER_KEY, key, sizeof(key));
    const size_t length = hex_read(VECTOR_CERTIFICATE, bytes, sizeof(bytes));
    if (flip < length)
        bytes[flip] ^= 1;
    return certificate_parse(bytes, length, key, certificate);
}

static void draft_certificate_is_read(void)
{
    Certificate certificate;
    g_assert_cmpint(parse_vector(SIZE_MAX, &certificate), ==, STATUS_OK);
    g_assert_cmpint(certificate.cipher, ==, BOX_XCHACHA20);
    g_assert_cmpuint(certificate.serial, ==, 1);
    g_assert_cmpint(certificate.start_s, ==, VECTOR_START_S);
    g_assert_cmpint(certificate.end_s, ==, VECTOR_END_S);
    hex_assert(certificate.client_magic, 8, VECTOR_CLIENT_MAGIC);
    hex_assert(certificate.resolver_key, 32, VECTOR_RESOLVER_KEY);
}

static void draft_response_is_read(void)
{
    uint8_t key[32], bytes[512];
    Message view;
    Certificate certificate;
    hex_read(VECTOR_PROVIDER_KEY, key, sizeof(key));
    const size_t length = hex_read(VECTOR_CERTIFICATE_RESPONSE, bytes, sizeof(bytes));
    g_assert_cmpuint(length, ==, 182);
    g_assert_cmpint(message_parse(&view, bytes, length), ==, STATUS_OK);
    g_assert_cmpint(certificate_choose(&view, key, VECTOR_START_S, &certificate), ==, STATUS_OK);
    g_assert_cmpuint(certificate.serial, ==, 1);
}

static void draft_query_is_written(void)
{
    uint8_t query[512];
    size_t length = 0;
    g_assert_cmpint(certificate_write_query("2.dnscrypt-cert.example.com", 0xabcd, 0, query,
                                            sizeof(query), &length),
                    ==, STATUS_OK);
    hex_assert(query, length, VECTOR_CERTIFICATE_QUERY);
}

static void draft_padded_query_is_written(void)
{
    static const uint8_t zeros[452];
    uint8_t query[512], bare[64];
    size_t length = 0;
    g_assert_cmpint(certificate_write_query("2.dnscrypt-cert.example.com", 0xabcd,
                                            CERTIFICATE_PADDED_QUERY, query, sizeof(query),
                                            &length),
                    ==, STATUS_OK);
    const size_t bare_length = hex_read(VECTOR_CERTIFICATE_QUERY, bare, sizeof(bare));
    bare[11] = 1; /* ARCOUNT */
    g_assert_cmpuint(length, ==, 512);
    g_assert_cmpmem(query, bare_length, bare, bare_length);
    hex_assert(query + bare_length, 15, VECTOR_CERTIFICATE_QUERY_OPT);
    g_assert_cmpmem(query + bare_length + 15, 452, zeros, 452);
}

static void flipped_byte_is_forged(void)
{
    Certificate certificate;
    for (size_t i = 8; i < 124; i++)
        g_assert_cmpint(parse_vector(i, &certificate), ==, STATUS_CERT_FORGED);
    g_assert_cmpint(parse_vector(0, &certificate), ==, STATUS_MALFORMED);
    g_assert_cmpint(parse_vector(5, &certificate), ==, STATUS_UNSUPPORTED);
}

static void window_includes_both_ends(void)
{
    Certificate certificate;
    g_assert_cmpint(parse_vector(SIZE_MAX, &certificate), ==, STATUS_OK);
    g_assert_cmpint(certificate_check_time(&certificate, VECTOR_START_S - 1), ==,
                    STATUS_CERT_NOT_YET_VALID);
    g_assert_cmpint(certificate_check_time(&certificate, VECTOR_START_S), ==, STATUS_OK);
    g_assert_cmpint(certificate_check_time(&certificate, VECTOR_END_S), ==, STATUS_OK);
    g_assert_cmpint(certificate_check_time(&certificate, VECTOR_END_S + 1), ==,
                    STATUS_CERT_EXPIRED);
}

static void highest_serial_wins(void)
{
    Reply reply;
    Certificate certificate;
    reply_begin(&reply);
    reply_add(&reply, valid(2, 7));
    reply_add(&reply, valid(2, 9));
    reply_add(&reply, valid(2, 8));
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_OK);
    g_assert_cmpuint(certificate.serial, ==, 9);
}

static void xchacha20_wins_over_serial(void)
{
    Reply reply;
    Certificate certificate;
    reply_begin(&reply);
    reply_add(&reply, valid(1, 99));
    reply_add(&reply, valid(2, 1));
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_OK);
    g_assert_cmpint(certificate.cipher, ==, BOX_XCHACHA20);
}

static void higher_serial_out_of_date_loses(void)
{
    Reply reply;
    Certificate certificate;
    Wish old = valid(2, 50);
    old.start_s = NOW_S - 10;
    old.end_s = NOW_S - 1;
    reply_begin(&reply);
    reply_add(&reply, old);
    reply_add(&reply, valid(1, 3));
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_OK);
    g_assert_cmpuint(certificate.serial, ==, 3);
}

static void unknown_system_is_skipped(void)
{
    Reply reply;
    Certificate certificate;
    reply_begin(&reply);
    reply_add(&reply, valid(3, 100));
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_CERT_NONE);
    reply_add(&reply, valid(1, 1));
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_OK);
    g_assert_cmpint(certificate.cipher, ==, BOX_XSALSA20);
}

static void extensions_and_split_strings_are_read(void)
{
    Reply reply;
    Certificate certificate;
    Wish wish = valid(2, 4);
    wish.extensions = 300;
    wish.split = 33;
    reply_begin(&reply);
    reply_add(&reply, wish);
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_OK);
    g_assert_cmpuint(certificate.serial, ==, 4);
}

static void empty_window_is_refused(void)
{
    Reply reply;
    Certificate certificate;
    Wish wish = valid(2, 4);
    wish.end_s = wish.start_s;
    reply_begin(&reply);
    reply_add(&reply, wish);
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_CERT_NONE);
}

static void reason_is_the_nearest(void)
{
    Reply reply;
    Certificate certificate;
    Wish forged = valid(2, 1), expired = valid(2, 2), early = valid(2, 3);
    forged.forged = true;
    expired.start_s = NOW_S - 9;
    expired.end_s = NOW_S - 1;
    early.start_s = NOW_S + 1;
    early.end_s = NOW_S + 2;
    reply_begin(&reply);
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_CERT_NONE);
    reply_add(&reply, forged);
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_CERT_FORGED);
    reply_add(&reply, expired);
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_CERT_EXPIRED);
    reply_add(&reply, early);
    g_assert_cmpint(reply_choose(&reply, &certificate), ==, STATUS_CERT_NOT_YET_VALID);
}

static void bad_provider_name_is_told(void)
{
    uint8_t query[512];
    size_t length;
    g_assert_cmpint(certificate_write_query("a..b", 1, 0, query, sizeof(query), &length), ==,
                    STATUS_MALFORMED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(sodium_init(), >=, 0);
    crypto_sign_keypair(provider_key, provider_secret);
    g_test_add_func("/certificate/draft-certificate-is-read", draft_certificate_is_read);
    g_test_add_func("/certificate/draft-response-is-read", draft_response_is_read);
    g_test_add_func("/certificate/draft-query-is-written", draft_query_is_written);
    g_test_add_func("/certificate/draft-padded-query-is-written", draft_padded_query_is_written);
    g_test_add_func("/certificate/flipped-byte-is-forged", flipped_byte_is_forged);
    g_test_add_func("/certificate/window-includes-both-ends", window_includes_both_ends);
    g_test_add_func("/certificate/highest-serial-wins", highest_serial_wins);
    g_test_add_func("/certificate/xchacha20-wins-over-serial", xchacha20_wins_over_serial);
    g_test_add_func("/certificate/higher-serial-out-of-date-loses",
                    higher_serial_out_of_date_loses);
    g_test_add_func("/certificate/unknown-system-is-skipped", unknown_system_is_skipped);
    g_test_add_func("/certificate/extensions-and-split-strings-are-read",
                    extensions_and_split_strings_are_read);
    g_test_add_func("/certificate/empty-window-is-refused", empty_window_is_refused);
    g_test_add_func("/certificate/reason-is-the-nearest", reason_is_the_nearest);
    g_test_add_func("/certificate/bad-provider-name-is-told", bad_provider_name_is_told);
    return g_test_run();
}
