/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"

#include <gio/gio.h>

/**
 * The system bus. One connection of our own for everybody here, made again when the bus comes back:
 * its loss does not end the helper, which goes on answering lookups.
 */
typedef struct Bus Bus;

/** Embedded in whoever uses the bus. */
typedef struct BusListener {
    ListNode node;
    void (*up)(void *owner, GDBusConnection *connection);
    void (*down)(void *owner);
    void *owner;
} BusListener;

/** Begins to connect; nothing is called before the main context runs. */
Bus *bus_new(void);
/** Calls nobody's `down`. Listeners must be gone. */
void bus_free(Bus *bus);

/** `up` is called with each new connection, at once (inside) when there is one; `down` before it is
 * let go. */
void bus_listen(Bus *bus, BusListener *listener);
void bus_unlisten(BusListener *listener);
