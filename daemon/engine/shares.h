/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "listener.h"

#include <stdbool.h>
#include <stdint.h>

#define SHARES_SLOTS 256

/**
 * Who holds how many of the places for queries in flight, so that one client (a UDP socket, a TCP
 * connection) cannot take them all. Embedded; zeroed when new.
 */
typedef struct Shares {
    uint32_t held[SHARES_SLOTS];
} Shares;

/** The slot of a client. Two may share one: then they share what they may hold. `secret` (16 bytes)
 * keeps others from choosing whom to share with. */
uint8_t shares_slot(const Client *client, const uint8_t *secret);
/** Whether a client of this slot may take one more place when `free` places are left. */
bool shares_allow(const Shares *shares, uint8_t slot, unsigned free);
