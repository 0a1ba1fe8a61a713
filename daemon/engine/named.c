/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A transport whose endpoint has a name and no address.
 *
 * To its owner it is one transport. Inside there is a way for each address that was found
 * (bootstrap.c), each with a transport of its own, opened when first taken. An exchange takes the
 * way that answered last. Before any has, it changes to the next after a moment of silence (the
 * thought of RFC 8305: IPv6 that leads nowhere must not be waited for), and after a failure in any
 * case; a connection that was begun meanwhile goes on, so that it may be found ready on the return.
 *
 * Addresses are looked up again when their TTL has passed, when all of them have failed or nothing
 * was heard from the one in use, and when the network changed; those known serve until then.
 */
#include "named.h"

#include "bootstrap.h"

#define NEXT_WAY_US   300000
#define SILENCE_MEANS 3 /* exchanges in a row that were withdrawn unanswered */

typedef struct Way {
    Address address;
    Transport *transport; /* NULL until first taken */
} Way;

typedef struct Named {
    Transport base;
    ChannelPool *pool;
    Bootstrap bootstrap;
    List live;
    Way ways[BOOTSTRAP_MAX];
    size_t way_count, preferred;
    bool proven;     /* the preferred one has answered */
    unsigned silent; /* exchanges withdrawn since */
    TransportCounters retired;
} Named;

/* An exchange on its way; its `state`. */
typedef struct Passage {
    Named *named;
    Exchange *outer;
    Exchange inner;
    bool sent;
    size_t way, failed; /* the one it is on, and how many have failed it */
} Passage;

static void take_way(Passage *passage, size_t way);

static Passage *passage_of(Exchange *exchange)
{
    return exchange->state;
}

static const Endpoint *relay_or_self(const Endpoint *endpoint)
{
    return endpoint->relay ? endpoint->relay : endpoint;
}

bool named_is_wanted(const Endpoint *endpoint)
{
    const Endpoint *reached = relay_or_self(endpoint);

    return reached->host && !address_is_set(&reached->address) &&
           (endpoint->kind != ENDPOINT_ODOH || endpoint->relay);
}

/* What goes over the wire is counted by the ways' transports; questions and answers here. */
static void count_traffic(Named *named)
{
    TransportCounters sum = named->retired;

    for (size_t i = 0; i < named->way_count; i++) {
        if (named->ways[i].transport)
            transport_counters_add(&sum, &named->ways[i].transport->counters);
    }
    sum.queries = named->base.counters.queries;
    sum.replies = named->base.counters.replies;
    named->base.counters = sum;
}

/* ---- exchanges ---- */

/* The outer exchange is off the list and its own again. */
static Exchange *passage_free(Passage *passage)
{
    Exchange *outer = passage->outer;

    exchange_cancel(&passage->inner);
    count_traffic(passage->named);
    list_remove(&outer->node);
    outer->state = NULL;
    g_free(passage);
    return outer;
}

static void on_budget_over(void *owner)
{
    Passage *passage = passage_of(owner);
    Status status = passage->named->way_count > 0 ? STATUS_TIMEOUT : STATUS_NO_ADDRESS;

    exchange_finish(passage_free(passage), status, NULL, 0);
}

static void on_moment_over(void *owner)
{
    Exchange *outer = owner;
    Passage *passage = passage_of(outer);

    if (exchange_left_us(outer) <= 0) {
        on_budget_over(outer);
        return;
    }
    exchange_cancel(&passage->inner);
    take_way(passage, (passage->way + 1) % passage->named->way_count);
}

/* No address is any good: perhaps there are others by now. */
static void doubt(Named *named)
{
    named->proven = false;
    named->silent = 0;
    bootstrap_expire(&named->bootstrap);
    bootstrap_refresh(&named->bootstrap);
}

static void on_failed(Passage *passage, Status status)
{
    Named *named = passage->named;

    if (++passage->failed < named->way_count) {
        take_way(passage, (passage->way + 1) % named->way_count);
        return;
    }
    doubt(named);
    exchange_finish(passage_free(passage), status, NULL, 0);
}

static void on_inner_done(Exchange *inner, Status status, const uint8_t *reply, size_t length)
{
    Passage *passage = inner->owner;
    Named *named = passage->named;

    if (status == STATUS_CANCELLED) { /* its way was closed */
        exchange_finish(passage_free(passage), status, NULL, 0);
    } else if (status != STATUS_OK) {
        on_failed(passage, status);
    } else {
        named->preferred = passage->way;
        named->proven = true;
        named->silent = 0;
        exchange_finish(passage_free(passage), STATUS_OK, reply, length);
    }
}

/* The endpoint as reached at this address. */
static Endpoint *derive(Endpoint *endpoint, const Address *address)
{
    Endpoint *relay, *derived;

    if (!endpoint->relay)
        return endpoint_derive(endpoint, NULL, address);
    relay = endpoint_derive(endpoint->relay, NULL, address);
    derived = endpoint_derive(endpoint, relay, NULL);
    endpoint_unref(relay);
    return derived;
}

static Status open_way(Named *named, Way *way)
{
    Endpoint *endpoint;
    Status status;

    if (way->transport)
        return STATUS_OK;
    endpoint = derive(named->base.endpoint, &way->address);
    status = named->pool->open(&named->base.environment, endpoint, &way->transport);
    endpoint_unref(endpoint);
    return status;
}

static void expect(Passage *passage)
{
    const Named *named = passage->named;

    if (named->proven || named->way_count < 2)
        exchange_start_timer(passage->outer, INT64_MAX, on_budget_over);
    else
        exchange_start_timer(passage->outer, NEXT_WAY_US, on_moment_over);
}

static void take_way(Passage *passage, size_t way)
{
    Named *named = passage->named;
    Exchange *outer = passage->outer;
    Status status = open_way(named, &named->ways[way]);

    passage->way = way;
    if (status != STATUS_OK) {
        exchange_fail_later(passage_free(passage), status);
        return;
    }
    passage->inner = (Exchange){
        .query = outer->query,
        .query_length = outer->query_length,
        .budget_us = exchange_left_us(outer),
        .done = on_inner_done,
        .owner = passage,
    };
    passage->sent = true;
    expect(passage);
    transport_send(named->ways[way].transport, &passage->inner);
}

/* ---- addresses ---- */

static void close_ways(Named *named)
{
    for (size_t i = 0; i < named->way_count; i++) {
        Transport *transport = named->ways[i].transport;

        if (transport) {
            transport_counters_add(&named->retired, &transport->counters);
            named->ways[i].transport = NULL;
            transport_close(transport);
        }
    }
    named->way_count = named->preferred = 0;
}

static bool has_way(const Named *named, const Address *address)
{
    for (size_t i = 0; i < named->way_count; i++) {
        if (address_equal(&named->ways[i].address, address))
            return true;
    }
    return false;
}

/* Whether a way leads to an address that is not the host's any more. */
static bool is_outdated(const Named *named, const Address *addresses, size_t count)
{
    for (size_t i = 0; i < named->way_count; i++) {
        bool found = false;

        for (size_t j = 0; j < count; j++)
            found = found || address_equal(&named->ways[i].address, &addresses[j]);
        if (!found)
            return true;
    }
    return false;
}

/* Ways are numbered, so none goes while exchanges are under way. */
static void add_ways(Named *named)
{
    Address addresses[BOOTSTRAP_MAX];
    uint16_t port = relay_or_self(named->base.endpoint)->port;
    size_t count = bootstrap_addresses(&named->bootstrap, port, addresses);

    if (list_is_empty(&named->live) && is_outdated(named, addresses, count)) {
        close_ways(named);
        named->proven = false;
    }
    for (size_t i = 0; i < count && named->way_count < BOOTSTRAP_MAX; i++) {
        if (!has_way(named, &addresses[i]))
            named->ways[named->way_count++] = (Way){.address = addresses[i]};
    }
}

static void on_addresses(Bootstrap *bootstrap, Status status)
{
    Named *named = container_of(bootstrap, Named, bootstrap);

    if (status == STATUS_OK)
        add_ways(named);
    list_for_each (node, &named->live) {
        Passage *passage = passage_of(container_of(node, Exchange, node));

        if (passage->sent)
            expect(passage); /* there may be another way now */
        else if (status == STATUS_OK)
            take_way(passage, named->preferred);
        else
            exchange_fail_later(passage_free(passage), status);
    }
}

/* ---- the transport ---- */

static void named_send(Transport *transport, Exchange *exchange)
{
    Named *named = (Named *)(void *)transport;
    Passage *passage = g_new0(Passage, 1);

    passage->named = named;
    passage->outer = exchange;
    exchange->state = passage;
    list_append(&named->live, &exchange->node);
    if (!bootstrap_is_fresh(&named->bootstrap))
        bootstrap_refresh(&named->bootstrap);
    if (named->way_count > 0)
        take_way(passage, named->preferred);
    else
        exchange_start_timer(exchange, INT64_MAX, on_budget_over);
}

static void named_cancel(Transport *transport, Exchange *exchange)
{
    Named *named = (Named *)(void *)transport;
    Passage *passage = passage_of(exchange);

    if (passage->sent && ++named->silent >= SILENCE_MEANS)
        doubt(named);
    (void)passage_free(passage);
}

static void named_network_changed(Transport *transport)
{
    Named *named = (Named *)(void *)transport;

    named->proven = false;
    named->silent = 0;
    bootstrap_expire(&named->bootstrap);
    for (size_t i = 0; i < named->way_count; i++) {
        if (named->ways[i].transport)
            transport_network_changed(named->ways[i].transport);
    }
}

/* The transport in use; NULL none yet. */
static const Transport *in_use(const Transport *transport)
{
    const Named *named = (const Named *)(const void *)transport;

    return named->way_count > 0 ? named->ways[named->preferred].transport : NULL;
}

static void named_facts(const Transport *transport, TransportFacts *facts)
{
    Status last_failure = facts->last_failure;
    const Transport *used = in_use(transport);

    if (!used)
        return;
    transport_facts(used, facts);
    facts->last_failure = last_failure;
}

static void named_chain(const Transport *transport, PeerChain *chain)
{
    const Transport *used = in_use(transport);

    if (used)
        transport_chain(used, chain);
}

static void named_close(Transport *transport)
{
    Named *named = (Named *)(void *)transport;
    Exchange *exchange;

    bootstrap_clear(&named->bootstrap);
    while ((exchange = list_first(&named->live, Exchange, node)) != NULL)
        exchange_finish(passage_free(passage_of(exchange)), STATUS_CANCELLED, NULL, 0);
    close_ways(named);
    transport_clear(transport);
    g_free(named);
}

static const TransportClass named_class = {
    .name = "named",
    .send = named_send,
    .cancel = named_cancel,
    .network_changed = named_network_changed,
    .facts = named_facts,
    .chain = named_chain,
    .close = named_close,
};

Status named_open(ChannelPool *pool, const TransportEnvironment *environment, Endpoint *endpoint,
                  Transport **transport)
{
    Named *named;

    if (pool->open == transport_open && !transport_is_supported(endpoint->kind))
        return STATUS_UNSUPPORTED;
    named = g_new0(Named, 1);
    if (bootstrap_init(&named->bootstrap, container_of(pool, Engine, pool),
                       relay_or_self(endpoint)->host, on_addresses) != STATUS_OK) {
        g_free(named);
        return STATUS_UNSUPPORTED;
    }
    transport_init(&named->base, &named_class, environment, endpoint);
    named->pool = pool;
    list_init(&named->live);
    *transport = &named->base;
    return STATUS_OK;
}
