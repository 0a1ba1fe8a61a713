/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The same question asked twice at once goes out once.
 *
 * A flight owns one resolution; every query with the same key boards it and is answered with it.
 * It can be boarded while it is in the engine's table, that is until it lands or the network
 * changes: then it flies on for those aboard, but takes no others, and ends if it goes in clear by
 * a route. Where the network matters to the answer (Destination.local) it then leaves nothing in
 * the cache either: whoever answers at the old address may be a stranger.
 *
 * Whatever is learned goes into the cache here. An answer is NOERROR or NXDOMAIN; all else is a
 * failure, for which an expired answer of the cache stands in if there is one (RFC 8767 §4), unless
 * the resolver says that it *will* not answer: that is not better known by an older answer.
 *
 * Where the network translates IPv4, a flight for AAAA that comes back without an address has a
 * second leg (second_leg.c), and lands with what is made of both, or with the first reply after
 * all. A change of network restarts the first leg, which drops the second.
 */
#include "flight.h"

#include "depot.h"
#include "dns64.h"
#include "edns.h"
#include "resolution.h"
#include "second_leg.h"

struct Flight {
    Resolution resolution;
    Engine *engine;
    QuestionKey key;
    unsigned epoch;
    bool local;
    bool dns64;        /* its answer may have to be made */
    Nat64Prefix nat64; /* of the network it departed on */
    SecondLeg *second; /* NULL: there is none */
    ResolutionResult
        first;    /* of the leg before it, without the reply; the resolution holds the rest */
    bool landing; /* passengers are being called; leaving does not cancel */
    List passengers;
    int64_t departed_us;
};

static Depot depot = {.size = sizeof(Flight)};

static void flight_free(Flight *flight)
{
    Engine *engine = flight->engine;

    if (g_hash_table_lookup(engine->flights, &flight->key) == flight)
        g_hash_table_remove(engine->flights, &flight->key);
    second_leg_free(g_steal_pointer(&flight->second));
    resolution_clear(&flight->resolution);
    depot_give(&depot, flight);
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

/* Whether the cache may learn from how it ends. */
static bool may_teach(const Flight *flight)
{
    const Engine *engine = flight->engine;

    return question_key_is_recursive(&flight->key) &&
           (!flight->local || flight->epoch == engine->epoch) &&
           (!flight->dns64 || nat64_prefix_equal(&flight->nat64, &engine->pool.nat64));
}

/* A name that does not exist has no addresses either, whoever asks, with DO or without: what was
 * known of them is not to come up again as a stale answer. Browsers ask for these three. */
static void forget_siblings(Flight *flight)
{
    static const uint16_t types[] = {RRTYPE_A, RRTYPE_AAAA, RRTYPE_HTTPS};
    QuestionKey sibling = flight->key;

    for (size_t i = 0; i < 2 * G_N_ELEMENTS(types); i++) {
        question_key_retype(&sibling, types[i / 2], i % 2 == 1, flight->engine->secret);
        if (!question_key_equal(&sibling, &flight->key))
            cache_forget(flight->engine->cache, &sibling);
    }
}

/* Writes the TTLs that clients shall see into the reply's bytes, and keeps it. */
static void keep(Flight *flight, const Message *reply, uint8_t *wire, int ede)
{
    Engine *engine = flight->engine;
    Shelf shelf;
    bool lasts = shelf_read(&shelf, reply, engine->plan);

    if (lasts)
        shelf_apply(&shelf, wire);
    if (!may_teach(flight))
        return;
    if (lasts)
        cache_store(engine->cache, &flight->key, reply, &shelf, ede, loop_now_us(engine->loop));
    else if (!(reply->flags & MESSAGE_TC))
        cache_forget(engine->cache, &flight->key);
    if ((reply->flags & MESSAGE_RCODE) == RCODE_NXDOMAIN)
        forget_siblings(flight);
}

/* Lands with the expired answer that the cache may still have. */
static bool land_with_stale(Flight *flight, const ResolutionResult *result, Status status)
{
    Engine *engine = flight->engine;
    int64_t now_us = loop_now_us(engine->loop);
    Answer stale;

    if (flight->epoch == engine->epoch)
        cache_hold(engine->cache, &flight->key, now_us);
    if (!may_teach(flight) || !cache_stale(engine->cache, &flight->key, now_us, &stale))
        return false;
    land(flight, result, status, &stale);
    return true;
}

/* RFC 8914 §4.16 to §4.18: it could answer and does not want to. */
static bool is_policy(int ede)
{
    return ede >= EDE_BLOCKED && ede <= EDE_FILTERED;
}

/* A reply that is no answer: SERVFAIL and its like. */
static void land_with_failure(Flight *flight, const ResolutionResult *result, const Message *reply,
                              const Answer *answer)
{
    Engine *engine = flight->engine;

    if (is_policy(answer->ede))
        cache_forget(engine->cache, &flight->key);
    else if (land_with_stale(flight, result, STATUS_SERVER_FAILED))
        return;
    if (may_teach(flight) && flight->epoch == engine->epoch && answer->rcode <= MESSAGE_RCODE)
        cache_store_failure(engine->cache, &flight->key, reply, answer->ede,
                            loop_now_us(engine->loop));
    land(flight, result, STATUS_OK, answer);
}

static void borrow_reply(Answer *answer, const Message *reply)
{
    answer->wire = reply->wire;
    answer->length = reply->length;
    answer->records = reply->records;
}

/* `reply` is without OPT, its bytes `wire`. Lets the cache learn and answers everybody. */
static void land_with_message(Flight *flight, const ResolutionResult *result, const Message *reply,
                              uint8_t *wire, Answer *answer)
{
    borrow_reply(answer, reply);
    if (answer->rcode != RCODE_NOERROR && answer->rcode != RCODE_NXDOMAIN) {
        land_with_failure(flight, result, reply, answer);
        return;
    }
    keep(flight, reply, wire, answer->ede);
    land(flight, result, STATUS_OK, answer);
}

/* ---- the second leg ---- */

static void on_second_ended(void *owner, const SecondLegOutcome *outcome)
{
    Flight *flight = owner;
    SecondLeg *second = g_steal_pointer(&flight->second);
    ResolutionResult first = flight->first;
    Answer answer = outcome->answer;

    if (outcome->status != STATUS_OK) {
        if (!land_with_stale(flight, &first, outcome->status))
            land(flight, &first, outcome->status, NULL);
    } else if (outcome->lasting) {
        land_with_message(flight, &first, outcome->reply, outcome->wire, &answer);
    } else {
        borrow_reply(&answer, outcome->reply);
        land(flight, &first, STATUS_OK, &answer);
    }
    second_leg_free(second);
}

/* The question as it was sent: the client's, but for its options. */
static Status read_question(Flight *flight, const ResolutionResult *result, Message *asked)
{
    size_t length;
    const uint8_t *wire =
        forms_get(&flight->resolution.forms, result->channel->endpoint->kind, &length);

    return message_parse(asked, wire, length);
}

/* Asks for the name's IPv4 addresses as well. False when that is of no use: `result` is all. */
static bool begin_second(Flight *flight, const ResolutionResult *result, const Message *reply,
                         const Answer *answer)
{
    FirstLeg first = {.reply = reply, .answer = answer};
    Message asked;

    if (!flight->dns64 || !nat64_prefix_is_set(&flight->engine->pool.nat64) ||
        is_policy(answer->ede) || !dns64_lacks(reply, answer->rcode) ||
        read_question(flight, result, &asked) != STATUS_OK)
        return false;
    first.asked = &asked;
    flight->first = *result;
    flight->first.reply = NULL;
    flight->second = second_leg_new(flight->engine, &first, on_second_ended, flight);
    if (!flight->second)
        return false;
    second_leg_begin(flight->second);
    return true;
}

/* Strips the reply's OPT and lands with it, by way of a second leg if that is needed. */
static void land_with_reply(Flight *flight, const ResolutionResult *result)
{
    Engine *engine = flight->engine;
    const Message *reply = result->reply;
    char text[256];
    Message bare;
    size_t length;
    Status status = edns_strip_reply(reply, engine->stripped, MESSAGE_MAX, &length);
    Answer answer = {.rcode = message_rcode(reply)};

    if (status != STATUS_OK) {
        land(flight, result, status, NULL);
        return;
    }
    if (is_in_clear(result))
        clear_ad(engine->stripped);
    bare = edns_stripped_view(reply, engine->stripped, length);
    answer.ede = read_extended_error(reply, text, sizeof text);
    answer.ede_text = text[0] ? text : NULL;
    if (!begin_second(flight, result, &bare, &answer))
        land_with_message(flight, result, &bare, engine->stripped, &answer);
}

static void on_resolved(Resolution *resolution, const ResolutionResult *result)
{
    Flight *flight = container_of(resolution, Flight, resolution);

    second_leg_free(g_steal_pointer(&flight->second)); /* the network changed: from the beginning */
    if (result->status == STATUS_OK)
        count_answer(flight->engine, flight, result);
    if (result->reply)
        land_with_reply(flight, result);
    else if (!land_with_stale(flight, result, result->status))
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
        if (flight->second)
            second_leg_extend(flight->second, patience_us);
        board(flight, passenger);
        return;
    }
    flight = depot_take(&depot);
    flight->engine = engine;
    flight->epoch = engine->epoch;
    flight->local = destination->local;
    flight->dns64 = destination->dns64;
    flight->nat64 = engine->pool.nat64;
    flight->departed_us = loop_now_us(engine->loop);
    flight->key.hash = key->hash;
    flight->key.length = key->length;
    memcpy(flight->key.bytes, key->bytes, key->length);
    list_init(&flight->passengers);
    board(flight, passenger);
    g_hash_table_insert(engine->flights, &flight->key, flight);
    flight->resolution.done = on_resolved;
    flight->resolution.persistent = true;
    flight->resolution.tied = destination->tied;
    resolution_start(&flight->resolution, engine, engine->plan, destination->upstreams,
                     destination->strategy, query, patience_us);
}

Landing flight_failure(const Passenger *passenger)
{
    ResolutionResult result;

    if (!passenger->flight)
        return (Landing){.status = STATUS_CANCELLED};
    if (passenger->flight->second)
        return second_leg_failure(passenger->flight->second);
    result = resolution_failure(&passenger->flight->resolution);
    return landing_from(&result, result.status, NULL);
}

bool flight_stale(const Passenger *passenger, Answer *answer)
{
    const Flight *flight = passenger->flight;

    return flight && may_teach(flight) &&
           cache_stale(flight->engine->cache, &flight->key, loop_now_us(flight->engine->loop),
                       answer);
}

void flight_extend(const Passenger *passenger, int64_t patience_us)
{
    if (passenger->flight)
        resolution_extend(&passenger->flight->resolution, patience_us);
}

int64_t flight_time_us(const Passenger *passenger)
{
    const Flight *flight = passenger->flight;

    return flight ? loop_now_us(flight->engine->loop) - flight->departed_us : 0;
}

void flight_give_up(Passenger *passenger)
{
    const Flight *flight = passenger->flight;

    if (flight && flight->epoch == flight->engine->epoch)
        cache_hold(flight->engine->cache, &flight->key, loop_now_us(flight->engine->loop));
    flight_leave(passenger);
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
