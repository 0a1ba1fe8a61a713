/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans, resolvers and routes: values that are built once, then only read and counted.
 *
 * Nothing here is live state. What the engine learns of a resolver (connections, latency, health)
 * is kept in channel.c by endpoint, so that a new Plan with the same endpoints finds it again.
 */
#include "plan.h"

#include <string.h>

#define US_PER_S 1000000

/* Of routes: the longer the suffix the higher, and then what the user said himself. */
enum { RANK_OF_WISH = 1, RANK_OF_EXACT_WISH, RANK_OF_LENGTH };

Resolver *resolver_new(const char *id, const char *name)
{
    Resolver *resolver = g_new0(Resolver, 1);

    resolver->references = 1;
    resolver->id = g_strdup(id);
    resolver->name = g_strdup(name);
    return resolver;
}

Resolver *resolver_ref(Resolver *resolver)
{
    resolver->references++;
    return resolver;
}

Resolver *resolver_derive(const Resolver *resolver)
{
    Resolver *made = g_memdup2(resolver, sizeof *resolver);

    made->references = 1;
    made->id = g_strdup(resolver->id);
    made->name = g_strdup(resolver->name);
    made->operator_name = g_strdup(resolver->operator_name);
    made->country = g_strdup(resolver->country);
    made->description = g_strdup(resolver->description);
    made->source = g_strdup(resolver->source);
    made->key_changed = g_strdup(resolver->key_changed);
    made->relay = g_strdup(resolver->relay);
    made->via = g_strdup(resolver->via);
    made->endpoints = NULL;
    made->endpoint_count = 0;
    return made;
}

void resolver_unref(Resolver *resolver)
{
    if (!resolver || --resolver->references > 0)
        return;
    for (size_t i = 0; i < resolver->endpoint_count; i++)
        endpoint_unref(resolver->endpoints[i]);
    g_free(resolver->endpoints);
    g_free(resolver->id);
    g_free(resolver->name);
    g_free(resolver->operator_name);
    g_free(resolver->country);
    g_free(resolver->description);
    g_free(resolver->source);
    g_free(resolver->key_changed);
    g_free(resolver->relay);
    g_free(resolver->via);
    g_free(resolver);
}

void resolver_add_endpoint(Resolver *resolver, Endpoint *endpoint)
{
    resolver->endpoints = g_renew(Endpoint *, resolver->endpoints, resolver->endpoint_count + 1);
    resolver->endpoints[resolver->endpoint_count++] = endpoint;
}

bool resolver_equal(const Resolver *a, const Resolver *b)
{
    if (strcmp(a->id, b->id) != 0 || a->endpoint_count != b->endpoint_count)
        return false;
    for (size_t i = 0; i < a->endpoint_count; i++) {
        if (!endpoint_equal(a->endpoints[i], b->endpoints[i]))
            return false;
    }
    return true;
}

Plan *plan_new(void)
{
    Plan *plan = g_new0(Plan, 1);

    plan->references = 1;
    plan->strategy = STRATEGY_FASTEST;
    plan->edns_payload = 1232;
    plan->transport.edns_payload = 1232;
    plan->transport.idle_close_us = 30 * (int64_t)US_PER_S;
    plan->max_queries = 250;
    plan->cache_bytes = 4 << 20;
    plan->cache_max_ttl_s = 86400;
    plan->cache_stale_s = 86400;
    plan->cache_prefetch = plan->cache_keep = true;
    plan->stale_after_us = 1800000; /* RFC 8767 §5: the client response timer */
    plan->client_patience_us = 4500000;
    plan->attempt_us = 1200000;
    return plan;
}

Plan *plan_ref(Plan *plan)
{
    plan->references++;
    return plan;
}

void plan_unref(Plan *plan)
{
    if (!plan || --plan->references > 0)
        return;
    for (size_t i = 0; i < plan->resolver_count; i++)
        resolver_unref(plan->resolvers[i]);
    for (size_t i = 0; i < plan->bootstrap_count; i++)
        resolver_unref(plan->bootstrap[i]);
    for (size_t i = 0; i < plan->route_count; i++)
        resolver_unref(plan->routes[i].resolver);
    g_free(plan->resolvers);
    g_free(plan->bootstrap);
    g_free(plan->routes);
    g_free(plan);
}

void plan_add_resolver(Plan *plan, Resolver *resolver)
{
    plan->resolvers = g_renew(Resolver *, plan->resolvers, plan->resolver_count + 1);
    plan->resolvers[plan->resolver_count++] = resolver_ref(resolver);
}

void plan_add_bootstrap(Plan *plan, Resolver *resolver)
{
    plan->bootstrap = g_renew(Resolver *, plan->bootstrap, plan->bootstrap_count + 1);
    plan->bootstrap[plan->bootstrap_count++] = resolver_ref(resolver);
}

static Route *add_route(Plan *plan, const Name *suffix, RouteKind kind, Resolver *resolver)
{
    Route *route;

    plan->routes = g_renew(Route, plan->routes, plan->route_count + 1);
    route = &plan->routes[plan->route_count++];
    *route = (Route){.suffix = *suffix,
                     .kind = kind,
                     .resolver = resolver_ref(resolver),
                     .rank = suffix->length * RANK_OF_LENGTH};
    return route;
}

void plan_add_route(Plan *plan, const Name *suffix, RouteKind kind, Resolver *resolver)
{
    (void)add_route(plan, suffix, kind, resolver);
}

void plan_add_own_route(Plan *plan, const Name *name, bool exact, RouteKind kind,
                        Resolver *resolver)
{
    Route *route = add_route(plan, name, kind, resolver);

    route->exact = exact;
    route->rank += exact ? RANK_OF_EXACT_WISH : RANK_OF_WISH;
}

void plan_add_searched_route(Plan *plan, const Name *suffix, Resolver *resolver)
{
    add_route(plan, suffix, ROUTE_NETWORK, resolver)->searched = plan->searched = true;
}

bool route_takes(const Route *route, const Name *name)
{
    return route->exact ? name_equal(name, &route->suffix) : name_is_under(name, &route->suffix);
}

/* A bit for the length of the name and of each that is above it: where users have made a thousand
 * rules most suffixes are told by theirs. */
static void mark_lengths(const Name *name, uint64_t lengths[4])
{
    for (size_t at = 0; at < name->length; at += name->wire[at] + 1u)
        lengths[(name->length - at) / 64] |= UINT64_C(1) << (name->length - at) % 64;
}

int plan_find_route(const Plan *plan, const Name *name)
{
    uint64_t lengths[4] = {0};
    unsigned rank = 0;
    int best = -1;

    if (plan->route_count > 0)
        mark_lengths(name, lengths);
    for (size_t i = 0; i < plan->route_count; i++) {
        const Route *route = &plan->routes[i];
        uint8_t length = route->suffix.length;

        if (!(lengths[length / 64] >> length % 64 & 1) || route->rank <= rank ||
            !route_takes(route, name))
            continue;
        rank = plan->routes[i].rank;
        best = (int)i;
    }
    return best;
}

Resolver *plan_find_resolver(const Plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->resolver_count; i++) {
        if (strcmp(plan->resolvers[i]->id, id) == 0)
            return plan->resolvers[i];
    }
    for (size_t i = 0; i < plan->route_count; i++) {
        if (strcmp(plan->routes[i].resolver->id, id) == 0)
            return plan->routes[i].resolver;
    }
    return NULL;
}

bool plan_same_sources(const Plan *a, const Plan *b)
{
    if (a->resolver_count != b->resolver_count || a->route_count != b->route_count)
        return false;
    for (size_t i = 0; i < a->resolver_count; i++) {
        if (!resolver_equal(a->resolvers[i], b->resolvers[i]))
            return false;
    }
    for (size_t i = 0; i < a->route_count; i++) {
        if (!name_equal(&a->routes[i].suffix, &b->routes[i].suffix) ||
            a->routes[i].exact != b->routes[i].exact ||
            !resolver_equal(a->routes[i].resolver, b->routes[i].resolver))
            return false;
    }
    return true;
}
