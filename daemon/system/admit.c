/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Admission by link.
 *
 * Local lookups come by the loopback, also those to our TUN's address: they cost one comparison.
 * For any other index the links of the machine are listed once by rtnetlink (rtnetlink(7)) and kept
 * until the kernel tells of a change. Its messages are not watched in the loop but looked for when
 * a decision is needed, so that a signal level that changes wakes nobody.
 *
 * A bridge belongs to this machine when everything plugged into it does: the ends of veth pairs
 * (containers) and taps (virtual machines). A bridge with one real port is a real link. A veth on
 * its own may be the uplink of a container in which we run, and is refused.
 */
#include "admit.h"

#include "log.h"
#include "netlink.h"
#include "tun.h"

#include <glib.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPBACK_INDEX 1 /* always, in every network namespace */

typedef struct Link {
    int master; /* index of the bridge it is plugged into; 0 none */
    bool bridge, plug, ours;
} Link;

struct Admission {
    int fd;            /* subscribed to changes of links */
    GHashTable *links; /* index → Link*; NULL: to be read anew */
};

static void link_read_kind(Link *link, struct rtattr *information)
{
    int length = (int)RTA_PAYLOAD(information);
    for (struct rtattr *a = RTA_DATA(information); RTA_OK(a, length);
         a = attribute_after(a, &length)) {
        if (a->rta_type != IFLA_INFO_KIND)
            continue;
        g_autofree char *kind = g_strndup(RTA_DATA(a), RTA_PAYLOAD(a));
        link->bridge = strcmp(kind, "bridge") == 0;
        link->plug = strcmp(kind, "veth") == 0 || strcmp(kind, "tun") == 0;
    }
}

static void links_add(GHashTable *links, struct nlmsghdr *header)
{
    struct ifinfomsg *information = NLMSG_DATA(header);
    int length = (int)IFLA_PAYLOAD(header);
    Link *link = g_new0(Link, 1);
    for (struct rtattr *a = (void *)((uintptr_t)information + NLMSG_ALIGN(sizeof *information));
         RTA_OK(a, length); a = attribute_after(a, &length)) {
        if (a->rta_type == IFLA_LINKINFO) {
            link_read_kind(link, a);
        } else if (a->rta_type == IFLA_MASTER && RTA_PAYLOAD(a) == sizeof(uint32_t)) {
            memcpy(&link->master, RTA_DATA(a), sizeof(link->master));
        } else if (a->rta_type == IFLA_IFNAME) {
            g_autofree char *name = g_strndup(RTA_DATA(a), RTA_PAYLOAD(a));
            link->ours = strcmp(name, TUN_NAME) == 0;
        }
    }
    g_hash_table_insert(links, GINT_TO_POINTER(information->ifi_index), link);
}

/* Reads one batch of answers. Returns whether more follow. */
static bool links_receive(int fd, GHashTable *links)
{
    _Alignas(struct nlmsghdr) char buffer[32768];
    ssize_t received = recv(fd, buffer, sizeof(buffer), 0);
    if (received < 0)
        return errno == EINTR;
    unsigned left = (unsigned)received;
    for (struct nlmsghdr *header = (void *)buffer; NLMSG_OK(header, left);
         header = message_after(header, &left)) {
        if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
            return false;
        if (header->nlmsg_type == RTM_NEWLINK)
            links_add(links, header);
    }
    return true;
}

/* The kernel answers at once, within this call: nothing is waited for. */
static GHashTable *links_list(void)
{
    GHashTable *links = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    const struct {
        struct nlmsghdr header;
        struct ifinfomsg information;
    } request = {
        .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
                   .nlmsg_type = RTM_GETLINK,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .information = {.ifi_family = AF_UNSPEC},
    };
    if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0) {
        log_warning("the links of this machine cannot be listed reason=%s", strerror(errno));
    } else {
        while (links_receive(fd, links))
            ;
    }
    if (fd >= 0)
        close(fd);
    return links;
}

static bool bridge_is_inside(GHashTable *links, int bridge)
{
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, links);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const Link *port = value;
        if (port->master == bridge && !port->plug)
            return false;
    }
    return true;
}

/* A lost message (ENOBUFS) is a change as well. */
static bool links_changed(int fd)
{
    bool changed = false;
    char byte;
    while (recv(fd, &byte, 1, MSG_DONTWAIT | MSG_TRUNC) >= 0 || errno == ENOBUFS)
        changed = true;
    return changed;
}

Admission *admission_new(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    const struct sockaddr_nl groups = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
    if (fd < 0 || bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) < 0) {
        log_warning("changes of links cannot be followed, containers are not served reason=%s",
                    strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    Admission *admission = g_new0(Admission, 1);
    admission->fd = fd;
    return admission;
}

void admission_free(Admission *admission)
{
    if (admission == NULL)
        return;
    close(admission->fd);
    g_clear_pointer(&admission->links, g_hash_table_unref);
    g_free(admission);
}

bool admission_allows(void *owner, int interface)
{
    Admission *admission = owner;
    if (interface == LOOPBACK_INDEX)
        return true;
    if (admission == NULL || interface <= 0)
        return false;
    if (links_changed(admission->fd))
        g_clear_pointer(&admission->links, g_hash_table_unref);
    if (admission->links == NULL)
        admission->links = links_list();
    const Link *link = g_hash_table_lookup(admission->links, GINT_TO_POINTER(interface));
    return link != NULL &&
           (link->ours || (link->bridge && bridge_is_inside(admission->links, interface)));
}
