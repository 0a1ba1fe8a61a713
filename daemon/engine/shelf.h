/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"
#include "plan.h"

#define SHELF_TTLS_MAX 1024 /* records of a message worth keeping */

/** How long a reply may be used, and what its clients are told of that. */
typedef struct Shelf {
    uint32_t life_s;          /* never 0 */
    uint32_t least_s, most_s; /* what TTLs are raised and lowered to */
    uint16_t ttl_count;
    uint16_t ttls[SHELF_TTLS_MAX]; /* their offsets */
} Shelf;

/**
 * Reads `reply` (without OPT) under the plan's limits. False when it may not be kept: only NOERROR
 * and NXDOMAIN may, not truncated, for the least of their TTLs; without data, only with a SOA, for
 * the lesser of its TTL and MINIMUM (RFC 2308 §5), three hours at most. The plan's minimum raises
 * and its maximum lowers that life.
 */
bool shelf_read(Shelf *shelf, const Message *reply, const Plan *plan);
/** Writes the TTLs that clients shall see into the bytes of the same reply. */
void shelf_apply(const Shelf *shelf, uint8_t *wire);
