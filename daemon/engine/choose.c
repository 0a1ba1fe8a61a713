/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which resolver is asked first, and which when it fails.
 *
 * Each strategy is a rank, lower is better, and the candidates are read off in rank order; there is
 * no list to keep sorted. In every strategy shunned channels come behind all healthy ones but stay
 * in the list: when all are shunned, asking is still better than not asking.
 *
 * `fastest` must measure to compare, and does so with clients' own queries only: one choice in
 * EXPLORE_EVERY puts a resolver first that was never measured or not for a long time. The
 * next one is asked early beside one that was never measured, so the client hardly waits.
 */
#include "choose.h"

#define EXPLORE_EVERY      8
#define MEASURE_AGES_US    (10 * 60 * (int64_t)1000000)
#define UNMEASURED_RANK_US (10 * (int64_t)1000000) /* behind every latency that is of use */

typedef struct Choice {
    const GPtrArray *upstreams;
    Strategy strategy;
    unsigned turn;
    int64_t now_us;
} Choice;

static int64_t fastest_rank(const Choice *choice, const Upstream *upstream, unsigned position)
{
    int64_t latency_us = upstream_latency_us(upstream);
    int64_t age_us = choice->now_us - upstream_measured_us(upstream);
    bool is_stale = latency_us == 0 || age_us > MEASURE_AGES_US;

    if (is_stale && choice->turn % EXPLORE_EVERY == EXPLORE_EVERY - 1)
        return 0;
    return latency_us > 0 ? latency_us : UNMEASURED_RANK_US + position;
}

static int64_t rank(const Choice *choice, unsigned position)
{
    const Upstream *upstream = g_ptr_array_index(choice->upstreams, position);
    unsigned count = choice->upstreams->len;

    switch (choice->strategy) {
    case STRATEGY_FASTEST:
        return fastest_rank(choice, upstream, position);
    case STRATEGY_FIRST:
        break;
    case STRATEGY_ROUND_ROBIN:
        return (position + count - choice->turn % count) % count;
    }
    return position;
}

/* The position that follows (`after_rank`, `after`) in rank order; -1 at the end. */
static int next_position(const Choice *choice, int64_t *after_rank, int after)
{
    int best = -1;
    int64_t best_rank = 0;

    for (unsigned i = 0; i < choice->upstreams->len; i++) {
        int64_t value = rank(choice, i);
        bool follows = value > *after_rank || (value == *after_rank && (int)i > after);

        if (follows && (best < 0 || value < best_rank)) {
            best = (int)i;
            best_rank = value;
        }
    }
    *after_rank = best_rank;
    return best;
}

/* Appends the channels of one kind of health, resolver by resolver. */
static size_t append_channels(const Choice *choice, bool shunned, size_t count,
                              Candidate candidates[CANDIDATES_MAX])
{
    int64_t after_rank = -1;
    int position = -1;

    while ((position = next_position(choice, &after_rank, position)) >= 0) {
        Upstream *upstream = g_ptr_array_index(choice->upstreams, (unsigned)position);

        for (size_t i = 0; i < upstream->resolver->endpoint_count; i++) {
            Channel *channel = upstream->channels[i];

            if (channel->unsupported || channel_is_shunned(channel) != shunned)
                continue;
            if (count == CANDIDATES_MAX)
                return count;
            candidates[count++] =
                (Candidate){.upstream = upstream_ref(upstream), .channel = channel};
        }
    }
    return count;
}

size_t choose_candidates(const GPtrArray *upstreams, Strategy strategy, unsigned turn,
                         int64_t now_us, Candidate candidates[CANDIDATES_MAX])
{
    Choice choice = {.upstreams = upstreams, .strategy = strategy, .turn = turn, .now_us = now_us};
    size_t count = append_channels(&choice, false, 0, candidates);

    return append_channels(&choice, true, count, candidates);
}
