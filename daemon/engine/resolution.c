/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking upstream, with fail-over.
 *
 * The candidates (choose.c) are asked in order. The next is asked at once when one fails, and *as
 * well* when one is silent for the plan's attempt time (a quarter of it where the silent one is
 * doubtful anyway). The first good answer wins; the others are withdrawn, and their silence is
 * remembered by their channels.
 *
 * SERVFAIL and REFUSED are answers of last resort: the next resolver is asked, not another endpoint
 * of the same one, and the last of them is passed on when nobody did better. They are final where
 * their extended error says that they are about the name: forged by what DNSSEC says, or blocked.
 *
 * When all candidates have failed in ways that pass (the network has just come up, connections were
 * cut), a persistent resolution asks all again after a pause that doubles, while its budget lasts:
 * a client that would ask again itself sees one slow answer instead of an error.
 *
 * The resolution holds the query's bytes and references of plan and candidates until it is cleared,
 * so a reload changes nothing for it. Success is reported from inside the transport's callback,
 * failure from a deferred call, so neither ever comes from inside resolution_start.
 */
#include "resolution.h"

#include "edns.h"

#define ENCRYPTED_PAYLOAD 4096 /* streams and padded boxes have no fragments to fear */
#define FIRST_PAUSE_US    250000

enum { WIRE_CLEAR, WIRE_ENCRYPTED };

typedef struct Attempt {
    Exchange exchange;
    ListNode node;
    Resolution *resolution;
    size_t candidate;
    int64_t started_us;
} Attempt;

static void ask_next(Resolution *resolution);

static int64_t now_us(const Resolution *resolution)
{
    return loop_now_us(resolution->engine->loop);
}

static void attempt_free(Attempt *attempt)
{
    exchange_cancel(&attempt->exchange);
    list_remove(&attempt->node);
    g_free(attempt);
}

void resolution_withdraw(Resolution *resolution)
{
    list_for_each (node, &resolution->attempts) {
        attempt_free(container_of(node, Attempt, node));
    }
    loop_timer_stop(&resolution->timer);
    g_clear_pointer(&resolution->refusal, g_free);
    resolution->failure = STATUS_OK;
    resolution->pause_us = FIRST_PAUSE_US;
}

/* Withdraws what was asked; that it was not answered so far counts. */
static void give_up_attempts(Resolution *resolution)
{
    list_for_each (node, &resolution->attempts) {
        Attempt *attempt = container_of(node, Attempt, node);
        Channel *channel = resolution->candidates[attempt->candidate].channel;
        int64_t silent_us = now_us(resolution) - attempt->started_us;

        if (channel_note_silence(channel, silent_us, resolution->plan->attempt_us))
            resolution->engine->stats.failures[STATUS_TIMEOUT]++;
        attempt_free(attempt);
    }
    loop_timer_stop(&resolution->timer);
}

/* Failures to prove who the server is tell more than silence, and are not overwritten by it. */
static bool is_about_identity(Status status)
{
    return status >= STATUS_TLS && status <= STATUS_CRYPTO;
}

/* Failures that may be over in a moment. Silence lasts as long as the budget, so there is time left
 * after it only for those who joined late. */
static bool is_passing(Status status)
{
    return status == STATUS_UNREACHABLE || status == STATUS_CLOSED || status == STATUS_IO ||
           status == STATUS_TIMEOUT;
}

/* Whether the channel may well not answer, so that the next is asked early beside it: it failed
 * last time, or is tried only to be measured. */
static bool is_doubtful(const Resolution *resolution, const Channel *channel)
{
    return channel->failed_in_row > 0 ||
           (resolution->strategy == STRATEGY_FASTEST && channel->samples == 0);
}

ResolutionResult resolution_failure(const Resolution *resolution)
{
    ResolutionResult result = {.status = resolution->failure};
    const Attempt *waiting = list_first(&resolution->attempts, Attempt, node);

    if (resolution->failure != STATUS_OK && resolution->failed < resolution->candidate_count) {
        result.upstream = resolution->candidates[resolution->failed].upstream;
        result.channel = resolution->candidates[resolution->failed].channel;
    } else if (waiting) {
        result.upstream = resolution->candidates[waiting->candidate].upstream;
        result.channel = resolution->candidates[waiting->candidate].channel;
    }
    if (result.status == STATUS_OK)
        result.status = waiting ? STATUS_TIMEOUT : STATUS_NO_SERVERS;
    return result;
}

static void report_failure(void *owner)
{
    Resolution *resolution = owner;
    ResolutionResult result = resolution_failure(resolution);
    Message reply;

    if (resolution->refusal &&
        message_parse(&reply, resolution->refusal, resolution->refusal_length) == STATUS_OK) {
        result.status = STATUS_SERVER_FAILED;
        result.reply = &reply;
        result.upstream = resolution->candidates[resolution->refused].upstream;
        result.channel = resolution->candidates[resolution->refused].channel;
    }
    resolution->done(resolution, &result);
}

/* All have failed: again after a pause, or the end. */
static void exhausted(Resolution *resolution)
{
    int64_t left_us = resolution->deadline_us - now_us(resolution);

    if (resolution->persistent && !resolution->refusal && is_passing(resolution->failure) &&
        left_us > 2 * resolution->pause_us) {
        loop_timer_start(&resolution->timer, resolution->pause_us);
        resolution->pause_us *= 2;
        return;
    }
    loop_defer_schedule(&resolution->finish);
}

static void on_timer(void *owner)
{
    Resolution *resolution = owner;

    if (list_is_empty(&resolution->attempts))
        resolution_restart(resolution);
    else
        ask_next(resolution);
}

static void fail(Resolution *resolution, size_t candidate, Status status)
{
    if (is_about_identity(resolution->failure) && !is_about_identity(status))
        return;
    resolution->failure = status;
    resolution->failed = candidate;
}

static void on_failure(Resolution *resolution, size_t candidate, Status status)
{
    channel_note_failure(resolution->candidates[candidate].channel, status);
    resolution->engine->stats.failures[status]++;
    fail(resolution, candidate, status);
    if (list_is_empty(&resolution->attempts))
        ask_next(resolution);
}

/* RFC 8914 §4.7 to §4.13 (signatures) and §4.16 to §4.18 (policy): another resolver that checks or
 * blocks less would only undo it. */
static bool is_about_the_name(const Message *reply)
{
    size_t length = 0;
    const uint8_t *option = edns_option(reply, EDNS_EXTENDED_ERROR, &length);
    unsigned code;

    if (!option || length < 2)
        return false;
    code = wire_get_u16(option);
    return (code >= EDE_DNSSEC_BOGUS && code <= EDE_NSEC_MISSING) ||
           (code >= EDE_BLOCKED && code <= EDE_FILTERED);
}

static void on_refusal(Resolution *resolution, size_t candidate, const Message *reply,
                       int64_t latency_us)
{
    const Candidate *from = &resolution->candidates[candidate];
    bool final = is_about_the_name(reply);

    if (final)
        channel_note_answer(from->channel, latency_us);
    else
        channel_note_refusal(from->channel, latency_us);
    resolution->engine->stats.failures[STATUS_SERVER_FAILED]++;
    g_free(resolution->refusal);
    resolution->refusal = g_memdup2(reply->wire, reply->length);
    resolution->refusal_length = reply->length;
    resolution->refused = candidate;
    if (final) {
        give_up_attempts(resolution);
        loop_defer_schedule(&resolution->finish);
        return;
    }
    for (size_t i = 0; i < resolution->candidate_count; i++) {
        if (resolution->candidates[i].upstream == from->upstream)
            resolution->passed_over[i] = true;
    }
    if (list_is_empty(&resolution->attempts))
        ask_next(resolution);
}

static void on_answer(Resolution *resolution, size_t candidate, const Message *reply,
                      int64_t latency_us)
{
    ResolutionResult result = {
        .status = STATUS_OK,
        .reply = reply,
        .upstream = resolution->candidates[candidate].upstream,
        .channel = resolution->candidates[candidate].channel,
    };

    channel_note_answer(result.channel, latency_us);
    give_up_attempts(resolution);
    loop_defer_cancel(&resolution->finish);
    resolution->done(resolution, &result);
}

static void on_exchange_done(Exchange *exchange, Status status, const uint8_t *reply, size_t length)
{
    Attempt *attempt = exchange->owner;
    Resolution *resolution = attempt->resolution;
    size_t candidate = attempt->candidate;
    int64_t latency_us = now_us(resolution) - attempt->started_us;
    Message message;
    unsigned rcode;

    attempt_free(attempt);
    if (status == STATUS_OK)
        status = message_parse(&message, reply, length);
    if (status != STATUS_OK) {
        on_failure(resolution, candidate, status);
        return;
    }
    rcode = message_rcode(&message);
    if (rcode == RCODE_SERVFAIL || rcode == RCODE_REFUSED)
        on_refusal(resolution, candidate, &message, latency_us);
    else
        on_answer(resolution, candidate, &message, latency_us);
}

/* False when the candidate cannot be asked at all. */
static bool ask(Resolution *resolution, size_t candidate)
{
    Channel *channel = resolution->candidates[candidate].channel;
    int form = channel->endpoint->kind == ENDPOINT_PLAIN ? WIRE_CLEAR : WIRE_ENCRYPTED;
    Attempt *attempt;

    if (!channel_open(channel)) {
        fail(resolution, candidate, channel->last_failure);
        return false;
    }
    attempt = g_new0(Attempt, 1);
    attempt->resolution = resolution;
    attempt->candidate = candidate;
    attempt->started_us = now_us(resolution);
    attempt->exchange.query = resolution->wire[form];
    attempt->exchange.query_length = resolution->wire_length[form];
    attempt->exchange.budget_us = resolution->deadline_us - now_us(resolution);
    attempt->exchange.done = on_exchange_done;
    attempt->exchange.owner = attempt;
    list_init(&attempt->node);
    list_append(&resolution->attempts, &attempt->node);
    channel_send(channel, resolution->candidates[candidate].upstream->resolver, &attempt->exchange);
    return true;
}

static void ask_next(Resolution *resolution)
{
    while (resolution->next < resolution->candidate_count) {
        size_t candidate = resolution->next++;
        int64_t delay_us = resolution->plan->attempt_us;

        if (resolution->passed_over[candidate])
            continue;
        if (is_doubtful(resolution, resolution->candidates[candidate].channel))
            delay_us /= 4;
        if (!ask(resolution, candidate))
            continue;
        if (resolution->next < resolution->candidate_count)
            loop_timer_start(&resolution->timer, delay_us);
        return;
    }
    if (list_is_empty(&resolution->attempts))
        exhausted(resolution);
}

/* The query in the form that transports in clear, or encrypted ones, send. */
static Status build_wire(Resolution *resolution, int form, const Message *query)
{
    EdnsWanted wanted = {.payload_size = ENCRYPTED_PAYLOAD};
    size_t capacity = query->length + EDNS_OPT_HEADER;

    if (form == WIRE_CLEAR)
        wanted.payload_size =
            resolution->plan->edns_payload > 512 ? resolution->plan->edns_payload : 0;
    resolution->wire[form] = g_malloc(capacity);
    return edns_rewrite_query(query, &wanted, resolution->wire[form], capacity,
                              &resolution->wire_length[form]);
}

static Status build_wires(Resolution *resolution, const Message *query)
{
    Status status = STATUS_OK;

    for (size_t i = 0; i < resolution->candidate_count && status == STATUS_OK; i++) {
        EndpointKind kind = resolution->candidates[i].channel->endpoint->kind;
        int form = kind == ENDPOINT_PLAIN ? WIRE_CLEAR : WIRE_ENCRYPTED;

        if (!resolution->wire[form])
            status = build_wire(resolution, form, query);
    }
    return status;
}

static void drop_candidates(Resolution *resolution)
{
    for (size_t i = 0; i < resolution->candidate_count; i++)
        upstream_unref(resolution->candidates[i].upstream);
    resolution->candidate_count = 0;
}

void resolution_start(Resolution *resolution, Engine *engine, Plan *plan,
                      const GPtrArray *upstreams, Strategy strategy, const Message *query,
                      int64_t budget_us)
{
    Status status;

    resolution->engine = engine;
    resolution->plan = plan_ref(plan);
    resolution->strategy = strategy;
    resolution->started_us = loop_now_us(engine->loop);
    resolution->deadline_us = resolution->started_us + budget_us;
    resolution->pause_us = FIRST_PAUSE_US;
    resolution->failure = STATUS_OK;
    list_init(&resolution->attempts);
    list_append(&engine->resolutions, &resolution->node);
    loop_timer_init(&resolution->timer, engine->loop, on_timer, resolution);
    loop_defer_init(&resolution->finish, engine->loop, report_failure, resolution);
    resolution->candidate_count = choose_candidates(upstreams, strategy, engine->turn++,
                                                    resolution->started_us, resolution->candidates);
    status = build_wires(resolution, query);
    if (status != STATUS_OK) { /* nobody's fault but the query's: nobody is asked */
        drop_candidates(resolution);
        resolution->failure = status;
    }
    ask_next(resolution);
}

void resolution_extend(Resolution *resolution, int64_t budget_us)
{
    int64_t deadline_us = now_us(resolution) + budget_us;

    if (deadline_us > resolution->deadline_us)
        resolution->deadline_us = deadline_us;
}

void resolution_restart(Resolution *resolution)
{
    loop_defer_cancel(&resolution->finish); /* had it just failed on the old network */
    memset(resolution->passed_over, 0, sizeof resolution->passed_over);
    resolution->next = 0;
    ask_next(resolution);
}

void resolution_clear(Resolution *resolution)
{
    give_up_attempts(resolution);
    loop_defer_cancel(&resolution->finish);
    list_remove(&resolution->node);
    drop_candidates(resolution);
    g_free(resolution->wire[WIRE_CLEAR]);
    g_free(resolution->wire[WIRE_ENCRYPTED]);
    g_free(resolution->refusal);
    plan_unref(resolution->plan);
}
