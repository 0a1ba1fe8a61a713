/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gateway.h"
#include "network.h"

#include <NetworkManager.h>

/** Reads the facts out of libnm's cache. `gateway` follows the network's. `facts` must be fresh
 * ones. `client` NULL: no bus. */
void nm_facts_read(NMClient *client, const Address *own_address, Gateway *gateway,
                   NetworkFacts *facts);

/** Search domains of the network and of VPNs, which our connection would hide. (transfer full) */
char **nm_facts_search(NMClient *client);

/** A profile for our TUN that NetworkManager holds in memory, or NULL. (transfer none) */
NMRemoteConnection *nm_facts_own_profile(NMClient *client, const Address *own_address);

/** The active connection on our TUN, or NULL. (transfer none) */
NMActiveConnection *nm_facts_own_connection(NMClient *client);
