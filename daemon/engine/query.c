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
#include "cloak.h"
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
    int64_t arrived_us;
    bool routed; /* sent elsewhere by a rule: says nothing about the resolvers */
    Name *alias; /* asked for instead, by this rule of the user's; NULL: nothing is */
    char *rule;
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
    flight_leave(&query->passenger);
    loop_timer_stop(&query->patience);
    list_remove(&query->node);
    query->engine->stats.in_flight--;
    g_free(query->alias);
    g_free(query->rule);
    g_free(query);
}

/* For those who observe: what became of a query that is answered in the turn it came. */
static void tell(Engine *engine, const Message *message, RecordSource source, Status status,
                 const char *rule, const uint8_t *answer, size_t length)
{
    if (!engine_is_observed(engine, source))
        return;
    engine_tell(engine, &(QueryRecord){
                            .name = &message->qname,
                            .type = message->qtype,
                            .source = source,
                            .rcode = wire_get_u16(answer + 2) & MESSAGE_RCODE,
                            .status = status,
                            .bytes = length,
                            .rule = rule && *rule ? rule : NULL,
                            .time_s = loop_wall_s(engine->loop),
                        });
}

/* The answer as this client is to see it: its own question, by way of the alias if there is one. */
static Status compose(const Answer *answer, const Message *message, const Name *alias,
                      const Client *client, uint8_t *out, size_t capacity, size_t *length)
{
    AnswerForm form = form_for(client);
    g_autofree uint8_t *scratch = NULL;
    Answer by_alias;
    Status status;

    if (!alias)
        return answer_compose(answer, message, &form, out, capacity, length);
    scratch = g_malloc(MESSAGE_MAX);
    status = cloak_answer(answer, message, alias, scratch, MESSAGE_MAX, &by_alias);
    return status == STATUS_OK ? answer_compose(&by_alias, message, &form, out, capacity, length)
                               : status;
}

static RecordSource source_of(const Query *query, Status status)
{
    if (status != STATUS_OK)
        return RECORD_FAILED;
    if (query->routed)
        return RECORD_ROUTE;
    return query->passenger.joined ? RECORD_COALESCED : RECORD_RESOLVER;
}

/* The client has been answered with so many bytes. `status`: whether with more than a failure. */
static void query_end(Query *query, const Landing *landing, Status status, size_t bytes)
{
    Engine *engine = query->engine;
    RecordSource source = source_of(query, status);
    unsigned rcode = status == STATUS_OK ? landing->answer->rcode : RCODE_SERVFAIL;

    if (status == STATUS_OK && rcode == RCODE_SERVFAIL)
        status = STATUS_SERVER_FAILED;
    if (engine_is_observed(engine, source))
        engine_tell(engine, &(QueryRecord){
                                .name = &query->message.qname,
                                .type = query->message.qtype,
                                .source = source,
                                .routed = query->routed,
                                .rcode = rcode,
                                .status = status,
                                .resolver = landing->resolver,
                                .endpoint = landing->endpoint,
                                .latency_us = loop_now_us(engine->loop) - query->arrived_us,
                                .bytes = bytes,
                                .rule = query->rule,
                                .time_s = loop_wall_s(engine->loop),
                            });
    query_free(query);
}

/* Returns the length of what was sent. */
static size_t send_failure(Query *query, Status reason)
{
    Engine *engine = query->engine;
    size_t length;

    engine->stats.failed++;
    if (answer_failure(&query->message, reason, engine->composed, MESSAGE_MAX, &length) !=
        STATUS_OK) {
        client_release(&query->client);
        return 0;
    }
    client_reply(&query->client, engine->composed, length);
    return length;
}

static void on_landed(Passenger *passenger, const Landing *landing)
{
    Query *query = container_of(passenger, Query, passenger);
    uint8_t *out = query->engine->composed;
    Status status = landing->status;
    size_t length;

    if (status == STATUS_OK)
        status = compose(landing->answer, &query->message, query->alias, &query->client, out,
                         MESSAGE_MAX, &length);
    if (status == STATUS_OK)
        client_reply(&query->client, out, length);
    else
        length = send_failure(query, status);
    query_end(query, landing, status, length);
}

static void on_patience_over(void *owner)
{
    Query *query = owner;
    Landing landing = flight_failure(&query->passenger);

    query_end(query, &landing, landing.status, send_failure(query, landing.status));
}

void query_client_gone(Client *client)
{
    query_free(container_of(client, Query, client));
}

void query_drop_all(Engine *engine)
{
    Query *query;

    while ((query = list_first(&engine->queries, Query, node)) != NULL) {
        client_release(&query->client);
        query_client_gone(&query->client);
    }
}

/* `asked` is the client's message, or its like about the alias of the verdict. */
static void query_start(Engine *engine, const Client *client, const Message *message,
                        const Message *asked, const QuestionKey *key,
                        const Destination *destination, const Verdict *verdict)
{
    Query *query = g_malloc0(sizeof *query + message->length);

    query->engine = engine;
    query->arrived_us = loop_now_us(engine->loop);
    query->routed = verdict->route >= 0;
    if (verdict->alias) {
        query->alias = g_memdup2(verdict->alias, sizeof *verdict->alias);
        query->rule = g_strdup(verdict->rule);
    }
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
    flight_board(engine, key, asked, destination, &query->passenger);
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
                               const Verdict *verdict, const Client *client, uint8_t *out,
                               size_t capacity, size_t *length)
{
    Answer answer;

    if (!cache_lookup(engine->cache, key, loop_now_us(engine->loop), &answer))
        return false;
    if (compose(&answer, message, verdict->alias, client, out, capacity, length) != STATUS_OK)
        return false;
    engine->stats.cache_hits++;
    tell(engine, message, RECORD_CACHE, STATUS_OK, verdict->rule, out, *length);
    return true;
}

/* SERVFAIL at once, for what is no fault of a resolver. */
static size_t refuse(Engine *engine, const Message *message, Status reason, uint8_t *out,
                     size_t capacity)
{
    size_t length;

    if (answer_failure(message, reason, out, capacity, &length) != STATUS_OK)
        return 0;
    tell(engine, message, reason == STATUS_LIMIT ? RECORD_LIMIT : RECORD_FAILED, reason, NULL, out,
         length);
    return length;
}

/* A well-formed query that no rule answers. `asked` as in query_start. */
static size_t resolve(Engine *engine, const Client *client, const Message *message,
                      const Message *asked, const Verdict *verdict, uint8_t *out, size_t capacity)
{
    Destination destination = destination_for(engine, verdict->route);
    QuestionKey key;
    size_t length;

    question_key_init(&key, asked, engine->secret);
    if (compose_from_cache(engine, &key, message, verdict, client, out, capacity, &length))
        return length;
    if (engine->stats.in_flight >= engine->plan->max_queries) {
        engine->stats.over_limit++;
        return refuse(engine, message, STATUS_LIMIT, out, capacity);
    }
    query_start(engine, client, message, asked, &key, &destination, verdict);
    return 0;
}

/* The same about the name that a rule puts in the place of the client's. */
static size_t resolve_alias(Engine *engine, const Client *client, const Message *message,
                            const Verdict *verdict, uint8_t *out, size_t capacity)
{
    size_t room = message->length + NAME_MAX_WIRE;
    g_autofree uint8_t *wire = g_malloc(room);
    Message asked;

    if (cloak_query(message, verdict->alias, wire, room, &asked) != STATUS_OK)
        return refuse(engine, message, STATUS_MALFORMED, out, capacity);
    return resolve(engine, client, message, &asked, verdict, out, capacity);
}

/* What rules decided without asking anybody. */
static size_t answer_by_rule(Engine *engine, const Message *message, const Verdict *verdict,
                             uint8_t *out, size_t capacity)
{
    bool special = verdict->reason != VERDICT_BLOCKED && verdict->reason != VERDICT_CLOAKED;
    size_t length;

    if (verdict->reason == VERDICT_BLOCKED)
        engine->stats.blocked++;
    else
        engine->stats.special++;
    if (reply_compose(message, &verdict->reply, out, capacity, &length) != STATUS_OK)
        return 0;
    tell(engine, message, special ? RECORD_SPECIAL : RECORD_RULE, STATUS_OK, verdict->rule, out,
         length);
    return length;
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

    if (length < MESSAGE_HEADER_LENGTH || wire_get_u16(bytes + 2) & (MESSAGE_QR | MESSAGE_OPCODE) ||
        message_parse(&message, bytes, length) != STATUS_OK)
        return answer_malformed(engine, bytes, length, out, capacity);

    engine->stats.queries++;
    if (!engine->plan) {
        engine->stats.failed++;
        return refuse(engine, &message, STATUS_AGAIN, out, capacity);
    }
    rules_judge(engine->plan, engine->rules, &message, &verdict);
    if (verdict.answered)
        return answer_by_rule(engine, &message, &verdict, out, capacity);
    if (verdict.alias)
        return resolve_alias(engine, client, &message, &verdict, out, capacity);
    return resolve(engine, client, &message, &message, &verdict, out, capacity);
}
