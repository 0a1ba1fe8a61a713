/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNSCrypt as a whole: certificates, datagrams, calls by TCP. Input: whether a relay is on the way
 * (1), then steps until its end. An even byte is the asker's (fuzz_asker.h), one bit to the right.
 * Of an odd one bits 1 to 3 say what the server does, the upper ones on which socket, or to which
 * query: it sends a piece as it is, a certificate (its head, a piece behind it), or an answer,
 * sealed with the key that the query was sealed with.
 */
#include "box.h"
#include "certificate.h"
#include "fuzz_asker.h"
#include "fuzz_stream.h"
#include "fuzz_udp.h"
#include "relay_header.h"

#include <sodium.h>
#include <string.h>

enum { SAY_RAW, SAY_CERTIFICATE, SAY_ANSWER, REFUSE, BY_TCP };
enum { NONCE = 24, TAG = 16, CLIENT_NONCE = 12, QUERY_HEAD = 52, RESPONSE_HEAD = 32 };

static const char provider[] = "2.dnscrypt-cert.example";
static const uint8_t client_magic[8] = "fuzzing.";
static uint8_t provider_key[32], provider_secret[64], resolver_key[32], resolver_secret[32];

static void make_keys(void)
{
    static const uint8_t seed[32] = {7};

    if (resolver_secret[0] != 0)
        return;
    g_assert_cmpint(sodium_init(), >=, 0);
    crypto_sign_seed_keypair(provider_key, provider_secret, seed);
    memset(resolver_secret, 9, sizeof resolver_secret);
    g_assert_cmpint(crypto_scalarmult_base(resolver_key, resolver_secret), ==, 0);
}

/* ---- certificates ---- */

/* In one character-string, so a short one: bits of `head` say what is wrong with it. */
static size_t make_certificate(uint8_t head, GBytes *extension, uint8_t out[256])
{
    WireWriter writer = wire_writer(out, 256);
    size_t length;
    const uint8_t *bytes = g_bytes_get_data(extension, &length);

    wire_write_u8(&writer, 0);
    wire_write_bytes(&writer, "DNSC", 4);
    wire_write_u16(&writer, head & 1 ? BOX_XSALSA20 : head & 2 ? 3 : BOX_XCHACHA20);
    wire_write_zeros(&writer, 2 + 64);
    wire_write_bytes(&writer, resolver_key, sizeof resolver_key);
    wire_write_bytes(&writer, client_magic, sizeof client_magic);
    wire_write_u32(&writer, head >> 4);
    wire_write_u32(&writer, 1790000000);
    wire_write_u32(&writer, head & 4 ? 1790000001 : 1799999999);
    wire_write_bytes(&writer, bytes, MIN(length, 64));
    out[0] = (uint8_t)(writer.position - 1);
    crypto_sign_detached(out + 1 + 8, NULL, out + 1 + 72, writer.position - 1 - 72,
                         provider_secret);
    out[9] ^= head & 8; /* forged */
    return writer.position;
}

static void say_bytes(unsigned which, bool tcp, const uint8_t *bytes, size_t length)
{
    g_autoptr(GByteArray) frame = g_byte_array_new();
    uint8_t head[2];

    if (!tcp) {
        fuzz_udp_say(which, bytes, length);
        return;
    }
    wire_put_u16(head, (uint16_t)length);
    g_byte_array_append(frame, head, sizeof head);
    g_byte_array_append(frame, bytes, (guint)length);
    fuzz_stream_say(which, frame->data, frame->len);
}

/* A query as the server got it: a relay has taken its header off. */
static bool find_query(unsigned which, bool tcp, const uint8_t **bytes, size_t *length)
{
    const GByteArray *stream = tcp ? fuzz_stream_heard(which) : NULL;
    GBytes *datagram = tcp ? NULL : fuzz_udp_heard(which);

    if (stream != NULL && stream->len > 2) {
        *bytes = stream->data + 2;
        *length = stream->len - 2;
    } else if (datagram != NULL) {
        *bytes = g_bytes_get_data(datagram, length);
    } else {
        return false;
    }
    if (*length > RELAY_HEADER_LENGTH && (*bytes)[0] == 0xff && (*bytes)[1] == 0xff) {
        *bytes += RELAY_HEADER_LENGTH;
        *length -= RELAY_HEADER_LENGTH;
    }
    return true;
}

static void say_certificate(FuzzInput *input, unsigned which, bool tcp)
{
    uint8_t head = fuzz_take_u8(input), record[256], reply[1024];
    g_autoptr(GBytes) extension = fuzz_take_piece(input);
    size_t record_length = make_certificate(head, extension, record), length;
    const uint8_t *bytes;
    Message query;

    if (!find_query(which, tcp, &bytes, &length) ||
        message_parse(&query, bytes, length) != STATUS_OK)
        return;
    WireWriter writer = wire_writer(reply, sizeof reply);
    wire_write_u16(&writer, query.id);
    wire_write_u16(&writer, 0x8180);
    wire_write_u32(&writer, 0x00010001);
    wire_write_u32(&writer, 0);
    wire_write_bytes(&writer, query.wire + MESSAGE_HEADER_LENGTH,
                     query.records - MESSAGE_HEADER_LENGTH);
    wire_write_u16(&writer, 0xc00c);
    wire_write_u16(&writer, RRTYPE_TXT);
    wire_write_u16(&writer, CLASS_IN);
    wire_write_u32(&writer, 60);
    wire_write_u16(&writer, (uint16_t)record_length);
    wire_write_bytes(&writer, record, record_length);
    g_assert_false(writer.failed);
    say_bytes(which, tcp, reply, writer.position);
}

/* ---- answers ---- */

static int shared_key(uint8_t shared[32], const uint8_t *client_key, bool salsa)
{
    return salsa ? crypto_box_beforenm(shared, client_key, resolver_secret)
                 : crypto_box_curve25519xchacha20poly1305_beforenm(shared, client_key,
                                                                   resolver_secret);
}

/* Opens a query in whichever cipher it is. */
static bool open_query(const uint8_t *bytes, size_t length, uint8_t shared[32], bool *salsa,
                       uint8_t *plain)
{
    uint8_t nonce[NONCE] = {0};

    if (length < QUERY_HEAD + TAG || memcmp(bytes, client_magic, sizeof client_magic) != 0)
        return false;
    memcpy(nonce, bytes + 40, CLIENT_NONCE);
    for (int cipher = 0; cipher < 2; cipher++) {
        *salsa = cipher == 1;
        if (shared_key(shared, bytes + 8, *salsa) != 0)
            continue;
        if ((*salsa ? crypto_box_open_easy_afternm
                    : crypto_box_curve25519xchacha20poly1305_open_easy_afternm)(
                plain, bytes + QUERY_HEAD, length - QUERY_HEAD, nonce, shared) == 0)
            return true;
    }
    return false;
}

static void say_answer(FuzzInput *input, unsigned which, bool tcp)
{
    static const uint8_t magic[8] = {0x72, 0x36, 0x66, 0x6e, 0x76, 0x57, 0x6a, 0x38};
    g_autoptr(GBytes) piece = fuzz_take_piece(input);
    uint8_t plain[BOX_PACKET_MAX], shared[32];
    const uint8_t *bytes;
    size_t length;
    bool salsa;
    Message query;

    if (!find_query(which, tcp, &bytes, &length) || length > sizeof plain ||
        !open_query(bytes, length, shared, &salsa, plain))
        return;
    size_t end = length - QUERY_HEAD - TAG;
    while (end > 0 && plain[end - 1] == 0)
        end--;
    g_assert_true(end > 0 && plain[end - 1] == 0x80);
    g_assert_cmpint(message_parse(&query, plain, end - 1), ==, STATUS_OK);
    g_autoptr(GBytes) reply = fuzz_fit_reply(piece, &query);
    size_t reply_length, sealed_length;
    const uint8_t *reply_bytes = g_bytes_get_data(reply, &reply_length);
    sealed_length = (reply_length + 64) / 64 * 64;
    g_autofree uint8_t *packet = g_malloc0(RESPONSE_HEAD + TAG + sealed_length);
    g_autofree uint8_t *padded = g_malloc0(sealed_length);
    if (reply_length > 0)
        memcpy(padded, reply_bytes, reply_length);
    padded[reply_length] = 0x80;
    memcpy(packet, magic, sizeof magic);
    memcpy(packet + 8, bytes + 40, CLIENT_NONCE);
    (salsa ? crypto_box_easy_afternm : crypto_box_curve25519xchacha20poly1305_easy_afternm)(
        packet + RESPONSE_HEAD, padded, sealed_length, packet + 8, shared);
    say_bytes(which, tcp, packet, MIN(RESPONSE_HEAD + TAG + sealed_length, (size_t)UINT16_MAX));
}

static void say(FuzzInput *input, uint8_t step)
{
    unsigned which = step >> 4;
    bool tcp = step >> 1 & BY_TCP;
    g_autoptr(GBytes) piece = NULL;
    size_t length;
    const uint8_t *bytes;

    switch (step >> 1 & 3) {
    case SAY_RAW:
        piece = fuzz_take_piece(input);
        bytes = g_bytes_get_data(piece, &length);
        say_bytes(which, tcp, bytes, length);
        break;
    case SAY_CERTIFICATE:
        say_certificate(input, which, tcp);
        break;
    case SAY_ANSWER:
        say_answer(input, which, tcp);
        break;
    default:
        if (tcp)
            fuzz_stream_end(which, STATUS_CLOSED);
        else
            fuzz_udp_refuse(which, STATUS_REFUSED);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    uint8_t choices = fuzz_take_u8(&input);
    const TransportSettings settings = {.edns_payload = 1232,
                                        .idle_close_us = 10 * G_USEC_PER_SEC,
                                        .tcp_only = choices & 2,
                                        .fresh_keys = choices & 4};

    make_keys();
    Endpoint *endpoint = fuzz_endpoint(ENDPOINT_DNSCRYPT, 443);
    endpoint->provider_name = g_strdup(provider);
    memcpy(endpoint->provider_key, provider_key, sizeof provider_key);
    if (choices & 1)
        endpoint->relay = fuzz_endpoint(ENDPOINT_DNSCRYPT, 443);
    fuzz_asker_run(endpoint, &settings, &input, say);
    g_assert_cmpuint(fuzz_streams(), ==, 0);
    fuzz_udp_forget();
    return 0;
}
