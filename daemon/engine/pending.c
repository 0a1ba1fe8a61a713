/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a query that cannot be answered at once: it is charged to the plan's limit and holds
 * its client, a copy of the message and a place on a flight.
 *
 * It ends once: its flight lands, its client's patience ends (then SERVFAIL tells why nothing came
 * so far), or the client goes away. Where the cache has an expired answer, the client gets that
 * when none came by the plan's time for it (RFC 8767 §5); the query then goes on without its
 * client, to fill the cache, as does one that refreshes a popular answer and never had a client.
 */
#include "pending.h"

#include "answer.h"
#include "cloak.h"
#include "depot.h"
#include "dns64.h"
#include "flight.h"
#include "query.h"

#define SHORT_MESSAGE 192 /* bytes: nearly every query, padded ones too */

struct Pending {
    ListNode node; /* in Engine.queries */
    Engine *engine;
    Client client; /* not `answered`: held */
    Passenger passenger;
    LoopTimer patience;
    int64_t arrived_us, give_up_us;
    bool routed; /* sent elsewhere by a rule: says nothing about the resolvers */
    bool has_client, answered;
    uint8_t slot; /* of its client, in Engine.shares */
    VerdictReason reason;
    Name *alias; /* asked for instead, by this rule of the user's; NULL: nothing is */
    char *rule;
    Message message;
    uint8_t *long_bytes; /* of the message; NULL: it is short */
    uint8_t short_bytes[SHORT_MESSAGE];
};

static Depot depot = {.size = sizeof(Pending)};

Status pending_compose(const Answer *answer, const Message *message, const Name *alias,
                       const Client *client, uint8_t *out, size_t capacity, size_t *length)
{
    AnswerForm form = {.stream = client_is_stream(client),
                       .keepalive_100_ms = LISTENER_IDLE_US / 100000};
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

static void pending_free(Pending *pending)
{
    Engine *engine = pending->engine;

    flight_leave(&pending->passenger);
    loop_timer_stop(&pending->patience);
    list_remove(&pending->node);
    engine->stats.in_flight--;
    if (pending->has_client)
        engine->shares.held[pending->slot]--;
    waiting_room_call(&engine->waiting);
    g_free(pending->alias);
    g_free(pending->rule);
    g_free(pending->long_bytes);
    depot_give(&depot, pending);
}

static bool is_stale(const Landing *landing)
{
    return landing->answer && landing->answer->stale_ttl_s > 0;
}

static bool is_failure(const Landing *landing)
{
    const Answer *answer = landing->answer;

    return answer && answer->rcode != RCODE_NOERROR && answer->rcode != RCODE_NXDOMAIN;
}

static RecordSource source_of(const Pending *pending, const Landing *landing, Status status)
{
    if (status != STATUS_OK)
        return RECORD_FAILED;
    if (is_stale(landing))
        return RECORD_STALE;
    if (pending->routed)
        return RECORD_ROUTE;
    return pending->passenger.joined ? RECORD_COALESCED : RECORD_RESOLVER;
}

/* The client has been answered with so many bytes. `status`: whether with more than a failure. */
static void tell(const Pending *pending, const Landing *landing, Status status, size_t bytes)
{
    Engine *engine = pending->engine;
    RecordSource source = source_of(pending, landing, status);
    const Answer *answer = status == STATUS_OK ? landing->answer : NULL;
    unsigned rcode = answer ? answer->rcode : RCODE_SERVFAIL;

    if (!engine_is_observed(engine, source))
        return;
    if (status == STATUS_OK)
        status = rcode == RCODE_SERVFAIL ? STATUS_SERVER_FAILED : landing->status;
    engine_tell(engine, &(QueryRecord){
                            .name = &pending->message.qname,
                            .type = pending->message.qtype,
                            .source = source,
                            .routed = pending->routed,
                            .rcode = rcode,
                            .status = status,
                            .resolver = landing->resolver,
                            .endpoint = landing->endpoint,
                            .latency_us = loop_now_us(engine->loop) - pending->arrived_us,
                            .bytes = bytes,
                            .rule = pending->rule,
                            .time_s = loop_wall_s(engine->loop),
                        });
}

/* Returns the length of what was sent. */
static size_t send_failure(Pending *pending, Status reason)
{
    Engine *engine = pending->engine;
    size_t length;

    engine->stats.failed++;
    if (answer_failure(&pending->message, reason, engine->composed, MESSAGE_MAX, &length) !=
        STATUS_OK) {
        client_release(&pending->client);
        return 0;
    }
    client_reply(&pending->client, engine->composed, length);
    return length;
}

/* When the answer leads over a name that the user's lists block. */
static bool answer_by_rule(Pending *pending, const Landing *landing)
{
    Engine *engine = pending->engine;
    Verdict asked = {.reason = pending->reason, .route = -1, .alias = pending->alias}, verdict;
    size_t length;

    if (!landing->answer ||
        !rules_judge_answer(engine->rules, &asked, &pending->message, landing->answer, &verdict))
        return false;
    length =
        query_answer_by_rule(engine, &pending->message, &verdict, engine->composed, MESSAGE_MAX);
    if (length == 0)
        return false;
    client_reply(&pending->client, engine->composed, length);
    pending->answered = true;
    return true;
}

/* With the answer if there is one, else with the reason why there is none. */
static void answer_client(Pending *pending, const Landing *landing)
{
    uint8_t *out = pending->engine->composed;
    Status status = landing->status;
    size_t length = 0;

    if (answer_by_rule(pending, landing))
        return;
    if (landing->answer)
        status = pending_compose(landing->answer, &pending->message, pending->alias,
                                 &pending->client, out, MESSAGE_MAX, &length);
    if (status == STATUS_OK) {
        client_reply(&pending->client, out, length);
        pending->engine->stats.stale += is_stale(landing);
        pending->engine->stats.failed += is_failure(landing);
    } else {
        length = send_failure(pending, status);
    }
    pending->answered = true;
    tell(pending, landing, status, length);
}

static void on_landed(Passenger *passenger, const Landing *landing)
{
    Pending *pending = container_of(passenger, Pending, passenger);

    if (!pending->answered)
        answer_client(pending, landing);
    pending_free(pending);
}

/* Time for a stale answer, after which it stays aboard so that the flight goes on; or, when there
 * is none or it was given already, for the end. */
static void on_patience_over(void *owner)
{
    Pending *pending = owner;
    int64_t left_us = pending->give_up_us - loop_now_us(pending->engine->loop);
    Landing landing = flight_failure(&pending->passenger);
    Answer stale;

    if (!pending->answered && flight_stale(&pending->passenger, &stale))
        landing.answer = &stale;
    if (!pending->answered && (landing.answer || left_us <= 0))
        answer_client(pending, &landing);
    if (left_us > 0) {
        loop_timer_start(&pending->patience, left_us);
        return;
    }
    flight_give_up(&pending->passenger);
    pending_free(pending);
}

static void on_client_gone(Client *client)
{
    pending_free(container_of(client, Pending, client));
}

void query_drop_all(Engine *engine)
{
    Pending *pending;

    while ((pending = list_first(&engine->queries, Pending, node)) != NULL) {
        if (!pending->answered)
            client_release(&pending->client);
        pending_free(pending);
    }
}

static void keep_message(Pending *pending, const Message *message)
{
    uint8_t *bytes = pending->short_bytes;

    if (message->length > SHORT_MESSAGE)
        bytes = pending->long_bytes = g_malloc(message->length);
    pending->message = *message;
    pending->message.wire = memcpy(bytes, message->wire, message->length);
}

/* `asked_us`: when it came. */
static Pending *pending_new(Engine *engine, const Errand *errand, int64_t asked_us)
{
    const Message *message = errand->message;
    const Verdict *verdict = errand->verdict;
    Pending *pending = depot_take(&depot);

    pending->engine = engine;
    pending->arrived_us = asked_us;
    pending->give_up_us = pending->arrived_us + engine->plan->client_patience_us;
    pending->routed = verdict->route >= 0;
    pending->answered = true; /* until it has a client */
    pending->reason = verdict->reason;
    if (verdict->alias) {
        pending->alias = g_memdup2(verdict->alias, sizeof *verdict->alias);
        pending->rule = *verdict->rule ? g_strdup(verdict->rule) : NULL;
    }
    keep_message(pending, message);
    pending->passenger.landed = on_landed;
    list_init(&pending->node);
    list_append(&engine->queries, &pending->node);
    loop_timer_init(&pending->patience, engine->loop, on_patience_over, pending);
    engine->stats.in_flight++;
    return pending;
}

/* Where to ask: a route's resolver and no other, or the plan's. */
static Destination destination_for(const Engine *engine, const Message *asked, int route)
{
    if (route < 0)
        return (Destination){.upstreams = engine->upstreams,
                             .strategy = engine->plan->strategy,
                             .local = engine->local,
                             .dns64 = dns64_is_about(asked, route)};
    return (Destination){.upstreams = g_ptr_array_index(engine->route_upstreams, (unsigned)route),
                         .strategy = STRATEGY_FIRST,
                         .local = true,
                         .tied = scope_is_in_clear(&engine->plan->routes[route].resolver, 1)};
}

static void board(Pending *pending, const Errand *errand)
{
    Engine *engine = pending->engine;
    Destination destination = destination_for(engine, errand->asked, errand->verdict->route);
    int64_t wait_us = pending->give_up_us - loop_now_us(engine->loop);

    flight_board(engine, &errand->key, errand->asked, &destination, &pending->passenger);
    if (errand->state == CACHE_STALE)
        wait_us = MIN(wait_us, engine->plan->stale_after_us - flight_time_us(&pending->passenger));
    loop_timer_start(&pending->patience, MAX(wait_us, 0));
}

unsigned pending_places_left(const Engine *engine)
{
    unsigned limit = engine->plan->max_queries, taken = engine->stats.in_flight;

    return taken < limit ? limit - taken : 0;
}

int64_t pending_silence_us(const Engine *engine)
{
    const Pending *oldest = list_first(&engine->queries, Pending, node);
    int64_t since_us = engine->pool.heard_us;

    if (!oldest)
        return 0;
    return loop_now_us(engine->loop) - MAX(since_us, oldest->arrived_us);
}

bool pending_wait(Engine *engine, const Client *client, const Errand *errand)
{
    uint8_t slot = shares_slot(client, engine->secret);
    Pending *pending;

    if (!shares_allow(&engine->shares, slot, pending_places_left(engine)))
        return false;
    pending = pending_new(engine, errand,
                          client->asked_us != 0 ? client->asked_us : loop_now_us(engine->loop));
    pending->has_client = true;
    pending->answered = false;
    pending->slot = slot;
    engine->shares.held[slot]++;
    client_hold(&pending->client, client, on_client_gone);
    board(pending, errand);
    return true;
}

void pending_refresh(Engine *engine, const Errand *errand)
{
    if (engine->stats.in_flight >= engine->plan->max_queries / 2)
        return;
    engine->stats.prefetched++;
    board(pending_new(engine, errand, loop_now_us(engine->loop)), errand);
}
