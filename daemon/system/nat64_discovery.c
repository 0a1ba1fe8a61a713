/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one question that a network without IPv4 is asked in clear: the AAAA records of
 * ipv4only.arpa. That name has IPv4 addresses alone, so an IPv6 address for it was made by the
 * network's DNS64 and shows the prefix of its translator (RFC 7050 §3). Only the network's own
 * servers can tell; the question is the same from everybody everywhere and says nothing of the
 * user. It is asked when a network is joined, protection on or off, so that nobody waits for it;
 * again when its answer's TTL has passed; and where nobody answered, after a pause that doubles. Of
 * several prefixes the first is used, as all lead to the same internet.
 *
 * What a lie can do. The answer comes in clear, and RFC 7050 §3.1 would have it validated: by the
 * PTR record of a made address, and a signed name below a domain that was trusted beforehand.
 * Hardly any network has these, and no guest of a hotel knows its domain. It is not needed here:
 *   - a resolver has to prove itself at the translated address as anywhere (TLS, DNSCrypt), so a
 *     false prefix means no answer, which a network that drops packets achieves as well;
 *   - addresses that clients are given lead where the network wants, and so do all packets on their
 *     way through it. What they find there has to prove itself by HTTPS and the like. Prefixes
 *     within this machine or link are refused (nat64.c), as are made addresses of 127/8 (dns64.c);
 *   - an answer that hides the prefix leaves IPv4 unreachable, as without a translator.
 * It is forgotten with the network. NetworkManager does not hand on the prefix that a router may
 * announce (RFC 8781).
 */
#include "nat64_discovery.h"

#include "backoff.h"
#include "log.h"

#include <string.h>

#define BUDGET_US      5000000
#define SHORTEST_TTL_S 60
#define LONGEST_TTL_S  86400
#define NONE_TTL_S     3600 /* the network has no translator */

struct Nat64Discovery {
    Loop *loop;
    Engine *engine;
    Network *network;
    NetworkListener listener;
    char *identity; /* of the network that is asked; NULL: none is */
    Plan *plan;     /* with its servers */
    Lookup *lookup; /* NULL: none under way */
    LoopTimer again;
    unsigned failed_in_row;
    Nat64Prefix found;
    LoopDefer tell;
};

static void ask(void *owner);

static void ask_later(Nat64Discovery *discovery, int64_t seconds)
{
    loop_timer_start(&discovery->again, seconds * G_USEC_PER_SEC);
}

/* --- what came of it --- */

static void on_found(void *owner)
{
    Nat64Discovery *discovery = owner;
    char text[NAT64_PREFIX_MAX_TEXT];
    if (nat64_prefix_equal(&discovery->found, engine_nat64(discovery->engine)))
        return;
    log_info("this network has no IPv4 of its own prefix=%s",
             nat64_prefix_format(&discovery->found, text));
    engine_set_nat64(discovery->engine, &discovery->found);
}

static void take(Nat64Discovery *discovery, const Message *reply)
{
    Nat64Prefix prefixes[NAT64_PREFIXES_MAX] = {0};
    uint32_t ttl_s = NONE_TTL_S;
    size_t count = message_rcode(reply) == RCODE_NOERROR ? nat64_find(reply, prefixes, &ttl_s) : 0;
    discovery->failed_in_row = 0;
    ask_later(discovery, CLAMP(ttl_s, SHORTEST_TTL_S, LONGEST_TTL_S));
    discovery->found = prefixes[0];        /* not set where there is none */
    loop_defer_schedule(&discovery->tell); /* the lookup is over then, and not asked again by it */
    if (count > 1)
        log_debug("the network told of more prefixes number=%zu", count);
}

/* What was found before stays in use: the translator may well work when its DNS does not. */
static void on_answered(void *owner, Status status, const Message *reply, const char *resolver_id,
                        const char *detail)
{
    Nat64Discovery *discovery = owner;
    discovery->lookup = NULL;
    if (status == STATUS_OK) {
        take(discovery, reply);
        return;
    }
    log_debug("the network did not tell whether it translates IPv4: %s", status_name(status));
    loop_timer_start(&discovery->again, backoff_us(++discovery->failed_in_row));
}

static void ask(void *owner)
{
    Nat64Discovery *discovery = owner;
    discovery->lookup = engine_lookup(discovery->engine, discovery->plan, NULL, &nat64_known_name,
                                      RRTYPE_AAAA, BUDGET_US, on_answered, discovery);
}

/* --- which network to ask --- */

/* The network's own link, as far as it can be asked; NULL: it is not to be. */
static const NetworkLink *link_to_ask(const NetworkFacts *facts)
{
    const NetworkLink *first = facts->links->len > 0 ? g_ptr_array_index(facts->links, 0) : NULL;
    bool wanted = facts->online && facts->ipv6 && !facts->ipv4;
    return wanted && first != NULL && !first->vpn && first->servers->len > 0 ? first : NULL;
}

static Plan *plan_for(const NetworkLink *link)
{
    g_autoptr(Resolver) resolver = resolver_new("network", link->name);
    Plan *plan = plan_new();
    for (guint i = 0; i < link->servers->len; i++)
        resolver_add_endpoint(resolver,
                              endpoint_new(ENDPOINT_PLAIN, g_ptr_array_index(link->servers, i)));
    plan_add_resolver(plan, resolver);
    return plan;
}

static void forget(Nat64Discovery *discovery)
{
    engine_lookup_cancel(g_steal_pointer(&discovery->lookup));
    loop_timer_stop(&discovery->again);
    loop_defer_cancel(&discovery->tell);
    g_clear_pointer(&discovery->identity, g_free);
    g_clear_pointer(&discovery->plan, plan_unref);
    discovery->failed_in_row = 0;
    engine_set_nat64(discovery->engine, NULL);
}

static void on_network_changed(void *owner)
{
    Nat64Discovery *discovery = owner;
    const NetworkFacts *facts = &discovery->network->facts;
    if (!facts->managed)
        return; /* who tells of networks is away; the network itself most likely is not */
    const NetworkLink *link = link_to_ask(facts);
    Plan *plan = link != NULL ? plan_for(link) : NULL;
    bool same = plan != NULL && discovery->plan != NULL &&
                strcmp(facts->identity, discovery->identity) == 0 &&
                plan_same_sources(plan, discovery->plan);
    if (same || (plan == NULL && discovery->plan == NULL)) {
        plan_unref(plan);
        return;
    }
    forget(discovery);
    if (plan == NULL)
        return;
    discovery->identity = g_strdup(facts->identity);
    discovery->plan = plan;
    loop_timer_start(&discovery->again, 0); /* when everybody knows of the network */
}

/* --- life --- */

Nat64Discovery *nat64_discovery_new(Loop *loop, Engine *engine, Network *network)
{
    Nat64Discovery *discovery = g_new0(Nat64Discovery, 1);
    discovery->loop = loop;
    discovery->engine = engine;
    discovery->network = network;
    loop_timer_init(&discovery->again, loop, ask, discovery);
    loop_defer_init(&discovery->tell, loop, on_found, discovery);
    discovery->listener = (NetworkListener){.changed = on_network_changed, .owner = discovery};
    network_listen(network, &discovery->listener);
    on_network_changed(discovery);
    return discovery;
}

void nat64_discovery_free(Nat64Discovery *discovery)
{
    if (discovery == NULL)
        return;
    network_unlisten(&discovery->listener);
    forget(discovery);
    g_free(discovery);
}
