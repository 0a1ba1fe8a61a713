/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scopes are numbered rather than hashed, so that two of them are never taken for one: an answer of
 * a hotel's printer must not come up at home. There are a handful (the plan's resolvers, each
 * route's on each network), looked for when a plan or a network comes and never for a query.
 */
#include "scope.h"

#define MAX_SCOPES 64

typedef struct Scope {
    uint32_t number;
    uint64_t network;
    GPtrArray *resolvers; /* Resolver* */
} Scope;

struct ScopeTable {
    GPtrArray *scopes; /* Scope*, least recently asked for first */
    uint32_t last;
};

static void scope_free(gpointer data)
{
    Scope *scope = data;

    g_ptr_array_unref(scope->resolvers);
    g_free(scope);
}

ScopeTable *scope_table_new(void)
{
    ScopeTable *table = g_new0(ScopeTable, 1);

    table->scopes = g_ptr_array_new_with_free_func(scope_free);
    return table;
}

void scope_table_free(ScopeTable *table)
{
    g_ptr_array_unref(table->scopes);
    g_free(table);
}

static bool scope_is(const Scope *scope, Resolver *const *resolvers, size_t count, uint64_t network)
{
    if (scope->network != network || scope->resolvers->len != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!resolver_equal(g_ptr_array_index(scope->resolvers, i), resolvers[i]))
            return false;
    }
    return true;
}

static Scope *scope_new(ScopeTable *table, Resolver *const *resolvers, size_t count,
                        uint64_t network)
{
    Scope *scope = g_new0(Scope, 1);

    scope->number = ++table->last;
    scope->network = network;
    scope->resolvers = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    for (size_t i = 0; i < count; i++)
        g_ptr_array_add(scope->resolvers, resolver_ref(resolvers[i]));
    return scope;
}

uint32_t scope_number(ScopeTable *table, Resolver *const *resolvers, size_t count, uint64_t network)
{
    Scope *found = NULL;

    for (guint i = 0; i < table->scopes->len && !found; i++) {
        if (scope_is(g_ptr_array_index(table->scopes, i), resolvers, count, network))
            found = g_ptr_array_steal_index(table->scopes, i);
    }
    if (!found)
        found = scope_new(table, resolvers, count, network);
    g_ptr_array_add(table->scopes, found);
    if (table->scopes->len > MAX_SCOPES)
        g_ptr_array_remove_index(table->scopes, 0);
    return found->number;
}

bool scope_is_in_clear(Resolver *const *resolvers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < resolvers[i]->endpoint_count; j++) {
            if (resolvers[i]->endpoints[j]->kind == ENDPOINT_PLAIN)
                return true;
        }
    }
    return false;
}
