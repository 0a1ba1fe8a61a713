/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edns.h"
#include "reply.h"
#include "samples.h"

#include <glib.h>
#include <string.h>

typedef struct Reply {
    uint8_t bytes[4096];
    size_t length;
    Message message;
} Reply;

static void reparse(Reply *reply)
{
    g_assert_cmpint(message_parse(&reply->message, reply->bytes, reply->length), ==, STATUS_OK);
}

static void error_for(const Sample *sample, unsigned rcode, int ede, const char *text, Reply *reply)
{
    Message query;
    sample_parse(sample, &query);
    g_assert_cmpint(
        reply_error(&query, rcode, ede, text, reply->bytes, sizeof reply->bytes, &reply->length),
        ==, STATUS_OK);
    reparse(reply);
    g_assert_true(message_answers(&reply->message, &query));
}

static void error_answers_its_question(void)
{
    Sample sample;
    Reply reply;
    sample_begin(&sample, 0xbeef, MESSAGE_RD | MESSAGE_CD | MESSAGE_AD);
    sample_question(&sample, "Example.com", RRTYPE_HTTPS);
    error_for(&sample, RCODE_SERVFAIL, EDE_NONE, NULL, &reply);
    g_assert_cmphex(reply.message.flags, ==,
                    MESSAGE_QR | MESSAGE_RD | MESSAGE_RA | MESSAGE_CD | RCODE_SERVFAIL);
    g_assert_cmpmem(reply.bytes + 12, reply.length - 12, sample.bytes + 12,
                    sample_length(&sample) - 12);
}

static void error_keeps_rd_clear(void)
{
    Sample sample;
    Reply reply;
    sample_begin(&sample, 1, 0);
    sample_question(&sample, "a", RRTYPE_A);
    error_for(&sample, RCODE_REFUSED, EDE_NONE, NULL, &reply);
    g_assert_cmphex(reply.message.flags, ==, MESSAGE_QR | MESSAGE_RA | RCODE_REFUSED);
}

static void error_says_why_to_clients_with_edns(void)
{
    Sample sample;
    Reply reply;
    size_t length;
    sample_query(&sample);
    error_for(&sample, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, "nobody", &reply);
    const uint8_t *value = edns_option(&reply.message, EDNS_EXTENDED_ERROR, &length);
    g_assert_cmpmem(value, length, "\0\026nobody", 8);
}

static void error_says_nothing_to_others(void)
{
    Sample sample;
    Reply reply;
    sample_begin(&sample, 1, MESSAGE_RD);
    sample_question(&sample, "a", RRTYPE_A);
    error_for(&sample, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "nobody", &reply);
    g_assert_false(reply.message.has_edns);
}

static void badvers_is_split(void)
{
    Sample sample;
    Reply reply;
    sample_begin(&sample, 1, 0);
    sample_question(&sample, "a", RRTYPE_A);
    sample_opt(&sample, 1232, 0x00018000, NULL, 0);
    error_for(&sample, RCODE_BADVERS, EDE_NONE, NULL, &reply);
    g_assert_cmpuint(message_rcode(&reply.message), ==, RCODE_BADVERS);
    g_assert_cmpuint(reply.message.edns_version, ==, 0);
    g_assert_true(reply.message.dnssec_ok);
}

static void long_reason_gives_way(void)
{
    g_autofree char *reason = g_strnfill(600, 'x');
    Sample sample;
    Message query, answer;
    uint8_t room[512];
    size_t length, option;
    sample_query(&sample);
    sample_parse(&sample, &query);
    g_assert_cmpint(
        reply_error(&query, RCODE_SERVFAIL, EDE_OTHER, reason, room, sizeof room, &length), ==,
        STATUS_OK);
    g_assert_cmpint(message_parse(&answer, room, length), ==, STATUS_OK);
    g_assert_nonnull(edns_option(&answer, EDNS_EXTENDED_ERROR, &option));
    g_assert_cmpuint(option, ==, 2);
}

static void error_without_room_fails(void)
{
    Sample sample;
    Message query;
    size_t length = 99;
    sample_query(&sample);
    sample_parse(&sample, &query);
    for (size_t capacity = 0; capacity < sample_length(&sample); capacity++) {
        g_autofree uint8_t *room = g_malloc(capacity);
        g_assert_cmpint(
            reply_error(&query, RCODE_SERVFAIL, EDE_NONE, NULL, room, capacity, &length), ==,
            STATUS_NO_SPACE);
    }
    g_assert_cmpuint(length, ==, 99);
}

static void error_for_two_questions_has_none(void)
{
    Sample sample;
    Message query;
    uint8_t room[64];
    size_t length;
    sample_begin(&sample, 0xbeef, MESSAGE_RD);
    sample_question(&sample, "a", RRTYPE_A);
    sample_question(&sample, "b", RRTYPE_A);
    g_assert_cmpint(message_parse(&query, sample.bytes, sample_length(&sample)), ==,
                    STATUS_UNSUPPORTED);
    g_assert_cmpint(reply_error(&query, RCODE_FORMERR, EDE_NONE, NULL, room, sizeof room, &length),
                    ==, STATUS_OK);
    g_assert_cmpmem(room, length, "\xbe\xef\x81\x81\0\0\0\0\0\0\0\0", 12);
}

static void formerr_is_a_header(void)
{
    static const uint8_t wire[] = {0xbe, 0xef, 0x29, 0x30, 0, 9, 0, 9, 0, 9, 0, 9, 0xff};
    uint8_t room[12];
    size_t length = 99;
    g_assert_cmpint(reply_formerr(wire, sizeof wire, room, sizeof room, &length), ==, STATUS_OK);
    g_assert_cmpmem(room, length, "\xbe\xef\xa9\x91\0\0\0\0\0\0\0\0", 12);
    g_assert_cmpint(reply_formerr(wire, sizeof wire, room, 11, &length), ==, STATUS_NO_SPACE);
    g_assert_cmpint(reply_formerr(wire, 11, room, sizeof room, &length), ==, STATUS_MALFORMED);
}

static void address_for(uint16_t type, const char *address, size_t length, Reply *reply)
{
    Sample sample;
    Message query;
    sample_begin(&sample, 1, MESSAGE_RD);
    sample_question(&sample, "example.com", type);
    sample_opt(&sample, 1232, 0, NULL, 0);
    sample_parse(&sample, &query);
    g_assert_cmpint(reply_address(&query, (const uint8_t *)address, length, 77, reply->bytes,
                                  sizeof reply->bytes, &reply->length),
                    ==, STATUS_OK);
    reparse(reply);
    g_assert_true(message_answers(&reply->message, &query));
    g_assert_true(reply->message.has_edns);
}

static void assert_address(uint16_t type, const char *address, size_t length)
{
    Reply reply;
    Record record;
    WireReader reader;
    Name owner;
    address_for(type, address, length, &reply);
    RecordIterator iterator = record_iterator(&reply.message);
    g_assert_true(record_next(&iterator, &record));
    g_assert_cmpuint(record.type, ==, type);
    g_assert_cmpuint(record.ttl, ==, 77);
    g_assert_cmpmem(reply.bytes + record.rdata, record.rdata_length, address, length);
    reader = wire_reader(reply.bytes, reply.length);
    wire_skip(&reader, record.offset);
    name_read(&reader, &owner);
    g_assert_true(name_equal(&owner, &reply.message.qname));
}

static void address_is_given(void)
{
    assert_address(RRTYPE_A, "\xc0\x00\x02\x01", 4);
    assert_address(RRTYPE_AAAA, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
}

static void no_address_is_nodata(void)
{
    Reply reply;
    address_for(RRTYPE_A, NULL, 0, &reply);
    g_assert_cmpuint(reply.message.answer_count, ==, 0);
    g_assert_cmpuint(message_rcode(&reply.message), ==, RCODE_NOERROR);
}

static void address_of_odd_length_is_invalid(void)
{
    Sample sample;
    Message query;
    uint8_t room[128];
    size_t length;
    sample_query(&sample);
    sample_parse(&sample, &query);
    g_assert_cmpint(reply_address(&query, room, 5, 1, room, sizeof room, &length), ==,
                    STATUS_INVALID);
}

static void add_error_tests(void)
{
    g_test_add_func("/reply/error-answers-its-question", error_answers_its_question);
    g_test_add_func("/reply/error-keeps-rd-clear", error_keeps_rd_clear);
    g_test_add_func("/reply/error-says-why-to-clients-with-edns",
                    error_says_why_to_clients_with_edns);
    g_test_add_func("/reply/error-says-nothing-to-others", error_says_nothing_to_others);
    g_test_add_func("/reply/badvers-is-split", badvers_is_split);
    g_test_add_func("/reply/long-reason-gives-way", long_reason_gives_way);
    g_test_add_func("/reply/error-without-room-fails", error_without_room_fails);
    g_test_add_func("/reply/error-for-two-questions-has-none", error_for_two_questions_has_none);
    g_test_add_func("/reply/formerr-is-a-header", formerr_is_a_header);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_error_tests();
    g_test_add_func("/reply/address-is-given", address_is_given);
    g_test_add_func("/reply/no-address-is-nodata", no_address_is_nodata);
    g_test_add_func("/reply/address-of-odd-length-is-invalid", address_of_odd_length_is_invalid);
    return g_test_run();
}
