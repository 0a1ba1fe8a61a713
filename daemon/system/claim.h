/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "status.h"

/**
 * Makes the host of `address` this machine's own until the link `interface` goes down or away,
 * whether or not the link carries the address. Claiming it again is no error. Needs CAP_NET_ADMIN.
 * STATUS_PERMISSION, STATUS_UNREACHABLE (no such link), STATUS_IO (the kernel lacks the address
 * family).
 */
Status claim_address(const Address *address, int interface) must_check;
