/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses that a network gives, or a page leads to: somebody else's words. Only scheme, host and
 * port are taken out of them; path and query are left encoded, since GUri refuses what is not UTF-8
 * there, and sign-in pages hand on addresses that are not.
 */
#include "web_address.h"

#include <string.h>

static GUri *parse(const char *address)
{
    g_autoptr(GUri) uri = g_uri_parse(address,
                                      G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED_PATH |
                                          G_URI_FLAGS_ENCODED_QUERY | G_URI_FLAGS_ENCODED_FRAGMENT,
                                      NULL);

    if (uri == NULL || g_uri_get_host(uri) == NULL || *g_uri_get_host(uri) == '\0')
        return NULL;
    if (!g_str_equal(g_uri_get_scheme(uri), "http") && !g_str_equal(g_uri_get_scheme(uri), "https"))
        return NULL;
    return g_steal_pointer(&uri);
}

gboolean web_address_is_valid(const char *address)
{
    g_autoptr(GUri) uri = parse(address);

    return uri != NULL;
}

char *web_address_host(const char *address)
{
    g_autoptr(GUri) uri = parse(address);

    return g_strdup(uri != NULL ? g_uri_get_host(uri) : "");
}

char *web_address_title(const char *address)
{
    g_autoptr(GUri) uri = parse(address);
    int port = uri != NULL ? g_uri_get_port(uri) : -1;
    const char *host;

    if (uri == NULL)
        return g_strdup("");
    host = g_uri_get_host(uri);
    if (port <= 0 || port == (g_str_equal(g_uri_get_scheme(uri), "https") ? 443 : 80))
        return g_strdup(host);
    return strchr(host, ':') != NULL ? g_strdup_printf("[%s]:%d", host, port)
                                     : g_strdup_printf("%s:%d", host, port);
}
