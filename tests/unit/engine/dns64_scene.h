/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "harness.h"

/** An engine on a network that translates IPv4 by the well-known prefix, and whose server 1 has
 * IPv4 addresses only. */
void dns64_set_up(Harness *harness, gconstpointer resolver_count);

extern const Ask dns64_www6;

/** The addresses and aliases of the answer section, in words (static). */
const char *dns64_contents(const Message *answer);

/** Where the prefix is in the reverse tree, below the four bytes of an IPv4 address. */
#define DNS64_REVERSE_PREFIX "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa"
