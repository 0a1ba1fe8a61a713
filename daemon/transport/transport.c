/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of protocols, and what every transport shares: opening by kind, dispatch, facts.
 *
 * This table is the only place in the program where protocols are told apart. A new one is a file
 * with a TransportClass and one line here.
 */
#include "transport.h"

#include "transport_classes.h"

#include <string.h>

static const TransportClass *const classes[ENDPOINT_KINDS] = {
    [ENDPOINT_DNSCRYPT] = &transport_dnscrypt, [ENDPOINT_DOT] = &transport_dot,
    [ENDPOINT_DOQ] = &transport_doq,           [ENDPOINT_DOH] = &transport_doh,
    [ENDPOINT_ODOH] = &transport_odoh,         [ENDPOINT_PLAIN] = &transport_plain,
};

bool transport_is_supported(EndpointKind kind)
{
    return kind < ENDPOINT_KINDS && classes[kind] != NULL;
}

Status transport_open(const TransportEnvironment *environment, Endpoint *endpoint,
                      Transport **transport)
{
    if (!transport_is_supported(endpoint->kind) ||
        (!address_is_set(&endpoint->address) && endpoint->relay == NULL))
        return STATUS_UNSUPPORTED;
    Transport *opened = classes[endpoint->kind]->open(environment, endpoint);
    if (opened == NULL)
        return STATUS_UNSUPPORTED;
    *transport = opened;
    return STATUS_OK;
}

void transport_init(Transport *transport, const TransportClass *class,
                    const TransportEnvironment *environment, Endpoint *endpoint)
{
    transport->class = class;
    transport->environment = *environment;
    transport->endpoint = endpoint_ref(endpoint);
    transport->counters = (TransportCounters){0};
    transport->last_failure = STATUS_OK;
    transport->opened_us = loop_now_us(environment->loop);
    list_init(&transport->failing);
}

void transport_clear(Transport *transport)
{
    endpoint_unref(transport->endpoint);
    transport->endpoint = NULL;
}

void transport_send(Transport *transport, Exchange *exchange)
{
    exchange->transport = transport;
    list_init(&exchange->node);
    exchange->timer = (LoopTimer){0};
    exchange->defer = (LoopDefer){0};
    exchange->status = STATUS_OK;
    exchange->sent_us = loop_now_us(transport->environment.loop);
    exchange->wire_id = 0;
    exchange->tries = 0;
    exchange->pipe = NULL;
    exchange->state = NULL;

    transport->counters.queries++;
    transport->class->send(transport, exchange);
}

bool transport_detour(Transport *transport, const Exchange *late)
{
    return transport->class->detour != NULL && transport->class->detour(transport, late);
}

void transport_network_changed(Transport *transport)
{
    transport->class->network_changed(transport);
}

void transport_facts(const Transport *transport, TransportFacts *facts)
{
    *facts = (TransportFacts){
        .last_failure = transport->last_failure,
        .opened_us = transport->opened_us,
    };
    if (transport->class->facts != NULL)
        transport->class->facts(transport, facts);
}

void transport_chain(const Transport *transport, PeerChain *chain)
{
    *chain = (PeerChain){0};
    if (transport->class->chain != NULL)
        transport->class->chain(transport, chain);
}

void transport_close(Transport *transport)
{
    Exchange *exchange;
    while ((exchange = list_first(&transport->failing, Exchange, node)) != NULL)
        exchange_finish(exchange, STATUS_CANCELLED, NULL, 0);
    transport->class->close(transport);
}

void transport_counters_add(TransportCounters *sum, const TransportCounters *counters)
{
    sum->queries += counters->queries;
    sum->replies += counters->replies;
    sum->retries += counters->retries;
    sum->bytes_sent += counters->bytes_sent;
    sum->bytes_received += counters->bytes_received;
    sum->forged += counters->forged;
    sum->replayed += counters->replayed;
    sum->certificate_requests += counters->certificate_requests;
    sum->connections += counters->connections;
}
