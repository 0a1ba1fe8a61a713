/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "leak.h"
#include "network.h"

/**
 * Lookups of Sotto's own at the network's DNS, in clear and past every rule and cache: for what
 * only the network can tell, its sign-in page. What they send is remembered for a moment, so that
 * the leak counter knows it.
 */
typedef struct NetworkLookups NetworkLookups;
typedef struct NetworkLookup NetworkLookup;

/** All borrowed; they outlive it. */
NetworkLookups *network_lookups_new(Loop *loop, Engine *engine, const Network *network);
/** Cancels what is under way. */
void network_lookups_free(NetworkLookups *lookups);

/** Address*, IPv4 first, of port 0; none when nobody knew any. Borrowed. */
typedef void (*NetworkLookupDone)(void *owner, const GPtrArray *addresses);

/** Addresses of a name, or the address that `host` is. `done` once, later, within 4 s, unless
 * cancelled; the lookup is gone then. The network's IPv4 addresses are not kept waiting for IPv6
 * ones. */
NetworkLookup *network_lookup_begin(NetworkLookups *lookups, const char *host, ClearFlow flow,
                                    NetworkLookupDone done, void *owner);
/** NULL is allowed. */
void network_lookup_cancel(NetworkLookup *lookup);

/** The flow of a packet that such a lookup sent; CLEAR_LEAK for others. */
ClearFlow network_lookups_judge(const NetworkLookups *lookups, const LeakPacket *packet);
