/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"
#include "uplink.h"

#include <stdbool.h>

/**
 * What systemd-resolved says, read from the properties of its manager object (a{sv}, by GetAll;
 * org.freedesktop.resolve1(5)). Nothing here asks the bus.
 */

/** Whether it asks `own` (4 or 6) on the link `interface`, about every name. */
bool resolved_asks(GVariant *properties, const Address own[2], int interface);

/** Whether somebody set servers for this link. */
bool resolved_has_servers(GVariant *properties, int interface);

/** The name of a link, or "DNS=", that claims every name besides `interface`, so that it is asked
 * too; VPNs aside, which may. NULL none. (transfer full) */
char *resolved_find_rival(GVariant *properties, int interface);

/** Appends NetworkLink* for each link with servers but `interface`: the uplink's first. */
void resolved_read_links(GVariant *properties, int interface, const Uplink *uplink,
                         GPtrArray *links);
