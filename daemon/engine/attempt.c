/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One exchange with one channel. What its outcome says of the channel is for the resolution to
 * judge, which knows what became of the others; here is only the life of the exchange, which is
 * counted as the channel's load while it lasts.
 */
#include "attempt.h"

#include <glib.h>

void attempt_free(Attempt *attempt)
{
    watch_end(attempt->channel, &attempt->watched);
    channel_release(attempt->channel, &attempt->exchange);
    list_remove(&attempt->node);
    attempt->channel = NULL;
    if (attempt->allocated)
        g_free(attempt);
}

int64_t attempt_silent_us(const Attempt *attempt)
{
    return loop_now_us(attempt->channel->pool->loop) - attempt->started_us;
}

static void on_exchange_done(Exchange *exchange, Status status, const uint8_t *reply, size_t length)
{
    Attempt *attempt = exchange->owner;
    const AttemptEvents *events = attempt->events;
    void *owner = attempt->owner;
    AttemptOutcome outcome = {
        .candidate = attempt->candidate,
        .started_us = attempt->started_us,
        .latency_us = attempt_silent_us(attempt),
        .again = attempt->again,
        .status = status,
    };
    Message message;

    attempt_free(attempt);
    if (status == STATUS_OK)
        outcome.status = message_parse(&message, reply, length);
    if (outcome.status == STATUS_OK)
        outcome.reply = &message;
    events->ended(owner, &outcome);
}

static void on_late(void *owner)
{
    const Attempt *attempt = owner;

    attempt->events->late(attempt->owner, attempt);
}

/* Whatever is in `attempt`, but for `allocated`, is of one that has ended. */
static void attempt_init(Attempt *attempt, size_t index, const Candidate *candidate,
                         const AttemptEvents *events, void *owner)
{
    bool allocated = attempt->allocated;

    *attempt = (Attempt){
        .allocated = allocated,
        .channel = candidate->channel,
        .candidate = index,
        .started_us = loop_now_us(candidate->channel->pool->loop),
        .watched = {.late = on_late, .owner = attempt},
        .events = events,
        .owner = owner,
    };
    list_init(&attempt->node);
}

static void attempt_send(Attempt *attempt, const Candidate *candidate, int64_t budget_us)
{
    attempt->exchange.budget_us = budget_us;
    attempt->exchange.done = on_exchange_done;
    attempt->exchange.owner = attempt;
    watch_begin(attempt->channel, &attempt->watched);
    channel_send(attempt->channel, candidate->upstream->resolver, &attempt->exchange);
}

Attempt *attempt_start(List *attempts, Attempt *room, size_t index, const Candidate *candidate,
                       const Forms *forms, int64_t budget_us, const AttemptEvents *events,
                       void *owner)
{
    bool is_free = room->channel == NULL;
    Attempt *attempt = is_free ? room : g_new0(Attempt, 1);

    attempt->allocated = !is_free;
    attempt_init(attempt, index, candidate, events, owner);
    attempt->exchange.query =
        forms_get(forms, candidate->channel->endpoint->kind, &attempt->exchange.query_length);
    list_append(attempts, &attempt->node);
    attempt_send(attempt, candidate, budget_us);
    return attempt;
}

void attempt_repeat(const Attempt *late, const Candidate *candidate, int64_t budget_us)
{
    Attempt *attempt = g_new0(Attempt, 1);

    attempt->allocated = true;
    attempt_init(attempt, late->candidate, candidate, late->events, late->owner);
    attempt->exchange.query = late->exchange.query;
    attempt->exchange.query_length = late->exchange.query_length;
    attempt->again = true;
    list_insert_before((ListNode *)&late->node, &attempt->node);
    attempt_send(attempt, candidate, budget_us);
}
