/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A resolver as the engine lives with it: its endpoints' channels, the rungs of its ladder.
 *
 * It holds no state of its own but a note of what its ladder already knows, so a new Plan simply
 * makes new ones: channels of endpoints that stay are found again in the pool, with their
 * connections and what was learned of them.
 */
#include "upstream.h"

#include <glib.h>

/* Behind those of the same kind, so that the resolver's own order stays among them. */
static void insert_channel(Upstream *upstream, Channel *channel)
{
    size_t at = upstream->channel_count++;

    while (at > 0 && upstream->channels[at - 1]->endpoint->kind > channel->endpoint->kind) {
        upstream->channels[at] = upstream->channels[at - 1];
        at--;
    }
    upstream->channels[at] = channel;
}

Upstream *upstream_new(ChannelPool *pool, Resolver *resolver, const TransportSettings *settings)
{
    Upstream *upstream = g_new0(Upstream, 1);

    upstream->references = 1;
    upstream->resolver = resolver_ref(resolver);
    upstream->channels = g_new0(Channel *, resolver->endpoint_count);
    for (size_t i = 0; i < resolver->endpoint_count; i++)
        insert_channel(upstream, channel_get(pool, resolver->endpoints[i], settings));
    upstream_recall(upstream);
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
    for (size_t i = 0; i < upstream->channel_count; i++)
        channel_unref(upstream->channels[i]);
    g_free(upstream->channels);
    resolver_unref(upstream->resolver);
    g_free(upstream);
}

Channel *upstream_best(const Upstream *upstream)
{
    Channel *fallback = NULL;

    for (size_t i = 0; i < upstream->channel_count; i++) {
        Channel *channel = upstream->channels[i];

        if (channel->unsupported)
            continue;
        if (!channel_is_shunned(channel))
            return channel;
        if (!fallback)
            fallback = channel;
    }
    return fallback;
}

/* With rungs of one kind only there is nothing to remember. */
static bool is_ladder(const Upstream *upstream)
{
    return upstream->channel_count > 1 &&
           upstream->channels[0]->endpoint->kind !=
               upstream->channels[upstream->channel_count - 1]->endpoint->kind;
}

void upstream_note_answer(Upstream *upstream, const Channel *channel)
{
    EndpointKind kind = channel->endpoint->kind;

    if (upstream->won == (int)kind || !is_ladder(upstream))
        return;
    upstream->won = (int)kind;
    ladder_remember(&channel->pool->ladder, upstream->resolver->id, kind);
}

void upstream_recall(Upstream *upstream)
{
    EndpointKind kind;

    upstream->won = -1;
    if (!is_ladder(upstream) ||
        !ladder_recall(&upstream->channels[0]->pool->ladder, upstream->resolver->id, &kind))
        return;
    upstream->won = (int)kind;
    for (size_t i = 0; i < upstream->channel_count; i++) {
        Channel *channel = upstream->channels[i];

        if (channel->endpoint->kind < kind && channel->samples == 0 && channel->failed_in_row == 0)
            channel_presume_lost(channel);
    }
}

void upstream_health(const Upstream *upstream, ResolverHealth *health)
{
    const Channel *shown = NULL;

    *health = (ResolverHealth){.last_failure = STATUS_NO_SERVERS};
    for (size_t i = 0; i < upstream->channel_count; i++) {
        const Channel *channel = upstream->channels[i];

        health->answers += channel->answers;
        health->failures += channel->failures;
        if (channel->answered_us > (shown ? shown->answered_us : 0))
            shown = channel; /* in use: the one that answered last */
    }
    if (!shown)
        shown = upstream_best(upstream);
    if (!shown)
        return;
    health->latency_us = shown->latency_us;
    health->last_failure = shown->last_failure;
    health->endpoint = shown->endpoint->kind;
    if (shown->transport)
        transport_facts(shown->transport, &health->facts);
}
