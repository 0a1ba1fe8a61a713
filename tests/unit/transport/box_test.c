/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNSCrypt's encryption against the draft's vectors, and against what must be refused. */
#include "box.h"
#include "dnscrypt_vectors.h"
#include "hex.h"

#include <stdbool.h>

#define PACKET_ROOM 5000

static uint8_t nonce[BOX_NONCE_LENGTH];

static Box vector_box(BoxCipher cipher)
{
    Box box = {0};
    uint8_t magic[8], resolver[32], secret[32];
    hex_read(VECTOR_CLIENT_MAGIC, magic, sizeof(magic));
    hex_read(VECTOR_RESOLVER_KEY, resolver, sizeof(resolver));
    hex_read(VECTOR_CLIENT_SECRET, secret, sizeof(secret));
    hex_read(VECTOR_NONCE, nonce, sizeof(nonce));
    g_assert_cmpint(box_init(&box, cipher, magic, resolver, secret), ==, STATUS_OK);
    return box;
}

/* What a resolver would do: `plain` is sent as it is, padding included. */
static size_t resolver_seal(const Box *box, const uint8_t *plain, size_t length, uint8_t *packet)
{
    const size_t head =
        hex_read("7236666e76576a38" VECTOR_NONCE "c0c1c2c3c4c5c6c7c8c9cacb", packet, PACKET_ROOM);
    if (box->cipher == BOX_XSALSA20)
        crypto_box_easy_afternm(packet + head, plain, length, packet + 8, box->shared);
    else
        crypto_box_curve25519xchacha20poly1305_easy_afternm(packet + head, plain, length,
                                                            packet + 8, box->shared);
    return head + length + 16;
}

static void keys_are_the_drafts(void)
{
    Box box = vector_box(BOX_XCHACHA20);
    hex_assert(box.client_key, sizeof(box.client_key), VECTOR_CLIENT_KEY);
    hex_assert(box.shared, BOX_KEY_LENGTH, VECTOR_SHARED_KEY);
    box_clear(&box);
}

static void query_is_the_drafts(void)
{
    Box box = vector_box(BOX_XCHACHA20);
    uint8_t query[64], packet[PACKET_ROOM];
    const size_t length = hex_read(VECTOR_QUERY, query, sizeof(query));
    size_t packet_length = 0;
    g_assert_cmpint(box_seal_query(&box, nonce, query, length, VECTOR_PADDED, packet,
                                   sizeof(packet), &packet_length),
                    ==, STATUS_OK);
    hex_assert(packet, packet_length, VECTOR_QUERY_PACKET);
    box_clear(&box);
}

static void response_is_the_drafts(void)
{
    Box box = vector_box(BOX_XCHACHA20);
    uint8_t packet[PACKET_ROOM], message[PACKET_ROOM];
    const size_t length = hex_read(VECTOR_RESPONSE_PACKET, packet, sizeof(packet));
    size_t message_length = 0;
    g_assert_cmpint(box_open_response(&box, nonce, packet, length, message, &message_length), ==,
                    STATUS_OK);
    hex_assert(message, message_length, VECTOR_RESPONSE);
    box_clear(&box);
}

static void every_flipped_byte_is_refused(void)
{
    Box box = vector_box(BOX_XCHACHA20);
    uint8_t packet[PACKET_ROOM], message[PACKET_ROOM];
    const size_t length = hex_read(VECTOR_RESPONSE_PACKET, packet, sizeof(packet));
    for (size_t i = 0; i < length; i++) {
        size_t message_length;
        packet[i] ^= 0x40;
        g_assert_cmpint(box_open_response(&box, nonce, packet, length, message, &message_length),
                        !=, STATUS_OK);
        packet[i] ^= 0x40;
    }
    box_clear(&box);
}

static void every_shorter_packet_is_refused(void)
{
    Box box = vector_box(BOX_XCHACHA20);
    uint8_t packet[PACKET_ROOM], message[PACKET_ROOM];
    const size_t length = hex_read(VECTOR_RESPONSE_PACKET, packet, sizeof(packet));
    for (size_t i = 0; i < length; i++) {
        size_t message_length;
        g_autofree uint8_t *cut = g_memdup2(packet, i);
        g_assert_cmpint(box_open_response(&box, nonce, cut, i, message, &message_length), !=,
                        STATUS_OK);
    }
    box_clear(&box);
}

static void another_nonce_is_refused(void)
{
    Box box = vector_box(BOX_XCHACHA20);
    uint8_t packet[PACKET_ROOM], message[PACKET_ROOM];
    const size_t length = hex_read(VECTOR_RESPONSE_PACKET, packet, sizeof(packet));
    size_t message_length;
    nonce[0] ^= 1;
    g_assert_cmpint(box_open_response(&box, nonce, packet, length, message, &message_length), ==,
                    STATUS_MISMATCH);
    box_clear(&box);
}

static void bad_padding_is_refused(void)
{
    static const char *const bad[] = {"00000000", "81000000", "12348001", "80000001"};
    Box box = vector_box(BOX_XCHACHA20);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        uint8_t plain[16], packet[PACKET_ROOM], message[PACKET_ROOM];
        const size_t length = hex_read(bad[i], plain, sizeof(plain));
        const size_t packet_length = resolver_seal(&box, plain, length, packet);
        size_t message_length;
        g_assert_cmpint(
            box_open_response(&box, nonce, packet, packet_length, message, &message_length), ==,
            STATUS_CRYPTO);
    }
    box_clear(&box);
}

static void any_valid_padding_is_accepted(void)
{
    Box box = vector_box(BOX_XSALSA20);
    for (size_t padding = 1; padding < 300; padding += 13) {
        uint8_t plain[400] = {1, 2, 3, 0x80, 0, 0x80}; /* the message ends in what looks like it */
        uint8_t packet[PACKET_ROOM], message[PACKET_ROOM];
        plain[6] = 0x80;
        const size_t packet_length = resolver_seal(&box, plain, 6 + padding, packet);
        size_t message_length = 0;
        g_assert_cmpint(
            box_open_response(&box, nonce, packet, packet_length, message, &message_length), ==,
            STATUS_OK);
        g_assert_cmpmem(message, message_length, plain, 6);
    }
    box_clear(&box);
}

static void low_order_key_is_refused(void)
{
    static const uint8_t low_order[32] = {0}, magic[8] = {1}, secret[32] = {9};
    Box box = {0};
    g_assert_cmpint(box_init(&box, BOX_XCHACHA20, magic, low_order, secret), ==, STATUS_CRYPTO);
    g_assert_cmpint(box_init(&box, BOX_XSALSA20, magic, low_order, secret), ==, STATUS_CRYPTO);
}

/* No vectors exist for the older cipher: the resolver's side by libsodium's own box is the check.
 */
static void xsalsa20_opens_at_the_resolver(void)
{
    Box box = vector_box(BOX_XSALSA20);
    uint8_t query[64], packet[PACKET_ROOM], opened[PACKET_ROOM], full[24] = {0}, secret[32];
    const size_t length = hex_read(VECTOR_QUERY, query, sizeof(query));
    size_t packet_length = 0;
    hex_read(VECTOR_RESOLVER_SECRET, secret, sizeof(secret));
    g_assert_cmpint(box_seal_query(&box, nonce, query, length, VECTOR_PADDED, packet,
                                   sizeof(packet), &packet_length),
                    ==, STATUS_OK);
    memcpy(full, packet + 40, BOX_NONCE_LENGTH);
    g_assert_cmpint(
        crypto_box_open_easy(opened, packet + 52, packet_length - 52, full, packet + 8, secret), ==,
        0);
    g_assert_cmpmem(opened, length, query, length);
    g_assert_cmpint(opened[length], ==, 0x80);
    box_clear(&box);
}

static void udp_padding_reaches_the_target(void)
{
    for (size_t length = 12; length < 3900; length += 7) {
        const size_t padded = box_padding_udp(length, 512);
        g_assert_cmpuint(padded % 64, ==, 0);
        g_assert_cmpuint(padded, >, length);
        g_assert_cmpuint(padded + BOX_QUERY_OVERHEAD, >=, 512);
        g_assert_cmpuint(padded + BOX_QUERY_OVERHEAD, <=, BOX_PACKET_MAX);
    }
}

static void padding_of_too_much_is_none(void)
{
    g_assert_cmpuint(box_padding_udp(4000, 512), ==, 0);
    g_assert_cmpuint(box_padding_tcp(4000), ==, 0);
    g_assert_cmpuint(box_padding_udp(10, 9999) + BOX_QUERY_OVERHEAD, <=, BOX_PACKET_MAX);
}

static void tcp_padding_varies(void)
{
    bool seen[4] = {false};
    for (int i = 0; i < 400; i++) {
        const size_t padded = box_padding_tcp(33);
        g_assert_cmpuint(padded % 64, ==, 0);
        g_assert_cmpuint(padded / 64 - 1, <, 4);
        seen[padded / 64 - 1] = true;
    }
    for (int i = 0; i < 4; i++)
        g_assert_true(seen[i]);
}

static void tcp_padding_is_256_bytes_at_most(void)
{
    for (size_t length = 12; length < 400; length++) {
        const size_t padding = box_padding_tcp(length) - length;
        g_assert_cmpuint(padding, >=, 1);
        g_assert_cmpuint(padding, <=, 256);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(sodium_init(), >=, 0);
    g_test_add_func("/box/keys-are-the-drafts", keys_are_the_drafts);
    g_test_add_func("/box/query-is-the-drafts", query_is_the_drafts);
    g_test_add_func("/box/response-is-the-drafts", response_is_the_drafts);
    g_test_add_func("/box/every-flipped-byte-is-refused", every_flipped_byte_is_refused);
    g_test_add_func("/box/every-shorter-packet-is-refused", every_shorter_packet_is_refused);
    g_test_add_func("/box/another-nonce-is-refused", another_nonce_is_refused);
    g_test_add_func("/box/bad-padding-is-refused", bad_padding_is_refused);
    g_test_add_func("/box/any-valid-padding-is-accepted", any_valid_padding_is_accepted);
    g_test_add_func("/box/low-order-key-is-refused", low_order_key_is_refused);
    g_test_add_func("/box/xsalsa20-opens-at-the-resolver", xsalsa20_opens_at_the_resolver);
    g_test_add_func("/box/udp-padding-reaches-the-target", udp_padding_reaches_the_target);
    g_test_add_func("/box/padding-of-too-much-is-none", padding_of_too_much_is_none);
    g_test_add_func("/box/tcp-padding-varies", tcp_padding_varies);
    g_test_add_func("/box/tcp-padding-is-256-bytes-at-most", tcp_padding_is_256_bytes_at_most);
    return g_test_run();
}
