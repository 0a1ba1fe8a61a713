/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Descriptors, epoll, and the calls that sockets of both kinds share.
 *
 * What a call may say is taken from the manual pages: epoll(7), udp(7), ip(7), tcp(7). Only what
 * the program uses is here, and an assertion stops a schedule in which it begins to use more. Calls
 * on descriptors that are not ours go to the real kernel.
 */
#include "kernel_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>

Kernel kernel;

int __real_close(int fd);

int __wrap_socket(int family, int type, int protocol);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t length);
int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *length);
int __wrap_close(int fd);
int __wrap_epoll_create1(int flags);
int __wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int capacity, int wait_ms);

void kernel_boot(const KernelEvents *events, void *owner, uint64_t seed)
{
    g_assert_cmpuint(kernel.open, ==, 0);
    kernel = (Kernel){.events = events, .owner = owner, .dice = {seed}};
}

unsigned kernel_open_count(void)
{
    return kernel.open;
}

void kernel_limit_files(unsigned limit)
{
    kernel.limit = limit;
}

void kernel_move(unsigned place)
{
    kernel.place = place;
}

void kernel_set_online(bool online)
{
    kernel.offline = !online;
}

KernelFile *kernel_file(int fd)
{
    unsigned index = (unsigned)(fd - KERNEL_FIRST_FD);

    return fd >= KERNEL_FIRST_FD && index < KERNEL_FILES ? kernel.files[index] : NULL;
}

int kernel_fail(int error)
{
    errno = error;
    return -1;
}

static int open_file(FileKind kind, int family)
{
    unsigned index = 0;
    KernelFile *file;

    if (kernel.open >= KERNEL_FILES || (kernel.limit > 0 && kernel.open >= kernel.limit))
        return kernel_fail(EMFILE);
    while (kernel.files[index])
        index++;
    file = g_new0(KernelFile, 1);
    file->kind = kind;
    file->fd = KERNEL_FIRST_FD + (int)index;
    file->place = kernel.place;
    file->local.socket.any.sa_family = (sa_family_t)family;
    list_init(&file->inbox);
    kernel.files[index] = file;
    kernel.open++;
    kernel.highest = MAX(kernel.highest, index + 1);
    return file->fd;
}

int __wrap_close(int fd)
{
    KernelFile *file = kernel_file(fd);

    if (!file)
        return __real_close(fd);
    switch (file->kind) {
    case FILE_EPOLL:
        break;
    case FILE_DATAGRAMS:
        datagrams_close(file);
        break;
    case FILE_LISTENER:
        listener_file_close(file);
        break;
    case FILE_LINE:
        line_file_close(file);
        break;
    }
    kernel.files[fd - KERNEL_FIRST_FD] = NULL;
    kernel.open--;
    g_free(file);
    return 0;
}

/* ---- sockets ---- */

int __wrap_socket(int family, int type, int protocol)
{
    g_assert_cmpint(type & (SOCK_NONBLOCK | SOCK_CLOEXEC), ==, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return open_file((type & 0xf) == SOCK_DGRAM ? FILE_DATAGRAMS : FILE_LINE, family);
}

static bool port_is_taken(FileKind kind, uint16_t port)
{
    for (unsigned i = 0; i < kernel.highest; i++) {
        const KernelFile *file = kernel.files[i];

        if (file && file->kind == kind && address_port(&file->local) == port)
            return true;
    }
    return false;
}

void kernel_name_socket(KernelFile *file, const Address *peer)
{
    uint16_t port;

    do
        port = (uint16_t)dice_between(&kernel.dice, 32768, 60999);
    while (port_is_taken(file->kind, port));
    g_assert_cmpint(peer->socket.any.sa_family, ==, AF_INET);
    file->local.socket.v4 = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(0x0a000002 + (kernel.place << 8)),
    };
    file->peer = *peer;
    file->place = kernel.place;
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    KernelFile *file = kernel_file(fd);

    memcpy(&file->local.socket, address, length);
    return 0;
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    KernelFile *file = kernel_file(fd);
    Address peer = {0};

    memcpy(&peer.socket, address, length);
    if (kernel.offline)
        return kernel_fail(ENETUNREACH);
    kernel_name_socket(file, &peer);
    return file->kind == FILE_LINE ? line_file_connect(file, &peer) : 0;
}

int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
    g_assert_nonnull(kernel_file(fd));
    return 0;
}

static void copy_out(void *value, socklen_t *length, const void *from, size_t size)
{
    *length = (socklen_t)MIN(*length, size);
    memcpy(value, from, *length);
}

int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    KernelFile *file = kernel_file(fd);
    int *error = file->line ? &file->line->error : &file->error;

    if (level == SOL_SOCKET && option == SO_ERROR) {
        copy_out(value, length, error, sizeof *error);
        *error = 0;
        return 0;
    }
    if (level == IPPROTO_TCP && option == TCP_INFO) {
        struct tcp_info info = {.tcpi_retransmits = file->line && file->line->stalled};

        copy_out(value, length, &info, sizeof info);
        return 0;
    }
    return kernel_fail(ENOPROTOOPT);
}

/* ---- epoll ---- */

int __wrap_epoll_create1(int flags)
{
    return open_file(FILE_EPOLL, AF_UNSPEC);
}

int __wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    KernelFile *file = kernel_file(fd);

    if (!file)
        return kernel_fail(EBADF);
    g_assert_cmpint(file->watched, ==, operation != EPOLL_CTL_ADD);
    file->watched = operation != EPOLL_CTL_DEL;
    if (file->watched) {
        file->wanted = event->events | EPOLLERR | EPOLLHUP;
        file->data = event->data.u64;
    }
    return 0;
}

static uint32_t readiness(const KernelFile *file)
{
    switch (file->kind) {
    case FILE_EPOLL:
        return 0;
    case FILE_DATAGRAMS:
        return datagrams_readiness(file);
    case FILE_LISTENER:
        return listener_file_readiness(file);
    case FILE_LINE:
        return line_file_readiness(file);
    }
    return 0;
}

static uint32_t reported(const KernelFile *file)
{
    return file && file->watched ? readiness(file) & file->wanted : 0;
}

bool kernel_is_ready(void)
{
    for (unsigned i = 0; i < kernel.highest; i++) {
        if (reported(kernel.files[i]))
            return true;
    }
    return false;
}

/* Who was left out for want of room comes first the next time. */
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int capacity, int wait_ms)
{
    unsigned begin = kernel.next_ready, i;
    int count = 0;

    for (i = 0; i < kernel.highest && count < capacity; i++) {
        unsigned index = (begin + i) % kernel.highest;
        uint32_t ready = reported(kernel.files[index]);

        if (ready)
            events[count++] =
                (struct epoll_event){.events = ready, .data.u64 = kernel.files[index]->data};
    }
    kernel.next_ready = i < kernel.highest ? (begin + i) % kernel.highest : 0;
    return count;
}
