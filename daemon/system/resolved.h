/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "bus.h"
#include "network.h"

/**
 * The machine's network where systemd-resolved knows its DNS and nobody like NetworkManager is
 * there to be asked: followed over resolved's restarts and the bus's. `own`: our addresses. The bus
 * is borrowed and outlives it. Freeing it leaves DNS as it is.
 */
Network *resolved_new(Bus *bus, const Address own[2]);
