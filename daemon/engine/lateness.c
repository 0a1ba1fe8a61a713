/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When to go on beside somebody who has not answered yet.
 *
 * How long is too long is the channel's own measure, or short where it may well not answer at all.
 * The first time it is too long counts against the channel. Then it is looked after in growing
 * steps, for the channel may turn out to be stuck, or a second try be earned.
 *
 * Going on from a channel that is not healthy to one that is, is free. All else is paid for
 * (hedge.c), so that a network where everything is slow or dead is not flooded.
 */
#include "lateness.h"

#include "hedge.h"

#define DOUBTFUL_SHARE 8 /* of the attempt time, beside a doubtful one */

int64_t lateness_begin(Resolution *resolution, const Attempt *attempt, const Candidate *next)
{
    const Candidate *current = &resolution->candidates[attempt->candidate];
    int64_t attempt_us = resolution->plan->attempt_us;

    resolution->late = false;
    resolution->doubtful = hedge_is_due_early(resolution->strategy, current, next);
    if (resolution->doubtful)
        return attempt_us / DOUBTFUL_SHARE;
    if (current->channel->samples == 0)
        return attempt_us;
    return MIN(channel_expected_us(current->channel), attempt_us);
}

static bool is_stuck(Resolution *resolution, const Attempt *late)
{
    bool noted = resolution->late;

    resolution->late = true;
    if (resolution->doubtful)
        return true;
    return noted ? channel_is_shunned(late->channel)
                 : channel_note_late(late->channel, late->started_us);
}

bool lateness_is_next_due(Resolution *resolution, const Attempt *late, const Candidate *next)
{
    bool stuck = is_stuck(resolution, late);

    if (!next)
        return false;
    if (stuck && !channel_is_shunned(next->channel))
        return true;
    if (!stuck && (channel_is_shunned(next->channel) ||
                   (!hedge_may_cross(resolution->strategy) &&
                    next->upstream != resolution->candidates[late->candidate].upstream)))
        return false;
    return hedge_budget_spend(&resolution->engine->hedges);
}
