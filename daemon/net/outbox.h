/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "udp.h"

#define OUTBOX_LONGEST 8192 /* bytes of a datagram */

/** Datagrams of one socket that come up in one turn of the loop and leave together at its end. */
typedef struct Outbox Outbox;

/** The socket is borrowed and must be open as long as the outbox lives. */
Outbox *outbox_new(UdpSocket *socket);
/** What has not left yet never will, but by outbox_flush before. NULL is allowed. */
void outbox_free(Outbox *outbox);

/** Where to write the next datagram to the peer that the socket is connected to, OUTBOX_LONGEST
 * bytes; without outbox_add it is not sent. */
uint8_t *outbox_room(Outbox *outbox);
/** Sends what was written there at the end of this turn, or before if there is much. */
void outbox_add(Outbox *outbox, size_t length);
/** Sends a copy in the same way, to the peer that the packet names and from its `local` address.
 * One longer than OUTBOX_LONGEST leaves at once. */
void outbox_copy(Outbox *outbox, const UdpPacket *packet);
/** Sends now what there is. */
void outbox_flush(Outbox *outbox);
