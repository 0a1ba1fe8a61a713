/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which network this is, and what it leads to.
 *
 * It is the primary connection, the one with the default route, or what is below that where it is
 * a VPN. Where the uplink is not NetworkManager's (a server's /etc/network/interfaces, a container)
 * the default route of a device that it does not manage counts as well; a route of a managed device
 * does not, since it may outlive its connection by a moment.
 *
 * Names and addresses of pages come from whoever runs the network, or from whoever imitates it:
 * they are made fit to be shown, or refused.
 */
#include "networkmanager_uplink.h"

#include "networkmanager_facts.h"
#include "plain_text.h"
#include "uplink.h"

#include <net/if.h>
#include <string.h>

#define KEY_LENGTH 16
#define URL_MAX    1024

/* --- connections --- */

/* NULL: not a Wi-Fi. */
static NMDeviceWifi *wifi_device(NMActiveConnection *active)
{
    const GPtrArray *devices = nm_active_connection_get_devices(active);
    NMDevice *device = devices != NULL && devices->len > 0 ? g_ptr_array_index(devices, 0) : NULL;
    return device != NULL && NM_IS_DEVICE_WIFI(device) ? NM_DEVICE_WIFI(device) : NULL;
}

/* NULL: not a Wi-Fi, or one that lost its access point. */
static NMAccessPoint *access_point(NMActiveConnection *active)
{
    NMDeviceWifi *wifi = wifi_device(active);
    return wifi != NULL ? nm_device_wifi_get_active_access_point(wifi) : NULL;
}

/* (transfer none); NULL: not a Wi-Fi. */
static GBytes *ssid_bytes(NMActiveConnection *active)
{
    NMAccessPoint *point = access_point(active);
    return point != NULL ? nm_access_point_get_ssid(point) : NULL;
}

static char *ssid_text(NMActiveConnection *active)
{
    GBytes *ssid = ssid_bytes(active);
    if (ssid == NULL)
        return g_strdup("");
    g_autofree char *text =
        nm_utils_ssid_to_utf8(g_bytes_get_data(ssid, NULL), g_bytes_get_size(ssid));
    return plain_text(text, strlen(text));
}

char *nm_connection_name(NMActiveConnection *active)
{
    g_autofree char *ssid = ssid_text(active);
    const char *profile = nm_active_connection_get_id(active);
    if (*ssid != '\0')
        return g_steal_pointer(&ssid);
    return profile != NULL ? plain_text(profile, strlen(profile)) : g_strdup("");
}

/* OWE is open too: it encrypts, but anybody may be the other end. So may one not known just now,
 * between two access points. */
bool nm_connection_is_open(NMActiveConnection *active)
{
    NMAccessPoint *point = access_point(active);
    if (point == NULL)
        return g_strcmp0(nm_active_connection_get_connection_type(active),
                         NM_SETTING_WIRELESS_SETTING_NAME) == 0;
    if ((nm_access_point_get_flags(point) & NM_802_11_AP_FLAGS_PRIVACY) != 0)
        return false;
    NM80211ApSecurityFlags known =
        nm_access_point_get_wpa_flags(point) | nm_access_point_get_rsn_flags(point);
    return (known & ~(NM80211ApSecurityFlags)(NM_802_11_AP_SEC_KEY_MGMT_OWE |
                                              NM_802_11_AP_SEC_KEY_MGMT_OWE_TM)) == 0;
}

/* WireGuard is a device to NetworkManager, and to everybody else a VPN. */
bool nm_connection_is_vpn(NMActiveConnection *active)
{
    return nm_active_connection_get_vpn(active) ||
           g_strcmp0(nm_active_connection_get_connection_type(active),
                     NM_SETTING_WIREGUARD_SETTING_NAME) == 0;
}

bool nm_connection_is_activated(NMActiveConnection *active)
{
    return nm_active_connection_get_state(active) == NM_ACTIVE_CONNECTION_STATE_ACTIVATED;
}

static const char *gateway_text(NMIPConfig *config)
{
    return config != NULL ? nm_ip_config_get_gateway(config) : NULL;
}

static bool has_gateway(NMActiveConnection *active)
{
    return gateway_text(nm_active_connection_get_ip4_config(active)) != NULL ||
           gateway_text(nm_active_connection_get_ip6_config(active)) != NULL;
}

NMActiveConnection *nm_uplink_connection(NMClient *client)
{
    NMActiveConnection *primary = nm_client_get_primary_connection(client);
    NMActiveConnection *own = nm_facts_own_connection(client);
    const GPtrArray *actives = nm_client_get_active_connections(client);
    if (primary == own)
        return NULL;
    if (primary == NULL || !nm_connection_is_vpn(primary))
        return primary;
    for (guint i = 0; i < actives->len; i++) {
        NMActiveConnection *active = g_ptr_array_index(actives, i);
        if (active != own && nm_connection_is_activated(active) && !nm_connection_is_vpn(active) &&
            has_gateway(active))
            return active;
    }
    return primary;
}

/* --- the gateway, and the key made of it --- */

int nm_connection_interface(NMActiveConnection *active)
{
    const GPtrArray *devices = nm_active_connection_get_devices(active);
    NMDevice *device = devices != NULL && devices->len > 0 ? g_ptr_array_index(devices, 0) : NULL;
    const char *name = device != NULL ? nm_device_get_ip_iface(device) : NULL;
    return name != NULL ? (int)if_nametoindex(name) : 0;
}

/* IPv4's before IPv6's. False: it has none. */
static bool find_gateway(NMActiveConnection *active, Address *gateway)
{
    const char *text = gateway_text(nm_active_connection_get_ip4_config(active));
    if (text == NULL)
        text = gateway_text(nm_active_connection_get_ip6_config(active));
    return text != NULL && address_parse(text, 0, gateway) == STATUS_OK;
}

/* Each part is followed by a 0, so that none can pass for the end of another. */
static void checksum_add(GChecksum *checksum, const void *bytes, gsize length)
{
    g_checksum_update(checksum, bytes, (gssize)length);
    g_checksum_update(checksum, (const guchar *)"", 1);
}

/* Hashed with the profile's UUID, which is made at random, so that what is remembered by it does
 * not name the networks that were visited to whoever reads only that. */
static char *make_key(NMActiveConnection *active, const char *hardware)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    const char *profile = nm_active_connection_get_uuid(active);
    GBytes *ssid = ssid_bytes(active);
    if (profile == NULL)
        return g_strdup("");
    checksum_add(checksum, profile, strlen(profile));
    if (ssid != NULL)
        checksum_add(checksum, g_bytes_get_data(ssid, NULL), g_bytes_get_size(ssid));
    checksum_add(checksum, hardware, strlen(hardware));
    return g_strndup(g_checksum_get_string(checksum), KEY_LENGTH);
}

/* --- facts --- */

static void set_text(char **field, char *text)
{
    g_free(*field);
    *field = text;
}

/* A network is joined anew with each activation, and when DHCP gives another address. */
static char *network_identity(NMActiveConnection *active)
{
    NMIPConfig *config = nm_active_connection_get_ip4_config(active);
    GPtrArray *addresses = config != NULL ? nm_ip_config_get_addresses(config) : NULL;
    const char *address = addresses != NULL && addresses->len > 0
                              ? nm_ip_address_get_address(g_ptr_array_index(addresses, 0))
                              : "";
    return g_strdup_printf("%s %s", nm_object_get_path(NM_OBJECT(active)), address);
}

static bool is_page(const char *url, const char *scheme)
{
    g_autoptr(GUri) uri = NULL;
    if (url == NULL || strlen(url) > URL_MAX)
        return false;
    for (const char *c = url; *c != '\0'; c++) {
        if (!g_ascii_isgraph(*c))
            return false;
    }
    uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    return uri != NULL && strcmp(g_uri_get_scheme(uri), scheme) == 0 &&
           g_uri_get_host(uri) != NULL && *g_uri_get_host(uri) != '\0';
}

/*
 * RFC 8910, DHCP option 114 and DHCPv6 option 103. NetworkManager's own DHCP client does not hand
 * it on (1.42), dhclient does, by its name for the option's older use. Option 160, which came
 * before (RFC 7710), is also the place of some telephones' settings, and is not read. RFC 8910 §2
 * lets an https: address alone speak for the network.
 */
static char *portal_api(NMActiveConnection *active)
{
    static const char *const options[] = {"default_url", "dhcp6_v6_captive_portal"};
    NMDhcpConfig *configs[] = {nm_active_connection_get_dhcp4_config(active),
                               nm_active_connection_get_dhcp6_config(active)};
    for (gsize i = 0; i < G_N_ELEMENTS(configs); i++) {
        for (gsize j = 0; configs[i] != NULL && j < G_N_ELEMENTS(options); j++) {
            const char *url = nm_dhcp_config_get_one_option(configs[i], options[j]);
            if (is_page(url, "https"))
                return g_strdup(url);
        }
    }
    return g_strdup("");
}

static Connectivity read_connectivity(NMClient *client)
{
    switch (nm_client_get_connectivity(client)) {
    case NM_CONNECTIVITY_UNKNOWN:
        return CONNECTIVITY_UNKNOWN;
    case NM_CONNECTIVITY_NONE:
        return CONNECTIVITY_NONE;
    case NM_CONNECTIVITY_PORTAL:
        return CONNECTIVITY_PORTAL;
    case NM_CONNECTIVITY_LIMITED:
        return CONNECTIVITY_LIMITED;
    case NM_CONNECTIVITY_FULL:
        return CONNECTIVITY_FULL;
    }
    return CONNECTIVITY_UNKNOWN;
}

static char *check_url(NMClient *client)
{
    const char *url = nm_client_connectivity_check_get_uri(client);
    bool looks = nm_client_connectivity_check_get_available(client) &&
                 nm_client_connectivity_check_get_enabled(client);
    return g_strdup(looks && is_page(url, "http") ? url : "");
}

static bool is_metered(NMClient *client)
{
    NMMetered metered = nm_client_get_metered(client);
    return metered == NM_METERED_YES || metered == NM_METERED_GUESS_YES;
}

/* NetworkManager says of one connection a family that its default route is the one in use. */
static void read_families(NMClient *client, NetworkFacts *facts)
{
    const GPtrArray *actives = nm_client_get_active_connections(client);
    NMActiveConnection *own = nm_facts_own_connection(client);
    for (guint i = 0; i < actives->len; i++) {
        NMActiveConnection *active = g_ptr_array_index(actives, i);
        if (active == own)
            continue;
        facts->ipv4 = facts->ipv4 || nm_active_connection_get_default(active);
        facts->ipv6 = facts->ipv6 || nm_active_connection_get_default6(active);
    }
}

/*
 * Which network it is, by its gateway. A Wi-Fi that lost its access point stays activated for some
 * seconds, and goes on with whichever of the same name it finds, address and all: that may be
 * somebody else's. So it is no network anybody knows until then, and what was known of the gateway
 * behind another access point is not trusted.
 */
static void read_key(NMActiveConnection *active, Gateway *gateway, NetworkFacts *facts)
{
    NMAccessPoint *point = access_point(active);
    if (point == NULL && wifi_device(active) != NULL) {
        gateway_forget(gateway);
        return;
    }
    const char *station = point != NULL ? nm_access_point_get_bssid(point) : NULL;
    g_autofree char *occasion =
        g_strdup_printf("%s %s", facts->identity, station != NULL ? station : "");
    Address address;
    bool found = find_gateway(active, &address);
    gateway_follow(gateway, found ? &address : NULL, nm_connection_interface(active), occasion);
    const char *hardware = gateway_hardware(gateway);
    if (hardware != NULL)
        set_text(&facts->key, make_key(active, hardware));
}

static void read_connection(NMActiveConnection *active, Gateway *gateway, NetworkFacts *facts)
{
    facts->online = true;
    set_text(&facts->identity, network_identity(active));
    set_text(&facts->name, nm_connection_name(active));
    set_text(&facts->ssid, ssid_text(active));
    set_text(&facts->portal_api, portal_api(active));
    read_key(active, gateway, facts);
}

/* Whether the default route is that of a device which NetworkManager leaves alone. */
static bool read_foreign(NMClient *client, Uplink *uplink)
{
    uplink_read(uplink);
    NMDevice *device =
        uplink->interface > 0 ? nm_client_get_device_by_iface(client, uplink->name) : NULL;
    return uplink->interface > 0 &&
           (device == NULL || nm_device_get_state(device) == NM_DEVICE_STATE_UNMANAGED);
}

void nm_uplink_read(NMClient *client, Gateway *gateway, NetworkFacts *facts)
{
    NMActiveConnection *active = nm_uplink_connection(client);
    Uplink foreign;
    if (active != NULL)
        read_connection(active, gateway, facts);
    else if (read_foreign(client, &foreign))
        uplink_fill(&foreign, gateway, facts);
    else
        gateway_forget(gateway);
    set_text(&facts->check_url, check_url(client));
    facts->connectivity = read_connectivity(client);
    facts->metered = is_metered(client);
    read_families(client, facts);
}
