/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"
#include "quic.h"
#include "quic_ngtcp2.h"
#include "udp.h"

#include <gnutls/gnutls.h>

/* The parts of a QuicConnection: quic.c has its life, quic_open.c its beginning, quic_tls.c the
 * handshake, quic_packets.c what goes over the socket, quic_stream.c the streams. */

struct QuicStream {
    ListNode node;  /* in `streams` until ngtcp2 has closed it */
    ListNode queue; /* in `sending` or `ended` */
    void *owner;    /* NULL: cancelled */
    int64_t id;
    GByteArray *upload; /* ngtcp2 borrows it until it closes the stream */
    size_t uploaded;
    bool blocked; /* by the peer's limits, in this flush */
    GByteArray *download;
    QuicEnding ending;
    uint64_t code;
    bool ended, taken, closed;
};

struct QuicConnection {
    Loop *loop;
    const QuicEvents *events;
    void *owner;
    TlsContext *context;
    const TlsTarget *target;
    QuicMemory *memory;
    QuicOptions options;
    Address peer, local;
    UdpSocket socket;
    LoopTimer timer; /* ngtcp2's next deadline */
    LoopDefer defer; /* reports `failure` */
    Status failure;

    ngtcp2_conn *conn;
    gnutls_session_t session;
    ngtcp2_crypto_conn_ref reference; /* how ngtcp2's TLS half finds `conn` */
    Status verdict;                   /* on the peer: its certificate, its protocol */
    bool early;                       /* early data may have been sent */
    bool ticket;                      /* one came since the session was last saved */
    bool shaken;                      /* the handshake is done, `connected` not yet told */

    List streams; /* all that ngtcp2 knows, or that nobody has taken */
    List sending, ended;
    bool connected, closed; /* told */
    bool busy, dead;        /* inside a handler; closed by the owner meanwhile */
};

enum {
    QUIC_IDLE_TIMEOUT_S = 60, /* our own; owners close unused connections earlier */
};

/* ---- quic_open.c ---- */

/** Makes ngtcp2's connection, for the TLS session and the socket that are there. STATUS_NO_MEMORY,
 * STATUS_CRYPTO (no randomness). */
Status quic_open(QuicConnection *quic) must_check;

/* ---- quic_tls.c ---- */

/** Makes the TLS session, with what `memory` holds. STATUS_NO_MEMORY, STATUS_TLS, STATUS_INVALID.
 */
Status quic_tls_open(QuicConnection *quic) must_check;
/** Whether the memory has all that early data needs; asked before quic_tls_open uses it up. */
bool quic_tls_may_be_early(const QuicConnection *quic);
/** ngtcp2's handshake_completed: checks the peer, and that it speaks our protocol. */
int quic_tls_completed(ngtcp2_conn *conn, void *owner);
/** Saves a ticket that came, with the limits that go with it. */
void quic_tls_save(QuicConnection *quic);

/* ---- quic_stream.c ---- */

/** Sets ngtcp2's callbacks for streams. */
void quic_stream_callbacks(ngtcp2_callbacks *callbacks);
/** The next stream with something to send; NULL. */
QuicStream *quic_stream_to_send(const QuicConnection *quic);
/** ngtcp2 took `count` bytes of it. */
void quic_stream_sent(QuicStream *stream, size_t count);
/** It can send no more. */
void quic_stream_stop(QuicStream *stream);
/** All that were blocked may be tried again. */
void quic_stream_unblock_all(QuicConnection *quic);
/** Early data was refused: ngtcp2 has forgotten every stream. */
void quic_stream_refuse_all(QuicConnection *quic);
void quic_stream_free_all(QuicConnection *quic);

/* ---- quic_packets.c ---- */

/** Sends all there is to send and sets the timer. Zero, or ngtcp2's error. */
int quic_packets_send(QuicConnection *quic);
/** Sends the last packet of all. */
void quic_packets_send_goodbye(QuicConnection *quic, const QuicGoodbye *goodbye);
/** Whether this is how a packet of ours begins: with the connection ID that only the two ends and
 * the path know. */
bool quic_packets_is_ours(const QuicConnection *quic, const uint8_t *bytes, size_t length);
/** Gives ngtcp2 what came. Zero, or its error. */
int quic_packets_receive(QuicConnection *quic, const UdpPacket *packet);
/** Sets the timer to ngtcp2's next deadline. */
void quic_packets_set_timer(QuicConnection *quic);
/** The path that packets take now; points into the connection. */
ngtcp2_path quic_path(QuicConnection *quic);
/** The loop's time in ngtcp2's unit. */
ngtcp2_tstamp quic_now(const QuicConnection *quic);
