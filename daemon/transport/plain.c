/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plain DNS, for names that are routed to a network's or a VPN's own servers: UDP, and TCP when
 * the answer was truncated or the settings want it.
 *
 * Nothing authenticates an answer here but what a stranger cannot guess (RFC 5452 §9), so every
 * question has a socket of its own with a random port, connected, and a random ID. What comes from
 * the peer and does not fit is dropped and counted, and waiting goes on. A retransmission repeats
 * the same bytes from the same socket, so that the answer to either copy counts. Somebody who has
 * found the port out has only the ID left to guess, and tries all of them within a second or two
 * while a server is slow: so after a few wrong ones the question is put by TCP, where he would have
 * to guess 32 bits more.
 *
 * There are still servers, in old routers above all, that know no EDNS and say FORMERR or NOTIMP to
 * it (RFC 6891 §7). They are asked again without, and so from then on until the network changes.
 */
#include "chance.h"
#include "edns.h"
#include "tcpcall.h"
#include "transport_classes.h"
#include "udp.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define ADDITIONAL_COUNT 10 /* offset in the header */
#define FORGED_MAX       4  /* wrong answers to one question by UDP; honest servers send none */

typedef struct Plain {
    Transport base;
    List live;
    bool no_edns; /* the server has shown that it knows none */
} Plain;

/* The state of one exchange on its way. */
typedef struct Attempt {
    Plain *plain;
    Exchange *exchange;
    UdpSocket udp;
    TcpCall *call;
    size_t capacity, length;
    unsigned forged; /* datagrams that came and were no answer */
    bool has_edns;   /* the query, as it went */
    uint8_t query[]; /* as it goes on the wire */
} Attempt;

static Attempt *attempt_of(Exchange *exchange)
{
    return exchange->state;
}

static void attempt_free(Attempt *attempt)
{
    udp_clear(&attempt->udp);
    tcp_call_close(attempt->call);
    attempt->exchange->state = NULL;
    list_remove(&attempt->exchange->node);
    g_free(attempt);
}

static void attempt_fail(Attempt *attempt, Status status)
{
    Exchange *exchange = attempt->exchange;
    attempt_free(attempt);
    exchange_fail_later(exchange, status);
}

/* The server knows no EDNS, then: FORMERR or NOTIMP without OPT to a query with it. */
static bool attempt_met_no_edns(const Attempt *attempt, const Message *reply)
{
    const unsigned rcode = message_rcode(reply);
    return attempt->has_edns && !reply->has_edns &&
           (rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP);
}

/* Some such servers say it in no more than a header. */
static bool attempt_met_bare_error(const Attempt *attempt, const uint8_t *reply, size_t length)
{
    const unsigned flags = length == MESSAGE_HEADER_LENGTH ? wire_get_u16(reply + 2) : 0;
    const unsigned rcode = flags & MESSAGE_RCODE;
    return attempt->has_edns && flags & MESSAGE_QR &&
           wire_get_u16(reply) == attempt->exchange->wire_id &&
           (rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP);
}

static void attempt_restart(void *owner);

static bool attempt_do_without_edns(Attempt *attempt)
{
    attempt->plain->no_edns = true;
    exchange_start_timer(attempt->exchange, 0, attempt_restart);
    return true;
}

/* Whether `reply` (transfer full) ends this waiting: it is the answer or, by UDP, it was cut or is
 * one forgery too many, and TCP is the way (`*use_tcp`). */
static bool attempt_accept(Attempt *attempt, uint8_t *reply, size_t length, bool *use_tcp)
{
    Exchange *exchange = attempt->exchange;
    g_autofree uint8_t *kept = reply; /* what lent it goes with the attempt */
    Message view;
    attempt->plain->base.counters.bytes_received += length;
    *use_tcp = attempt->call == NULL && exchange_accepts_cut(exchange, kept, &length);
    if (*use_tcp)
        return true;
    if (attempt_met_bare_error(attempt, kept, length))
        return attempt_do_without_edns(attempt);
    if (!exchange_accepts(exchange, kept, length, &view)) {
        attempt->plain->base.counters.forged++;
        *use_tcp = attempt->call == NULL && ++attempt->forged == FORGED_MAX;
        return *use_tcp;
    }
    if (attempt_met_no_edns(attempt, &view))
        return attempt_do_without_edns(attempt);
    attempt_free(attempt);
    exchange_finish(exchange, STATUS_OK, kept, length);
    return true;
}

static bool attempt_tcp_received(void *owner, const uint8_t *message, size_t length)
{
    bool use_tcp;
    return !attempt_accept(owner, g_memdup2(message, length), length, &use_tcp);
}

static void attempt_tcp_ended(void *owner, Status status)
{
    attempt_fail(owner, status);
}

static const TcpCallEvents attempt_tcp_events = {
    .received = attempt_tcp_received,
    .ended = attempt_tcp_ended,
};

static void attempt_timed_out(void *owner);

static void attempt_use_tcp(Attempt *attempt)
{
    Transport *transport = &attempt->plain->base;
    udp_clear(&attempt->udp);
    attempt->call = tcp_call_open(transport->environment.loop, &transport->endpoint->address,
                                  attempt->query, attempt->length, &attempt_tcp_events, attempt);
    transport->counters.connections++;
    transport->counters.bytes_sent += attempt->length;
    exchange_start_timer(attempt->exchange, INT64_MAX, attempt_timed_out);
}

static void attempt_send_datagram(Attempt *attempt)
{
    const UdpPacket packet = {.bytes = attempt->query, .length = attempt->length};
    if (attempt->exchange->tries++ > 0)
        attempt->plain->base.counters.retries++;
    attempt->plain->base.counters.bytes_sent += attempt->length;
    udp_send(&attempt->udp, &packet, 1);
    exchange_start_timer(attempt->exchange, exchange_retry_us(attempt->exchange),
                         attempt_timed_out);
}

static void attempt_timed_out(void *owner)
{
    Exchange *exchange = owner;
    Attempt *attempt = attempt_of(exchange);
    if (exchange_left_us(exchange) > 0 && attempt->call == NULL) {
        attempt_send_datagram(attempt);
        return;
    }
    attempt_free(attempt);
    exchange_finish(exchange, STATUS_TIMEOUT, NULL, 0);
}

static void attempt_udp_received(void *owner, UdpPacket *packets, size_t count)
{
    Attempt *attempt = owner;
    for (size_t i = 0; i < count; i++) {
        bool use_tcp;
        uint8_t *reply = g_memdup2(packets[i].bytes, packets[i].length);
        if (!attempt_accept(attempt, reply, packets[i].length, &use_tcp))
            continue;
        if (use_tcp)
            attempt_use_tcp(attempt);
        return; /* the attempt, or its socket, is gone */
    }
}

/* Says ICMP; if it is about our query, ID and all. Else anyone could end it who hits the port. */
static void attempt_udp_failed(void *owner, Status status, const uint8_t *quote, size_t length)
{
    Attempt *attempt = owner;
    if (length >= MESSAGE_HEADER_LENGTH &&
        memcmp(quote, attempt->query, MIN(length, attempt->length)) == 0)
        attempt_fail(attempt, status);
}

/* Our own OPT says how large an answer may be on this path; 512 or less means to do without one,
 * but a client that sent OPT gets one in any case (edns_rewrite_query sees to it). */
static Status attempt_write_query(Attempt *attempt)
{
    const TransportSettings *settings = &attempt->plain->base.environment.settings;
    Exchange *exchange = attempt->exchange;
    const EdnsWanted wanted = {
        .payload_size = settings->edns_payload > 512 ? settings->edns_payload : 0,
    };
    Message view;
    Status status = message_parse(&view, exchange->query, exchange->query_length);
    if (status == STATUS_OK)
        status =
            edns_rewrite_query(&view, &wanted, attempt->query, attempt->capacity, &attempt->length);
    if (status == STATUS_OK)
        status = message_parse(&view, attempt->query, attempt->length);
    if (status != STATUS_OK)
        return status;
    attempt->has_edns = view.has_edns && !attempt->plain->no_edns;
    if (!attempt->has_edns) { /* OPT is all that follows the question */
        attempt->length = view.records;
        wire_put_u16(attempt->query + ADDITIONAL_COUNT, 0);
    }
    chance_draw(&exchange->wire_id, sizeof(exchange->wire_id));
    wire_put_u16(attempt->query, exchange->wire_id);
    return STATUS_OK;
}

static Status attempt_open_udp(Attempt *attempt)
{
    const Transport *transport = &attempt->plain->base;
    int fd;
    const Status status = udp_connect(&transport->endpoint->address, &fd);
    if (status != STATUS_OK)
        return status;
    return udp_open(&attempt->udp, transport->environment.loop, fd, attempt_udp_received,
                    attempt_udp_failed, attempt);
}

/* Asks, or asks anew. */
static void attempt_start(Attempt *attempt)
{
    attempt->exchange->tries = 0;
    Status status = attempt_write_query(attempt);
    if (status == STATUS_OK && attempt->plain->base.environment.settings.tcp_only) {
        attempt_use_tcp(attempt);
        return;
    }
    if (status == STATUS_OK)
        status = attempt_open_udp(attempt);
    if (status == STATUS_OK)
        attempt_send_datagram(attempt);
    else
        attempt_fail(attempt, status);
}

/* From the beginning, on a new socket. */
static void attempt_restart(void *owner)
{
    Attempt *attempt = attempt_of(owner);
    udp_clear(&attempt->udp);
    tcp_call_close(attempt->call);
    attempt->call = NULL;
    attempt_start(attempt);
}

static Transport *plain_open(const TransportEnvironment *environment, Endpoint *endpoint)
{
    if (sodium_init() < 0)
        return NULL;
    Plain *plain = g_new0(Plain, 1);
    transport_init(&plain->base, &transport_plain, environment, endpoint);
    list_init(&plain->live);
    return &plain->base;
}

static void plain_send(Transport *transport, Exchange *exchange)
{
    Plain *plain = (Plain *)transport;
    const size_t capacity = exchange->query_length + EDNS_OPT_HEADER;
    Attempt *attempt = g_malloc0(sizeof(Attempt) + capacity);
    attempt->capacity = capacity;
    attempt->plain = plain;
    attempt->exchange = exchange;
    exchange->state = attempt;
    list_append(&plain->live, &exchange->node);
    attempt_start(attempt);
}

static void plain_cancel(Transport *transport, Exchange *exchange)
{
    attempt_free(attempt_of(exchange));
}

static void plain_network_changed(Transport *transport)
{
    Plain *plain = (Plain *)transport;
    plain->no_edns = false;
    list_for_each (node, &plain->live)
        attempt_restart(container_of(node, Exchange, node));
}

static void plain_facts(const Transport *transport, TransportFacts *facts)
{
    g_strlcpy(facts->security, "none", sizeof(facts->security));
}

static void plain_close(Transport *transport)
{
    Plain *plain = (Plain *)transport;
    Exchange *exchange;
    while ((exchange = list_first(&plain->live, Exchange, node)) != NULL) {
        attempt_free(attempt_of(exchange));
        exchange_finish(exchange, STATUS_CANCELLED, NULL, 0);
    }
    transport_clear(transport);
    g_free(plain);
}

const TransportClass transport_plain = {
    .name = "plain",
    .open = plain_open,
    .send = plain_send,
    .cancel = plain_cancel,
    .network_changed = plain_network_changed,
    .facts = plain_facts,
    .close = plain_close,
};
