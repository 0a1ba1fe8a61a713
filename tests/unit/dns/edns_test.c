/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edns.h"
#include "samples.h"

#include <glib.h>
#include <string.h>

/* A query as it would leave for upstream, parsed. */
typedef struct Rewritten {
    uint8_t bytes[4096];
    size_t length;
    Message message;
} Rewritten;

static void rewrite(const Sample *sample, EdnsWanted wanted, Rewritten *rewritten)
{
    Message query;
    sample_parse(sample, &query);
    g_assert_cmpint(edns_rewrite_query(&query, &wanted, rewritten->bytes, sizeof rewritten->bytes,
                                       &rewritten->length),
                    ==, STATUS_OK);
    g_assert_cmpint(message_parse(&rewritten->message, rewritten->bytes, rewritten->length), ==,
                    STATUS_OK);
}

static void begin_query(Sample *sample)
{
    sample_begin(sample, 0x1234, MESSAGE_RD | MESSAGE_CD);
    sample_question(sample, "Example.com", RRTYPE_HTTPS);
}

static size_t option_length(const Message *message, uint16_t code)
{
    size_t length = 0;
    g_assert_nonnull(edns_option(message, code, &length));
    return length;
}

static bool has_option(const Message *message, uint16_t code)
{
    size_t length;
    return edns_option(message, code, &length) != NULL;
}

static void rewrite_keeps_id_and_question(void)
{
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    rewrite(&sample, (EdnsWanted){.payload_size = 1232}, &out);
    g_assert_cmphex(out.message.id, ==, 0x1234);
    g_assert_cmpmem(out.bytes + 12, out.message.records - 12, sample.bytes + 12,
                    sample_length(&sample) - 12); /* letter case, too */
}

/* An answer to one client may be given to others who want AD (RFC 6840 §5.7). */
static void rewrite_keeps_rd_and_cd_and_sets_ad(void)
{
    static const uint16_t flags[] = {0, MESSAGE_RD, MESSAGE_CD, MESSAGE_RD | MESSAGE_CD};
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        Sample sample;
        Rewritten out;
        sample_begin(&sample, 1, flags[i] | MESSAGE_TC | MESSAGE_AA | MESSAGE_RA | 0x0040);
        sample_question(&sample, "example.com", RRTYPE_A);
        rewrite(&sample, (EdnsWanted){.payload_size = 1232}, &out);
        g_assert_cmphex(out.message.flags, ==, flags[i] | MESSAGE_AD);
    }
}

static void rewrite_adds_an_opt(void)
{
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    rewrite(&sample, (EdnsWanted){.payload_size = 1232}, &out);
    g_assert_true(out.message.has_edns);
    g_assert_cmpuint(out.message.udp_size, ==, 1232);
    g_assert_false(out.message.dnssec_ok);
    g_assert_cmpuint(out.message.additional_count, ==, 1);
}

static void payload_size_0_adds_none(void)
{
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    rewrite(&sample, (EdnsWanted){.pad_to = 128, .keepalive = true}, &out);
    g_assert_false(out.message.has_edns);
    g_assert_cmpuint(out.length, ==, sample_length(&sample));
}

static void payload_size_0_answers_a_client_s_opt(void)
{
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    sample_opt(&sample, 4096, 0, NULL, 0);
    rewrite(&sample, (EdnsWanted){0}, &out);
    g_assert_true(out.message.has_edns);
    g_assert_cmpuint(wire_get_u16(out.bytes + out.message.opt + 3), ==, 512);
}

static void rewrite_keeps_do_and_nothing_else_of_the_ttl(void)
{
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    sample_opt(&sample, 4096, 0x0500c001, NULL, 0);
    rewrite(&sample, (EdnsWanted){.payload_size = 1400}, &out);
    g_assert_cmphex(wire_get_u32(out.bytes + out.message.opt + 5), ==, 0x00008000);
    g_assert_cmpuint(out.message.udp_size, ==, 1400);
}

static void rewrite_keeps_no_option_but_nsid(void)
{
    static const uint8_t options[] = {
        0,    3,    0, 2, 'a', 'b',                      /* NSID, which is empty in a query */
        0,    10,   0, 8, 1,   2,   3,  4, 5,   6, 7, 8, /* cookie */
        0,    8,    0, 7, 0,   1,   24, 0, 192, 0, 2,    /* client subnet */
        0,    11,   0, 2, 0,   100,                      /* keepalive */
        0,    12,   0, 3, 0,   0,   0,                   /* padding */
        0xfd, 0xe9, 0, 6, 2,   0,   0,  0, 0,   1,       /* dnsmasq's MAC address */
    };
    static const uint8_t kept[] = {0, 3, 0, 0};
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    sample_opt(&sample, 1232, 0, options, sizeof options);
    rewrite(&sample, (EdnsWanted){.payload_size = 1232}, &out);
    g_assert_cmpmem(out.bytes + out.message.opt + EDNS_OPT_HEADER,
                    out.message.opt_end - out.message.opt - EDNS_OPT_HEADER, kept, sizeof kept);
}

static void other_records_of_a_query_are_dropped(void)
{
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    sample_record(&sample, 1, NULL, RRTYPE_A, 1, "\x7f\0\0\1", 4);
    sample_record(&sample, 3, NULL, RRTYPE_A, 1, "\x7f\0\0\1", 4);
    sample_opt(&sample, 1232, 0, NULL, 0);
    rewrite(&sample, (EdnsWanted){.payload_size = 1232}, &out);
    g_assert_cmpuint(out.message.answer_count, ==, 0);
    g_assert_cmpuint(out.message.additional_count, ==, 1);
    g_assert_cmpuint(out.message.opt, ==, out.message.records);
}

static void keepalive_is_empty(void)
{
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    rewrite(&sample, (EdnsWanted){.payload_size = 1232, .keepalive = true}, &out);
    g_assert_cmpuint(option_length(&out.message, EDNS_TCP_KEEPALIVE), ==, 0);
}

static void padding_makes_the_whole_message_a_multiple(void)
{
    static const uint16_t blocks[] = {1, 2, 64, 128, 468, 1000};
    g_autofree char *label = g_strnfill(60, 'x');
    for (size_t length = 1; length <= 60; length++) {
        label[60 - length] = '\0';
        g_autofree char *name = g_strconcat("y", label, ".example", NULL);
        label[60 - length] = 'x';
        Sample sample;
        sample_begin(&sample, 1, MESSAGE_RD);
        sample_question(&sample, name, RRTYPE_A);
        for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
            Rewritten out;
            rewrite(&sample, (EdnsWanted){.payload_size = 1232, .pad_to = blocks[i]}, &out);
            g_assert_cmpuint(out.length % blocks[i], ==, 0);
            g_assert_cmpuint(option_length(&out.message, EDNS_PADDING), <, blocks[i]);
        }
    }
}

static void padding_is_zeros_and_last(void)
{
    Sample sample;
    Rewritten out;
    size_t length;
    begin_query(&sample);
    memset(out.bytes, 0xff, sizeof out.bytes);
    rewrite(&sample, (EdnsWanted){.payload_size = 1232, .pad_to = 128, .keepalive = true}, &out);
    const uint8_t *padding = edns_option(&out.message, EDNS_PADDING, &length);
    g_assert_true(padding + length == out.bytes + out.length);
    for (size_t i = 0; i < length; i++)
        g_assert_cmpuint(padding[i], ==, 0);
}

static void rewriting_again_pads_anew(void)
{
    Sample sample;
    Rewritten once, twice;
    uint8_t room[4096];
    size_t length;
    EdnsWanted wanted = {.payload_size = 1232, .pad_to = 128, .keepalive = true};
    begin_query(&sample);
    rewrite(&sample, wanted, &once);
    g_assert_cmpint(edns_rewrite_query(&once.message, &wanted, room, sizeof room, &length), ==,
                    STATUS_OK);
    g_assert_cmpmem(room, length, once.bytes, once.length);

    wanted = (EdnsWanted){.payload_size = 1232};
    g_assert_cmpint(
        edns_rewrite_query(&once.message, &wanted, twice.bytes, sizeof twice.bytes, &length), ==,
        STATUS_OK);
    g_assert_cmpuint(length, ==, sample_length(&sample) + EDNS_OPT_HEADER);
}

static void rewrite_needs_room_for_all(void)
{
    Sample sample;
    Message query;
    size_t length = 99;
    EdnsWanted wanted = {.payload_size = 1232, .pad_to = 128, .keepalive = true};
    begin_query(&sample);
    sample_parse(&sample, &query);
    for (size_t capacity = 0; capacity < 128; capacity++) {
        g_autofree uint8_t *room = g_malloc(capacity);
        g_assert_cmpint(edns_rewrite_query(&query, &wanted, room, capacity, &length), ==,
                        STATUS_NO_SPACE);
        g_assert_cmpuint(length, ==, 99);
    }
    uint8_t room[128];
    g_assert_cmpint(edns_rewrite_query(&query, &wanted, room, sizeof room, &length), ==, STATUS_OK);
    g_assert_cmpuint(length, ==, 128);
}

static void option_is_found(void)
{
    Sample sample;
    Message reply;
    size_t length;
    sample_reply(&sample);
    sample_parse(&sample, &reply);
    const uint8_t *nsid = edns_option(&reply, EDNS_NSID, &length);
    g_assert_cmpmem(nsid, length, "ns01", 4);
    g_assert_false(has_option(&reply, EDNS_COOKIE));
    begin_query(&sample);
    sample_parse(&sample, &reply);
    g_assert_false(has_option(&reply, EDNS_NSID));
}

/* A view without a parse is what the parse gives. */
static void compare_views(const Message *a, const Message *b)
{
    g_assert_true(a->wire == b->wire && a->length == b->length && a->records == b->records);
    g_assert_true(a->id == b->id && a->flags == b->flags && a->question_count == b->question_count);
    g_assert_true(a->answer_count == b->answer_count && a->authority_count == b->authority_count &&
                  a->additional_count == b->additional_count);
    g_assert_true(name_equal(&a->qname, &b->qname) && a->qtype == b->qtype &&
                  a->qclass == b->qclass);
    g_assert_true(a->opt == b->opt && a->opt_end == b->opt_end && a->udp_size == b->udp_size);
    g_assert_true(a->extended_rcode == b->extended_rcode && a->edns_version == b->edns_version);
    g_assert_true(a->has_edns == b->has_edns && a->dnssec_ok == b->dnssec_ok);
}

/* Strips the reply and parses what is left. */
static void strip(const Sample *sample, Rewritten *stripped)
{
    Message reply;
    sample_parse(sample, &reply);
    g_assert_cmpint(
        edns_strip_reply(&reply, stripped->bytes, sizeof stripped->bytes, &stripped->length), ==,
        STATUS_OK);
    g_assert_cmpint(message_parse(&stripped->message, stripped->bytes, stripped->length), ==,
                    STATUS_OK);
    g_assert_false(stripped->message.has_edns);
    Message view = edns_stripped_view(&reply, stripped->bytes, stripped->length);
    compare_views(&view, &stripped->message);
}

static void strip_takes_the_opt(void)
{
    Sample sample;
    Rewritten out;
    sample_reply(&sample);
    strip(&sample, &out);
    g_assert_cmpuint(out.message.answer_count, ==, 3);
    g_assert_cmpuint(out.message.authority_count, ==, 1);
    g_assert_cmpuint(out.message.additional_count, ==, 1);
    g_assert_cmpmem(out.bytes + 12, out.length - 12, sample.bytes + 12, out.length - 12);
}

static void strip_takes_what_follows_the_opt(void)
{
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    sample_record(&sample, 3, "a", RRTYPE_A, 1, "\x7f\0\0\1", 4);
    size_t expected = sample_length(&sample);
    sample_opt(&sample, 1232, 0, NULL, 0);
    sample_record(&sample, 3, "key", 250 /* TSIG */, 0, "x", 1);
    strip(&sample, &out);
    g_assert_cmpuint(out.length, ==, expected);
    g_assert_cmpuint(out.message.additional_count, ==, 1);
}

static void strip_without_opt_copies(void)
{
    Sample sample;
    Rewritten out;
    begin_query(&sample);
    sample_record(&sample, 3, "a", RRTYPE_A, 1, "\x7f\0\0\1", 4);
    strip(&sample, &out);
    g_assert_cmpmem(out.bytes, out.length, sample.bytes, sample_length(&sample));
}

static void strip_needs_room(void)
{
    Sample sample;
    Message reply;
    uint8_t room[40];
    size_t length = 99;
    sample_reply(&sample);
    sample_parse(&sample, &reply);
    g_assert_cmpint(edns_strip_reply(&reply, room, sizeof room, &length), ==, STATUS_NO_SPACE);
    g_assert_cmpuint(length, ==, 99);
}

static void append_writes_the_rcode_in_both_places(void)
{
    Sample sample;
    Message message;
    size_t length;
    begin_query(&sample);
    length = sample_length(&sample);
    g_assert_cmpint(edns_append_opt(sample.bytes, sizeof sample.bytes, &length, 1232, 0x125, true,
                                    EDE_NONE, NULL),
                    ==, STATUS_OK);
    g_assert_cmpint(message_parse(&message, sample.bytes, length), ==, STATUS_OK);
    g_assert_cmpuint(message_rcode(&message), ==, 0x125);
    g_assert_cmpuint(message.flags & MESSAGE_RCODE, ==, 5);
    g_assert_true(message.dnssec_ok);
    g_assert_cmpuint(message.udp_size, ==, 1232);
    g_assert_cmpuint(message.opt_end - message.opt, ==, EDNS_OPT_HEADER);
}

static void append_says_why(void)
{
    Sample sample;
    Message message;
    size_t length, option;
    begin_query(&sample);
    length = sample_length(&sample);
    g_assert_cmpint(edns_append_opt(sample.bytes, sizeof sample.bytes, &length, 1232,
                                    RCODE_SERVFAIL, false, EDE_NETWORK_ERROR, "no route"),
                    ==, STATUS_OK);
    g_assert_cmpint(message_parse(&message, sample.bytes, length), ==, STATUS_OK);
    const uint8_t *value = edns_option(&message, EDNS_EXTENDED_ERROR, &option);
    g_assert_cmpmem(value, option, "\0\027no route", 10);
}

static void append_without_room_changes_nothing(void)
{
    Sample sample;
    uint8_t before[64];
    begin_query(&sample);
    size_t start = sample_length(&sample), length = start;
    size_t needed = start + EDNS_OPT_HEADER + 6 + 3;
    memcpy(before, sample.bytes, start);
    for (size_t capacity = 0; capacity < needed; capacity++) {
        g_assert_cmpint(edns_append_opt(sample.bytes, capacity, &length, 1232, RCODE_SERVFAIL,
                                        false, EDE_OTHER, "why"),
                        ==, STATUS_NO_SPACE);
        g_assert_cmpmem(sample.bytes, length, before, start);
    }
    g_assert_cmpint(edns_append_opt(sample.bytes, needed, &length, 1232, RCODE_SERVFAIL, false,
                                    EDE_OTHER, "why"),
                    ==, STATUS_OK);
    g_assert_cmpuint(length, ==, needed);
}

static void add_rewrite_tests(void)
{
    g_test_add_func("/edns/rewrite-keeps-id-and-question", rewrite_keeps_id_and_question);
    g_test_add_func("/edns/rewrite-keeps-rd-and-cd-and-sets-ad",
                    rewrite_keeps_rd_and_cd_and_sets_ad);
    g_test_add_func("/edns/rewrite-adds-an-opt", rewrite_adds_an_opt);
    g_test_add_func("/edns/payload-size-0-adds-none", payload_size_0_adds_none);
    g_test_add_func("/edns/payload-size-0-answers-a-client-s-opt",
                    payload_size_0_answers_a_client_s_opt);
    g_test_add_func("/edns/rewrite-keeps-do-and-nothing-else-of-the-ttl",
                    rewrite_keeps_do_and_nothing_else_of_the_ttl);
    g_test_add_func("/edns/rewrite-keeps-no-option-but-nsid", rewrite_keeps_no_option_but_nsid);
    g_test_add_func("/edns/other-records-of-a-query-are-dropped",
                    other_records_of_a_query_are_dropped);
    g_test_add_func("/edns/keepalive-is-empty", keepalive_is_empty);
    g_test_add_func("/edns/padding-makes-the-whole-message-a-multiple",
                    padding_makes_the_whole_message_a_multiple);
    g_test_add_func("/edns/padding-is-zeros-and-last", padding_is_zeros_and_last);
    g_test_add_func("/edns/rewriting-again-pads-anew", rewriting_again_pads_anew);
    g_test_add_func("/edns/rewrite-needs-room-for-all", rewrite_needs_room_for_all);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_rewrite_tests();
    g_test_add_func("/edns/option-is-found", option_is_found);
    g_test_add_func("/edns/strip-takes-the-opt", strip_takes_the_opt);
    g_test_add_func("/edns/strip-takes-what-follows-the-opt", strip_takes_what_follows_the_opt);
    g_test_add_func("/edns/strip-without-opt-copies", strip_without_opt_copies);
    g_test_add_func("/edns/strip-needs-room", strip_needs_room);
    g_test_add_func("/edns/append-writes-the-rcode-in-both-places",
                    append_writes_the_rcode_in_both_places);
    g_test_add_func("/edns/append-says-why", append_says_why);
    g_test_add_func("/edns/append-without-room-changes-nothing",
                    append_without_room_changes_nothing);
    return g_test_run();
}
