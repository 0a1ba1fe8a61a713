/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP/2 by way of nghttp2.
 *
 * nghttp2 must not be freed from inside its callbacks, and the end of an exchange may close the
 * whole transport. So callbacks only note: a stream that is over goes from `open` to `ended`, and
 * is taken from there when nghttp2 has returned.
 *
 * A server may be in bad hands, and its frames cost it less than us. Header fields count as they
 * are when unpacked: some KiB of references unpack to hundreds of MiB. Frames that bring no request
 * nearer to its end, whatever they are, are few where they mean something; a flood of them ends the
 * connection.
 *
 * A request that is cancelled has been answered by another way, mostly, and its own answer is near.
 * A reset that left at once would be a packet that brings nothing back, not even its
 * acknowledgement soon: TCP delays that by 40 ms, in which nobody can tell that the connection is
 * not held up (detour.c). So resets leave with the next request, and those that are answered until
 * then do not.
 *
 * Requests above the server's limit of concurrent streams would be queued by nghttp2, where they
 * could neither be cancelled nor taken to another connection; http2_may_ask keeps them outside.
 */
#include "http2.h"

#include "http2_field.h"
#include "log.h"

#include <nghttp2/nghttp2.h>
#include <string.h>

enum {
    STREAMS_MAX = 100,       /* RFC 9113 §6.5.2: no server should take fewer */
    WINDOW = 1024 * 1024,    /* of the connection; a stream's holds the longest message */
    HEADERS_MAX = 16 * 1024, /* of a response, advertised, and held to */
    FIELD_OVERHEAD = 32,     /* of each in that (RFC 9113 §10.5.1) */
    IDLE_MAX = 128 * 1024, /* bytes without a part of a body, an end or a beginning of a request */
    ABANDONED_SHARE = 8,   /* one of so many streams may be cancelled and not reset */
    DIGITS = sizeof "4294967295",
};

/* ---- streams ---- */

void http2_stream_free(Http2Stream *stream)
{
    g_clear_pointer(&stream->upload, g_byte_array_unref);
    g_byte_array_unref(stream->download);
    if (stream->free_context != NULL)
        stream->free_context(stream->context);
    g_free(stream);
}

bool http2_stream_was_refused(const Http2Stream *stream)
{
    return stream->error == NGHTTP2_REFUSED_STREAM;
}

bool http2_stream_went_well(const Http2Stream *stream)
{
    return stream->error == 0 && stream->status >= 200 && stream->status <= 299;
}

static void end_stream(Http2 *http, Http2Stream *stream, uint32_t error)
{
    if (stream->ended)
        return;
    stream->ended = true;
    stream->error = error;
    if (!stream->reset) {
        http->open_count--;
        http->abandoned -= stream->owner == NULL;
    }
    list_remove(&stream->node);
    if (stream->owner == NULL)
        http2_stream_free(stream);
    else
        list_append(&http->ended, &stream->node);
}

static void free_streams(List *list)
{
    list_for_each (node, list) {
        list_remove(node);
        http2_stream_free(container_of(node, Http2Stream, node));
    }
}

/* ---- what nghttp2 calls ---- */

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *bytes, size_t length, uint8_t flags,
                     void *owner)
{
    Http2Stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

    if (stream == NULL)
        return 0;
    stream->headers_length += name_length + length + FIELD_OVERHEAD;
    if (stream->headers_length > HEADERS_MAX)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* resets the stream; no more come of it */
    http2_field_take(stream, name, name_length, bytes, length);
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
                   size_t length, void *owner)
{
    Http2 *http = owner;
    Http2Stream *stream = nghttp2_session_get_stream_user_data(session, id);

    if (stream == NULL || stream->too_long)
        return 0;
    if (length <= stream->body_max - stream->download->len) {
        http->idle_bytes -= MIN(length, http->idle_bytes);
        g_byte_array_append(stream->download, bytes, (guint)length);
        return 0;
    }
    stream->too_long = true;
    return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL) ==
                   NGHTTP2_ERR_NOMEM
               ? NGHTTP2_ERR_CALLBACK_FAILURE
               : 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *owner)
{
    Http2 *http = owner;

    if (frame->hd.type == NGHTTP2_GOAWAY)
        http->going_away = true;
    return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t error, void *owner)
{
    Http2Stream *stream = nghttp2_session_get_stream_user_data(session, id);

    if (stream == NULL)
        return 0;
    ((Http2 *)owner)->idle_bytes = 0;
    end_stream(owner, stream, error);
    return 0;
}

/* A request that could not even be begun, for a GOAWAY came first: never a stream to nghttp2. */
static int on_not_sent(nghttp2_session *session, const nghttp2_frame *frame, int error, void *owner)
{
    Http2 *http = owner;

    if (frame->hd.type != NGHTTP2_HEADERS)
        return 0;
    list_for_each (node, &http->open) {
        Http2Stream *stream = container_of(node, Http2Stream, node);

        if (stream->id == frame->hd.stream_id) {
            nghttp2_session_set_stream_user_data(session, stream->id, NULL);
            end_stream(http, stream, NGHTTP2_REFUSED_STREAM);
        }
    }
    return 0;
}

static int on_error(nghttp2_session *session, int error, const char *text, size_t length,
                    void *owner)
{
    log_debug("HTTP/2: %s", text);
    return 0;
}

static ssize_t on_upload(nghttp2_session *session, int32_t id, uint8_t *out, size_t capacity,
                         uint32_t *flags, nghttp2_data_source *source, void *owner)
{
    Http2Stream *stream = source->ptr;
    size_t length = MIN(capacity, stream->upload->len - stream->uploaded);

    memcpy(out, stream->upload->data + stream->uploaded, length);
    stream->uploaded += length;
    if (stream->uploaded == stream->upload->len)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)length;
}

/* ---- the connection ---- */

static nghttp2_session *session_new(Http2 *http)
{
    nghttp2_session_callbacks *callbacks;
    nghttp2_session *session = NULL;

    if (nghttp2_session_callbacks_new(&callbacks) != 0)
        return NULL;
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, on_not_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_error_callback2(callbacks, on_error);
    if (nghttp2_session_client_new(&session, callbacks, http) != 0)
        session = NULL;
    nghttp2_session_callbacks_del(callbacks);
    return session;
}

Status http2_begin(Http2 *http)
{
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, HTTP2_BODY_MAX},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HEADERS_MAX},
    };

    *http = (Http2){.session = session_new(http)};
    list_init(&http->open);
    list_init(&http->ended);
    if (http->session == NULL)
        return STATUS_NO_MEMORY;
    if (nghttp2_submit_settings(http->session, NGHTTP2_FLAG_NONE, settings,
                                G_N_ELEMENTS(settings)) != 0 ||
        nghttp2_session_set_local_window_size(http->session, NGHTTP2_FLAG_NONE, 0, WINDOW) != 0)
        return STATUS_NO_MEMORY; /* http2_end is still to come */
    return STATUS_OK;
}

void http2_end(Http2 *http)
{
    if (http->session != NULL) {
        nghttp2_session_del(http->session);
        free_streams(&http->open);
        free_streams(&http->ended);
    }
    *http = (Http2){0};
}

static uint32_t stream_limit(const Http2 *http)
{
    uint32_t limit =
        nghttp2_session_get_remote_settings(http->session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);

    return MIN(limit, (uint32_t)STREAMS_MAX);
}

bool http2_may_ask(const Http2 *http)
{
    /* Asking resets what is abandoned first. */
    return !http->going_away && http->open_count - http->abandoned < stream_limit(http) &&
           nghttp2_session_check_request_allowed(http->session);
}

static nghttp2_nv header(const char *name, const char *value, uint8_t flags)
{
    return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value), flags};
}

/* Returns the digits, which are the text's end. */
static const char *to_decimal(unsigned value, char text[DIGITS])
{
    char *at = text + DIGITS - 1;

    *at = '\0';
    do
        *--at = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    return at;
}

/* Fills `headers`; returns how many there are. */
static size_t build_headers(const Http2Request *request, const char *length, nghttp2_nv headers[7])
{
    bool post = request->upload != NULL;
    size_t count = 0;

    headers[count++] = header(":method", post ? "POST" : "GET", NGHTTP2_NV_FLAG_NONE);
    headers[count++] = header(":scheme", "https", NGHTTP2_NV_FLAG_NONE);
    headers[count++] = header(":authority", request->authority, NGHTTP2_NV_FLAG_NONE);
    /* The path of a GET is the question: not one to keep in the table of repeated headers. */
    headers[count++] =
        header(":path", request->path, post ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX);
    if (request->media_type != NULL)
        headers[count++] = header("accept", request->media_type, NGHTTP2_NV_FLAG_NONE);
    if (post && request->media_type != NULL)
        headers[count++] = header("content-type", request->media_type, NGHTTP2_NV_FLAG_NONE);
    if (post)
        headers[count++] = header("content-length", length, NGHTTP2_NV_FLAG_NONE);
    return count;
}

static Http2Stream *stream_new(const Http2Request *request, void *owner)
{
    Http2Stream *stream = g_new0(Http2Stream, 1);

    list_init(&stream->node);
    stream->owner = owner;
    stream->upload = request->upload;
    stream->media_type = request->media_type;
    stream->body_max = request->body_max;
    stream->context = request->context;
    stream->free_context = request->free_context;
    stream->max_age_s = HTTP2_NO_MAX_AGE;
    stream->download = g_byte_array_new();
    return stream;
}

/* Resets leave before requests, which so have their places. */
static void reset_abandoned(Http2 *http)
{
    list_for_each (node, &http->open) {
        Http2Stream *stream = container_of(node, Http2Stream, node);

        if (stream->owner != NULL || stream->reset)
            continue;
        stream->reset = true;
        http->open_count--;
        http->abandoned--;
        if (nghttp2_submit_rst_stream(http->session, NGHTTP2_FLAG_NONE, stream->id,
                                      NGHTTP2_CANCEL) != 0)
            log_debug("a request could not be cancelled"); /* its answer will be dropped */
    }
}

Http2Stream *http2_ask(Http2 *http, const Http2Request *request, void *owner)
{
    bool post = request->upload != NULL;
    char digits[DIGITS];
    const char *length = to_decimal(post ? request->upload->len : 0, digits);
    nghttp2_nv headers[7];
    size_t count = build_headers(request, length, headers);
    Http2Stream *stream = stream_new(request, owner);
    const nghttp2_data_provider body = {.source.ptr = stream, .read_callback = on_upload};

    if (http->abandoned > 0)
        reset_abandoned(http);
    stream->id =
        nghttp2_submit_request(http->session, NULL, headers, count, post ? &body : NULL, stream);
    if (stream->id < 0) {
        log_debug("a request was not taken: %s", nghttp2_strerror(stream->id));
        http2_stream_free(stream);
        return NULL;
    }
    list_append(&http->open, &stream->node);
    http->open_count++;
    http->idle_bytes = 0;
    return stream;
}

void http2_cancel(Http2 *http, Http2Stream *stream)
{
    stream->owner = NULL;
    if (stream->ended) {
        list_remove(&stream->node);
        http2_stream_free(stream);
    } else if (++http->abandoned > stream_limit(http) / ABANDONED_SHARE) {
        reset_abandoned(http);
    }
}

static Status check_alive(const Http2 *http)
{
    bool over =
        !nghttp2_session_want_read(http->session) && !nghttp2_session_want_write(http->session);

    /* A GOAWAY and nothing under way is an orderly end. */
    if (!over || (http->going_away && http->open_count == 0))
        return STATUS_OK;
    log_debug("an HTTP/2 connection broke the protocol");
    return STATUS_MALFORMED;
}

Status http2_receive(Http2 *http, const uint8_t *bytes, size_t length)
{
    http->idle_bytes += length;
    ssize_t used = nghttp2_session_mem_recv(http->session, bytes, length);

    if (used < 0)
        log_debug("no HTTP/2 came: %s", nghttp2_strerror((int)used));
    else if (http->idle_bytes > IDLE_MAX)
        log_debug("an HTTP/2 server sends much for nothing");
    else
        return STATUS_OK;
    return STATUS_MALFORMED;
}

Status http2_send(Http2 *http, GByteArray *out)
{
    const uint8_t *bytes;
    ssize_t length;

    while ((length = nghttp2_session_mem_send(http->session, &bytes)) > 0)
        g_byte_array_append(out, bytes, (guint)length);
    return length < 0 ? STATUS_MALFORMED : check_alive(http);
}

bool http2_wants_to_send(const Http2 *http)
{
    return nghttp2_session_want_write(http->session);
}

Http2Stream *http2_take_ended(Http2 *http)
{
    Http2Stream *stream = list_first(&http->ended, Http2Stream, node);

    if (stream != NULL)
        list_remove(&stream->node);
    return stream;
}

char *http2_authority(const char *host, uint16_t port)
{
    g_autofree char *bracketed = strchr(host, ':') != NULL && host[0] != '['
                                     ? g_strdup_printf("[%s]", host)
                                     : g_strdup(host);

    return port == HTTP2_PORT ? g_steal_pointer(&bracketed)
                              : g_strdup_printf("%s:%u", bracketed, port);
}
