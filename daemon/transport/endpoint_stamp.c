/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From stamps (dns/stamp.h) to endpoints, and back.
 *
 * The port is the address's own, else the one that a stamp gives with the host, else the
 * protocol's. An endpoint keeps what they come to, not how they were written, so that its stamp is
 * the shortest of those that say the same, not always the one it was made from.
 */
#include "endpoint.h"

#include <glib.h>
#include <string.h>

#define HTTPS_PORT 443
#define TLS_PORT   853
#define DNS_PORT   53

static const struct {
    StampKind stamp;
    EndpointKind kind;
    uint16_t port;
} kinds[] = {
    {STAMP_PLAIN, ENDPOINT_PLAIN, DNS_PORT}, {STAMP_DNSCRYPT, ENDPOINT_DNSCRYPT, HTTPS_PORT},
    {STAMP_DOH, ENDPOINT_DOH, HTTPS_PORT},   {STAMP_DOT, ENDPOINT_DOT, TLS_PORT},
    {STAMP_DOQ, ENDPOINT_DOQ, TLS_PORT},     {STAMP_ODOH_TARGET, ENDPOINT_ODOH, HTTPS_PORT},
};

/* Splits "name", "192.0.2.1", "[2001:db8::1]", each with an optional ":port". What a certificate is
 * checked against has no port and no brackets. */
static char *host_split(const char *text, uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    const char *bracket = strrchr(text, ']');
    if (colon != NULL && bracket == NULL && strchr(text, ':') != colon)
        return g_strdup(text); /* a bare IPv6 literal: its colons are its own */
    if (colon != NULL && colon > bracket && colon[1] != '\0') {
        const guint64 value = g_ascii_strtoull(colon + 1, NULL, 10);
        if (value > 0 && value <= UINT16_MAX)
            *port = (uint16_t)value;
    }
    const size_t length = colon != NULL && colon > bracket ? (size_t)(colon - text) : strlen(text);
    if (text[0] == '[' && length >= 2 && text[length - 1] == ']')
        return g_strndup(text + 1, length - 2);
    return g_strndup(text, length);
}

/* A stamp's bootstrap addresses are of resolvers to ask for the host in clear: not asked, ever. */
static Status address_from_stamp(const Stamp *stamp, uint16_t default_port, Address *address)
{
    const bool may_lack = stamp->host != NULL && stamp->host[0] != '\0';
    if (may_lack && (stamp->address == NULL || stamp->address[0] == '\0')) {
        *address = (Address){0};
        return STATUS_OK;
    }
    if (stamp->address == NULL ||
        address_parse(stamp->address, default_port, address) != STATUS_OK ||
        address_port(address) == 0)
        return STATUS_INVALID;
    return STATUS_OK;
}

/* A digest that we cannot check must not become one that we do not check. */
static Status hashes_from_stamp(const Stamp *stamp, Endpoint *endpoint)
{
    if (stamp->hashes == NULL || stamp->hashes->len == 0)
        return STATUS_OK;
    endpoint->hashes = g_new0(TlsDigest, stamp->hashes->len);
    for (unsigned i = 0; i < stamp->hashes->len; i++) {
        GBytes *bytes = g_ptr_array_index(stamp->hashes, i);
        size_t length;
        const void *digest = g_bytes_get_data(bytes, &length);
        if (length == sizeof(TlsDigest))
            memcpy(endpoint->hashes[endpoint->hash_count++], digest, length);
        else if (length != 0)
            return STATUS_INVALID;
    }
    return STATUS_OK;
}

static Status endpoint_make(const Stamp *stamp, EndpointKind kind, uint16_t port,
                            Endpoint **endpoint)
{
    Address address;
    g_autofree char *host = stamp->host != NULL ? host_split(stamp->host, &port) : NULL;
    Status status = host != NULL && !endpoint_host_is_valid(host)
                        ? STATUS_INVALID
                        : address_from_stamp(stamp, port, &address);
    if (status != STATUS_OK)
        return status;

    Endpoint *made = endpoint_new(kind, &address);
    if (!address_is_set(&address))
        made->port = port;
    made->host = g_steal_pointer(&host);
    made->path = g_strdup(stamp->path);
    made->provider_name = g_strdup(stamp->provider_name);
    memcpy(made->provider_key, stamp->provider_key, sizeof(made->provider_key));
    status = hashes_from_stamp(stamp, made);
    if (status != STATUS_OK) {
        endpoint_unref(made);
        return status;
    }
    *endpoint = made;
    return STATUS_OK;
}

Status endpoint_from_stamp(const Stamp *stamp, Endpoint **endpoint)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i].stamp == stamp->kind)
            return endpoint_make(stamp, kinds[i].kind, kinds[i].port, endpoint);
    return STATUS_UNSUPPORTED;
}

Status endpoint_relay_from_stamp(const Stamp *stamp, Endpoint **relay)
{
    if (stamp->kind == STAMP_DNSCRYPT_RELAY)
        return endpoint_make(stamp, ENDPOINT_DNSCRYPT, HTTPS_PORT, relay);
    if (stamp->kind == STAMP_ODOH_RELAY)
        return endpoint_make(stamp, ENDPOINT_DOH, HTTPS_PORT, relay);
    return STATUS_UNSUPPORTED;
}

/* ---- back ---- */

/* "name", "192.0.2.1", "[2001:db8::1]", with ":port" where it is not the protocol's. NULL without a
 * host. */
static char *host_join(const Endpoint *endpoint, uint16_t default_port)
{
    if (endpoint->host == NULL)
        return NULL;
    const bool literal = strchr(endpoint->host, ':') != NULL;
    g_autofree char *host =
        literal ? g_strdup_printf("[%s]", endpoint->host) : g_strdup(endpoint->host);
    return endpoint->port == default_port ? g_steal_pointer(&host)
                                          : g_strdup_printf("%s:%u", host, endpoint->port);
}

static char *address_for_stamp(const Endpoint *endpoint, uint16_t default_port)
{
    char text[ADDRESS_MAX_TEXT];
    if (!address_is_set(&endpoint->address))
        return g_strdup("");
    if (address_port(&endpoint->address) != default_port)
        return g_strdup(address_format(&endpoint->address, text));
    (void)address_format_host(&endpoint->address, text);
    return strchr(text, ':') != NULL ? g_strdup_printf("[%s]", text) : g_strdup(text);
}

static StampList *hashes_for_stamp(const Endpoint *endpoint)
{
    StampList *list = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (size_t i = 0; i < endpoint->hash_count; i++)
        g_ptr_array_add(list, g_bytes_new(endpoint->hashes[i], sizeof(TlsDigest)));
    return list;
}

/* A stamp has no room for a key to be pinned, and one that forgets it would be trusted for less. */
static bool fits_stamp(const Endpoint *endpoint)
{
    switch (endpoint->kind) {
    case ENDPOINT_PLAIN:
        return address_is_set(&endpoint->address);
    case ENDPOINT_DNSCRYPT:
        return address_is_set(&endpoint->address) && endpoint->provider_name != NULL;
    case ENDPOINT_DOH:
    case ENDPOINT_ODOH:
        return endpoint->pin_count == 0 && endpoint->host != NULL && endpoint->path != NULL;
    case ENDPOINT_DOT:
    case ENDPOINT_DOQ:
        return endpoint->pin_count == 0 && endpoint->host != NULL;
    case ENDPOINT_KINDS:
        return false;
    }
    return false;
}

char *endpoint_stamp(const Endpoint *endpoint, uint64_t properties)
{
    size_t i = 0;
    while (i < G_N_ELEMENTS(kinds) && kinds[i].kind != endpoint->kind)
        i++;
    if (i == G_N_ELEMENTS(kinds) || !fits_stamp(endpoint))
        return NULL;

    g_autofree char *address = address_for_stamp(endpoint, kinds[i].port);
    g_autofree char *host = host_join(endpoint, kinds[i].port);
    g_autoptr(GPtrArray) hashes = hashes_for_stamp(endpoint);
    Stamp stamp = {
        .kind = kinds[i].stamp,
        .properties = properties,
        .address = address,
        .provider_name = endpoint->provider_name,
        .hashes = hashes,
        .host = host,
        .path = endpoint->path,
    };
    memcpy(stamp.provider_key, endpoint->provider_key, sizeof stamp.provider_key);
    return stamp_build(&stamp);
}
