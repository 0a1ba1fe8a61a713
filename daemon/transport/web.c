/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A question is a request of its own, and many share a connection, whose life is pipeline.c's.
 *
 * The ID is 0 on the wire, so that an HTTP cache may see equal questions as equal; the stream tells
 * whose answer it is. No cookies, no User-Agent: nothing that a request could be known by.
 *
 * `state` of an exchange that was sent is its Http2Stream.
 */
#include "web.h"

#include "edns.h"
#include "log.h"

#include <string.h>

enum {
    EDNS_PAYLOAD = 1232,
    ADDED_MAX = 256, /* OPT and padding are shorter */
    ASKED_MAX = 2,
};

/* One connection. */
typedef struct WebPipe {
    Pipe pipe;
    Http2 http;
} WebPipe;

static Web *web_of(const WebPipe *connection)
{
    return (Web *)connection->pipe.pipeline;
}

/* ---- asking ---- */

Status web_build_query(Exchange *exchange, GByteArray **built)
{
    const EdnsWanted wanted = {.payload_size = EDNS_PAYLOAD, .pad_to = EDNS_QUERY_BLOCK};
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

static Status ask(WebPipe *connection, Exchange *exchange)
{
    Web *web = web_of(connection);
    Http2Request request = {.authority = web->authority, .path = web->path};
    g_autofree char *path = NULL;
    Status status = web->class->build(web, exchange, &request, &path);

    if (status != STATUS_OK)
        return status;
    if (path != NULL)
        request.path = path;
    exchange->state = http2_ask(&connection->http, &request, exchange);
    return exchange->state != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static void ask_unsent(WebPipe *connection)
{
    Exchange *exchange;

    while (http2_may_ask(&connection->http) && (exchange = pipe_next(&connection->pipe)) != NULL) {
        Status status = ask(connection, exchange);

        if (status == STATUS_AGAIN)
            break;
        if (status == STATUS_OK) {
            pipe_mark_sent(&connection->pipe, exchange);
        } else {
            list_remove(&exchange->node);
            exchange_fail_later(exchange, status);
        }
    }
}

void web_resume(Web *web)
{
    if (web->pipeline.current != NULL)
        pipe_flush_later(web->pipeline.current);
}

/* ---- answers ---- */

Status web_judge(const Http2Stream *stream)
{
    if (stream->too_long)
        return STATUS_NO_SPACE;
    if (!http2_stream_went_well(stream)) {
        log_debug("an HTTP request failed: status %u, error %u", stream->status, stream->error);
        return STATUS_SERVER_FAILED;
    }
    return stream->is_wanted_type ? STATUS_OK : STATUS_MALFORMED; /* a web page, say */
}

static Status judge(Web *web, const Exchange *exchange, Http2Stream *stream)
{
    if (http2_stream_was_refused(stream) && exchange->tries < ASKED_MAX)
        return STATUS_AGAIN;
    return web->class->judge(web, exchange, stream);
}

/* Ends the exchanges whose streams have ended; whoever is told may close or change anything. */
static void deliver(WebPipe *connection)
{
    Http2Stream *stream;

    while (pipe_is_open(&connection->pipe) &&
           (stream = http2_take_ended(&connection->http)) != NULL) {
        Exchange *exchange = stream->owner;
        Status status = judge(web_of(connection), exchange, stream);
        bool good = status == STATUS_OK;

        exchange->state = NULL;
        if (status == STATUS_AGAIN) {
            pipe_ask_again(&connection->pipe, exchange);
        } else {
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
static void pump(WebPipe *connection)
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

static Pipe *web_pipe_new(Pipeline *pipeline)
{
    WebPipe *connection = g_new0(WebPipe, 1);

    return &connection->pipe;
}

static void web_pipe_free(Pipe *pipe)
{
    http2_end(&((WebPipe *)pipe)->http);
    g_free(pipe);
}

static Status web_connected(Pipe *pipe, const TlsFacts *facts)
{
    WebPipe *connection = (WebPipe *)pipe;

    if (strcmp(facts->alpn, "h2") != 0) {
        log_warning("%s does not speak HTTP/2, which DNS over HTTPS needs",
                    web_of(connection)->authority);
        return STATUS_UNSUPPORTED;
    }
    return http2_begin(&connection->http);
}

static void web_flush(Pipe *pipe)
{
    WebPipe *connection = (WebPipe *)pipe;

    ask_unsent(connection);
    pump(connection);
}

static void web_received(Pipe *pipe, const uint8_t *bytes, size_t length)
{
    WebPipe *connection = (WebPipe *)pipe;
    Status status = http2_receive(&connection->http, bytes, length);

    if (status != STATUS_OK) {
        pipe_fail(pipe, status);
        return;
    }
    pump(connection);
}

static void web_forget(Pipe *pipe, Exchange *exchange)
{
    Http2 *http = &((WebPipe *)pipe)->http;

    http2_cancel(http, g_steal_pointer(&exchange->state));
    if (http2_wants_to_send(http))
        pipe_flush_later(pipe);
}

static void web_free(Pipeline *pipeline)
{
    Web *web = (Web *)pipeline;

    web->class->free(web);
}

static const PipelineClass web_pipeline = {
    .protocol = "DNS over HTTPS",
    .alpn = "h2",
    .pipe_new = web_pipe_new,
    .pipe_free = web_pipe_free,
    .connected = web_connected,
    .flush = web_flush,
    .received = web_received,
    .forget = web_forget,
    .free = web_free,
};

/* ---- its life ---- */

static char *authority_of(const Endpoint *endpoint)
{
    char text[ADDRESS_MAX_TEXT];

    return http2_authority(endpoint_host(endpoint, text), address_port(&endpoint->address));
}

void web_init(Web *web, const TransportClass *transport, const WebClass *class,
              const TransportEnvironment *environment, Endpoint *endpoint, char *path)
{
    pipeline_init(&web->pipeline, transport, &web_pipeline, environment, endpoint);
    web->class = class;
    web->authority = authority_of(web->pipeline.peer);
    web->path = path;
}

void web_clear(Web *web)
{
    pipeline_clear(&web->pipeline);
    g_free(web->authority);
    g_free(web->path);
}
