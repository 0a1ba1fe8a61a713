/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "channel.h"
#include "plan.h"

/** A Resolver and its live channels, one an endpoint, in the same order. Counted. */
typedef struct Upstream {
    unsigned references;
    Resolver *resolver;
    Channel **channels;
} Upstream;

Upstream *upstream_new(ChannelPool *pool, Resolver *resolver, const TransportSettings *settings);
Upstream *upstream_ref(Upstream *upstream);
/** NULL is allowed. */
void upstream_unref(Upstream *upstream);

/** The smoothed latency of the channel that would be asked first; 0 not measured. */
int64_t upstream_latency_us(const Upstream *upstream);
/** When that was measured last; 0 never. */
int64_t upstream_measured_us(const Upstream *upstream);
void upstream_health(const Upstream *upstream, ResolverHealth *health);
