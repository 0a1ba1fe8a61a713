/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"
#include "quic_ngtcp2.h"
#include "tls_server.h"
#include "udp.h"

#include <glib.h>

/* A DNS over QUIC server for tests, on ngtcp2's server side, in the same loop as the client. */

typedef struct DoqServer DoqServer;
typedef struct DoqStream DoqStream;

/** A whole query came: the stream has ended on the client's side. */
typedef void (*DoqAnswerFn)(DoqServer *server, DoqStream *stream);

struct DoqServer {
    Loop *loop;
    const Credentials *credentials;
    const char *alpn;     /* NULL: "doq"; "": it names none */
    unsigned max_streams; /* open at once; 0: 100 */
    int64_t idle_us;      /* its own timeout; 0: a minute */
    bool retry;           /* lets clients prove their address first */
    bool ancient;         /* speaks no version of QUIC that anyone knows */
    bool no_migration;
    bool no_early_data; /* refuses what comes in it */
    DoqAnswerFn answer; /* NULL: doq_answer */
    void *owner;

    bool deaf;        /* hears nothing from here on */
    unsigned dropped; /* packets, while it was */

    /* told */
    Address address;
    unsigned connections, handshakes, resumed, queries, early_queries, retries;
    unsigned cancelled;   /* streams that the client has given up */
    uint64_t cancel_code; /* of the last one */
    int64_t close_code;   /* the client's, -1 so far none */
    bool close_is_alert;  /* that is a TLS alert, not the application's */
    unsigned most_open;
    unsigned longest;   /* datagram */
    uint16_t peer_port; /* of the last packet */
    GBytes *first;      /* the first stream, whole */

    /* private */
    UdpSocket socket;
    List peers; /* connections */
    gnutls_datum_t ticket_key;
    gnutls_anti_replay_t anti_replay;
    uint8_t secret[32];
};

/** Listens on a free port of 127.0.0.1. */
void doq_server_start(DoqServer *server);
void doq_server_stop(DoqServer *server);
/** Closes every connection with the application's code. */
void doq_server_close_all(DoqServer *server, uint64_t code);
/** Forgets every connection, as a crash does; what comes is answered by a stateless reset. */
void doq_server_forget_all(DoqServer *server);

/** What the client said on the stream. */
const GByteArray *doq_query(const DoqStream *stream);
/** The right answer. */
void doq_answer(DoqServer *server, DoqStream *stream);
/** Any bytes, then the stream's end. */
void doq_say(DoqStream *stream, const uint8_t *bytes, size_t length);
/** Resets the stream. */
void doq_give_up(DoqStream *stream, uint64_t code);
