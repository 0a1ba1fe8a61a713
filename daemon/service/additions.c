/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adding a resolver of the user's own: at once, or, where it was given by its address alone, once
 * it has said how it is reached encrypted.
 */
#include "additions.h"

#include "discovery.h"

#define DNS_PORT   53
#define ADDING_MAX 4 /* at once: each takes sockets, of which lookups must not run out */

/* A resolver that must say first how it is reached. */
typedef struct Addition {
    ListNode node;
    Additions *additions;
    Call *call;
    Discovery *discovery;
} Addition;

static void add_spec(Additions *additions, Call *call, const char *spec)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;
    const char *name;
    g_variant_get(call_parameters(call), "(&s&s)", NULL, &name);
    if (sources_add(additions->sources->lists, spec, name, &id, &error))
        call_return(call, g_variant_new("(s)", id));
    else
        call_fail(call, error);
}

static void addition_free(Addition *addition)
{
    addition->additions->count--;
    list_remove(&addition->node);
    g_free(addition);
}

static void on_discovered(void *owner, Resolver *found, const char *sentence)
{
    Addition *addition = owner;
    if (found != NULL) {
        g_autofree char *spec = discovery_spec(found);
        add_spec(addition->additions, addition->call, spec);
        resolver_unref(found);
    } else {
        g_autoptr(GError) error =
            g_error_new_literal(G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, sentence);
        call_fail(addition->call, error);
    }
    addition_free(addition);
}

static void discover(Additions *additions, Call *call, const Address *address)
{
    if (additions->count >= ADDING_MAX) {
        g_autoptr(GError) error =
            g_error_new_literal(G_IO_ERROR, G_IO_ERROR_BUSY,
                                "Other resolvers are being asked how they are reached encrypted; "
                                "try again in a moment.");
        call_fail(call, error);
        return;
    }

    Addition *addition = g_new0(Addition, 1);
    addition->additions = additions;
    addition->call = call;
    list_init(&addition->node);
    list_append(&additions->under_way, &addition->node);
    additions->count++;
    addition->discovery =
        discovery_begin(additions->sources->engine, address, on_discovered, addition);
}

void additions_stop(Additions *additions)
{
    Addition *addition;
    while ((addition = list_first(&additions->under_way, Addition, node)) != NULL) {
        discovery_cancel(addition->discovery);
        call_drop(addition->call);
        addition_free(addition);
    }
}

void additions_begin(Additions *additions, Call *call)
{
    const char *spec;
    Address address;
    g_variant_get(call_parameters(call), "(&s&s)", &spec, NULL);
    if (address_parse(spec, DNS_PORT, &address) == STATUS_OK)
        discover(additions, call, &address);
    else
        add_spec(additions, call, spec);
}

void additions_init(Additions *additions, const InspectionSources *sources)
{
    additions->sources = sources;
    list_init(&additions->under_way);
}
