/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a connection on which questions are pipelined.
 *
 * An exchange is in one of two lists. `unsent` waits for the connection, or for the end of this
 * turn of the loop, when all that came up in it goes out in one write. `sent` waits for answers.
 * When the connection goes, `sent` turns back into `unsent`.
 *
 * How a connection ends:
 *  - It cannot be made, or the peer is not whom we expect: everyone who waits is told why.
 *  - The server closes it, as servers do with idle connections: what was under way is asked again
 *    on a new one, once, for the second close in a row is no coincidence.
 *  - Nothing comes back (`silence`): a middlebox that has forgotten the connection answers nothing,
 *    not even with a reset. If TCP itself goes unacknowledged, two seconds are enough; a server
 *    that only takes its time gets twice that. Then a new connection is made.
 *  - Nobody has used it for as long as the settings or the server allow.
 */
#include "pipeline.h"

#include "log.h"

#include <glib.h>

enum {
    ASKED_MAX = 2, /* how often a query is put before a server's close is held against it */
    SILENCE_US = 2 * 1000 * 1000,
    SILENCE_DOUBLINGS = 2,
};

static void connect_anew(Pipeline *pipeline);

/* ---- life of the object ---- */

void pipeline_hold(Pipeline *pipeline)
{
    pipeline->holds++;
}

void pipeline_release(Pipeline *pipeline)
{
    if (--pipeline->holds == 0)
        pipeline->class->free(pipeline);
}

void pipeline_clear(Pipeline *pipeline)
{
    tls_session_clear(&pipeline->session);
    transport_clear(&pipeline->base);
}

/* ---- waiting exchanges ---- */

void pipeline_settle(Pipeline *pipeline)
{
    bool nothing_waits = list_is_empty(&pipeline->sent) && list_is_empty(&pipeline->unsent);

    if (pipeline->stream == NULL)
        return;
    if (pipeline->draining && list_is_empty(&pipeline->sent))
        loop_timer_start(&pipeline->idle, 0);
    else if (!nothing_waits)
        loop_timer_stop(&pipeline->idle);
    else if (!loop_timer_is_running(&pipeline->idle))
        loop_timer_start(&pipeline->idle, pipeline->idle_us);
}

void pipeline_mark_sent(Pipeline *pipeline, Exchange *exchange)
{
    list_remove(&exchange->node);
    list_append(&pipeline->sent, &exchange->node);
    if (exchange->tries++ > 0)
        pipeline->base.counters.retries++;
}

void pipeline_ask_again(Pipeline *pipeline, Exchange *exchange)
{
    list_remove(&exchange->node);
    list_append(&pipeline->unsent, &exchange->node);
    loop_defer_schedule(&pipeline->flush);
}

static void forget(Pipeline *pipeline, Exchange *exchange)
{
    pipeline->class->forget(pipeline, exchange);
    list_remove(&exchange->node);
    pipeline_settle(pipeline);
}

static void on_exchange_timeout(void *owner)
{
    Exchange *exchange = owner;

    forget((Pipeline *)exchange->transport, exchange);
    exchange_finish(exchange, STATUS_TIMEOUT, NULL, 0);
}

/* Fails all that wait and were asked `tries` times or more, at the end of the turn. */
static void fail_unsent(Pipeline *pipeline, unsigned tries, Status status)
{
    list_for_each (node, &pipeline->unsent) {
        Exchange *exchange = container_of(node, Exchange, node);

        if (exchange->tries >= tries) {
            list_remove(node);
            exchange_fail_later(exchange, status);
        }
    }
}

/* ---- the connection's end ---- */

static void drop_connection(Pipeline *pipeline)
{
    Exchange *exchange;

    stream_close(g_steal_pointer(&pipeline->stream));
    loop_timer_stop(&pipeline->idle);
    loop_timer_stop(&pipeline->silence);
    loop_defer_cancel(&pipeline->flush);
    pipeline->class->dropped(pipeline);
    while ((exchange = list_last(&pipeline->sent, Exchange, node)) != NULL) {
        list_remove(&exchange->node);
        list_prepend(&pipeline->unsent, &exchange->node);
    }
    pipeline->connected = pipeline->quiet = pipeline->draining = false;
    pipeline->connection++;
}

/* Goes on with a new connection if someone still waits. */
static void renew_connection(Pipeline *pipeline)
{
    drop_connection(pipeline);
    if (!list_is_empty(&pipeline->unsent))
        connect_anew(pipeline);
}

static void on_idle(void *owner)
{
    renew_connection(owner);
}

static void on_silence(void *owner)
{
    Pipeline *pipeline = owner;

    if (!stream_is_stalled(pipeline->stream) && !pipeline->quiet) {
        pipeline->quiet = true;
        loop_timer_start(&pipeline->silence,
                         SILENCE_US << MIN(pipeline->stalls, SILENCE_DOUBLINGS));
        return;
    }
    log_debug("nothing comes back on a %s connection; making a new one", pipeline->class->protocol);
    pipeline->stalls++;
    renew_connection(pipeline);
}

void pipeline_fail(Pipeline *pipeline, Status status)
{
    bool worked = pipeline->connected;

    drop_connection(pipeline);
    fail_unsent(pipeline, worked ? ASKED_MAX : 0, status);
    if (!list_is_empty(&pipeline->unsent))
        connect_anew(pipeline);
}

static void on_closed(void *owner, Status status)
{
    pipeline_fail(owner, status);
}

/* ---- talking ---- */

void pipeline_write(Pipeline *pipeline, const uint8_t *bytes, size_t length)
{
    if (length == 0)
        return;
    Status status = stream_write(pipeline->stream, bytes, length);
    pipeline->base.counters.bytes_sent += length;
    /* A connection that has just failed will say so, and one that takes no more is as good as dead:
     * the silence shows it. */
    if (status != STATUS_OK)
        log_debug("queries were not taken: %s", status_name(status));
    if (!list_is_empty(&pipeline->sent) && !loop_timer_is_running(&pipeline->silence))
        loop_timer_start(&pipeline->silence, SILENCE_US);
}

static void on_flush(void *owner)
{
    Pipeline *pipeline = owner;

    if (!pipeline->connected)
        return;
    pipeline_hold(pipeline);
    pipeline->class->flush(pipeline);
    pipeline_settle(pipeline);
    pipeline_release(pipeline);
}

static void on_received(void *owner, const uint8_t *bytes, size_t length)
{
    Pipeline *pipeline = owner;
    unsigned connection = pipeline->connection;

    pipeline->base.counters.bytes_received += length;
    pipeline->quiet = false;
    pipeline->stalls = 0;
    loop_timer_stop(&pipeline->silence);
    pipeline_hold(pipeline);
    pipeline->class->received(pipeline, bytes, length);
    if (pipeline->connection == connection && !list_is_empty(&pipeline->sent))
        loop_timer_start(&pipeline->silence, SILENCE_US);
    pipeline_settle(pipeline);
    pipeline_release(pipeline);
}

/* ---- the connection's beginning ---- */

static void on_connected(void *owner)
{
    Pipeline *pipeline = owner;
    TlsFacts facts;

    tls_facts(pipeline->stream, &facts);
    Status status = pipeline->class->connected(pipeline, &facts);
    if (status != STATUS_OK) {
        pipeline_fail(pipeline, status);
        return;
    }
    g_snprintf(pipeline->security, sizeof pipeline->security, "%s %s%s", facts.version,
               facts.cipher, facts.resumed ? ", resumed" : "");
    pipeline->connected = true;
    pipeline->quiet = false;
    loop_timer_stop(&pipeline->silence);
    on_flush(pipeline);
}

static const StreamEvents stream_events = {
    .connected = on_connected,
    .received = on_received,
    .closed = on_closed,
};

static void connect_anew(Pipeline *pipeline)
{
    const TransportEnvironment *environment = &pipeline->base.environment;

    pipeline->stream =
        tls_connect(environment->loop, environment->tls, &pipeline->base.endpoint->address,
                    &pipeline->target, &pipeline->session, &stream_events, pipeline);
    pipeline->idle_us = environment->settings.idle_close_us;
    pipeline->base.counters.connections++;
    loop_timer_start(&pipeline->silence, SILENCE_US << MIN(pipeline->stalls, SILENCE_DOUBLINGS));
}

/* ---- the transport ---- */

void pipeline_init(Pipeline *pipeline, const TransportClass *transport, const PipelineClass *class,
                   const TransportEnvironment *environment, Endpoint *endpoint)
{
    transport_init(&pipeline->base, transport, environment, endpoint);
    pipeline->class = class;
    pipeline->holds = 1;
    list_init(&pipeline->unsent);
    list_init(&pipeline->sent);
    pipeline->target = (TlsTarget){
        .host = endpoint->host,
        .alpn = class->alpn,
        .pins = (const TlsDigest *)endpoint->pins,
        .pin_count = endpoint->pin_count,
        .hashes = (const TlsDigest *)endpoint->hashes,
        .hash_count = endpoint->hash_count,
    };
    loop_timer_init(&pipeline->idle, environment->loop, on_idle, pipeline);
    loop_timer_init(&pipeline->silence, environment->loop, on_silence, pipeline);
    loop_defer_init(&pipeline->flush, environment->loop, on_flush, pipeline);
}

void pipeline_send(Transport *transport, Exchange *exchange)
{
    Pipeline *pipeline = (Pipeline *)transport;

    list_append(&pipeline->unsent, &exchange->node);
    exchange_start_timer(exchange, INT64_MAX, on_exchange_timeout);
    if (pipeline->stream == NULL)
        connect_anew(pipeline);
    else if (pipeline->connected)
        loop_defer_schedule(&pipeline->flush);
    pipeline_settle(pipeline);
}

void pipeline_cancel(Transport *transport, Exchange *exchange)
{
    forget((Pipeline *)transport, exchange);
}

void pipeline_network_changed(Transport *transport)
{
    Pipeline *pipeline = (Pipeline *)transport;

    /* A ticket would show on the new network who we were on the old one. */
    drop_connection(pipeline);
    tls_session_clear(&pipeline->session);
    pipeline->stalls = 0;
    list_for_each (node, &pipeline->unsent)
        container_of(node, Exchange, node)->tries = 0;
    if (!list_is_empty(&pipeline->unsent))
        connect_anew(pipeline);
}

void pipeline_facts(const Transport *transport, TransportFacts *facts)
{
    g_strlcpy(facts->security, ((const Pipeline *)transport)->security, sizeof facts->security);
}

void pipeline_close(Transport *transport)
{
    Pipeline *pipeline = (Pipeline *)transport;
    Exchange *exchange;

    drop_connection(pipeline);
    while ((exchange = list_first(&pipeline->unsent, Exchange, node)) != NULL) {
        list_remove(&exchange->node);
        exchange_finish(exchange, STATUS_CANCELLED, NULL, 0);
    }
    pipeline_release(pipeline);
}
