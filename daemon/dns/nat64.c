/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The address format of IPv4/IPv6 translators (RFC 6052 §2.2). The IPv4 address follows the prefix,
 * but octet 8 (bits 64 to 71, "u") stays zero and is skipped:
 *
 *     bits  0       4   5   6   7   8   9  10  11  12      16
 *      32   prefix  v4  v4  v4  v4  u   suffix, zero
 *      40   prefix      v4  v4  v4  u   v4  suffix
 *      48   prefix          v4  v4  u   v4  v4  suffix
 *      56   prefix              v4  u   v4  v4  v4  suffix
 *      64   prefix                  u   v4  v4  v4  v4  suffix
 *      96   prefix                                      v4 ...
 *
 * A network tells of its prefix by what its DNS answers for a name that has IPv4 addresses alone,
 * and known ones (RFC 7050): they are looked for at each of the six places. The same address at two
 * places of one record says nothing; then the other known address is looked for instead, since
 * only one of the two can be part of a prefix.
 */
#include "nat64.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define RESERVED_OCTET 8

static const uint8_t lengths[] = {32, 40, 48, 56, 64, 96};

#define LENGTHS (sizeof lengths / sizeof *lengths)

const Nat64Prefix nat64_well_known = {.bytes = {0x00, 0x64, 0xff, 0x9b}, .bits = 96};
const uint8_t nat64_known_addresses[2][NAT64_IPV4_LENGTH] = {{192, 0, 0, 170}, {192, 0, 0, 171}};
const Name nat64_known_name = {.length = 15, .wire = "\010ipv4only\004arpa"};

static bool is_length(unsigned bits)
{
    for (size_t i = 0; i < LENGTHS; i++) {
        if (lengths[i] == bits)
            return true;
    }
    return false;
}

/* 64:ff9b::/32 holds the well-known prefix and the one for use within a site (RFC 8215). */
static bool may_lead_anywhere(const uint8_t *address)
{
    if (address[0] == 0)
        return memcmp(address, nat64_well_known.bytes, 4) == 0;
    return address[0] != 0xff && !(address[0] == 0xfe && (address[1] & 0xc0) == 0x80);
}

Status nat64_prefix_init(Nat64Prefix *prefix, const uint8_t address[NAT64_IPV6_LENGTH],
                         unsigned bits)
{
    if (!is_length(bits) || address[RESERVED_OCTET] != 0 || !may_lead_anywhere(address))
        return STATUS_INVALID;
    *prefix = (Nat64Prefix){.bits = (uint8_t)bits};
    memcpy(prefix->bytes, address, bits / 8);
    return STATUS_OK;
}

bool nat64_prefix_is_set(const Nat64Prefix *prefix)
{
    return prefix->bits > 0;
}

bool nat64_prefix_equal(const Nat64Prefix *a, const Nat64Prefix *b)
{
    return a->bits == b->bits && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Where octet number `i` of the IPv4 address is. */
static size_t place_of(unsigned bits, size_t i)
{
    size_t at = bits / 8 + i;

    return bits < 96 && at >= RESERVED_OCTET ? at + 1 : at;
}

void nat64_embed(const Nat64Prefix *prefix, const uint8_t v4[NAT64_IPV4_LENGTH],
                 uint8_t v6[NAT64_IPV6_LENGTH])
{
    memcpy(v6, prefix->bytes, NAT64_IPV6_LENGTH);
    for (size_t i = 0; i < NAT64_IPV4_LENGTH; i++)
        v6[place_of(prefix->bits, i)] = v4[i];
}

bool nat64_extract(const Nat64Prefix *prefix, const uint8_t v6[NAT64_IPV6_LENGTH],
                   uint8_t v4[NAT64_IPV4_LENGTH])
{
    if (!nat64_prefix_is_set(prefix) || memcmp(v6, prefix->bytes, prefix->bits / 8) != 0 ||
        v6[RESERVED_OCTET] != 0)
        return false;
    for (size_t i = 0; i < NAT64_IPV4_LENGTH; i++)
        v4[i] = v6[place_of(prefix->bits, i)];
    return true;
}

static bool is_private(const uint8_t *v4)
{
    return v4[0] == 10 || (v4[0] == 100 && (v4[1] & 0xc0) == 64) ||
           (v4[0] == 169 && v4[1] == 254) || (v4[0] == 172 && (v4[1] & 0xf0) == 16) ||
           (v4[0] == 192 && v4[1] == 168);
}

bool nat64_may_embed(const Nat64Prefix *prefix, const uint8_t v4[NAT64_IPV4_LENGTH])
{
    if (!nat64_prefix_is_set(prefix) || v4[0] == 0 || v4[0] == 127 || v4[0] >= 224)
        return false;
    return !nat64_prefix_equal(prefix, &nat64_well_known) || !is_private(v4);
}

/* ---- finding ---- */

/* Whether `known` stands in `address` behind a prefix of this length. */
static bool stands_behind(const uint8_t *address, unsigned bits, const uint8_t *known)
{
    for (size_t i = 0; i < NAT64_IPV4_LENGTH; i++) {
        if (address[place_of(bits, i)] != known[i])
            return false;
    }
    return address[RESERVED_OCTET] == 0;
}

/* How often `known` stands in `address`; `bits` says behind a prefix of which length. */
static unsigned count_places(const uint8_t *address, const uint8_t *known, unsigned *bits)
{
    unsigned count = 0;

    for (size_t i = 0; i < LENGTHS; i++) {
        if (stands_behind(address, lengths[i], known)) {
            *bits = lengths[i];
            count++;
        }
    }
    return count;
}

static size_t add(Nat64Prefix *prefixes, size_t count, const Nat64Prefix *prefix)
{
    for (size_t i = 0; i < count; i++) {
        if (nat64_prefix_equal(&prefixes[i], prefix))
            return count;
    }
    if (count < NAT64_PREFIXES_MAX)
        prefixes[count++] = *prefix;
    return count;
}

/* Those that one of the known addresses shows. */
static size_t find_by(const Message *reply, const uint8_t *known, Nat64Prefix *prefixes,
                      uint32_t *ttl_s)
{
    RecordIterator iterator = record_iterator(reply);
    uint32_t least_s = UINT32_MAX;
    size_t count = 0;
    Record record;

    while (record_next(&iterator, &record)) {
        const uint8_t *address = reply->wire + record.rdata;
        Nat64Prefix prefix;
        unsigned bits = 0, places;

        if (record.section != 1 || record.type != RRTYPE_AAAA || record.rrclass != CLASS_IN ||
            record.rdata_length != NAT64_IPV6_LENGTH)
            continue;
        places = count_places(address, known, &bits);
        if (places > 1)
            return 0;
        if (places == 0 || nat64_prefix_init(&prefix, address, bits) != STATUS_OK)
            continue;
        count = add(prefixes, count, &prefix);
        least_s = record.ttl < least_s ? record.ttl : least_s;
    }
    if (count > 0)
        *ttl_s = least_s;
    return count;
}

size_t nat64_find(const Message *reply, Nat64Prefix prefixes[NAT64_PREFIXES_MAX], uint32_t *ttl_s)
{
    size_t count = find_by(reply, nat64_known_addresses[0], prefixes, ttl_s);

    return count > 0 ? count : find_by(reply, nat64_known_addresses[1], prefixes, ttl_s);
}

const char *nat64_prefix_format(const Nat64Prefix *prefix, char text[NAT64_PREFIX_MAX_TEXT])
{
    char address[INET6_ADDRSTRLEN];

    if (!nat64_prefix_is_set(prefix))
        snprintf(text, NAT64_PREFIX_MAX_TEXT, "none");
    else if (inet_ntop(AF_INET6, prefix->bytes, address, sizeof address))
        snprintf(text, NAT64_PREFIX_MAX_TEXT, "%s/%u", address, prefix->bits);
    return text;
}
