/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over TLS (RFC 7858) in the strict profile (RFC 8310): one connection to the endpoint, on
 * which queries are pipelined and answered in any order (RFC 7766 §6.2.1.1, §7).
 *
 * An exchange is in one of two lists. `unsent` waits for the connection, or for the end of this
 * turn of the loop, when all that came up in it goes out in one write. `sent` waits for answers;
 * `by_id` finds them. When the connection goes, `sent` turns back into `unsent`.
 *
 * How a connection ends:
 *  - It cannot be made, or the peer is not whom we expect: everyone who waits is told why.
 *  - The server closes it, as servers do with idle connections: what was under way is asked again
 * on a new one, once, for the second close in a row is no coincidence.
 *  - Nothing comes back (`silence`): a middlebox that has forgotten the connection answers nothing,
 *    not even with a reset. If TCP itself goes unacknowledged, two seconds are enough; a server
 * that only takes its time gets twice that. Then a new connection is made.
 *  - Nobody has used it for as long as the settings or the server's keepalive (RFC 7828) allow.
 *
 * IDs are random, and different from those lately used on the connection, so that a second answer
 * or a very late one is known for what it is.
 */
#include "edns.h"
#include "frame.h"
#include "log.h"
#include "stream.h"
#include "transport_classes.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

enum {
    PADDING_BLOCK = 128, /* RFC 8467 §4.1 */
    EDNS_PAYLOAD = 1232, /* of no effect on a stream, but some servers look at it */
    ADDED_MAX = 256,     /* OPT, keepalive and padding are shorter */
    ASKED_MAX = 2,       /* how often a query is put before a server's close is held against it */
    RECENT = 64,
    SILENCE_US = 2 * 1000 * 1000,
    SILENCE_DOUBLINGS = 2,
    KEEPALIVE_UNIT_US = 100 * 1000, /* RFC 7828 §3.1 */
};

/* An ID that was used lately. */
typedef struct Recent {
    uint16_t id;
    bool used, answered;
} Recent;

typedef struct Dot {
    Transport base;
    List unsent, sent;
    GHashTable *by_id; /* wire ID → Exchange, of `sent` */
    TlsTarget target;
    TlsSession session;
    LoopTimer idle, silence;
    LoopDefer flush;
    char security[128]; /* of the last connection made */
    unsigned stalls;    /* connections in a row on which nothing came back */
    unsigned holds;     /* handlers on the stack that still need this object */

    /* the connection */
    Stream *stream;
    FrameReader reader;
    unsigned connection; /* its number, so that a handler knows when it was replaced */
    bool connected, quiet, draining;
    int64_t idle_us;
    Recent recent[RECENT];
    unsigned recent_next;
} Dot;

static void dot_connect(Dot *dot);

/* ---- life of the object ---- */

static void hold(Dot *dot)
{
    dot->holds++;
}

static void release(Dot *dot)
{
    if (--dot->holds > 0)
        return;
    g_hash_table_unref(dot->by_id);
    tls_session_clear(&dot->session);
    transport_clear(&dot->base);
    g_free(dot);
}

/* ---- IDs ---- */

static Recent *find_recent(Dot *dot, uint16_t id)
{
    for (unsigned i = 0; i < RECENT; i++)
        if (dot->recent[i].used && dot->recent[i].id == id)
            return &dot->recent[i];
    return NULL;
}

static void remember_id(Dot *dot, uint16_t id, bool answered)
{
    dot->recent[dot->recent_next++ % RECENT] = (Recent){id, true, answered};
}

static Exchange *find_exchange(Dot *dot, uint16_t id)
{
    return g_hash_table_lookup(dot->by_id, GUINT_TO_POINTER(id));
}

/* False when so many queries are under way that chance finds no free ID. */
static bool take_id(Dot *dot, Exchange *exchange)
{
    for (int attempt = 0; attempt < 64; attempt++) {
        uint16_t id = (uint16_t)randombytes_random();

        if (find_exchange(dot, id) == NULL && find_recent(dot, id) == NULL) {
            exchange->wire_id = id;
            g_hash_table_insert(dot->by_id, GUINT_TO_POINTER(id), exchange);
            return true;
        }
    }
    return false;
}

/* ---- waiting exchanges ---- */

/* Sets the timers to what is being waited for now. */
static void settle(Dot *dot)
{
    bool nothing_waits = list_is_empty(&dot->sent) && list_is_empty(&dot->unsent);

    if (dot->stream == NULL)
        return;
    if (dot->draining && list_is_empty(&dot->sent))
        loop_timer_start(&dot->idle, 0);
    else if (!nothing_waits)
        loop_timer_stop(&dot->idle);
    else if (!loop_timer_is_running(&dot->idle))
        loop_timer_start(&dot->idle, dot->idle_us);
}

/* Takes the exchange off the lists and its ID out of use. */
static void forget(Dot *dot, Exchange *exchange, bool answered)
{
    if (find_exchange(dot, exchange->wire_id) == exchange) {
        g_hash_table_remove(dot->by_id, GUINT_TO_POINTER(exchange->wire_id));
        remember_id(dot, exchange->wire_id, answered);
    }
    list_remove(&exchange->node);
    settle(dot);
}

static void on_exchange_timeout(void *owner)
{
    Exchange *exchange = owner;

    forget((Dot *)exchange->transport, exchange, false);
    exchange_finish(exchange, STATUS_TIMEOUT, NULL, 0);
}

/* Fails all that wait and were asked `tries` times or more; they are told at the end of the turn.
 */
static void fail_unsent(Dot *dot, unsigned tries, Status status)
{
    list_for_each (node, &dot->unsent) {
        Exchange *exchange = container_of(node, Exchange, node);

        if (exchange->tries >= tries) {
            list_remove(node);
            exchange_fail_later(exchange, status);
        }
    }
}

/* ---- the connection's end ---- */

static void drop_connection(Dot *dot)
{
    Exchange *exchange;

    stream_close(g_steal_pointer(&dot->stream));
    frame_clear(&dot->reader);
    loop_timer_stop(&dot->idle);
    loop_timer_stop(&dot->silence);
    loop_defer_cancel(&dot->flush);
    g_hash_table_remove_all(dot->by_id);
    while ((exchange = list_last(&dot->sent, Exchange, node)) != NULL) {
        list_remove(&exchange->node);
        list_prepend(&dot->unsent, &exchange->node);
    }
    memset(dot->recent, 0, sizeof dot->recent);
    dot->connected = dot->quiet = dot->draining = false;
    dot->connection++;
}

/* Goes on with a new connection if someone still waits. */
static void renew_connection(Dot *dot)
{
    drop_connection(dot);
    if (!list_is_empty(&dot->unsent))
        dot_connect(dot);
}

static void on_idle(void *owner)
{
    renew_connection(owner);
}

static void on_silence(void *owner)
{
    Dot *dot = owner;

    if (!stream_is_stalled(dot->stream) && !dot->quiet) {
        dot->quiet = true;
        loop_timer_start(&dot->silence, SILENCE_US << MIN(dot->stalls, SILENCE_DOUBLINGS));
        return;
    }
    log_debug("nothing comes back on a DNS over TLS connection; making a new one");
    dot->stalls++;
    renew_connection(dot);
}

static void on_stream_closed(void *owner, Status status)
{
    Dot *dot = owner;
    bool worked = dot->connected;

    drop_connection(dot);
    fail_unsent(dot, worked ? ASKED_MAX : 0, status);
    if (!list_is_empty(&dot->unsent))
        dot_connect(dot);
}

/* ---- asking ---- */

/* Appends the query as it goes on the wire, its length in front. */
static Status append_query(Dot *dot, Exchange *exchange, GByteArray *batch)
{
    const EdnsWanted wanted = {
        .payload_size = EDNS_PAYLOAD, .pad_to = PADDING_BLOCK, .keepalive = true};
    size_t capacity = MIN(exchange->query_length + ADDED_MAX, (size_t)MESSAGE_MAX), length;
    guint start = batch->len;
    Message query;
    Status status = message_parse(&query, exchange->query, exchange->query_length);

    if (status != STATUS_OK)
        return status;
    g_byte_array_set_size(batch, start + 2 + (guint)capacity);
    status = edns_rewrite_query(&query, &wanted, batch->data + start + 2, capacity, &length);
    if (status == STATUS_OK && !take_id(dot, exchange))
        status = STATUS_LIMIT;
    if (status != STATUS_OK) {
        g_byte_array_set_size(batch, start);
        return status;
    }
    wire_put_u16(batch->data + start, (uint16_t)length);
    wire_put_u16(batch->data + start + 2, exchange->wire_id);
    g_byte_array_set_size(batch, start + 2 + (guint)length);
    return STATUS_OK;
}

static void write_batch(Dot *dot, const GByteArray *batch)
{
    if (batch->len == 0)
        return;
    Status status = stream_write(dot->stream, batch->data, batch->len);
    dot->base.counters.bytes_sent += batch->len;
    /* A connection that has just failed will say so, and one that takes no more is as good as dead:
     * the silence shows it. */
    if (status != STATUS_OK)
        log_debug("queries were not taken: %s", status_name(status));
    if (!loop_timer_is_running(&dot->silence))
        loop_timer_start(&dot->silence, SILENCE_US);
}

static void on_flush(void *owner)
{
    Dot *dot = owner;
    g_autoptr(GByteArray) batch = NULL;
    Exchange *exchange;

    if (!dot->connected || dot->draining)
        return;
    batch = g_byte_array_new();
    while ((exchange = list_first(&dot->unsent, Exchange, node)) != NULL) {
        Status status = append_query(dot, exchange, batch);

        list_remove(&exchange->node);
        if (status != STATUS_OK) {
            exchange_fail_later(exchange, status);
            continue;
        }
        list_append(&dot->sent, &exchange->node);
        if (exchange->tries++ > 0)
            dot->base.counters.retries++;
    }
    write_batch(dot, batch);
    settle(dot);
}

/* ---- answers ---- */

static void note_keepalive(Dot *dot, const Message *reply)
{
    size_t length;
    const uint8_t *value = edns_option(reply, EDNS_TCP_KEEPALIVE, &length);

    if (value == NULL || length != 2)
        return;
    int64_t offered_us = (int64_t)wire_get_u16(value) * KEEPALIVE_UNIT_US;
    dot->idle_us = MIN(dot->base.environment.settings.idle_close_us, offered_us);
    dot->draining = offered_us == 0; /* RFC 7828 §3.2.2: the server wants it closed */
}

/* An answer that nobody waits for. */
static void count_stray(Dot *dot, uint16_t id)
{
    const Recent *recent = find_recent(dot, id);

    if (recent == NULL)
        dot->base.counters.forged++;
    else if (recent->answered)
        dot->base.counters.replayed++;
    /* else one that came after its exchange had ended */
}

static bool on_message(void *owner, const uint8_t *message, size_t length)
{
    Dot *dot = owner;
    unsigned connection = dot->connection;
    Exchange *exchange;
    Message view;

    if (length < MESSAGE_HEADER_LENGTH) {
        dot->base.counters.forged++;
        return true;
    }
    exchange = find_exchange(dot, wire_get_u16(message));
    if (exchange == NULL) {
        count_stray(dot, wire_get_u16(message));
        return true;
    }
    g_autofree uint8_t *reply = g_memdup2(message, length); /* what lent it may go inside `done` */
    if (!exchange_accepts(exchange, reply, length, &view)) {
        dot->base.counters.forged++;
        return true;
    }
    note_keepalive(dot, &view);
    forget(dot, exchange, true);
    exchange_finish(exchange, STATUS_OK, reply, length);
    return dot->connection == connection;
}

static void on_received(void *owner, const uint8_t *bytes, size_t length)
{
    Dot *dot = owner;
    unsigned connection = dot->connection;

    dot->base.counters.bytes_received += length;
    dot->quiet = false;
    dot->stalls = 0;
    loop_timer_stop(&dot->silence);
    hold(dot);
    frame_feed(&dot->reader, bytes, length, on_message, dot);
    if (dot->connection == connection && !list_is_empty(&dot->sent))
        loop_timer_start(&dot->silence, SILENCE_US);
    release(dot);
}

/* ---- the connection's beginning ---- */

static void on_connected(void *owner)
{
    Dot *dot = owner;
    TlsFacts facts;

    tls_facts(dot->stream, &facts);
    g_snprintf(dot->security, sizeof dot->security, "%s %s%s", facts.version, facts.cipher,
               facts.resumed ? ", resumed" : "");
    dot->connected = true;
    dot->quiet = false;
    loop_timer_stop(&dot->silence);
    on_flush(dot);
}

static const StreamEvents stream_events = {
    .connected = on_connected,
    .received = on_received,
    .closed = on_stream_closed,
};

static void dot_connect(Dot *dot)
{
    const TransportEnvironment *environment = &dot->base.environment;

    dot->stream = tls_connect(environment->loop, environment->tls, &dot->base.endpoint->address,
                              &dot->target, &dot->session, &stream_events, dot);
    dot->idle_us = environment->settings.idle_close_us;
    dot->base.counters.connections++;
    loop_timer_start(&dot->silence, SILENCE_US << MIN(dot->stalls, SILENCE_DOUBLINGS));
}

/* ---- the transport ---- */

static Transport *dot_open(const TransportEnvironment *environment, Endpoint *endpoint)
{
    if (sodium_init() < 0)
        return NULL;
    Dot *dot = g_new0(Dot, 1);

    transport_init(&dot->base, &transport_dot, environment, endpoint);
    list_init(&dot->unsent);
    list_init(&dot->sent);
    dot->by_id = g_hash_table_new(NULL, NULL);
    dot->holds = 1;
    dot->target = (TlsTarget){
        .host = endpoint->host,
        .alpn = "dot",
        .pins = (const TlsDigest *)endpoint->pins,
        .pin_count = endpoint->pin_count,
        .hashes = (const TlsDigest *)endpoint->hashes,
        .hash_count = endpoint->hash_count,
    };
    loop_timer_init(&dot->idle, environment->loop, on_idle, dot);
    loop_timer_init(&dot->silence, environment->loop, on_silence, dot);
    loop_defer_init(&dot->flush, environment->loop, on_flush, dot);
    return &dot->base;
}

static void dot_send(Transport *transport, Exchange *exchange)
{
    Dot *dot = (Dot *)transport;

    list_append(&dot->unsent, &exchange->node);
    exchange_start_timer(exchange, INT64_MAX, on_exchange_timeout);
    if (dot->stream == NULL)
        dot_connect(dot);
    else if (dot->connected)
        loop_defer_schedule(&dot->flush);
    settle(dot);
}

static void dot_cancel(Transport *transport, Exchange *exchange)
{
    forget((Dot *)transport, exchange, false);
}

static void dot_network_changed(Transport *transport)
{
    Dot *dot = (Dot *)transport;

    /* A ticket would show on the new network who we were on the old one. */
    drop_connection(dot);
    tls_session_clear(&dot->session);
    dot->stalls = 0;
    list_for_each (node, &dot->unsent)
        container_of(node, Exchange, node)->tries = 0;
    if (!list_is_empty(&dot->unsent))
        dot_connect(dot);
}

static void dot_facts(const Transport *transport, TransportFacts *facts)
{
    g_strlcpy(facts->security, ((const Dot *)transport)->security, sizeof facts->security);
}

static void dot_close(Transport *transport)
{
    Dot *dot = (Dot *)transport;
    Exchange *exchange;

    drop_connection(dot);
    while ((exchange = list_first(&dot->unsent, Exchange, node)) != NULL) {
        list_remove(&exchange->node);
        exchange_finish(exchange, STATUS_CANCELLED, NULL, 0);
    }
    release(dot);
}

const TransportClass transport_dot = {
    .name = "dot",
    .open = dot_open,
    .send = dot_send,
    .cancel = dot_cancel,
    .network_changed = dot_network_changed,
    .facts = dot_facts,
    .close = dot_close,
};
