/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts about the network, as values: made anew at each change and compared, so that only a real
 * difference is passed on.
 */
#include "network.h"

#include "address.h"

#include <string.h>

void network_facts_init(NetworkFacts *facts)
{
    *facts = (NetworkFacts){
        .identity = g_strdup(""),
        .key = g_strdup(""),
        .name = g_strdup(""),
        .servers = g_ptr_array_new_with_free_func(g_free),
        .domains = g_new0(char *, 1),
    };
}

void network_facts_clear(NetworkFacts *facts)
{
    g_free(facts->identity);
    g_free(facts->key);
    g_free(facts->name);
    g_clear_pointer(&facts->servers, g_ptr_array_unref);
    g_strfreev(facts->domains);
    *facts = (NetworkFacts){0};
}

static bool servers_equal(const GPtrArray *a, const GPtrArray *b)
{
    if (a->len != b->len)
        return false;
    for (guint i = 0; i < a->len; i++) {
        if (!address_equal(g_ptr_array_index(a, i), g_ptr_array_index(b, i)))
            return false;
    }
    return true;
}

bool network_facts_equal(const NetworkFacts *a, const NetworkFacts *b)
{
    return a->managed == b->managed && a->online == b->online && a->open == b->open &&
           a->pointed == b->pointed && strcmp(a->identity, b->identity) == 0 &&
           strcmp(a->key, b->key) == 0 && strcmp(a->name, b->name) == 0 &&
           servers_equal(a->servers, b->servers) &&
           g_strv_equal((const char *const *)a->domains, (const char *const *)b->domains);
}
