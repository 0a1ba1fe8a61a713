/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNSCrypt certificates in the TXT records of a reply. Input: whether to sign (1), the wall clock
 * (4), the reply. What stands in the place of a certificate is signed here with the provider's key,
 * which a fuzzer would not find.
 */
#include "certificate.h"
#include "fuzz.h"

#include <sodium.h>
#include <string.h>

enum { SIGNATURE_AT = 8, SIGNED_AT = 72 };

static uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];

static void make_keys(void)
{
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {7};

    if (secret_key[0] == 0 && public_key[0] == 0) {
        g_assert_cmpint(sodium_init(), >=, 0);
        crypto_sign_seed_keypair(public_key, secret_key, seed);
    }
}

/* Of a record that is one character-string, as servers send them. */
static void sign(uint8_t *wire, const Message *reply)
{
    RecordIterator iterator = record_iterator(reply);
    Record record;

    while (record_next(&iterator, &record)) {
        uint8_t *string = wire + record.rdata;

        if (record.type != RRTYPE_TXT || record.rdata_length < 2 ||
            string[0] + 1u != record.rdata_length || string[0] <= SIGNED_AT)
            continue;
        crypto_sign_detached(string + 1 + SIGNATURE_AT, NULL, string + 1 + SIGNED_AT,
                             string[0] - SIGNED_AT, secret_key);
    }
}

static void check_query(const Message *reply)
{
    char text[NAME_MAX_TEXT];
    uint8_t query[CERTIFICATE_PADDED_QUERY];
    Message parsed;
    size_t length;

    name_format(&reply->qname, text);
    if (certificate_write_query(text, reply->id, sizeof query, query, sizeof query, &length) !=
        STATUS_OK)
        return;
    g_assert_cmpuint(length, ==, sizeof query);
    g_assert_cmpint(message_parse(&parsed, query, length), ==, STATUS_OK);
    g_assert_true(name_equal(&parsed.qname, &reply->qname));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    bool is_signed = fuzz_take_u8(&input) & 1;
    int64_t wall_s = (int64_t)fuzz_take_u16(&input) << 16;
    wall_s |= fuzz_take_u16(&input);
    g_autoptr(GBytes) rest = fuzz_take_rest(&input);
    g_autoptr(GByteArray) wire = g_bytes_unref_to_array(g_bytes_ref(rest));
    Certificate certificate;
    Message reply;

    make_keys();
    Status status = certificate_parse(wire->data, wire->len, public_key, &certificate);
    g_assert_cmpint(status, !=, STATUS_OK); /* nobody signed that */
    if (message_parse(&reply, wire->data, wire->len) != STATUS_OK)
        return 0;
    if (is_signed)
        sign(wire->data, &reply);
    status = certificate_choose(&reply, public_key, wall_s, &certificate);
    if (status == STATUS_OK) {
        g_assert_true(is_signed);
        g_assert_cmpint(certificate_check_time(&certificate, wall_s), ==, STATUS_OK);
        g_assert_true(certificate_supersedes(&certificate, &certificate));
    }
    check_query(&reply);
    return 0;
}
