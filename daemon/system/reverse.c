/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Subnets as zones of reverse names.
 *
 * A label of in-addr.arpa stands for 8 bits, one of ip6.arpa for 4. Where a prefix ends within a
 * label, the subnet is several zones of the next longer one: rounding the other way would take
 * names that are somebody else's.
 */
#include "reverse.h"

#include <string.h>

#define ZONES_MAX 16

typedef struct Family {
    unsigned bits, label_bits, least;
    const char *suffix;
} Family;

static const Family family4 = {32, 8, 8, "in-addr.arpa"};
static const Family family6 = {128, 4, 16, "ip6.arpa"};

static const uint8_t *address_bytes(const Address *address)
{
    return address->socket.any.sa_family == AF_INET6
               ? address->socket.v6.sin6_addr.s6_addr
               : (const uint8_t *)&address->socket.v4.sin_addr;
}

static unsigned label_at(const Family *family, const uint8_t *bytes, unsigned index)
{
    if (family->label_bits == 8)
        return bytes[index];
    return index % 2 == 0 ? bytes[index / 2] >> 4 : bytes[index / 2] & 0xfu;
}

/* The first `count` labels, the last of them as given, in the order of a name. */
static char *zone_build(const Family *family, const uint8_t *bytes, unsigned count, unsigned last)
{
    GString *zone = g_string_new(NULL);

    for (unsigned i = count; i > 0; i--) {
        unsigned label = i == count ? last : label_at(family, bytes, i - 1);
        if (family->label_bits == 8)
            g_string_append_printf(zone, "%u.", label);
        else
            g_string_append_printf(zone, "%x.", label);
    }
    g_string_append(zone, family->suffix);
    return g_string_free(zone, FALSE);
}

void reverse_zones_add(GPtrArray *zones, const Address *subnet, unsigned prefix)
{
    const Family *family = subnet->socket.any.sa_family == AF_INET6 ? &family6 : &family4;
    const uint8_t *bytes = address_bytes(subnet);
    unsigned labels, first, count;

    if (!address_is_set(subnet) || prefix < family->least || prefix > family->bits)
        return;
    labels = (prefix + family->label_bits - 1) / family->label_bits;
    count = 1u << (labels * family->label_bits - prefix);
    first = label_at(family, bytes, labels - 1) & ~(count - 1);
    for (unsigned i = 0; count <= ZONES_MAX && i < count; i++)
        g_ptr_array_add(zones, zone_build(family, bytes, labels, first + i));
}

bool reverse_is_private(const Address *address)
{
    const uint8_t *bytes = address_bytes(address);

    if (address->socket.any.sa_family == AF_INET6)
        return (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
    return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) ||
           (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 100 && (bytes[1] & 0xc0) == 64) ||
           (bytes[0] == 169 && bytes[1] == 254);
}
