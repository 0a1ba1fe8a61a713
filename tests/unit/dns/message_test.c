/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message.h"
#include "samples.h"

#include <glib.h>
#include <string.h>

static Status parse(const Sample *sample)
{
    Message message;
    return message_parse(&message, sample->bytes, sample_length(sample));
}

static void query_is_read(void)
{
    Sample sample;
    Message message;
    char text[NAME_MAX_TEXT];
    sample_query(&sample);
    sample_parse(&sample, &message);
    g_assert_cmphex(message.id, ==, 0x1234);
    g_assert_cmphex(message.flags, ==, MESSAGE_RD);
    g_assert_cmpstr(name_format(&message.qname, text), ==, "example.com");
    g_assert_cmpuint(message.qtype, ==, RRTYPE_A);
    g_assert_cmpuint(message.qclass, ==, CLASS_IN);
    g_assert_cmpuint(message.records, ==, 29);
    g_assert_cmpuint(message.opt, ==, 29);
    g_assert_cmpuint(message.opt_end, ==, 40);
}

static void edns_is_read(void)
{
    Sample sample;
    Message message;
    sample_begin(&sample, 1, 0x8003);
    sample_question(&sample, "example.com", RRTYPE_A);
    sample_opt(&sample, 4096, 0x01028000, NULL, 0);
    sample_parse(&sample, &message);
    g_assert_true(message.has_edns);
    g_assert_true(message.dnssec_ok);
    g_assert_cmpuint(message.udp_size, ==, 4096);
    g_assert_cmpuint(message.edns_version, ==, 2);
    g_assert_cmpuint(message_rcode(&message), ==, 0x13);
}

static void udp_size_is_at_least_512(void)
{
    Sample sample;
    Message message;
    sample_begin(&sample, 1, 0);
    sample_question(&sample, "a", RRTYPE_A);
    sample_parse(&sample, &message);
    g_assert_false(message.has_edns);
    g_assert_cmpuint(message.udp_size, ==, 512);
    sample_opt(&sample, 100, 0, NULL, 0);
    sample_parse(&sample, &message);
    g_assert_cmpuint(message.udp_size, ==, 512);
}

static void records_come_in_order(void)
{
    static const struct {
        uint16_t type;
        uint8_t section;
        uint32_t ttl;
    } expected[] = {{RRTYPE_CNAME, 1, 300}, {RRTYPE_A, 1, 60},   {RRTYPE_A, 1, 60},
                    {RRTYPE_NS, 2, 3600},   {RRTYPE_A, 3, 3600}, {RRTYPE_OPT, 3, 0x8000}};
    Sample sample;
    Message message;
    Record record;
    sample_reply(&sample);
    sample_parse(&sample, &message);
    RecordIterator iterator = record_iterator(&message);
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_assert_true(record_next(&iterator, &record));
        g_assert_cmpuint(record.type, ==, expected[i].type);
        g_assert_cmpuint(record.section, ==, expected[i].section);
        g_assert_cmpuint(record.ttl, ==, expected[i].ttl);
        g_assert_cmpuint(wire_get_u32(sample.bytes + record.ttl_offset), ==, record.ttl);
    }
    g_assert_cmpuint(record.rdata + record.rdata_length, ==, message.length);
    g_assert_false(record_next(&iterator, &record));
    g_assert_false(record_next(&iterator, &record));
}

static void every_truncation_is_malformed(void)
{
    Sample sample;
    Message message;
    sample_reply(&sample);
    for (size_t length = 0; length < sample_length(&sample); length++) {
        g_autofree uint8_t *exact = g_memdup2(sample.bytes, length); /* for the address sanitizer */
        g_assert_cmpint(message_parse(&message, exact, length), ==, STATUS_MALFORMED);
    }
}

static void bytes_left_over_are_malformed(void)
{
    Sample sample;
    sample_query(&sample);
    wire_write_u8(&sample.writer, 0);
    g_assert_cmpint(parse(&sample), ==, STATUS_MALFORMED);
}

static void no_question_is_unsupported(void)
{
    Sample sample;
    Message message;
    sample_begin(&sample, 0x4321, MESSAGE_RD);
    sample_opt(&sample, 1232, 0, NULL, 0);
    g_assert_cmpint(message_parse(&message, sample.bytes, sample_length(&sample)), ==,
                    STATUS_UNSUPPORTED);
    g_assert_cmphex(message.id, ==, 0x4321);
    g_assert_cmphex(message.flags, ==, MESSAGE_RD);
}

static void two_questions_are_unsupported(void)
{
    Sample sample;
    sample_begin(&sample, 1, 0);
    sample_question(&sample, "a", RRTYPE_A);
    sample_question(&sample, "b", RRTYPE_A);
    g_assert_cmpint(parse(&sample), ==, STATUS_UNSUPPORTED);
    wire_write_u8(&sample.writer, 0);
    g_assert_cmpint(parse(&sample), ==, STATUS_MALFORMED);
}

static void compressed_question_is_malformed(void)
{
    Sample sample;
    sample_begin(&sample, 0, 0);
    wire_put_u16(sample.bytes + 4, 1);
    wire_write_u16(&sample.writer, 0xc000); /* to the ID, which reads as a root name */
    wire_write_u32(&sample.writer, RRTYPE_A << 16 | CLASS_IN);
    g_assert_cmpint(parse(&sample), ==, STATUS_MALFORMED);
}

static void counts_beyond_the_bytes_are_malformed(void)
{
    Sample sample;
    for (size_t field = 4; field < MESSAGE_HEADER_LENGTH; field += 2) {
        sample_reply(&sample);
        wire_put_u16(sample.bytes + field, 0xffff);
        g_assert_cmpint(parse(&sample), ==, STATUS_MALFORMED);
    }
}

static void owner_pointing_forwards_is_malformed(void)
{
    Sample sample;
    Message message;
    Record record;
    sample_reply(&sample);
    sample_parse(&sample, &message);
    RecordIterator iterator = record_iterator(&message);
    g_assert_true(record_next(&iterator, &record));
    wire_put_u16(sample.bytes + record.offset, (uint16_t)(0xc000 | record.offset));
    g_assert_cmpint(parse(&sample), ==, STATUS_MALFORMED);
}

static void second_opt_is_malformed(void)
{
    Sample sample;
    sample_query(&sample);
    sample_opt(&sample, 1232, 0, NULL, 0);
    g_assert_cmpint(parse(&sample), ==, STATUS_MALFORMED);
}

static void opt_not_owned_by_the_root_is_malformed(void)
{
    Sample sample;
    sample_begin(&sample, 1, 0);
    sample_question(&sample, "example.com", RRTYPE_A);
    sample_record(&sample, 3, "example.com", RRTYPE_OPT, 0, NULL, 0);
    g_assert_cmpint(parse(&sample), ==, STATUS_MALFORMED);
}

static void opt_among_the_answers_is_malformed(void)
{
    Sample sample;
    sample_begin(&sample, 1, 0);
    sample_question(&sample, "example.com", RRTYPE_A);
    sample_record(&sample, 1, ".", RRTYPE_OPT, 0, NULL, 0);
    g_assert_cmpint(parse(&sample), ==, STATUS_MALFORMED);
}

static void option_longer_than_its_opt_is_malformed(void)
{
    static const uint8_t overrun[] = {0, 3, 0, 2, 'x'};
    Sample sample;
    for (size_t length = 1; length <= sizeof overrun; length++) {
        sample_begin(&sample, 1, 0);
        sample_question(&sample, "example.com", RRTYPE_A);
        sample_opt(&sample, 1232, 0, overrun, length);
        g_assert_cmpint(parse(&sample), ==, STATUS_MALFORMED);
    }
}

static void largest_message_parses(void)
{
    g_autofree uint8_t *wire = g_malloc0(MESSAGE_MAX + 1);
    Message message;
    WireWriter writer = wire_writer(wire, MESSAGE_MAX + 1);
    wire_write_u32(&writer, 0x00010000);
    wire_write_u32(&writer, 0x00010001); /* one question, one answer */
    wire_write_u32(&writer, 0);
    wire_write_zeros(&writer, 5); /* the root, type 0, class 0 */
    wire_write_zeros(&writer, 9);
    wire_write_u16(&writer, (uint16_t)(MESSAGE_MAX - writer.position - 2));
    g_assert_cmpint(message_parse(&message, wire, MESSAGE_MAX), ==, STATUS_OK);
    g_assert_cmpint(message_parse(&message, wire, MESSAGE_MAX + 1), ==, STATUS_MALFORMED);
}

static void https_record_is_left_alone(void)
{
    /* 1 . alpn=h3,h2 ipv4hint=192.0.2.1 (RFC 9460 §2.2) */
    static const uint8_t rdata[] = {0,   1,   0, 0, 1, 0, 6,   2, 'h', '3', 2,
                                    'h', '2', 0, 4, 0, 4, 192, 0, 2,   1};
    Sample sample;
    Message message;
    Record record;
    sample_begin(&sample, 1, MESSAGE_QR);
    sample_question(&sample, "example.com", RRTYPE_HTTPS);
    sample_record(&sample, 1, NULL, RRTYPE_HTTPS, 300, rdata, sizeof rdata);
    sample_parse(&sample, &message);
    RecordIterator iterator = record_iterator(&message);
    g_assert_true(record_next(&iterator, &record));
    g_assert_cmpmem(message.wire + record.rdata, record.rdata_length, rdata, sizeof rdata);
}

/* Parses a query for example.com A and a reply that `change` was made to. */
static bool answers(void (*change)(Sample *))
{
    Sample sent, received;
    Message query, reply;
    sample_query(&sent);
    sample_parse(&sent, &query);
    sample_reply(&received);
    if (change)
        change(&received);
    sample_parse(&received, &reply);
    return message_answers(&reply, &query);
}

static void change_case(Sample *sample)
{
    sample->bytes[13] = 'E';
}

static void change_id(Sample *sample)
{
    sample->bytes[1]++;
}

static void change_direction(Sample *sample)
{
    sample->bytes[2] &= 0x7f;
}

static void change_opcode(Sample *sample)
{
    sample->bytes[2] |= 0x20;
}

static void change_name(Sample *sample)
{
    sample->bytes[13]++;
}

static void change_type(Sample *sample)
{
    sample->bytes[26]++;
}

static void change_class(Sample *sample)
{
    sample->bytes[28]++;
}

static void answers_go_by_id_and_question(void)
{
    g_assert_true(answers(NULL));
    g_assert_true(answers(change_case));
    g_assert_false(answers(change_id));
    g_assert_false(answers(change_direction));
    g_assert_false(answers(change_opcode));
    g_assert_false(answers(change_name));
    g_assert_false(answers(change_type));
    g_assert_false(answers(change_class));
}

static void question_of_a_cut_message_is_read(void)
{
    Sample sample;
    Message message;
    sample_query(&sample);
    const size_t cut = sample_length(&sample) - 3;
    g_assert_cmpint(message_parse(&message, sample.bytes, cut), ==, STATUS_MALFORMED);
    g_assert_cmpint(message_parse_question(&message, sample.bytes, cut), ==, STATUS_OK);
    g_assert_cmpuint(message.qtype, ==, RRTYPE_A);
    g_assert_cmpuint(message.records, ==, 29);
    g_assert_cmpint(message_parse_question(&message, sample.bytes, 28), ==, STATUS_MALFORMED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/message/query-is-read", query_is_read);
    g_test_add_func("/message/edns-is-read", edns_is_read);
    g_test_add_func("/message/udp-size-is-at-least-512", udp_size_is_at_least_512);
    g_test_add_func("/message/records-come-in-order", records_come_in_order);
    g_test_add_func("/message/every-truncation-is-malformed", every_truncation_is_malformed);
    g_test_add_func("/message/bytes-left-over-are-malformed", bytes_left_over_are_malformed);
    g_test_add_func("/message/no-question-is-unsupported", no_question_is_unsupported);
    g_test_add_func("/message/two-questions-are-unsupported", two_questions_are_unsupported);
    g_test_add_func("/message/compressed-question-is-malformed", compressed_question_is_malformed);
    g_test_add_func("/message/counts-beyond-the-bytes-are-malformed",
                    counts_beyond_the_bytes_are_malformed);
    g_test_add_func("/message/owner-pointing-forwards-is-malformed",
                    owner_pointing_forwards_is_malformed);
    g_test_add_func("/message/second-opt-is-malformed", second_opt_is_malformed);
    g_test_add_func("/message/opt-not-owned-by-the-root-is-malformed",
                    opt_not_owned_by_the_root_is_malformed);
    g_test_add_func("/message/opt-among-the-answers-is-malformed",
                    opt_among_the_answers_is_malformed);
    g_test_add_func("/message/option-longer-than-its-opt-is-malformed",
                    option_longer_than_its_opt_is_malformed);
    g_test_add_func("/message/largest-message-parses", largest_message_parses);
    g_test_add_func("/message/https-record-is-left-alone", https_record_is_left_alone);
    g_test_add_func("/message/answers-go-by-id-and-question", answers_go_by_id_and_question);
    g_test_add_func("/message/question-of-a-cut-message-is-read",
                    question_of_a_cut_message_is_read);
    return g_test_run();
}
