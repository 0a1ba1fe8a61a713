/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions of Sotto's own: to prove a resolver before the machine is handed to it, and to measure.
 *
 * They go past cache, rules and flights, through the resolver that is named, which may belong to a
 * plan that is not applied (yet). The connections they make are kept for a while, so that a
 * resolver just proved need not shake hands again when it is chosen.
 *
 * A lookup does not persist when all fail: whoever asks wants to know why, not to wait.
 */
#include "edns.h"
#include "resolution.h"

#include <sodium.h>

#define QUERY_MAX (MESSAGE_HEADER_LENGTH + NAME_MAX_WIRE + 4 + EDNS_OPT_HEADER + 4)

struct Lookup {
    Resolution resolution;
    ListNode node;
    LoopTimer budget;
    LookupDone done;
    void *owner;
    bool reporting; /* `done` is being called; it is freed after that and cannot be cancelled */
};

static void lookup_free(Lookup *lookup)
{
    loop_timer_stop(&lookup->budget);
    list_remove(&lookup->node);
    resolution_clear(&lookup->resolution);
    g_free(lookup);
}

static void report(Lookup *lookup, const ResolutionResult *result)
{
    g_autofree char *detail = NULL;
    const char *resolver_id = NULL;

    if (result->upstream) {
        resolver_id = result->upstream->resolver->id;
        detail = g_strdup_printf("%s %s", resolver_id,
                                 endpoint_kind_name(result->channel->endpoint->kind));
    }
    lookup->done(lookup->owner, result->status, result->reply, resolver_id, detail);
}

static void on_resolved(Resolution *resolution, const ResolutionResult *result)
{
    Lookup *lookup = container_of(resolution, Lookup, resolution);

    lookup->reporting = true;
    report(lookup, result);
    lookup_free(lookup);
}

static void on_budget_over(void *owner)
{
    Lookup *lookup = owner;
    ResolutionResult result = resolution_failure(&lookup->resolution);

    on_resolved(&lookup->resolution, &result);
}

/* The resolvers to ask, live; empty when the id is unknown. */
static GPtrArray *find_upstreams(Engine *engine, const Plan *plan, const char *resolver_id)
{
    GPtrArray *upstreams = g_ptr_array_new_with_free_func((GDestroyNotify)upstream_unref);
    Resolver *only = resolver_id ? plan_find_resolver(plan, resolver_id) : NULL;

    if (only)
        g_ptr_array_add(upstreams, upstream_new(&engine->pool, only, &plan->transport));
    for (size_t i = 0; !resolver_id && i < plan->resolver_count; i++)
        g_ptr_array_add(upstreams,
                        upstream_new(&engine->pool, plan->resolvers[i], &plan->transport));
    for (unsigned i = 0; i < upstreams->len; i++)
        engine_keep_warm(engine, g_ptr_array_index(upstreams, i));
    return upstreams;
}

/* Servers asked in clear are known by their addresses: a plan of such alone looks none up, and is
 * not to take the place of one that can. */
static bool needs_bootstrap(const Plan *plan)
{
    for (size_t i = 0; i < plan->resolver_count; i++) {
        const Resolver *resolver = plan->resolvers[i];

        for (size_t j = 0; j < resolver->endpoint_count; j++) {
            if (resolver->endpoints[j]->kind != ENDPOINT_PLAIN)
                return true;
        }
    }
    return false;
}

/* RFC 5001 §2.1: an empty option asks for it. */
static void append_nsid(WireWriter *writer)
{
    wire_write_u8(writer, 0); /* the root's name */
    wire_write_u16(writer, RRTYPE_OPT);
    wire_write_u16(writer, ANSWER_PAYLOAD);
    wire_write_zeros(writer, 4);
    wire_write_u16(writer, 4);
    wire_write_u16(writer, EDNS_NSID);
    wire_write_u16(writer, 0);
}

/* Header (RD, one question), name, type, class. */
static size_t build_query(const LookupQuestion *question, uint8_t *out, size_t capacity)
{
    WireWriter writer = wire_writer(out, capacity);

    wire_write_u16(&writer, (uint16_t)randombytes_random());
    wire_write_u16(&writer, MESSAGE_RD);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 4);
    wire_write_u16(&writer, question->nsid ? 1 : 0);
    wire_write_bytes(&writer, question->name.wire, question->name.length);
    wire_write_u16(&writer, question->type);
    wire_write_u16(&writer, question->qclass != 0 ? question->qclass : CLASS_IN);
    if (question->nsid)
        append_nsid(&writer);
    return writer.position;
}

Lookup *engine_lookup(Engine *engine, Plan *plan, const char *resolver_id, const Name *name,
                      uint16_t type, int64_t budget_us, LookupDone done, void *owner)
{
    LookupQuestion question = {.name = *name, .type = type};

    return engine_lookup_question(engine, plan, resolver_id, &question, budget_us, done, owner);
}

Lookup *engine_lookup_question(Engine *engine, Plan *plan, const char *resolver_id,
                               const LookupQuestion *question, int64_t budget_us, LookupDone done,
                               void *owner)
{
    g_autoptr(GPtrArray) upstreams = find_upstreams(engine, plan, resolver_id);
    Lookup *lookup = g_new0(Lookup, 1);
    uint8_t wire[QUERY_MAX];
    size_t length = build_query(question, wire, sizeof wire);
    Message query;

    if (needs_bootstrap(plan))
        engine_use_bootstrap(engine, plan);
    lookup->done = done;
    lookup->owner = owner;
    lookup->resolution.done = on_resolved;
    lookup->resolution.curious = question->curious;
    list_init(&lookup->node);
    list_append(&engine->lookups, &lookup->node);
    loop_timer_init(&lookup->budget, engine->loop, on_budget_over, lookup);
    loop_timer_start(&lookup->budget, budget_us);
    if (message_parse(&query, wire, length) != STATUS_OK)
        g_ptr_array_set_size(upstreams, 0); /* a name of no valid form: nobody can be asked */
    resolution_start(&lookup->resolution, engine, plan, upstreams, plan->strategy, &query,
                     budget_us);
    return lookup;
}

void engine_lookup_cancel(Lookup *lookup)
{
    if (lookup && !lookup->reporting)
        lookup_free(lookup);
}

void lookup_cancel_all(Engine *engine)
{
    Lookup *lookup;

    while ((lookup = list_first(&engine->lookups, Lookup, node)) != NULL)
        lookup_free(lookup);
}
