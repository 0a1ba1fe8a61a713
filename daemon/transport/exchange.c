/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of an Exchange, which is the same under every protocol: it ends exactly once, in one of
 * three ways. `exchange_finish` ends it now, `exchange_fail_later` at the end of this turn of the
 * loop, `exchange_cancel` without a word.
 *
 * Until then it belongs to one list: one of the implementation's, or the base's `failing`. That
 * list is how a transport that closes finds everyone who still waits for it.
 */
#include "log.h"
#include "transport.h"

#include <string.h>

#define FIRST_RETRY_US                                                                             \
    (700 * 1000) /* a resolver far away, with a cold cache, mostly makes this                      \
                  */
#define LONGEST_RETRY_US (3 * 1000 * 1000)

bool exchange_is_live(const Exchange *exchange)
{
    return exchange->transport != NULL;
}

static void exchange_detach(Exchange *exchange)
{
    loop_timer_stop(&exchange->timer);
    loop_defer_cancel(&exchange->defer);
    list_remove(&exchange->node);
    exchange->transport = NULL;
}

void exchange_cancel(Exchange *exchange)
{
    if (!exchange_is_live(exchange))
        return;
    if (exchange->status == STATUS_OK) /* else the implementation has let go of it already */
        exchange->transport->class->cancel(exchange->transport, exchange);
    exchange_detach(exchange);
}

void exchange_finish(Exchange *exchange, Status status, const uint8_t *reply, size_t length)
{
    require(exchange_is_live(exchange), );
    Transport *transport = exchange->transport;
    if (status == STATUS_OK)
        transport->counters.replies++;
    if (status != STATUS_CANCELLED)
        transport->last_failure = status;
    exchange_detach(exchange);
    exchange->done(exchange, status, reply, length);
}

static void exchange_failed(void *owner)
{
    Exchange *exchange = owner;
    exchange_finish(exchange, exchange->status, NULL, 0);
}

void exchange_fail_later(Exchange *exchange, Status status)
{
    require(exchange_is_live(exchange) && status != STATUS_OK, );
    Transport *transport = exchange->transport;
    loop_timer_stop(&exchange->timer);
    list_remove(&exchange->node);
    list_append(&transport->failing, &exchange->node);
    exchange->status = status;
    loop_defer_init(&exchange->defer, transport->environment.loop, exchange_failed, exchange);
    loop_defer_schedule(&exchange->defer);
}

int64_t exchange_left_us(const Exchange *exchange)
{
    const int64_t now_us = loop_now_us(exchange->transport->environment.loop);
    const int64_t left_us = exchange->sent_us + exchange->budget_us - now_us;
    return left_us > 0 ? left_us : 0;
}

void exchange_start_timer(Exchange *exchange, int64_t delay_us, LoopFn fn)
{
    const int64_t left_us = exchange_left_us(exchange);
    loop_timer_stop(&exchange->timer);
    loop_timer_init(&exchange->timer, exchange->transport->environment.loop, fn, exchange);
    loop_timer_start(&exchange->timer, delay_us < left_us ? delay_us : left_us);
}

int64_t exchange_retry_us(const Exchange *exchange)
{
    int64_t delay_us = FIRST_RETRY_US;
    for (unsigned i = 1; i < exchange->tries && delay_us < LONGEST_RETRY_US; i++)
        delay_us *= 2;
    return delay_us;
}

bool exchange_accepts(const Exchange *exchange, uint8_t *reply, size_t length, Message *view)
{
    Message query;
    if (length < MESSAGE_HEADER_LENGTH || wire_get_u16(reply) != exchange->wire_id ||
        message_parse_question(&query, exchange->query, exchange->query_length) != STATUS_OK)
        return false;
    wire_put_u16(reply, query.id);
    if (message_parse(view, reply, length) == STATUS_OK && message_answers(view, &query))
        return true;
    wire_put_u16(reply, exchange->wire_id); /* left as it came */
    return false;
}

/* What a truncated answer holds is not to be used (RFC 2181 §9), and some servers cut where the
 * packet ends, in the middle of a record. */
bool exchange_accepts_cut(const Exchange *exchange, uint8_t *reply, size_t *length)
{
    Message query, view;
    if (*length < MESSAGE_HEADER_LENGTH || !(wire_get_u16(reply + 2) & MESSAGE_TC) ||
        message_parse_question(&view, reply, *length) != STATUS_OK ||
        view.id != exchange->wire_id ||
        message_parse_question(&query, exchange->query, exchange->query_length) != STATUS_OK)
        return false;
    view.id = query.id;
    if (!message_answers(&view, &query))
        return false;
    wire_put_u16(reply, query.id);
    memset(reply + 6, 0, 6); /* the counts of records */
    *length = view.records;
    return true;
}
