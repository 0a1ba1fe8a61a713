/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a resolver as it is known to one as it is to be reached: its endpoints, each through a
 * relay.
 *
 * Several relays serve one resolver, so that one that has died leaves others: every endpoint made
 * here is a channel of its own to the engine, which asks the next when one fails, and remembers.
 */
#include "relay_header.h"
#include "relays.h"

/* The relays that one resolver's endpoints of one kind go through. */
typedef struct Way {
    Relay *relays[RELAY_PICKS];
    size_t count;
} Way;

/* What `choice` means for this kind of endpoint. `given` is the relay of a stamp, else NULL. */
static void find_way(const Relays *relays, const Resolver *resolver, EndpointKind kind,
                     const char *choice, Relay *given, Way *way)
{
    Relay *named = given != NULL ? given : relays_find(relays, choice);

    if (named != NULL && named->endpoints[0]->kind == kind) {
        way->relays[way->count++] = named;
    } else if (g_str_equal(choice, RELAY_ANY) || kind == ENDPOINT_DOH) {
        way->count = relay_pick(relays, resolver, kind, way->relays);
    }
}

static bool is_ipv6(const Endpoint *endpoint)
{
    return endpoint->address.socket.any.sa_family == AF_INET6;
}

/* The endpoints of `kind` that relays carry, and that have none yet. A relay has IPv4, whatever we
 * have, so of DNSCrypt servers that have both the IPv6 addresses are left out. (transfer container)
 */
static GPtrArray *carried_endpoints(const Resolver *resolver, EndpointKind kind)
{
    GPtrArray *carried = g_ptr_array_new(), *ipv6 = g_ptr_array_new();

    for (size_t i = 0; i < resolver->endpoint_count; i++) {
        Endpoint *endpoint = resolver->endpoints[i];

        if (endpoint->kind == kind && endpoint->relay == NULL &&
            (kind != ENDPOINT_DNSCRYPT || relay_may_carry(endpoint)))
            g_ptr_array_add(is_ipv6(endpoint) ? ipv6 : carried, endpoint);
    }
    if (carried->len == 0)
        g_ptr_array_extend(carried, ipv6, NULL, NULL);
    g_ptr_array_unref(ipv6);
    return carried;
}

static void connect_by(Resolver *reached, const Endpoint *server, Endpoint *relay)
{
    resolver_add_endpoint(reached, endpoint_derive(server, relay, NULL));
}

static void note_name(Resolver *reached, const char *name)
{
    g_autofree char *before = reached->via;

    reached->via = before != NULL ? g_strdup_printf("%s, %s", before, name) : g_strdup(name);
}

/* Every server and every relay once at least, in turn, so that a dead one of either leaves others;
 * and for networks with IPv6 alone one relay by that. */
static void add_relayed(Resolver *reached, const GPtrArray *servers, const Way *way)
{
    size_t pairs = way->count > 0 && servers->len > 0 ? MAX(servers->len, way->count) : 0;
    bool by_ipv6 = false;

    for (size_t i = 0; i < pairs; i++)
        connect_by(reached, servers->pdata[i % servers->len],
                   way->relays[i % way->count]->endpoints[0]);
    for (size_t i = 0; pairs > 0 && !by_ipv6 && i < way->count; i++) {
        for (size_t j = 1; !by_ipv6 && j < way->relays[i]->endpoint_count; j++) {
            by_ipv6 = is_ipv6(way->relays[i]->endpoints[j]);
            if (by_ipv6)
                connect_by(reached, servers->pdata[0], way->relays[i]->endpoints[j]);
        }
    }
    for (size_t i = 0; pairs > 0 && i < way->count; i++)
        note_name(reached, way->relays[i]->name);
}

/* Those that came with a relay of their own, which is kept whatever else is wanted. */
static void add_given(Resolver *reached, const Resolver *resolver)
{
    for (size_t i = 0; i < resolver->endpoint_count; i++) {
        const Endpoint *relay = resolver->endpoints[i]->relay;
        char address[ADDRESS_MAX_TEXT];

        if (relay == NULL)
            continue;
        resolver_add_endpoint(reached, endpoint_ref(resolver->endpoints[i]));
        note_name(reached,
                  relay->host != NULL ? relay->host : address_format(&relay->address, address));
    }
}

static void add_direct(Resolver *reached, const Resolver *resolver)
{
    for (size_t i = 0; i < resolver->endpoint_count; i++)
        if (resolver->endpoints[i]->kind != ENDPOINT_ODOH && resolver->endpoints[i]->relay == NULL)
            resolver_add_endpoint(reached, endpoint_ref(resolver->endpoints[i]));
}

static bool is_all_direct(const Resolver *resolver)
{
    for (size_t i = 0; i < resolver->endpoint_count; i++)
        if (resolver->endpoints[i]->kind == ENDPOINT_ODOH || resolver->endpoints[i]->relay != NULL)
            return false;
    return true;
}

/* The relay of a stamp, NULL without one. FALSE: neither that nor anything else that is known. */
static gboolean understand(const Relays *relays, const char *choice, Relay **given, GError **error)
{
    if (g_str_has_prefix(choice, "sdns:")) {
        *given = relay_anonymous(choice, error);
        return *given != NULL;
    }
    return relays_know(relays, choice, error);
}

/* `named` NULL: any would do. */
static void set_unreached(GError **error, const Resolver *resolver, const Relay *named,
                          bool carried)
{
    if (carried && named != NULL)
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_SUPPORTED,
                    "The relay \"%s\" carries none of the protocols of \"%s\".", named->id,
                    resolver->id);
    else if (carried)
        g_set_error(
            error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND,
            "No relay is known through which \"%s\" could be reached, and which is in other "
            "hands.",
            resolver->id);
    else
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_SUPPORTED,
                    "\"%s\" cannot be reached through a relay: relays carry Oblivious DoH, and "
                    "DNSCrypt to providers whose names begin with \"2.dnscrypt-cert.\".",
                    resolver->id);
}

static const char *choice_for(const Relays *relays, const Resolver *resolver)
{
    const char *decided = relays_decision(relays, resolver->id);

    if (*decided != '\0')
        return decided;
    if (resolver->relay == NULL)
        return relays_choice(relays);
    return *resolver->relay != '\0' ? resolver->relay : RELAY_NONE;
}

Resolver *relays_reach(const Relays *relays, Resolver *resolver, GError **error)
{
    const char *choice = choice_for(relays, resolver);
    g_autoptr(GPtrArray) dnscrypt = carried_endpoints(resolver, ENDPOINT_DNSCRYPT);
    g_autoptr(GPtrArray) odoh = carried_endpoints(resolver, ENDPOINT_ODOH);
    g_autoptr(Resolver) given = NULL;
    g_autoptr(Resolver) reached = NULL;
    Way dnscrypt_way = {.count = 0}, odoh_way = {.count = 0};
    bool direct = g_str_equal(choice, RELAY_NONE);

    if (direct && is_all_direct(resolver))
        return resolver_ref(resolver);
    if (!understand(relays, choice, &given, error))
        return NULL;
    reached = resolver_derive(resolver);
    add_given(reached, resolver);
    find_way(relays, resolver, ENDPOINT_DOH, choice, given, &odoh_way);
    if (direct) {
        add_direct(reached, resolver);
    } else {
        find_way(relays, resolver, ENDPOINT_DNSCRYPT, choice, given, &dnscrypt_way);
        add_relayed(reached, dnscrypt, &dnscrypt_way);
    }
    add_relayed(reached, odoh, &odoh_way);
    if (reached->endpoint_count == 0) {
        set_unreached(error, resolver, relays_find(relays, choice), dnscrypt->len + odoh->len > 0);
        return NULL;
    }
    return g_steal_pointer(&reached);
}
