/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <stddef.h>
#include <stdint.h>

/* Hybrid Public Key Encryption (RFC 9180), the sender's half of base mode with one cipher suite:
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. */

#define HPKE_KEM_X25519  0x0020
#define HPKE_KDF_SHA256  0x0001
#define HPKE_AEAD_AES128 0x0001

#define HPKE_KEY_LENGTH      32 /* of X25519, public and secret */
#define HPKE_HASH_LENGTH     32
#define HPKE_AEAD_KEY_LENGTH 16
#define HPKE_NONCE_LENGTH    12
#define HPKE_TAG_LENGTH      16
#define HPKE_INFO_MAX        64 /* bytes of `info` and of an exporter's context; ours are labels */

/** What encrypts to one recipient. Zeroed: none. */
typedef struct Hpke {
    uint8_t encapsulated[HPKE_KEY_LENGTH]; /* sent along; the recipient makes the same secrets */
    struct HpkeSecrets *secrets;           /* in guarded memory */
    uint64_t sequence;                     /* of the next message */
} Hpke;

/**
 * SetupBaseS (§5.1.1) with a new key of our own. End with hpke_clear. STATUS_CRYPTO: the
 * recipient's key is of low order (§7.1.4); STATUS_NO_SPACE: `info` is longer than HPKE_INFO_MAX;
 * STATUS_NO_MEMORY.
 */
Status hpke_begin(Hpke *hpke, const uint8_t recipient[HPKE_KEY_LENGTH], const uint8_t *info,
                  size_t length) must_check;
/** The same with a given key of our own, as only known answers need it. */
Status hpke_begin_with(Hpke *hpke, const uint8_t own_secret[HPKE_KEY_LENGTH],
                       const uint8_t recipient[HPKE_KEY_LENGTH], const uint8_t *info,
                       size_t length) must_check;
/** Wipes the secrets; safe on a zeroed Hpke and to repeat. */
void hpke_clear(Hpke *hpke);

/** ContextS.Seal (§5.2): the next message. `sealed` takes `length` + HPKE_TAG_LENGTH bytes.
 * STATUS_CRYPTO. */
Status hpke_seal(Hpke *hpke, const uint8_t *associated, size_t associated_length,
                 const uint8_t *plain, size_t length, uint8_t *sealed) must_check;
/** Context.Export (§5.3): a secret of `length` bytes that the recipient has too. STATUS_CRYPTO;
 * STATUS_NO_SPACE as above. */
Status hpke_export(const Hpke *hpke, const uint8_t *context, size_t context_length, uint8_t *secret,
                   size_t length) must_check;

/* The suite's own functions, for what is built on them. */

/** HKDF-SHA256 (RFC 5869). `salt` and `key` may be empty. STATUS_CRYPTO. */
Status hpke_extract(const uint8_t *salt, size_t salt_length, const uint8_t *key, size_t key_length,
                    uint8_t out[HPKE_HASH_LENGTH]) must_check;
Status hpke_expand(const uint8_t key[HPKE_HASH_LENGTH], const uint8_t *info, size_t info_length,
                   uint8_t *out, size_t length) must_check;
/** AES-128-GCM. `plain` takes `length` - HPKE_TAG_LENGTH bytes. STATUS_CRYPTO: forged or damaged.
 */
Status hpke_aead_open(const uint8_t key[HPKE_AEAD_KEY_LENGTH],
                      const uint8_t nonce[HPKE_NONCE_LENGTH], const uint8_t *associated,
                      size_t associated_length, const uint8_t *sealed, size_t length,
                      uint8_t *plain) must_check;
