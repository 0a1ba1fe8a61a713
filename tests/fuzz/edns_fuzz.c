/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The OPT record: what goes upstream, and options that are read. Input: payload size (2), the block
 * that it is padded to (1), whether keepalive is wanted (1), room (2), the message.
 */
#include "edns.h"
#include "fuzz.h"

#include <string.h>

/* Each option that a walk of our own over the record's bytes sees first is the one that is found,
 * and no other is. */
static void check_options(const Message *message)
{
    const uint8_t *at = message->wire + message->opt + EDNS_OPT_HEADER;
    const uint8_t *end = message->wire + message->opt_end;
    bool seen[UINT16_MAX + 1] = {false};
    size_t length;

    while (at < end) {
        uint16_t code = wire_get_u16(at);
        const uint8_t *value = edns_option(message, code, &length);

        if (!seen[code]) {
            g_assert_true(value == at + 4);
            g_assert_cmpuint(length, ==, wire_get_u16(at + 2));
            g_assert_true(value + length <= end);
        }
        seen[code] = true;
        at += 4 + wire_get_u16(at + 2);
    }
    g_assert_true(at == end);
    if (!seen[EDNS_COOKIE])
        g_assert_null(edns_option(message, EDNS_COOKIE, &length));
}

/* What leaves has the question, our OPT, and nothing else of what the client sent. */
static void check_rewritten(const Message *query, const EdnsWanted *wanted, const uint8_t *wire,
                            size_t length)
{
    Message sent;
    size_t unused;
    Status status = message_parse(&sent, wire, length);

    g_assert_cmpint(status, ==, query->question_count == 1 ? STATUS_OK : STATUS_UNSUPPORTED);
    g_assert_true(sent.has_edns == (query->has_edns || wanted->payload_size > 0));
    g_assert_true(sent.dnssec_ok == query->dnssec_ok);
    g_assert_cmpuint(sent.answer_count + sent.authority_count, ==, 0);
    g_assert_cmpuint(sent.additional_count, ==, sent.has_edns ? 1 : 0);
    g_assert_null(edns_option(&sent, EDNS_CLIENT_SUBNET, &unused));
    g_assert_null(edns_option(&sent, EDNS_COOKIE, &unused));
    if (sent.has_edns && wanted->pad_to > 0)
        g_assert_cmpuint(length % wanted->pad_to, ==, 0);
    if (sent.has_edns)
        check_options(&sent);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    const EdnsWanted wanted = {.payload_size = fuzz_take_u16(&input),
                               .pad_to = fuzz_take_u8(&input),
                               .keepalive = fuzz_take_u8(&input) & 1};
    size_t capacity = fuzz_take_u16(&input), written, size;
    g_autoptr(GBytes) message = fuzz_take_rest(&input);
    const uint8_t *wire = g_bytes_get_data(message, &size);
    g_autofree uint8_t *room = g_malloc(capacity + 1);
    Message query;

    Status status = message_parse(&query, wire, size);
    if (status == STATUS_MALFORMED)
        return 0;
    if (query.has_edns)
        check_options(&query);
    if (edns_rewrite_query(&query, &wanted, room, capacity, &written) == STATUS_OK)
        check_rewritten(&query, &wanted, room, written);
    if (edns_strip_reply(&query, room, capacity, &written) == STATUS_OK &&
        edns_append_opt(room, capacity, &written, wanted.payload_size, 0xabc, true,
                        EDE_STALE_ANSWER, "old") == STATUS_OK) {
        Message again;

        g_assert_cmpint(message_parse(&again, room, written), ==, status);
        g_assert_cmpuint(message_rcode(&again), ==, 0xabc);
        check_options(&again);
    }
    return 0;
}
