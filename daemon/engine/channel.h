/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "ledger.h"
#include "list.h"
#include "transport.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * The live side of an Endpoint: its transport, opened when first asked, and what was learned of it.
 * Channels are shared by everyone who uses an equal endpoint with equal transport settings,
 * counted, and found again in their pool as long as somebody holds one.
 */
typedef struct Channel Channel;

typedef struct ChannelPool {
    Loop *loop;
    TlsContext *tls;
    TransportOpener open;
    List channels;
    TransportCounters retired; /* of the transports that were closed */
    Ledger ledger;
} ChannelPool;

struct Channel {
    unsigned references;
    ListNode node;
    ChannelPool *pool;
    Endpoint *endpoint;
    TransportSettings settings;
    Transport *transport; /* NULL until first asked */
    bool unsupported;     /* nobody here speaks its protocol */
    Tally *tally;         /* of the resolver it was asked for last; NULL never asked */
    uint64_t sent_before, received_before; /* bytes that were charged to tallies already */

    int64_t latency_us; /* smoothed; 0 not measured */
    unsigned samples;
    int64_t measured_us, answered_us; /* when; 0 never */
    uint64_t answers, failures;
    Status last_failure; /* STATUS_OK: none since the last answer */
    unsigned failed_in_row, refused_in_row;
    int64_t shunned_until_us; /* back-off: asked only after the healthy ones */
};

void channel_pool_init(ChannelPool *pool, Loop *loop, TlsContext *tls, TransportOpener open);
/** No channel is left. */
void channel_pool_clear(ChannelPool *pool);
/** Adds what all transports, open and closed, have counted. */
void channel_pool_count(const ChannelPool *pool, TransportCounters *sum);
/** Charges what transports have sent and received to the tallies. */
void channel_pool_settle(ChannelPool *pool);
/** Connections, keys, latencies and back-offs go. */
void channel_pool_network_changed(ChannelPool *pool);

/** The channel of an equal endpoint with equal settings, or a new one. (transfer full) */
Channel *channel_get(ChannelPool *pool, Endpoint *endpoint, const TransportSettings *settings);
/** The last one closes the transport; no exchange of it may be live. */
void channel_unref(Channel *channel);

/** Opens the transport if need be. False when the endpoint's protocol is not spoken here. */
bool channel_open(Channel *channel);
/** Sends an exchange, asking the resolver that the channel is one way to; the channel is open. */
void channel_send(Channel *channel, const Resolver *resolver, Exchange *exchange);

/** It answered, usefully, after `latency_us`. */
void channel_note_answer(Channel *channel, int64_t latency_us);
/** It answered SERVFAIL or REFUSED: healthy as a channel, unless it answers nothing else. */
void channel_note_refusal(Channel *channel, int64_t latency_us);
void channel_note_failure(Channel *channel, Status status);
/** It was given up after `silent_us` without an answer: a failure (STATUS_TIMEOUT) from `limit_us`
 * on, below that at least a measure. Returns whether it was a failure. */
bool channel_note_silence(Channel *channel, int64_t silent_us, int64_t limit_us);

bool channel_is_shunned(const Channel *channel);
