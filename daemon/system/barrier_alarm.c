/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who takes our connection down takes the address from our device first, and rewrites resolv.conf
 * some milliseconds later; who brings the machine's networks up brings our device up first. The
 * kernel tells both to whoever listens at once, without a bus between.
 */
#include "barrier_alarm.h"

#include "netlink.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS        (RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR)
#define NEWS_CAPACITY 8192

int barrier_alarm_open(void)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = GROUPS};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* An address that comes is no danger: it is ours that we want there. */
static bool is_about(const struct nlmsghdr *message, int link)
{
    if (message->nlmsg_type == RTM_DELADDR &&
        message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct ifaddrmsg))) {
        const struct ifaddrmsg *address = NLMSG_DATA(message);
        return (int)address->ifa_index == link;
    }
    if ((message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK) &&
        message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct ifinfomsg))) {
        const struct ifinfomsg *changed = NLMSG_DATA(message);
        return changed->ifi_index == link;
    }
    return false;
}

bool barrier_alarm_read(int fd, int link)
{
    _Alignas(struct nlmsghdr) char news[NEWS_CAPACITY];
    bool found = false;
    ssize_t length;
    while ((length = recv(fd, news, sizeof news, 0)) > 0) {
        const struct nlmsghdr *message = (const void *)news;
        for (unsigned left = (unsigned)length; NLMSG_OK(message, left);
             message = message_after(message, &left))
            found |= is_about(message, link);
    }
    return found || (length < 0 && errno == ENOBUFS);
}
