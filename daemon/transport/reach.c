/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one place where an endpoint's address becomes the address that is dialled.
 *
 * They differ on IPv6-only links with a translator (NAT64, RFC 6146): an IPv4-only resolver is
 * called there by an IPv6 address that the network's prefix makes (RFC 6052). Everything else stays
 * as it is: endpoint, pins, certificate's name, log. Whoever answers at the translated address has
 * to prove itself all the same, so a prefix that lies leads to no answer, and not to a wrong one.
 *
 * The kernel is asked first whether it has a way to the IPv4 address: a VPN may have brought one,
 * or the machine translates by itself (464XLAT). Connecting a datagram socket looks the route up
 * and sends nothing.
 *
 * Not for what goes in clear (plain.c): its servers are the network's or a VPN's own, and what is
 * meant for those is not to be sent through anybody's translator when the VPN is just gone.
 */
#include "reach.h"

#include "udp.h"

#include <string.h>
#include <unistd.h>

static bool has_route(const Address *address)
{
    int fd;
    Status status = udp_connect(address, &fd);

    if (status == STATUS_OK)
        close(fd);
    return status != STATUS_UNREACHABLE;
}

Address reach_address(const Nat64Prefix *nat64, const Address *address)
{
    uint8_t v4[NAT64_IPV4_LENGTH];
    Address translated = {.socket.v6 = {.sin6_family = AF_INET6}};

    if (nat64 == NULL || address->socket.any.sa_family != AF_INET || address_is_private(address))
        return *address;
    memcpy(v4, &address->socket.v4.sin_addr, sizeof(v4));
    if (!nat64_may_embed(nat64, v4) || has_route(address))
        return *address;
    nat64_embed(nat64, v4, translated.socket.v6.sin6_addr.s6_addr);
    address_set_port(&translated, address_port(address));
    return translated;
}
