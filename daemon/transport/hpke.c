/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RFC 9180 put together from the libraries: X25519 by libsodium, HKDF and AES-GCM by GnuTLS. What
 * is here is the order in which they are called, and the labels that keep their uses apart:
 *
 *   LabeledExtract(salt, label, key)         = Extract(salt, "HPKE-v1" suite label key)      (§4)
 *   LabeledExpand(prk, label, info, length)  = Expand(prk, length "HPKE-v1" suite label info)
 *
 * where `suite` is "KEM" 0020 while the keys are agreed on (§4.1), and "HPKE" 0020 0001 0001 after.
 *
 * Every secret of the way there is in one block of guarded memory, wiped when it is freed; buffers
 * on the stack that held one are wiped too.
 */
#include "hpke.h"

#include "wire.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sodium.h>
#include <string.h>

_Static_assert(crypto_scalarmult_BYTES == HPKE_KEY_LENGTH &&
                   crypto_scalarmult_SCALARBYTES == HPKE_KEY_LENGTH,
               "X25519 keys have 32 bytes");

enum {
    MODE_BASE = 0,
    SCHEDULE_LENGTH = 1 + 2 * HPKE_HASH_LENGTH, /* key_schedule_context */
    LABELED_MAX = 256, /* length, version, suite, label, and the longest of what follows */
};

struct HpkeSecrets {
    uint8_t key[HPKE_AEAD_KEY_LENGTH];
    uint8_t base_nonce[HPKE_NONCE_LENGTH];
    uint8_t exporter[HPKE_HASH_LENGTH];
};

/* What is needed on the way to these only. */
typedef struct Agreement {
    uint8_t own[HPKE_KEY_LENGTH];
    uint8_t point[HPKE_KEY_LENGTH];
    uint8_t shared[HPKE_HASH_LENGTH];
    uint8_t extracted[HPKE_HASH_LENGTH];
} Agreement;

typedef struct Bytes {
    const uint8_t *bytes;
    size_t length;
} Bytes;

static const uint8_t version[] = {'H', 'P', 'K', 'E', '-', 'v', '1'};
static const uint8_t kem_suite[] = {'K', 'E', 'M', 0x00, HPKE_KEM_X25519};
static const uint8_t hpke_suite[] = {
    'H', 'P', 'K', 'E', 0x00, HPKE_KEM_X25519, 0x00, HPKE_KDF_SHA256, 0x00, HPKE_AEAD_AES128};

#define BYTES_OF(array) ((Bytes){(array), sizeof(array)})

/* ---- the libraries' functions ---- */

Status hpke_extract(const uint8_t *salt, size_t salt_length, const uint8_t *key, size_t key_length,
                    uint8_t out[HPKE_HASH_LENGTH])
{
    const gnutls_datum_t key_datum = {(unsigned char *)key, (unsigned)key_length};
    const gnutls_datum_t salt_datum = {(unsigned char *)salt, (unsigned)salt_length};

    return gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &key_datum, &salt_datum, out) < 0 ? STATUS_CRYPTO
                                                                                    : STATUS_OK;
}

Status hpke_expand(const uint8_t key[HPKE_HASH_LENGTH], const uint8_t *info, size_t info_length,
                   uint8_t *out, size_t length)
{
    const gnutls_datum_t key_datum = {(unsigned char *)key, HPKE_HASH_LENGTH};
    const gnutls_datum_t info_datum = {(unsigned char *)info, (unsigned)info_length};

    return gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &key_datum, &info_datum, out, length) < 0
               ? STATUS_CRYPTO
               : STATUS_OK;
}

static Status aead_begin(const uint8_t key[HPKE_AEAD_KEY_LENGTH], gnutls_aead_cipher_hd_t *cipher)
{
    const gnutls_datum_t datum = {(unsigned char *)key, HPKE_AEAD_KEY_LENGTH};

    return gnutls_aead_cipher_init(cipher, GNUTLS_CIPHER_AES_128_GCM, &datum) < 0 ? STATUS_CRYPTO
                                                                                  : STATUS_OK;
}

Status hpke_aead_open(const uint8_t key[HPKE_AEAD_KEY_LENGTH],
                      const uint8_t nonce[HPKE_NONCE_LENGTH], const uint8_t *associated,
                      size_t associated_length, const uint8_t *sealed, size_t length,
                      uint8_t *plain)
{
    gnutls_aead_cipher_hd_t cipher;
    size_t plain_length = length;

    if (length < HPKE_TAG_LENGTH || aead_begin(key, &cipher) != STATUS_OK)
        return STATUS_CRYPTO;
    int result =
        gnutls_aead_cipher_decrypt(cipher, nonce, HPKE_NONCE_LENGTH, associated, associated_length,
                                   HPKE_TAG_LENGTH, sealed, length, plain, &plain_length);
    gnutls_aead_cipher_deinit(cipher);
    return result < 0 ? STATUS_CRYPTO : STATUS_OK;
}

/* ---- labels ---- */

static void write_labeled(WireWriter *writer, Bytes suite, const char *label, Bytes rest)
{
    wire_write_bytes(writer, version, sizeof version);
    wire_write_bytes(writer, suite.bytes, suite.length);
    wire_write_bytes(writer, label, strlen(label));
    wire_write_bytes(writer, rest.bytes, rest.length);
}

static Status labeled_extract(Bytes suite, Bytes salt, const char *label, Bytes key,
                              uint8_t out[HPKE_HASH_LENGTH])
{
    uint8_t labeled[LABELED_MAX];
    WireWriter writer = wire_writer(labeled, sizeof labeled);
    Status status = STATUS_NO_SPACE;

    write_labeled(&writer, suite, label, key);
    if (!writer.failed)
        status = hpke_extract(salt.bytes, salt.length, labeled, writer.position, out);
    sodium_memzero(labeled, sizeof labeled);
    return status;
}

static Status labeled_expand(Bytes suite, const uint8_t key[HPKE_HASH_LENGTH], const char *label,
                             Bytes info, uint8_t *out, size_t length)
{
    uint8_t labeled[LABELED_MAX];
    WireWriter writer = wire_writer(labeled, sizeof labeled);

    wire_write_u16(&writer, (uint16_t)length);
    write_labeled(&writer, suite, label, info);
    return writer.failed ? STATUS_NO_SPACE
                         : hpke_expand(key, labeled, writer.position, out, length);
}

/* ---- agreeing on secrets ---- */

/* Encap (§4.1): `shared` from our key and the recipient's. */
static Status encapsulate(Hpke *hpke, Agreement *agreement,
                          const uint8_t recipient[HPKE_KEY_LENGTH])
{
    const Bytes suite = BYTES_OF(kem_suite), none = {0};
    uint8_t context[2 * HPKE_KEY_LENGTH];

    /* libsodium refuses a result of all zeros, as §7.1.4 asks. */
    if (crypto_scalarmult_base(hpke->encapsulated, agreement->own) != 0 ||
        crypto_scalarmult(agreement->point, agreement->own, recipient) != 0)
        return STATUS_CRYPTO;
    memcpy(context, hpke->encapsulated, HPKE_KEY_LENGTH);
    memcpy(context + HPKE_KEY_LENGTH, recipient, HPKE_KEY_LENGTH);
    Status status =
        labeled_extract(suite, none, "eae_prk", BYTES_OF(agreement->point), agreement->extracted);
    return status == STATUS_OK
               ? labeled_expand(suite, agreement->extracted, "shared_secret", BYTES_OF(context),
                                agreement->shared, sizeof agreement->shared)
               : status;
}

/* KeySchedule (§5.1) with the default, empty, pre-shared key. */
static Status derive_secrets(Hpke *hpke, Agreement *agreement, Bytes info)
{
    const Bytes suite = BYTES_OF(hpke_suite), none = {0};
    struct HpkeSecrets *secrets = hpke->secrets;
    uint8_t schedule[SCHEDULE_LENGTH] = {MODE_BASE};
    const struct {
        const char *label;
        uint8_t *out;
        size_t length;
    } derived[] = {
        {"key", secrets->key, sizeof secrets->key},
        {"base_nonce", secrets->base_nonce, sizeof secrets->base_nonce},
        {"exp", secrets->exporter, sizeof secrets->exporter},
    };

    Status status = labeled_extract(suite, none, "psk_id_hash", none, schedule + 1);
    if (status == STATUS_OK)
        status = labeled_extract(suite, none, "info_hash", info, schedule + 1 + HPKE_HASH_LENGTH);
    if (status == STATUS_OK)
        status = labeled_extract(suite, BYTES_OF(agreement->shared), "secret", none,
                                 agreement->extracted);
    for (size_t i = 0; i < sizeof derived / sizeof derived[0] && status == STATUS_OK; i++)
        status = labeled_expand(suite, agreement->extracted, derived[i].label, BYTES_OF(schedule),
                                derived[i].out, derived[i].length);
    return status;
}

/* With our key in the agreement, which it wipes. */
static Status begin(Hpke *hpke, Agreement *agreement, const uint8_t recipient[HPKE_KEY_LENGTH],
                    Bytes info)
{
    Status status = info.length > HPKE_INFO_MAX ? STATUS_NO_SPACE : STATUS_OK;

    *hpke = (Hpke){.secrets = sodium_malloc(sizeof(struct HpkeSecrets))};
    if (hpke->secrets == NULL)
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = encapsulate(hpke, agreement, recipient);
    if (status == STATUS_OK)
        status = derive_secrets(hpke, agreement, info);
    if (status != STATUS_OK)
        hpke_clear(hpke);
    sodium_free(agreement);
    return status;
}

Status hpke_begin_with(Hpke *hpke, const uint8_t own_secret[HPKE_KEY_LENGTH],
                       const uint8_t recipient[HPKE_KEY_LENGTH], const uint8_t *info, size_t length)
{
    Agreement *agreement = sodium_malloc(sizeof *agreement);

    if (agreement == NULL)
        return STATUS_NO_MEMORY;
    memcpy(agreement->own, own_secret, sizeof agreement->own);
    return begin(hpke, agreement, recipient, (Bytes){info, length});
}

Status hpke_begin(Hpke *hpke, const uint8_t recipient[HPKE_KEY_LENGTH], const uint8_t *info,
                  size_t length)
{
    Agreement *agreement = sodium_malloc(sizeof *agreement);

    if (agreement == NULL)
        return STATUS_NO_MEMORY;
    randombytes_buf(agreement->own, sizeof agreement->own);
    return begin(hpke, agreement, recipient, (Bytes){info, length});
}

void hpke_clear(Hpke *hpke)
{
    sodium_free(hpke->secrets); /* wipes them first */
    *hpke = (Hpke){0};
}

/* ---- using them ---- */

/* §5.2: the sequence number, exclusive-or, in the last bytes. */
static void compute_nonce(const Hpke *hpke, uint8_t nonce[HPKE_NONCE_LENGTH])
{
    memcpy(nonce, hpke->secrets->base_nonce, HPKE_NONCE_LENGTH);
    for (unsigned i = 0; i < sizeof hpke->sequence; i++)
        nonce[HPKE_NONCE_LENGTH - 1 - i] ^= (uint8_t)(hpke->sequence >> (8 * i));
}

Status hpke_seal(Hpke *hpke, const uint8_t *associated, size_t associated_length,
                 const uint8_t *plain, size_t length, uint8_t *sealed)
{
    gnutls_aead_cipher_hd_t cipher;
    uint8_t nonce[HPKE_NONCE_LENGTH];
    size_t sealed_length = length + HPKE_TAG_LENGTH;

    if (aead_begin(hpke->secrets->key, &cipher) != STATUS_OK)
        return STATUS_CRYPTO;
    compute_nonce(hpke, nonce);
    int result =
        gnutls_aead_cipher_encrypt(cipher, nonce, sizeof nonce, associated, associated_length,
                                   HPKE_TAG_LENGTH, plain, length, sealed, &sealed_length);
    gnutls_aead_cipher_deinit(cipher);
    hpke->sequence++; /* also after a failure: a nonce is never used twice */
    return result < 0 ? STATUS_CRYPTO : STATUS_OK;
}

Status hpke_export(const Hpke *hpke, const uint8_t *context, size_t context_length, uint8_t *secret,
                   size_t length)
{
    const Bytes info = {context, context_length};

    return context_length > HPKE_INFO_MAX
               ? STATUS_NO_SPACE
               : labeled_expand(BYTES_OF(hpke_suite), hpke->secrets->exporter, "sec", info, secret,
                                length);
}
