/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One exchange on the wire of a DNSCrypt transport.
 *
 * It has two legs. UDP: datagrams from the transport's socket, each with a fresh nonce, repeated
 * while the budget lasts. TCP: a connection for this query alone. UDP goes first; TCP takes over
 * when the answer was truncated, and joins in, UDP going on beside it, when datagrams go
 * unanswered. Where TCP then brings the answer UDP counts as blocked, until the network changes or
 * a datagram comes through after all.
 *
 * Through a relay an answer may not be longer than the query, whichever way that came: when one was
 * cut the query is asked again at its full length, over TCP, which is not cut into fragments at
 * least as far as the relay, else over UDP. If that is cut too there is no better answer to be had,
 * and it is passed on as what it is.
 *
 * Whatever does not decrypt, or is no answer to the question, is dropped and counted while waiting
 * goes on: anyone can send us packets, and none of them may end a query.
 */
#include "dnscrypt_attempt.h"

#include "chance.h"
#include "depot.h"
#include "log.h"

#include <string.h>

#define RELAYED_CALL_US (1500 * 1000)

static Depot depot = {.size = sizeof(Attempt)};

static void attempt_timed_out(void *owner);

/* Waits for what comes by TCP. A relay goes on by UDP even then, and sends nothing twice: so it is
 * asked again. */
static void wait_for_call(Attempt *attempt)
{
    exchange_start_timer(attempt->exchange,
                         dnscrypt_is_relayed(attempt->dnscrypt) ? RELAYED_CALL_US : INT64_MAX,
                         attempt_timed_out);
}

/* Whether datagrams are out of the question. */
static bool asks_by_call_alone(const Attempt *attempt)
{
    const Dnscrypt *dnscrypt = attempt->dnscrypt;
    return dnscrypt->base.environment.settings.tcp_only || dnscrypt->path.udp_blocked ||
           (attempt->truncated && !attempt->use_udp);
}

void dnscrypt_attempt_stop(Exchange *exchange)
{
    Attempt *attempt = exchange->state;
    Dnscrypt *dnscrypt = attempt->dnscrypt;
    nonce_book_retire(&dnscrypt->nonces, &attempt->nonces);
    dnscrypt_call_close(attempt);
    exchange->state = NULL;
    list_remove(&exchange->node);
    loop_timer_stop(&exchange->timer);
    depot_give(&depot, attempt);
    dnscrypt_call_next(dnscrypt);
    if (list_is_empty(&dnscrypt->live))
        loop_timer_start(&dnscrypt->idle, dnscrypt->base.environment.settings.idle_close_us);
}

void dnscrypt_attempt_fail(Attempt *attempt, Status status)
{
    Exchange *exchange = attempt->exchange;
    dnscrypt_attempt_stop(exchange);
    exchange_fail_later(exchange, status);
}

/* Behind a relay a server has no other means than UDP: it is told how much room there really is,
 * where clients' usual word is what fits into one packet of the internet. */
static void widen_opt(uint8_t *query, size_t length, size_t padded)
{
    const size_t room = padded + BOX_QUERY_OVERHEAD - BOX_RESPONSE_OVERHEAD - 1;
    Message view;
    if (message_parse(&view, query, length) == STATUS_OK && view.has_edns && view.udp_size < room)
        wire_put_u16(query + view.opt + 3, (uint16_t)room);
}

Status dnscrypt_attempt_seal(const Attempt *attempt, const DnscryptSession *session,
                             const uint8_t nonce[BOX_NONCE_LENGTH], size_t padded,
                             uint8_t packet[DNSCRYPT_PACKET_MAX], size_t *packet_length)
{
    const Exchange *exchange = attempt->exchange;
    const size_t header = relay_header_write(attempt->dnscrypt->base.endpoint, packet);
    uint8_t query[BOX_PACKET_MAX];
    size_t length;
    if (padded == 0 || exchange->query_length > sizeof(query))
        return STATUS_NO_SPACE;
    memcpy(query, exchange->query, exchange->query_length);
    wire_put_u16(query, exchange->wire_id);
    if (header > 0)
        widen_opt(query, exchange->query_length, padded);
    const Status status = box_seal_query(&session->box, nonce, query, exchange->query_length,
                                         padded, packet + header, BOX_PACKET_MAX, &length);
    if (status == STATUS_OK)
        *packet_length = header + length;
    return status;
}

size_t dnscrypt_attempt_padding(const Attempt *attempt)
{
    const size_t target = attempt->truncated ? BOX_PACKET_MAX - RELAY_HEADER_LENGTH
                                             : attempt->dnscrypt->path.udp_target;
    return box_padding_udp(attempt->exchange->query_length, target);
}

/* ---- UDP ---- */

Status dnscrypt_attempt_send_datagram(Attempt *attempt)
{
    Dnscrypt *dnscrypt = attempt->dnscrypt;
    Exchange *exchange = attempt->exchange;
    DnscryptSession *session;
    size_t length;
    Status status = dnscrypt_open_udp(dnscrypt);
    if (status == STATUS_OK)
        status = dnscrypt_session_for_query(dnscrypt, &session);
    if (status != STATUS_OK)
        return status;
    NonceEntry *entry = nonce_book_add(&dnscrypt->nonces, &attempt->nonces, exchange, session);
    status =
        dnscrypt_attempt_seal(attempt, session, entry->nonce, dnscrypt_attempt_padding(attempt),
                              outbox_room(dnscrypt->outbox), &length);
    dnscrypt_session_unref(session);
    if (status != STATUS_OK)
        return status;

    outbox_add(dnscrypt->outbox, length);
    dnscrypt->base.counters.bytes_sent += length;
    if (exchange->tries++ > 0)
        dnscrypt->base.counters.retries++;
    entry->longest = attempt->truncated;
    attempt->use_udp = true;
    attempt->datagram_us = loop_now_us(dnscrypt->base.environment.loop);
    exchange_start_timer(exchange, exchange_retry_us(exchange), attempt_timed_out);
    return STATUS_OK;
}

static void repeat_call(Attempt *attempt)
{
    dnscrypt_call_close(attempt);
    const Status status = dnscrypt_call_begin(attempt);
    if (status == STATUS_OK)
        wait_for_call(attempt);
    else
        dnscrypt_attempt_fail(attempt, status);
}

/* An answer was waited for long enough, or the budget is used up. */
static void attempt_timed_out(void *owner)
{
    Exchange *exchange = owner;
    Attempt *attempt = exchange->state;
    Dnscrypt *dnscrypt = attempt->dnscrypt;
    if (exchange_left_us(exchange) == 0) {
        dnscrypt_doubt_certificate(dnscrypt);
        dnscrypt_attempt_stop(exchange);
        exchange_finish(exchange, STATUS_TIMEOUT, NULL, 0);
        return;
    }
    if (dnscrypt_is_relayed(dnscrypt) && asks_by_call_alone(attempt)) {
        repeat_call(attempt);
        return;
    }
    if (dnscrypt_is_relayed(dnscrypt) && exchange->tries > 1) {
        attempt->use_udp = false; /* relays drop an answer longer than its query without a word */
        dnscrypt_attempt_call_longer(attempt);
        return;
    }
    exchange_start_timer(exchange, INT64_MAX, attempt_timed_out);
    if (dnscrypt->path.answered_us <= attempt->datagram_us)
        dnscrypt->path.silence++; /* else this one was lost where others were not */
    if (dnscrypt->path.silence >= DNSCRYPT_SILENCE_LIMIT)
        dnscrypt_renew_in_doubt(dnscrypt); /* a server that changed its key is silent too */
    dnscrypt->path.udp_target =
        dnscrypt_first_target(dnscrypt); /* a grown one may be what was dropped */
    Status status = dnscrypt_attempt_send_datagram(attempt);
    /* After two datagrams of this query's own, or several of its neighbours', TCP is tried too. */
    const bool suspect = exchange->tries > 2 || dnscrypt->path.silence >= DNSCRYPT_SILENCE_LIMIT;
    const bool may_call = !dnscrypt_call_is_wanted(attempt) && dnscrypt_call_may_repeat(attempt);
    if (may_call && (suspect || status != STATUS_OK))
        status = dnscrypt_call_begin(attempt);
    if (status != STATUS_OK && !dnscrypt_call_is_wanted(attempt))
        dnscrypt_attempt_fail(attempt, status);
}

static void udp_works(Dnscrypt *dnscrypt)
{
    dnscrypt->path.answered_us = loop_now_us(dnscrypt->base.environment.loop);
    dnscrypt->path.silence = 0;
    dnscrypt->path.udp_blocked = false;
}

void dnscrypt_attempt_answered(Attempt *attempt, const uint8_t *reply, size_t length)
{
    Exchange *exchange = attempt->exchange;
    dnscrypt_attempt_stop(exchange);
    exchange_finish(exchange, STATUS_OK, reply, length);
}

void dnscrypt_attempt_call_longer(Attempt *attempt)
{
    attempt->truncated = true;
    repeat_call(attempt);
}

/* An authentic answer by UDP was cut: it had no room in a packet as long as ours. Longer ones from
 * here (draft §5.4.2). */
static void attempt_cut(Attempt *attempt)
{
    Dnscrypt *dnscrypt = attempt->dnscrypt;
    Exchange *exchange = attempt->exchange;
    dnscrypt->path.udp_target = MIN(2 * dnscrypt->path.udp_target, DNSCRYPT_UDP_TARGET_MAX);
    attempt->use_udp = false;
    if (dnscrypt_is_relayed(dnscrypt)) {
        dnscrypt_attempt_call_longer(attempt);
        return;
    }
    attempt->truncated = true;
    exchange_start_timer(exchange, INT64_MAX, attempt_timed_out);
    const Status status =
        dnscrypt_call_is_wanted(attempt) ? STATUS_OK : dnscrypt_call_begin(attempt);
    if (status != STATUS_OK)
        dnscrypt_attempt_fail(attempt, status);
}

/* A datagram that may be the answer to one of ours. Once an answer was cut, a second one counts if
 * it is whole, or if there is no better one to be had. */
static void attempt_open_datagram(Dnscrypt *dnscrypt, NonceEntry *entry, const UdpPacket *packet)
{
    Attempt *attempt = entry->exchange->state;
    uint8_t reply[UDP_PACKET_MAX];
    size_t length;
    Message view;
    bool cut = false;
    if (box_open_response(&entry->session->box, entry->nonce, packet->bytes, packet->length, reply,
                          &length) != STATUS_OK ||
        !((cut = exchange_accepts_cut(entry->exchange, reply, &length)) ||
          exchange_accepts(entry->exchange, reply, length, &view))) {
        dnscrypt->base.counters.forged++;
        return;
    }
    entry->answered = true;
    udp_works(dnscrypt);
    if (!cut || entry->longest)
        dnscrypt_attempt_answered(attempt, reply, length);
    else if (!attempt->truncated)
        attempt_cut(attempt);
}

static void attempt_take_datagram(Dnscrypt *dnscrypt, const UdpPacket *packet)
{
    TransportCounters *counters = &dnscrypt->base.counters;
    const uint8_t *nonce = box_response_nonce(packet->bytes, packet->length);
    NonceEntry *entry = nonce != NULL ? nonce_book_find(&dnscrypt->nonces, nonce) : NULL;
    counters->bytes_received += packet->length;
    if (entry == NULL) {
        counters->forged++;
    } else if (entry->answered) {
        counters->replayed++;
    } else if (entry->exchange == NULL) {
        udp_works(dnscrypt); /* late, so of no use but as a sign of life */
    } else {
        attempt_open_datagram(dnscrypt, entry, packet);
    }
}

void dnscrypt_attempt_udp_received(void *owner, UdpPacket *packets, size_t count)
{
    Dnscrypt *dnscrypt = owner;
    dnscrypt->receiving = true;
    for (size_t i = 0; i < count && !dnscrypt->closed; i++)
        attempt_take_datagram(dnscrypt, &packets[i]);
    dnscrypt->receiving = false;
    if (dnscrypt->closed)
        g_free(dnscrypt);
}

/* Whether ICMP is about a datagram that we sent: it quotes one of our nonces. */
static bool quotes_a_nonce(const Dnscrypt *dnscrypt, const uint8_t *quote, size_t length)
{
    const size_t nonce =
        (dnscrypt_is_relayed(dnscrypt) ? RELAY_HEADER_LENGTH : 0) + BOX_QUERY_NONCE;
    return length >= nonce + BOX_NONCE_LENGTH &&
           nonce_book_find(&dnscrypt->nonces, quote + nonce) != NULL;
}

/* The host or the port cannot be reached by UDP, says ICMP. Who sees our packets can forge that, so
 * TCP is heard too before anything ends; who does not see them is not listened to. */
void dnscrypt_attempt_udp_failed(void *owner, Status status, const uint8_t *quote, size_t length)
{
    Dnscrypt *dnscrypt = owner;
    if (!quotes_a_nonce(dnscrypt, quote, length))
        return;
    log_debug("dnscrypt: %s", status_sentence(status));
    dnscrypt->path.silence = MAX(dnscrypt->path.silence, DNSCRYPT_SILENCE_LIMIT);
    list_for_each (node, &dnscrypt->live) {
        Attempt *attempt = container_of(node, Exchange, node)->state;
        attempt->use_udp = false; /* until the next datagram */
        if (dnscrypt_call_is_wanted(attempt))
            continue;
        if (attempt->calls > 0)
            dnscrypt_attempt_fail(attempt, status); /* TCP has failed before */
        else if (dnscrypt_call_begin(attempt) != STATUS_OK)
            log_debug("dnscrypt: no connection either");
    }
}

bool dnscrypt_attempt_is_by_udp(const Exchange *exchange)
{
    const Attempt *attempt = exchange->state;

    return attempt != NULL && attempt->use_udp;
}

/* ---- start ---- */

void dnscrypt_attempt_start(Dnscrypt *dnscrypt, Exchange *exchange)
{
    const DnscryptPath *path = &dnscrypt->path;
    Attempt *attempt = depot_take(&depot);
    attempt->dnscrypt = dnscrypt;
    attempt->exchange = exchange;
    list_init(&attempt->nonces);
    list_init(&attempt->call_node);
    exchange->state = attempt;
    exchange->tries = 0;
    chance_draw(&exchange->wire_id, sizeof(exchange->wire_id));
    list_append(&dnscrypt->live, &exchange->node);
    loop_timer_stop(&dnscrypt->idle);

    const bool tcp_alone = asks_by_call_alone(attempt);
    const bool both = path->silence >= DNSCRYPT_SILENCE_LIMIT;
    Status status = tcp_alone ? STATUS_OK : dnscrypt_attempt_send_datagram(attempt);
    if (tcp_alone || status != STATUS_OK)
        wait_for_call(attempt);
    if (tcp_alone || both || status != STATUS_OK)
        status = dnscrypt_call_begin(attempt);
    if (status != STATUS_OK)
        dnscrypt_attempt_fail(attempt, status);
}
