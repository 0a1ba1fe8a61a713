/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The counters of each resolver and protocol. They are kept apart from channels, which come and go
 * with plans and may serve two resolvers: a channel knows the tally of whom it asks for, and what
 * its transport sends meanwhile is charged to that.
 */
#include "ledger.h"

static guint tally_hash(gconstpointer key)
{
    const Tally *tally = key;

    return g_str_hash(tally->resolver_id) * 31 + tally->kind;
}

static gboolean tally_same(gconstpointer a, gconstpointer b)
{
    const Tally *one = a, *other = b;

    return one->kind == other->kind && g_str_equal(one->resolver_id, other->resolver_id);
}

static void tally_free(gpointer data)
{
    Tally *tally = data;

    g_free(tally->resolver_id);
    g_free(tally->resolver_name);
    g_free(tally);
}

void ledger_init(Ledger *ledger)
{
    ledger->tallies = g_ptr_array_new_with_free_func(tally_free);
    ledger->index = g_hash_table_new(tally_hash, tally_same);
}

void ledger_clear(Ledger *ledger)
{
    g_hash_table_unref(ledger->index);
    g_ptr_array_unref(ledger->tallies);
}

Tally *ledger_find(Ledger *ledger, const Resolver *resolver, EndpointKind kind)
{
    const Tally key = {.resolver_id = resolver->id, .kind = kind};
    Tally *tally = g_hash_table_lookup(ledger->index, &key);

    if (tally)
        return tally;
    tally = g_new0(Tally, 1);
    tally->resolver_id = g_strdup(resolver->id);
    tally->resolver_name = g_strdup(resolver->name);
    tally->kind = kind;
    g_ptr_array_add(ledger->tallies, tally);
    g_hash_table_add(ledger->index, tally);
    return tally;
}

void tally_count_answer(Tally *tally, int64_t latency_us)
{
    if (tally)
        histogram_count(&tally->latency, latency_us);
}

void tally_count_failure(Tally *tally, Status reason)
{
    if (tally)
        tally->failures[reason]++;
}
