/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over TLS behind TLS: frames, IDs, the life of connections. Input: steps until its end. An
 * even byte is the asker's (fuzz_asker.h). Of an odd one bits 1 and 2 say
 * what the server does: send a piece as it is, or framed as the answer to one of the queries that
 * it heard, whole or in two; or end the connection. The upper bits say on which connection, or to
 * which query.
 */
#include "fuzz_asker.h"
#include "fuzz_stream.h"

enum { SAY_RAW, SAY_ANSWER, SAY_IN_TWO, END };

/* The query of that number among those that a server heard. */
static bool find_query(const GByteArray *heard, unsigned number, Message *query)
{
    WireReader reader = wire_reader(heard->data, heard->len);
    unsigned count = 0;

    while (wire_left(&reader) > 0) {
        size_t length = wire_read_u16(&reader);
        const uint8_t *bytes = wire_read_bytes(&reader, length);

        g_assert_false(reader.failed); /* whole frames, each a query */
        g_assert_cmpint(message_parse(query, bytes, length), ==, STATUS_OK);
        g_assert_cmpuint(length % 128, ==, 0);
        if (count++ == number)
            return true;
    }
    return count > 0;
}

static void say_answer(FuzzInput *input, unsigned number, bool in_two)
{
    g_autoptr(GBytes) piece = fuzz_take_piece(input);
    unsigned which = number / 16;
    const GByteArray *heard = fuzz_stream_heard(which);
    Message query;
    size_t length;

    if (heard == NULL || !find_query(heard, number, &query))
        return;
    g_autoptr(GBytes) reply = fuzz_fit_reply(piece, &query);
    const uint8_t *bytes = g_bytes_get_data(reply, &length);
    if (length > MESSAGE_MAX)
        return;
    g_autoptr(GByteArray) frame = g_byte_array_new();
    uint8_t head[2];
    wire_put_u16(head, (uint16_t)length);
    g_byte_array_append(frame, head, sizeof head);
    g_byte_array_append(frame, bytes, (guint)length);
    size_t cut = in_two ? number % frame->len : 0;
    fuzz_stream_say(which, frame->data, cut);
    fuzz_stream_say(which, frame->data + cut, frame->len - cut);
}

static void say(FuzzInput *input, uint8_t step)
{
    unsigned number = step >> 3;

    switch (step >> 1 & 3) {
    case SAY_RAW: {
        g_autoptr(GBytes) piece = fuzz_take_piece(input);
        size_t length;
        const uint8_t *bytes = g_bytes_get_data(piece, &length);

        fuzz_stream_say(number, bytes, length);
        break;
    }
    case END:
        fuzz_stream_end(number, number % 2 ? STATUS_CLOSED : STATUS_TLS);
        break;
    default:
        say_answer(input, number, (step >> 1 & 3) == SAY_IN_TWO);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    const TransportSettings settings = {.edns_payload = 1232, .idle_close_us = 10 * G_USEC_PER_SEC};
    Endpoint *endpoint = fuzz_endpoint(ENDPOINT_DOT, 853);
    endpoint->host = g_strdup("dns.example");
    fuzz_asker_run(endpoint, &settings, &input, say);
    g_assert_cmpuint(fuzz_streams(), ==, 0);
    return 0;
}
