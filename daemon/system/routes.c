/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Routes for the names of the network at hand: its printers, its router, a company's own servers;
 * and for those of VPNs.
 *
 * A VPN was set up by who uses the machine, so what it claims is its own: domains, the reverse
 * names of its addresses, and, where everything goes by it, every name there is. Those questions
 * are plain DNS inside its tunnel.
 *
 * A network is somebody else's. It chooses the suffix, and so which names it gets to see and to
 * answer. It must not be able to choose too much:
 *   - the root, the top-level names of the internet, and what stands in for one (co.uk): never;
 *   - what an administrator's [Route] covers: never;
 *   - a domain of the internet on an open Wi-Fi, which anybody may imitate: never;
 *   - names that are nowhere on the internet (RFC 6761, RFC 8375, RFC 9476, ICANN's "internal", and
 *     what home routers make up): always.
 * So a network that its owner lets in by cable or key may claim google.com. It is said in the log
 * and by a check, and LocalDomains=false ends it.
 *
 * What the user says comes before both: of the same name, and where it is about the longer one.
 */
#include "routes.h"

#include "address.h"
#include "log.h"

#include <glib.h>

#include <string.h>

#define NETWORK_ID "network"
#define VPN_ID     "vpn"
#define TOLD_MOST  10 /* names, in one sentence */

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
        if (!plan->routes[i].exact && name_is_under(suffix, &plan->routes[i].suffix))
            return true;
    }
    return false;
}

/* The domain in its one form; false when it is not to be routed. */
static bool domain_read(const char *text, const NetworkLink *link, Name *suffix)
{
    char plain[NAME_MAX_TEXT];
    if (name_parse(*text == '~' ? text + 1 : text, suffix) != STATUS_OK)
        return false;
    if (link->vpn)
        return suffix->length > 1; /* the root is for who takes all */
    g_autofree char *domain = g_ascii_strdown(name_format(suffix, plain), -1);
    return is_private(domain) || (!link->open && !is_registry(domain, name_label_count(suffix)));
}

static Resolver *resolver_of_link(const NetworkLink *link)
{
    const char *unnamed = link->vpn ? "VPN" : "This network";
    Resolver *resolver =
        resolver_new(link->vpn ? VPN_ID : NETWORK_ID, *link->name ? link->name : unnamed);
    for (guint i = 0; i < link->servers->len; i++)
        resolver_add_endpoint(resolver,
                              endpoint_new(ENDPOINT_PLAIN, g_ptr_array_index(link->servers, i)));
    return resolver;
}

static void add_link(Plan *plan, const NetworkLink *link)
{
    g_autoptr(Resolver) resolver = resolver_of_link(link);
    Name suffix;
    for (gsize i = 0; link->domains[i] != NULL; i++) {
        if (!domain_read(link->domains[i], link, &suffix) || is_covered(plan, &suffix))
            log_debug("a domain of this network is not routed to it number=%zu", i);
        else if (link->vpn)
            plan_add_route(plan, &suffix, ROUTE_VPN, resolver);
        else
            plan_add_searched_route(plan, &suffix, resolver);
    }
    for (gsize i = 0; link->reverse[i] != NULL; i++) {
        if (name_parse(link->reverse[i], &suffix) == STATUS_OK && !is_covered(plan, &suffix))
            plan_add_route(plan, &suffix, link->vpn ? ROUTE_VPN : ROUTE_NETWORK, resolver);
    }
}

static void add_root(Plan *plan, const NetworkLink *link)
{
    g_autoptr(Resolver) resolver = resolver_of_link(link);
    Name root;
    if (name_parse(".", &root) == STATUS_OK && !is_covered(plan, &root))
        plan_add_route(plan, &root, ROUTE_VPN, resolver);
}

/* VPNs first: where two claim a name it is the one that the user set up. */
void routes_add(Plan *plan, const GPtrArray *links, const RoutesPolicy *policy)
{
    const NetworkLink *in_charge = policy->vpn_lookups ? network_links_find_vpn(links) : NULL;
    for (int vpn = 1; vpn >= 0; vpn--) {
        for (guint i = 0; i < links->len; i++) {
            const NetworkLink *link = g_ptr_array_index(links, i);
            if (link->vpn == (vpn == 1) && (link->vpn || policy->local_domains) &&
                link->servers->len > 0)
                add_link(plan, link);
        }
    }
    if (in_charge != NULL) /* last, since it covers everything */
        add_root(plan, in_charge);
}

Resolver *routes_network(const GPtrArray *links)
{
    for (guint i = 0; i < links->len; i++) {
        const NetworkLink *link = g_ptr_array_index(links, i);
        if (!link->vpn && link->servers->len > 0)
            return resolver_of_link(link);
    }
    return NULL;
}

/* With all that belongs to it: such a route is guarded against the search list. */
static bool is_the_networks(const Plan *plan, const Name *name)
{
    for (size_t i = 0; i < plan->route_count; i++) {
        if (plan->routes[i].kind == ROUTE_NETWORK && name_equal(&plan->routes[i].suffix, name))
            return true;
    }
    return false;
}

void routes_add_own(Plan *plan, const GPtrArray *links, const OwnRules *rules)
{
    g_autoptr(Resolver) resolver = routes_network(links);
    const GPtrArray *all = own_rules_all(rules);
    for (guint i = 0; resolver != NULL && i < all->len; i++) {
        const OwnRule *rule = g_ptr_array_index(all, i);
        if (rule->wish == OWN_NETWORK && !is_the_networks(plan, &rule->name))
            plan_add_own_route(plan, &rule->name, rule->exact, ROUTE_OWN_NETWORK, resolver);
    }
}

void routes_add_name(Plan *plan, const GPtrArray *links, const char *text, RouteKind kind)
{
    g_autoptr(Resolver) resolver = routes_network(links);
    Name name;
    if (resolver != NULL && name_parse(text, &name) == STATUS_OK && !is_covered(plan, &name))
        plan_add_route(plan, &name, kind, resolver);
}

void routes_add_opening(Plan *plan, const GPtrArray *links, RouteKind kind)
{
    routes_add_name(plan, links, ".", kind);
}

const Resolver *routes_vpn_in_charge(const Plan *plan)
{
    for (size_t i = 0; plan != NULL && i < plan->route_count; i++) {
        const Route *route = &plan->routes[i];
        if (route->suffix.length == 1 && route->kind == ROUTE_VPN)
            return route->resolver;
    }
    return NULL;
}

static bool is_reverse(const char *domain)
{
    return g_str_has_suffix(domain, ".in-addr.arpa") || g_str_has_suffix(domain, ".ip6.arpa");
}

static char *describe(const Plan *plan, bool with_own)
{
    GString *list = g_string_new(NULL);
    unsigned told = 0;
    for (size_t i = 0; i < plan->route_count; i++) {
        RouteKind kind = plan->routes[i].kind;
        char text[NAME_MAX_TEXT];
        (void)name_format(&plan->routes[i].suffix, text);
        if ((kind != ROUTE_NETWORK && !(with_own && kind == ROUTE_OWN_NETWORK)) || is_reverse(text))
            continue;
        if (told++ < TOLD_MOST)
            g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", text);
    }
    if (told > TOLD_MOST)
        g_string_append(list, ", …");
    return g_string_free(list, FALSE);
}

char *routes_describe(const Plan *plan)
{
    return describe(plan, false);
}

char *routes_describe_with_own(const Plan *plan)
{
    return describe(plan, true);
}
