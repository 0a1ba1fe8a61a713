/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The DNSCrypt v2 transport: the certificate, the session made from it, and the exchanges that wait
 * for one (draft-denis-dprive-dnscrypt of 18 July 2026).
 *
 * The certificate is fetched when the first question comes, again about hourly, and in any case
 * well before it expires; always because a question came, so that an idle transport is silent.
 * While the new one is on its way questions go on under the old one, if it is valid; a query under
 * way keeps the session that it was sent with (dnscrypt_attempt.c).
 *
 * The client's key pair is as good as a name to the server. So it lives for one network: when that
 * changes, session, socket and all that was learnt of the path are dropped, and what is under way
 * is asked again with a new key from a new port. With `fresh_keys` it lives for one query.
 *
 * Through a relay (relay_header.h) everything goes, certificate requests too: nothing is ever sent
 * to the server itself, which is what the relay is for.
 */
#include "dnscrypt_private.h"
#include "log.h"
#include "reach.h"
#include "transport_classes.h"

#include <sodium.h>
#include <string.h>

#define SECOND           INT64_C(1000000)
#define RENEW_EVERY      (3600 * SECOND)
#define RENEW_SOONEST    (60 * SECOND)
#define DOUBT_NOT_BEFORE (5 * SECOND)

static Loop *loop_of(const Dnscrypt *dnscrypt)
{
    return dnscrypt->base.environment.loop;
}

/* ---- the session ---- */

Status dnscrypt_session_for_query(Dnscrypt *dnscrypt, DnscryptSession **session)
{
    if (dnscrypt->base.environment.settings.fresh_keys)
        return dnscrypt_session_new(&dnscrypt->certificate, session);
    if (dnscrypt->session == NULL) {
        const Status status = dnscrypt_session_new(&dnscrypt->certificate, &dnscrypt->session);
        if (status != STATUS_OK)
            return status;
    }
    *session = dnscrypt_session_ref(dnscrypt->session);
    return STATUS_OK;
}

static void drop_session(Dnscrypt *dnscrypt)
{
    dnscrypt_session_unref(dnscrypt->session);
    dnscrypt->session = NULL;
}

static bool certificate_is_usable(const Dnscrypt *dnscrypt)
{
    return dnscrypt->certified &&
           certificate_check_time(&dnscrypt->certificate, loop_wall_s(loop_of(dnscrypt))) ==
               STATUS_OK;
}

static void adopt_certificate(Dnscrypt *dnscrypt, const Certificate *certificate)
{
    const Certificate *held = &dnscrypt->certificate;
    if (certificate_is_usable(dnscrypt) && !certificate_supersedes(certificate, held)) {
        log_info("dnscrypt: an older or weaker certificate was sent, which is not taken: serial=%u "
                 "held=%u",
                 certificate->serial, held->serial);
        return;
    }
    const bool same =
        dnscrypt->certified && held->cipher == certificate->cipher &&
        memcmp(held->client_magic, certificate->client_magic, sizeof(held->client_magic)) == 0 &&
        memcmp(held->resolver_key, certificate->resolver_key, sizeof(held->resolver_key)) == 0;
    if (!same)
        drop_session(dnscrypt);
    dnscrypt->certificate = *certificate;
    dnscrypt->certified = true;
}

/* ---- fetching ---- */

static void exchange_waited(void *owner)
{
    exchange_finish(owner, STATUS_TIMEOUT, NULL, 0);
}

static void begin_fetch(Dnscrypt *dnscrypt);

/* Sends it, or makes it wait for a certificate. It is in no list. */
static void dispatch(Dnscrypt *dnscrypt, Exchange *exchange)
{
    if (certificate_is_usable(dnscrypt)) {
        dnscrypt_attempt_start(dnscrypt, exchange);
    } else {
        list_append(&dnscrypt->waiting, &exchange->node);
        exchange_start_timer(exchange, INT64_MAX, exchange_waited);
        dnscrypt->renew_us = 0;
    }
    if (loop_now_us(loop_of(dnscrypt)) >= dnscrypt->renew_us)
        begin_fetch(dnscrypt);
}

/* Half the time that is left, so that a short-lived certificate is not asked for too late. */
static int64_t renew_after_us(const Dnscrypt *dnscrypt)
{
    const int64_t left_s = dnscrypt->certificate.end_s - loop_wall_s(loop_of(dnscrypt));
    return CLAMP(left_s / 2 * SECOND, RENEW_SOONEST, RENEW_EVERY);
}

static void fetched_one(Dnscrypt *dnscrypt, const Certificate *certificate, bool by_udp)
{
    adopt_certificate(dnscrypt, certificate);
    dnscrypt->renew_us = loop_now_us(loop_of(dnscrypt)) + renew_after_us(dnscrypt);
    if (by_udp) {
        dnscrypt->path.udp_blocked = false;
        dnscrypt->path.silence = 0;
    } else {
        dnscrypt->path.silence = DNSCRYPT_SILENCE_LIMIT; /* UDP had its chance: try both at once */
    }
    Exchange *exchange;
    while ((exchange = list_first(&dnscrypt->waiting, Exchange, node)) != NULL) {
        list_remove(&exchange->node);
        dnscrypt_attempt_start(dnscrypt, exchange);
    }
}

static void fetched(void *owner, Status status, const Certificate *certificate, bool by_udp)
{
    Dnscrypt *dnscrypt = owner;
    const Certificate kept = certificate != NULL ? *certificate : (Certificate){0};
    certificate_fetch_close(dnscrypt->fetch);
    dnscrypt->fetch = NULL;
    if (status == STATUS_OK) {
        fetched_one(dnscrypt, &kept, by_udp);
        return;
    }
    log_info("dnscrypt: no new certificate: %s", status_sentence(status));
    dnscrypt->renew_us = loop_now_us(loop_of(dnscrypt)) + RENEW_SOONEST;
    Exchange *exchange;
    while ((exchange = list_first(&dnscrypt->waiting, Exchange, node)) != NULL)
        exchange_fail_later(exchange, status);
}

static void begin_fetch(Dnscrypt *dnscrypt)
{
    if (dnscrypt->fetch != NULL)
        return;
    dnscrypt->fetched_us = loop_now_us(loop_of(dnscrypt));
    dnscrypt->fetch = certificate_fetch_open(&dnscrypt->base, fetched, dnscrypt);
}

void dnscrypt_doubt_certificate(Dnscrypt *dnscrypt)
{
    const int64_t now_us = loop_now_us(loop_of(dnscrypt));
    if (now_us - dnscrypt->fetched_us >= DOUBT_NOT_BEFORE)
        dnscrypt->renew_us = now_us;
}

void dnscrypt_renew_in_doubt(Dnscrypt *dnscrypt)
{
    dnscrypt_doubt_certificate(dnscrypt);
    if (loop_now_us(loop_of(dnscrypt)) >= dnscrypt->renew_us)
        begin_fetch(dnscrypt);
}

/* ---- the socket ---- */

Address dnscrypt_first_hop(const Transport *transport)
{
    return reach_address(transport->environment.nat64, relay_first_hop(transport->endpoint));
}

Status dnscrypt_open_udp(Dnscrypt *dnscrypt)
{
    int fd;
    if (dnscrypt->udp.io.loop != NULL)
        return STATUS_OK;
    const Address hop = dnscrypt_first_hop(&dnscrypt->base);
    Status status = udp_connect(&hop, &fd);
    if (status != STATUS_OK)
        return status;
    udp_widen(fd);
    status = udp_open(&dnscrypt->udp, loop_of(dnscrypt), fd, dnscrypt_attempt_udp_received,
                      dnscrypt_attempt_udp_failed, dnscrypt);
    if (status == STATUS_OK)
        dnscrypt->outbox = outbox_new(&dnscrypt->udp);
    return status;
}

void dnscrypt_close_udp(Dnscrypt *dnscrypt)
{
    g_clear_pointer(&dnscrypt->outbox, outbox_free);
    udp_clear(&dnscrypt->udp);
}

static void idle_too_long(void *owner)
{
    dnscrypt_close_udp(owner);
}

static void forget_path(Dnscrypt *dnscrypt)
{
    dnscrypt->path = (DnscryptPath){.udp_target = dnscrypt_first_target(dnscrypt)};
}

/* ---- the class ---- */

static Transport *dnscrypt_open(const TransportEnvironment *environment, Endpoint *endpoint)
{
    if (sodium_init() < 0 || (endpoint->relay != NULL && !relay_may_carry(endpoint)))
        return NULL;
    Dnscrypt *dnscrypt = g_new0(Dnscrypt, 1);
    transport_init(&dnscrypt->base, &transport_dnscrypt, environment, endpoint);
    list_init(&dnscrypt->waiting);
    list_init(&dnscrypt->live);
    list_init(&dnscrypt->call_queue);
    nonce_book_init(&dnscrypt->nonces);
    loop_timer_init(&dnscrypt->idle, environment->loop, idle_too_long, dnscrypt);
    forget_path(dnscrypt);
    return &dnscrypt->base;
}

static void dnscrypt_send(Transport *transport, Exchange *exchange)
{
    dispatch((Dnscrypt *)transport, exchange);
}

static void dnscrypt_cancel(Transport *transport, Exchange *exchange)
{
    if (exchange->state != NULL)
        dnscrypt_attempt_stop(exchange);
}

/* Datagrams go their own way each. */
static bool dnscrypt_detour(Transport *transport, const Exchange *late)
{
    return dnscrypt_attempt_is_by_udp(late);
}

static void dnscrypt_network_changed(Transport *transport)
{
    Dnscrypt *dnscrypt = (Dnscrypt *)transport;
    Exchange *exchange;
    List again;
    list_init(&again);
    list_for_each (node, &dnscrypt->call_queue)
        list_remove(node); /* no calls for these any more */
    while ((exchange = list_first(&dnscrypt->live, Exchange, node)) != NULL) {
        dnscrypt_attempt_stop(exchange);
        list_append(&again, &exchange->node);
    }
    dnscrypt_close_udp(dnscrypt);
    drop_session(dnscrypt);
    forget_path(dnscrypt);
    if (dnscrypt->fetch != NULL) {
        certificate_fetch_close(dnscrypt->fetch);
        dnscrypt->fetch = NULL;
        begin_fetch(dnscrypt);
    }
    while ((exchange = list_first(&again, Exchange, node)) != NULL) {
        list_remove(&exchange->node);
        dispatch(dnscrypt, exchange);
    }
}

static void dnscrypt_facts(const Transport *transport, TransportFacts *facts)
{
    const Dnscrypt *dnscrypt = (const Dnscrypt *)transport;
    if (!dnscrypt->certified)
        return;
    const int length =
        g_snprintf(facts->security, sizeof(facts->security), "%s, serial %u",
                   box_cipher_name(dnscrypt->certificate.cipher), dnscrypt->certificate.serial);
    if (dnscrypt_is_relayed(dnscrypt)) {
        char relay[ADDRESS_MAX_TEXT];
        g_snprintf(facts->security + length, sizeof(facts->security) - (size_t)length,
                   ", through %s", address_format(relay_first_hop(transport->endpoint), relay));
    }
    facts->valid_until_s = dnscrypt->certificate.end_s;
}

static void dnscrypt_close(Transport *transport)
{
    Dnscrypt *dnscrypt = (Dnscrypt *)transport;
    Exchange *exchange;
    dnscrypt->closed = true;
    while ((exchange = list_first(&dnscrypt->live, Exchange, node)) != NULL) {
        dnscrypt_attempt_stop(exchange);
        exchange_finish(exchange, STATUS_CANCELLED, NULL, 0);
    }
    while ((exchange = list_first(&dnscrypt->waiting, Exchange, node)) != NULL)
        exchange_finish(exchange, STATUS_CANCELLED, NULL, 0);
    certificate_fetch_close(dnscrypt->fetch);
    dnscrypt_close_udp(dnscrypt);
    loop_timer_stop(&dnscrypt->idle);
    nonce_book_clear(&dnscrypt->nonces);
    drop_session(dnscrypt);
    transport_clear(transport);
    if (!dnscrypt->receiving)
        g_free(dnscrypt);
}

const TransportClass transport_dnscrypt = {
    .name = "dnscrypt",
    .padding = BOX_PADDING_BLOCK,
    .open = dnscrypt_open,
    .send = dnscrypt_send,
    .cancel = dnscrypt_cancel,
    .detour = dnscrypt_detour,
    .network_changed = dnscrypt_network_changed,
    .facts = dnscrypt_facts,
    .close = dnscrypt_close,
};
