/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "loop.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A byte stream in the event loop, over TCP or TLS; the owner cannot tell which. Callbacks are
 * never made from inside tcp_connect, tls_connect or stream_write. `closed` comes at most once and
 * is the last one. The owner may call stream_close from any callback; it always frees the stream,
 * also after `closed`.
 */
typedef struct Stream Stream;

typedef struct StreamEvents {
    void (*connected)(void *owner);
    /** `bytes` are borrowed until the callback returns. */
    void (*received)(void *owner, const uint8_t *bytes, size_t length);
    /** The peer will send no more, but may still read (a half-close); the stream stays open for
     * writing until the owner closes it. NULL: taken as `closed` with STATUS_CLOSED. */
    void (*ended)(void *owner);
    /** STATUS_CLOSED after an orderly end; else why it failed. */
    void (*closed)(void *owner, Status status);
} StreamEvents;

enum { STREAM_QUEUE_LIMIT = 256 * 1024 };

/** What the peer's system acknowledged, and how the path to it behaves. */
typedef struct StreamPath {
    unsigned losses; /* packets lost so far, of ours or on the way to us, as far as it shows */
    int64_t round_trip_us; /* the shortest; 0 unknown */
    bool unacknowledged;   /* something that was sent is */
    bool stalled; /* that is being sent again, or the first SYN is: the path is dead, not the
                     server slow */
} StreamPath;

/** What a stream class provides; stream.c dispatches. Embedded first in each implementation. */
typedef struct StreamClass {
    Status (*write)(Stream *stream, const uint8_t *bytes, size_t length);
    size_t (*queued)(const Stream *stream);
    void (*path)(const Stream *stream, StreamPath *path);
    void (*close)(Stream *stream);
} StreamClass;

struct Stream {
    const StreamClass *class;
    const StreamEvents *events;
    void *owner;
    Loop *loop;
};

/** Begins to connect; failure, immediate ones too, comes through `closed`. NULL never. Unsent data
 * and TCP_NODELAY are handled. */
Stream *tcp_connect(Loop *loop, const Address *peer, const StreamEvents *events, void *owner);
/** Takes over a connected descriptor (a listener's accept). `connected` is not called. A peer that
 * does not read what was written is not read from, either, so that it is what it asked before that
 * limits its queue, and no number of bytes: see stream_queued. */
Stream *tcp_adopt(Loop *loop, int fd, const StreamEvents *events, void *owner);
/** A listening socket, TCP Fast Open where the kernel has it. Statuses as udp_bind; UDP_FREEBIND
 * honoured. */
Status tcp_bind(const Address *address, unsigned flags, int *fd) must_check;
/** Accepts one connection. STATUS_AGAIN when none waits, STATUS_LIMIT out of descriptors,
 * STATUS_IO.
 * `*interface` is the index of the link it arrived on; 0 unknown. */
Status tcp_accept(int listen_fd, int *fd, Address *peer, int *interface) must_check;

/**
 * Queues all of `bytes` (copied as far as the kernel does not take them now). STATUS_LIMIT when
 * more than STREAM_QUEUE_LIMIT wait already, STATUS_CLOSED after `closed`. May be called before
 * `connected`.
 */
Status stream_write(Stream *stream, const uint8_t *bytes, size_t length) must_check;
/** Bytes written that the kernel has not taken yet. */
size_t stream_queued(const Stream *stream);
void stream_path(const Stream *stream, StreamPath *path);
/** Closes without further callbacks and frees. NULL is allowed. */
void stream_close(Stream *stream);
