/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "barrier.h"
#include "bus.h"
#include "network.h"

typedef struct NetworkManagerOptions {
    Address address4, address6; /* ours, where the machine's lookups shall go */
    /* Our connection dies with this process: wanted where nobody keeps the TUN over a restart. */
    bool bound_to_process;
    Barrier *barrier; /* borrowed; may be NULL */
} NetworkManagerOptions;

/**
 * The machine's network by way of NetworkManager, followed over its restarts and the bus's. The bus
 * is borrowed and outlives it. Freeing it leaves DNS as it is.
 */
Network *networkmanager_new(Bus *bus, const NetworkManagerOptions *options);
