/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "histogram.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

/** Counters since the engine began. Plain numbers, copied whole for readers. */
typedef struct Stats {
    uint64_t queries;                 /* from clients, well formed */
    uint64_t malformed, refused_link; /* not parsed; dropped since they came by a real link */
    uint64_t cache_hits, coalesced;
    uint64_t stale, prefetched;       /* answered with an expired answer; asked before it expired,
                                         for nobody yet */
    uint64_t blocked;                 /* by a rule of the user's */
    uint64_t special;                 /* answered by ourselves, blocked ones apart */
    uint64_t encrypted, routed_clear; /* answered by an encrypted transport; in clear, by a route */
    uint64_t failed, over_limit;      /* answered with a failure, a resolver's or ours for want of
                                         an answer; for the limit */
    uint64_t failures[STATUS_LAST];   /* attempts that failed, by reason */
    Histogram latency;                /* of answers from upstream */
    uint64_t forged, replayed, certificate_requests; /* summed over the transports */
    uint64_t upstream_bytes_sent, upstream_bytes_received;
    size_t cache_entries, cache_bytes;
    unsigned in_flight;
} Stats;
