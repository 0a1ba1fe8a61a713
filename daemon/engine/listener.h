/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "list.h"
#include "loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LISTENER_IDLE_US 10000000 /* a TCP client without a whole query for so long is let go */

/** Serves DNS clients over UDP and TCP on bound descriptors. */
typedef struct Listener Listener;
typedef struct Connection Connection;

typedef struct Client Client;
typedef void (*ClientGone)(Client *held);

/** Where a query came from and its answer goes. */
struct Client {
    ListNode node; /* among those of its connection or listener that wait */
    Listener *listener;
    Connection *connection; /* NULL: UDP */
    Address peer;
    struct in6_addr local;
    ClientGone gone;
    int64_t asked_us; /* where it has waited before, since when; 0: it has not */
};

typedef struct ListenerEvents {
    /** Whether what arrives by this link (its index; 0 unknown) is served. */
    bool (*admit)(void *owner, int interface);
    /**
     * A message came. Returns the length of the answer written to `out` (at most `capacity` bytes),
     * or 0 for none, or for one that comes later: then the client was taken by client_hold.
     */
    size_t (*received)(void *owner, const Client *client, const uint8_t *bytes, size_t length,
                       uint8_t *out, size_t capacity);
} ListenerEvents;

/** Takes both descriptors over (-1 for none), and closes them also when it fails. STATUS_IO. */
Status listener_open(Loop *loop, int udp_fd, int tcp_fd, const ListenerEvents *events, void *owner,
                     Listener **listener) must_check;
/** Takes no more in, until listener_close: datagrams and connections wait in the kernel's queues.
 * Who was let in is served to the end. */
void listener_stop(Listener *listener);
/** Every held client is gone before it returns, and every answer sent. NULL is allowed. */
void listener_close(Listener *listener);

/** Copies a client that `received` was given, or one that is held, to answer it later; `gone` when
 * it has gone, and is released. */
void client_hold(Client *held, const Client *client, ClientGone gone);
/** Forgets it without an answer. */
void client_release(Client *held);
/** Sends the answer, by UDP at the end of this turn of the loop, and releases the client. Never
 * calls a `gone` from inside. */
void client_reply(Client *held, uint8_t *bytes, size_t length);
bool client_is_stream(const Client *client);
