/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A TCP connection for a single question (RFC 1035 §4.2.2; DNSCrypt allows no second one).
 *
 * The owner opens it with the question and closes it when it has its answer, or has no more time.
 * Length and message go in one write, so that they leave in one segment (RFC 7766 §8).
 */
#include "tcpcall.h"

#include "stream.h"
#include "wire.h"

#include <glib.h>
#include <string.h>

struct TcpCall {
    Stream *stream;
    LoopDefer refused; /* reports a write that failed at once */
    FrameReader reader;
    const TcpCallEvents *events;
    void *owner;
};

static void call_connected(void *owner)
{
}

static void call_received(void *owner, const uint8_t *bytes, size_t length)
{
    TcpCall *call = owner;
    if (!frame_feed(&call->reader, bytes, length, call->events->received, call->owner))
        return; /* the call is gone */
}

static void call_closed(void *owner, Status status)
{
    TcpCall *call = owner;
    call->events->ended(call->owner, status);
}

static void call_refused(void *owner)
{
    call_closed(owner, STATUS_LIMIT);
}

static const StreamEvents call_stream_events = {
    .connected = call_connected,
    .received = call_received,
    .closed = call_closed,
};

TcpCall *tcp_call_open(Loop *loop, const Address *peer, const uint8_t *message, size_t length,
                       const TcpCallEvents *events, void *owner)
{
    TcpCall *call = g_new0(TcpCall, 1);
    call->events = events;
    call->owner = owner;
    call->stream = tcp_connect(loop, peer, &call_stream_events, call);
    loop_defer_init(&call->refused, loop, call_refused, call);

    g_autofree uint8_t *framed = g_malloc(length + 2);
    wire_put_u16(framed, (uint16_t)length);
    memcpy(framed + 2, message, length);
    if (stream_write(call->stream, framed, length + 2) != STATUS_OK)
        loop_defer_schedule(&call->refused);
    return call;
}

void tcp_call_close(TcpCall *call)
{
    if (call == NULL)
        return;
    loop_defer_cancel(&call->refused);
    stream_close(call->stream);
    frame_clear(&call->reader);
    g_free(call);
}
