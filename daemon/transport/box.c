/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The DNSCrypt box, by libsodium's crypto_box: tag first, then the ciphertext (NaCl's layout, not
 * RFC 8439's).
 *
 *   query     0  client magic 8 | client public key 32 | nonce 12 | tag 16, ciphertext
 *   response  0  72 36 66 6e 76 57 6a 38 | nonce 12 + 12 | tag 16, ciphertext
 *
 * The cipher's nonce has 24 bytes: the client's 12 and 12 zeros for a query, the client's and the
 * resolver's 12 for a response. The plaintext is the DNS message with ISO/IEC 7816-4 padding, 80
 * and any number of 00. All checks of what arrived are here, so that nothing above this file sees a
 * byte that was not authenticated.
 */
#include "box.h"

#include "wire.h"

#include <sodium.h>
#include <string.h>

#define TCP_EXTRA       3 /* blocks, so that padding has 256 bytes at most */
#define FULL_NONCE      24
#define TAG_LENGTH      16
#define RESPONSE_PREFIX (BOX_MAGIC_LENGTH + FULL_NONCE)
#define PLAIN_MAX       ((BOX_PACKET_MAX - BOX_QUERY_OVERHEAD) / BOX_PADDING_BLOCK * BOX_PADDING_BLOCK)

_Static_assert(crypto_box_BEFORENMBYTES == BOX_KEY_LENGTH &&
                   crypto_box_curve25519xchacha20poly1305_BEFORENMBYTES == BOX_KEY_LENGTH,
               "both ciphers have shared keys of 32 bytes");
_Static_assert(crypto_box_NONCEBYTES == FULL_NONCE &&
                   crypto_box_curve25519xchacha20poly1305_NONCEBYTES == FULL_NONCE,
               "both ciphers have nonces of 24 bytes");
_Static_assert(crypto_box_MACBYTES == TAG_LENGTH &&
                   crypto_box_curve25519xchacha20poly1305_MACBYTES == TAG_LENGTH,
               "both ciphers have tags of 16 bytes");

static const uint8_t response_magic[BOX_MAGIC_LENGTH] = {0x72, 0x36, 0x66, 0x6e,
                                                         0x76, 0x57, 0x6a, 0x38};

typedef int (*SealFn)(unsigned char *out, const unsigned char *in, unsigned long long length,
                      const unsigned char *nonce, const unsigned char *key);
typedef int (*DeriveFn)(unsigned char *key, const unsigned char *public,
                        const unsigned char *secret);

static const struct {
    const char *name;
    DeriveFn derive;
    SealFn seal, open;
} ciphers[] = {
    [BOX_XSALSA20] = {"X25519-XSalsa20Poly1305", crypto_box_beforenm, crypto_box_easy_afternm,
                      crypto_box_open_easy_afternm},
    [BOX_XCHACHA20] = {"X25519-XChaCha20Poly1305", crypto_box_curve25519xchacha20poly1305_beforenm,
                       crypto_box_curve25519xchacha20poly1305_easy_afternm,
                       crypto_box_curve25519xchacha20poly1305_open_easy_afternm},
};

Status box_init(Box *box, BoxCipher cipher, const uint8_t client_magic[BOX_MAGIC_LENGTH],
                const uint8_t resolver_key[BOX_KEY_LENGTH],
                const uint8_t client_secret[BOX_KEY_LENGTH])
{
    uint8_t *shared = sodium_malloc(BOX_KEY_LENGTH);
    if (shared == NULL)
        return STATUS_NO_MEMORY;
    /* libsodium answers -1 when the X25519 result is all zeros */
    if (ciphers[cipher].derive(shared, resolver_key, client_secret) != 0) {
        sodium_free(shared);
        return STATUS_CRYPTO;
    }
    box->cipher = cipher;
    box->shared = shared;
    memcpy(box->client_magic, client_magic, BOX_MAGIC_LENGTH);
    crypto_scalarmult_base(box->client_key, client_secret);
    return STATUS_OK;
}

void box_clear(Box *box)
{
    sodium_free(box->shared); /* wipes it first */
    *box = (Box){0};
}

const char *box_cipher_name(BoxCipher cipher)
{
    return ciphers[cipher].name;
}

static size_t round_up(size_t length)
{
    return (length + BOX_PADDING_BLOCK - 1) / BOX_PADDING_BLOCK * BOX_PADDING_BLOCK;
}

size_t box_padding_udp(size_t length, size_t target)
{
    const size_t needed = round_up(length + 1);
    const size_t wanted = target > BOX_QUERY_OVERHEAD ? round_up(target - BOX_QUERY_OVERHEAD) : 0;
    if (needed > PLAIN_MAX)
        return 0;
    if (wanted <= needed)
        return needed;
    return wanted < PLAIN_MAX ? wanted : PLAIN_MAX;
}

size_t box_padding_tcp(size_t length)
{
    const size_t needed = round_up(length + 1);
    const size_t padded = needed + BOX_PADDING_BLOCK * (size_t)randombytes_uniform(TCP_EXTRA + 1);
    if (needed > PLAIN_MAX)
        return 0;
    return padded < PLAIN_MAX ? padded : PLAIN_MAX;
}

Status box_seal_query(const Box *box, const uint8_t nonce[BOX_NONCE_LENGTH], const uint8_t *query,
                      size_t length, size_t padded, uint8_t *packet, size_t capacity,
                      size_t *packet_length)
{
    uint8_t full_nonce[FULL_NONCE] = {0};
    WireWriter writer = wire_writer(packet, capacity);
    if (padded <= length)
        return STATUS_NO_SPACE;
    memcpy(full_nonce, nonce, BOX_NONCE_LENGTH);
    wire_write_bytes(&writer, box->client_magic, BOX_MAGIC_LENGTH);
    wire_write_bytes(&writer, box->client_key, BOX_KEY_LENGTH);
    wire_write_bytes(&writer, nonce, BOX_NONCE_LENGTH);

    /* The plaintext is laid where the ciphertext will end: libsodium encrypts in place. */
    const size_t sealed = writer.position;
    wire_write_zeros(&writer, TAG_LENGTH);
    wire_write_bytes(&writer, query, length);
    wire_write_u8(&writer, 0x80);
    wire_write_zeros(&writer, padded - length - 1);
    if (writer.failed)
        return STATUS_NO_SPACE;
    if (ciphers[box->cipher].seal(packet + sealed, packet + sealed + TAG_LENGTH, padded, full_nonce,
                                  box->shared) != 0)
        return STATUS_CRYPTO;
    *packet_length = writer.position;
    return STATUS_OK;
}

const uint8_t *box_response_nonce(const uint8_t *packet, size_t length)
{
    if (length < RESPONSE_PREFIX + TAG_LENGTH ||
        memcmp(packet, response_magic, BOX_MAGIC_LENGTH) != 0)
        return NULL;
    return packet + BOX_MAGIC_LENGTH;
}

Status box_open_response(const Box *box, const uint8_t nonce[BOX_NONCE_LENGTH],
                         const uint8_t *packet, size_t length, uint8_t *message,
                         size_t *message_length)
{
    const uint8_t *full_nonce = box_response_nonce(packet, length);
    if (full_nonce == NULL)
        return STATUS_MALFORMED;
    if (memcmp(full_nonce, nonce, BOX_NONCE_LENGTH) != 0)
        return STATUS_MISMATCH;
    if (ciphers[box->cipher].open(message, packet + RESPONSE_PREFIX, length - RESPONSE_PREFIX,
                                  full_nonce, box->shared) != 0)
        return STATUS_CRYPTO;

    size_t end = length - RESPONSE_PREFIX - TAG_LENGTH;
    while (end > 0 && message[end - 1] == 0)
        end--;
    if (end == 0 || message[end - 1] != 0x80)
        return STATUS_CRYPTO;
    *message_length = end - 1;
    return STATUS_OK;
}
