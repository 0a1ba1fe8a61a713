/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Oblivious DoH's messages against published ones. */
#include "odoh_message.h"

#include "hex.h"
#include "odoh_vectors.h"
#include "wire.h"

#include <gnutls/crypto.h>

#define CONFIG_LENGTH 46 /* of the published ObliviousDoHConfigs with its one key */

/* ---- keys ---- */

static void key_is_identified_as_published(void)
{
    uint8_t configs[64];
    size_t length = hex_read(odoh_configs, configs, sizeof configs);
    OdohKey key;

    g_assert_cmpuint(length, ==, CONFIG_LENGTH);
    g_assert_cmpint(odoh_key_parse(configs, length, &key), ==, STATUS_OK);
    hex_assert(key.id, sizeof key.id, odoh_key_id);
    g_assert_cmpmem(key.public_key, sizeof key.public_key, configs + 14, 32);
}

/* The published configuration with another one in front. */
static Status parse_after(const char *first_hex, OdohKey *key)
{
    uint8_t published[64], configs[256];
    WireWriter writer = wire_writer(configs + 2, sizeof configs - 2);
    size_t length = hex_read(odoh_configs, published, sizeof published);
    uint8_t first[128];
    size_t first_length = hex_read(first_hex, first, sizeof first);

    wire_write_bytes(&writer, first, first_length);
    wire_write_bytes(&writer, published + 2, length - 2);
    wire_put_u16(configs, (uint16_t)writer.position);
    return odoh_key_parse(configs, writer.position + 2, key);
}

static void unknown_versions_are_skipped(void)
{
    OdohKey key;

    g_assert_cmpint(parse_after("ff03"
                                "0003"
                                "abcdef",
                                &key),
                    ==, STATUS_OK);
    hex_assert(key.id, sizeof key.id, odoh_key_id);
}

static void unknown_ciphers_are_skipped(void)
{
    OdohKey key;

    g_assert_cmpint(parse_after("0001"
                                "0009"
                                "001000010001"
                                "0001"
                                "aa",
                                &key),
                    ==, STATUS_OK);
    hex_assert(key.id, sizeof key.id, odoh_key_id);
}

static void configuration_without_a_usable_key_is_unsupported(void)
{
    static const uint8_t configs[] = {0, 7, 0xff, 3, 0, 3, 1, 2, 3};
    OdohKey key;

    g_assert_cmpint(odoh_key_parse(configs, sizeof configs, &key), ==, STATUS_UNSUPPORTED);
}

static void broken_configurations_are_malformed(void)
{
    uint8_t configs[64];
    size_t length = hex_read(odoh_configs, configs, sizeof configs);
    OdohKey key;

    for (size_t shorter = 0; shorter < length; shorter++)
        g_assert_cmpint(odoh_key_parse(configs, shorter, &key), ==, STATUS_MALFORMED);
    g_assert_cmpint(odoh_key_parse(configs, length + 1, &key), ==, STATUS_MALFORMED);
    configs[5]--; /* the contents' length */
    g_assert_cmpint(odoh_key_parse(configs, length, &key), ==, STATUS_MALFORMED);
    configs[5]++;
    configs[13]--; /* the key's */
    g_assert_cmpint(odoh_key_parse(configs, length, &key), ==, STATUS_MALFORMED);
    g_assert_cmpint(odoh_key_parse((const uint8_t *)"\0", 2, &key), ==, STATUS_MALFORMED);
}

/* ---- queries ---- */

static OdohKey published_key(void)
{
    uint8_t configs[64];
    size_t length = hex_read(odoh_configs, configs, sizeof configs);
    OdohKey key;

    g_assert_cmpint(odoh_key_parse(configs, length, &key), ==, STATUS_OK);
    return key;
}

static size_t sealed_length(size_t query_length)
{
    g_autofree uint8_t *query = g_malloc0(query_length);
    g_autoptr(GByteArray) message = NULL;
    OdohQuestion *question;
    OdohKey key = published_key();

    g_assert_cmpint(odoh_seal_query(&key, query, query_length, &message, &question), ==, STATUS_OK);
    odoh_question_free(question);
    return message->len;
}

static void queries_of_a_block_have_one_length(void)
{
    g_assert_cmpuint(sealed_length(17), ==, sealed_length(128));
    g_assert_cmpuint(sealed_length(128), ==, 1 + 2 + 32 + 2 + 32 + 2 + 128 + 2 + 16);
    g_assert_cmpuint(sealed_length(129), ==, sealed_length(128) + 128);
}

static void query_names_the_key(void)
{
    static const uint8_t query[32] = "abcdefghijklmnopqrstuvwxyz";
    g_autoptr(GByteArray) first = NULL, second = NULL;
    OdohKey key = published_key();
    OdohQuestion *question;

    g_assert_cmpint(odoh_seal_query(&key, query, sizeof query, &first, &question), ==, STATUS_OK);
    odoh_question_free(question);
    g_assert_cmpint(odoh_seal_query(&key, query, sizeof query, &second, &question), ==, STATUS_OK);
    odoh_question_free(question);
    g_assert_cmpuint(first->data[0], ==, 1);
    g_assert_cmpuint(wire_get_u16(first->data + 1), ==, sizeof key.id);
    g_assert_cmpmem(first->data + 3, sizeof key.id, key.id, sizeof key.id);
    g_assert_cmpuint(wire_get_u16(first->data + 35), ==, first->len - 37);
    g_assert_null(memmem(first->data, first->len, query, 8));
    g_assert_cmpint(memcmp(first->data + 37, second->data + 37, first->len - 37), !=, 0);
}

static void query_too_long_is_refused(void)
{
    g_autofree uint8_t *query = g_malloc0(65535);
    g_autoptr(GByteArray) message = NULL;
    OdohKey key = published_key();
    OdohQuestion *question;

    g_assert_cmpint(odoh_seal_query(&key, query, 65535, &message, &question), ==, STATUS_NO_SPACE);
    g_assert_cmpint(odoh_seal_query(&key, query, 0, &message, &question), ==, STATUS_NO_SPACE);
}

/* ---- responses ---- */

static OdohQuestion *published_question(size_t i)
{
    uint8_t plain[1024] = {0}, secret[HPKE_AEAD_KEY_LENGTH];
    size_t length = hex_read(odoh_transactions[i].query, plain + 2, sizeof plain - 2);

    wire_put_u16(plain, (uint16_t)length);
    wire_put_u16(plain + 2 + length, (uint16_t)odoh_transactions[i].query_padding);
    hex_read(odoh_transactions[i].secret, secret, sizeof secret);
    return odoh_question_new(plain, length + 4 + odoh_transactions[i].query_padding, secret);
}

static void responses_are_opened_as_published(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(odoh_transactions); i++) {
        uint8_t response[1024];
        size_t length = hex_read(odoh_transactions[i].response, response, sizeof response);
        OdohQuestion *question = published_question(i);
        g_autoptr(GByteArray) reply = NULL;

        g_assert_cmpint(odoh_open_response(question, response, length, &reply), ==, STATUS_OK);
        hex_assert(reply->data, reply->len, odoh_transactions[i].reply);
        odoh_question_free(question);
    }
}

static void response_to_another_query_is_refused(void)
{
    uint8_t response[1024];
    size_t length = hex_read(odoh_transactions[0].response, response, sizeof response);
    OdohQuestion *question = published_question(1);
    g_autoptr(GByteArray) reply = NULL;

    g_assert_cmpint(odoh_open_response(question, response, length, &reply), ==, STATUS_CRYPTO);
    odoh_question_free(question);
}

static void every_byte_of_a_response_counts(void)
{
    uint8_t response[1024];
    size_t length = hex_read(odoh_transactions[1].response, response, sizeof response);
    OdohQuestion *question = published_question(1);
    g_autoptr(GByteArray) reply = NULL;

    for (size_t i = 0; i < length; i++) {
        response[i] ^= 0x10;
        g_assert_cmpint(odoh_open_response(question, response, length, &reply), !=, STATUS_OK);
        response[i] ^= 0x10;
        g_assert_cmpint(odoh_open_response(question, response, i, &reply), ==, STATUS_MALFORMED);
    }
    odoh_question_free(question);
}

/* A response as a target would make it, of any plaintext. */
static Status open_made(const uint8_t *plain, size_t length, GByteArray **reply)
{
    uint8_t response[256], secret[HPKE_AEAD_KEY_LENGTH] = {7}, salt[1 + 2 + 16] = {0, 0, 16};
    uint8_t extracted[32], key[16], nonce[12];
    gnutls_aead_cipher_hd_t cipher;
    WireWriter writer = wire_writer(response, sizeof response);
    size_t sealed_length = sizeof response - 21;

    g_assert_cmpint(hpke_extract(salt, sizeof salt, secret, sizeof secret, extracted), ==, 0);
    g_assert_cmpint(hpke_expand(extracted, (const uint8_t *)"odoh key", 8, key, 16), ==, 0);
    g_assert_cmpint(hpke_expand(extracted, (const uint8_t *)"odoh nonce", 10, nonce, 12), ==, 0);
    wire_write_u8(&writer, 2);
    wire_write_u16(&writer, 16);
    wire_write_zeros(&writer, 16);
    wire_write_u16(&writer, (uint16_t)(length + 16));
    gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_128_GCM, &(gnutls_datum_t){key, 16});
    gnutls_aead_cipher_encrypt(cipher, nonce, 12, response, 19, 16, plain, length, response + 21,
                               &sealed_length);
    gnutls_aead_cipher_deinit(cipher);
    OdohQuestion *question = odoh_question_new((const uint8_t *)"", 1, secret);
    Status status = odoh_open_response(question, response, 21 + sealed_length, reply);
    odoh_question_free(question);
    return status;
}

static void padding_other_than_zeros_is_refused(void)
{
    const uint8_t good[] = {0, 1, 'a', 0, 3, 0, 0, 0}, bad[] = {0, 1, 'a', 0, 3, 0, 0, 1};
    g_autoptr(GByteArray) reply = NULL, none = NULL;

    g_assert_cmpint(open_made(good, sizeof good, &reply), ==, STATUS_OK);
    g_assert_cmpmem(reply->data, reply->len, "a", 1);
    g_assert_cmpint(open_made(bad, sizeof bad, &none), ==, STATUS_MALFORMED);
}

static void broken_plaintext_is_refused(void)
{
    const uint8_t empty[] = {0, 0, 0, 0}, without_padding[] = {0, 1, 'a'};
    const uint8_t trailing[] = {0, 1, 'a', 0, 0, 0}, beyond[] = {0, 9, 'a', 0, 0};
    g_autoptr(GByteArray) none = NULL;

    g_assert_cmpint(open_made(empty, sizeof empty, &none), ==, STATUS_MALFORMED);
    g_assert_cmpint(open_made(without_padding, sizeof without_padding, &none), ==,
                    STATUS_MALFORMED);
    g_assert_cmpint(open_made(trailing, sizeof trailing, &none), ==, STATUS_MALFORMED);
    g_assert_cmpint(open_made(beyond, sizeof beyond, &none), ==, STATUS_MALFORMED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (sodium_init() < 0)
        return 1;
    g_test_add_func("/odoh-message/key-is-identified-as-published", key_is_identified_as_published);
    g_test_add_func("/odoh-message/unknown-versions-are-skipped", unknown_versions_are_skipped);
    g_test_add_func("/odoh-message/unknown-ciphers-are-skipped", unknown_ciphers_are_skipped);
    g_test_add_func("/odoh-message/configuration-without-a-usable-key-is-unsupported",
                    configuration_without_a_usable_key_is_unsupported);
    g_test_add_func("/odoh-message/broken-configurations-are-malformed",
                    broken_configurations_are_malformed);
    g_test_add_func("/odoh-message/queries-of-a-block-have-one-length",
                    queries_of_a_block_have_one_length);
    g_test_add_func("/odoh-message/query-names-the-key", query_names_the_key);
    g_test_add_func("/odoh-message/query-too-long-is-refused", query_too_long_is_refused);
    g_test_add_func("/odoh-message/responses-are-opened-as-published",
                    responses_are_opened_as_published);
    g_test_add_func("/odoh-message/response-to-another-query-is-refused",
                    response_to_another_query_is_refused);
    g_test_add_func("/odoh-message/every-byte-of-a-response-counts",
                    every_byte_of_a_response_counts);
    g_test_add_func("/odoh-message/padding-other-than-zeros-is-refused",
                    padding_other_than_zeros_is_refused);
    g_test_add_func("/odoh-message/broken-plaintext-is-refused", broken_plaintext_is_refused);
    return g_test_run();
}
