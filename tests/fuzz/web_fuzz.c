/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over HTTPS and Oblivious DoH behind TLS: HTTP/2, requests, responses, keys that are fetched.
 * Input: the protocol (1), then steps until its end. An even byte is the asker's (fuzz_asker.h),
 * one bit to the right. Of an odd one bits 1 to 3 say what the server does, the upper ones on which
 * connection or stream: it sends a piece as it is, a frame (type, flags, a piece), a whole response
 * (head, a piece, fitted to the query where that can be read), or ends the connection.
 */
#include "fuzz_asker.h"
#include "fuzz_stream.h"

#include <string.h>

enum { BY_DOH, BY_ODOH, BY_ODOH_FETCHED, PROTOCOLS };
enum { SAY_RAW, SAY_FRAME, SAY_RESPONSE, SAY_SETTINGS, END };
enum { FRAME_DATA, FRAME_HEADERS, FRAME_SETTINGS = 4, FRAME_HEAD = 9, PREFACE = 24 };
enum { END_STREAM = 1, END_HEADERS = 4 };

static const char *const media_types[] = {"application/dns-message",
                                          "application/oblivious-dns-message"};

static void say_frame(unsigned which, uint8_t type, uint8_t flags, uint32_t stream,
                      const uint8_t *bytes, size_t length)
{
    g_autofree uint8_t *frame = g_malloc(FRAME_HEAD + length);

    wire_put_u32(frame, (uint32_t)length << 8 | type);
    frame[4] = flags;
    wire_put_u32(frame + 5, stream);
    if (length > 0)
        memcpy(frame + FRAME_HEAD, bytes, length);
    fuzz_stream_say(which, frame, FRAME_HEAD + length);
}

/* A field that is not to be indexed, its name from the static table (RFC 7541 §6.2.2, A). */
static void append_field(GByteArray *block, uint8_t name, const char *value)
{
    const uint8_t head[] = {0x0f, (uint8_t)(name - 15), (uint8_t)strlen(value)};

    g_byte_array_append(block, head, sizeof head);
    g_byte_array_append(block, (const uint8_t *)value, (guint)strlen(value));
}

static void say_headers(unsigned which, uint32_t stream, uint8_t head, bool last)
{
    static const char *const statuses[] = {"200", "204", "401", "404", "405", "500", "100", "2x0"};
    static const char *const ages[] = {"0", "5", "4294967296", "-1"};
    g_autoptr(GByteArray) block = g_byte_array_new();
    const uint8_t status[] = {0x08, 3}; /* :status, literal */

    g_byte_array_append(block, status, sizeof status);
    g_byte_array_append(block, (const uint8_t *)statuses[head & 7], 3);
    if (head & 8)
        append_field(block, 31, media_types[head >> 4 & 1]);
    if (head & 0x20)
        append_field(block, 21, ages[head >> 6]);
    if (head & 0x40)
        append_field(block, 24, head & 0x80 ? "public, max-age=7" : "no-store");
    say_frame(which, FRAME_HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block->data,
              block->len);
}

/* What the client has posted on that stream: with DoH, the query. */
static bool find_query(const GByteArray *heard, uint32_t wanted, Message *query)
{
    size_t at = PREFACE;

    while (at + FRAME_HEAD <= heard->len) {
        const uint8_t *frame = heard->data + at;
        size_t length = wire_get_u32(frame) >> 8;

        g_assert_cmpuint(at + FRAME_HEAD + length, <=, heard->len);
        if (frame[3] == FRAME_DATA && wire_get_u32(frame + 5) == wanted &&
            message_parse(query, frame + FRAME_HEAD, length) == STATUS_OK)
            return true;
        at += FRAME_HEAD + length;
    }
    return false;
}

static void say_response(FuzzInput *input, unsigned which, uint32_t stream)
{
    uint8_t head = fuzz_take_u8(input);
    g_autoptr(GBytes) piece = fuzz_take_piece(input);
    const GByteArray *heard = fuzz_stream_heard(which);
    Message query;
    bool found = heard != NULL && find_query(heard, stream, &query);
    g_autoptr(GBytes) body = found ? fuzz_fit_reply(piece, &query) : g_bytes_ref(piece);
    size_t length;
    const uint8_t *bytes = g_bytes_get_data(body, &length);

    say_headers(which, stream, head, length == 0);
    if (length > 0)
        say_frame(which, FRAME_DATA, END_STREAM, stream, bytes, length);
}

static void say(FuzzInput *input, uint8_t step)
{
    unsigned number = step >> 4, which = number >> 2;
    uint32_t stream = 2 * (number & 3) + 1;
    uint8_t type, flags;
    g_autoptr(GBytes) piece = NULL;
    size_t length;
    const uint8_t *bytes;

    switch (step >> 1 & 7) {
    case SAY_FRAME:
        type = fuzz_take_u8(input);
        flags = fuzz_take_u8(input);
        piece = fuzz_take_piece(input);
        bytes = g_bytes_get_data(piece, &length);
        say_frame(which, type & 0xf, flags, flags & 0x80 ? 0 : stream, bytes, length);
        break;
    case SAY_RESPONSE:
        say_response(input, which, stream);
        break;
    case SAY_SETTINGS:
        say_frame(which, FRAME_SETTINGS, 0, 0, NULL, 0);
        break;
    case END:
        fuzz_stream_end(number, STATUS_CLOSED);
        break;
    default:
        piece = fuzz_take_piece(input);
        bytes = g_bytes_get_data(piece, &length);
        fuzz_stream_say(number, bytes, length);
    }
}

static Endpoint *endpoint_of(unsigned protocol)
{
    /* one key: version 1, X25519, HKDF-SHA256, AES-128-GCM */
    static const uint8_t configs[] = {0, 44, 0, 1, 0, 40, 0, 0x20, 0, 1, 0, 1, 0, 32, 9};
    Endpoint *endpoint = fuzz_endpoint(protocol == BY_DOH ? ENDPOINT_DOH : ENDPOINT_ODOH, 443);

    endpoint->host = g_strdup("dns.example");
    endpoint->path = g_strdup("/dns-query{?dns}");
    if (protocol == BY_DOH)
        return endpoint;
    endpoint->relay = fuzz_endpoint(ENDPOINT_DOH, 443);
    endpoint->relay->host = g_strdup("relay.example");
    endpoint->relay->path = g_strdup("/proxy{?targethost,targetpath}");
    if (protocol == BY_ODOH) {
        endpoint->odoh_configs_length = 46;
        endpoint->odoh_configs = g_malloc0(endpoint->odoh_configs_length);
        memcpy(endpoint->odoh_configs, configs, sizeof configs);
    }
    return endpoint;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    const TransportSettings settings = {
        .edns_payload = 1232, .idle_close_us = 10 * G_USEC_PER_SEC, .odoh_direct_keys = true};
    Endpoint *endpoint = endpoint_of(fuzz_take_u8(&input) % PROTOCOLS);

    fuzz_asker_run(endpoint, &settings, &input, say);
    g_assert_cmpuint(fuzz_streams(), ==, 0);
    return 0;
}
