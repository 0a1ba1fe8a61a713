/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "network.h"

/**
 * Finds out whether a network without IPv4 translates, and by which prefix (RFC 7050), and tells
 * the engine.
 */
typedef struct Nat64Discovery Nat64Discovery;

/** All are borrowed and outlive it. To be made before whoever tells the engine that the network
 * changed: the question is then withdrawn from the old network's servers before it could be asked
 * of them again. */
Nat64Discovery *nat64_discovery_new(Loop *loop, Engine *engine, Network *network);
/** NULL is allowed. */
void nat64_discovery_free(Nat64Discovery *discovery);
