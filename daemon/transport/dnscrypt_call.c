/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The TCP leg of a DNSCrypt exchange: a connection for its query alone, as the draft wants it
 * (§5.4.4).
 *
 * That makes connections dear, to us and more so to servers, which limit how many they take from
 * one client. So there is a limit of our own, and what is above it waits in a queue; the exchange's
 * own budget runs on meanwhile. Frames that do not decrypt are dropped and counted as datagrams
 * are.
 */
#include "dnscrypt_attempt.h"

#include "chance.h"
#include "log.h"

#define CALLS_AT_ONCE 16
#define TRIES         3 /* of one exchange, where the server closes without an answer */

void dnscrypt_call_close(Attempt *attempt)
{
    list_remove(&attempt->call_node);
    if (attempt->call == NULL)
        return;
    tcp_call_close(attempt->call);
    attempt->call = NULL;
    dnscrypt_session_unref(attempt->call_session);
    attempt->call_session = NULL;
    attempt->dnscrypt->calls--;
}

static bool call_received(void *owner, const uint8_t *packet, size_t length);
static void call_ended(void *owner, Status status);

static const TcpCallEvents call_events = {
    .received = call_received,
    .ended = call_ended,
};

static Status call_open(Attempt *attempt)
{
    Transport *transport = &attempt->dnscrypt->base;
    DnscryptSession *session;
    const size_t padded = dnscrypt_is_relayed(attempt->dnscrypt)
                              ? dnscrypt_attempt_padding(attempt)
                              : box_padding_tcp(attempt->exchange->query_length);
    uint8_t packet[DNSCRYPT_PACKET_MAX];
    size_t length;
    Status status = dnscrypt_session_for_query(attempt->dnscrypt, &session);
    if (status != STATUS_OK)
        return status;
    chance_draw(attempt->call_nonce, sizeof(attempt->call_nonce));
    status = dnscrypt_attempt_seal(attempt, session, attempt->call_nonce, padded, packet, &length);
    if (status != STATUS_OK) {
        dnscrypt_session_unref(session);
        return status;
    }
    attempt->call_session = session;
    attempt->call_longest = attempt->truncated;
    attempt->dnscrypt->calls++;
    const Address hop = dnscrypt_first_hop(transport);
    attempt->call =
        tcp_call_open(transport->environment.loop, &hop, packet, length, &call_events, attempt);
    transport->counters.connections++;
    transport->counters.bytes_sent += length;
    return STATUS_OK;
}

bool dnscrypt_call_is_wanted(const Attempt *attempt)
{
    return attempt->call != NULL || list_is_linked(&attempt->call_node);
}

bool dnscrypt_call_may_repeat(const Attempt *attempt)
{
    return attempt->calls < TRIES;
}

Status dnscrypt_call_begin(Attempt *attempt)
{
    Dnscrypt *dnscrypt = attempt->dnscrypt;
    attempt->calls++;
    if (dnscrypt->calls < CALLS_AT_ONCE)
        return call_open(attempt);
    list_append(&dnscrypt->call_queue, &attempt->call_node);
    return STATUS_OK;
}

void dnscrypt_call_next(Dnscrypt *dnscrypt)
{
    Attempt *next = list_first(&dnscrypt->call_queue, Attempt, call_node);
    if (next == NULL || dnscrypt->closed || dnscrypt->calls >= CALLS_AT_ONCE)
        return;
    list_remove(&next->call_node);
    const Status status = call_open(next);
    if (status != STATUS_OK) /* its time runs out; to end it here would pull it from under others */
        log_warning("dnscrypt: a query cannot be sent: %s", status_sentence(status));
}

/* Not every relay takes TCP, and all that TCP had over UDP was the way to the relay. */
static bool may_use_udp_instead(const Attempt *attempt)
{
    const Dnscrypt *dnscrypt = attempt->dnscrypt;
    return dnscrypt_is_relayed(dnscrypt) && !dnscrypt->base.environment.settings.tcp_only;
}

/* The connection is gone without an answer. */
static void call_ended(void *owner, Status status)
{
    Attempt *attempt = owner;
    DnscryptPath *path = &attempt->dnscrypt->path;
    dnscrypt_call_close(attempt);
    /* A server may close what it found idle while we were sending: ask once more, at once even
     * where datagrams are still under way, for the next one of those may be due after the budget's
     * end. */
    if (status == STATUS_CLOSED && dnscrypt_call_may_repeat(attempt)) {
        status = dnscrypt_call_begin(attempt);
    } else if (attempt->use_udp) {
        log_debug("dnscrypt: no answer by TCP: %s", status_sentence(status));
    } else if (attempt->truncated && may_use_udp_instead(attempt)) {
        status = dnscrypt_attempt_send_datagram(attempt);
    } else if (path->udp_blocked && !attempt->truncated) {
        path->udp_blocked = false; /* nothing to lose by trying */
        path->silence = 0;
        status = dnscrypt_attempt_send_datagram(attempt);
    }
    if (dnscrypt_call_is_wanted(attempt) || attempt->use_udp)
        dnscrypt_call_next(attempt->dnscrypt);
    else
        dnscrypt_attempt_fail(attempt, status);
}

/* Whether the packet was the answer, or made us ask anew; then the call is over, and perhaps the
 * transport. */
static bool call_take(Attempt *attempt, const uint8_t *packet, size_t length)
{
    Dnscrypt *dnscrypt = attempt->dnscrypt;
    Exchange *exchange = attempt->exchange;
    Message view;
    size_t reply_length;
    bool cut = false;
    g_autofree uint8_t *reply = g_malloc(length);
    if (box_open_response(&attempt->call_session->box, attempt->call_nonce, packet, length, reply,
                          &reply_length) != STATUS_OK ||
        !((cut = dnscrypt_is_relayed(dnscrypt) &&
                 exchange_accepts_cut(exchange, reply, &reply_length)) ||
          exchange_accepts(exchange, reply, reply_length, &view))) {
        dnscrypt->base.counters.forged++;
        return false;
    }
    if (attempt->use_udp && dnscrypt->path.silence >= DNSCRYPT_SILENCE_LIMIT &&
        !dnscrypt->path.udp_blocked) {
        dnscrypt->path.udp_blocked = true;
        log_info("dnscrypt: UDP goes unanswered, TCP does not: using TCP on this network");
    }
    if (cut && !attempt->call_longest)
        dnscrypt_attempt_call_longer(attempt);
    else
        dnscrypt_attempt_answered(attempt, reply, reply_length);
    return true;
}

static bool call_received(void *owner, const uint8_t *packet, size_t length)
{
    Attempt *attempt = owner;
    attempt->dnscrypt->base.counters.bytes_received += length;
    if (length == 0) {
        call_ended(attempt, STATUS_CLOSED);
        return false;
    }
    return !call_take(attempt, packet, length);
}
