/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over HTTPS (RFC 8484) on HTTP/2: a question is a request of its own, and many share the
 * connection, whose life is pipeline.c's.
 *
 * Questions are sent with POST, whose body HTTP has no reason to keep anywhere. A server that does
 * not take it (405, 501) is asked with GET from then on. The ID is 0 on the wire, so that an HTTP
 * cache may see equal questions as equal; the stream tells whose answer it is. No cookies, no
 * User-Agent: nothing that a request could be known by.
 *
 * `state` of an exchange that was sent is its Http2Stream.
 */
#include "base64url.h"
#include "edns.h"
#include "http2.h"
#include "log.h"
#include "pipeline.h"
#include "transport_classes.h"

#include <glib.h>
#include <string.h>

enum {
    PADDING_BLOCK = 128, /* RFC 8467 §4.1 */
    EDNS_PAYLOAD = 1232,
    ADDED_MAX = 256, /* OPT and padding are shorter */
    HTTP_METHOD_NOT_ALLOWED = 405,
    HTTP_NOT_IMPLEMENTED = 501,
    ASKED_MAX = 2,
};

#define MEDIA_TYPE "application/dns-message"

typedef struct Doh {
    Pipeline pipeline;
    char *authority, *path;
    bool use_get; /* the server has refused POST */
} Doh;

/* One connection. */
typedef struct DohPipe {
    Pipe pipe;
    Http2 http;
} DohPipe;

static Doh *doh_of(const DohPipe *connection)
{
    return (Doh *)connection->pipe.pipeline;
}

/* ---- asking ---- */

/* The query as it goes on the wire. (transfer full) */
static Status build_query(Exchange *exchange, GByteArray **built)
{
    const EdnsWanted wanted = {.payload_size = EDNS_PAYLOAD, .pad_to = PADDING_BLOCK};
    size_t capacity = MIN(exchange->query_length + ADDED_MAX, (size_t)MESSAGE_MAX), length;
    Message query;
    Status status = message_parse(&query, exchange->query, exchange->query_length);

    if (status != STATUS_OK)
        return status;
    g_autoptr(GByteArray) bytes = g_byte_array_sized_new((guint)capacity);
    status = edns_rewrite_query(&query, &wanted, bytes->data, capacity, &length);
    if (status != STATUS_OK)
        return status;
    exchange->wire_id = 0;
    wire_put_u16(bytes->data, exchange->wire_id);
    bytes->len = (guint)length;
    *built = g_steal_pointer(&bytes);
    return STATUS_OK;
}

static char *path_with_query(const Doh *doh, const GByteArray *query)
{
    g_autofree char *text = g_malloc(BASE64URL_ENCODED_MAX(query->len));

    return g_strdup_printf("%s%cdns=%s", doh->path, strchr(doh->path, '?') != NULL ? '&' : '?',
                           base64url_encode(query->data, query->len, text));
}

static Status ask(DohPipe *connection, Exchange *exchange)
{
    const Doh *doh = doh_of(connection);
    g_autoptr(GByteArray) query = NULL;
    g_autofree char *path = NULL;
    Status status = build_query(exchange, &query);

    if (status != STATUS_OK)
        return status;
    if (doh->use_get)
        path = path_with_query(doh, query);
    const Http2Request request = {
        .authority = doh->authority,
        .path = path != NULL ? path : doh->path,
        .upload = doh->use_get ? NULL : g_steal_pointer(&query),
        .media_type = MEDIA_TYPE,
        .body_max = HTTP2_BODY_MAX,
    };
    exchange->state = http2_ask(&connection->http, &request, exchange);
    return exchange->state != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static void ask_unsent(DohPipe *connection)
{
    Exchange *exchange;

    while (http2_may_ask(&connection->http) && (exchange = pipe_next(&connection->pipe)) != NULL) {
        Status status = ask(connection, exchange);

        if (status == STATUS_OK) {
            pipe_mark_sent(&connection->pipe, exchange);
        } else {
            list_remove(&exchange->node);
            exchange_fail_later(exchange, status);
        }
    }
}

/* ---- answers ---- */

/* An answer that lay in a cache for `age_s` lives so much shorter (RFC 8484 §5.1). */
static void lower_ttls(uint8_t *reply, const Message *view, uint32_t age_s)
{
    RecordIterator iterator = record_iterator(view);
    Record record;

    while (age_s > 0 && record_next(&iterator, &record))
        if (record.type != RRTYPE_OPT) /* whose TTL is none */
            wire_put_u32(reply + record.ttl_offset, record.ttl - MIN(record.ttl, age_s));
}

/* What a whole response is worth. */
static Status judge(Doh *doh, const Exchange *exchange, const Http2Stream *stream)
{
    Message view;

    if (stream->too_long)
        return STATUS_NO_SPACE;
    if (!http2_stream_went_well(stream)) {
        log_debug("an HTTP request failed: status %u, error %u", stream->status, stream->error);
        return STATUS_SERVER_FAILED;
    }
    if (!stream->is_wanted_type)
        return STATUS_MALFORMED; /* a web page, say */
    if (!exchange_accepts(exchange, stream->download->data, stream->download->len, &view)) {
        doh->pipeline.base.counters.forged++;
        return STATUS_MISMATCH;
    }
    lower_ttls(stream->download->data, &view, stream->age_s);
    return STATUS_OK;
}

/* Whether it was asked again instead of ended. */
static bool was_put_off(DohPipe *connection, Exchange *exchange, const Http2Stream *stream)
{
    bool post_refused =
        stream->upload != NULL && stream->error == 0 &&
        (stream->status == HTTP_METHOD_NOT_ALLOWED || stream->status == HTTP_NOT_IMPLEMENTED);

    if (post_refused)
        doh_of(connection)->use_get = true;
    else if (!http2_stream_was_refused(stream) || exchange->tries >= ASKED_MAX)
        return false;
    pipe_ask_again(&connection->pipe, exchange);
    return true;
}

/* Ends the exchanges whose streams have ended; whoever is told may close or change anything. */
static void deliver(DohPipe *connection)
{
    Http2Stream *stream;

    while (pipe_is_open(&connection->pipe) &&
           (stream = http2_take_ended(&connection->http)) != NULL) {
        Exchange *exchange = stream->owner;

        exchange->state = NULL;
        if (!was_put_off(connection, exchange, stream)) {
            Status status = judge(doh_of(connection), exchange, stream);
            bool good = status == STATUS_OK;

            list_remove(&exchange->node);
            if (pipe_next(&connection->pipe) != NULL) /* it has room now */
                pipe_flush_later(&connection->pipe);
            exchange_finish(exchange, status, good ? stream->download->data : NULL,
                            good ? stream->download->len : 0);
        }
        http2_stream_free(stream);
    }
}

/* Sends what there is to send, then ends what has ended. */
static void pump(DohPipe *connection)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    Status status = http2_send(&connection->http, out);

    pipe_write(&connection->pipe, out->data, out->len);
    if (connection->http.going_away)
        pipe_drain(&connection->pipe);
    deliver(connection);
    if (status != STATUS_OK && pipe_is_open(&connection->pipe))
        pipe_fail(&connection->pipe, status);
}

/* ---- the connection ---- */

static Pipe *doh_pipe_new(Pipeline *pipeline)
{
    DohPipe *connection = g_new0(DohPipe, 1);

    return &connection->pipe;
}

static void doh_pipe_free(Pipe *pipe)
{
    http2_end(&((DohPipe *)pipe)->http);
    g_free(pipe);
}

static Status doh_connected(Pipe *pipe, const TlsFacts *facts)
{
    DohPipe *connection = (DohPipe *)pipe;

    if (strcmp(facts->alpn, "h2") != 0) {
        log_warning("%s does not speak HTTP/2, which DNS over HTTPS needs",
                    doh_of(connection)->authority);
        return STATUS_UNSUPPORTED;
    }
    return http2_begin(&connection->http);
}

static void doh_flush(Pipe *pipe)
{
    DohPipe *connection = (DohPipe *)pipe;

    ask_unsent(connection);
    pump(connection);
}

static void doh_received(Pipe *pipe, const uint8_t *bytes, size_t length)
{
    DohPipe *connection = (DohPipe *)pipe;
    Status status = http2_receive(&connection->http, bytes, length);

    if (status != STATUS_OK) {
        pipe_fail(pipe, status);
        return;
    }
    pump(connection);
    if (pipe_is_open(pipe) && pipe_next(pipe) != NULL) /* the limit of streams may be another now */
        pipe_flush_later(pipe);
}

static void doh_forget(Pipe *pipe, Exchange *exchange)
{
    Http2Stream *stream = g_steal_pointer(&exchange->state);

    http2_cancel(&((DohPipe *)pipe)->http, stream);
    pipe_flush_later(pipe);
}

static void doh_free(Pipeline *pipeline)
{
    Doh *doh = (Doh *)pipeline;

    pipeline_clear(pipeline);
    g_free(doh->authority);
    g_free(doh->path);
    g_free(doh);
}

static const PipelineClass doh_pipeline = {
    .protocol = "DNS over HTTPS",
    .alpn = "h2",
    .pipe_new = doh_pipe_new,
    .pipe_free = doh_pipe_free,
    .connected = doh_connected,
    .flush = doh_flush,
    .received = doh_received,
    .forget = doh_forget,
    .free = doh_free,
};

/* ---- the transport ---- */

static char *authority_of(const Endpoint *endpoint)
{
    char text[ADDRESS_MAX_TEXT];
    const char *host =
        endpoint->host != NULL ? endpoint->host : address_format_host(&endpoint->address, text);

    return http2_authority(host, address_port(&endpoint->address));
}

/* Without the template's end, "{?dns}" (RFC 6570, RFC 8484 §3). */
static char *path_of(const Endpoint *endpoint)
{
    const char *path = endpoint->path != NULL ? endpoint->path : "";
    g_autofree char *plain = g_strndup(path, strcspn(path, "{"));

    return g_strdup_printf("%s%s", plain[0] == '/' ? "" : "/", plain);
}

static Transport *doh_open(const TransportEnvironment *environment, Endpoint *endpoint)
{
    Doh *doh = g_new0(Doh, 1);

    pipeline_init(&doh->pipeline, &transport_doh, &doh_pipeline, environment, endpoint);
    doh->authority = authority_of(endpoint);
    doh->path = path_of(endpoint);
    return &doh->pipeline.base;
}

const TransportClass transport_doh = {
    .name = "doh",
    .open = doh_open,
    .send = pipeline_send,
    .cancel = pipeline_cancel,
    .network_changed = pipeline_network_changed,
    .facts = pipeline_facts,
    .close = pipeline_close,
};
