/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "frame.h"
#include "loop.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

/**
 * One message over one new TCP connection, length in front, and what comes back: how plain DNS and
 * DNSCrypt use TCP here.
 */
typedef struct TcpCall TcpCall;

typedef struct TcpCallEvents {
    /** A whole message, borrowed. Return true to wait for another one, false if the call was closed
     * meanwhile. */
    FrameFn received;
    /** The connection failed or ended; the call must still be closed. Comes at most once. */
    void (*ended)(void *owner, Status status);
} TcpCallEvents;

/** Never calls back from inside. Never NULL. Sets no time limit: its owner has one. */
TcpCall *tcp_call_open(Loop *loop, const Address *peer, const uint8_t *message, size_t length,
                       const TcpCallEvents *events, void *owner);
/** NULL is allowed; may be called from both events. */
void tcp_call_close(TcpCall *call);
