/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening and binding sockets. Queries are accepted by the link they arrive on, so every bound
 * socket reports that link; IPv4 and IPv6 get sockets of their own, since a dual-stack socket would
 * report mapped addresses and could not be bound beside another program's IPv4 one.
 *
 * Listening addresses may be given before they exist (IP_FREEBIND): the port is taken while
 * starting, with the privilege to do so, and the TUN device that has the address may come later.
 */
#include "sockets.h"

#include "log.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/* Needs no privilege since Linux 5.7; before, it goes by whatever link the routes say. */
static Status keep_to_link(int fd, int interface)
{
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &interface, sizeof interface) == 0)
        return STATUS_OK;
    if (errno == ENODEV || errno == EINVAL)
        return STATUS_UNREACHABLE; /* the link is gone, and what it led to with it */
    log_debug("a socket cannot be kept to its link: %s", strerror(errno));
    return STATUS_OK;
}

Status socket_open(const Address *address, int type, int *fd)
{
    int opened = socket(address->socket.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    Status status = STATUS_OK;

    if (opened < 0)
        return status_from_errno(errno);
    if (address->interface)
        status = keep_to_link(opened, address->interface);
    if (status != STATUS_OK) {
        close(opened);
        return status;
    }
    *fd = opened;
    return STATUS_OK;
}

void socket_option(int fd, int level, int option, int value, const char *name)
{
    if (setsockopt(fd, level, option, &value, sizeof value) < 0)
        log_debug("socket option %s is not available: %s", name, strerror(errno));
}

/* Without these a bound socket would break a promise, so their failure is one. */
static bool set_required_options(int fd, const Address *address, int type, bool freebind)
{
    static const int on = 1;
    bool v6 = address->socket.any.sa_family == AF_INET6;

    if (v6 && setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
        return false;
    if (v6 && setsockopt(fd, SOL_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) < 0)
        return false;
    if (!v6 && setsockopt(fd, SOL_IP, IP_PKTINFO, &on, sizeof on) < 0)
        return false;
    /* A restarted listener must not wait for connections in TIME_WAIT; for UDP the same option
     * would let another process steal the port. */
    if (type == SOCK_STREAM && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        return false;
    /* SOL_IP's option serves IPv6 sockets too (ip(7), ipv6(7)). */
    return !freebind || setsockopt(fd, SOL_IP, IP_FREEBIND, &on, sizeof on) == 0;
}

Status socket_bind(const Address *address, int type, bool freebind, int *fd)
{
    int opened = -1;
    Status status = socket_open(address, type, &opened);

    if (status != STATUS_OK)
        return status;
    if (!set_required_options(opened, address, type, freebind) ||
        bind(opened, &address->socket.any, address_length(address)) < 0) {
        status = status_from_errno(errno);
        close(opened);
        return status;
    }
    *fd = opened;
    return STATUS_OK;
}

static struct in6_addr mapped(struct in_addr v4)
{
    struct in6_addr v6 = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

    memcpy(&v6.s6_addr[12], &v4, sizeof v4);
    return v6;
}

bool socket_read_pktinfo(struct cmsghdr *control, int *interface, struct in6_addr *local)
{
    if (control->cmsg_level == SOL_IP && control->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;

        memcpy(&info, CMSG_DATA(control), sizeof info);
        *interface = info.ipi_ifindex;
        *local = mapped(info.ipi_spec_dst);
        return true;
    }
    if (control->cmsg_level == SOL_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo info;

        memcpy(&info, CMSG_DATA(control), sizeof info);
        *interface = (int)info.ipi6_ifindex;
        *local = info.ipi6_addr;
        return true;
    }
    return false;
}
