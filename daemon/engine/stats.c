/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the engine shows of itself: counters, connections, how each resolver fares.
 *
 * Everything is counted where it happens, in plain numbers, and put together only when somebody
 * asks; what transports count is summed up over the open and the closed ones. Nothing here changes
 * what the engine does.
 */
#include "stats.h"

#include "engine_state.h"

#include <string.h>

void engine_stats(const Engine *engine, Stats *stats)
{
    TransportCounters sum = {0};

    *stats = engine->stats;
    channel_pool_count(&engine->pool, &sum);
    stats->forged = sum.forged;
    stats->replayed = sum.replayed;
    stats->certificate_requests = sum.certificate_requests;
    stats->upstream_bytes_sent = sum.bytes_sent;
    stats->upstream_bytes_received = sum.bytes_received;
    stats->cache_entries = cache_entries(engine->cache);
    stats->cache_bytes = cache_bytes(engine->cache);
}

const GPtrArray *engine_tallies(Engine *engine)
{
    channel_pool_settle(&engine->pool);
    return engine->pool.ledger.tallies;
}

void engine_visit_connections(const Engine *engine,
                              void (*visit)(void *owner, const EngineConnection *connection),
                              void *owner)
{
    list_for_each (node, &engine->pool.channels) {
        const Channel *channel = container_of(node, Channel, node);

        if (!channel->transport || !channel->tally)
            continue;
        visit(owner, &(EngineConnection){
                         .resolver_id = channel->tally->resolver_id,
                         .resolver_name = channel->tally->resolver_name,
                         .transport = channel->transport,
                         .latency_us = channel->latency_us,
                     });
    }
}

static const Upstream *find_upstream(const GPtrArray *upstreams, const char *resolver_id)
{
    for (unsigned i = 0; i < upstreams->len; i++) {
        const Upstream *upstream = g_ptr_array_index(upstreams, i);

        if (strcmp(upstream->resolver->id, resolver_id) == 0)
            return upstream;
    }
    return NULL;
}

bool engine_resolver_health(const Engine *engine, const char *resolver_id, ResolverHealth *health)
{
    const Upstream *upstream = find_upstream(engine->upstreams, resolver_id);

    for (unsigned i = 0; !upstream && i < engine->route_upstreams->len; i++)
        upstream = find_upstream(g_ptr_array_index(engine->route_upstreams, i), resolver_id);
    if (!upstream)
        upstream = find_upstream(engine->warm, resolver_id);
    if (!upstream)
        return false;
    upstream_health(upstream, health);
    return true;
}

const char *engine_last_resolver(const Engine *engine)
{
    return engine->last ? engine->last->id : NULL;
}
