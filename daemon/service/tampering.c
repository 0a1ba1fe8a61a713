/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine counts failures since it began; what matters here is this network. So the counts are
 * noted whenever a network is joined, and what has been added since is told.
 */
#include "tampering.h"

#include <inttypes.h>
#include <string.h>

#define NAMES_MAX 3 /* of resolvers, in one sentence */

struct Tampering {
    Engine *engine;
    Network *network; /* may be NULL */
    NetworkListener listener;
    char *identity;             /* of the network that is counted */
    GHashTable *refused_before; /* resolver's id → uint64_t, before this network */
    uint64_t forged_before;
};

static uint64_t count_refused(const Tally *tally)
{
    static const Status reasons[] = {STATUS_CERT_NAME, STATUS_CERT_UNTRUSTED, STATUS_CERT_PIN,
                                     STATUS_CERT_FORGED};
    uint64_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        count += tally->failures[reasons[i]];
    return count;
}

static uint64_t count_forged(Engine *engine)
{
    Stats stats;
    engine_stats(engine, &stats);
    return stats.forged;
}

/* Of a resolver, all protocols together; without what was before. */
static uint64_t refused_of(const Tampering *tampering, const char *resolver_id)
{
    const GPtrArray *tallies = engine_tallies(tampering->engine);
    const uint64_t *before = g_hash_table_lookup(tampering->refused_before, resolver_id);
    uint64_t count = 0;
    for (guint i = 0; i < tallies->len; i++) {
        const Tally *tally = g_ptr_array_index(tallies, i);
        if (g_str_equal(tally->resolver_id, resolver_id))
            count += count_refused(tally);
    }
    return count - (before != NULL ? *before : 0);
}

static void begin(Tampering *tampering)
{
    const GPtrArray *tallies = engine_tallies(tampering->engine);
    g_hash_table_remove_all(tampering->refused_before);
    for (guint i = 0; i < tallies->len; i++) {
        const Tally *tally = g_ptr_array_index(tallies, i);
        if (g_hash_table_contains(tampering->refused_before, tally->resolver_id))
            continue;
        uint64_t count = refused_of(tampering, tally->resolver_id);
        g_hash_table_insert(tampering->refused_before, g_strdup(tally->resolver_id),
                            g_memdup2(&count, sizeof(count)));
    }
    tampering->forged_before = count_forged(tampering->engine);
}

static void on_network_changed(void *owner)
{
    Tampering *tampering = owner;
    const NetworkFacts *facts = &tampering->network->facts;
    if (!facts->online || g_str_equal(facts->identity, tampering->identity))
        return;
    g_free(tampering->identity);
    tampering->identity = g_strdup(facts->identity);
    begin(tampering);
}

Tampering *tampering_new(Engine *engine, Network *network)
{
    Tampering *tampering = g_new0(Tampering, 1);
    tampering->engine = engine;
    tampering->network = network;
    tampering->identity = g_strdup(network != NULL ? network->facts.identity : "");
    tampering->refused_before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    tampering->listener = (NetworkListener){.changed = on_network_changed, .owner = tampering};
    if (network != NULL)
        network_listen(network, &tampering->listener);
    begin(tampering);
    return tampering;
}

void tampering_free(Tampering *tampering)
{
    if (tampering == NULL)
        return;
    network_unlisten(&tampering->listener);
    g_hash_table_unref(tampering->refused_before);
    g_free(tampering->identity);
    g_free(tampering);
}

/* --- words --- */

/* Resolvers that somebody tried to answer for, each once: their names. (transfer container) */
static GPtrArray *list_names(const Tampering *tampering, uint64_t *refused)
{
    const GPtrArray *tallies = engine_tallies(tampering->engine);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *names = g_ptr_array_new();
    *refused = 0;
    for (guint i = 0; i < tallies->len; i++) {
        const Tally *tally = g_ptr_array_index(tallies, i);
        uint64_t count = refused_of(tampering, tally->resolver_id);
        if (count == 0 || !g_hash_table_add(seen, tally->resolver_id))
            continue;
        g_ptr_array_add(names, tally->resolver_name);
        *refused += count;
    }
    return names;
}

/* "Quad9", "Quad9 and Mullvad", "Quad9, Mullvad, Cloudflare and 2 others". (transfer full) */
static char *join(const GPtrArray *names)
{
    GString *text = g_string_new(NULL);
    guint shown = MIN(names->len, NAMES_MAX);
    for (guint i = 0; i < shown; i++) {
        bool last = i + 1 == shown && shown == names->len;
        const char *joint = i == 0 ? "" : last ? " and " : ", ";
        g_string_append_printf(text, "%s%s", joint, (const char *)g_ptr_array_index(names, i));
    }
    if (shown < names->len)
        g_string_append_printf(text, " and %u other%s", names->len - shown,
                               names->len - shown == 1 ? "" : "s");
    return g_string_free(text, FALSE);
}

char *tampering_describe(const Tampering *tampering)
{
    uint64_t refused, forged = count_forged(tampering->engine) - tampering->forged_before;
    g_autoptr(GPtrArray) names = list_names(tampering, &refused);
    g_autofree char *for_whom = join(names);
    if (refused == 0 && forged == 0)
        return NULL;
    GString *text = g_string_new(NULL);
    if (refused == 1)
        g_string_append_printf(
            text, "Somebody on this network tried to answer for %s. Sotto refused.", for_whom);
    else if (refused > 1)
        g_string_append_printf(
            text,
            "Somebody on this network tried to answer for %s. Sotto refused, %" PRIu64 " times.",
            for_whom, refused);
    if (refused > 0 && forged > 0)
        g_string_append_c(text, ' ');
    if (forged > 0)
        g_string_append_printf(text,
                               forged == 1 ? "%" PRIu64 " forged answer came and was not believed."
                                           : "%" PRIu64
                                             " forged answers came and were not believed.",
                               forged);
    return g_string_free(text, FALSE);
}
