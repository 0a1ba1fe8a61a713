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
    AttemptEnded ended = attempt->ended;
    void *owner = attempt->owner;
    AttemptOutcome outcome = {
        .candidate = attempt->candidate,
        .started_us = attempt->started_us,
        .latency_us = attempt_silent_us(attempt),
        .status = status,
    };
    Message message;

    attempt_free(attempt);
    if (status == STATUS_OK)
        outcome.status = message_parse(&message, reply, length);
    if (outcome.status == STATUS_OK)
        outcome.reply = &message;
    ended(owner, &outcome);
}

Attempt *attempt_start(List *attempts, Attempt *room, size_t index, const Candidate *candidate,
                       const Forms *forms, int64_t budget_us, AttemptEnded ended, void *owner)
{
    Channel *channel = candidate->channel;
    bool is_free = room->channel == NULL;
    Attempt *attempt = is_free ? room : g_new0(Attempt, 1);

    attempt->allocated = !is_free;
    attempt->channel = channel;
    attempt->candidate = index;
    attempt->started_us = loop_now_us(channel->pool->loop);
    attempt->ended = ended;
    attempt->owner = owner;
    attempt->exchange.query =
        forms_get(forms, channel->endpoint->kind, &attempt->exchange.query_length);
    attempt->exchange.budget_us = budget_us;
    attempt->exchange.done = on_exchange_done;
    attempt->exchange.owner = attempt;
    list_init(&attempt->node);
    list_append(attempts, &attempt->node);
    channel_send(channel, candidate->upstream->resolver, &attempt->exchange);
    return attempt;
}
