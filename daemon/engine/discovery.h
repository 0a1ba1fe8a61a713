/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

/* From a resolver's IP address to its encrypted endpoints (RFC 9462). */

typedef struct Discovery Discovery;

/** `resolver` with the endpoints that proved themselves, by id and name after the host (transfer
 * full); or NULL, and one sentence that says why not. The discovery is gone by then. */
typedef void (*DiscoveryDone)(void *owner, Resolver *resolver, const char *sentence);

/**
 * Asks the resolver, unencrypted, how it is reached encrypted, and connects to each such endpoint.
 * One that shows no valid certificate for its name and for this address as well is left out. The
 * address's own port is asked. `done` comes exactly once, later, unless cancelled; within seconds.
 * The engine lends its loop and trust store, and outlives it.
 */
Discovery *discovery_begin(Engine *engine, const Address *address, DiscoveryDone done, void *owner);
/** NULL is allowed; not after `done`. */
void discovery_cancel(Discovery *discovery);

/** What the configuration calls the resolver's endpoints, with ';' between. (transfer full) */
char *discovery_spec(const Resolver *resolver);
