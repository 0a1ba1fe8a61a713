/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions come by the dozen: a page is opened, and a turn of the loop reads all of its lookups;
 * and so do their answers. A system call for each of them would cost more than all else that is
 * done for them, and each would wake whoever listens there anew. So what a turn brings up is
 * gathered here and sent in one call when the turn ends: for a single one no later than without
 * this, but for what else its turn has to do.
 *
 * Many of one length, as padded queries are, pass through the kernel as one, which it cuts where
 * they leave (UDP_SEGMENT, udp(7)): most of what a datagram costs is that way. Some systems and
 * paths refuse, then each goes by itself from there on; and so do few, which would gain nothing.
 *
 * Datagrams lie one behind the other in one piece of memory, written in place by whoever made them,
 * or copied where each has a peer of its own. There is always room for the longest one: when there
 * would not be, the others leave.
 */
#include "outbox.h"

#include "log.h"

#include <errno.h>
#include <glib.h>
#include <netinet/udp.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* Linux 4.18, not in every libc's headers */
#endif

enum {
    GATHERED_MAX = 16 * 1024, /* bytes; about as many short datagrams as one call takes */
    MANY = 8,
};

struct Outbox {
    UdpSocket *socket;
    LoopDefer ending; /* of the turn */
    UdpPacket packets[UDP_BATCH];
    size_t count, used;
    bool uneven;  /* they are not all of one length, or not to one peer */
    bool refused; /* to send them as one */
    uint8_t bytes[GATHERED_MAX + OUTBOX_LONGEST];
};

static ssize_t send_segments(Outbox *outbox, uint16_t length)
{
    struct iovec vector = {outbox->bytes, outbox->used};
    struct cmsghdr header = {
        .cmsg_len = CMSG_LEN(sizeof length), .cmsg_level = SOL_UDP, .cmsg_type = UDP_SEGMENT};
    _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof length)] = {0};
    const struct msghdr message = {.msg_iov = &vector,
                                   .msg_iovlen = 1,
                                   .msg_control = control,
                                   .msg_controllen = sizeof control};

    memcpy(control, &header, sizeof header);
    memcpy(control + CMSG_LEN(0), &length, sizeof length);
    return sendmsg(outbox->socket->io.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* False when they have not left: refused, or the error of an earlier one was told in their place.
 */
static bool send_as_one(Outbox *outbox)
{
    if (outbox->count < MANY || outbox->uneven || outbox->refused)
        return false;
    if (send_segments(outbox, (uint16_t)outbox->packets[0].length) >= 0)
        return true;
    outbox->refused = errno == EINVAL || errno == EIO || errno == EMSGSIZE || errno == EOPNOTSUPP;
    if (outbox->refused)
        log_debug("datagrams go one by one: %s", strerror(errno));
    return false;
}

/* What the kernel does not take is lost, as datagrams are; the asker sends another. */
void outbox_flush(Outbox *outbox)
{
    loop_defer_cancel(&outbox->ending);
    if (outbox->count == 0)
        return;
    if (!send_as_one(outbox))
        udp_send(outbox->socket, outbox->packets, outbox->count);
    outbox->count = outbox->used = 0;
    outbox->uneven = false;
}

static void on_ending(void *owner)
{
    outbox_flush(owner);
}

Outbox *outbox_new(UdpSocket *socket)
{
    Outbox *outbox = g_new0(Outbox, 1);

    outbox->socket = socket;
    loop_defer_init(&outbox->ending, socket->io.loop, on_ending, outbox);
    return outbox;
}

void outbox_free(Outbox *outbox)
{
    if (!outbox)
        return;
    loop_defer_cancel(&outbox->ending);
    g_free(outbox);
}

uint8_t *outbox_room(Outbox *outbox)
{
    return outbox->bytes + outbox->used;
}

/* What was written to the room is the next of `packets`. */
static void count_in(Outbox *outbox, size_t length)
{
    outbox->count++;
    outbox->used += length;
    if (outbox->count == UDP_BATCH || outbox->used > GATHERED_MAX)
        outbox_flush(outbox);
    else
        loop_defer_to_end(&outbox->ending);
}

void outbox_add(Outbox *outbox, size_t length)
{
    outbox->packets[outbox->count] = (UdpPacket){.bytes = outbox_room(outbox), .length = length};
    outbox->uneven |= length != outbox->packets[0].length;
    count_in(outbox, length);
}

void outbox_copy(Outbox *outbox, const UdpPacket *packet)
{
    UdpPacket *copy = &outbox->packets[outbox->count];

    if (packet->length > OUTBOX_LONGEST) {
        udp_send(outbox->socket, packet, 1);
        return;
    }
    *copy = *packet;
    copy->bytes = memcpy(outbox_room(outbox), packet->bytes, packet->length);
    outbox->uneven = true;
    count_in(outbox, packet->length);
}
