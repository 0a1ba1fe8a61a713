/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a sign-in page must not reach.
 *
 * The proxy connects on behalf of a page that a stranger's network wrote. From outside nobody gets
 * at the services of this computer that listen on loopback, or only trust what comes from it; a
 * page that could make the proxy connect there would be inside. A name is no protection (its
 * address is the network's to choose), so addresses are looked at, each just before it is used.
 *
 * Interfaces are read anew each time: a list from a minute ago is one from another network. It is
 * one answer of the kernel, and no look-up.
 */
#include "off_limits.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

static GInetAddress *without_mapping(GInetAddress *address)
{
    static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
    const guint8 *bytes = g_inet_address_to_bytes(address);

    if (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6 &&
        memcmp(bytes, mapped, sizeof mapped) == 0)
        return g_inet_address_new_from_bytes(bytes + sizeof mapped, G_SOCKET_FAMILY_IPV4);
    return g_object_ref(address);
}

/* 0.0.0.0/8 is "this computer" to the kernel (RFC 1122 §3.2.1.3), all of it; 255.255.255.255 is
 * everybody. Of IPv6, ::/96 holds "any", loopback, and addresses nobody uses any more. */
static gboolean is_special(GInetAddress *address)
{
    static const guint8 compatible[12] = {0}, everybody[4] = {0xff, 0xff, 0xff, 0xff};
    const guint8 *bytes = g_inet_address_to_bytes(address);

    if (g_inet_address_get_is_loopback(address) || g_inet_address_get_is_link_local(address) ||
        g_inet_address_get_is_multicast(address))
        return TRUE;
    if (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV4)
        return bytes[0] == 0 || memcmp(bytes, everybody, sizeof everybody) == 0;
    return memcmp(bytes, compatible, sizeof compatible) == 0;
}

static const void *bytes_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    return &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
}

/* When the kernel does not tell, every address might be one of ours. */
static gboolean is_of_an_interface(GInetAddress *address)
{
    GSocketFamily family = g_inet_address_get_family(address);
    gboolean found = FALSE;
    struct ifaddrs *interfaces;

    if (getifaddrs(&interfaces) != 0)
        return TRUE;
    for (struct ifaddrs *i = interfaces; i != NULL && !found; i = i->ifa_next)
        found = i->ifa_addr != NULL && i->ifa_addr->sa_family == (int)family &&
                memcmp(bytes_of(i->ifa_addr), g_inet_address_to_bytes(address),
                       g_inet_address_get_native_size(address)) == 0;
    freeifaddrs(interfaces);
    return found;
}

gboolean off_limits_include(GInetAddress *address)
{
    g_autoptr(GInetAddress) plain = without_mapping(address);

    return is_special(plain) || is_of_an_interface(plain);
}
