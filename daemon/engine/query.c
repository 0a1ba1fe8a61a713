/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of one client's query.
 *
 * query_receive answers what can be answered at once, straight into the listener's buffer and
 * without a single allocation: malformed messages, names that rules decide, and cache hits. Only
 * what must be asked upstream becomes a Query, charged to the plan's limit, holding its client, a
 * copy of the message and a place on a flight.
 *
 * A Query ends once: its flight lands, its client's patience ends (then SERVFAIL tells why nothing
 * came so far), or the client goes away.
 */
#include "query.h"

#include "answer.h"
#include "edns.h"
#include "flight.h"
#include "reply.h"
#include "rules.h"

typedef struct Query {
    ListNode node; /* in Engine.queries */
    Engine *engine;
    Client client;
    Passenger passenger;
    LoopTimer patience;
    bool routed; /* sent elsewhere by a rule: says nothing about the resolvers */
    Message message;
    uint8_t bytes[];
} Query;

static AnswerForm form_for(const Client *client)
{
    return (AnswerForm){
        .stream = client_is_stream(client),
        .keepalive_100_ms = LISTENER_IDLE_US / 100000,
    };
}

static void query_free(Query *query)
{
    loop_timer_stop(&query->patience);
    list_remove(&query->node);
    query->engine->stats.in_flight--;
    g_free(query);
}

/* The client has been answered. */
static void query_end(Query *query, Status status)
{
    const Engine *engine = query->engine;

    if (engine->outcome && !query->routed)
        engine->outcome(engine->outcome_owner, &query->message.qname, status);
    query_free(query);
}

static void send_failure(Query *query, Status reason)
{
    Engine *engine = query->engine;
    size_t length;

    engine->stats.failed++;
    if (answer_failure(&query->message, reason, engine->composed, MESSAGE_MAX, &length) ==
        STATUS_OK)
        client_reply(&query->client, engine->composed, length);
    else
        client_release(&query->client);
}

static void on_landed(Passenger *passenger, Status status, const Answer *answer)
{
    Query *query = container_of(passenger, Query, passenger);
    AnswerForm form = form_for(&query->client);
    uint8_t *out = query->engine->composed;
    size_t length;

    if (status == STATUS_OK)
        status = answer_compose(answer, &query->message, &form, out, MESSAGE_MAX, &length);
    if (status == STATUS_OK)
        client_reply(&query->client, out, length);
    else
        send_failure(query, status);
    if (status == STATUS_OK && answer->rcode == RCODE_SERVFAIL)
        status = STATUS_SERVER_FAILED;
    query_end(query, status);
}

static void on_patience_over(void *owner)
{
    Query *query = owner;
    Status reason = flight_leave(&query->passenger);

    send_failure(query, reason);
    query_end(query, reason);
}

void query_client_gone(Client *client)
{
    Query *query = container_of(client, Query, client);

    (void)flight_leave(&query->passenger);
    query_free(query);
}

void query_drop_all(Engine *engine)
{
    Query *query;

    while ((query = list_first(&engine->queries, Query, node)) != NULL) {
        client_release(&query->client);
        query_client_gone(&query->client);
    }
}

static void query_start(Engine *engine, const Client *client, const Message *message,
                        const QuestionKey *key, const Destination *destination, bool routed)
{
    Query *query = g_malloc0(sizeof *query + message->length);

    query->engine = engine;
    query->routed = routed;
    query->message = *message;
    query->message.wire = query->bytes;
    memcpy(query->bytes, message->wire, message->length);
    query->passenger.landed = on_landed;
    list_init(&query->node);
    list_append(&engine->queries, &query->node);
    client_hold(&query->client, client);
    engine->stats.in_flight++;
    loop_timer_init(&query->patience, engine->loop, on_patience_over, query);
    loop_timer_start(&query->patience, engine->plan->client_patience_us);
    flight_board(engine, key, &query->message, destination, &query->passenger);
}

/* Where to ask: a route's resolver and no other, or the plan's. */
static Destination destination_for(const Engine *engine, int route)
{
    if (route < 0)
        return (Destination){.upstreams = engine->upstreams, .strategy = engine->plan->strategy};
    return (Destination){.upstreams = g_ptr_array_index(engine->route_upstreams, (unsigned)route),
                         .strategy = STRATEGY_FIRST};
}

static bool compose_from_cache(Engine *engine, const QuestionKey *key, const Message *message,
                               const Client *client, uint8_t *out, size_t capacity, size_t *length)
{
    AnswerForm form = form_for(client);
    Answer answer;

    if (!cache_lookup(engine->cache, key, loop_now_us(engine->loop), &answer))
        return false;
    if (answer_compose(&answer, message, &form, out, capacity, length) != STATUS_OK)
        return false;
    engine->stats.cache_hits++;
    return true;
}

static size_t refuse_for_limit(Engine *engine, const Message *message, uint8_t *out,
                               size_t capacity)
{
    size_t length;

    engine->stats.over_limit++;
    if (answer_failure(message, STATUS_LIMIT, out, capacity, &length) != STATUS_OK)
        return 0;
    return length;
}

/* A well-formed query that no rule answers. */
static size_t resolve(Engine *engine, const Client *client, const Message *message, int route,
                      uint8_t *out, size_t capacity)
{
    Destination destination = destination_for(engine, route);
    QuestionKey key;
    size_t length;

    question_key_init(&key, message, engine->secret);
    if (compose_from_cache(engine, &key, message, client, out, capacity, &length))
        return length;
    if (engine->stats.in_flight >= engine->plan->max_queries)
        return refuse_for_limit(engine, message, out, capacity);
    query_start(engine, client, message, &key, &destination, route >= 0);
    return 0;
}

/* What does not parse gets FORMERR if it has a header; what is no query gets nothing, so that two
 * servers never answer each other's errors. */
static size_t answer_malformed(Engine *engine, const uint8_t *bytes, size_t length, uint8_t *out,
                               size_t capacity)
{
    size_t written;

    engine->stats.malformed++;
    if (length < MESSAGE_HEADER_LENGTH || wire_get_u16(bytes + 2) & MESSAGE_QR)
        return 0;
    if (reply_formerr(bytes, length, out, capacity, &written) != STATUS_OK)
        return 0;
    if (wire_get_u16(bytes + 2) & MESSAGE_OPCODE) /* NOTIFY, UPDATE: formats of their own */
        out[3] = (uint8_t)((out[3] & ~MESSAGE_RCODE) | RCODE_NOTIMP);
    return written;
}

size_t query_receive(Engine *engine, const Client *client, const uint8_t *bytes, size_t length,
                     uint8_t *out, size_t capacity)
{
    Message message;
    Verdict verdict;
    size_t written;

    if (length < MESSAGE_HEADER_LENGTH || wire_get_u16(bytes + 2) & (MESSAGE_QR | MESSAGE_OPCODE) ||
        message_parse(&message, bytes, length) != STATUS_OK)
        return answer_malformed(engine, bytes, length, out, capacity);

    engine->stats.queries++;
    if (!engine->plan) {
        engine->stats.failed++;
        return answer_failure(&message, STATUS_AGAIN, out, capacity, &written) == STATUS_OK
                   ? written
                   : 0;
    }
    rules_judge(engine->plan, &message, &verdict);
    if (verdict.kind == VERDICT_RESOLVE)
        return resolve(engine, client, &message, verdict.route, out, capacity);
    engine->stats.special++;
    return rules_answer(&verdict, &message, out, capacity, &written) == STATUS_OK ? written : 0;
}
