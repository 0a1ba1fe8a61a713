/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over TLS (RFC 7858) in the strict profile (RFC 8310): queries with their length in front,
 * answered in any order (RFC 7766 §6.2.1.1, §7). The connection's life is pipeline.c's; the
 * server's keepalive (RFC 7828) shortens it.
 *
 * IDs are random, and different from those lately used on the connection, so that a second answer
 * or a very late one is known for what it is.
 */
#include "chance.h"
#include "edns.h"
#include "frame.h"
#include "pipeline.h"
#include "transport_classes.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

enum {
    EDNS_PAYLOAD = 1232, /* of no effect on a stream, but some servers look at it */
    ADDED_MAX = 256,     /* OPT, keepalive and padding are shorter */
    RECENT = 64,
    KEEPALIVE_UNIT_US = 100 * 1000, /* RFC 7828 §3.1 */
};

/* An ID that was used lately. */
typedef struct Recent {
    uint16_t id;
    bool used, answered;
} Recent;

enum { IDS = 65536, IDS_A_WORD = 64 };

static uint8_t reply_room[MESSAGE_MAX]; /* shared: there is one thread */

/* One connection; there is nothing to keep beside these. */
typedef struct DotPipe {
    Pipe pipe;
    GHashTable *by_id;                /* wire ID → Exchange, of those sent */
    uint64_t taken[IDS / IDS_A_WORD]; /* a bit for each ID that is in use or recent */
    FrameReader reader;
    Recent recent[RECENT];
    unsigned recent_next;
} DotPipe;

/* ---- IDs ---- */

static Recent *find_recent(DotPipe *dot, uint16_t id)
{
    for (unsigned i = 0; i < RECENT; i++)
        if (dot->recent[i].used && dot->recent[i].id == id)
            return &dot->recent[i];
    return NULL;
}

static bool is_taken(const DotPipe *dot, uint16_t id)
{
    return dot->taken[id / IDS_A_WORD] >> id % IDS_A_WORD & 1;
}

static void flip_taken(DotPipe *dot, uint16_t id)
{
    dot->taken[id / IDS_A_WORD] ^= UINT64_C(1) << id % IDS_A_WORD;
}

/* In the place of the oldest one, which may be used again. */
static void remember_id(DotPipe *dot, uint16_t id, bool answered)
{
    Recent *recent = &dot->recent[dot->recent_next++ % RECENT];

    if (recent->used)
        flip_taken(dot, recent->id);
    *recent = (Recent){id, true, answered};
}

static Exchange *find_exchange(DotPipe *dot, uint16_t id)
{
    return g_hash_table_lookup(dot->by_id, GUINT_TO_POINTER(id));
}

/* False when so many queries are under way that chance finds no free ID. */
static bool take_id(DotPipe *dot, Exchange *exchange)
{
    for (int attempt = 0; attempt < 64; attempt++) {
        uint16_t id;

        chance_draw(&id, sizeof id);

        if (!is_taken(dot, id)) {
            flip_taken(dot, id);
            exchange->wire_id = id;
            g_hash_table_insert(dot->by_id, GUINT_TO_POINTER(id), exchange);
            return true;
        }
    }
    return false;
}

/* Takes the ID of one that was sent out of use. */
static void retire_id(DotPipe *dot, const Exchange *exchange, bool answered)
{
    g_hash_table_remove(dot->by_id, GUINT_TO_POINTER(exchange->wire_id));
    remember_id(dot, exchange->wire_id, answered);
}

/* ---- asking ---- */

/* Appends the query as it goes on the wire, its length in front. */
static Status append_query(DotPipe *dot, Exchange *exchange, GByteArray *batch)
{
    const EdnsWanted wanted = {
        .payload_size = EDNS_PAYLOAD, .pad_to = EDNS_QUERY_BLOCK, .keepalive = true};
    size_t capacity = MIN(exchange->query_length + ADDED_MAX, (size_t)MESSAGE_MAX), length;
    guint start = batch->len;
    Message query;
    Status status = message_parse(&query, exchange->query, exchange->query_length);

    if (status != STATUS_OK)
        return status;
    g_byte_array_set_size(batch, start + 2 + (guint)capacity);
    status = edns_rewrite_query(&query, &wanted, batch->data + start + 2, capacity, &length);
    if (status == STATUS_OK && !take_id(dot, exchange))
        status = STATUS_LIMIT;
    if (status != STATUS_OK) {
        g_byte_array_set_size(batch, start);
        return status;
    }
    wire_put_u16(batch->data + start, (uint16_t)length);
    wire_put_u16(batch->data + start + 2, exchange->wire_id);
    g_byte_array_set_size(batch, start + 2 + (guint)length);
    return STATUS_OK;
}

static void dot_flush(Pipe *pipe)
{
    DotPipe *dot = (DotPipe *)pipe;
    g_autoptr(GByteArray) batch = g_byte_array_new();
    Exchange *exchange;

    while ((exchange = pipe_next(pipe)) != NULL) {
        Status status = append_query(dot, exchange, batch);

        if (status == STATUS_OK) {
            pipe_mark_sent(pipe, exchange);
        } else {
            list_remove(&exchange->node);
            exchange_fail_later(exchange, status);
        }
    }
    pipe_write(pipe, batch->data, batch->len);
}

/* ---- answers ---- */

static void note_keepalive(DotPipe *dot, const Message *reply)
{
    const TransportSettings *settings = &dot->pipe.pipeline->base.environment.settings;
    size_t length;
    const uint8_t *value = edns_option(reply, EDNS_TCP_KEEPALIVE, &length);

    if (value == NULL || length != 2)
        return;
    int64_t offered_us = (int64_t)wire_get_u16(value) * KEEPALIVE_UNIT_US;
    dot->pipe.idle_us = MIN(settings->idle_close_us, offered_us);
    if (offered_us == 0) /* RFC 7828 §3.2.2: the server wants it closed */
        pipe_drain(&dot->pipe);
}

/* An answer that nobody waits for. */
static void count_stray(DotPipe *dot, uint16_t id)
{
    TransportCounters *counters = &dot->pipe.pipeline->base.counters;
    const Recent *recent = find_recent(dot, id);

    if (recent == NULL)
        counters->forged++;
    else if (recent->answered)
        counters->replayed++;
    /* else one that came after its exchange had ended */
}

static bool on_message(void *owner, const uint8_t *message, size_t length)
{
    DotPipe *dot = owner;
    TransportCounters *counters = &dot->pipe.pipeline->base.counters;
    Exchange *exchange;
    Message view;

    if (length < MESSAGE_HEADER_LENGTH) {
        counters->forged++;
        return true;
    }
    exchange = find_exchange(dot, wire_get_u16(message));
    if (exchange == NULL) {
        count_stray(dot, wire_get_u16(message));
        return true;
    }
    uint8_t *reply = memcpy(reply_room, message, length); /* what lent it may go inside `done` */
    if (!exchange_accepts(exchange, reply, length, &view)) {
        counters->forged++;
        return true;
    }
    retire_id(dot, exchange, true);
    list_remove(&exchange->node);
    note_keepalive(dot, &view);
    exchange_finish(exchange, STATUS_OK, reply, length);
    return pipe_is_open(&dot->pipe);
}

static void dot_received(Pipe *pipe, const uint8_t *bytes, size_t length)
{
    DotPipe *dot = (DotPipe *)pipe;

    frame_feed(&dot->reader, bytes, length, on_message, dot);
}

/* ---- the connection ---- */

static Pipe *dot_pipe_new(Pipeline *pipeline)
{
    DotPipe *dot = g_new0(DotPipe, 1);

    dot->by_id = g_hash_table_new(NULL, NULL);
    return &dot->pipe;
}

static void dot_pipe_free(Pipe *pipe)
{
    DotPipe *dot = (DotPipe *)pipe;

    frame_clear(&dot->reader);
    g_hash_table_unref(dot->by_id);
    g_free(dot);
}

/* A server may choose no protocol at all: a TLS front end need not know `dot`. */
static Status dot_connected(Pipe *pipe, const TlsFacts *facts)
{
    return STATUS_OK;
}

static void dot_forget(Pipe *pipe, Exchange *exchange)
{
    retire_id((DotPipe *)pipe, exchange, false);
}

static void dot_free(Pipeline *pipeline)
{
    pipeline_clear(pipeline);
    g_free(pipeline);
}

static const PipelineClass dot_pipeline = {
    .protocol = "DNS over TLS",
    .alpn = "dot",
    .pipe_new = dot_pipe_new,
    .pipe_free = dot_pipe_free,
    .connected = dot_connected,
    .flush = dot_flush,
    .received = dot_received,
    .forget = dot_forget,
    .free = dot_free,
};

/* ---- the transport ---- */

static Transport *dot_open(const TransportEnvironment *environment, Endpoint *endpoint)
{
    if (sodium_init() < 0)
        return NULL;
    Pipeline *pipeline = g_new0(Pipeline, 1);

    pipeline_init(pipeline, &transport_dot, &dot_pipeline, environment, endpoint);
    return &pipeline->base;
}

const TransportClass transport_dot = {
    .name = "dot",
    .padding = EDNS_QUERY_BLOCK,
    .open = dot_open,
    .send = pipeline_send,
    .cancel = pipeline_cancel,
    .detour = pipeline_detour,
    .network_changed = pipeline_network_changed,
    .facts = pipeline_facts,
    .chain = pipeline_chain,
    .close = pipeline_close,
};
