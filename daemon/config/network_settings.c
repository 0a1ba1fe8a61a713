/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The group [Networks]. The check pages are those that desktops and browsers ask anyway, so that
 * asking tells a network nothing; they are plain HTTP by purpose, since a sign-in page shows itself
 * by answering in their place.
 */
#include "network_settings.h"

#include "name.h"

#define GROUP NETWORK_SETTINGS_GROUP

const char *const network_policy_words[] = {"protect", "ask", "leave-alone", NULL};

const char *const network_settings_keys[] = {
    "Unknown",       "PortalCheck",  "CheckAddresses", "TimeServers",
    "SignInSeconds", "ProbeSeconds", "SearchSeconds",  NULL};

static char **read_list(const Keys *keys, const char *key, const char *const *defaults)
{
    char **given = keys_get_list(keys, GROUP, key);

    if (given && *given)
        return given;
    g_strfreev(given);
    return g_strdupv((char **)defaults);
}

static gboolean read_check_urls(NetworkSettings *settings, const Keys *keys, GError **error)
{
    static const char *const defaults[] = {"http://network-test.debian.org/nm",
                                           "http://nmcheck.gnome.org/check_network_status.txt",
                                           "http://detectportal.firefox.com/success.txt", NULL};

    settings->check_urls = read_list(keys, "CheckAddresses", defaults);
    for (size_t i = 0; settings->check_urls[i]; i++) {
        const char *url = settings->check_urls[i];
        g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

        if (!uri || !g_str_equal(g_uri_get_scheme(uri), "http") || !g_uri_get_host(uri)) {
            keys_set_error(error, keys, GROUP, "CheckAddresses", url,
                           "Expected an address that begins with http://.");
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean read_time_servers(NetworkSettings *settings, const Keys *keys, GError **error)
{
    static const char *const defaults[] = {
        "pool.ntp.org",     "ntp.ubuntu.com",   "time.cloudflare.com",
        "time.google.com",  "time1.google.com", "time2.google.com",
        "time3.google.com", "time4.google.com", "time.windows.com",
        "time.apple.com",   "time.nist.gov",    "time.facebook.com",
        "ptbtime1.ptb.de",  "ptbtime2.ptb.de",  "ptbtime3.ptb.de",
        "nts.netnod.se",    "ntp.se",           NULL};

    settings->time_servers = read_list(keys, "TimeServers", defaults);
    for (size_t i = 0; settings->time_servers[i]; i++) {
        Name name;

        if (name_parse(settings->time_servers[i], &name) != STATUS_OK || name.length == 1) {
            keys_set_error(error, keys, GROUP, "TimeServers", settings->time_servers[i],
                           "Expected a domain name.");
            return FALSE;
        }
    }
    return TRUE;
}

gboolean network_settings_read(NetworkSettings *settings, const Keys *keys, GError **error)
{
    static const char *const unknown_words[] = {"protect", "ask", NULL};
    static const char *const check_words[] = {"trouble", "always", "never", NULL};
    int unknown = NETWORK_PROTECT, check = PORTAL_CHECK_TROUBLE;
    int64_t sign_in_s = 300, probe_s = 2, search_s = 15;

    if (!keys_get_word(keys, GROUP, "Unknown", unknown_words, &unknown, error) ||
        !keys_get_word(keys, GROUP, "PortalCheck", check_words, &check, error) ||
        !keys_get_number(keys, GROUP, "SignInSeconds", 5, 3600, &sign_in_s, error) ||
        !keys_get_number(keys, GROUP, "ProbeSeconds", 1, 60, &probe_s, error) ||
        !keys_get_number(keys, GROUP, "SearchSeconds", 1, 60, &search_s, error))
        return FALSE;
    settings->unknown = (NetworkPolicy)unknown;
    settings->portal_check = (PortalCheck)check;
    settings->sign_in_us = sign_in_s * G_USEC_PER_SEC;
    settings->probe_us = probe_s * G_USEC_PER_SEC;
    settings->search_us = search_s * G_USEC_PER_SEC;
    return read_check_urls(settings, keys, error) && read_time_servers(settings, keys, error);
}

void network_settings_clear(NetworkSettings *settings)
{
    g_strfreev(settings->check_urls);
    g_strfreev(settings->time_servers);
}
