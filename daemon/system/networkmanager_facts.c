/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts out of libnm's cache: nothing here asks the bus.
 *
 * "Online" is the primary connection, the one with the default route. Where the uplink is not
 * NetworkManager's (a server's /etc/network/interfaces, a container) the default route of a device
 * that it does not manage counts as well; a route of a managed device does not, since it may
 * outlive its connection by a moment.
 */
#include "networkmanager_facts.h"

#include "networkmanager_profile.h"
#include "reverse.h"
#include "tun.h"

#include <stdio.h>
#include <string.h>

#define NETWORK_KEY_LENGTH 16

static void add_servers(GPtrArray *servers, NMIPConfig *config)
{
    const char *const *texts = nm_ip_config_get_nameservers(config);
    for (gsize i = 0; texts != NULL && texts[i] != NULL; i++) {
        Address address;
        if (address_parse(texts[i], 53, &address) == STATUS_OK)
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

/* NULL: not a Wi-Fi. */
static NMAccessPoint *access_point(NMActiveConnection *primary)
{
    const GPtrArray *devices = nm_active_connection_get_devices(primary);
    NMDevice *device = devices != NULL && devices->len > 0 ? g_ptr_array_index(devices, 0) : NULL;
    return device != NULL && NM_IS_DEVICE_WIFI(device)
               ? nm_device_wifi_get_active_access_point(NM_DEVICE_WIFI(device))
               : NULL;
}

/* OWE is open too: it encrypts, but anybody may be the other end. */
static bool is_open(NMActiveConnection *primary)
{
    NMAccessPoint *point = access_point(primary);
    if (point == NULL || (nm_access_point_get_flags(point) & NM_802_11_AP_FLAGS_PRIVACY) != 0)
        return false;
    NM80211ApSecurityFlags known =
        nm_access_point_get_wpa_flags(point) | nm_access_point_get_rsn_flags(point);
    return (known & ~(NM80211ApSecurityFlags)(NM_802_11_AP_SEC_KEY_MGMT_OWE |
                                              NM_802_11_AP_SEC_KEY_MGMT_OWE_TM)) == 0;
}

static char *network_name(NMActiveConnection *primary)
{
    NMAccessPoint *point = access_point(primary);
    GBytes *ssid = point != NULL ? nm_access_point_get_ssid(point) : NULL;
    if (ssid != NULL)
        return nm_utils_ssid_to_utf8(g_bytes_get_data(ssid, NULL), g_bytes_get_size(ssid));
    return g_strdup(nm_active_connection_get_id(primary));
}

/* A network is joined anew with each activation, and when DHCP gives another address. */
static char *network_identity(NMActiveConnection *primary)
{
    NMIPConfig *config = nm_active_connection_get_ip4_config(primary);
    GPtrArray *addresses = config != NULL ? nm_ip_config_get_addresses(config) : NULL;
    const char *address = addresses != NULL && addresses->len > 0
                              ? nm_ip_address_get_address(g_ptr_array_index(addresses, 0))
                              : "";
    return g_strdup_printf("%s %s", nm_object_get_path(NM_OBJECT(primary)), address);
}

/* Of the profile's UUID, which is made at random; hashed, so that what is remembered by it does not
 * name the networks that were visited to whoever reads only that. */
static char *network_key(NMActiveConnection *primary)
{
    const char *uuid = nm_active_connection_get_uuid(primary);
    char *digest;
    if (uuid == NULL)
        return g_strdup("");
    digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, uuid, -1);
    digest[NETWORK_KEY_LENGTH] = '\0';
    return digest;
}

/* The device of the first default route that NetworkManager leaves alone; NULL none. */
static char *foreign_uplink(NMClient *client)
{
    g_autofree char *routes = NULL;
    if (!g_file_get_contents("/proc/net/route", &routes, NULL, NULL))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(routes, "\n", -1);
    for (gsize i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
        g_auto(GStrv) fields = g_strsplit(lines[i], "\t", 4);
        if (g_strv_length(fields) < 3 || strcmp(fields[1], "00000000") != 0)
            continue;
        NMDevice *device = nm_client_get_device_by_iface(client, fields[0]);
        if (device == NULL || nm_device_get_state(device) == NM_DEVICE_STATE_UNMANAGED)
            return g_strdup(fields[0]);
    }
    return NULL;
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

/* WireGuard is a device to NetworkManager, and to everybody else a VPN. */
static bool is_vpn(NMActiveConnection *active)
{
    return nm_active_connection_get_vpn(active) ||
           g_strcmp0(nm_active_connection_get_connection_type(active),
                     NM_SETTING_WIREGUARD_SETTING_NAME) == 0;
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
    g_autofree char *name = network_name(active);
    NetworkLink *link = network_link_new(name);
    GPtrArray *domains = g_ptr_array_new(), *zones = g_ptr_array_new();

    link->vpn = is_vpn(active);
    link->open = is_open(active);
    for (gsize i = 0; i < G_N_ELEMENTS(configs); i++) {
        if (configs[i] == NULL)
            continue;
        add_servers(link->servers, configs[i]);
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

static bool is_activated(NMActiveConnection *active)
{
    return nm_active_connection_get_state(active) == NM_ACTIVE_CONNECTION_STATE_ACTIVATED;
}

/* Whatever is connected beside the network itself: a second one, VPNs. */
static void read_others(NMClient *client, NMActiveConnection *primary, NetworkFacts *facts)
{
    const GPtrArray *actives = nm_client_get_active_connections(client);
    NMActiveConnection *own = nm_facts_own_connection(client);
    for (guint i = 0; i < actives->len; i++) {
        NMActiveConnection *active = g_ptr_array_index(actives, i);
        if (active != primary && active != own && is_activated(active))
            add_link(facts->links, active);
    }
}

static void read_primary(NMActiveConnection *primary, NetworkFacts *facts)
{
    add_link(facts->links, primary);
    g_free(facts->name);
    facts->name = network_name(primary);
    g_free(facts->identity);
    facts->identity = network_identity(primary);
    g_free(facts->key);
    facts->key = network_key(primary);
    facts->online = true;
}

void nm_facts_read(NMClient *client, const Address *own_address, NetworkFacts *facts)
{
    if (client == NULL || !nm_client_get_nm_running(client))
        return;
    facts->managed = true;
    NMActiveConnection *own = nm_facts_own_connection(client);
    facts->pointed = own != NULL &&
                     nm_active_connection_get_state(own) == NM_ACTIVE_CONNECTION_STATE_ACTIVATED &&
                     dns_is_ours(client, own_address);
    NMActiveConnection *primary = nm_client_get_primary_connection(client);
    if (primary != NULL && primary != own) {
        read_primary(primary, facts);
        read_others(client, primary, facts);
        return;
    }
    read_others(client, NULL, facts);
    char *uplink = foreign_uplink(client);
    if (uplink != NULL) {
        g_free(facts->name);
        facts->name = uplink;
        g_free(facts->identity);
        facts->identity = g_strdup(uplink);
        facts->online = true;
    }
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
        if (active != own && is_vpn(active) == vpn && is_activated(active))
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
