/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Anonymized DNSCrypt: what stands before each packet that a relay shall pass on. */

#define RELAY_HEADER_LENGTH 28

/** Where packets to the endpoint are sent: its relay's address, else its own. */
const Address *relay_first_hop(const Endpoint *endpoint);

/** Writes the header for the endpoint's relay. Returns its length: 0, nothing written, without a
 * relay. */
size_t relay_header_write(const Endpoint *endpoint, uint8_t out[RELAY_HEADER_LENGTH]);

/** Whether a relay would pass on what is sent to this DNSCrypt endpoint, as far as the endpoint
 * shows: relays let certificate requests through by the beginning of the provider's name. */
bool relay_may_carry(const Endpoint *endpoint);
