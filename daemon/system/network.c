/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts about the network, as values: made anew at each change and compared, so that only a real
 * difference is passed on.
 */
#include "network.h"

#include "address.h"

#include <string.h>

NetworkLink *network_link_new(const char *name)
{
    NetworkLink *link = g_new0(NetworkLink, 1);
    link->name = g_strdup(name);
    link->servers = g_ptr_array_new_with_free_func(g_free);
    link->domains = g_new0(char *, 1);
    link->reverse = g_new0(char *, 1);
    return link;
}

void network_link_free(NetworkLink *link)
{
    g_free(link->name);
    g_ptr_array_unref(link->servers);
    g_strfreev(link->domains);
    g_strfreev(link->reverse);
    g_free(link);
}

const NetworkLink *network_links_find_vpn(const GPtrArray *links)
{
    for (guint i = 0; i < links->len; i++) {
        const NetworkLink *link = g_ptr_array_index(links, i);
        if (link->vpn && link->takes_all)
            return link;
    }
    return NULL;
}

void network_facts_init(NetworkFacts *facts)
{
    *facts = (NetworkFacts){
        .identity = g_strdup(""),
        .key = g_strdup(""),
        .name = g_strdup(""),
        .ssid = g_strdup(""),
        .check_url = g_strdup(""),
        .portal_api = g_strdup(""),
        .links = g_ptr_array_new_with_free_func((GDestroyNotify)network_link_free),
    };
}

void network_facts_clear(NetworkFacts *facts)
{
    g_free(facts->identity);
    g_free(facts->key);
    g_free(facts->name);
    g_free(facts->ssid);
    g_free(facts->check_url);
    g_free(facts->portal_api);
    g_clear_pointer(&facts->links, g_ptr_array_unref);
    *facts = (NetworkFacts){0};
}

static NetworkLink *network_link_copy(const NetworkLink *link)
{
    NetworkLink *copy = g_memdup2(link, sizeof(*link));
    copy->name = g_strdup(link->name);
    copy->servers = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < link->servers->len; i++)
        g_ptr_array_add(copy->servers,
                        g_memdup2(g_ptr_array_index(link->servers, i), sizeof(Address)));
    copy->domains = g_strdupv(link->domains);
    copy->reverse = g_strdupv(link->reverse);
    return copy;
}

void network_facts_copy(const NetworkFacts *facts, NetworkFacts *copy)
{
    *copy = *facts;
    copy->identity = g_strdup(facts->identity);
    copy->key = g_strdup(facts->key);
    copy->name = g_strdup(facts->name);
    copy->ssid = g_strdup(facts->ssid);
    copy->check_url = g_strdup(facts->check_url);
    copy->portal_api = g_strdup(facts->portal_api);
    copy->links = g_ptr_array_new_with_free_func((GDestroyNotify)network_link_free);
    for (guint i = 0; i < facts->links->len; i++)
        g_ptr_array_add(copy->links, network_link_copy(g_ptr_array_index(facts->links, i)));
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

static bool texts_equal(char **a, char **b)
{
    return g_strv_equal((const char *const *)a, (const char *const *)b);
}

static bool links_equal(const GPtrArray *a, const GPtrArray *b)
{
    if (a->len != b->len)
        return false;
    for (guint i = 0; i < a->len; i++) {
        const NetworkLink *one = g_ptr_array_index(a, i), *other = g_ptr_array_index(b, i);
        if (strcmp(one->name, other->name) != 0 || one->open != other->open ||
            one->vpn != other->vpn || one->takes_all != other->takes_all ||
            !servers_equal(one->servers, other->servers) ||
            !texts_equal(one->domains, other->domains) ||
            !texts_equal(one->reverse, other->reverse))
            return false;
    }
    return true;
}

bool network_facts_equal(const NetworkFacts *a, const NetworkFacts *b)
{
    return a->managed == b->managed && a->online == b->online && a->pointed == b->pointed &&
           a->taken == b->taken && a->metered == b->metered && a->ipv4 == b->ipv4 &&
           a->ipv6 == b->ipv6 && a->connectivity == b->connectivity &&
           strcmp(a->identity, b->identity) == 0 && strcmp(a->key, b->key) == 0 &&
           strcmp(a->name, b->name) == 0 && strcmp(a->ssid, b->ssid) == 0 &&
           strcmp(a->check_url, b->check_url) == 0 && strcmp(a->portal_api, b->portal_api) == 0 &&
           links_equal(a->links, b->links);
}

void network_listen(Network *network, NetworkListener *listener)
{
    list_append(&network->listeners, &listener->node);
}

void network_unlisten(NetworkListener *listener)
{
    if (listener->node.next != NULL)
        list_remove(&listener->node);
}

void network_tell(Network *network)
{
    list_for_each (node, &network->listeners) {
        NetworkListener *listener = container_of(node, NetworkListener, node);
        listener->changed(listener->owner);
    }
}
