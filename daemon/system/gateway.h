/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"

/**
 * The hardware address of the gateway, which tells a network from another of the same name: read
 * from the kernel's neighbour table, and followed there. Everything happens in the default main
 * context.
 */
typedef struct Gateway Gateway;

#define GATEWAY_WAIT_MS 1000 /* for a gateway to show itself; then it counts as one without */

/** `changed` when gateway_hardware would say something else, never from inside gateway_follow. */
Gateway *gateway_new(void (*changed)(void *owner), void *owner);
void gateway_free(Gateway *gateway);

/**
 * This one from now on. `address` NULL, or `interface` 0: the network has none, or none yet.
 * `occasion`: another text whenever the network was joined; what was known before is then not
 * trusted any more. With the same arguments again nothing happens.
 */
void gateway_follow(Gateway *gateway, const Address *address, int interface, const char *occasion);

/** There is no network. */
void gateway_forget(Gateway *gateway);

/** "16:15:f1:e4:8a:d7"; "" when there is none, or it did not show itself in time; NULL: not known
 * yet. (transfer none) */
const char *gateway_hardware(const Gateway *gateway);
