/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The settings of systemd-resolved, of all links in two lists:
 *
 *     DNS      a(iiay)  link (0: of all), address family, address
 *     Domains  a(isb)   link, domain ("." is every name), whether for routing alone
 *
 * A lookup goes to the links with the longest domain that fits, and to all of them at once: a
 * second link with "~." gets every question that ours gets.
 */
#include "resolved_facts.h"

#include <string.h>

#define DNS_PORT   53
#define EVERY_NAME "."

static bool address_from_bytes(int family, GVariant *bytes, Address *address)
{
    gsize length;
    const void *data = g_variant_get_fixed_array(bytes, &length, 1);
    *address = (Address){0};
    if (family == AF_INET && length == 4)
        memcpy(&address->socket.v4.sin_addr, data, length);
    else if (family == AF_INET6 && length == 16)
        memcpy(&address->socket.v6.sin6_addr, data, length);
    else
        return false;
    address->socket.any.sa_family = (sa_family_t)family;
    address_set_port(address, DNS_PORT);
    return true;
}

/* What is named `name` and has this type; an empty list where there is none. (transfer full) */
static GVariant *lookup(GVariant *properties, const char *name, const char *type)
{
    GVariant *value =
        properties != NULL ? g_variant_lookup_value(properties, name, G_VARIANT_TYPE(type)) : NULL;
    return value != NULL
               ? value
               : g_variant_ref_sink(g_variant_new_array(G_VARIANT_TYPE(type + 1), NULL, 0));
}

/* The servers of one link, Address*. (transfer full) */
static GPtrArray *servers_of(GVariant *properties, int interface)
{
    g_autoptr(GVariant) list = lookup(properties, "DNS", "a(iiay)");
    GPtrArray *servers = g_ptr_array_new_with_free_func(g_free);
    GVariantIter iter;
    GVariant *bytes;
    gint32 link, family;
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "(ii@ay)", &link, &family, &bytes)) {
        Address address;
        if (link != interface || !address_from_bytes(family, bytes, &address))
            continue;
        if (address_is_remote(&address))
            address.interface = interface; /* by no other link */
        address_set_link(&address, (unsigned)interface);
        g_ptr_array_add(servers, g_memdup2(&address, sizeof(address)));
    }
    return servers;
}

bool resolved_has_servers(GVariant *properties, int interface)
{
    g_autoptr(GPtrArray) servers = servers_of(properties, interface);
    return servers->len > 0;
}

static bool claims_every_name(GVariant *properties, int interface)
{
    g_autoptr(GVariant) list = lookup(properties, "Domains", "a(isb)");
    GVariantIter iter;
    const char *domain;
    gint32 link;
    gboolean routing;
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_next(&iter, "(i&sb)", &link, &domain, &routing)) {
        if (link == interface && strcmp(domain, EVERY_NAME) == 0)
            return true;
    }
    return false;
}

bool resolved_asks(GVariant *properties, const Address own[2], int interface)
{
    g_autoptr(GPtrArray) servers = servers_of(properties, interface);
    for (guint i = 0; i < servers->len; i++) {
        const Address *server = g_ptr_array_index(servers, i);
        if (!address_same_host(server, &own[0]) && !address_same_host(server, &own[1]))
            return false;
    }
    return servers->len > 0 && claims_every_name(properties, interface);
}

/* The links that have servers, each once, in the order they are told. (transfer full) */
static GArray *links_with_servers(GVariant *properties, int except)
{
    g_autoptr(GVariant) list = lookup(properties, "DNS", "a(iiay)");
    GArray *links = g_array_new(FALSE, FALSE, sizeof(gint32));
    GVariantIter iter;
    GVariant *entry;
    g_variant_iter_init(&iter, list);
    while ((entry = g_variant_iter_next_value(&iter)) != NULL) {
        gint32 link;
        bool known = false;
        g_variant_get_child(entry, 0, "i", &link);
        g_variant_unref(entry);
        for (guint i = 0; i < links->len; i++)
            known = known || g_array_index(links, gint32, i) == link;
        if (!known && link != except)
            g_array_append_val(links, link);
    }
    return links;
}

/* (transfer none) of `name`; "" for a link that is gone. */
static const char *name_of(int interface, char name[IF_NAMESIZE])
{
    if (interface == 0)
        return "DNS=";
    return if_indextoname((unsigned)interface, name) != NULL ? name : "";
}

char *resolved_find_rival(GVariant *properties, int interface)
{
    g_autoptr(GArray) links = links_with_servers(properties, interface);
    for (guint i = 0; i < links->len; i++) {
        gint32 link = g_array_index(links, gint32, i);
        char buffer[IF_NAMESIZE];
        const char *name = name_of(link, buffer);
        if (claims_every_name(properties, link) && *name != '\0' && !link_is_tunnel(name))
            return g_strdup(name);
    }
    return NULL;
}

/* "~" in front where it is for routing alone. (transfer full) */
static char **domains_of(GVariant *properties, int interface)
{
    g_autoptr(GVariant) list = lookup(properties, "Domains", "a(isb)");
    g_autoptr(GStrvBuilder) domains = g_strv_builder_new();
    GVariantIter iter;
    const char *domain;
    gint32 link;
    gboolean routing;
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_next(&iter, "(i&sb)", &link, &domain, &routing)) {
        g_autofree char *text = g_strconcat(routing ? "~" : "", domain, NULL);
        if (link == interface)
            g_strv_builder_add(domains, text);
    }
    return g_strv_builder_end(domains);
}

static char **reverse_of(const char *name)
{
    GPtrArray *zones = g_ptr_array_new();
    link_add_reverse(name, zones);
    g_ptr_array_add(zones, NULL);
    return (char **)g_ptr_array_free(zones, FALSE);
}

void resolved_read_links(GVariant *properties, int interface, const Uplink *uplink,
                         GPtrArray *links)
{
    g_autoptr(GArray) found = links_with_servers(properties, interface);
    for (guint i = 0; i < found->len; i++) {
        gint32 number = g_array_index(found, gint32, i);
        char buffer[IF_NAMESIZE];
        const char *name = name_of(number, buffer);
        NetworkLink *link = network_link_new(name);
        g_ptr_array_unref(link->servers);
        link->servers = servers_of(properties, number);
        g_strfreev(link->domains);
        link->domains = domains_of(properties, number);
        g_strfreev(link->reverse);
        link->reverse = reverse_of(name);
        link->vpn = number != 0 && link_is_tunnel(name);
        link->takes_all =
            link->vpn && (number == uplink->interface || claims_every_name(properties, number));
        g_ptr_array_insert(links, number == uplink->interface ? 0 : -1, link);
    }
}
