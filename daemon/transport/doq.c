/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over QUIC (RFC 9250): each question is a stream of its own, closed behind it, and the stream
 * tells whose answer it is. The life of the connection is pipeline.c's.
 *
 *     stream, either way:   length 2, big endian | message | FIN
 *
 * The ID is 0 on the wire (§4.2.1). What §4.3.3 calls a protocol error ends the connection: an
 * answer with another ID or with edns-tcp-keepalive, a stream that holds more or less than one
 * message.
 *
 * When the machine's network changes and answers are waited for, the connection migrates: the
 * streams live on, and the questions need not be asked again. That shows the server, though nobody
 * else, that we are who we were; a connection that nobody waits on is left behind instead.
 *
 * Early data (0-RTT) is off unless chosen, since it can be replayed. All that is sent here may be:
 * edns_rewrite_query makes nothing but plain queries (§4.5).
 *
 * `state` of an exchange that was sent is its QuicStream.
 */
#include "edns.h"
#include "log.h"
#include "pipeline.h"
#include "quic.h"
#include "reach.h"
#include "transport_classes.h"

#include <glib.h>

enum {
    EDNS_PAYLOAD = 1232,
    ADDED_MAX = 256, /* OPT and padding are shorter */
    LENGTH_SIZE = 2,
    ASKED_MAX = 2,
};

/* RFC 9250 §8.4, those that are told apart here */
enum {
    DOQ_NO_ERROR = 0,
    DOQ_PROTOCOL_ERROR = 2,
    DOQ_REQUEST_CANCELLED = 3,
    DOQ_EXCESSIVE_LOAD = 4,
};

typedef struct Doq {
    Pipeline pipeline;
    QuicMemory memory;
} Doq;

/* One connection. */
typedef struct DoqPipe {
    Pipe pipe;
    QuicConnection *quic;
    uint64_t goodbye; /* the code to close it with */
} DoqPipe;

static Doq *doq_of(const DoqPipe *connection)
{
    return (Doq *)connection->pipe.pipeline;
}

/* ---- asking ---- */

/* The query as it goes on the wire, its length in front. (transfer full) */
static Status build_query(Exchange *exchange, GByteArray **built)
{
    const EdnsWanted wanted = {.payload_size = EDNS_PAYLOAD, .pad_to = EDNS_QUERY_BLOCK};
    size_t capacity = MIN(exchange->query_length + ADDED_MAX, (size_t)MESSAGE_MAX), length;
    Message query;
    Status status = message_parse(&query, exchange->query, exchange->query_length);

    if (status != STATUS_OK)
        return status;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_set_size(bytes, LENGTH_SIZE + (guint)capacity);
    status = edns_rewrite_query(&query, &wanted, bytes->data + LENGTH_SIZE, capacity, &length);
    if (status != STATUS_OK)
        return status;
    exchange->wire_id = 0;
    wire_put_u16(bytes->data, (uint16_t)length);
    wire_put_u16(bytes->data + LENGTH_SIZE, exchange->wire_id);
    g_byte_array_set_size(bytes, LENGTH_SIZE + (guint)length);
    *built = g_steal_pointer(&bytes);
    return STATUS_OK;
}

static Status ask(DoqPipe *connection, Exchange *exchange, size_t *written)
{
    GByteArray *query = NULL;
    Status status = build_query(exchange, &query);

    if (status != STATUS_OK)
        return status;
    *written += query->len;
    exchange->state = quic_ask(connection->quic, query, exchange);
    return exchange->state != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

/* As many as the server's limit of streams allows; the others wait. */
static void doq_flush(Pipe *pipe)
{
    DoqPipe *connection = (DoqPipe *)pipe;
    size_t written = 0;
    Exchange *exchange;

    while (quic_room(connection->quic) > 0 && (exchange = pipe_next(pipe)) != NULL) {
        Status status = ask(connection, exchange, &written);

        if (status == STATUS_OK) {
            pipe_mark_sent(pipe, exchange);
        } else {
            list_remove(&exchange->node);
            exchange_fail_later(exchange, status);
        }
    }
    quic_flush(connection->quic); /* cancelled streams too */
    pipe_wrote(pipe, written);
}

/* ---- answers ---- */

/* The message of a whole stream; STATUS_MALFORMED: the server breaks the protocol. */
static Status read_message(const QuicResult *result, uint8_t **message, size_t *length)
{
    const GByteArray *bytes = result->download;

    if (result->ending == QUIC_TOO_LONG ||
        bytes->len < LENGTH_SIZE + (guint)MESSAGE_HEADER_LENGTH ||
        bytes->len - LENGTH_SIZE != wire_get_u16(bytes->data) ||
        wire_get_u16(bytes->data + LENGTH_SIZE) != 0)
        return STATUS_MALFORMED;
    *message = bytes->data + LENGTH_SIZE;
    *length = bytes->len - LENGTH_SIZE;
    return STATUS_OK;
}

/* What a stream that has ended is worth. */
static Status judge(Doq *doq, const Exchange *exchange, const QuicResult *result, uint8_t **reply,
                    size_t *length)
{
    size_t option;
    Message view;

    if (result->ending == QUIC_RESET || result->ending == QUIC_REFUSED) {
        log_debug("a DNS over QUIC server gave a question up, error %" G_GUINT64_FORMAT,
                  result->code);
        return STATUS_SERVER_FAILED;
    }
    Status status = read_message(result, reply, length);
    if (status != STATUS_OK)
        return status;
    if (!exchange_accepts(exchange, *reply, *length, &view)) {
        doq->pipeline.base.counters.forged++;
        return STATUS_MISMATCH;
    }
    return edns_option(&view, EDNS_TCP_KEEPALIVE, &option) != NULL ? STATUS_MALFORMED : STATUS_OK;
}

/* The server breaks the protocol: nothing it says on this connection can be relied on. */
static void abandon(DoqPipe *connection, Exchange *exchange)
{
    exchange_fail_later(exchange, STATUS_MALFORMED);
    connection->goodbye = DOQ_PROTOCOL_ERROR;
    pipe_fail(&connection->pipe, STATUS_MALFORMED);
}

/* Ends an exchange whose stream has ended. */
static void end_exchange(DoqPipe *connection, const QuicResult *result)
{
    Exchange *exchange = result->owner;
    uint8_t *reply = NULL;
    size_t length = 0;

    exchange->state = NULL;
    doq_of(connection)->pipeline.base.counters.bytes_received += result->download->len;
    if (result->ending == QUIC_REFUSED && exchange->tries < ASKED_MAX) {
        pipe_ask_again(&connection->pipe, exchange);
        return;
    }
    Status status = judge(doq_of(connection), exchange, result, &reply, &length);
    list_remove(&exchange->node);
    exchange->pipe = NULL;
    if (status == STATUS_MALFORMED)
        abandon(connection, exchange);
    else if (status == STATUS_OK)
        exchange_finish(exchange, status, reply, length);
    else
        exchange_finish(exchange, status, NULL, 0);
}

/* Whoever is told may close or change anything. */
static void doq_received(Pipe *pipe, const uint8_t *bytes, size_t length)
{
    DoqPipe *connection = (DoqPipe *)pipe;
    QuicResult result;

    while (pipe_is_open(pipe) && quic_take_ended(connection->quic, &result)) {
        end_exchange(connection, &result);
        g_byte_array_unref(result.download);
    }
    if (pipe_is_open(pipe) && pipe_next(pipe) != NULL && quic_room(connection->quic) > 0)
        pipe_flush_later(pipe);
}

static void doq_forget(Pipe *pipe, Exchange *exchange)
{
    quic_cancel(((DoqPipe *)pipe)->quic, g_steal_pointer(&exchange->state), DOQ_REQUEST_CANCELLED);
    pipe_flush_later(pipe);
}

/* ---- the connection ---- */

static void on_connected(void *owner)
{
    DoqPipe *connection = owner;
    TlsFacts facts;

    quic_facts(connection->quic, &facts);
    pipe_connected(&connection->pipe, &facts);
}

/* The server forgets an unused connection in silence, and a question sent then is lost: it must be
 * given up before that (RFC 9250 §5.5.2). */
static Status doq_connected(Pipe *pipe, const TlsFacts *facts)
{
    int64_t forgotten_us = quic_idle_us(((DoqPipe *)pipe)->quic);

    pipe->idle_us = MIN(pipe->idle_us, forgotten_us * 3 / 4);
    return STATUS_OK;
}

/* A server that repeats itself while what we said is not acknowledged does not hear us: that does
 * not end the silence. */
static void on_progressed(void *owner)
{
    DoqPipe *connection = owner;

    if (quic_has_ended(connection->quic) || !quic_is_stalled(connection->quic))
        pipe_received(&connection->pipe, NULL, 0);
    else if (pipe_next(&connection->pipe) != NULL && quic_room(connection->quic) > 0)
        pipe_flush_later(&connection->pipe);
}

/* An overloaded server is not asked the same once more. */
static void on_closed(void *owner, Status status, int64_t code)
{
    Pipe *pipe = owner;

    if (code == DOQ_EXCESSIVE_LOAD) {
        list_for_each (node, &pipe->sent) {
            Exchange *exchange = container_of(node, Exchange, node);

            list_remove(node);
            exchange->pipe = exchange->state = NULL;
            exchange_fail_later(exchange, STATUS_SERVER_FAILED);
        }
    }
    pipe_fail(pipe, code > DOQ_NO_ERROR ? STATUS_SERVER_FAILED : status);
}

static void carrier_open(Pipe *pipe)
{
    static const QuicEvents events = {on_connected, on_progressed, on_closed};
    DoqPipe *connection = (DoqPipe *)pipe;
    Doq *doq = doq_of(connection);
    const TransportEnvironment *environment = &doq->pipeline.base.environment;
    const QuicOptions options = {
        .stream_max = LENGTH_SIZE + MESSAGE_MAX,
        .early_data = environment->settings.zero_rtt,
    };

    const Address peer = reach_address(environment->nat64, &doq->pipeline.peer->address);

    connection->quic =
        quic_connect(environment->loop, environment->tls, &peer, &doq->pipeline.target,
                     &doq->memory, &options, &events, connection);
    pipe->early = quic_room(connection->quic) > 0;
    if (pipe->early)
        pipe_flush_later(pipe);
}

static void carrier_close(Pipe *pipe)
{
    DoqPipe *connection = (DoqPipe *)pipe;

    quic_close(g_steal_pointer(&connection->quic), connection->goodbye);
}

static bool carrier_is_stalled(const Pipe *pipe)
{
    return quic_is_stalled(((const DoqPipe *)pipe)->quic);
}

static void carrier_chain(const Pipe *pipe, PeerChain *chain)
{
    quic_chain(((const DoqPipe *)pipe)->quic, chain);
}

static const PipeCarrier doq_carrier = {
    .open = carrier_open,
    .close = carrier_close,
    .is_stalled = carrier_is_stalled,
    .chain = carrier_chain,
};

static Pipe *doq_pipe_new(Pipeline *pipeline)
{
    DoqPipe *connection = g_new0(DoqPipe, 1);

    return &connection->pipe;
}

static void doq_pipe_free(Pipe *pipe)
{
    g_free(pipe);
}

static void doq_free(Pipeline *pipeline)
{
    Doq *doq = (Doq *)pipeline;

    quic_memory_clear(&doq->memory);
    pipeline_clear(pipeline);
    g_free(doq);
}

static const PipelineClass doq_pipeline = {
    .protocol = "DNS over QUIC",
    .alpn = "doq",
    .carrier = &doq_carrier,
    .pipe_new = doq_pipe_new,
    .pipe_free = doq_pipe_free,
    .connected = doq_connected,
    .flush = doq_flush,
    .received = doq_received,
    .forget = doq_forget,
    .free = doq_free,
};

/* ---- the transport ---- */

static Transport *doq_open(const TransportEnvironment *environment, Endpoint *endpoint)
{
    if (environment->settings.tcp_only)
        return NULL;
    Doq *doq = g_new0(Doq, 1);

    pipeline_init(&doq->pipeline, &transport_doq, &doq_pipeline, environment, endpoint);
    return &doq->pipeline.base;
}

static void doq_network_changed(Transport *transport)
{
    Doq *doq = (Doq *)transport;
    DoqPipe *connection = (DoqPipe *)doq->pipeline.current;
    bool is_waited_on = connection != NULL && !list_is_empty(&connection->pipe.sent);

    /* A ticket would show on the new network who we were on the old one. */
    quic_memory_clear(&doq->memory);
    doq->pipeline.stalls = 0;
    if (!is_waited_on || quic_migrate(connection->quic) != STATUS_OK)
        pipeline_network_changed(transport);
}

const TransportClass transport_doq = {
    .name = "doq",
    .padding = EDNS_QUERY_BLOCK,
    .open = doq_open,
    .send = pipeline_send,
    .cancel = pipeline_cancel,
    .detour = pipeline_detour,
    .network_changed = doq_network_changed,
    .facts = pipeline_facts,
    .chain = pipeline_chain,
    .close = pipeline_close,
};
