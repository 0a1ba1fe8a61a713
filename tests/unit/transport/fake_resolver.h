/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "loop.h"
#include "stream.h"
#include "udp.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * A resolver in the test's own loop, on loopback, UDP and TCP on one port: DNSCrypt written from
 * the draft with libsodium's plain crypto_box calls, or plain DNS. It answers every question with
 * one A record of 192.0.2.1, and misbehaves as the test asks it to.
 */
typedef struct FakeResolver {
    Loop *loop;
    Address address;
    uint8_t provider_key[32], provider_secret[64];
    uint8_t resolver_key[32], resolver_secret[32];
    uint8_t client_magic[8];
    UdpSocket udp;
    LoopIo listener;
    int listen_fd;
    GPtrArray *connections;

    /* what to be like */
    uint16_t es_version; /* 1, 2 or 0: both certificates are sent (one key for the two) */
    uint32_t serial;
    int64_t start_s, end_s;
    bool forged;     /* the certificate's signature */
    bool plain;      /* no DNSCrypt */
    bool no_edns;    /* in plain DNS by UDP: FORMERR to whoever sends OPT */
    bool bare_error; /* and that with a header alone */
    bool udp_silent; /* to everything */
    bool udp_certificate_silent;
    bool mismatch_certificate_first; /* by UDP: an answer with another ID, and none inside */
    bool useless_certificate_first;  /* by UDP: an answer to the request, and none inside */
    bool tcp_refuses_certificate;    /* with an empty message, as dnsdist does */
    bool tcp_silent;
    unsigned tcp_closes; /* that many queries by TCP end their connection */
    bool truncate;       /* over UDP */
    bool cut_records;    /* what is truncated ends in the middle of a record */
    size_t bulk;         /* that many bytes more in each answer, if there is room */
    unsigned lose;       /* that many datagrams to come are not answered */
    bool replay;         /* answers by UDP twice */
    bool forge_first;    /* garbage of several kinds before each answer */
    bool wrong_question; /* authentic answers to another question before each answer */
    bool hold;           /* answers by UDP, until fake_resolver_release */
    GBytes *held;
    Address held_peer;

    /* what was seen */
    unsigned certificate_requests, udp_queries, tcp_queries;
    size_t last_query_length; /* of the packet */
    uint8_t last_client_key[32];
    uint8_t last_nonce[12];
    unsigned most_connections; /* at once */
    unsigned nonces_repeated;
    uint16_t last_udp_size; /* from OPT; 0 without */
    uint16_t last_client_port;
} FakeResolver;

FakeResolver *fake_resolver_new(Loop *loop);
void fake_resolver_free(FakeResolver *resolver);
/** New resolver keys, client magic and serial. Queries under the old ones are not understood. */
void fake_resolver_rotate(FakeResolver *resolver);
/** Sends the answer held last. */
void fake_resolver_release(FakeResolver *resolver);
