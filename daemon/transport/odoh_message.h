/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hpke.h"
#include "status.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The messages of Oblivious DoH (RFC 9230 §5, §6), the client's half: pure, no clock. */

#define ODOH_MESSAGE_MAX (1 + 2 + HPKE_AEAD_KEY_LENGTH + 2 + 65535) /* of a response */
#define ODOH_QUERY_BLOCK 128                                        /* RFC 8467 §4.1 */

/** What a target publishes to be encrypted to. */
typedef struct OdohKey {
    uint8_t public_key[HPKE_KEY_LENGTH];
    uint8_t id[HPKE_HASH_LENGTH]; /* sent with each query, so that the target knows the key */
} OdohKey;

/** The first key of an ObliviousDoHConfigs that we can use: in the target's order of preference.
 * STATUS_MALFORMED; STATUS_UNSUPPORTED: all are of other versions or ciphers; STATUS_CRYPTO. */
Status odoh_key_parse(const uint8_t *configs, size_t length, OdohKey *key) must_check;

/** Whether a query that odoh_seal_query made is for this key. */
bool odoh_query_names(const GByteArray *message, const OdohKey *key);

/** What opens the response to one query. */
typedef struct OdohQuestion OdohQuestion;

/**
 * Encrypts a query to the target, with zeros that make it a multiple of ODOH_QUERY_BLOCK long.
 * STATUS_NO_SPACE: it is too long; STATUS_CRYPTO, STATUS_NO_MEMORY. (transfer full) both.
 */
Status odoh_seal_query(const OdohKey *key, const uint8_t *query, size_t length,
                       GByteArray **message, OdohQuestion **question) must_check;
/**
 * Decrypts a response. STATUS_MALFORMED (no response, or wrong padding), STATUS_CRYPTO (forged,
 * damaged, or to another query), STATUS_NO_MEMORY. (transfer full)
 */
Status odoh_open_response(const OdohQuestion *question, const uint8_t *message, size_t length,
                          GByteArray **reply) must_check;
/** Wipes it. NULL is allowed. */
void odoh_question_free(OdohQuestion *question);

/** A question as odoh_seal_query makes it, of known parts: `plain` is the ObliviousDoHQuery before
 * encryption. NULL when memory is exhausted. */
OdohQuestion *odoh_question_new(const uint8_t *plain, size_t length,
                                const uint8_t secret[HPKE_AEAD_KEY_LENGTH]);
