/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "channel.h"
#include "plan.h"

/** A Resolver and its live channels: one an endpoint, in the ladder's order (EndpointKind), those
 * of one kind as the resolver lists them. Counted. */
typedef struct Upstream {
    unsigned references;
    Resolver *resolver;
    Channel **channels;
    size_t channel_count;
    int won; /* the EndpointKind that answered last on this network; -1 none */
} Upstream;

Upstream *upstream_new(ChannelPool *pool, Resolver *resolver, const TransportSettings *settings);
Upstream *upstream_ref(Upstream *upstream);
/** NULL is allowed. */
void upstream_unref(Upstream *upstream);

/** The channel to ask first: the first healthy one, else the first that can be used at all, NULL
 * for none. */
Channel *upstream_best(const Upstream *upstream);
/** This channel of it answered: remembered of this network. */
void upstream_note_answer(Upstream *upstream, const Channel *channel);
/** On a network joined anew: what did not get through there the last time is tried later. */
void upstream_recall(Upstream *upstream);
void upstream_health(const Upstream *upstream, ResolverHealth *health);
