/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "ladder.h"
#include "ledger.h"
#include "list.h"
#include "transport.h"
#include "watch.h"

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
    Ladder ladder;             /* what this network lets through */
    TransportCounters retired; /* of the transports that were closed */
    Ledger ledger;
    Nat64Prefix nat64; /* of this network's translator; not set: none */
    int64_t heard_us;  /* the last reply from anywhere; 0: none yet */
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

    int64_t latency_us, deviation_us; /* smoothed; 0 not measured */
    unsigned samples;                 /* on this network */
    unsigned failure_share;           /* of 1000 attempts, smoothed */
    unsigned live;                    /* exchanges under way */
    int64_t measured_us, answered_us; /* when; 0 never */
    int64_t heard_us;                 /* any reply, refusals too */
    uint64_t answers, failures;
    Status last_failure; /* STATUS_OK: none since the last answer */
    unsigned failed_in_row, refused_in_row;
    unsigned late_in_row;     /* exchanges that waited too long, with no reply to anybody between */
    int64_t shunned_until_us; /* back-off: asked only after the healthy ones; 0 none */
    Watch watch;              /* over the questions under way */
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
/** What was sent has ended, or is withdrawn. */
void channel_release(Channel *channel, Exchange *exchange);

/** It answered, usefully, after `latency_us`. */
void channel_note_answer(Channel *channel, int64_t latency_us);
/** It answered SERVFAIL or REFUSED: healthy as a channel, unless it answers nothing else. */
void channel_note_refusal(Channel *channel, int64_t latency_us);
void channel_note_failure(Channel *channel, Status status);
/** It was given up after `silent_us` without an answer: a failure (STATUS_TIMEOUT) from `limit_us`
 * on or when it is stuck, else at least a measure. Returns whether it was a failure. */
bool channel_note_silence(Channel *channel, int64_t silent_us, int64_t limit_us);
/** An exchange sent at `started_us` waits longer than expected. Returns whether the channel, and
 * not just this question, seems to be stuck. */
bool channel_note_late(Channel *channel, int64_t started_us);
/** It was still silent when `winner`, asked after it, answered: if nothing ever came of it on this
 * network, what tells the two apart may be what does not get through here. Returns whether it was
 * a failure. */
bool channel_note_lost(Channel *channel, const Channel *winner);
/** It did not work on this network the last time: begins in its back-off. */
void channel_presume_lost(Channel *channel);

/** Whether to ask healthy ones first: it is in its back-off, or that has ended and one question is
 * trying it already, or it was never heard and its kind does not get through here. */
bool channel_is_shunned(const Channel *channel);
/** Whether it may well not answer: it failed last time. */
bool channel_is_doubtful(const Channel *channel);
/** One number to compare channels by: latency, made worse by failures and load; 0 not measured. */
int64_t channel_score_us(const Channel *channel);
/** How long an answer may take before it is late: RFC 6298's retransmission time-out, within
 * CHANNEL_EXPECT_MIN_US. */
int64_t channel_expected_us(const Channel *channel);

#define CHANNEL_EXPECT_MIN_US 50000
