/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"

#include <glib.h>
#include <stdbool.h>

/**
 * Appends the zones that hold the reverse names (RFC 1035 §3.5, RFC 3596 §2.5) of a subnet and of
 * nothing beside it: "10.16.172.in-addr.arpa" for 172.16.10.0/24. A prefix within a label gives
 * several; none for one that is shorter than 8 bits (IPv4) or 16 (IPv6), or would be more than 16.
 */
void reverse_zones_add(GPtrArray *zones, const Address *subnet, unsigned prefix);

/** Whether nobody on the internet has this address: RFC 1918, 6598, 3927, 4193 and link-local. */
bool reverse_is_private(const Address *address);
