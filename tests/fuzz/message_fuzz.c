/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client's query and a resolver's reply: what is made of both by dns/ and engine/, up to the
 * bytes that the client gets. Input: how the client asks (1), how much room there is (2), the query
 * (2 + n), the reply; its ID and question are made the query's.
 */
#include "answer.h"
#include "cache.h"
#include "edns.h"
#include "fuzz.h"
#include "reply.h"
#include "shelf.h"

#include <string.h>

enum { BY_STREAM = 1, WITH_REASON = 2, AS_STALE = 4, FROM_CACHE = 8 };

static const uint8_t secret[QUESTION_SECRET_LENGTH] = "fuzzfuzzfuzzfuz";

/* ---- what was parsed ---- */

static void check_view(const Message *message)
{
    RecordIterator iterator = record_iterator(message);
    Record record;
    size_t count = 0, end = message->records;

    while (record_next(&iterator, &record)) {
        g_assert_cmpuint(record.offset, ==, end);
        g_assert_cmpuint(record.ttl, ==, wire_get_u32(message->wire + record.ttl_offset));
        end = record.rdata + record.rdata_length;
        count++;
    }
    g_assert_cmpuint(end, ==, message->length);
    g_assert_cmpuint(count, ==,
                     (size_t)message->answer_count + message->authority_count +
                         message->additional_count);
    g_assert_cmpuint(message->opt_end, <=, message->length);
    g_assert_cmpuint(message_rcode(message), <, 4096);
}

/* Bytes that we wrote: whatever led to them, we would read them ourselves. */
static void check_made(const uint8_t *wire, size_t length, const Message *query)
{
    Message made;
    Status status = message_parse(&made, wire, length);

    g_assert_cmpint(status, ==, query->question_count == 1 ? STATUS_OK : STATUS_UNSUPPORTED);
    check_view(&made);
    g_assert_cmpuint(made.id, ==, query->id);
    g_assert_true(made.has_edns == query->has_edns);
    if (status == STATUS_OK)
        g_assert_true(message_answers(&made, query));
}

/* ---- answers of our own ---- */

static void answer_ourselves(const Message *query, uint8_t *room, size_t capacity)
{
    static const uint8_t address[16] = {0x20, 1, 0xd, 0xb8};
    size_t length;

    if (reply_error(query, RCODE_REFUSED, EDE_PROHIBITED, "No.", room, capacity, &length) ==
        STATUS_OK)
        check_made(room, length, query);
    if (answer_failure(query, STATUS_TIMEOUT, room, capacity, &length) == STATUS_OK)
        check_made(room, length, query);
    if (query->question_count != 1)
        return;
    const ReplyContent content = {
        .rcode = RCODE_NXDOMAIN, .negative = true, .ttl_s = 60, .ede = EDE_NONE};
    if (reply_compose(query, &content, room, capacity, &length) == STATUS_OK)
        check_made(room, length, query);
    const ReplyContent alias = {.alias = &query->qname,
                                .type = RRTYPE_AAAA,
                                .data = address,
                                .data_length = sizeof address,
                                .count = 1,
                                .ede = EDE_NONE};
    if (reply_compose(query, &alias, room, capacity, &length) == STATUS_OK)
        check_made(room, length, query);
}

/* ---- the resolver's ---- */

/* As long as the client takes, and no longer. */
static void give(const Answer *answer, const Message *query, const AnswerForm *form, uint8_t *room,
                 size_t capacity)
{
    size_t limit = form->stream ? MESSAGE_MAX : MIN(query->udp_size, ANSWER_MAX_UDP), length;
    Status status = answer_compose(answer, query, form, room, capacity, &length);

    if (status != STATUS_OK)
        return;
    g_assert_cmpuint(length, <=, limit);
    g_assert_cmpuint(length, <=, capacity);
    check_made(room, length, query);
}

static void give_from_cache(const Answer *answer, const Message *reply, const Message *query,
                            uint8_t choices, uint8_t *room, size_t capacity)
{
    g_autoptr(Plan) plan = plan_new();
    Cache *cache = cache_new();
    QuestionKey key;
    Shelf shelf;
    Answer found;
    AnswerForm form = {.stream = choices & BY_STREAM};
    int64_t later_us = choices & AS_STALE ? G_USEC_PER_SEC * INT64_C(86400) : G_USEC_PER_SEC;

    cache_configure(cache, plan);
    question_key_init(&key, query, 0, secret);
    if (shelf_read(&shelf, reply, plan)) {
        shelf_apply(&shelf, (uint8_t *)answer->wire);
        cache_store(cache, &key, reply, &shelf, answer->ede, 0);
        CacheState state = cache_lookup(cache, &key, later_us, &found);
        if (state == CACHE_FRESH || state == CACHE_RIPE || state == CACHE_HELD ||
            cache_stale(cache, &key, later_us, &found))
            give(&found, query, &form, room, capacity);
    } else {
        cache_store_failure(cache, &key, reply, answer->ede, 0);
        if (cache_lookup(cache, &key, G_USEC_PER_SEC, &found) == CACHE_FRESH)
            give(&found, query, &form, room, capacity);
    }
    cache_flush(cache, &query->qname);
    g_assert_cmpuint(cache_entries(cache), ==, 0);
    cache_free(cache);
}

static void pass_on(const Message *reply, const Message *query, uint8_t choices, uint8_t *room,
                    size_t capacity)
{
    g_autofree uint8_t *bare = g_malloc(reply->length);
    const char *why = choices & WITH_REASON ? "because it is so" : NULL;
    AnswerForm form = {.stream = choices & BY_STREAM, .keepalive_100_ms = 100};
    size_t length;
    Message view;

    g_assert_cmpint(edns_strip_reply(reply, bare, reply->length, &length), ==, STATUS_OK);
    g_assert_cmpint(message_parse(&view, bare, length), ==, STATUS_OK);
    g_assert_false(view.has_edns);
    const Answer answer = {.wire = bare,
                           .length = length,
                           .records = view.records,
                           .rcode = message_rcode(reply),
                           .ede = why ? EDE_OTHER : EDE_NONE,
                           .ede_text = why};
    give(&answer, query, &form, room, capacity);
    if (choices & FROM_CACHE)
        give_from_cache(&answer, &view, query, choices, room, capacity);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    uint8_t choices = fuzz_take_u8(&input);
    size_t capacity = fuzz_take_u16(&input), written;
    g_autoptr(GBytes) asked = fuzz_take_piece(&input), came = fuzz_take_rest(&input);
    g_autofree uint8_t *room = g_malloc(capacity + 1);
    Message query, reply;
    gsize size;

    const uint8_t *wire = g_bytes_get_data(asked, &size);
    if (reply_formerr(wire, size, room, capacity, &written) == STATUS_OK)
        g_assert_cmpint(message_parse(&reply, room, written), ==, STATUS_UNSUPPORTED);
    Status status = message_parse(&query, wire, size);
    if (status == STATUS_MALFORMED)
        return 0;
    check_view(&query);
    answer_ourselves(&query, room, capacity);
    g_autoptr(GBytes) fitted = fuzz_fit_reply(came, &query);
    wire = g_bytes_get_data(fitted, &size);
    if (message_parse(&reply, wire, size) != STATUS_OK)
        return 0;
    check_view(&reply);
    if (status == STATUS_OK && message_answers(&reply, &query))
        pass_on(&reply, &query, choices, room, capacity);
    return 0;
}
