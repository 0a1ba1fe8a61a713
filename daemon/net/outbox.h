/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "udp.h"

#define OUTBOX_LONGEST 8192 /* bytes of a datagram */

/** Datagrams to a connected socket's peer that come up in one turn of the loop and leave together
 * at its end. */
typedef struct Outbox Outbox;

/** The socket is borrowed and must be open as long as the outbox lives. */
Outbox *outbox_new(UdpSocket *socket);
/** What has not left yet never will. NULL is allowed. */
void outbox_free(Outbox *outbox);

/** Where to write the next datagram, OUTBOX_LONGEST bytes; without outbox_add it is not sent. */
uint8_t *outbox_room(Outbox *outbox);
/** Sends what was written there at the end of this turn, or before if there is much. */
void outbox_add(Outbox *outbox, size_t length);
