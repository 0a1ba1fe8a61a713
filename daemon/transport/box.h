/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <stddef.h>
#include <stdint.h>

/* DNSCrypt's encryption of one query and one response: pure, no clock, no randomness but padding's.
 * Source: draft-denis-dprive-dnscrypt of 18 July 2026, §4, §5.4 and Appendix 1. */

#define BOX_KEY_LENGTH        32
#define BOX_MAGIC_LENGTH      8
#define BOX_NONCE_LENGTH      12                                  /* the client's half */
#define BOX_QUERY_NONCE       (BOX_MAGIC_LENGTH + BOX_KEY_LENGTH) /* its offset in a query */
#define BOX_QUERY_OVERHEAD    68
#define BOX_RESPONSE_OVERHEAD 48
#define BOX_PADDING_BLOCK     64   /* bytes */
#define BOX_PACKET_MAX        4096 /* §5.2: no query packet is longer */
#define BOX_UDP_TARGET_MIN    256

/** Encryption systems, by the es-version of the certificate. */
typedef enum BoxCipher {
    BOX_XSALSA20 = 1,  /* X25519-XSalsa20Poly1305, of earlier drafts; still deployed */
    BOX_XCHACHA20 = 2, /* X25519-XChaCha20Poly1305 */
} BoxCipher;

/** What encrypts to one resolver key with one client key. */
typedef struct Box {
    BoxCipher cipher;
    uint8_t client_magic[BOX_MAGIC_LENGTH];
    uint8_t client_key[BOX_KEY_LENGTH]; /* public */
    uint8_t *shared;                    /* secret, in guarded memory */
} Box;

/**
 * Derives the shared key. `client_secret` is not kept. STATUS_CRYPTO if the resolver's key is of
 * low order (the shared point would be all zeros), STATUS_NO_MEMORY. End with box_clear.
 */
Status box_init(Box *box, BoxCipher cipher, const uint8_t client_magic[BOX_MAGIC_LENGTH],
                const uint8_t resolver_key[BOX_KEY_LENGTH],
                const uint8_t client_secret[BOX_KEY_LENGTH]) must_check;
/** Wipes the key; safe on a zeroed Box and to repeat. */
void box_clear(Box *box);

/** "X25519-XChaCha20Poly1305" and the like. */
const char *box_cipher_name(BoxCipher cipher);

/** Length to pad a query of `length` bytes to over UDP, so that the packet has at least `target`
 * bytes: a multiple of 64; 0 if no packet can hold it. */
size_t box_padding_udp(size_t length, size_t target);
/** The same over TCP: a multiple of 64, padded at random by 1 to 256 bytes, as the protocol has it:
 * dnsdist closes the connection over more. */
size_t box_padding_tcp(size_t length);

/**
 * Writes the whole packet of a query padded to `padded` bytes under `nonce`, which must never be
 * used twice with one Box. STATUS_NO_SPACE.
 */
Status box_seal_query(const Box *box, const uint8_t nonce[BOX_NONCE_LENGTH], const uint8_t *query,
                      size_t length, size_t padded, uint8_t *packet, size_t capacity,
                      size_t *packet_length) must_check;

/** The client's half of a response's nonce, in place; NULL if the packet is no response. */
const uint8_t *box_response_nonce(const uint8_t *packet, size_t length);

/**
 * Decrypts a response to `nonce` and takes the padding off. `message` takes `length` bytes.
 * STATUS_MALFORMED (no response), STATUS_MISMATCH (another nonce), STATUS_CRYPTO (forged, damaged,
 * or badly padded).
 */
Status box_open_response(const Box *box, const uint8_t nonce[BOX_NONCE_LENGTH],
                         const uint8_t *packet, size_t length, uint8_t *message,
                         size_t *message_length) must_check;
