/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Routes for the names of the network at hand: its printers, its router, a company's own servers.
 *
 * The network chooses the suffix, and so which names it gets to see and to answer. It must not be
 * able to choose too much:
 *   - the root, the top-level names of the internet, and what stands in for one (co.uk): never;
 *   - what an administrator's [Route] covers: never;
 *   - a domain of the internet on an open Wi-Fi, which anybody may imitate: never;
 *   - names that are nowhere on the internet (RFC 6761, RFC 8375, RFC 9476, ICANN's "internal", and
 *     what home routers make up): always.
 * So a network that its owner lets in by cable or key may claim google.com. It is said in the log
 * and by a check, and LocalDomains=false ends it.
 */
#include "routes.h"

#include "address.h"
#include "log.h"

#include <glib.h>

#include <string.h>

#define NETWORK_ID "network"

static bool is_private(const char *domain)
{
    static const char *const labels[] = {
        "alt", "corp",        "domain",   "fritz",   "home",   "host", "intranet",  "internal",
        "lan", "localdomain", "localnet", "private", "router", "test", "workgroup", NULL};
    const char *last = strrchr(domain, '.');
    return g_strv_contains(labels, last != NULL ? last + 1 : domain) ||
           g_str_equal(domain, "home.arpa") || g_str_has_suffix(domain, ".home.arpa");
}

/* A top-level name, or what is as good as one where a country registers below a second label. */
static bool is_registry(const char *domain, unsigned label_count)
{
    static const char *const labels[] = {"ac",  "co", "com", "edu", "go", "gob", "gov", "gouv",
                                         "mil", "ne", "net", "nom", "or", "org", NULL};
    const char *dot = strchr(domain, '.');
    if (label_count != 2 || dot == NULL)
        return label_count < 2;
    g_autofree char *second = g_strndup(domain, (size_t)(dot - domain));
    return strlen(dot + 1) == 2 && g_strv_contains(labels, second);
}

static bool is_covered(const Plan *plan, const Name *suffix)
{
    for (size_t i = 0; i < plan->route_count; i++) {
        if (name_is_under(suffix, &plan->routes[i].suffix))
            return true;
    }
    return false;
}

/* The domain in its one form; false when it is not to be routed. */
static bool domain_read(const char *text, const NetworkFacts *facts, Name *suffix)
{
    char plain[NAME_MAX_TEXT];
    if (name_parse(*text == '~' ? text + 1 : text, suffix) != STATUS_OK)
        return false;
    g_autofree char *domain = g_ascii_strdown(name_format(suffix, plain), -1);
    return is_private(domain) || (!facts->open && !is_registry(domain, name_label_count(suffix)));
}

static Resolver *resolver_of_network(const NetworkFacts *facts)
{
    Resolver *resolver = resolver_new(NETWORK_ID, *facts->name ? facts->name : "This network");
    for (guint i = 0; i < facts->servers->len; i++)
        resolver_add_endpoint(resolver,
                              endpoint_new(ENDPOINT_PLAIN, g_ptr_array_index(facts->servers, i)));
    return resolver;
}

void routes_add(Plan *plan, const NetworkFacts *facts)
{
    if (facts->servers->len == 0)
        return;
    g_autoptr(Resolver) resolver = resolver_of_network(facts);
    for (gsize i = 0; facts->domains[i] != NULL; i++) {
        Name suffix;
        if (!domain_read(facts->domains[i], facts, &suffix) || is_covered(plan, &suffix))
            log_debug("a domain of this network is not routed to it number=%zu", i);
        else
            plan_add_route(plan, &suffix, resolver);
    }
}

char *routes_describe(const Plan *plan)
{
    GString *list = g_string_new(NULL);
    for (size_t i = 0; i < plan->route_count; i++) {
        char text[NAME_MAX_TEXT];
        if (g_str_equal(plan->routes[i].resolver->id, NETWORK_ID))
            g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "",
                                   name_format(&plan->routes[i].suffix, text));
    }
    return g_string_free(list, FALSE);
}
