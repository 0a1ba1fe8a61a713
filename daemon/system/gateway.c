/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gateway's hardware address, from the kernel's neighbour table (rtnetlink(7)).
 *
 * On a network just joined the kernel mostly does not know it yet. An empty datagram to the
 * gateway's discard port makes it find out, by ARP or neighbour discovery: nothing of it is DNS,
 * and no answer is wanted. The kernel tells of what it learns by the multicast group of neighbours,
 * to which one socket is subscribed for as long as the gateway is followed: a gateway that is
 * replaced later, by another access point of the same name or by somebody else's ARP, is seen as
 * well.
 *
 * A network that has no gateway counts as such only after the same wait, since its addresses may
 * come one by one. An entry that was not confirmed lately (NUD_STALE and after) may be of the
 * network before this one. It counts only when nothing better came in time.
 *
 *     RTM_GETNEIGH, RTM_NEWNEIGH:  struct ndmsg, then attributes: NDA_DST, the protocol's address
 *     (4 or 16 bytes); NDA_LLADDR, the hardware's (6 of Ethernet), where one is known
 */
#include "gateway.h"

#include "log.h"
#include "netlink.h"

#include <glib-unix.h>
#include <glib.h>

#include <errno.h>
#include <linux/neighbour.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DISCARD_PORT 9
#define HARDWARE_MAX 32 /* MAX_ADDR_LEN of the kernel */

struct Gateway {
    void (*changed)(void *owner);
    void *owner;
    int fd;       /* netlink; -1 none */
    guint source; /* of fd */
    guint wait_source;

    Address address; /* not set: none is followed */
    int interface;
    char *occasion;
    char *hardware;  /* NULL not known yet */
    char *candidate; /* was known before this occasion; NULL none */
};

typedef struct Request {
    struct nlmsghdr header;
    struct ndmsg neighbour;
    struct rtattr host_header;
    uint8_t host[16]; /* the first 4 for IPv4 */
} Request;

/* The bytes of the address without its port. */
static const uint8_t *host_of(const Address *address, size_t *length)
{
    bool v4 = address->socket.any.sa_family == AF_INET;

    *length = v4 ? 4 : 16;
    return v4 ? (const uint8_t *)&address->socket.v4.sin_addr
              : (const uint8_t *)&address->socket.v6.sin6_addr;
}

/* --- what the kernel says --- */

/* Whether hardware differs now. */
static bool settle(Gateway *gateway, const char *hardware)
{
    g_clear_handle_id(&gateway->wait_source, g_source_remove);
    g_clear_pointer(&gateway->candidate, g_free);
    if (g_strcmp0(gateway->hardware, hardware) == 0)
        return false;
    g_free(gateway->hardware);
    gateway->hardware = g_strdup(hardware);
    return true;
}

/* (transfer full) */
static char *hardware_format(const struct rtattr *attribute)
{
    const uint8_t *bytes = RTA_DATA(attribute);
    size_t length = MIN(RTA_PAYLOAD(attribute), HARDWARE_MAX);
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < length; i++)
        g_string_append_printf(text, "%s%02x", i > 0 ? ":" : "", bytes[i]);
    return g_string_free(text, FALSE);
}

/* One entry of the table. `asked`: we did, so that it may be an old one. */
static bool take_neighbour(Gateway *gateway, struct nlmsghdr *header, bool asked)
{
    struct ndmsg *neighbour = NLMSG_DATA(header);
    int left = (int)NLMSG_PAYLOAD(header, sizeof *neighbour);
    g_autofree char *hardware = NULL;
    bool same = false;
    size_t length;
    const uint8_t *host = host_of(&gateway->address, &length);

    if (neighbour->ndm_ifindex != gateway->interface ||
        neighbour->ndm_family != gateway->address.socket.any.sa_family)
        return false;
    for (struct rtattr *a = (void *)((uintptr_t)neighbour + NLMSG_ALIGN(sizeof *neighbour));
         RTA_OK(a, left); a = attribute_after(a, &left)) {
        if (a->rta_type == NDA_DST && RTA_PAYLOAD(a) == length)
            same = memcmp(RTA_DATA(a), host, length) == 0;
        else if (a->rta_type == NDA_LLADDR && hardware == NULL)
            hardware = hardware_format(a);
    }
    if (!same)
        return false;
    if ((neighbour->ndm_state & NUD_NOARP) != 0)
        return settle(gateway, "");
    if (hardware == NULL)
        return false; /* being asked for, or in vain */
    if (!asked || (neighbour->ndm_state & (NUD_REACHABLE | NUD_PERMANENT)) != 0)
        return settle(gateway, hardware);
    g_free(gateway->candidate);
    gateway->candidate = g_steal_pointer(&hardware);
    return false;
}

static void ask_kernel(Gateway *gateway)
{
    Request request = {
        .header = {.nlmsg_type = RTM_GETNEIGH, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = 1},
        .neighbour = {.ndm_family = (uint8_t)gateway->address.socket.any.sa_family,
                      .ndm_ifindex = gateway->interface},
        .host_header = {.rta_type = NDA_DST},
    };
    size_t length;
    const uint8_t *host = host_of(&gateway->address, &length);

    memcpy(request.host, host, length);
    request.host_header.rta_len = (unsigned short)RTA_LENGTH(length);
    request.header.nlmsg_len = (uint32_t)(offsetof(Request, host) + length);
    if (send(gateway->fd, &request, request.header.nlmsg_len, 0) < 0)
        log_warning("the gateway's hardware address cannot be asked for reason=%s",
                    strerror(errno));
}

/* Reads what there is. Whether hardware differs now. */
static bool receive(Gateway *gateway)
{
    _Alignas(struct nlmsghdr) char buffer[8192];
    bool differs = false;

    for (;;) {
        ssize_t received = recv(gateway->fd, buffer, sizeof buffer, 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received < 0 && errno == ENOBUFS) { /* something was lost; it may have been ours */
            ask_kernel(gateway);
            continue;
        }
        if (received < 0)
            return differs;
        unsigned left = (unsigned)received;
        for (struct nlmsghdr *header = (void *)buffer; NLMSG_OK(header, left);
             header = message_after(header, &left)) {
            if (header->nlmsg_type == RTM_NEWNEIGH &&
                header->nlmsg_len >= NLMSG_LENGTH(sizeof(struct ndmsg)))
                differs |= take_neighbour(gateway, header, header->nlmsg_seq != 0);
        }
    }
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer data)
{
    Gateway *gateway = data;

    if (receive(gateway))
        gateway->changed(gateway->owner);
    return G_SOURCE_CONTINUE;
}

static gboolean on_waited(gpointer data)
{
    Gateway *gateway = data;
    g_autofree char *candidate = g_steal_pointer(&gateway->candidate);

    gateway->wait_source = 0;
    if (candidate == NULL)
        log_debug("the gateway does not show its hardware address");
    if (settle(gateway, candidate != NULL ? candidate : ""))
        gateway->changed(gateway->owner);
    return G_SOURCE_REMOVE;
}

/* --- whom to follow --- */

/* Makes the kernel ask for it. A failure is that of a gateway that does not answer. */
static void provoke(const Gateway *gateway)
{
    Address discard = gateway->address;
    char name[IF_NAMESIZE];
    int fd = socket(discard.socket.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    address_set_port(&discard, DISCARD_PORT);
    if (discard.socket.any.sa_family == AF_INET6)
        discard.socket.v6.sin6_scope_id = (uint32_t)gateway->interface;
    /* Of two networks that call their gateway the same; older kernels refuse, and go by the route.
     */
    if (fd >= 0 && if_indextoname((unsigned)gateway->interface, name) != NULL)
        (void)setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name));
    if (fd < 0 || sendto(fd, "", 0, 0, &discard.socket.any, address_length(&discard)) < 0)
        log_debug("the gateway cannot be reached reason=%s", strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void unsubscribe(Gateway *gateway)
{
    g_clear_handle_id(&gateway->source, g_source_remove);
    if (gateway->fd >= 0)
        close(gateway->fd);
    gateway->fd = -1;
}

/* A new socket each time: what another gateway's neighbours did before now is not of interest. */
static bool subscribe(Gateway *gateway)
{
    const struct sockaddr_nl groups = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_NEIGH};

    gateway->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (gateway->fd < 0 || bind(gateway->fd, (const struct sockaddr *)&groups, sizeof groups) < 0) {
        log_warning("gateways are not told apart reason=%s", strerror(errno));
        unsubscribe(gateway);
        return false;
    }
    gateway->source = g_unix_fd_add(gateway->fd, G_IO_IN, on_readable, gateway);
    return true;
}

void gateway_forget(Gateway *gateway)
{
    unsubscribe(gateway);
    settle(gateway, NULL);
    g_clear_pointer(&gateway->occasion, g_free);
}

void gateway_follow(Gateway *gateway, const Address *address, int interface, const char *occasion)
{
    const Address wanted = address != NULL && interface > 0 ? *address : (Address){0};

    if (gateway->occasion != NULL && address_equal(&wanted, &gateway->address) &&
        interface == gateway->interface && strcmp(occasion, gateway->occasion) == 0)
        return;
    gateway_forget(gateway);
    gateway->address = wanted;
    gateway->interface = interface;
    gateway->occasion = g_strdup(occasion);
    if (address_is_set(&wanted) && subscribe(gateway)) {
        ask_kernel(gateway);
        receive(gateway); /* the kernel answers before send(2) returns */
        if (gateway->hardware != NULL)
            return;
        provoke(gateway);
    }
    gateway->wait_source = g_timeout_add(GATEWAY_WAIT_MS, on_waited, gateway);
}

const char *gateway_hardware(const Gateway *gateway)
{
    return gateway->hardware;
}

Gateway *gateway_new(void (*changed)(void *owner), void *owner)
{
    Gateway *gateway = g_new0(Gateway, 1);

    gateway->changed = changed;
    gateway->owner = owner;
    gateway->fd = -1;
    return gateway;
}

void gateway_free(Gateway *gateway)
{
    if (gateway == NULL)
        return;
    gateway_forget(gateway);
    g_free(gateway);
}
