/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The connection profile.
 *
 * dns-priority −50 with the routing domain "~." makes ours the only DNS there is, for a plain
 * resolv.conf and for systemd-resolved alike. It hides the network's search domains too, so ours
 * carries them.
 */
#include "networkmanager_profile.h"

#include "tun.h"

#define DNS_PRIORITY (-50)
#define EVERY_NAME   "~."

static void ip_setting_fill(NMSettingIPConfig *setting, int family, const Address *address,
                            unsigned prefix)
{
    char host[ADDRESS_MAX_TEXT];
    address_format_host(address, host);
    NMIPAddress *own = nm_ip_address_new(family, host, prefix, NULL);
    g_object_set(setting, NM_SETTING_IP_CONFIG_METHOD, "manual", NM_SETTING_IP_CONFIG_DNS_PRIORITY,
                 DNS_PRIORITY, NM_SETTING_IP_CONFIG_NEVER_DEFAULT, TRUE,
                 NM_SETTING_IP_CONFIG_MAY_FAIL, TRUE, NULL);
    if (own != NULL)
        nm_setting_ip_config_add_address(setting, own);
    g_clear_pointer(&own, nm_ip_address_unref);
    nm_setting_ip_config_add_dns(setting, host);
    nm_setting_ip_config_add_dns_search(setting, EVERY_NAME);
}

static NMSetting *link_setting_new(void)
{
    g_autofree char *uuid = nm_utils_uuid_generate();
    NMSetting *setting = nm_setting_connection_new();
    g_object_set(setting, NM_SETTING_CONNECTION_ID, "Sotto", NM_SETTING_CONNECTION_UUID, uuid,
                 NM_SETTING_CONNECTION_TYPE, NM_SETTING_TUN_SETTING_NAME,
                 NM_SETTING_CONNECTION_INTERFACE_NAME, TUN_NAME, NM_SETTING_CONNECTION_AUTOCONNECT,
                 FALSE, NM_SETTING_CONNECTION_LLMNR, NM_SETTING_CONNECTION_LLMNR_NO,
                 NM_SETTING_CONNECTION_MDNS, NM_SETTING_CONNECTION_MDNS_NO, NULL);
    return setting;
}

static NMSetting *ipv6_setting_new(const Address *address6)
{
    NMSetting *setting = nm_setting_ip6_config_new();
    bool supported = g_file_test("/proc/self/net/if_inet6", G_FILE_TEST_EXISTS);
    if (!supported || !address_is_set(address6)) {
        g_object_set(setting, NM_SETTING_IP_CONFIG_METHOD, "disabled", NULL);
        return setting;
    }
    ip_setting_fill(NM_SETTING_IP_CONFIG(setting), AF_INET6, address6, 128);
    return setting;
}

NMConnection *nm_profile_new(const Address *address4, const Address *address6,
                             const char *const *search)
{
    NMConnection *connection = nm_simple_connection_new();
    NMSetting *tun = nm_setting_tun_new();
    g_object_set(tun, NM_SETTING_TUN_MODE, (guint)NM_SETTING_TUN_MODE_TUN, NULL);
    NMSetting *ipv4 = nm_setting_ip4_config_new();
    ip_setting_fill(NM_SETTING_IP_CONFIG(ipv4), AF_INET, address4, 32);
    nm_connection_add_setting(connection, link_setting_new());
    nm_connection_add_setting(connection, tun);
    nm_connection_add_setting(connection, ipv4);
    nm_profile_set_search(connection, search);
    nm_connection_add_setting(connection, ipv6_setting_new(address6));
    return connection;
}

static bool has_search(NMSettingIPConfig *setting, const char *const *search)
{
    guint count = nm_setting_ip_config_get_num_dns_searches(setting);
    if (count != g_strv_length((char **)search) + 1)
        return false;
    for (guint i = 1; i < count; i++) {
        if (g_strcmp0(nm_setting_ip_config_get_dns_search(setting, (int)i), search[i - 1]) != 0)
            return false;
    }
    return true;
}

bool nm_profile_set_search(NMConnection *connection, const char *const *search)
{
    NMSettingIPConfig *ipv4 = nm_connection_get_setting_ip4_config(connection);
    if (ipv4 == NULL || has_search(ipv4, search))
        return false;
    nm_setting_ip_config_clear_dns_searches(ipv4);
    nm_setting_ip_config_add_dns_search(ipv4, EVERY_NAME);
    for (gsize i = 0; search[i] != NULL; i++)
        nm_setting_ip_config_add_dns_search(ipv4, search[i]);
    return true;
}

bool nm_profile_fits(NMConnection *connection, const Address *address4)
{
    char host[ADDRESS_MAX_TEXT];
    NMSettingIPConfig *ipv4 = nm_connection_get_setting_ip4_config(connection);
    if (ipv4 == NULL || nm_setting_ip_config_get_num_dns(ipv4) == 0)
        return false;
    return g_strcmp0(nm_setting_ip_config_get_dns(ipv4, 0), address_format_host(address4, host)) ==
           0;
}
