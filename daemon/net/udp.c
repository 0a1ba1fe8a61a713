/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UDP in batches: recvmmsg and sendmmsg move up to UDP_BATCH datagrams a system call, which is most
 * of what a resolver's processor time goes to.
 *
 * All sockets share one set of receive buffers: there is one thread, and packets are borrowed only
 * until the callback returns. A socket reads a few batches a turn at most, so that a flood on one
 * does not starve the others. The callback may clear the socket, or free what it is embedded in:
 * `reading` tells its handler.
 *
 * A reply leaves from the address its query came to (RFC 1123 §6.1.3, or the client drops it): the
 * packet carries it from IP_PKTINFO in and back out.
 *
 * Path MTU: datagrams go without "don't fragment" and without regard to what ICMP says of the path
 * (IP_PMTUDISC_OMIT): a forged "fragmentation needed" must not shrink our packets. Padded DNSCrypt
 * queries may be 4096 bytes long and are authenticated; plain answers are kept small by EDNS.
 */
#include "udp.h"

#include "log.h"
#include "sockets.h"

#include <errno.h>
#include <glib.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCHES_A_TURN = 4,
    BATCH_MIN = 2, /* one more than a lone query needs, so that its batch is known not to be full */
    ERRORS_A_TURN = 16,
    QUOTE_MAX = 576, /* what ICMP quotes at most (RFC 1812 §4.3.2.3) */
    ROOM = 1 << 20,  /* in a receive buffer: what waits while we are restarted, or are flooded */
    CONTROL_SIZE = CMSG_SPACE(sizeof(struct in6_pktinfo)),
};

typedef struct Slot {
    struct iovec vector;
    struct sockaddr_storage peer;
    _Alignas(struct cmsghdr) uint8_t control[CONTROL_SIZE];
} Slot;

static UdpSocket *reading; /* the socket whose handler runs, unless cleared meanwhile */
static uint8_t buffers[UDP_BATCH][UDP_PACKET_MAX];

/* ---- opening ---- */

static void set_path_options(int fd, const Address *address)
{
    if (address->socket.any.sa_family == AF_INET6)
        socket_option(fd, SOL_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT, "IPV6_MTU_DISCOVER");
    else
        socket_option(fd, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT, "IP_MTU_DISCOVER");
}

void udp_widen(int fd)
{
    socket_option(fd, SOL_SOCKET, SO_RCVBUF, ROOM, "SO_RCVBUF");
}

Status udp_bind(const Address *address, unsigned flags, int *fd)
{
    int opened = -1;
    Status status = socket_bind(address, SOCK_DGRAM, (flags & UDP_FREEBIND) != 0, &opened);

    if (status != STATUS_OK)
        return status;
    set_path_options(opened, address);
    udp_widen(opened);
    /* Passes the system's limit, but needs a privilege. */
    socket_option(opened, SOL_SOCKET, SO_RCVBUFFORCE, ROOM, "SO_RCVBUFFORCE");
    *fd = opened;
    return STATUS_OK;
}

Status udp_connect(const Address *peer, int *fd)
{
    int opened = -1;
    Status status = socket_open(peer, SOCK_DGRAM, &opened);

    if (status != STATUS_OK)
        return status;
    set_path_options(opened, peer);
    /* Queued errors tell unreachable hosts as well, not only closed ports. */
    if (peer->socket.any.sa_family == AF_INET6)
        socket_option(opened, SOL_IPV6, IPV6_RECVERR, 1, "IPV6_RECVERR");
    else
        socket_option(opened, SOL_IP, IP_RECVERR, 1, "IP_RECVERR");
    /* Connecting an unbound socket makes the kernel pick a random port. */
    if (connect(opened, &peer->socket.any, address_length(peer)) < 0) {
        status = status_from_errno(errno);
        close(opened);
        return status;
    }
    *fd = opened;
    return STATUS_OK;
}

/* ---- receiving ---- */

static void prepare_receive(struct mmsghdr *messages, Slot *slots, size_t batch)
{
    for (size_t i = 0; i < batch; i++) {
        slots[i].vector = (struct iovec){buffers[i], UDP_PACKET_MAX};
        slots[i].peer.ss_family = AF_UNSPEC;
        messages[i] = (struct mmsghdr){.msg_hdr = {
                                           .msg_name = &slots[i].peer,
                                           .msg_namelen = sizeof slots[i].peer,
                                           .msg_iov = &slots[i].vector,
                                           .msg_iovlen = 1,
                                           .msg_control = slots[i].control,
                                           .msg_controllen = sizeof slots[i].control,
                                       }};
    }
}

static void read_packet(struct mmsghdr *message, UdpPacket *packet)
{
    struct msghdr *header = &message->msg_hdr;

    *packet = (UdpPacket){.bytes = header->msg_iov->iov_base, .length = message->msg_len};
    if (header->msg_namelen <= sizeof packet->peer)
        memcpy(&packet->peer, header->msg_name, header->msg_namelen);
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR(header, control))
        socket_read_pktinfo(control, &packet->interface, &packet->local);
}

/* How many to ask for next: all there is room for after a full batch, else what shrinks to twice of
 * what comes. At a low rate, preparing 32 would take longer than reading one. */
static size_t batch_after(size_t batch, int received)
{
    size_t count = received > 0 ? (size_t)received : 0;
    size_t wanted = count == batch ? UDP_BATCH : MAX(2 * count, batch / 2);

    return CLAMP(wanted, BATCH_MIN, UDP_BATCH);
}

/* Reads one batch; returns how many datagrams the kernel gave, -1 when it has none. */
static int receive_batch(UdpSocket *socket, UdpPacket packets[UDP_BATCH], size_t *count)
{
    struct mmsghdr messages[UDP_BATCH];
    Slot slots[UDP_BATCH];

    prepare_receive(messages, slots, socket->batch);
    int received = recvmmsg(socket->io.fd, messages, (unsigned)socket->batch, MSG_DONTWAIT, NULL);
    socket->batch = batch_after(socket->batch, received);
    *count = 0;
    for (int i = 0; i < received; i++)
        if (!(messages[i].msg_hdr.msg_flags & MSG_TRUNC))
            read_packet(&messages[i], &packets[(*count)++]);
    return received;
}

static void receive(UdpSocket *socket)
{
    for (int i = 0; i < BATCHES_A_TURN; i++) {
        UdpPacket packets[UDP_BATCH];
        size_t asked = socket->batch, count = 0;
        int received = receive_batch(socket, packets, &count);

        if (received < 0)
            return; /* nothing there, or an error that the error queue tells too */
        if (count > 0)
            socket->receive(socket->owner, packets, count);
        if (reading != socket || (size_t)received < asked)
            return;
    }
}

/* ---- errors ---- */

static Status queued_error(const struct msghdr *header)
{
    struct sock_extended_err error = {0};

    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR((struct msghdr *)header, control))
        if ((control->cmsg_level == SOL_IP && control->cmsg_type == IP_RECVERR) ||
            (control->cmsg_level == SOL_IPV6 && control->cmsg_type == IPV6_RECVERR))
            memcpy(&error, CMSG_DATA(control), sizeof error);
    /* "Fragmentation needed" is not an error of the peer, and was decided above. */
    return error.ee_errno == EMSGSIZE ? STATUS_OK : status_from_errno((int)error.ee_errno);
}

/* Tells what is in the error queue. The socket's own error goes unheard: it says the same, without
 * a quote to judge it by. */
static void tell_errors(UdpSocket *socket)
{
    for (int i = 0; i < ERRORS_A_TURN && reading == socket; i++) {
        _Alignas(struct cmsghdr) uint8_t control[512];
        uint8_t quote[QUOTE_MAX];
        struct iovec vector = {quote, sizeof quote};
        struct msghdr header = {.msg_iov = &vector,
                                .msg_iovlen = 1,
                                .msg_control = control,
                                .msg_controllen = sizeof control};
        ssize_t length = recvmsg(socket->io.fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);

        if (length < 0)
            break;
        Status status = queued_error(&header);
        if (status != STATUS_OK && socket->error != NULL)
            socket->error(socket->owner, status, quote, (size_t)length);
    }
}

static void clear_error(int fd)
{
    int pending = 0;
    socklen_t size = sizeof pending;

    getsockopt(fd, SOL_SOCKET, SO_ERROR, &pending, &size);
}

static void on_io(void *owner, uint32_t events)
{
    UdpSocket *socket = owner;

    reading = socket;
    if (events & LOOP_ERROR) {
        clear_error(socket->io.fd);
        tell_errors(socket);
    }
    if (reading == socket && (events & LOOP_READ))
        receive(socket);
    reading = NULL;
}

Status udp_open(UdpSocket *socket, Loop *loop, int fd, UdpReceiveFn receive_fn, UdpErrorFn error,
                void *owner)
{
    *socket =
        (UdpSocket){.receive = receive_fn, .error = error, .owner = owner, .batch = BATCH_MIN};
    Status status = loop_io_open(&socket->io, loop, fd, LOOP_READ, on_io, socket);
    if (status != STATUS_OK)
        close(fd);
    return status;
}

void udp_stop_reading(UdpSocket *socket)
{
    loop_io_want(&socket->io, 0);
}

void udp_clear(UdpSocket *socket)
{
    if (socket->io.loop == NULL)
        return;
    loop_io_clear(&socket->io);
    close(socket->io.fd);
    if (reading == socket)
        reading = NULL;
}

/* ---- sending ---- */

/* Returns the length of the control message that sets the source address; 0 for none. */
static size_t build_source(const UdpPacket *packet, uint8_t control[CONTROL_SIZE])
{
    struct cmsghdr header = {.cmsg_level = SOL_IPV6, .cmsg_type = IPV6_PKTINFO};

    if (IN6_IS_ADDR_UNSPECIFIED(&packet->local))
        return 0;
    memset(control, 0, CONTROL_SIZE);
    if (IN6_IS_ADDR_V4MAPPED(&packet->local)) {
        struct in_pktinfo info = {0};

        memcpy(&info.ipi_spec_dst, &packet->local.s6_addr[12], sizeof info.ipi_spec_dst);
        header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = SOL_IP, .cmsg_type = IP_PKTINFO};
        memcpy(control, &header, sizeof header);
        memcpy(control + CMSG_LEN(0), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    struct in6_pktinfo info = {.ipi6_addr = packet->local};
    header.cmsg_len = CMSG_LEN(sizeof info);
    memcpy(control, &header, sizeof header);
    memcpy(control + CMSG_LEN(0), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

static void prepare_send(const UdpPacket *packet, Slot *slot, struct mmsghdr *message)
{
    size_t control_length = build_source(packet, slot->control);

    slot->vector = (struct iovec){packet->bytes, packet->length};
    *message = (struct mmsghdr){.msg_hdr = {
                                    .msg_iov = &slot->vector,
                                    .msg_iovlen = 1,
                                    .msg_control = control_length > 0 ? slot->control : NULL,
                                    .msg_controllen = control_length,
                                }};
    if (address_is_set(&packet->peer)) {
        message->msg_hdr.msg_name = (void *)&packet->peer;
        message->msg_hdr.msg_namelen = address_length(&packet->peer);
    }
}

/* Sends up to a batch. `*done` counts what was dealt with, refused datagrams included; returns
 * false when the kernel takes no more for now. */
static bool send_batch(int fd, struct mmsghdr *messages, size_t count, size_t *done, size_t *sent)
{
    bool told = false; /* an earlier datagram's error was reported in place of sending this one */

    *done = 0;
    while (*done < count) {
        int taken = sendmmsg(fd, messages + *done, (unsigned)(count - *done), MSG_NOSIGNAL);

        if (taken > 0) {
            *done += (size_t)taken;
            *sent += (size_t)taken;
            told = false;
        } else if (errno == EAGAIN || errno == ENOBUFS) {
            return false;
        } else if (!told) {
            told = true;
        } else {
            log_debug("a datagram could not be sent: %s", strerror(errno));
            (*done)++;
            told = false;
        }
    }
    return true;
}

size_t udp_send(UdpSocket *socket, const UdpPacket *packets, size_t count)
{
    size_t sent = 0;
    bool room = socket->io.loop != NULL;

    while (count > 0 && room) {
        struct mmsghdr messages[UDP_BATCH];
        Slot slots[UDP_BATCH];
        size_t batch = count < UDP_BATCH ? count : UDP_BATCH, done = 0;

        for (size_t i = 0; i < batch; i++)
            prepare_send(&packets[i], &slots[i], &messages[i]);
        room = send_batch(socket->io.fd, messages, batch, &done, &sent);
        packets += done;
        count -= done;
    }
    return sent;
}
