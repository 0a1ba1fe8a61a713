/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dnscrypt_fetch.h"
#include "dnscrypt_nonces.h"
#include "dnscrypt_session.h"
#include "outbox.h"
#include "relay_header.h"
#include "transport.h"

#include <stdbool.h>
#include <stddef.h>

/* Shared by dnscrypt.c (the transport: certificate, session, queue) and dnscrypt_attempt.h (one
 * exchange on the wire). */

#define DNSCRYPT_UDP_TARGET     512  /* bytes of a query packet, to begin with */
#define DNSCRYPT_UDP_TARGET_MAX 1220 /* above 1252 some servers and paths drop queries */
#define DNSCRYPT_RELAY_TARGET                                                                      \
    1156                         /* what a relay lets through must not be longer than the query    \
                                  */
#define DNSCRYPT_SILENCE_LIMIT 3 /* unanswered datagrams in a row that make UDP suspect */
#define DNSCRYPT_PACKET_MAX    (RELAY_HEADER_LENGTH + BOX_PACKET_MAX)

/** What was learnt of the path to the server. Forgotten when the network changes. */
typedef struct DnscryptPath {
    size_t udp_target;
    int64_t answered_us; /* when the newest answer by UDP came */
    unsigned silence;    /* datagrams in a row without an answer */
    bool udp_blocked;    /* TCP was answered where UDP was not */
} DnscryptPath;

typedef struct Dnscrypt {
    Transport base;
    List waiting; /* exchanges that wait for a certificate */
    List live;    /* exchanges with an Attempt */

    bool certified;
    Certificate certificate;
    DnscryptSession *session; /* NULL: made when first needed */
    CertificateFetch *fetch;  /* NULL: none under way */
    int64_t fetched_us;       /* when the newest fetch began */
    int64_t renew_us;         /* the first question after it asks for a new certificate */

    unsigned calls;  /* TCP connections open */
    List call_queue; /* attempts that wait for one to be closed */
    UdpSocket udp;   /* open while something was asked lately */
    Outbox *outbox;  /* of it; NULL while it is closed */
    LoopTimer idle;
    NonceBook nonces;
    DnscryptPath path;
    bool receiving; /* packets are being handed out: a `done` that closes leaves freeing to that */
    bool closed;
} Dnscrypt;

/** Whether what is sent goes through a relay. */
static inline bool dnscrypt_is_relayed(const Dnscrypt *dnscrypt)
{
    return dnscrypt->base.endpoint->relay != NULL;
}

/** How long a query packet is to be, by UDP, before anything was learnt. */
static inline size_t dnscrypt_first_target(const Dnscrypt *dnscrypt)
{
    return dnscrypt_is_relayed(dnscrypt) ? DNSCRYPT_RELAY_TARGET : DNSCRYPT_UDP_TARGET;
}

/** The session to send with (transfer full). STATUS_CRYPTO, STATUS_NO_MEMORY. */
Status dnscrypt_session_for_query(Dnscrypt *dnscrypt, DnscryptSession **session) must_check;
/** Where its packets are sent on this network. */
Address dnscrypt_first_hop(const Transport *transport);
/** Opens the UDP socket if it is closed. */
Status dnscrypt_open_udp(Dnscrypt *dnscrypt) must_check;
/** Closes it at once: the next query uses a new port. */
void dnscrypt_close_udp(Dnscrypt *dnscrypt);
/** An exchange went unanswered: perhaps the server has changed its keys. */
void dnscrypt_doubt_certificate(Dnscrypt *dnscrypt);
/** The same while a question is under way, which a new certificate can still save. */
void dnscrypt_renew_in_doubt(Dnscrypt *dnscrypt);

/** Sends the exchange, which is in no list. A failure comes by exchange_fail_later. */
void dnscrypt_attempt_start(Dnscrypt *dnscrypt, Exchange *exchange);
/** Takes the exchange off the wire and off the list; it stays live. */
void dnscrypt_attempt_stop(Exchange *exchange);
/** Whether an answer by UDP is waited for; also of an exchange that has not begun. */
bool dnscrypt_attempt_is_by_udp(const Exchange *exchange);
void dnscrypt_attempt_udp_received(void *owner, UdpPacket *packets, size_t count);
void dnscrypt_attempt_udp_failed(void *owner, Status status, const uint8_t *quote, size_t length);
