/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The usual carrier of a pipe: a TLS stream over TCP.
 */
#include "log.h"
#include "pipeline.h"
#include "reach.h"

#include <glib.h>

static void on_connected(void *owner)
{
    Pipe *pipe = owner;
    TlsFacts facts;

    tls_facts(pipe->stream, &facts);
    pipe_connected(pipe, &facts);
}

static void on_received(void *owner, const uint8_t *bytes, size_t length)
{
    pipe_received(owner, bytes, length);
}

static void on_closed(void *owner, Status status)
{
    pipe_fail(owner, status);
}

static void carrier_open(Pipe *pipe)
{
    static const StreamEvents events = {
        .connected = on_connected,
        .received = on_received,
        .closed = on_closed,
    };
    Pipeline *pipeline = pipe->pipeline;
    const TransportEnvironment *environment = &pipeline->base.environment;
    const Address peer = reach_address(environment->nat64, &pipeline->peer->address);

    pipe->stream = tls_connect(environment->loop, environment->tls, &peer, &pipeline->target,
                               &pipeline->session, &events, pipe);
}

static void carrier_close(Pipe *pipe)
{
    stream_close(g_steal_pointer(&pipe->stream));
}

static bool carrier_is_stalled(const Pipe *pipe)
{
    StreamPath path;

    stream_path(pipe->stream, &path);
    return path.stalled;
}

static void carrier_path(const Pipe *pipe, StreamPath *path)
{
    stream_path(pipe->stream, path);
}

static void carrier_chain(const Pipe *pipe, PeerChain *chain)
{
    tls_chain(pipe->stream, chain);
}

const PipeCarrier pipe_stream = {
    .open = carrier_open,
    .close = carrier_close,
    .is_stalled = carrier_is_stalled,
    .path = carrier_path,
    .chain = carrier_chain,
};

void pipe_write(Pipe *pipe, const uint8_t *bytes, size_t length)
{
    if (length == 0)
        return;
    Status status = stream_write(pipe->stream, bytes, length);
    /* A connection that has just failed will say so, and one that takes no more is as good as dead:
     * the silence shows it. */
    if (status != STATUS_OK)
        log_debug("queries were not taken: %s", status_name(status));
    pipe_wrote(pipe, length);
}
