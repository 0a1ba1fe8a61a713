/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Going round a connection that is held up.
 *
 * Answers that share a TCP connection come in order. When one packet is lost, whatever comes behind
 * it waits until that was sent again: a round trip and a half at best, and a fifth of a second or
 * more when the lost one was the last, or is lost again. Questions asked meanwhile wait as well.
 *
 * So while packets are lost a second connection is kept, by the kernel's own count of losses, and
 * where two are held up at once a third. When an answer is late the connections change places: from
 * then on it is asked on one on which nothing is owed, and the other has time to recover. Without
 * loss there is one connection, and lateness, the server's, changes nothing.
 *
 * A spare goes as any connection does, when it was not used for as long as the settings or the
 * server allow: which is after nothing was late for so long.
 */
#include "pipeline.h"

enum {
    SPARES_MAX = 2,
    HANDSHAKE_ROUNDS = 4,
    FORGIVEN_US = 1000 * 1000, /* answers that were given up may never come */
};

/* Whether all that was written on it has arrived, and something has come back since. */
static bool is_clear(const Pipe *pipe)
{
    int64_t now_us = loop_now_us(pipe->pipeline->base.environment.loop);
    StreamPath path = {0};

    if (!pipe->connected || !list_is_empty(&pipe->sent))
        return false;
    pipeline_carrier(pipe->pipeline)->path(pipe, &path);
    if (path.unacknowledged)
        return false;
    return pipe->received_us >= pipe->asked_us + path.round_trip_us * 7 / 8 ||
           now_us - pipe->asked_us > FORGIVEN_US;
}

Pipe *detour_find(const Pipeline *pipeline)
{
    list_for_each (node, &pipeline->spares) {
        Pipe *pipe = container_of(node, Pipe, node);

        if (is_clear(pipe))
            return pipe;
    }
    return NULL;
}

/* Whether packets were lost since this was last asked. */
static bool has_lost(Pipe *pipe)
{
    StreamPath path = {0};
    bool more;

    pipeline_carrier(pipe->pipeline)->path(pipe, &path);
    more = path.losses > pipe->losses;
    pipe->losses = path.losses;
    return more;
}

/* One that takes longer to connect than it should has lost a packet itself. */
static bool is_coming(const Pipe *pipe, int64_t round_trip_us)
{
    int64_t now_us = loop_now_us(pipe->pipeline->base.environment.loop);

    return !pipe->connected && now_us - pipe->begun_us < HANDSHAKE_ROUNDS * round_trip_us;
}

static void add_spare(Pipeline *pipeline)
{
    StreamPath path = {0};
    unsigned count = 0;
    Pipe *pipe;

    pipeline_carrier(pipeline)->path(pipeline->current, &path);
    list_for_each (node, &pipeline->spares) {
        if (is_coming(container_of(node, Pipe, node), path.round_trip_us) || ++count == SPARES_MAX)
            return;
    }
    pipe = pipeline_connect(pipeline);
    pipe->spare = true;
    list_append(&pipeline->spares, &pipe->node);
}

bool pipeline_detour(Transport *transport, const Exchange *late)
{
    Pipeline *pipeline = (Pipeline *)transport;
    Pipe *pipe = late->pipe, *other;

    if (pipe == NULL || !pipe->connected || pipeline->current == NULL)
        return false;
    if (pipeline_carrier(pipeline)->path == NULL)
        return true;
    if (pipe != pipeline->current)
        return pipeline->current->connected;
    other = detour_find(pipeline);
    if (other != NULL)
        pipeline_turn_to(pipeline, other);
    else if (has_lost(pipe))
        add_spare(pipeline);
    return other != NULL;
}
