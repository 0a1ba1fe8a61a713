/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Telling that a question was lost, or its answer, and asking it again.
 *
 * Datagrams are lost without a word, and where TCP repairs a loss it takes a round trip and a half
 * at best, while others wait behind it. So what is not answered a little after the usual time is
 * asked once more, of the same resolver by the same protocol, on another way if there is one
 * (transport_detour). The first answer counts.
 *
 * The usual time is the channel's smoothed latency. How much longer is late depends on what asking
 * again was good for. Where repeats bring the answers, packets are being lost, and late is a
 * sixteenth more than usual: the deviation, which comes of the losses then, would only put off the
 * cure. Where nearly all repeats are in vain, answers vary, as those of a resolver do that has to
 * ask around itself, and the deviation counts (RFC 6298).
 *
 * What it costs is bounded: each answer earns a fifth of a repeat, those that were of use are free,
 * and a channel that failed last time gets none. So a dead or overloaded network is not asked more.
 * A tenth would not do for TCP: a lost packet holds up some that were not lost, and whether asking
 * them again was in vain is known afterwards. Those do not get all of what was saved up, so that
 * the next one that is lost finds the rest.
 *
 * All that is under way on a channel is late after the same time, so one timer and a queue do.
 */
#include "watch.h"

#include "channel.h"

#include <glib.h>

#define SLACK_SHARE  16 /* of the usual time */
#define SLACK_MIN_US 1000
#define EARNED       2 /* tenths, for an answer */
#define SAVED        20
#define RESERVED     80 /* tenths */
#define USE_AT_FIRST 500
#define USE_LITTLE   200
#define USE_RISES    4 /* by a quarter of what is missing; one that is of use means more than one */
#define USE_FALLS    16 /* that is not: both happen where packets are lost */

static int64_t now_us(const Channel *channel)
{
    return loop_now_us(channel->pool->loop);
}

static int64_t patience_us(const Channel *channel)
{
    int64_t slack_us = MAX(channel->latency_us / SLACK_SHARE, SLACK_MIN_US);

    if (channel->watch.use < USE_LITTLE)
        slack_us = MAX(slack_us, 4 * channel->deviation_us);
    return channel->latency_us + slack_us;
}

static void on_timer(void *owner)
{
    Channel *channel = owner;
    Watched *oldest;

    while ((oldest = list_first(&channel->watch.waiting, Watched, node)) != NULL) {
        int64_t left_us = oldest->since_us + patience_us(channel) - now_us(channel);

        if (left_us > 0) {
            loop_timer_start(&channel->watch.timer, left_us);
            return;
        }
        list_remove(&oldest->node);
        oldest->late(oldest->owner);
    }
}

void watch_init(Channel *channel)
{
    list_init(&channel->watch.waiting);
    loop_timer_init(&channel->watch.timer, channel->pool->loop, on_timer, channel);
    hedge_budget_init(&channel->watch.budget, SAVED);
    channel->watch.use = USE_AT_FIRST;
}

void watch_clear(Channel *channel)
{
    loop_timer_stop(&channel->watch.timer);
}

void watch_begin(Channel *channel, Watched *watched)
{
    list_init(&watched->node);
    if (channel->samples == 0)
        return;
    watched->since_us = now_us(channel);
    list_append(&channel->watch.waiting, &watched->node);
    if (!loop_timer_is_running(&channel->watch.timer))
        loop_timer_start(&channel->watch.timer, patience_us(channel));
}

void watch_end(Channel *channel, Watched *watched)
{
    list_remove(&watched->node);
    if (list_is_empty(&channel->watch.waiting))
        loop_timer_stop(&channel->watch.timer);
}

void watch_earn(Channel *channel)
{
    hedge_budget_earn(&channel->watch.budget, EARNED);
}

bool watch_may_repeat(Channel *channel, const Exchange *late)
{
    Watch *watch = &channel->watch;
    bool held_up = now_us(channel) - watch->repeated_us < channel->latency_us; /* by the same */

    if (channel_is_doubtful(channel) || channel->shunned_until_us != 0 ||
        !transport_detour(channel->transport, late))
        return false;
    if ((held_up && watch->budget.tenths < RESERVED) || !hedge_budget_spend(&watch->budget))
        return false;
    if (!held_up)
        watch->repeated_us = now_us(channel);
    return true;
}

void watch_judge(Channel *channel, bool useful)
{
    Watch *watch = &channel->watch;

    if (useful) {
        watch->use += (1000 - watch->use) / USE_RISES;
        hedge_budget_refund(&watch->budget);
    } else {
        watch->use -= watch->use / USE_FALLS;
    }
}
