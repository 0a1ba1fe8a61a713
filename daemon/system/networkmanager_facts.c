/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts out of libnm's cache: nothing here asks the bus. Which network this is, and what it leads
 * to, is networkmanager_uplink.c's.
 */
#include "networkmanager_facts.h"

#include "networkmanager_profile.h"
#include "networkmanager_uplink.h"
#include "reverse.h"
#include "tun.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

#define NOWHERE (-1) /* no link has this index */

static bool is_host(const struct sockaddr *socket, const Address *address)
{
    Address other = {0};
    if (socket == NULL || socket->sa_family != address->socket.any.sa_family)
        return false;
    memcpy(&other.socket, socket, address_length(address));
    other.socket.v6.sin6_scope_id = 0; /* padding, for IPv4 */
    return address_same_host(&other, address);
}

/* The index of the link that has this address; NOWHERE none. */
static int find_interface(const char *text)
{
    struct ifaddrs *all = NULL;
    Address address;
    int index = NOWHERE;
    if (address_parse(text, 0, &address) != STATUS_OK || getifaddrs(&all) < 0)
        return NOWHERE;
    for (const struct ifaddrs *one = all; one != NULL && index == NOWHERE; one = one->ifa_next) {
        if (is_host(one->ifa_addr, &address))
            index = (int)if_nametoindex(one->ifa_name);
    }
    freeifaddrs(all);
    return index;
}

/* libnm names the device below a VPN, and lists the VPN for a moment after its link is gone. */
static int interface_of(NMActiveConnection *active, NMIPConfig *config)
{
    GPtrArray *own = nm_ip_config_get_addresses(config);
    if (!nm_active_connection_get_vpn(active))
        return nm_connection_interface(active);
    if (own == NULL || own->len == 0)
        return NOWHERE;
    return find_interface(nm_ip_address_get_address(g_ptr_array_index(own, 0)));
}

/* Each is to be asked by its own link alone: when a VPN breaks, its servers' addresses would be
 * looked for on the network at hand, in clear. Routers like to name themselves by their address on
 * the link, which libnm gives without it. */
static void add_servers(GPtrArray *servers, NMIPConfig *config, int interface)
{
    const char *const *texts = nm_ip_config_get_nameservers(config);
    for (gsize i = 0; texts != NULL && texts[i] != NULL; i++) {
        Address address;
        if (address_parse(texts[i], 53, &address) != STATUS_OK)
            continue;
        address_set_link(&address, (unsigned)MAX(interface, 0));
        address.interface =
            address_is_remote(&address) ? interface : 0; /* or a program of this machine's */
        g_ptr_array_add(servers, g_memdup2(&address, sizeof(address)));
    }
}

static void add_texts(GPtrArray *into, const char *const *texts)
{
    for (gsize i = 0; texts != NULL && texts[i] != NULL; i++) {
        if (*texts[i] != '\0' &&
            !g_ptr_array_find_with_equal_func(into, texts[i], g_str_equal, NULL))
            g_ptr_array_add(into, g_strdup(texts[i]));
    }
}

static char **texts_end(GPtrArray *texts)
{
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(texts, FALSE);
}

/* What NetworkManager has put in force: our address, on our device. */
static bool dns_is_ours(NMClient *client, const Address *own_address)
{
    char own[ADDRESS_MAX_TEXT];
    address_format_host(own_address, own);
    const GPtrArray *entries = nm_client_get_dns_configuration(client);
    for (guint i = 0; entries != NULL && i < entries->len; i++) {
        NMDnsEntry *entry = g_ptr_array_index(entries, i);
        const char *const *servers = nm_dns_entry_get_nameservers(entry);
        if (g_strcmp0(nm_dns_entry_get_interface(entry), TUN_NAME) == 0 && servers != NULL &&
            g_strv_contains(servers, own))
            return true;
    }
    return false;
}

NMActiveConnection *nm_facts_own_connection(NMClient *client)
{
    NMDevice *device = nm_client_get_device_by_iface(client, TUN_NAME);
    return device != NULL ? nm_device_get_active_connection(device) : NULL;
}

NMRemoteConnection *nm_facts_own_profile(NMClient *client, const Address *own_address)
{
    const GPtrArray *connections = nm_client_get_connections(client);
    for (guint i = 0; i < connections->len; i++) {
        NMConnection *connection = g_ptr_array_index(connections, i);
        if (g_strcmp0(nm_connection_get_interface_name(connection), TUN_NAME) == 0 &&
            nm_profile_fits(connection, own_address))
            return NM_REMOTE_CONNECTION(connection);
    }
    return NULL;
}

static void add_subnet(GPtrArray *zones, const char *text, unsigned prefix, bool vpn)
{
    Address address;
    if (text != NULL && address_parse(text, 0, &address) == STATUS_OK &&
        (vpn || reverse_is_private(&address)))
        reverse_zones_add(zones, &address, prefix);
}

/* A VPN's routes are the networks behind it. Those of the network at hand lead everywhere. */
static void add_subnets(GPtrArray *zones, NMIPConfig *config, bool vpn)
{
    GPtrArray *addresses = nm_ip_config_get_addresses(config);
    GPtrArray *routes = nm_ip_config_get_routes(config);
    for (guint i = 0; addresses != NULL && i < addresses->len; i++) {
        NMIPAddress *address = g_ptr_array_index(addresses, i);
        add_subnet(zones, nm_ip_address_get_address(address), nm_ip_address_get_prefix(address),
                   vpn);
    }
    for (guint i = 0; vpn && routes != NULL && i < routes->len; i++) {
        NMIPRoute *route = g_ptr_array_index(routes, i);
        add_subnet(zones, nm_ip_route_get_dest(route), nm_ip_route_get_prefix(route), vpn);
    }
}

static void add_link(GPtrArray *links, NMActiveConnection *active)
{
    NMIPConfig *configs[] = {nm_active_connection_get_ip4_config(active),
                             nm_active_connection_get_ip6_config(active)};
    g_autofree char *name = nm_connection_name(active);
    NetworkLink *link = network_link_new(name);
    GPtrArray *domains = g_ptr_array_new(), *zones = g_ptr_array_new();

    link->vpn = nm_connection_is_vpn(active);
    link->open = nm_connection_is_open(active);
    for (gsize i = 0; i < G_N_ELEMENTS(configs); i++) {
        if (configs[i] == NULL)
            continue;
        add_servers(link->servers, configs[i], interface_of(active, configs[i]));
        add_texts(domains, nm_ip_config_get_domains(configs[i]));
        add_texts(domains, nm_ip_config_get_searches(configs[i]));
        add_subnets(zones, configs[i], link->vpn);
    }
    g_strfreev(link->domains);
    g_strfreev(link->reverse);
    link->domains = texts_end(domains);
    link->reverse = texts_end(zones);
    link->takes_all = link->vpn && (nm_active_connection_get_default(active) ||
                                    nm_active_connection_get_default6(active) ||
                                    g_strv_contains((const char *const *)link->domains, "~."));
    if (link->servers->len > 0)
        g_ptr_array_add(links, link);
    else
        network_link_free(link);
}

/* The network itself first, then whatever is connected beside it: a second one, VPNs. */
static void read_links(NMClient *client, NetworkFacts *facts)
{
    const GPtrArray *actives = nm_client_get_active_connections(client);
    NMActiveConnection *own = nm_facts_own_connection(client);
    NMActiveConnection *uplink = nm_uplink_connection(client);
    if (uplink != NULL)
        add_link(facts->links, uplink);
    for (guint i = 0; i < actives->len; i++) {
        NMActiveConnection *active = g_ptr_array_index(actives, i);
        if (active != uplink && active != own && nm_connection_is_activated(active))
            add_link(facts->links, active);
    }
}

void nm_facts_read(NMClient *client, const Address *own_address, Gateway *gateway,
                   NetworkFacts *facts)
{
    if (client == NULL || !nm_client_get_nm_running(client))
        return;
    facts->managed = true;
    NMActiveConnection *own = nm_facts_own_connection(client);
    facts->pointed =
        own != NULL && nm_connection_is_activated(own) && dns_is_ours(client, own_address);
    nm_uplink_read(client, gateway, facts);
    read_links(client, facts);
}

/* "~corp.example" is for routing alone. */
static void add_search(GPtrArray *search, NMActiveConnection *active)
{
    NMIPConfig *configs[] = {nm_active_connection_get_ip4_config(active),
                             nm_active_connection_get_ip6_config(active)};
    for (gsize i = 0; i < G_N_ELEMENTS(configs); i++) {
        if (configs[i] == NULL)
            continue;
        add_texts(search, nm_ip_config_get_searches(configs[i]));
        add_texts(search, nm_ip_config_get_domains(configs[i]));
    }
    for (guint i = search->len; i > 0; i--) {
        char *text = g_ptr_array_index(search, i - 1);
        if (*text == '~') {
            g_ptr_array_remove_index(search, i - 1);
            g_free(text);
        }
    }
}

static void add_searches(GPtrArray *search, NMClient *client, bool vpn)
{
    const GPtrArray *actives = nm_client_get_active_connections(client);
    NMActiveConnection *own = nm_facts_own_connection(client);
    for (guint i = 0; i < actives->len; i++) {
        NMActiveConnection *active = g_ptr_array_index(actives, i);
        if (active != own && nm_connection_is_vpn(active) == vpn &&
            nm_connection_is_activated(active))
            add_search(search, active);
    }
}

/* VPNs first: a short name of the office is not to be tried at the hotel. */
char **nm_facts_search(NMClient *client)
{
    GPtrArray *search = g_ptr_array_new();
    add_searches(search, client, true);
    add_searches(search, client, false);
    return texts_end(search);
}
