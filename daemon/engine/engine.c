/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine's wiring: what it owns, and how it changes under load.
 *
 * A query passes listener.c → query.c → rules.c → cache.c → flight.c → resolution.c → choose.c →
 * channel.c → transport, and its answer comes back through resolution.c → flight.c → query.c →
 * listener.c. Each file opens by saying what it decides.
 *
 * Two things change the engine while queries are under way. A new Plan replaces the set of
 * upstreams: resolutions hold references of their old ones and end undisturbed, and channels of
 * endpoints that stay are found again in the pool. A change of network withdraws everything that is
 * on its way, lets transports drop sockets and keys, and asks again.
 */
#include "engine.h"

#include "bootstrap.h"
#include "engine_state.h"
#include "listener.h"
#include "log.h"
#include "query.h"
#include "reach.h"
#include "resolution.h"

#include <sodium.h>
#include <string.h>

#define KEEP_WARM_US 30000000

/* One address the engine listens on, with who may come in. */
typedef struct Door {
    Engine *engine;
    Listener *listener;
    EngineAdmit admit;
    void *owner;
} Door;

static guint key_hash(gconstpointer key)
{
    return (guint)((const QuestionKey *)key)->hash;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    return question_key_equal(a, b);
}

static void door_free(gpointer data)
{
    Door *door = data;

    listener_close(door->listener);
    g_free(door);
}

static GPtrArray *upstream_array_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)upstream_unref);
}

void engine_use_bootstrap(Engine *engine, Plan *plan)
{
    GPtrArray *old = engine->bootstraps;
    Plan *old_plan = engine->bootstrap_plan;

    if (old_plan == plan)
        return;
    engine->bootstrap_plan = plan ? plan_ref(plan) : NULL;
    engine->bootstraps = upstream_array_new();
    for (size_t i = 0; plan && i < plan->resolver_count; i++)
        bootstrap_add(engine->bootstraps, &engine->pool, plan->resolvers[i], &plan->transport);
    for (size_t i = 0; plan && i < plan->bootstrap_count; i++)
        bootstrap_add(engine->bootstraps, &engine->pool, plan->bootstrap[i], &plan->transport);
    g_ptr_array_unref(old);
    plan_unref(old_plan);
}

static void on_cooled(void *owner)
{
    Engine *engine = owner;

    g_ptr_array_set_size(engine->warm, 0);
    engine_use_bootstrap(engine, engine->plan); /* a lookup may have brought its own */
}

Engine *engine_new(Loop *loop, TlsContext *tls)
{
    Engine *engine = g_new0(Engine, 1);

    if (sodium_init() < 0)
        log_error("libsodium cannot be initialised");
    engine->loop = loop;
    channel_pool_init(&engine->pool, loop, tls, transport_open);
    engine->upstreams = upstream_array_new();
    engine->route_upstreams = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    engine->bootstraps = upstream_array_new();
    engine->warm = upstream_array_new();
    engine->doors = g_ptr_array_new_with_free_func(door_free);
    engine->cache = cache_new();
    engine->scopes = scope_table_new();
    engine->route_scopes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    engine->flights = g_hash_table_new(key_hash, key_equal);
    engine->stripped = g_malloc(MESSAGE_MAX);
    engine->composed = g_malloc(MESSAGE_MAX);
    list_init(&engine->resolutions);
    list_init(&engine->queries);
    list_init(&engine->lookups);
    list_init(&engine->observers);
    loop_timer_init(&engine->cooling, loop, on_cooled, engine);
    randombytes_buf(engine->secret, sizeof engine->secret);
    randombytes_buf(&engine->chooser.random, sizeof engine->chooser.random);
    hedge_budget_init(&engine->hedges, HEDGES_SAVED);
    waiting_room_init(&engine->waiting, engine);
    return engine;
}

void engine_free(Engine *engine)
{
    if (!engine)
        return;
    query_drop_all(engine);
    waiting_room_clear(&engine->waiting);
    lookup_cancel_all(engine);
    g_ptr_array_unref(engine->doors);
    loop_timer_stop(&engine->cooling);
    g_ptr_array_unref(engine->warm);
    g_ptr_array_unref(engine->upstreams);
    g_ptr_array_unref(engine->route_upstreams);
    g_ptr_array_unref(engine->bootstraps);
    plan_unref(engine->bootstrap_plan);
    channel_pool_clear(&engine->pool);
    g_hash_table_unref(engine->flights);
    cache_free(engine->cache);
    g_array_unref(engine->route_scopes);
    scope_table_free(engine->scopes);
    resolver_unref(engine->last);
    plan_unref(engine->plan);
    ruleset_unref(engine->rules);
    g_free(engine->stripped);
    g_free(engine->composed);
    g_free(engine);
}

void engine_set_opener(Engine *engine, TransportOpener opener)
{
    engine->pool.open = opener;
}

void engine_keep_warm(Engine *engine, Upstream *upstream)
{
    for (unsigned i = 0; i < engine->warm->len; i++) {
        const Upstream *held = g_ptr_array_index(engine->warm, i);

        if (held->resolver == upstream->resolver) /* once is enough, the newest settings' */
            g_ptr_array_remove_index_fast(engine->warm, i--);
    }
    g_ptr_array_add(engine->warm, upstream_ref(upstream));
    loop_timer_start(&engine->cooling, KEEP_WARM_US);
}

/* The prefix takes the network's place: what is made for it is true wherever it is the same. */
static void number_nat64_scope(Engine *engine, const Plan *plan)
{
    const Nat64Prefix *prefix = &engine->pool.nat64;
    uint64_t number = engine->local ? engine->network : 0;
    uint8_t place[sizeof number + NAT64_IPV6_LENGTH + 1], hash[crypto_shorthash_BYTES];

    memcpy(place, &number, sizeof number);
    memcpy(place + sizeof number, prefix->bytes, NAT64_IPV6_LENGTH);
    place[sizeof place - 1] = prefix->bits;
    crypto_shorthash(hash, place, sizeof place, engine->secret);
    memcpy(&number, hash, sizeof number);
    engine->nat64_scope =
        scope_number(engine->scopes, plan->resolvers, plan->resolver_count, number);
}

/* Whom questions are asked of, as the cache tells them apart. */
static void number_scopes(Engine *engine, const Plan *plan)
{
    engine->local = scope_is_in_clear(plan->resolvers, plan->resolver_count);
    engine->scope = scope_number(engine->scopes, plan->resolvers, plan->resolver_count,
                                 engine->local ? engine->network : 0);
    number_nat64_scope(engine, plan);
    g_array_set_size(engine->route_scopes, 0);
    for (size_t i = 0; i < plan->route_count; i++) {
        uint32_t scope =
            scope_number(engine->scopes, &plan->routes[i].resolver, 1, engine->network);

        g_array_append_val(engine->route_scopes, scope);
    }
}

/* The live side of a plan: its resolvers, and for each route an array of its one resolver. */
static void make_upstreams(Engine *engine, const Plan *plan)
{
    engine->upstreams = upstream_array_new();
    for (size_t i = 0; i < plan->resolver_count; i++)
        g_ptr_array_add(engine->upstreams,
                        upstream_new(&engine->pool, plan->resolvers[i], &plan->transport));
    engine->route_upstreams = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    for (size_t i = 0; i < plan->route_count; i++) {
        GPtrArray *only = upstream_array_new();

        g_ptr_array_add(only,
                        upstream_new(&engine->pool, plan->routes[i].resolver, &plan->transport));
        g_ptr_array_add(engine->route_upstreams, only);
    }
}

void engine_apply(Engine *engine, Plan *plan)
{
    Plan *old_plan = engine->plan;
    GPtrArray *old_upstreams = engine->upstreams;
    GPtrArray *old_route_upstreams = engine->route_upstreams;

    engine->plan = plan_ref(plan);
    make_upstreams(engine, plan);
    engine_use_bootstrap(engine, plan);
    number_scopes(engine, plan);
    cache_configure(engine->cache, plan);
    /* only now: channels of endpoints that stay have found a new holder */
    g_ptr_array_unref(old_upstreams);
    g_ptr_array_unref(old_route_upstreams);
    plan_unref(old_plan);
}

void engine_set_rules(Engine *engine, Ruleset *rules)
{
    Ruleset *old = engine->rules;

    engine->rules = rules ? ruleset_ref(rules) : NULL;
    ruleset_unref(old);
}

static bool on_admit(void *owner, int interface)
{
    Door *door = owner;

    if (!door->admit || door->admit(door->owner, interface))
        return true;
    door->engine->stats.refused_link++;
    return false;
}

static size_t on_received(void *owner, const Client *client, const uint8_t *bytes, size_t length,
                          uint8_t *out, size_t capacity)
{
    Door *door = owner;

    return query_receive(door->engine, client, bytes, length, out, capacity);
}

Status engine_listen(Engine *engine, int udp_fd, int tcp_fd, EngineAdmit admit, void *owner)
{
    static const ListenerEvents events = {.admit = on_admit, .received = on_received};
    Door *door = g_new0(Door, 1);
    Status status;

    *door = (Door){.engine = engine, .admit = admit, .owner = owner};
    status = listener_open(engine->loop, udp_fd, tcp_fd, &events, door, &door->listener);
    if (status != STATUS_OK) {
        g_free(door);
        return status;
    }
    g_ptr_array_add(engine->doors, door);
    return STATUS_OK;
}

void engine_stop_listening(Engine *engine)
{
    for (guint i = 0; i < engine->doors->len; i++) {
        Door *door = g_ptr_array_index(engine->doors, i);
        listener_stop(door->listener);
    }
}

/* Answers of the old network do not serve the new one, unless they are true on both. */
static void change_network(Engine *engine, const char *network_id)
{
    uint8_t hash[crypto_shorthash_BYTES];

    randombytes_buf(hash, sizeof hash); /* never seen before, if it has no name */
    if (network_id)
        crypto_shorthash(hash, (const uint8_t *)network_id, strlen(network_id), engine->secret);
    memcpy(&engine->network, hash, sizeof engine->network);
    engine->epoch++;
    g_hash_table_remove_all(engine->flights); /* they fly on, but take nobody else */
    cache_set_network(engine->cache, engine->network);
    if (!engine->plan)
        return;
    number_scopes(engine, engine->plan);
    if (!engine->plan->cache_keep)
        cache_flush(engine->cache, NULL);
}

size_t engine_flush(Engine *engine, const Name *name)
{
    return cache_flush(engine->cache, name);
}

void engine_disconnect(Engine *engine)
{
    list_for_each (node, &engine->resolutions) {
        resolution_withdraw(container_of(node, Resolution, node));
    }
    channel_pool_network_changed(&engine->pool);
}

static void recall_all(const GPtrArray *upstreams)
{
    for (unsigned i = 0; i < upstreams->len; i++)
        upstream_recall(g_ptr_array_index(upstreams, i));
}

/* Everything is disconnected: what is remembered of this network comes first. */
static void begin_anew(Engine *engine, bool elsewhere)
{
    recall_all(engine->upstreams);
    recall_all(engine->warm);
    recall_all(engine->bootstraps);
    for (unsigned i = 0; i < engine->route_upstreams->len; i++)
        recall_all(g_ptr_array_index(engine->route_upstreams, i));
    list_for_each (node, &engine->resolutions) {
        Resolution *resolution = container_of(node, Resolution, node);

        if (elsewhere && resolution->tied)
            resolution_end(resolution);
        else
            resolution_restart(resolution);
    }
}

void engine_reconnect(Engine *engine)
{
    engine_disconnect(engine);
    begin_anew(engine, false);
}

void engine_network_changed(Engine *engine, const char *network_id)
{
    change_network(engine, network_id);
    engine_disconnect(engine);
    ladder_join(&engine->pool.ladder, network_id, loop_now_us(engine->loop));
    begin_anew(engine, true);
}

void engine_set_nat64(Engine *engine, const Nat64Prefix *prefix)
{
    static const Nat64Prefix none;

    if (!prefix)
        prefix = &none;
    if (nat64_prefix_equal(prefix, &engine->pool.nat64))
        return;
    engine->pool.nat64 = *prefix;
    for (size_t i = 0; i < G_N_ELEMENTS(engine->nat64_known); i++)
        nat64_embed(prefix, nat64_known_addresses[i], engine->nat64_known[i]);
    if (engine->plan)
        number_nat64_scope(engine, engine->plan);
    ladder_forget_families(&engine->pool.ladder);
    if (nat64_prefix_is_set(prefix)) /* else the network is gone, which is told by itself */
        engine_reconnect(engine);
}

const Nat64Prefix *engine_nat64(const Engine *engine)
{
    return &engine->pool.nat64;
}

Address engine_reach(const Engine *engine, const Address *address)
{
    return reach_address(&engine->pool.nat64, address);
}

void engine_network_known(Engine *engine, const char *network_id)
{
    change_network(engine, network_id);
    ladder_join(&engine->pool.ladder, network_id, loop_now_us(engine->loop));
}

void engine_forget_network(Engine *engine, const char *network_id)
{
    ladder_forget_network(&engine->pool.ladder, network_id);
}

char *engine_save_networks(const Engine *engine)
{
    return ladder_save(&engine->pool.ladder);
}

void engine_load_networks(Engine *engine, const char *text)
{
    ladder_load(&engine->pool.ladder, text);
}
