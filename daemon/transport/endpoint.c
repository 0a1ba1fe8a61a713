/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Endpoints: made from a stamp (endpoint_stamp.c) or by the configuration, then never changed,
 * shared by count.
 *
 * An endpoint may come without an IP address. A program that is the machine's resolver can ask
 * nobody else for it, so the engine looks the host up through another of its resolvers, and derives
 * an endpoint that has one.
 */
#include "endpoint.h"

#include <glib.h>
#include <string.h>

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

bool endpoint_host_is_valid(const char *host)
{
    for (const char *at = host; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f || strchr("/?#[]@", *at) != NULL)
            return false;
    return host[0] != '\0';
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
