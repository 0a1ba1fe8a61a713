/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whatever bytes come, the floor must neither crash nor write what it would not read itself. The
 * messages are made by a fixed sequence of random numbers: a failure can be repeated.
 */

#include "edns.h"
#include "reply.h"
#include "samples.h"

#include <glib.h>
#include <string.h>

#define ROUNDS 200000

/* xorshift64: quick, and the same everywhere. */
static uint64_t state;

static uint32_t random_below(uint32_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % limit;
}

/* The values that lengths, counts, labels and pointers go wrong at. */
static uint8_t telling_octet(void)
{
    static const uint8_t octets[] = {0x00, 0x01, 0x0c, 0x29, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff};
    return octets[random_below(sizeof octets)];
}

static size_t make_noise(uint8_t *bytes, size_t capacity)
{
    size_t length = random_below((uint32_t)capacity);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)random_below(256);
    for (size_t i = 4; i < 12 && i < length; i++) /* small counts get further */
        bytes[i] = i % 2 == 0 ? 0 : (uint8_t)random_below(3);
    return length;
}

static size_t make_mutation(uint8_t *bytes)
{
    Sample sample;
    if (random_below(2))
        sample_query(&sample);
    else
        sample_reply(&sample);
    size_t length = sample_length(&sample);
    memcpy(bytes, sample.bytes, length);
    for (uint32_t changes = random_below(6); changes > 0; changes--) {
        uint32_t at = random_below((uint32_t)length);
        bytes[at] = random_below(2) ? telling_octet() : (uint8_t)random_below(256);
    }
    return random_below(8) ? length : random_below((uint32_t)length + 1);
}

static void assert_parses(const uint8_t *bytes, size_t length)
{
    Message message;
    Status status = message_parse(&message, bytes, length);
    g_assert_true(status == STATUS_OK || status == STATUS_UNSUPPORTED);
}

static void walk(const Message *message)
{
    RecordIterator iterator = record_iterator(message);
    Record record;
    size_t length, count = 0, end = message->records;
    while (record_next(&iterator, &record)) {
        g_assert_cmpuint(record.offset, ==, end);
        end = record.rdata + record.rdata_length;
        g_assert_cmpuint(record.ttl, ==, wire_get_u32(message->wire + record.ttl_offset));
        count++;
    }
    g_assert_cmpuint(end, ==, message->length);
    g_assert_cmpuint(count, ==,
                     (size_t)message->answer_count + message->authority_count +
                         message->additional_count);
    for (uint16_t code = 0; code < 20; code++) {
        const uint8_t *value = edns_option(message, code, &length);
        if (value)
            g_assert_true(value + length <= message->wire + message->length);
    }
}

static void rewrite(const Message *message, uint8_t *room, size_t capacity)
{
    EdnsWanted wanted = {.payload_size = (uint16_t)(random_below(2) * 1232),
                         .pad_to = (uint16_t)(random_below(2) * 128),
                         .keepalive = random_below(2)};
    size_t length;
    if (edns_rewrite_query(message, &wanted, room, capacity, &length) == STATUS_OK)
        assert_parses(room, length);
    if (edns_strip_reply(message, room, capacity, &length) == STATUS_OK) {
        assert_parses(room, length);
        if (edns_append_opt(room, capacity, &length, 1232, random_below(4096), true,
                            EDE_STALE_ANSWER, "stale") == STATUS_OK)
            assert_parses(room, length);
    }
}

static void reply(const Message *message, uint8_t *room, size_t capacity)
{
    size_t length;
    if (reply_error(message, random_below(4096), (int)random_below(30) - 1, "because", room,
                    capacity, &length) == STATUS_OK)
        assert_parses(room, length);
    if (message->question_count == 1 && reply_address(message, (const uint8_t *)"\x7f\0\0\1", 4, 1,
                                                      room, capacity, &length) == STATUS_OK)
        assert_parses(room, length);
    g_assert_true(message_answers(message, message) ==
                  (message->question_count == 1 && (message->flags & MESSAGE_QR)));
    g_assert_cmpuint(message_rcode(message), <, 4096);
}

static bool survive(const uint8_t *bytes, size_t length)
{
    Message message;
    g_autofree uint8_t *exact = g_memdup2(bytes, length); /* its end is watched by the sanitizer */
    size_t capacity = random_below(4) ? 1024 : random_below(200);
    g_autofree uint8_t *room = g_malloc(capacity);
    size_t written;

    Status status = message_parse(&message, exact, length);
    if (reply_formerr(exact, length, room, capacity, &written) == STATUS_OK)
        assert_parses(room, written);
    if (status == STATUS_MALFORMED)
        return false;
    walk(&message);
    rewrite(&message, room, capacity);
    reply(&message, room, capacity);
    return true;
}

static void mutations_are_survived(void)
{
    uint8_t bytes[4096];
    unsigned good = 0;
    state = 0x50770;
    for (unsigned i = 0; i < ROUNDS; i++)
        good += survive(bytes, make_mutation(bytes));
    g_test_message("%u of %u parsed", good, ROUNDS);
    g_assert_cmpuint(good, >, ROUNDS / 10); /* or else the test reaches nothing */
}

static void noise_is_survived(void)
{
    uint8_t bytes[100];
    state = 0xd15ea5e;
    for (unsigned i = 0; i < ROUNDS; i++)
        survive(bytes, make_noise(bytes, sizeof bytes));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/survival/mutations-are-survived", mutations_are_survived);
    g_test_add_func("/survival/noise-is-survived", noise_is_survived);
    return g_test_run();
}
