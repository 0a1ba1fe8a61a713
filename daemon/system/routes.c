/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Routes for the names of the network at hand.
 *
 * The network chooses the suffix, so it must not be able to choose too much: the root and top-level
 * names of the internet are left out. Single labels count when they are not delegated there (RFC
 * 6761, RFC 8375, RFC 9476, ICANN's "internal") or are what home routers make up.
 */
#include "routes.h"

#include "address.h"
#include "log.h"

#include <glib.h>

static bool is_private_label(const char *domain)
{
    static const char *const labels[] = {
        "alt", "corp",        "domain",   "fritz",   "home",   "host", "intranet",  "internal",
        "lan", "localdomain", "localnet", "private", "router", "test", "workgroup", NULL};
    g_autofree char *lower = g_ascii_strdown(domain, -1);
    return g_strv_contains(labels, lower);
}

static bool is_allowed(const char *domain, const Name *suffix)
{
    unsigned labels = name_label_count(suffix);
    return labels >= 2 || (labels == 1 && is_private_label(domain));
}

static Resolver *resolver_of_network(const NetworkFacts *facts)
{
    Resolver *resolver = resolver_new("network", *facts->name ? facts->name : "This network");
    for (guint i = 0; i < facts->servers->len; i++)
        resolver_add_endpoint(resolver,
                              endpoint_new(ENDPOINT_PLAIN, g_ptr_array_index(facts->servers, i)));
    return resolver;
}

void routes_add(Plan *plan, const NetworkFacts *facts)
{
    if (facts->servers->len == 0)
        return;
    Resolver *resolver = NULL;
    for (gsize i = 0; facts->domains[i] != NULL; i++) {
        const char *domain = facts->domains[i];
        const char *plain = *domain == '~' ? domain + 1 : domain;
        Name suffix;
        if (name_parse(plain, &suffix) != STATUS_OK || !is_allowed(plain, &suffix)) {
            log_warning("this network's domain is not routed to it, it claims too much");
            continue;
        }
        if (resolver == NULL)
            resolver = resolver_of_network(facts);
        plan_add_route(plan, &suffix, resolver);
    }
    if (resolver != NULL)
        resolver_unref(resolver);
}
