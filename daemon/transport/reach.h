/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "nat64.h"

/**
 * Where to connect to in order to reach a resolver, relay or web server at `address`: there, or, on
 * a link without IPv4 whose translator has this prefix (NULL or not set: there is none), to the
 * translator's address for it. What is private, or has a route of its own, is never translated.
 */
Address reach_address(const Nat64Prefix *nat64, const Address *address);
