/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking upstream, with fail-over.
 *
 * The candidates (choose.c) are asked in order. The next is asked at once when one fails, and *as
 * well* when one is late (lateness.c), and after the plan's attempt time in any case. The first
 * good answer wins; the others are withdrawn, and their silence is remembered by their channels.
 * Sooner than that the same candidate is asked once more, in case a packet was lost (watch.c).
 *
 * SERVFAIL and REFUSED are answers of last resort: the next resolver is asked, not another endpoint
 * of the same one, and the last of them is passed on when nobody did better. They are final where
 * their extended error says that they are about the name: forged by what DNSSEC says, or blocked.
 *
 * When all candidates have failed, some in ways that pass (the network has just come up,
 * connections were cut), a persistent resolution asks all again after a pause that doubles, while
 * its budget lasts: a client that would ask again itself sees one slow answer instead of an error.
 *
 * The resolution holds the query's bytes and references of plan and candidates until it is cleared,
 * so a reload changes nothing for it. Success is reported from inside the transport's callback,
 * failure from a deferred call, so neither ever comes from inside resolution_start.
 */
#include "resolution.h"

#include "edns.h"
#include "lateness.h"

#define FIRST_PAUSE_US 250000
#define REPEATS_MAX    2

static void ask_next(Resolution *resolution);

static int64_t now_us(const Resolution *resolution)
{
    return loop_now_us(resolution->engine->loop);
}

void resolution_withdraw(Resolution *resolution)
{
    list_for_each (node, &resolution->attempts) {
        attempt_free(container_of(node, Attempt, node));
    }
    loop_timer_stop(&resolution->timer);
    g_clear_pointer(&resolution->refusal, g_free);
    resolution->failure = STATUS_OK;
    resolution->passing = false;
    resolution->pause_us = FIRST_PAUSE_US;
}

static void count_failure(Resolution *resolution, Status status)
{
    resolution->engine->stats.failures[status]++;
}

/* Withdraws what was asked; that it was not answered so far counts. */
static void give_up_attempts(Resolution *resolution)
{
    list_for_each (node, &resolution->attempts) {
        Attempt *attempt = container_of(node, Attempt, node);

        if (channel_note_silence(attempt->channel, attempt_silent_us(attempt),
                                 resolution->plan->attempt_us))
            count_failure(resolution, STATUS_TIMEOUT);
        attempt_free(attempt);
    }
    loop_timer_stop(&resolution->timer);
}

/* The same when there is a winner: who was asked before it had more time. */
static void give_up_losers(Resolution *resolution, const Channel *winner, int64_t started_us)
{
    list_for_each (node, &resolution->attempts) {
        Attempt *attempt = container_of(node, Attempt, node);

        if (attempt->started_us < started_us && channel_note_lost(attempt->channel, winner)) {
            count_failure(resolution, STATUS_TIMEOUT);
            attempt_free(attempt);
        }
    }
    give_up_attempts(resolution);
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

    bool hopeful = resolution->passing && !is_about_identity(resolution->failure);

    if (resolution->persistent && !resolution->refusal && hopeful &&
        left_us > 2 * resolution->pause_us) {
        resolution->passing = false;
        loop_timer_start(&resolution->timer, resolution->pause_us);
        resolution->pause_us *= 2;
        return;
    }
    loop_defer_schedule(&resolution->finish);
}

/* The candidate that would be asked next; NULL for none. */
static const Candidate *peek_next(const Resolution *resolution)
{
    for (size_t i = resolution->next; i < resolution->candidate_count; i++) {
        if (!resolution->passed_over[i])
            return &resolution->candidates[i];
    }
    return NULL;
}

static void on_timer(void *owner)
{
    Resolution *resolution = owner;
    const Attempt *late = list_last(&resolution->attempts, Attempt, node);
    int64_t silent_us, left_us;

    if (!late) {
        resolution_restart(resolution);
        return;
    }
    silent_us = attempt_silent_us(late);
    left_us = resolution->plan->attempt_us - silent_us;
    if (left_us <= 0 || lateness_is_next_due(resolution, late, peek_next(resolution)))
        ask_next(resolution);
    else
        loop_timer_start(&resolution->timer, MIN(silent_us, left_us));
}

/* Sets the time until the next candidate is asked beside this one. */
static void expect(Resolution *resolution, const Attempt *attempt)
{
    const Candidate *next = peek_next(resolution);

    if (next)
        loop_timer_start(&resolution->timer, lateness_begin(resolution, attempt, next));
    else
        loop_timer_stop(&resolution->timer); /* it may run for one that has failed */
}

static void fail(Resolution *resolution, size_t candidate, Status status)
{
    resolution->passing = resolution->passing || is_passing(status);
    if (is_about_identity(resolution->failure) && !is_about_identity(status))
        return;
    resolution->failure = status;
    resolution->failed = candidate;
}

static void on_failure(Resolution *resolution, const AttemptOutcome *outcome)
{
    channel_note_failure(resolution->candidates[outcome->candidate].channel, outcome->status);
    count_failure(resolution, outcome->status);
    fail(resolution, outcome->candidate, outcome->status);
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

static void keep_refusal(Resolution *resolution, size_t candidate, const Message *reply)
{
    g_free(resolution->refusal);
    resolution->refusal = g_memdup2(reply->wire, reply->length);
    resolution->refusal_length = reply->length;
    resolution->refused = candidate;
}

static void on_refusal(Resolution *resolution, const AttemptOutcome *outcome)
{
    const Candidate *from = &resolution->candidates[outcome->candidate];
    bool final = is_about_the_name(outcome->reply);

    if (final) {
        channel_note_answer(from->channel, outcome->latency_us);
    } else {
        channel_note_refusal(from->channel, outcome->latency_us);
        count_failure(resolution, STATUS_SERVER_FAILED);
    }
    keep_refusal(resolution, outcome->candidate, outcome->reply);
    if (final) {
        give_up_losers(resolution, from->channel, outcome->started_us);
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

/* How long it took tells little of a channel that has lost a packet, and would make the next one
 * late too late: as in P. Karn and C. Partridge, 1987. */
static int64_t measure_us(const Resolution *resolution, const AttemptOutcome *outcome)
{
    const Channel *channel = resolution->candidates[outcome->candidate].channel;

    if (resolution->repeats == 0 || outcome->again)
        return outcome->latency_us;
    return MIN(outcome->latency_us, channel->latency_us);
}

static void on_answer(Resolution *resolution, const AttemptOutcome *outcome)
{
    ResolutionResult result = {
        .status = STATUS_OK,
        .reply = outcome->reply,
        .upstream = resolution->candidates[outcome->candidate].upstream,
        .channel = resolution->candidates[outcome->candidate].channel,
    };

    channel_note_answer(result.channel, measure_us(resolution, outcome));
    upstream_note_answer(result.upstream, result.channel);
    give_up_losers(resolution, result.channel, outcome->started_us);
    loop_defer_cancel(&resolution->finish);
    resolution->done(resolution, &result);
}

/* The same as the one that has ended, on the same channel, need not be waited for. */
static void drop_twins(Resolution *resolution, const AttemptOutcome *outcome)
{
    Channel *channel = resolution->candidates[outcome->candidate].channel;

    list_for_each (node, &resolution->attempts) {
        Attempt *attempt = container_of(node, Attempt, node);

        if (attempt->channel == channel) {
            watch_judge(channel, outcome->again);
            attempt_free(attempt);
        }
    }
}

static bool has_twin(const Resolution *resolution, size_t candidate)
{
    list_for_each (node, &resolution->attempts) {
        if (container_of(node, Attempt, node)->candidate == candidate)
            return true;
    }
    return false;
}

static void on_attempt_ended(void *owner, const AttemptOutcome *outcome)
{
    Resolution *resolution = owner;
    unsigned rcode;

    if (outcome->status != STATUS_OK) {
        if (!has_twin(resolution, outcome->candidate)) /* else that one tells */
            on_failure(resolution, outcome);
        return;
    }
    drop_twins(resolution, outcome);
    rcode = message_rcode(outcome->reply);
    if (!resolution->curious && (rcode == RCODE_SERVFAIL || rcode == RCODE_REFUSED))
        on_refusal(resolution, outcome);
    else
        on_answer(resolution, outcome);
}

/* The same resolver, by the same protocol: nobody sees more than before. */
static void on_attempt_late(void *owner, const Attempt *late)
{
    Resolution *resolution = owner;

    if (resolution->repeats >= REPEATS_MAX || !watch_may_repeat(late->channel, &late->exchange))
        return;
    resolution->repeats++;
    attempt_repeat(late, &resolution->candidates[late->candidate],
                   resolution->deadline_us - now_us(resolution));
}

/* NULL when the candidate cannot be asked at all. */
static const Attempt *ask(Resolution *resolution, size_t candidate)
{
    static const AttemptEvents events = {on_attempt_ended, on_attempt_late};
    Channel *channel = resolution->candidates[candidate].channel;

    if (!channel_open(channel)) {
        fail(resolution, candidate, channel->last_failure);
        return NULL;
    }
    return attempt_start(&resolution->attempts, &resolution->first, candidate,
                         &resolution->candidates[candidate], &resolution->forms,
                         resolution->deadline_us - now_us(resolution), &events, resolution);
}

static void ask_next(Resolution *resolution)
{
    while (resolution->next < resolution->candidate_count) {
        size_t candidate = resolution->next++;
        const Attempt *attempt;

        if (resolution->passed_over[candidate])
            continue;
        attempt = ask(resolution, candidate);
        if (!attempt)
            continue;
        expect(resolution, attempt);
        return;
    }
    if (list_is_empty(&resolution->attempts))
        exhausted(resolution);
}

static Status make_forms(Resolution *resolution, const Message *query)
{
    Status status = STATUS_OK;

    for (size_t i = 0; i < resolution->candidate_count && status == STATUS_OK; i++)
        status = forms_make(&resolution->forms, resolution->candidates[i].channel->endpoint->kind,
                            query, resolution->plan->edns_payload);
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
    ChooseRequest request = {
        .upstreams = upstreams,
        .strategy = strategy,
        .name = &query->qname,
        .spread_key = plan->spread_key,
        .now_us = loop_now_us(engine->loop),
    };
    Status status;

    resolution->engine = engine;
    resolution->plan = plan_ref(plan);
    resolution->strategy = strategy;
    resolution->started_us = request.now_us;
    resolution->deadline_us = resolution->started_us + budget_us;
    resolution->pause_us = FIRST_PAUSE_US;
    resolution->failure = STATUS_OK;
    resolution->passing = false;
    list_init(&resolution->attempts);
    list_append(&engine->resolutions, &resolution->node);
    loop_timer_init(&resolution->timer, engine->loop, on_timer, resolution);
    loop_defer_init(&resolution->finish, engine->loop, report_failure, resolution);
    hedge_budget_earn(&engine->hedges, 1);
    resolution->candidate_count =
        choose_candidates(&engine->chooser, &request, resolution->candidates);
    status = make_forms(resolution, query);
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
    if (resolution->ended) { /* and has not been able to say so yet */
        resolution_end(resolution);
        return;
    }
    loop_defer_cancel(&resolution->finish); /* had it just failed on the old network */
    memset(resolution->passed_over, 0, sizeof resolution->passed_over);
    resolution->next = resolution->repeats = 0;
    ask_next(resolution);
}

void resolution_end(Resolution *resolution)
{
    resolution->ended = true;
    resolution->next = resolution->failed = resolution->candidate_count;
    resolution->failure = STATUS_UNREACHABLE;
    loop_defer_schedule(&resolution->finish);
}

void resolution_clear(Resolution *resolution)
{
    give_up_attempts(resolution);
    loop_defer_cancel(&resolution->finish);
    list_remove(&resolution->node);
    drop_candidates(resolution);
    forms_clear(&resolution->forms);
    g_free(resolution->refusal);
    plan_unref(resolution->plan);
}
