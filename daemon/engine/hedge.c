/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second try, asked beside the first when that is late (hedged requests; J. Dean and L.
 * Barroso, "The Tail at Scale", 2013).
 *
 * It takes the tail off the waiting time, and would double the load of a network that is slow
 * altogether; so each question earns a tenth of one, and what was saved up is small. Going on after
 * a failure is no hedge and costs nothing.
 *
 * Strategies that promise who sees a name keep their promise: there lateness alone makes no other
 * resolver see it, but another rung of the same one may be tried.
 */
#include "hedge.h"

bool hedge_may_cross(Strategy strategy)
{
    switch (strategy) {
    case STRATEGY_FASTEST:
    case STRATEGY_P2:
    case STRATEGY_ROUND_ROBIN:
    case STRATEGY_RANDOM:
        return true;
    case STRATEGY_FIRST:
    case STRATEGY_SPREAD:
        break;
    }
    return false;
}

bool hedge_is_due_early(Strategy strategy, const Candidate *current, const Candidate *next)
{
    if (channel_is_doubtful(current->channel))
        return true;
    return current->channel->samples == 0 &&
           (hedge_may_cross(strategy) || next->upstream == current->upstream);
}
