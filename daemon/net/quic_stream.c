/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Streams that carry one request and one response.
 *
 * ngtcp2 must not be freed from inside its callbacks, and the end of a stream may make the owner
 * close the whole connection. So callbacks only note: a stream that is over goes to `ended`, and is
 * taken from there when ngtcp2 has returned.
 *
 * ngtcp2 does not copy what it sends, as it may have to send it again: a stream lives here until
 * ngtcp2 has closed it, even when nobody waits for it any more.
 *
 * Flow control: a stream's window holds the longest response and one byte more, and is never
 * widened, so that a server cannot send without end. The connection's window grows by what arrives.
 */
#include "quic_private.h"

static bool is_queued(const QuicStream *stream)
{
    return list_is_linked(&stream->queue);
}

static void stream_free(QuicStream *stream)
{
    list_remove(&stream->node);
    list_remove(&stream->queue);
    g_byte_array_unref(stream->upload);
    g_clear_pointer(&stream->download, g_byte_array_unref);
    g_free(stream);
}

/* Frees it once neither ngtcp2 nor the owner needs it. */
static void stream_settle(QuicStream *stream)
{
    if (stream->closed && (stream->taken || stream->owner == NULL))
        stream_free(stream);
}

static void stream_end(QuicConnection *quic, QuicStream *stream, QuicEnding ending, uint64_t code)
{
    if (stream->ended)
        return;
    stream->ended = true;
    stream->ending = ending;
    stream->code = code;
    list_remove(&stream->queue);
    if (stream->owner != NULL)
        list_append(&quic->ended, &stream->queue);
}

/* ---- what ngtcp2 calls ---- */

static int on_data(ngtcp2_conn *conn, uint32_t flags, int64_t id, uint64_t offset,
                   const uint8_t *bytes, size_t length, void *owner, void *pointer)
{
    QuicConnection *quic = owner;
    QuicStream *stream = pointer;

    ngtcp2_conn_extend_max_offset(conn, length);
    if (stream == NULL || stream->ended)
        return 0;
    if (stream->download->len + length > quic->options.stream_max) {
        stream_end(quic, stream, QUIC_TOO_LONG, 0);
        return 0;
    }
    if (length > 0)
        g_byte_array_append(stream->download, bytes, (guint)length);
    if (flags & NGTCP2_STREAM_DATA_FLAG_FIN)
        stream_end(quic, stream, QUIC_WHOLE, 0);
    return 0;
}

static int on_reset(ngtcp2_conn *conn, int64_t id, uint64_t final_size, uint64_t code, void *owner,
                    void *pointer)
{
    if (pointer != NULL)
        stream_end(owner, pointer, QUIC_RESET, code);
    return 0;
}

static int on_close(ngtcp2_conn *conn, uint32_t flags, int64_t id, uint64_t code, void *owner,
                    void *pointer)
{
    QuicStream *stream = pointer;

    if (stream == NULL)
        return 0;
    stream_end(owner, stream, QUIC_RESET, code);
    stream->closed = true;
    stream_settle(stream);
    return 0;
}

void quic_stream_callbacks(ngtcp2_callbacks *callbacks)
{
    callbacks->recv_stream_data = on_data;
    callbacks->stream_reset = on_reset;
    callbacks->stream_close = on_close;
}

/* ---- for the owner ---- */

size_t quic_room(const QuicConnection *quic)
{
    if (quic->conn == NULL || quic->closed || quic->failure != STATUS_OK)
        return 0;
    if (!quic->connected && !quic->early)
        return 0;
    return (size_t)ngtcp2_conn_get_streams_bidi_left(quic->conn);
}

QuicStream *quic_ask(QuicConnection *quic, GByteArray *upload, void *owner)
{
    QuicStream *stream = g_new0(QuicStream, 1);

    stream->owner = owner;
    stream->upload = upload;
    stream->download = g_byte_array_new();
    list_init(&stream->node);
    list_init(&stream->queue);
    if (quic_room(quic) == 0 ||
        ngtcp2_conn_open_bidi_stream(quic->conn, &stream->id, stream) != 0) {
        stream_free(stream);
        return NULL;
    }
    list_append(&quic->streams, &stream->node);
    list_append(&quic->sending, &stream->queue);
    return stream;
}

void quic_cancel(QuicConnection *quic, QuicStream *stream, uint64_t code)
{
    stream->owner = NULL;
    stream->ended = true; /* whatever still comes is not kept */
    list_remove(&stream->queue);
    if (!stream->closed && quic->conn != NULL && !quic->closed)
        quic_shutdown_stream(quic->conn, stream->id, code); /* fails for want of memory alone */
    stream_settle(stream);
}

bool quic_has_ended(const QuicConnection *quic)
{
    return !list_is_empty(&quic->ended);
}

bool quic_take_ended(QuicConnection *quic, QuicResult *result)
{
    QuicStream *stream = list_first(&quic->ended, QuicStream, queue);

    if (stream == NULL)
        return false;
    list_remove(&stream->queue);
    *result = (QuicResult){stream->owner, stream->ending, stream->code,
                           g_steal_pointer(&stream->download)};
    stream->taken = true;
    stream_settle(stream);
    return true;
}

/* ---- for quic.c ---- */

QuicStream *quic_stream_to_send(const QuicConnection *quic)
{
    list_for_each (node, (List *)&quic->sending) {
        QuicStream *stream = container_of(node, QuicStream, queue);

        if (!stream->blocked)
            return stream;
    }
    return NULL;
}

void quic_stream_sent(QuicStream *stream, size_t count)
{
    stream->uploaded += count;
    if (stream->uploaded == stream->upload->len)
        quic_stream_stop(stream);
}

void quic_stream_stop(QuicStream *stream)
{
    if (!stream->ended && is_queued(stream))
        list_remove(&stream->queue);
}

void quic_stream_unblock_all(QuicConnection *quic)
{
    list_for_each (node, &quic->sending)
        container_of(node, QuicStream, queue)->blocked = false;
}

void quic_stream_refuse_all(QuicConnection *quic)
{
    list_for_each (node, &quic->streams) {
        QuicStream *stream = container_of(node, QuicStream, node);

        stream_end(quic, stream, QUIC_REFUSED, 0);
        stream->closed = true;
        stream_settle(stream);
    }
}

void quic_stream_free_all(QuicConnection *quic)
{
    list_for_each (node, &quic->streams)
        stream_free(container_of(node, QuicStream, node));
}
