/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network, where nobody but the kernel can be asked: the default route with the least metric
 * says by which link the machine is online, and the gateway on it tells this network from others.
 *
 * /proc/net/route: a line a route, after one of headings, by tabs: link, destination, gateway (both
 * the address as it is in memory, as a number in hexadecimal), flags, …, metric (7th), mask.
 * /proc/net/ipv6_route: destination, its length, source, its length, next hop, metric, use counts,
 * flags, link; addresses as 32 hexadecimal digits.
 */
#include "uplink.h"

#include "reverse.h"
#include "tun.h"

#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>

#define KEY_LENGTH    16
#define ANYWHERE4     "00000000"
#define ANYWHERE6     "00000000000000000000000000000000"
#define ROUTE_UP      0x1
#define ROUTE_REJECT  0x200
#define TUNNEL_METRIC (UINT64_C(1) << 32) /* after every other */

typedef struct Route4 {
    const char *name;
    guint64 destination, gateway, flags, metric, mask;
} Route4;

static bool route4_parse(char **fields, Route4 *route)
{
    if (g_strv_length(fields) < 8)
        return false;
    *route = (Route4){
        .name = fields[0],
        .destination = g_ascii_strtoull(fields[1], NULL, 16),
        .gateway = g_ascii_strtoull(fields[2], NULL, 16),
        .flags = g_ascii_strtoull(fields[3], NULL, 16),
        .metric = g_ascii_strtoull(fields[6], NULL, 10),
        .mask = g_ascii_strtoull(fields[7], NULL, 16),
    };
    if (link_is_tunnel(route->name))
        route->metric += TUNNEL_METRIC;
    return route->destination == 0 && route->mask == 0 && (route->flags & ROUTE_UP) != 0 &&
           (route->flags & ROUTE_REJECT) == 0;
}

static void take_routes4(const char *text, Uplink *uplink)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint64 best = UINT64_MAX;
    for (gsize i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
        g_auto(GStrv) fields = g_strsplit_set(lines[i], "\t ", -1);
        Route4 route;
        if (!route4_parse(fields, &route) || route.metric >= best)
            continue;
        best = route.metric;
        uplink->ipv4 = true;
        g_strlcpy(uplink->name, route.name, sizeof(uplink->name));
        uplink->gateway = (Address){0};
        if (route.gateway != 0)
            uplink->gateway.socket.v4 = (struct sockaddr_in){
                .sin_family = AF_INET, .sin_addr.s_addr = (in_addr_t)route.gateway};
    }
}

static Address address_of_digits(const char *digits)
{
    Address address = {.socket.v6.sin6_family = AF_INET6};
    for (gsize i = 0; i < sizeof(address.socket.v6.sin6_addr); i++)
        address.socket.v6.sin6_addr.s6_addr[i] =
            (uint8_t)(g_ascii_xdigit_value(digits[2 * i]) << 4 |
                      g_ascii_xdigit_value(digits[2 * i + 1]));
    return address;
}

static void take_routes6(const char *text, Uplink *uplink)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        char next_hop[33], flags[9], name[IF_NAMESIZE];
        guint64 number;
        if (sscanf(lines[i], ANYWHERE6 " 00 %*32s %*2s %32s %*8s %*8s %*8s %8s %15s", next_hop,
                   flags, name) != 3 ||
            !g_ascii_string_to_unsigned(flags, 16, 0, G_MAXUINT32, &number, NULL) ||
            (number & ROUTE_REJECT) != 0 || strcmp(name, "lo") == 0)
            continue;
        if (uplink->ipv4 && strcmp(name, uplink->name) != 0)
            continue;
        uplink->ipv6 = true;
        if (*uplink->name == '\0')
            g_strlcpy(uplink->name, name, sizeof(uplink->name));
        if (!address_is_set(&uplink->gateway) && strcmp(next_hop, ANYWHERE6) != 0 &&
            strlen(next_hop) == sizeof(next_hop) - 1)
            uplink->gateway = address_of_digits(next_hop);
    }
}

void uplink_parse(const char *routes4, const char *routes6, Uplink *uplink)
{
    *uplink = (Uplink){0};
    take_routes4(routes4, uplink);
    take_routes6(routes6, uplink);
    uplink->interface = *uplink->name != '\0' ? (int)if_nametoindex(uplink->name) : 0;
}

void uplink_read(Uplink *uplink)
{
    g_autofree char *routes4 = NULL, *routes6 = NULL;
    (void)g_file_get_contents("/proc/self/net/route", &routes4, NULL, NULL);
    (void)g_file_get_contents("/proc/self/net/ipv6_route", &routes6, NULL, NULL);
    uplink_parse(routes4 != NULL ? routes4 : "", routes6 != NULL ? routes6 : "", uplink);
}

bool link_is_tunnel(const char *name)
{
    g_autofree char *flags = g_strdup_printf("/sys/class/net/%s/tun_flags", name);
    g_autofree char *event = g_strdup_printf("/sys/class/net/%s/uevent", name);
    g_autofree char *text = NULL;
    return g_file_test(flags, G_FILE_TEST_EXISTS) ||
           (g_file_get_contents(event, &text, NULL, NULL) &&
            strstr(text, "DEVTYPE=wireguard\n") != NULL);
}

/* --- facts --- */

/* The first address of the link, IPv4 before IPv6; "" none. A network that is joined anew mostly
 * gives another one. */
static char *first_address(const char *name)
{
    struct ifaddrs *all = NULL;
    char text[ADDRESS_MAX_TEXT] = "";
    int family = 0;
    if (getifaddrs(&all) < 0)
        return g_strdup("");
    for (const struct ifaddrs *one = all; one != NULL && family != AF_INET; one = one->ifa_next) {
        Address address = {0};
        if (one->ifa_addr == NULL || strcmp(one->ifa_name, name) != 0 ||
            (one->ifa_addr->sa_family != AF_INET &&
             (one->ifa_addr->sa_family != AF_INET6 || family)))
            continue;
        family = one->ifa_addr->sa_family;
        memcpy(&address.socket, one->ifa_addr,
               family == AF_INET ? sizeof(address.socket.v4) : sizeof(address.socket.v6));
        address_format_host(&address, text);
    }
    freeifaddrs(all);
    return g_strdup(text);
}

/* Each part is followed by a 0, so that none can pass for the end of another. */
static char *make_key(const char *name, const char *hardware)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)name, (gssize)strlen(name) + 1);
    g_checksum_update(checksum, (const guchar *)hardware, (gssize)strlen(hardware) + 1);
    return g_strndup(g_checksum_get_string(checksum), KEY_LENGTH);
}

static void set_text(char **field, char *text)
{
    g_free(*field);
    *field = text;
}

void uplink_fill(const Uplink *uplink, Gateway *gateway, NetworkFacts *facts)
{
    facts->online = uplink->interface > 0;
    if (!facts->online) {
        gateway_forget(gateway);
        return;
    }
    g_autofree char *address = first_address(uplink->name);
    facts->ipv4 = uplink->ipv4;
    facts->ipv6 = uplink->ipv6;
    set_text(&facts->name, g_strdup(uplink->name));
    set_text(&facts->identity, g_strdup_printf("%d %s", uplink->interface, address));
    gateway_follow(gateway, address_is_set(&uplink->gateway) ? &uplink->gateway : NULL,
                   uplink->interface, facts->identity);
    const char *hardware = gateway_hardware(gateway);
    if (hardware != NULL)
        set_text(&facts->key, make_key(uplink->name, hardware));
}

static unsigned count_bits(const struct sockaddr *mask)
{
    bool v4 = mask->sa_family == AF_INET;
    const uint8_t *bytes =
        v4 ? (const uint8_t *)&((const struct sockaddr_in *)(const void *)mask)->sin_addr
           : (const uint8_t *)&((const struct sockaddr_in6 *)(const void *)mask)->sin6_addr;
    unsigned bits = 0;
    for (gsize i = 0; i < (v4 ? 4 : 16); i++)
        bits += (unsigned)__builtin_popcount(bytes[i]);
    return bits;
}

void link_add_reverse(const char *name, GPtrArray *zones)
{
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) < 0)
        return;
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        Address address = {0};
        if (one->ifa_addr == NULL || one->ifa_netmask == NULL || strcmp(one->ifa_name, name) != 0 ||
            (one->ifa_addr->sa_family != AF_INET && one->ifa_addr->sa_family != AF_INET6))
            continue;
        memcpy(&address.socket, one->ifa_addr,
               one->ifa_addr->sa_family == AF_INET ? sizeof(address.socket.v4)
                                                   : sizeof(address.socket.v6));
        if (reverse_is_private(&address))
            reverse_zones_add(zones, &address, count_bits(one->ifa_netmask));
    }
    freeifaddrs(all);
}
