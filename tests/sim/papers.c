/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Layouts: draft-denis-dprive-dnscrypt of 18 July 2026.
 *
 *   query     client-magic 8, client key 32, nonce 12, box
 *   response  "r6fnvWj8", nonce 24 of which the first 12 are the client's, box
 *   certificate  "DNSC", es-version 2, minor 2, signature 64, resolver key 32, client-magic 8,
 *                serial 4, start 4, end 4
 *
 * Padding: 0x80, then zeros up to a multiple of 64.
 */
#include "papers.h"

#include "chronicle.h"
#include "wire.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

enum {
    SIGNED_FROM = 72,
    QUERY_HEADER = 52,
    RESPONSE_HEADER = 32,
    SEAL = 16,
    BLOCK = 64,
    ES_XCHACHA20 = 2
};

static Papers all[PAPERS_COUNT];

static void write_certificate(uint8_t out[PAPERS_CERTIFICATE], const uint8_t key[32],
                              const uint8_t magic[BOX_MAGIC_LENGTH], uint32_t serial,
                              uint32_t start_s, uint32_t end_s, const uint8_t provider_secret[64])
{
    WireWriter writer = wire_writer(out, PAPERS_CERTIFICATE);

    wire_write_bytes(&writer, "DNSC", 4);
    wire_write_u16(&writer, ES_XCHACHA20);
    wire_write_u16(&writer, 0);
    wire_write_zeros(&writer, 64);
    wire_write_bytes(&writer, key, 32);
    wire_write_bytes(&writer, magic, BOX_MAGIC_LENGTH);
    wire_write_u32(&writer, serial);
    wire_write_u32(&writer, start_s);
    wire_write_u32(&writer, end_s);
    g_assert_cmpuint(writer.position, ==, PAPERS_CERTIFICATE);
    crypto_sign_detached(out + 8, NULL, out + SIGNED_FROM, PAPERS_CERTIFICATE - SIGNED_FROM,
                         provider_secret);
}

/* The forged one is signed by a stranger, for a key of the stranger's. */
static void make_issue(Papers *papers, unsigned number, unsigned issue, uint32_t start_s,
                       uint32_t end_s, const uint8_t provider_secret[64])
{
    uint8_t seed[32] = {[0] = (uint8_t)number, [1] = (uint8_t)issue, [2] = 1};
    uint8_t stranger_key[32], stranger_secret[64];

    crypto_box_seed_keypair(papers->issues[issue].key, papers->issues[issue].secret, seed);
    memset(papers->issues[issue].magic, (int)(16 * number + issue + 1), BOX_MAGIC_LENGTH);
    write_certificate(papers->issues[issue].certificate, papers->issues[issue].key,
                      papers->issues[issue].magic, issue + 1, start_s, end_s, provider_secret);
    seed[2] = 2;
    crypto_sign_seed_keypair(stranger_key, stranger_secret, seed);
    write_certificate(papers->issues[issue].forged, stranger_key, papers->issues[issue].magic,
                      issue + 100, start_s, end_s, stranger_secret);
}

void papers_make(uint32_t start_s, uint32_t end_s)
{
    for (unsigned i = 0; i < PAPERS_COUNT; i++) {
        uint8_t seed[32] = {[0] = (uint8_t)i}, provider_secret[64];

        crypto_sign_seed_keypair(all[i].provider_key, provider_secret, seed);
        for (unsigned issue = 0; issue < PAPERS_ISSUES; issue++)
            make_issue(&all[i], i, issue, start_s, end_s, provider_secret);
    }
}

const Papers *papers_get(unsigned number)
{
    return &all[number % PAPERS_COUNT];
}

/* ---- signatures ---- */

/* What the program has verified. There are few certificates, each of which it would verify
 * thousands of times, and verifying is a fifth of a schedule's time. */
typedef struct Verified {
    uint8_t signature[crypto_sign_BYTES], key[crypto_sign_PUBLICKEYBYTES];
    uint8_t signed_part[PAPERS_CERTIFICATE - SIGNED_FROM];
    int result;
} Verified;

int __real_crypto_sign_verify_detached(const uint8_t *signature, const uint8_t *message,
                                       unsigned long long length, const uint8_t *key);
int __wrap_crypto_sign_verify_detached(const uint8_t *signature, const uint8_t *message,
                                       unsigned long long length, const uint8_t *key);

int __wrap_crypto_sign_verify_detached(const uint8_t *signature, const uint8_t *message,
                                       unsigned long long length, const uint8_t *key)
{
    static Verified verified[2 * PAPERS_COUNT * PAPERS_ISSUES];
    static size_t count;
    Verified one = {0};

    if (length != sizeof one.signed_part)
        return __real_crypto_sign_verify_detached(signature, message, length, key);
    memcpy(one.signature, signature, sizeof one.signature);
    memcpy(one.key, key, sizeof one.key);
    memcpy(one.signed_part, message, sizeof one.signed_part);
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&verified[i], &one, offsetof(Verified, result)) == 0)
            return verified[i].result;
    }
    one.result = __real_crypto_sign_verify_detached(signature, message, length, key);
    if (count < G_N_ELEMENTS(verified))
        verified[count++] = one;
    return one.result;
}

/* ---- boxes ---- */

static const uint8_t *shared_with(const Papers *papers, unsigned issue, PapersDesk *desk,
                                  unsigned place, const uint8_t client_key[32])
{
    const uint8_t *secret = papers->issues[issue].secret;
    unsigned slot;

    for (unsigned i = 0; i < G_N_ELEMENTS(desk->clients); i++) {
        if (desk->clients[i].secret != NULL &&
            memcmp(desk->clients[i].client_key, client_key, 32) == 0) {
            if (desk->clients[i].place != place)
                chronicle_fault("a DNSCrypt client key was used on two networks");
            if (desk->clients[i].secret == secret)
                return desk->clients[i].shared;
        }
    }
    slot = desk->next++ % G_N_ELEMENTS(desk->clients);
    if (crypto_box_curve25519xchacha20poly1305_beforenm(desk->clients[slot].shared, client_key,
                                                        secret) != 0)
        return NULL;
    memcpy(desk->clients[slot].client_key, client_key, 32);
    desk->clients[slot].secret = secret;
    desk->clients[slot].place = place;
    return desk->clients[slot].shared;
}

size_t papers_open(const Papers *papers, unsigned issue, PapersDesk *desk, unsigned place,
                   const uint8_t *packet, size_t length, uint8_t *message)
{
    uint8_t nonce[24] = {0};
    const uint8_t *shared;
    size_t end;

    if (length < BOX_QUERY_OVERHEAD ||
        memcmp(packet, papers->issues[issue].magic, BOX_MAGIC_LENGTH) != 0)
        return 0;
    memcpy(nonce, packet + 40, BOX_NONCE_LENGTH);
    shared = shared_with(papers, issue, desk, place, packet + 8);
    if (!shared || crypto_box_curve25519xchacha20poly1305_open_easy_afternm(
                       message, packet + QUERY_HEADER, length - QUERY_HEADER, nonce, shared) != 0)
        return 0;
    end = length - QUERY_HEADER - SEAL;
    if (end % BLOCK != 0)
        chronicle_fault("a DNSCrypt query is not padded to a multiple of 64");
    while (end > 0 && message[end - 1] == 0)
        end--;
    return end > 0 && message[end - 1] == 0x80 ? end - 1 : 0;
}

size_t papers_sealed_length(size_t length)
{
    return RESPONSE_HEADER + SEAL + (length + BLOCK) / BLOCK * BLOCK;
}

size_t papers_seal(const Papers *papers, unsigned issue, PapersDesk *desk, const uint8_t *query,
                   const uint8_t *message, size_t length, uint8_t *packet)
{
    size_t padded = (length + BLOCK) / BLOCK * BLOCK;
    g_autofree uint8_t *plain = g_malloc0(padded);
    const uint8_t *shared = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(desk->clients); i++) {
        if (desk->clients[i].secret == papers->issues[issue].secret &&
            memcmp(desk->clients[i].client_key, query + 8, 32) == 0)
            shared = desk->clients[i].shared;
    }
    g_assert_nonnull(shared);
    memcpy(plain, message, length);
    plain[length] = 0x80;
    memcpy(packet, "r6fnvWj8", BOX_MAGIC_LENGTH);
    memcpy(packet + 8, query + 40, BOX_NONCE_LENGTH);
    randombytes_buf(packet + 20, BOX_NONCE_LENGTH);
    if (crypto_box_curve25519xchacha20poly1305_easy_afternm(packet + RESPONSE_HEADER, plain, padded,
                                                            packet + 8, shared) != 0)
        chronicle_fault("a response could not be sealed");
    return RESPONSE_HEADER + SEAL + padded;
}
