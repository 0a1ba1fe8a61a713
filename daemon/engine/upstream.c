/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A resolver as the engine lives with it: its endpoints' channels in order of preference.
 *
 * It holds no state of its own, so a new Plan simply makes new ones: channels of endpoints that
 * stay are found again in the pool, with their connections and what was learned of them.
 */
#include "upstream.h"

#include <glib.h>

Upstream *upstream_new(ChannelPool *pool, Resolver *resolver, const TransportSettings *settings)
{
    Upstream *upstream = g_new0(Upstream, 1);

    upstream->references = 1;
    upstream->resolver = resolver_ref(resolver);
    upstream->channels = g_new0(Channel *, resolver->endpoint_count);
    for (size_t i = 0; i < resolver->endpoint_count; i++)
        upstream->channels[i] = channel_get(pool, resolver->endpoints[i], settings);
    return upstream;
}

Upstream *upstream_ref(Upstream *upstream)
{
    upstream->references++;
    return upstream;
}

void upstream_unref(Upstream *upstream)
{
    if (!upstream || --upstream->references > 0)
        return;
    for (size_t i = 0; i < upstream->resolver->endpoint_count; i++)
        channel_unref(upstream->channels[i]);
    g_free(upstream->channels);
    resolver_unref(upstream->resolver);
    g_free(upstream);
}

/* The channel that would be asked first: the first healthy one, else the first at all. */
static const Channel *first_channel(const Upstream *upstream)
{
    const Channel *fallback = NULL;

    for (size_t i = 0; i < upstream->resolver->endpoint_count; i++) {
        const Channel *channel = upstream->channels[i];

        if (channel->unsupported)
            continue;
        if (!channel_is_shunned(channel))
            return channel;
        if (!fallback)
            fallback = channel;
    }
    return fallback;
}

int64_t upstream_latency_us(const Upstream *upstream)
{
    const Channel *channel = first_channel(upstream);

    return channel ? channel->latency_us : 0;
}

int64_t upstream_measured_us(const Upstream *upstream)
{
    const Channel *channel = first_channel(upstream);

    return channel ? channel->measured_us : 0;
}

void upstream_health(const Upstream *upstream, ResolverHealth *health)
{
    const Channel *shown = NULL;

    *health = (ResolverHealth){.last_failure = STATUS_NO_SERVERS};
    for (size_t i = 0; i < upstream->resolver->endpoint_count; i++) {
        const Channel *channel = upstream->channels[i];

        health->answers += channel->answers;
        health->failures += channel->failures;
        if (channel->answered_us > (shown ? shown->answered_us : 0))
            shown = channel; /* in use: the one that answered last */
    }
    if (!shown)
        shown = first_channel(upstream);
    if (!shown)
        return;
    health->latency_us = shown->latency_us;
    health->last_failure = shown->last_failure;
    health->endpoint = shown->endpoint->kind;
    if (shown->transport)
        transport_facts(shown->transport, &health->facts);
}
