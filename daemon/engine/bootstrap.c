/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a resolver is that is known by name alone.
 *
 * This machine's names are all asked of us, so nobody else can be asked for that one; the network's
 * DNS must not be, and the plain servers that a stamp may name for the purpose are as public as the
 * network's. So it is looked up through other resolvers, by their encrypted endpoints that have an
 * address: those of the plan first among equals, and a few that are built in. None of them can need
 * this one in turn.
 *
 * What was found lasts for its TTL, within limits, and is used beyond that while it is looked up
 * again: a wrong address harms nobody, since the resolver has to prove itself there.
 */
#include "bootstrap.h"

#include "record_address.h"

#include <sodium.h>

#define BUDGET_US      5000000
#define SHORTEST_TTL_S 60
#define LONGEST_TTL_S  86400
#define QUERY_MAX      (MESSAGE_HEADER_LENGTH + NAME_MAX_WIRE + 4)

static const uint16_t types[] = {RRTYPE_A, RRTYPE_AAAA};

static bool is_live(const Bootstrap *bootstrap)
{
    return bootstrap->queries[0].live || bootstrap->queries[1].live;
}

static void end_query(BootstrapQuery *query)
{
    if (!query->live)
        return;
    query->live = false;
    resolution_clear(&query->resolution);
}

static void report_none(void *owner)
{
    Bootstrap *bootstrap = owner;

    bootstrap->done(bootstrap, STATUS_NO_ADDRESS);
}

/* Whether it held any. The names of the records do not matter: aliases are followed already. */
static bool take_addresses(BootstrapQuery *query, const Message *reply)
{
    Bootstrap *bootstrap = query->bootstrap;
    RecordIterator iterator = record_iterator(reply);
    uint32_t ttl_s = LONGEST_TTL_S;
    size_t count = 0;
    int64_t until_us;
    Address address;
    Record record;

    while (count < BOOTSTRAP_MAX && record_next(&iterator, &record)) {
        if (record.section == 1 && record.type == reply->qtype &&
            record_address(reply, &record, &address)) {
            ttl_s = MIN(ttl_s, record.ttl);
            query->found[count++] = address;
        }
    }
    if (count == 0)
        return false;
    query->count = count;
    until_us =
        loop_now_us(bootstrap->engine->loop) + (int64_t)MAX(ttl_s, SHORTEST_TTL_S) * G_USEC_PER_SEC;
    if (!bootstrap_is_fresh(bootstrap) || until_us < bootstrap->fresh_until_us)
        bootstrap->fresh_until_us = until_us;
    return true;
}

static void on_resolved(Resolution *resolution, const ResolutionResult *result)
{
    BootstrapQuery *query = container_of(resolution, BootstrapQuery, resolution);
    Bootstrap *bootstrap = query->bootstrap;
    bool found = result->status == STATUS_OK && take_addresses(query, result->reply);

    end_query(query);
    if (found)
        bootstrap->done(bootstrap, STATUS_OK);
    else if (!is_live(bootstrap) && !bootstrap_is_fresh(bootstrap))
        loop_defer_schedule(&bootstrap->empty);
}

/* Header (RD, one question), name, type, class IN. */
static Status build_question(const Bootstrap *bootstrap, uint16_t type, uint8_t *wire,
                             Message *message)
{
    WireWriter writer = wire_writer(wire, QUERY_MAX);

    wire_write_u16(&writer, (uint16_t)randombytes_random());
    wire_write_u16(&writer, MESSAGE_RD);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 6);
    wire_write_bytes(&writer, bootstrap->name.wire, bootstrap->name.length);
    wire_write_u16(&writer, type);
    wire_write_u16(&writer, CLASS_IN);
    return message_parse(message, wire, writer.position);
}

static void ask(BootstrapQuery *query, uint16_t type)
{
    Engine *engine = query->bootstrap->engine;
    uint8_t wire[QUERY_MAX];
    Message message;

    if (build_question(query->bootstrap, type, wire, &message) != STATUS_OK)
        return;
    query->resolution = (Resolution){.done = on_resolved, .persistent = true};
    list_init(&query->resolution.node);
    query->live = true;
    resolution_start(&query->resolution, engine, engine->bootstrap_plan, engine->bootstraps,
                     STRATEGY_FASTEST, &message, BUDGET_US);
}

/* Begun here, not where it is noticed: that may be while all resolutions are being walked. */
static void start(void *owner)
{
    Bootstrap *bootstrap = owner;

    if (is_live(bootstrap))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(types) && bootstrap->engine->bootstrap_plan; i++)
        ask(&bootstrap->queries[i], types[i]);
    if (!is_live(bootstrap))
        loop_defer_schedule(&bootstrap->empty);
}

Status bootstrap_init(Bootstrap *bootstrap, Engine *engine, const char *host, BootstrapDone done)
{
    *bootstrap = (Bootstrap){.engine = engine, .done = done};
    for (size_t i = 0; i < G_N_ELEMENTS(bootstrap->queries); i++)
        bootstrap->queries[i].bootstrap = bootstrap;
    loop_defer_init(&bootstrap->start, engine->loop, start, bootstrap);
    loop_defer_init(&bootstrap->empty, engine->loop, report_none, bootstrap);
    return name_parse(host, &bootstrap->name);
}

void bootstrap_clear(Bootstrap *bootstrap)
{
    loop_defer_cancel(&bootstrap->start);
    loop_defer_cancel(&bootstrap->empty);
    for (size_t i = 0; i < G_N_ELEMENTS(bootstrap->queries); i++)
        end_query(&bootstrap->queries[i]);
}

void bootstrap_refresh(Bootstrap *bootstrap)
{
    if (!is_live(bootstrap))
        loop_defer_schedule(&bootstrap->start);
}

bool bootstrap_is_fresh(const Bootstrap *bootstrap)
{
    return bootstrap->fresh_until_us > loop_now_us(bootstrap->engine->loop);
}

void bootstrap_expire(Bootstrap *bootstrap)
{
    bootstrap->fresh_until_us = 0;
}

size_t bootstrap_addresses(const Bootstrap *bootstrap, uint16_t port,
                           Address addresses[BOOTSTRAP_MAX])
{
    const BootstrapQuery *queries = bootstrap->queries;
    size_t count = 0;

    for (size_t i = 0; i < BOOTSTRAP_MAX; i++) {
        for (size_t family = 0; family < 2 && count < BOOTSTRAP_MAX; family++) {
            if (i >= queries[family].count)
                continue;
            addresses[count] = queries[family].found[i];
            address_set_port(&addresses[count++], port);
        }
    }
    return count;
}

static bool has_address(const Endpoint *endpoint)
{
    return endpoint->kind != ENDPOINT_PLAIN &&
           (endpoint->relay ? address_is_set(&endpoint->relay->address)
                            : address_is_set(&endpoint->address));
}

void bootstrap_add(GPtrArray *upstreams, ChannelPool *pool, const Resolver *resolver,
                   const TransportSettings *settings)
{
    g_autoptr(Resolver) part = resolver_new(resolver->id, resolver->name);

    for (size_t i = 0; i < resolver->endpoint_count; i++) {
        if (has_address(resolver->endpoints[i]))
            resolver_add_endpoint(part, endpoint_ref(resolver->endpoints[i]));
    }
    if (part->endpoint_count > 0)
        g_ptr_array_add(upstreams, upstream_new(pool, part, settings));
}
