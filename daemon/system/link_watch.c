/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel's own news of its network: rtnetlink(7), one socket in the groups of links, addresses
 * and routes. What the messages say is not read: whoever is told looks at what is there now, so
 * that lost messages (ENOBUFS) cost nothing either.
 */
#include "link_watch.h"

#include "log.h"

#include <errno.h>
#include <glib-unix.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS                                                                                     \
    (RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE)

struct LinkWatch {
    int fd; /* -1: none */
    guint source;
    void (*changed)(void *owner);
    void *owner;
};

static gboolean on_news(gint fd, GIOCondition condition, gpointer data)
{
    LinkWatch *watch = data;
    char ignored[8192];
    while (recv(fd, ignored, sizeof(ignored), MSG_DONTWAIT | MSG_TRUNC) >= 0 || errno == ENOBUFS ||
           errno == EINTR)
        continue;
    watch->changed(watch->owner);
    return G_SOURCE_CONTINUE;
}

LinkWatch *link_watch_new(void (*changed)(void *owner), void *owner)
{
    LinkWatch *watch = g_new0(LinkWatch, 1);
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = GROUPS};
    watch->changed = changed;
    watch->owner = owner;
    watch->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (watch->fd < 0 || bind(watch->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        log_warning("changes of networks are not noticed reason=%s", strerror(errno));
    else
        watch->source = g_unix_fd_add(watch->fd, G_IO_IN, on_news, watch);
    return watch;
}

void link_watch_free(LinkWatch *watch)
{
    if (watch == NULL)
        return;
    g_clear_handle_id(&watch->source, g_source_remove);
    if (watch->fd >= 0)
        close(watch->fd);
    g_free(watch);
}
