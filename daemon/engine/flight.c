/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The same question asked twice at once goes out once.
 *
 * A flight owns one resolution; every query with the same key boards it and is answered with it.
 * It can be boarded while it is in the engine's table, that is until it lands or a new epoch
 * begins (other resolvers, another network): then it flies on for those aboard, but neither takes
 * others nor leaves anything in the cache.
 */
#include "flight.h"

#include "edns.h"
#include "resolution.h"

struct Flight {
    Resolution resolution;
    Engine *engine;
    QuestionKey key;
    unsigned epoch;
    bool landing; /* passengers are being called; leaving does not cancel */
    List passengers;
    int64_t departed_us;
};

static void flight_free(Flight *flight)
{
    Engine *engine = flight->engine;

    if (g_hash_table_lookup(engine->flights, &flight->key) == flight)
        g_hash_table_remove(engine->flights, &flight->key);
    resolution_clear(&flight->resolution);
    g_free(flight);
}

static Landing landing_from(const ResolutionResult *result, Status status, const Answer *answer)
{
    return (Landing){
        .status = status,
        .answer = answer,
        .resolver = result->upstream ? result->upstream->resolver : NULL,
        .endpoint = result->upstream ? result->channel->endpoint : NULL,
    };
}

static void land(Flight *flight, const ResolutionResult *result, Status status,
                 const Answer *answer)
{
    Landing landing = landing_from(result, status, answer);
    Passenger *passenger;

    flight->landing = true;
    while ((passenger = list_first(&flight->passengers, Passenger, node)) != NULL) {
        list_remove(&passenger->node);
        passenger->flight = NULL;
        passenger->landed(passenger, &landing);
    }
    flight_free(flight);
}

/* An extended error of upstream is worth passing on; its text need not end with a NUL. */
static int read_extended_error(const Message *reply, char *text, size_t capacity)
{
    size_t length = 0;
    const uint8_t *option = edns_option(reply, EDNS_EXTENDED_ERROR, &length);

    text[0] = '\0';
    if (!option || length < 2)
        return EDE_NONE;
    if (length - 2 < capacity &&
        g_utf8_validate((const char *)option + 2, (gssize)length - 2, NULL)) {
        memcpy(text, option + 2, length - 2); /* not g_strlcpy: it looks for a NUL behind */
        text[length - 2] = '\0';
    }
    return wire_get_u16(option);
}

static bool is_in_clear(const ResolutionResult *result)
{
    return result->channel->endpoint->kind == ENDPOINT_PLAIN;
}

static void count_answer(Engine *engine, const Flight *flight, const ResolutionResult *result)
{
    Stats *stats = &engine->stats;

    if (is_in_clear(result))
        stats->routed_clear++;
    else
        stats->encrypted++;
    histogram_count(&stats->latency, loop_now_us(engine->loop) - flight->departed_us);
    if (engine->last != result->upstream->resolver) {
        resolver_unref(engine->last);
        engine->last = resolver_ref(result->upstream->resolver);
    }
}

/* AD that came in clear could be anybody's (RFC 4035 §4.9.3). */
static void clear_ad(uint8_t *wire)
{
    wire_put_u16(wire + 2, (uint16_t)(wire_get_u16(wire + 2) & ~MESSAGE_AD));
}

/* Strips the reply's OPT, keeps it in the cache and answers everybody. */
static void land_with_reply(Flight *flight, const ResolutionResult *result)
{
    Engine *engine = flight->engine;
    const Message *reply = result->reply;
    char text[256];
    Message bare;
    size_t length;
    Status status = edns_strip_reply(reply, engine->stripped, MESSAGE_MAX, &length);
    Answer answer = {.rcode = message_rcode(reply)};

    if (status == STATUS_OK && is_in_clear(result))
        clear_ad(engine->stripped);
    if (status == STATUS_OK)
        status = message_parse(&bare, engine->stripped, length);
    if (status != STATUS_OK) {
        land(flight, result, status, NULL);
        return;
    }
    answer.ede = read_extended_error(reply, text, sizeof text);
    answer.ede_text = text[0] ? text : NULL;
    answer.wire = bare.wire;
    answer.length = bare.length;
    answer.records = bare.records;
    if (flight->epoch == engine->epoch && answer.rcode <= MESSAGE_RCODE &&
        question_key_is_recursive(&flight->key))
        cache_store(engine->cache, &flight->key, &bare, answer.ede, loop_now_us(engine->loop));
    land(flight, result, STATUS_OK, &answer);
}

static void on_resolved(Resolution *resolution, const ResolutionResult *result)
{
    Flight *flight = container_of(resolution, Flight, resolution);

    if (result->status == STATUS_OK)
        count_answer(flight->engine, flight, result);
    if (result->reply)
        land_with_reply(flight, result);
    else
        land(flight, result, result->status, NULL);
}

static void board(Flight *flight, Passenger *passenger)
{
    passenger->flight = flight;
    list_init(&passenger->node);
    list_append(&flight->passengers, &passenger->node);
}

void flight_board(Engine *engine, const QuestionKey *key, const Message *query,
                  const Destination *destination, Passenger *passenger)
{
    Flight *flight = g_hash_table_lookup(engine->flights, key);
    int64_t patience_us = engine->plan->client_patience_us;

    passenger->joined = flight != NULL;
    if (flight) {
        engine->stats.coalesced++;
        resolution_extend(&flight->resolution, patience_us);
        board(flight, passenger);
        return;
    }
    flight = g_new0(Flight, 1);
    flight->engine = engine;
    flight->epoch = engine->epoch;
    flight->departed_us = loop_now_us(engine->loop);
    flight->key.hash = key->hash;
    flight->key.length = key->length;
    memcpy(flight->key.bytes, key->bytes, key->length);
    list_init(&flight->passengers);
    board(flight, passenger);
    g_hash_table_insert(engine->flights, &flight->key, flight);
    flight->resolution.done = on_resolved;
    flight->resolution.persistent = true;
    resolution_start(&flight->resolution, engine, engine->plan, destination->upstreams,
                     destination->strategy, query, patience_us);
}

Landing flight_failure(const Passenger *passenger)
{
    ResolutionResult result;

    if (!passenger->flight)
        return (Landing){.status = STATUS_CANCELLED};
    result = resolution_failure(&passenger->flight->resolution);
    return landing_from(&result, result.status, NULL);
}

void flight_leave(Passenger *passenger)
{
    Flight *flight = passenger->flight;

    if (!flight)
        return;
    list_remove(&passenger->node);
    passenger->flight = NULL;
    if (list_is_empty(&flight->passengers) && !flight->landing)
        flight_free(flight);
}
