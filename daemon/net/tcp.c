/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP streams. A write goes to the kernel at once; what it does not take waits in a queue that is
 * written on as the socket gets room. Unread input stays in the kernel, a few reads a turn, so that
 * a fast peer is slowed down by TCP itself.
 *
 * Of a peer that we serve (tcp_adopt) no more is read while it leaves its answers unread, and never
 * much at once: else a few bytes of questions would be megabytes of answers to hold for it, and a
 * thousand such peers would keep the loop from everybody else for seconds.
 *
 * The owner may close the stream inside any callback. The handler that makes callbacks marks the
 * stream `busy`; closing a busy stream shuts it down and leaves freeing it to that handler.
 *
 * A failure met in stream_write is not reported from there (no callback may be): what the peer has
 * sent before is read first, then `closed` tells the failure.
 *
 * TCP Fast Open (RFC 7413): TCP_FASTOPEN_CONNECT makes connect() succeed at once where the kernel
 * holds a cookie, and the first write goes out with the SYN. What is written first here, a TLS
 * ClientHello or a DNS query, may be repeated by the network without harm. `connected` then means
 * "may write", and a refusal comes after it.
 */
#include "log.h"
#include "sockets.h"
#include "stream.h"
#include "tcp_path.h"
#include "udp.h"

#include <errno.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_SIZE = 64 * 1024,
    READ_SIZE_SERVED = 1024,
    SEND_ROOM_SERVED = 64 * 1024, /* in the kernel, which would give it megabytes */
    READS_A_TURN = 4,
    LISTEN_BACKLOG = 256,
    FAST_OPEN_BACKLOG = 64,
};

typedef struct TcpStream {
    Stream stream;
    LoopIo io;
    LoopDefer defer; /* reports `failure` */
    GByteArray *queue;
    size_t queue_start;
    int fd;
    Status failure;
    bool connecting, ended, closed; /* the last two: `ended`, `closed` have been reported */
    bool served;                    /* it asks, we answer */
    bool busy, dead;                /* inside a handler; closed by the owner meanwhile */
} TcpStream;

static uint8_t read_buffer[READ_SIZE]; /* shared: bytes are borrowed for one callback only */

/* ---- life ---- */

static void release(TcpStream *tcp)
{
    g_byte_array_unref(tcp->queue);
    g_free(tcp);
}

static void tcp_close(Stream *stream)
{
    TcpStream *tcp = (TcpStream *)stream;

    loop_io_clear(&tcp->io);
    loop_defer_cancel(&tcp->defer);
    if (tcp->fd >= 0)
        close(tcp->fd);
    tcp->fd = -1;
    tcp->closed = tcp->dead = true;
    if (!tcp->busy)
        release(tcp);
}

static void leave(TcpStream *tcp)
{
    tcp->busy = false;
    if (tcp->dead)
        release(tcp);
}

static void report_closed(TcpStream *tcp, Status status)
{
    if (tcp->closed)
        return;
    tcp->closed = true;
    loop_io_clear(&tcp->io);
    loop_defer_cancel(&tcp->defer);
    tcp->stream.events->closed(tcp->stream.owner, status);
}

/* ---- writing ---- */

static size_t tcp_queued(const Stream *stream)
{
    const TcpStream *tcp = (const TcpStream *)stream;

    return tcp->queue->len - tcp->queue_start;
}

static void tcp_stream_path(const Stream *stream, StreamPath *path)
{
    tcp_path(((const TcpStream *)stream)->fd, path);
}

static bool leaves_answers_unread(const TcpStream *tcp)
{
    return tcp->served && tcp_queued(&tcp->stream) > 0;
}

static void watch(TcpStream *tcp)
{
    uint32_t events = tcp->ended || leaves_answers_unread(tcp) ? 0 : LOOP_READ;

    if (tcp->connecting)
        events = LOOP_WRITE;
    else if (tcp_queued(&tcp->stream) > 0 && tcp->failure == STATUS_OK)
        events |= LOOP_WRITE;
    loop_io_want(&tcp->io, events);
}

static void fail_later(TcpStream *tcp, Status status)
{
    if (tcp->failure == STATUS_OK)
        tcp->failure = status;
    loop_defer_schedule(&tcp->defer);
}

/* Gives the kernel what it takes; returns the number of bytes. */
static size_t push(TcpStream *tcp, const uint8_t *bytes, size_t length)
{
    size_t done = 0;

    while (done < length) {
        ssize_t sent = send(tcp->fd, bytes + done, length - done, MSG_NOSIGNAL);

        if (sent >= 0) {
            done += (size_t)sent;
        } else if (errno == EINTR) {
            continue;
        } else {
            /* A Fast Open SYN that could carry no data says "in progress". */
            if (errno != EAGAIN && errno != EINPROGRESS)
                fail_later(tcp, status_from_errno(errno));
            break;
        }
    }
    return done;
}

static void flush(TcpStream *tcp)
{
    if (tcp_queued(&tcp->stream) == 0)
        return;
    tcp->queue_start += push(tcp, tcp->queue->data + tcp->queue_start, tcp_queued(&tcp->stream));
    if (tcp->queue_start == tcp->queue->len) {
        g_byte_array_set_size(tcp->queue, 0);
        tcp->queue_start = 0;
    } else if (tcp->queue_start > STREAM_QUEUE_LIMIT) {
        g_byte_array_remove_range(tcp->queue, 0, (guint)tcp->queue_start);
        tcp->queue_start = 0;
    }
}

static Status tcp_write(Stream *stream, const uint8_t *bytes, size_t length)
{
    TcpStream *tcp = (TcpStream *)stream;

    if (tcp->closed || tcp->failure != STATUS_OK)
        return STATUS_CLOSED;
    if ((tcp_queued(stream) > STREAM_QUEUE_LIMIT && !tcp->served) || length > G_MAXINT)
        return STATUS_LIMIT;
    size_t done = 0;
    if (!tcp->connecting && tcp_queued(stream) == 0)
        done = push(tcp, bytes, length);
    if (done < length)
        g_byte_array_append(tcp->queue, bytes + done, (guint)(length - done));
    watch(tcp);
    return STATUS_OK;
}

/* ---- events ---- */

static Status socket_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;

    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return status_from_errno(error);
}

static void finish_connect(TcpStream *tcp)
{
    Status status = socket_error(tcp->fd);

    if (status != STATUS_OK) {
        report_closed(tcp, status);
        return;
    }
    tcp->connecting = false;
    flush(tcp);
    watch(tcp);
    tcp->stream.events->connected(tcp->stream.owner);
}

static void end_of_input(TcpStream *tcp)
{
    if (tcp->failure != STATUS_OK) {
        report_closed(tcp, tcp->failure);
    } else if (tcp->stream.events->ended == NULL) {
        report_closed(tcp, STATUS_CLOSED);
    } else {
        tcp->ended = true;
        watch(tcp);
        tcp->stream.events->ended(tcp->stream.owner);
    }
}

static void read_some(TcpStream *tcp)
{
    size_t size = tcp->served ? READ_SIZE_SERVED : READ_SIZE;
    int limit = tcp->served ? 1 : READS_A_TURN;

    for (int reads = 0; reads < limit && !tcp->closed && !tcp->ended; reads++) {
        ssize_t length = recv(tcp->fd, read_buffer, size, 0);

        if (length > 0) {
            tcp->stream.events->received(tcp->stream.owner, read_buffer, (size_t)length);
            if ((size_t)length < size)
                return; /* that was all (epoll(7)); an end right behind it is the next turn's */
        } else if (length == 0) {
            end_of_input(tcp);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            report_closed(tcp, tcp->failure != STATUS_OK ? tcp->failure : status_from_errno(errno));
        }
    }
}

static void on_io(void *owner, uint32_t events)
{
    TcpStream *tcp = owner;

    tcp->busy = true;
    if (tcp->connecting) {
        if (events & (LOOP_WRITE | LOOP_ERROR))
            finish_connect(tcp);
    } else if (tcp->ended && (events & LOOP_ERROR)) {
        /* Both directions are shut: an error, or the orderly end of a half-closed stream. */
        Status status = socket_error(tcp->fd);
        report_closed(tcp, status == STATUS_OK ? STATUS_CLOSED : status);
    } else {
        if (events & LOOP_WRITE) {
            flush(tcp);
            watch(tcp);
        }
        if (events & (LOOP_READ | LOOP_ERROR))
            read_some(tcp);
    }
    leave(tcp);
}

static void on_defer(void *owner)
{
    TcpStream *tcp = owner;

    tcp->busy = true;
    if (tcp->io.loop != NULL && !tcp->connecting)
        read_some(tcp);
    report_closed(tcp, tcp->failure);
    leave(tcp);
}

/* ---- opening ---- */

static const StreamClass tcp_class = {tcp_write, tcp_queued, tcp_stream_path, tcp_close};

static TcpStream *tcp_new(Loop *loop, const StreamEvents *events, void *owner)
{
    TcpStream *tcp = g_new0(TcpStream, 1);

    tcp->stream = (Stream){&tcp_class, events, owner, loop};
    tcp->queue = g_byte_array_new();
    tcp->fd = -1;
    loop_defer_init(&tcp->defer, loop, on_defer, tcp);
    return tcp;
}

static Status begin(TcpStream *tcp, uint32_t events)
{
    /* Every write here is a whole message: waiting to fill a segment would only add latency. */
    socket_option(tcp->fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    return loop_io_open(&tcp->io, tcp->stream.loop, tcp->fd, events, on_io, tcp);
}

static Status begin_connect(TcpStream *tcp, const Address *peer)
{
    Status status = socket_open(peer, SOCK_STREAM, &tcp->fd);

    if (status != STATUS_OK)
        return status;
    socket_option(tcp->fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1, "TCP_FASTOPEN_CONNECT");
    tcp->connecting = true;
    if (connect(tcp->fd, &peer->socket.any, address_length(peer)) < 0 && errno != EINPROGRESS)
        return status_from_errno(errno);
    return begin(tcp, LOOP_WRITE);
}

Stream *tcp_connect(Loop *loop, const Address *peer, const StreamEvents *events, void *owner)
{
    TcpStream *tcp = tcp_new(loop, events, owner);
    Status status = begin_connect(tcp, peer);

    if (status != STATUS_OK)
        fail_later(tcp, status);
    return &tcp->stream;
}

Stream *tcp_adopt(Loop *loop, int fd, const StreamEvents *events, void *owner)
{
    TcpStream *tcp = tcp_new(loop, events, owner);

    tcp->fd = fd;
    tcp->served = true;
    socket_option(fd, SOL_SOCKET, SO_SNDBUF, SEND_ROOM_SERVED, "SO_SNDBUF");
    Status status = begin(tcp, LOOP_READ);
    if (status != STATUS_OK)
        fail_later(tcp, status);
    return &tcp->stream;
}

/* ---- listening ---- */

Status tcp_bind(const Address *address, unsigned flags, int *fd)
{
    int opened = -1;
    Status status = socket_bind(address, SOCK_STREAM, (flags & UDP_FREEBIND) != 0, &opened);

    if (status != STATUS_OK)
        return status;
    socket_option(opened, IPPROTO_TCP, TCP_FASTOPEN, FAST_OPEN_BACKLOG, "TCP_FASTOPEN");
    if (listen(opened, LISTEN_BACKLOG) < 0) {
        status = status_from_errno(errno);
        close(opened);
        return status;
    }
    *fd = opened;
    return STATUS_OK;
}

/* The kernel keeps the link a connection's first packet came by and gives it as if it were a
 * control message (IP_PKTOPTIONS; IPV6_2292PKTOPTIONS is its name for IPv6). */
static int arrival_interface(int fd, sa_family_t family)
{
    _Alignas(struct cmsghdr) uint8_t control[256];
    socklen_t length = sizeof control;
    int level = family == AF_INET6 ? SOL_IPV6 : SOL_IP;
    int option = family == AF_INET6 ? IPV6_2292PKTOPTIONS : IP_PKTOPTIONS;
    int interface = 0;
    struct in6_addr local;

    if (getsockopt(fd, level, option, control, &length) < 0)
        return 0;
    struct msghdr header = {.msg_control = control, .msg_controllen = length};
    for (struct cmsghdr *each = CMSG_FIRSTHDR(&header); each != NULL;
         each = CMSG_NXTHDR(&header, each))
        socket_read_pktinfo(each, &interface, &local);
    return interface;
}

Status tcp_accept(int listen_fd, int *fd, Address *peer, int *interface)
{
    Address from = {0};
    socklen_t length = sizeof from;
    int accepted;

    do {
        accepted = accept4(listen_fd, &from.socket.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        /* A connection that died in the queue is the peer's affair: take the next one. */
    } while (accepted < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (accepted < 0)
        return status_from_errno(errno);
    *fd = accepted;
    *peer = from;
    *interface = arrival_interface(accepted, from.socket.any.sa_family);
    return STATUS_OK;
}
