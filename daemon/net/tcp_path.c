/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel knows of a TCP connection's path (tcp(7), TCP_INFO). On its own because the
 * kernel's header, which has all of it, and the C library's do not go together.
 */
#include "tcp_path.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

void tcp_path(int fd, StreamPath *path)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;

    *path = (StreamPath){0};
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return;
    path->losses = info.tcpi_total_retrans + info.tcpi_rcv_ooopack; /* the latter since Linux 5.4 */
    path->round_trip_us = info.tcpi_min_rtt;
    path->unacknowledged = info.tcpi_unacked > 0;
    path->stalled = info.tcpi_retransmits > 0;
}
