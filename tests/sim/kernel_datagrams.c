/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UDP sockets. Each keeps what came until it is read, from its peer alone once it is connected, and
 * an ICMP error, told both by the error queue and by the next call (ip(7), IP_RECVERR).
 */
#include "kernel_private.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>

enum { INBOX_MAX = 256, LOOPBACK_INDEX = 1 };

int __wrap_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                    struct timespec *timeout);
int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *header, int flags);

void datagrams_close(KernelFile *file)
{
    Parcel *parcel;

    while ((parcel = list_first(&file->inbox, Parcel, node)) != NULL) {
        list_remove(&parcel->node);
        g_free(parcel);
    }
}

uint32_t datagrams_readiness(const KernelFile *file)
{
    bool error = file->error || file->queued_error;

    return EPOLLOUT | (list_is_empty(&file->inbox) ? 0u : (uint32_t)EPOLLIN) |
           (error ? (uint32_t)EPOLLERR : 0u);
}

static KernelFile *find_socket(const Address *local, const Address *peer)
{
    for (unsigned i = 0; i < kernel.highest; i++) {
        KernelFile *file = kernel.files[i];

        if (file && file->kind == FILE_DATAGRAMS && address_equal(&file->local, local) &&
            (!address_is_set(&file->peer) || address_equal(&file->peer, peer)))
            return file;
    }
    return NULL;
}

bool kernel_deliver(const Address *from, const Address *to, const uint8_t *bytes, size_t length)
{
    KernelFile *file = find_socket(to, from);
    unsigned waiting = 0;
    Parcel *parcel;

    if (!file)
        return false;
    list_for_each (node, &file->inbox)
        waiting++;
    if (waiting >= INBOX_MAX)
        return false;
    parcel = g_malloc(sizeof *parcel + length);
    parcel->from = *from;
    parcel->to = *to;
    parcel->length = length;
    memcpy(parcel->bytes, bytes, length);
    list_init(&parcel->node);
    list_append(&file->inbox, &parcel->node);
    return true;
}

void kernel_deliver_error(const Address *to, const Address *about, int error)
{
    KernelFile *file = find_socket(to, about);

    if (file)
        file->error = file->queued_error = error;
}

static void put_control(struct msghdr *header, int type, const void *value, size_t size)
{
    struct cmsghdr control = {.cmsg_len = CMSG_LEN(size), .cmsg_level = SOL_IP, .cmsg_type = type};

    g_assert_cmpuint(header->msg_controllen, >=, CMSG_SPACE(size));
    memcpy(header->msg_control, &control, sizeof control);
    memcpy((uint8_t *)header->msg_control + CMSG_LEN(0), value, size);
    header->msg_controllen = CMSG_SPACE(size);
}

static void hand_out(const KernelFile *file, const Parcel *parcel, struct mmsghdr *message)
{
    struct msghdr *header = &message->msg_hdr;
    size_t room = header->msg_iov->iov_len;

    message->msg_len = (unsigned)MIN(parcel->length, room);
    memcpy(header->msg_iov->iov_base, parcel->bytes, message->msg_len);
    header->msg_flags = parcel->length > room ? MSG_TRUNC : 0;
    memcpy(header->msg_name, &parcel->from.socket, address_length(&parcel->from));
    header->msg_namelen = address_length(&parcel->from);
    if (address_is_set(&file->peer)) {
        header->msg_controllen = 0;
    } else {
        struct in_pktinfo info = {.ipi_ifindex = LOOPBACK_INDEX,
                                  .ipi_spec_dst = parcel->to.socket.v4.sin_addr};

        put_control(header, IP_PKTINFO, &info, sizeof info);
    }
}

int __wrap_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                    struct timespec *timeout)
{
    KernelFile *file = kernel_file(fd);
    unsigned taken = 0;
    Parcel *parcel;

    if (file->error) {
        int error = file->error;

        file->error = 0;
        return kernel_fail(error);
    }
    while (taken < count && (parcel = list_first(&file->inbox, Parcel, node)) != NULL) {
        hand_out(file, parcel, &messages[taken++]);
        list_remove(&parcel->node);
        g_free(parcel);
    }
    return taken > 0 ? (int)taken : kernel_fail(EAGAIN);
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *header, int flags)
{
    KernelFile *file = kernel_file(fd);
    struct sock_extended_err error = {.ee_errno = (uint32_t)file->queued_error,
                                      .ee_origin = SO_EE_ORIGIN_ICMP};

    g_assert_true(flags & MSG_ERRQUEUE);
    if (file->queued_error == 0)
        return kernel_fail(EAGAIN);
    file->queued_error = file->error = 0;
    put_control(header, IP_RECVERR, &error, sizeof error);
    return 0;
}

static void send_one(const KernelFile *file, struct mmsghdr *message)
{
    const struct msghdr *header = &message->msg_hdr;
    Address to = file->peer;

    if (header->msg_name)
        memcpy(&to.socket, header->msg_name, header->msg_namelen);
    message->msg_len = (unsigned)header->msg_iov->iov_len;
    kernel.events->datagram(kernel.owner, &file->local, &to, file->place, header->msg_iov->iov_base,
                            header->msg_iov->iov_len);
}

int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    KernelFile *file = kernel_file(fd);

    if (file->error) {
        int error = file->error;

        file->error = 0;
        return kernel_fail(error);
    }
    if (kernel.offline && address_is_set(&file->peer))
        return kernel_fail(ENETUNREACH);
    for (unsigned i = 0; i < count; i++)
        send_one(file, &messages[i]);
    return (int)count;
}
