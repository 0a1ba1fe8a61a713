/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "channel.h"

/** Whether the address it leads to, its own or its relay's, must be looked up. */
bool named_is_wanted(const Endpoint *endpoint);

/** A transport for such an endpoint: it looks the address up when first asked, and passes exchanges
 * on to transports that lead to what was found. The pool is an engine's. STATUS_UNSUPPORTED. */
Status named_open(ChannelPool *pool, const TransportEnvironment *environment, Endpoint *endpoint,
                  Transport **transport) must_check;
