/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of connections on which questions are pipelined.
 *
 * An exchange is in one of two lists. `unsent`, the pipeline's, waits for a connection, or for the
 * end of this turn of the loop, when all that came up in it goes out in one write. `sent`, a
 * pipe's, waits for answers. When the connection goes, its `sent` turns back into `unsent`.
 *
 * How a connection ends:
 *  - It cannot be made, or the peer is not whom we expect: everyone who waits is told why.
 *  - The server closes it, as servers do with idle connections: what was under way is asked again
 *    on a new one, once, for the second close in a row is no coincidence. Where it was much, less
 * is asked at once from then on (crowd.c), and the close is held against nobody.
 *  - The server says that it will close it: what is asked from then on goes to a new connection at
 *    once, while the old one drains.
 *  - Nothing comes back (`silence`): a middlebox that has forgotten the connection answers nothing,
 *    not even with a reset. If TCP itself goes unacknowledged, two seconds are enough; a server
 *    that only takes its time gets twice that. Then a new connection is made.
 *  - Nobody has used it for as long as the settings or the server allow.
 *
 * While packets are lost there are spare connections beside the current one (detour.c).
 *
 * Handlers end exchanges, whose owners may close the transport. So a pipe is kept while one of its
 * handlers runs, and the pipeline while it has pipes.
 */
#include "pipeline.h"

#include "log.h"

#include <glib.h>

enum {
    ASKED_MAX = 2, /* how often a query is put before a server's close is held against it */
    SILENCE_US = 2 * 1000 * 1000,
    SILENCE_DOUBLINGS = 2,
};

/* ---- life of the objects ---- */

static void pipeline_release(Pipeline *pipeline)
{
    if (--pipeline->holds == 0)
        pipeline->class->free(pipeline);
}

void pipeline_clear(Pipeline *pipeline)
{
    tls_session_clear(&pipeline->session);
    transport_clear(&pipeline->base);
}

static void pipe_hold(Pipe *pipe)
{
    pipe->holds++;
}

static void pipe_release(Pipe *pipe)
{
    Pipeline *pipeline = pipe->pipeline;

    if (--pipe->holds > 0)
        return;
    pipeline->class->pipe_free(pipe);
    pipeline_release(pipeline);
}

/* ---- waiting exchanges ---- */

static bool drains(const Pipe *pipe)
{
    return pipe->pipeline->current != pipe && !pipe->spare;
}

/* Sets the idle timer to what is being waited for now. */
static void pipe_settle(Pipe *pipe)
{
    bool nothing_waits =
        list_is_empty(&pipe->sent) && (pipe->spare || list_is_empty(&pipe->pipeline->unsent));

    if (!pipe_is_open(pipe))
        return;
    if (drains(pipe) && list_is_empty(&pipe->sent))
        loop_timer_start(&pipe->idle, 0);
    else if (!nothing_waits)
        loop_timer_stop(&pipe->idle);
    else if (!loop_timer_is_running(&pipe->idle))
        loop_timer_start(&pipe->idle, pipe->idle_us);
}

static void take_spare(Pipeline *pipeline)
{
    Pipe *pipe = detour_find(pipeline);

    if (pipe == NULL)
        return;
    list_remove(&pipe->node);
    pipe->spare = false;
    pipeline->current = pipe;
}

/* Sees to it that what is unsent will be asked. */
static void ask_unsent(Pipeline *pipeline)
{
    if (list_is_empty(&pipeline->unsent))
        return;
    if (pipeline->current == NULL)
        take_spare(pipeline);
    if (pipeline->current == NULL)
        pipeline->current = pipeline_connect(pipeline);
    else
        pipe_flush_later(pipeline->current);
    pipe_settle(pipeline->current);
}

static size_t count_sent(const Pipe *pipe)
{
    size_t count = 0;

    list_for_each (node, &pipe->sent)
        count++;
    return count;
}

/* Counted only where there is a limit: on nearly every server there is none. */
static bool has_room(const Pipe *pipe)
{
    Pipeline *pipeline = pipe->pipeline;

    return !crowd_is_limited(&pipeline->crowd) ||
           crowd_has_room(&pipeline->crowd, count_sent(pipe), pipeline->base.counters.replies);
}

Exchange *pipe_next(const Pipe *pipe)
{
    Pipeline *pipeline = pipe->pipeline;

    if (pipeline->current != pipe || !has_room(pipe))
        return NULL;
    return list_first(&pipeline->unsent, Exchange, node);
}

/* Something has ended on the pipe, or the protocol's own limit may be another now. */
static void use_room(Pipe *pipe)
{
    if (pipe_is_open(pipe) && !list_is_empty(&pipe->pipeline->unsent) && pipe_next(pipe) != NULL)
        pipe_flush_later(pipe);
}

void pipe_mark_sent(Pipe *pipe, Exchange *exchange)
{
    list_remove(&exchange->node);
    list_append(&pipe->sent, &exchange->node);
    exchange->pipe = pipe;
    pipe->asked_us = loop_now_us(pipe->pipeline->base.environment.loop);
    if (exchange->tries++ > 0)
        pipe->pipeline->base.counters.retries++;
}

void pipe_ask_again(Pipe *pipe, Exchange *exchange)
{
    list_remove(&exchange->node);
    list_append(&pipe->pipeline->unsent, &exchange->node);
    exchange->pipe = NULL;
    ask_unsent(pipe->pipeline);
}

void pipe_flush_later(Pipe *pipe)
{
    loop_defer_schedule(&pipe->flush);
}

static void forget(Pipeline *pipeline, Exchange *exchange)
{
    Pipe *pipe = g_steal_pointer(&exchange->pipe);

    if (pipe != NULL)
        pipeline->class->forget(pipe, exchange);
    list_remove(&exchange->node);
    if (pipe == NULL)
        pipe = pipeline->current;
    if (pipe == NULL)
        return;
    use_room(pipe);
    pipe_settle(pipe);
}

static void on_exchange_timeout(void *owner)
{
    Exchange *exchange = owner;

    forget((Pipeline *)exchange->transport, exchange);
    exchange_finish(exchange, STATUS_TIMEOUT, NULL, 0);
}

/* Fails all of the list that were asked `tries` times or more, at the end of the turn. */
static void fail_all(List *exchanges, unsigned tries, Status status)
{
    list_for_each (node, exchanges) {
        Exchange *exchange = container_of(node, Exchange, node);

        if (exchange->tries >= tries) {
            list_remove(node);
            exchange->pipe = exchange->state = NULL;
            exchange_fail_later(exchange, status);
        }
    }
}

/* ---- the connection's end ---- */

static void pipe_drop(Pipe *pipe)
{
    Pipeline *pipeline = pipe->pipeline;
    Exchange *exchange;

    pipe->open = pipe->connected = pipe->early = false;
    pipeline_carrier(pipeline)->close(pipe);
    loop_timer_stop(&pipe->idle);
    loop_timer_stop(&pipe->silence);
    loop_defer_cancel(&pipe->flush);
    while ((exchange = list_last(&pipe->sent, Exchange, node)) != NULL) {
        list_remove(&exchange->node);
        list_prepend(&pipeline->unsent, &exchange->node);
        exchange->pipe = exchange->state = NULL;
    }
    list_remove(&pipe->node);
    if (pipeline->current == pipe)
        pipeline->current = NULL;
    pipe_release(pipe);
}

static void drop_all(Pipeline *pipeline)
{
    Pipe *pipe;

    while ((pipe = list_last(&pipeline->draining, Pipe, node)) != NULL)
        pipe_drop(pipe);
    while ((pipe = list_last(&pipeline->spares, Pipe, node)) != NULL)
        pipe_drop(pipe);
    if (pipeline->current != NULL)
        pipe_drop(pipeline->current);
}

/* Goes on with another connection if someone still waits. */
static void pipe_replace(Pipe *pipe)
{
    Pipeline *pipeline = pipe->pipeline;

    pipe_drop(pipe);
    ask_unsent(pipeline);
}

static void on_idle(void *owner)
{
    pipe_replace(owner);
}

static void on_silence(void *owner)
{
    Pipe *pipe = owner;
    Pipeline *pipeline = pipe->pipeline;

    if (!pipeline_carrier(pipeline)->is_stalled(pipe) && !pipe->quiet) {
        pipe->quiet = true;
        loop_timer_start(&pipe->silence, SILENCE_US << MIN(pipeline->stalls, SILENCE_DOUBLINGS));
        return;
    }
    log_debug("nothing comes back on a %s connection; making a new one", pipeline->class->protocol);
    pipeline->stalls++;
    pipe_replace(pipe);
}

void pipe_drain(Pipe *pipe)
{
    Pipeline *pipeline = pipe->pipeline;

    if (drains(pipe))
        return;
    if (pipe->spare)
        list_remove(&pipe->node);
    else
        pipeline->current = NULL;
    pipe->spare = false;
    list_append(&pipeline->draining, &pipe->node);
    pipe_settle(pipe);
    ask_unsent(pipeline);
}

/* Whether the server closed it on so many that their number may be why. One that has said goodbye
 * has told us by that what it did not look at. */
static bool was_crowded(Pipe *pipe, Status status)
{
    Pipeline *pipeline = pipe->pipeline;
    TransportCounters *counters = &pipeline->base.counters;
    bool closed = status == STATUS_CLOSED || status == STATUS_REFUSED; /* the latter by a reset */

    if (!closed || pipeline->current != pipe ||
        !crowd_was_closed(&pipeline->crowd, count_sent(pipe), counters->replies))
        return false;
    log_info("a %s connection was closed on many questions; asking %zu at once from here",
             pipeline->class->protocol, pipeline->crowd.limit);
    return true;
}

/* Those under way are asked again as if for the first time. */
static void forgive_tries(Pipe *pipe)
{
    list_for_each (node, &pipe->sent) {
        container_of(node, Exchange, node)->tries = 0;
        pipe->pipeline->base.counters.retries++;
    }
}

void pipe_fail(Pipe *pipe, Status status)
{
    if (!pipe->connected && !pipe->spare)
        fail_all(&pipe->pipeline->unsent, 0, status);
    else if (was_crowded(pipe, status))
        forgive_tries(pipe);
    else
        fail_all(&pipe->sent, ASKED_MAX, status);
    pipe_replace(pipe);
}

/* ---- talking ---- */

void pipe_wrote(Pipe *pipe, size_t length)
{
    pipe->pipeline->base.counters.bytes_sent += length;
    if (!list_is_empty(&pipe->sent) && !loop_timer_is_running(&pipe->silence))
        loop_timer_start(&pipe->silence, SILENCE_US);
}

static void on_flush(void *owner)
{
    Pipe *pipe = owner;

    if (!pipe->connected && !pipe->early)
        return;
    pipe_hold(pipe);
    pipe->pipeline->class->flush(pipe);
    pipe_settle(pipe);
    pipe_release(pipe);
}

void pipe_received(Pipe *pipe, const uint8_t *bytes, size_t length)
{
    pipe->pipeline->base.counters.bytes_received += length;
    pipe->pipeline->stalls = 0;
    pipe->quiet = false;
    pipe->received_us = loop_now_us(pipe->pipeline->base.environment.loop);
    loop_timer_stop(&pipe->silence);
    pipe_hold(pipe);
    pipe->pipeline->class->received(pipe, bytes, length);
    if (pipe_is_open(pipe) && !list_is_empty(&pipe->sent))
        loop_timer_start(&pipe->silence, SILENCE_US);
    use_room(pipe);
    pipe_settle(pipe);
    pipe_release(pipe);
}

/* ---- the connection's beginning ---- */

void pipe_connected(Pipe *pipe, const TlsFacts *facts)
{
    Pipeline *pipeline = pipe->pipeline;
    Status status = pipeline->class->connected(pipe, facts);

    if (status != STATUS_OK) {
        pipe_fail(pipe, status);
        return;
    }
    pipeline->facts = *facts;
    pipe->opened_us = loop_now_us(pipeline->base.environment.loop);
    pipe->connected = true;
    pipe->quiet = false;
    loop_timer_stop(&pipe->silence);
    on_flush(pipe);
}

Pipe *pipeline_connect(Pipeline *pipeline)
{
    const TransportEnvironment *environment = &pipeline->base.environment;
    Pipe *pipe = pipeline->class->pipe_new(pipeline);

    pipeline->holds++;
    pipe->pipeline = pipeline;
    pipe->holds = 1;
    pipe->idle_us = environment->settings.idle_close_us;
    list_init(&pipe->node);
    list_init(&pipe->sent);
    loop_timer_init(&pipe->idle, environment->loop, on_idle, pipe);
    loop_timer_init(&pipe->silence, environment->loop, on_silence, pipe);
    loop_defer_init(&pipe->flush, environment->loop, on_flush, pipe);
    pipe->open = true;
    pipe->begun_us = loop_now_us(environment->loop);
    pipeline_carrier(pipeline)->open(pipe);
    pipeline->base.counters.connections++;
    loop_timer_start(&pipe->silence, SILENCE_US << MIN(pipeline->stalls, SILENCE_DOUBLINGS));
    return pipe;
}

void pipeline_turn_to(Pipeline *pipeline, Pipe *pipe)
{
    Pipe *before = pipeline->current;

    list_remove(&pipe->node);
    pipe->spare = false;
    pipeline->current = pipe;
    before->spare = true;
    list_append(&pipeline->spares, &before->node);
    ask_unsent(pipeline);
    pipe_settle(before);
    pipe_settle(pipe);
}

/* ---- the transport ---- */

void pipeline_init(Pipeline *pipeline, const TransportClass *transport, const PipelineClass *class,
                   const TransportEnvironment *environment, Endpoint *endpoint)
{
    transport_init(&pipeline->base, transport, environment, endpoint);
    pipeline->class = class;
    pipeline->holds = 1;
    list_init(&pipeline->unsent);
    list_init(&pipeline->draining);
    list_init(&pipeline->spares);
    pipeline->peer = endpoint->relay != NULL ? endpoint->relay : endpoint;
    pipeline->target = endpoint_tls_target(pipeline->peer, class->alpn);
}

void pipeline_send(Transport *transport, Exchange *exchange)
{
    Pipeline *pipeline = (Pipeline *)transport;

    list_append(&pipeline->unsent, &exchange->node);
    exchange_start_timer(exchange, INT64_MAX, on_exchange_timeout);
    ask_unsent(pipeline);
}

void pipeline_cancel(Transport *transport, Exchange *exchange)
{
    forget((Pipeline *)transport, exchange);
}

void pipeline_network_changed(Transport *transport)
{
    Pipeline *pipeline = (Pipeline *)transport;

    /* A ticket would show on the new network who we were on the old one. */
    drop_all(pipeline);
    tls_session_clear(&pipeline->session);
    pipeline->stalls = 0;
    pipeline->crowd = (Crowd){0};
    list_for_each (node, &pipeline->unsent)
        container_of(node, Exchange, node)->tries = 0;
    ask_unsent(pipeline);
}

void pipeline_facts(const Transport *transport, TransportFacts *facts)
{
    const Pipeline *pipeline = (const Pipeline *)transport;
    const TlsFacts *tls = &pipeline->facts;
    bool is_open = pipeline->current != NULL && pipeline->current->connected;

    facts->tls = *tls;
    facts->opened_us = is_open ? pipeline->current->opened_us : 0;
    if (tls->version[0] != '\0')
        g_snprintf(facts->security, sizeof facts->security, "%s %s%s", tls->version, tls->cipher,
                   tls->resumed ? ", resumed" : "");
}

void pipeline_chain(const Transport *transport, PeerChain *chain)
{
    const Pipeline *pipeline = (const Pipeline *)transport;

    if (pipeline->current != NULL && pipeline->current->connected &&
        pipeline_carrier(pipeline)->chain != NULL)
        pipeline_carrier(pipeline)->chain(pipeline->current, chain);
}

void pipeline_close(Transport *transport)
{
    Pipeline *pipeline = (Pipeline *)transport;
    Exchange *exchange;

    drop_all(pipeline);
    while ((exchange = list_first(&pipeline->unsent, Exchange, node)) != NULL) {
        list_remove(&exchange->node);
        exchange_finish(exchange, STATUS_CANCELLED, NULL, 0);
    }
    pipeline_release(pipeline);
}
