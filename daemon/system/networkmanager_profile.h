/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"

#include <NetworkManager.h>
#include <stdbool.h>

/**
 * The volatile connection that NetworkManager keeps on our TUN, in memory only: our address, and
 * DNS at that address before everybody else's.
 */

/** `search`: the network's search domains, which ours would hide. (transfer full) */
NMConnection *nm_profile_new(const Address *address4, const Address *address6,
                             const char *const *search);

/** Gives the profile these search domains; false when it has just them already. */
bool nm_profile_set_search(NMConnection *connection, const char *const *search);

/** Whether a connection already on the device says the same, search domains aside. */
bool nm_profile_fits(NMConnection *connection, const Address *address4);
