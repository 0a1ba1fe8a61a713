/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Endpoints: made from a stamp or by the configuration, then never changed, shared by count.
 *
 * An endpoint may come without an IP address. A program that is the machine's resolver can ask
 * nobody else for it, so the engine looks the host up through another of its resolvers, and derives
 * an endpoint that has one. The port is the address's own, else the one that a stamp gives with the
 * host, else the protocol's.
 */
#include "endpoint.h"

#include <glib.h>
#include <string.h>

#define HTTPS_PORT 443
#define TLS_PORT   853
#define DNS_PORT   53

static const struct {
    const char *name, *scheme;
} kinds[ENDPOINT_KINDS] = {
    [ENDPOINT_DNSCRYPT] = {"dnscrypt", "dnscrypt"},
    [ENDPOINT_DOT] = {"dot", "tls"},
    [ENDPOINT_DOH] = {"doh", "https"},
    [ENDPOINT_DOQ] = {"doq", "quic"},
    [ENDPOINT_ODOH] = {"odoh", "odoh"},
    [ENDPOINT_PLAIN] = {"plain", "dns"},
};

Endpoint *endpoint_new(EndpointKind kind, const Address *address)
{
    Endpoint *endpoint = g_new0(Endpoint, 1);
    endpoint->references = 1;
    endpoint->kind = kind;
    endpoint->address = *address;
    endpoint->port = address_port(address);
    return endpoint;
}

Endpoint *endpoint_ref(Endpoint *endpoint)
{
    endpoint->references++;
    return endpoint;
}

void endpoint_unref(Endpoint *endpoint)
{
    if (endpoint == NULL || --endpoint->references > 0)
        return;
    endpoint_unref(endpoint->relay);
    g_free(endpoint->host);
    g_free(endpoint->path);
    g_free(endpoint->provider_name);
    g_free(endpoint->pins);
    g_free(endpoint->hashes);
    g_free(endpoint->odoh_configs);
    g_free(endpoint);
}

const char *endpoint_kind_name(EndpointKind kind)
{
    return kind < ENDPOINT_KINDS ? kinds[kind].name : "unknown";
}

static Status kind_from_stamp(StampKind stamp, EndpointKind *kind, uint16_t *default_port)
{
    switch (stamp) {
    case STAMP_PLAIN:
        *kind = ENDPOINT_PLAIN;
        *default_port = DNS_PORT;
        return STATUS_OK;
    case STAMP_DNSCRYPT:
        *kind = ENDPOINT_DNSCRYPT;
        *default_port = HTTPS_PORT;
        return STATUS_OK;
    case STAMP_DOH:
        *kind = ENDPOINT_DOH;
        *default_port = HTTPS_PORT;
        return STATUS_OK;
    case STAMP_DOT:
        *kind = ENDPOINT_DOT;
        *default_port = TLS_PORT;
        return STATUS_OK;
    case STAMP_DOQ:
        *kind = ENDPOINT_DOQ;
        *default_port = TLS_PORT;
        return STATUS_OK;
    case STAMP_ODOH_TARGET:
        *kind = ENDPOINT_ODOH;
        *default_port = HTTPS_PORT;
        return STATUS_OK;
    case STAMP_DNSCRYPT_RELAY:
    case STAMP_ODOH_RELAY:
        return STATUS_UNSUPPORTED;
    }
    return STATUS_UNSUPPORTED;
}

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
    Status status = address_from_stamp(stamp, port, &address);
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
    EndpointKind kind;
    uint16_t port;
    const Status status = kind_from_stamp(stamp->kind, &kind, &port);
    return status == STATUS_OK ? endpoint_make(stamp, kind, port, endpoint) : status;
}

Status endpoint_relay_from_stamp(const Stamp *stamp, Endpoint **relay)
{
    if (stamp->kind == STAMP_DNSCRYPT_RELAY)
        return endpoint_make(stamp, ENDPOINT_DNSCRYPT, HTTPS_PORT, relay);
    if (stamp->kind == STAMP_ODOH_RELAY)
        return endpoint_make(stamp, ENDPOINT_DOH, HTTPS_PORT, relay);
    return STATUS_UNSUPPORTED;
}

Endpoint *endpoint_derive(const Endpoint *endpoint, Endpoint *relay, const Address *address)
{
    Endpoint *made = endpoint_new(endpoint->kind, address != NULL ? address : &endpoint->address);
    made->port = endpoint->port;
    address_set_port(&made->address, made->port);
    made->relay = relay != NULL ? endpoint_ref(relay) : NULL;
    made->host = g_strdup(endpoint->host);
    made->path = g_strdup(endpoint->path);
    made->provider_name = g_strdup(endpoint->provider_name);
    memcpy(made->provider_key, endpoint->provider_key, sizeof(made->provider_key));
    made->pins = g_memdup2(endpoint->pins, endpoint->pin_count * sizeof(TlsDigest));
    made->pin_count = endpoint->pin_count;
    made->hashes = g_memdup2(endpoint->hashes, endpoint->hash_count * sizeof(TlsDigest));
    made->hash_count = endpoint->hash_count;
    made->also = endpoint->also;
    made->odoh_configs = g_memdup2(endpoint->odoh_configs, endpoint->odoh_configs_length);
    made->odoh_configs_length = endpoint->odoh_configs_length;
    return made;
}

static bool bytes_equal(const void *a, size_t a_length, const void *b, size_t b_length)
{
    return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}

static bool digests_equal(const void *a, size_t a_count, const void *b, size_t b_count)
{
    return bytes_equal(a, a_count * sizeof(TlsDigest), b, b_count * sizeof(TlsDigest));
}

static bool relays_equal(const Endpoint *a, const Endpoint *b)
{
    return a == b || (a != NULL && b != NULL && endpoint_equal(a, b));
}

bool endpoint_equal(const Endpoint *a, const Endpoint *b)
{
    return a->kind == b->kind && a->port == b->port && address_equal(&a->address, &b->address) &&
           address_equal(&a->also, &b->also) && relays_equal(a->relay, b->relay) &&
           g_strcmp0(a->host, b->host) == 0 && g_strcmp0(a->path, b->path) == 0 &&
           g_strcmp0(a->provider_name, b->provider_name) == 0 &&
           memcmp(a->provider_key, b->provider_key, sizeof(a->provider_key)) == 0 &&
           digests_equal(a->pins, a->pin_count, b->pins, b->pin_count) &&
           digests_equal(a->hashes, a->hash_count, b->hashes, b->hash_count) &&
           bytes_equal(a->odoh_configs, a->odoh_configs_length, b->odoh_configs,
                       b->odoh_configs_length);
}

static char *describe_direct(const Endpoint *endpoint)
{
    char address[ADDRESS_MAX_TEXT];
    const char *who = endpoint->host != NULL ? endpoint->host : endpoint->provider_name;
    if (!address_is_set(&endpoint->address))
        return g_strdup_printf("%s://%s:%u%s", kinds[endpoint->kind].scheme, who != NULL ? who : "",
                               endpoint->port, endpoint->path != NULL ? endpoint->path : "");
    (void)address_format(&endpoint->address, address);
    return g_strdup_printf("%s://%s%s%s%s", kinds[endpoint->kind].scheme, address,
                           endpoint->path != NULL ? endpoint->path : "", who != NULL ? "#" : "",
                           who != NULL ? who : "");
}

char *endpoint_describe(const Endpoint *endpoint)
{
    g_autofree char *direct = describe_direct(endpoint);
    if (endpoint->relay == NULL)
        return g_steal_pointer(&direct);
    g_autofree char *relay = describe_direct(endpoint->relay);
    return g_strdup_printf("%s via %s", direct, relay);
}

const char *endpoint_host(const Endpoint *endpoint, char text[ADDRESS_MAX_TEXT])
{
    return endpoint->host != NULL ? endpoint->host : address_format_host(&endpoint->address, text);
}

TlsTarget endpoint_tls_target(const Endpoint *endpoint, const char *alpn)
{
    return (TlsTarget){
        .host = endpoint->host,
        .alpn = alpn,
        .pins = (const TlsDigest *)endpoint->pins,
        .pin_count = endpoint->pin_count,
        .hashes = (const TlsDigest *)endpoint->hashes,
        .hash_count = endpoint->hash_count,
        .also = &endpoint->also,
    };
}
