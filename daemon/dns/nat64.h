/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* IPv4 addresses written as IPv6, for networks that translate between the two (NAT64). */

#define NAT64_IPV4_LENGTH  4
#define NAT64_IPV6_LENGTH  16
#define NAT64_PREFIXES_MAX 4 /* that one answer is searched for */

/** What a network's translator puts in front of IPv4 addresses (RFC 6052 §2.2): 32, 40, 48, 56, 64
 * or 96 bits; what follows them is zero. Zeroed: there is none. */
typedef struct Nat64Prefix {
    uint8_t bytes[NAT64_IPV6_LENGTH];
    uint8_t bits;
} Nat64Prefix;

/** 64:ff9b::/96, the well-known prefix (RFC 6052 §2.1). */
extern const Nat64Prefix nat64_well_known;

/**
 * The first `bits` of `address` as a prefix. STATUS_INVALID: another length than those six, bits 64
 * to 71 not zero, which RFC 6052 §2.2 reserves, or what no translator can be behind: multicast,
 * link-local and, but for the well-known prefix and 64:ff9b:1::/48, everything in ::/8, which holds
 * loopback and IPv4-mapped addresses.
 */
Status nat64_prefix_init(Nat64Prefix *prefix, const uint8_t address[NAT64_IPV6_LENGTH],
                         unsigned bits) must_check;
bool nat64_prefix_is_set(const Nat64Prefix *prefix);
bool nat64_prefix_equal(const Nat64Prefix *a, const Nat64Prefix *b);

/** Writes `v4` as the translator's network calls it. The prefix is set. */
void nat64_embed(const Nat64Prefix *prefix, const uint8_t v4[NAT64_IPV4_LENGTH],
                 uint8_t v6[NAT64_IPV6_LENGTH]);
/** The IPv4 address in `v6`; false when that does not begin with the prefix, or none is set. */
bool nat64_extract(const Nat64Prefix *prefix, const uint8_t v6[NAT64_IPV6_LENGTH],
                   uint8_t v4[NAT64_IPV4_LENGTH]);
/** Whether a translator can be asked to reach it: not this machine, many, or nowhere (0/8, 127/8,
 * 224/3), and behind the well-known prefix nothing private either (RFC 6052 §3.1). */
bool nat64_may_embed(const Nat64Prefix *prefix, const uint8_t v4[NAT64_IPV4_LENGTH]);

/** The addresses of ipv4only.arpa, 192.0.0.170 and 192.0.0.171 (RFC 7050 §2.2). */
extern const uint8_t nat64_known_addresses[2][NAT64_IPV4_LENGTH];
/** ipv4only.arpa, in wire form. */
extern const Name nat64_known_name;

/**
 * Finds the prefixes in an answer for the AAAA records of ipv4only.arpa (RFC 7050 §3): different
 * ones, in the order they came. `ttl_s` is how long they may be used. Returns how many there are; 0
 * where the answer has none, or shows a known address at two places so that either could be it.
 */
size_t nat64_find(const Message *reply, Nat64Prefix prefixes[NAT64_PREFIXES_MAX], uint32_t *ttl_s);

#define NAT64_PREFIX_MAX_TEXT 52
/** "64:ff9b::/96", "none". Returns text. */
const char *nat64_prefix_format(const Nat64Prefix *prefix, char text[NAT64_PREFIX_MAX_TEXT]);
