/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gateway.h"
#include "network.h"

#include <net/if.h>
#include <stdbool.h>

/** How this machine reaches the world, by the kernel's tables alone. */
typedef struct Uplink {
    int interface; /* 0: no way leads out */
    char name[IF_NAMESIZE];
    bool ipv4, ipv6;
    Address gateway; /* IPv4's before IPv6's; not set where the link has two ends only */
} Uplink;

/** The best default route, and what else leads out by the same link; "" by the texts of
 * /proc/net/route and /proc/net/ipv6_route. Our own device and tunnels that carry a VPN count only
 * when there is nothing else. */
void uplink_parse(const char *routes4, const char *routes6, Uplink *uplink);
void uplink_read(Uplink *uplink);

/** Whether the link is a tunnel: TUN, TAP or WireGuard. */
bool link_is_tunnel(const char *name);

/** Fills online, ipv4, ipv6, identity, name and, when the gateway's hardware is known, key. */
void uplink_fill(const Uplink *uplink, Gateway *gateway, NetworkFacts *facts);

/** Adds the zones of the link's private addresses to `zones` (char *). */
void link_add_reverse(const char *name, GPtrArray *zones);
