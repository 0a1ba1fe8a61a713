/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dnscrypt_private.h"
#include "tcpcall.h"

/* One exchange on the wire: dnscrypt_attempt.c has its life and its datagrams, dnscrypt_call.c its
 * connection. */

typedef struct Attempt {
    Dnscrypt *dnscrypt;
    Exchange *exchange;
    bool truncated; /* said an answer: only TCP will do, or the longest query through a relay */

    List nonces;         /* of the datagrams sent */
    bool use_udp;        /* an answer to them is waited for */
    int64_t datagram_us; /* when the newest one was sent */

    unsigned calls;     /* begun */
    ListNode call_node; /* in the queue for a connection */
    bool call_longest;  /* its query is as long as may be: a cut answer is final */
    TcpCall *call;
    uint8_t call_nonce[BOX_NONCE_LENGTH];
    DnscryptSession *call_session;
} Attempt;

/** Encrypts the query, under the ID that it has on the wire, the relay's header in front.
 * STATUS_NO_SPACE, STATUS_CRYPTO. */
Status dnscrypt_attempt_seal(const Attempt *attempt, const DnscryptSession *session,
                             const uint8_t nonce[BOX_NONCE_LENGTH], size_t padded,
                             uint8_t packet[DNSCRYPT_PACKET_MAX], size_t *packet_length) must_check;
/** Length to pad the query to where the answer may not be longer than it. */
size_t dnscrypt_attempt_padding(const Attempt *attempt);
/** Sends a datagram more, and sets the time to wait for its answer. */
Status dnscrypt_attempt_send_datagram(Attempt *attempt) must_check;
/** Ends it with this answer; it and perhaps the transport are gone. */
void dnscrypt_attempt_answered(Attempt *attempt, const uint8_t *reply, size_t length);
/** The answer was cut, and a relay is on the way: asks with the longest query that there is. */
void dnscrypt_attempt_call_longer(Attempt *attempt);
/** Ends it with a failure, later in this turn. */
void dnscrypt_attempt_fail(Attempt *attempt, Status status);

/** Asks over TCP, at once or when one of the other connections is closed. */
Status dnscrypt_call_begin(Attempt *attempt) must_check;
/** Whether it asks over TCP, or is going to. */
bool dnscrypt_call_is_wanted(const Attempt *attempt);
/** Whether a call that came to nothing may be repeated. */
bool dnscrypt_call_may_repeat(const Attempt *attempt);
void dnscrypt_call_close(Attempt *attempt);
/** Begins the next call in the queue, if there may be one. */
void dnscrypt_call_next(Dnscrypt *dnscrypt);
