/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "loop.h"
#include "peer_chain.h"
#include "status.h"
#include "tls.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * One QUIC version 1 client connection (RFC 9000, 9001): TLS 1.3, the same strictness about the
 * peer as TLS streams have, and streams that carry one request and one response each. Callbacks are
 * never made from inside quic_connect, quic_ask or quic_flush. `closed` comes at most once and is
 * the last one. The owner may call quic_close from any callback; it always frees the connection,
 * also after `closed`.
 */
typedef struct QuicConnection QuicConnection;
typedef struct QuicStream QuicStream;

typedef struct QuicEvents {
    /** The handshake is done and the peer is whom we expect. */
    void (*connected)(void *owner);
    /** Something came from the peer: streams may have ended, and there may be room for more. */
    void (*progressed)(void *owner);
    /** STATUS_CLOSED after an orderly end, a stateless reset or the idle timeout; else why it
     * failed. `code` is the application's error code that the peer gave, -1 without one. */
    void (*closed)(void *owner, Status status, int64_t code);
} QuicEvents;

/** What a connection leaves for the next one to the same endpoint. Zeroed: nothing. Each part is
 * used once, so that connections cannot be told to be of one client. */
typedef struct QuicMemory {
    TlsSession session;
    GBytes *token;      /* of NEW_TOKEN: saves the proof of our address */
    GBytes *parameters; /* the server's limits that go with `session`, for early data */
} QuicMemory;
void quic_memory_clear(QuicMemory *memory);

typedef struct QuicOptions {
    size_t stream_max; /* bytes of a response at most */
    bool early_data;   /* 0-RTT where `memory` allows it: what is asked before `connected` can be
                          replayed by whoever recorded it */
} QuicOptions;

/** Begins to connect; failure comes through `closed`. NULL never. `target` and `memory` are
 * borrowed until quic_close. */
QuicConnection *quic_connect(Loop *loop, TlsContext *context, const Address *peer,
                             const TlsTarget *target, QuicMemory *memory,
                             const QuicOptions *options, const QuicEvents *events, void *owner);
/** Tells the peer with the application's `code` and frees. NULL is allowed. */
void quic_close(QuicConnection *quic, uint64_t code);

/** How many streams the peer lets us open now; before `connected` those of early data, else 0. */
size_t quic_room(const QuicConnection *quic);
/** Opens a stream for `upload` (taken over), which ends it. Call quic_flush when all is asked. NULL
 * when there is no room. */
QuicStream *quic_ask(QuicConnection *quic, GByteArray *upload, void *owner);
/** Gives the stream up in both directions, with the application's `code`: it ends without being
 * told. */
void quic_cancel(QuicConnection *quic, QuicStream *stream, uint64_t code);
/** Sends what there is to send. */
void quic_flush(QuicConnection *quic);

/** How a stream ended. */
typedef enum QuicEnding {
    QUIC_WHOLE,    /* the peer has said everything */
    QUIC_RESET,    /* it gave up, with `code` */
    QUIC_TOO_LONG, /* the response goes on after `stream_max` */
    QUIC_REFUSED,  /* early data that the peer has not looked at: ask again */
} QuicEnding;

typedef struct QuicResult {
    void *owner;
    QuicEnding ending;
    uint64_t code;
    GByteArray *download; /* (transfer full) */
} QuicResult;

/** Whether quic_take_ended has one. */
bool quic_has_ended(const QuicConnection *quic);
/** The next stream that has ended; false when there is none. */
bool quic_take_ended(QuicConnection *quic, QuicResult *result);

/**
 * Goes on from a new socket, as is needed when the machine's network has changed: the streams live
 * on. STATUS_UNSUPPORTED when the connection cannot migrate (the handshake is not confirmed, the
 * server forbids it, no connection ID is left), or what udp_connect says; then it is of no use any
 * more. A new path that turns out to be dead is told by `closed`.
 */
Status quic_migrate(QuicConnection *quic) must_check;

/** Whether something sent is not acknowledged yet: after some seconds of silence it means that the
 * path is dead, not the server slow. */
bool quic_is_stalled(const QuicConnection *quic);
/** After how long unused both ends forget the connection, once it is made. */
int64_t quic_idle_us(const QuicConnection *quic);
/** Facts of an established connection; the version is "QUIC TLS1.3". */
void quic_facts(const QuicConnection *quic, TlsFacts *facts);
/** Reads what the peer of an established connection sent. `chain` must be empty. */
void quic_chain(const QuicConnection *quic, PeerChain *chain);
