/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNSCrypt replies. Input: the cipher (1), what comes (1): a packet as it is, or what stands in one
 * before encryption, which is then sealed here as the server would. Behind decryption it is taken
 * for the answer to a query.
 */
#include "box.h"
#include "fuzz.h"
#include "message.h"

#include <sodium.h>
#include <string.h>

enum { SEALED = 1, PREFIX = BOX_MAGIC_LENGTH + 24, TAG = 16 };

static const uint8_t nonce[BOX_NONCE_LENGTH] = "of the query";

static const Box *box_of(BoxCipher cipher)
{
    static Box boxes[BOX_XCHACHA20 + 1];
    static const uint8_t magic[BOX_MAGIC_LENGTH] = "fuzzing.", secret[BOX_KEY_LENGTH] = {7};
    uint8_t key[BOX_KEY_LENGTH];

    if (boxes[cipher].shared == NULL) {
        g_assert_cmpint(sodium_init(), >=, 0);
        g_assert_cmpint(crypto_scalarmult_base(key, (const uint8_t[BOX_KEY_LENGTH]){9}), ==, 0);
        g_assert_cmpint(box_init(&boxes[cipher], cipher, magic, key, secret), ==, STATUS_OK);
    }
    return &boxes[cipher];
}

/* (transfer full) */
static GBytes *seal(const Box *box, GBytes *plain)
{
    static const uint8_t magic[BOX_MAGIC_LENGTH] = {0x72, 0x36, 0x66, 0x6e, 0x76, 0x57, 0x6a, 0x38};
    size_t length;
    const uint8_t *bytes = g_bytes_get_data(plain, &length);
    uint8_t *packet = g_malloc(PREFIX + TAG + length), *full_nonce = packet + BOX_MAGIC_LENGTH;

    memcpy(packet, magic, sizeof magic);
    memcpy(full_nonce, nonce, sizeof nonce);
    memset(full_nonce + sizeof nonce, 's', PREFIX - BOX_MAGIC_LENGTH - sizeof nonce);
    if (box->cipher == BOX_XSALSA20)
        crypto_secretbox_easy(packet + PREFIX, bytes, length, full_nonce, box->shared);
    else
        crypto_secretbox_xchacha20poly1305_easy(packet + PREFIX, bytes, length, full_nonce,
                                                box->shared);
    return g_bytes_new_take(packet, PREFIX + TAG + length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    const Box *box = box_of(fuzz_take_u8(&input) & 1 ? BOX_XSALSA20 : BOX_XCHACHA20);
    bool is_sealed = fuzz_take_u8(&input) & SEALED;
    g_autoptr(GBytes) rest = fuzz_take_rest(&input);
    g_autoptr(GBytes) packet = is_sealed ? seal(box, rest) : g_bytes_ref(rest);
    size_t size, plain_length = 0;
    const uint8_t *wire = g_bytes_get_data(packet, &size);
    g_autofree uint8_t *plain = g_malloc(size + 1);
    Message message;

    const uint8_t *found = box_response_nonce(wire, size);
    g_assert_true(found != NULL || !is_sealed);
    Status status = box_open_response(box, nonce, wire, size, plain, &plain_length);
    if (!is_sealed)
        g_assert_cmpint(status, !=, STATUS_OK); /* nobody has sealed that */
    if (status != STATUS_OK)
        return 0;
    g_assert_cmpuint(plain_length, <, g_bytes_get_size(rest));
    g_assert_cmpmem(plain, plain_length, g_bytes_get_data(rest, NULL), plain_length);
    if (message_parse(&message, plain, plain_length) == STATUS_OK)
        g_assert_cmpuint(message.records, <=, plain_length);
    return 0;
}
