/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "channel.h"

/** Finds addresses for the transports of an engine's pool, through its resolvers (bootstrap.h). */
AddressFinder address_search_finder(ChannelPool *pool);
