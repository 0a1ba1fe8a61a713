/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transports and their health, by endpoint.
 *
 * Health is learned from the queries of clients alone; nothing is probed, so an idle engine is
 * silent. A failure shuns the channel for a time that doubles with each further one (backoff.h):
 * while shunned it is asked only after all healthy ones. When that time is over the channel is half
 * open: one question at a time tries it, until one is answered. A certificate or refused connection
 * counts at once, silence only when it repeats, since one lost packet or one slow authority says
 * little.
 *
 * A server that hangs is told from a slow authority by what else comes: when several questions in a
 * row are late and nobody's was answered since they were asked, it is the channel that is stuck.
 *
 * Latency is smoothed unevenly. A sample may hold a handshake or a slow authority, which make it
 * longer than the path is, and nothing makes it shorter; so lower samples count for more. Its mean
 * deviation is kept as in RFC 6298 §2, and says when an answer is late.
 */
#include "channel.h"

#include "address_search.h"

#include "backoff.h"
#include "log.h"
#include "named.h"

#include <glib.h>

#define REFUSALS_MEAN   5 /* SERVFAIL or REFUSED and nothing else, so often: it is broken */
#define LATE_MEANS      3 /* in a row, and nothing heard: it is stuck */
#define FAILURE_COST_US 1000000
#define LOAD_DOUBLES    16 /* exchanges under way that make a channel look twice as slow */
#define PRESUMED_LOSSES 4

void channel_pool_init(ChannelPool *pool, Loop *loop, TlsContext *tls, TransportOpener open)
{
    *pool = (ChannelPool){.loop = loop, .tls = tls, .open = open};
    list_init(&pool->channels);
    ladder_init(&pool->ladder);
    ledger_init(&pool->ledger);
}

void channel_pool_clear(ChannelPool *pool)
{
    ledger_clear(&pool->ledger);
    ladder_clear(&pool->ladder);
}

void channel_pool_count(const ChannelPool *pool, TransportCounters *sum)
{
    transport_counters_add(sum, &pool->retired);
    list_for_each (node, &pool->channels) {
        const Channel *channel = container_of(node, Channel, node);
        if (channel->transport)
            transport_counters_add(sum, &channel->transport->counters);
    }
}

/* Traffic is counted by transports, which do not know for whom they work. */
static void settle(Channel *channel)
{
    const TransportCounters *counters;

    if (!channel->transport || !channel->tally)
        return;
    counters = &channel->transport->counters;
    channel->tally->bytes_sent += counters->bytes_sent - channel->sent_before;
    channel->tally->bytes_received += counters->bytes_received - channel->received_before;
    channel->sent_before = counters->bytes_sent;
    channel->received_before = counters->bytes_received;
}

void channel_pool_settle(ChannelPool *pool)
{
    list_for_each (node, &pool->channels) {
        settle(container_of(node, Channel, node));
    }
}

void channel_pool_network_changed(ChannelPool *pool)
{
    list_for_each (node, &pool->channels) {
        Channel *channel = container_of(node, Channel, node);

        if (channel->transport)
            transport_network_changed(channel->transport);
        channel->latency_us = channel->deviation_us = 0;
        channel->measured_us = channel->heard_us = channel->shunned_until_us = 0;
        channel->samples = channel->failure_share = 0;
        channel->failed_in_row = channel->refused_in_row = channel->late_in_row = 0;
    }
}

static bool settings_equal(const TransportSettings *a, const TransportSettings *b)
{
    return a->tcp_only == b->tcp_only && a->edns_payload == b->edns_payload &&
           a->idle_close_us == b->idle_close_us && a->fresh_keys == b->fresh_keys &&
           a->odoh_direct_keys == b->odoh_direct_keys && a->zero_rtt == b->zero_rtt;
}

Channel *channel_get(ChannelPool *pool, Endpoint *endpoint, const TransportSettings *settings)
{
    Channel *channel;

    list_for_each (node, &pool->channels) {
        channel = container_of(node, Channel, node);
        if (endpoint_equal(channel->endpoint, endpoint) &&
            settings_equal(&channel->settings, settings)) {
            channel->references++;
            return channel;
        }
    }
    channel = g_new0(Channel, 1);
    channel->references = 1;
    channel->pool = pool;
    channel->endpoint = endpoint_ref(endpoint);
    channel->settings = *settings;
    watch_init(channel);
    list_append(&pool->channels, &channel->node);
    return channel;
}

void channel_unref(Channel *channel)
{
    if (!channel || --channel->references > 0)
        return;
    list_remove(&channel->node);
    watch_clear(channel);
    if (channel->transport) {
        settle(channel);
        transport_counters_add(&channel->pool->retired, &channel->transport->counters);
        transport_close(channel->transport);
    }
    endpoint_unref(channel->endpoint);
    g_free(channel);
}

bool channel_open(Channel *channel)
{
    TransportEnvironment environment = {
        .loop = channel->pool->loop,
        .tls = channel->pool->tls,
        .settings = channel->settings,
        .finder = address_search_finder(channel->pool),
        .nat64 = &channel->pool->nat64,
    };
    Status status;

    if (channel->transport)
        return true;
    if (channel->unsupported)
        return false;
    if (named_is_wanted(channel->endpoint))
        status = named_open(channel->pool, &environment, channel->endpoint, &channel->transport);
    else
        status = channel->pool->open(&environment, channel->endpoint, &channel->transport);
    if (status == STATUS_OK)
        return true;
    channel->unsupported = true;
    channel->last_failure = status;
    log_debug("an endpoint is passed over kind=%s reason=%s",
              endpoint_kind_name(channel->endpoint->kind), status_name(status));
    return false;
}

void channel_send(Channel *channel, const Resolver *resolver, Exchange *exchange)
{
    if (!channel->tally || strcmp(channel->tally->resolver_id, resolver->id) != 0) {
        settle(channel);
        channel->tally = ledger_find(&channel->pool->ledger, resolver, channel->endpoint->kind);
    }
    channel->tally->queries++;
    channel->live++;
    transport_send(channel->transport, exchange);
}

void channel_release(Channel *channel, Exchange *exchange)
{
    channel->live--;
    exchange_cancel(exchange);
}

static int64_t now_us(const Channel *channel)
{
    return loop_now_us(channel->pool->loop);
}

static void note_latency(Channel *channel, int64_t latency_us)
{
    int64_t error_us;

    if (latency_us < 1)
        latency_us = 1; /* 0 means not measured */
    error_us = ABS(latency_us - channel->latency_us);
    if (channel->samples == 0) {
        channel->latency_us = latency_us;
        channel->deviation_us = latency_us / 2;
    } else {
        channel->deviation_us += (error_us - channel->deviation_us) / 4;
        if (latency_us < channel->latency_us)
            channel->latency_us -= error_us / 2;
        else
            channel->latency_us += error_us / 8;
    }
    channel->samples++;
    channel->measured_us = now_us(channel);
}

static void note_reply(Channel *channel, int64_t latency_us)
{
    note_latency(channel, latency_us);
    channel->heard_us = channel->pool->heard_us = now_us(channel);
    channel->late_in_row = 0;
    ladder_note_answer(&channel->pool->ladder, channel->endpoint);
}

void channel_note_answer(Channel *channel, int64_t latency_us)
{
    note_reply(channel, latency_us);
    tally_count_answer(channel->tally, latency_us);
    channel->answers++;
    channel->answered_us = now_us(channel);
    channel->last_failure = STATUS_OK;
    channel->failure_share -= channel->failure_share / 8;
    channel->failed_in_row = channel->refused_in_row = 0;
    channel->shunned_until_us = 0;
    watch_earn(channel);
}

static void count_failure(Channel *channel, Status status)
{
    channel->failures++;
    channel->last_failure = status;
    channel->failed_in_row++;
    channel->failure_share += (1000 - channel->failure_share) / 8;
}

static void shun(Channel *channel)
{
    channel->shunned_until_us = now_us(channel) + backoff_us(channel->failed_in_row);
}

void channel_note_refusal(Channel *channel, int64_t latency_us)
{
    note_reply(channel, latency_us);
    tally_count_failure(channel->tally, STATUS_SERVER_FAILED);
    if (++channel->refused_in_row < REFUSALS_MEAN)
        return;
    count_failure(channel, STATUS_SERVER_FAILED);
    shun(channel);
}

void channel_note_failure(Channel *channel, Status status)
{
    tally_count_failure(channel->tally, status);
    count_failure(channel, status);
    if (status != STATUS_TIMEOUT || channel->failed_in_row > 1)
        shun(channel);
    if (status == STATUS_UNREACHABLE)
        ladder_note_no_route(&channel->pool->ladder, channel->endpoint, now_us(channel));
}

bool channel_note_silence(Channel *channel, int64_t silent_us, int64_t limit_us)
{
    if (silent_us >= limit_us) {
        channel_note_failure(channel, STATUS_TIMEOUT);
        return true;
    }
    if (channel->late_in_row >= LATE_MEANS && silent_us >= channel_expected_us(channel)) {
        tally_count_failure(channel->tally, STATUS_TIMEOUT); /* its health has suffered already */
        return true;
    }
    if (channel->samples > 0 && silent_us > channel->latency_us)
        note_latency(channel, silent_us);
    return false;
}

bool channel_note_late(Channel *channel, int64_t started_us)
{
    if (channel->heard_us >= started_us) {
        channel->late_in_row = 0;
        return false;
    }
    if (++channel->late_in_row >= LATE_MEANS && !channel_is_shunned(channel)) {
        count_failure(channel, STATUS_TIMEOUT); /* not the tally's: it may be answered yet */
        shun(channel);
    }
    return channel_is_shunned(channel);
}

bool channel_note_lost(Channel *channel, const Channel *winner)
{
    if (channel->samples > 0)
        return false;
    tally_count_failure(channel->tally, STATUS_TIMEOUT);
    count_failure(channel, STATUS_TIMEOUT);
    shun(channel);
    ladder_note_loss(&channel->pool->ladder, channel->endpoint, winner->endpoint, now_us(channel));
    return true;
}

void channel_presume_lost(Channel *channel)
{
    channel->failed_in_row = PRESUMED_LOSSES;
    shun(channel);
}

bool channel_is_shunned(const Channel *channel)
{
    if (channel->shunned_until_us != 0)
        return channel->shunned_until_us > now_us(channel) || channel->live > 0;
    return channel->samples == 0 && channel->pool->ladder.shut_until_us != 0 &&
           ladder_is_shut(&channel->pool->ladder, channel->endpoint, now_us(channel));
}

bool channel_is_doubtful(const Channel *channel)
{
    return channel->failed_in_row > 0;
}

int64_t channel_score_us(const Channel *channel)
{
    int64_t score_us = channel->latency_us;

    if (channel->samples == 0)
        return 0;
    score_us += FAILURE_COST_US / 1000 * (int64_t)channel->failure_share;
    return score_us + score_us * (int64_t)channel->live / LOAD_DOUBLES;
}

int64_t channel_expected_us(const Channel *channel)
{
    return MAX(channel->latency_us + 4 * channel->deviation_us, CHANNEL_EXPECT_MIN_US);
}
