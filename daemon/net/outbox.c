/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions come by the dozen: a page is opened, and a turn of the loop reads all of its lookups.
 * A system call for each of them upstream would cost more than all else that is done for them, and
 * each would wake whoever listens there anew. So what a turn brings up is gathered here and sent
 * in one call when the turn ends: for a single question no later than without this, but for what
 * else its turn has to do.
 *
 * Datagrams lie one behind the other in one piece of memory, written in place by whoever made
 * them. There is always room for the longest one: when there would not be, the others leave.
 */
#include "outbox.h"

#include <glib.h>

enum { GATHERED_MAX = 16 * 1024 }; /* bytes; about as many short datagrams as one call takes */

struct Outbox {
    UdpSocket *socket;
    LoopDefer flush;
    UdpPacket packets[UDP_BATCH];
    size_t count, used;
    uint8_t bytes[GATHERED_MAX + OUTBOX_LONGEST];
};

/* What the kernel does not take is lost, as datagrams are; the asker sends another. */
static void flush(void *owner)
{
    Outbox *outbox = owner;

    udp_send(outbox->socket, outbox->packets, outbox->count);
    outbox->count = outbox->used = 0;
}

Outbox *outbox_new(UdpSocket *socket)
{
    Outbox *outbox = g_new0(Outbox, 1);

    outbox->socket = socket;
    loop_defer_init(&outbox->flush, socket->io.loop, flush, outbox);
    return outbox;
}

void outbox_free(Outbox *outbox)
{
    if (!outbox)
        return;
    loop_defer_cancel(&outbox->flush);
    g_free(outbox);
}

uint8_t *outbox_room(Outbox *outbox)
{
    return outbox->bytes + outbox->used;
}

void outbox_add(Outbox *outbox, size_t length)
{
    outbox->packets[outbox->count++] = (UdpPacket){.bytes = outbox_room(outbox), .length = length};
    outbox->used += length;
    if (outbox->count == UDP_BATCH || outbox->used > GATHERED_MAX)
        flush(outbox);
    else
        loop_defer_schedule(&outbox->flush);
}
