/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * There are servers that close a connection on which many questions come at once, fewer than they
 * say they take: BIND 9.18, for one, takes a hundred requests of HTTP/2 that come before it has
 * answered any for an attack. Whoever asks as many again on the next connection is hung up on
 * again.
 *
 * So each such close halves how many are under way at a time, as TCP halves its window for a loss.
 * It grows again by an eighth when it is reached after eight rounds of answers: slowly, for a step
 * too far costs another connection, and a few at a time is hardly slower than all at once.
 */
#include "crowd.h"

#include <glib.h>

enum {
    LIMIT_MIN = 8, /* a close on fewer has other reasons */
    ROUNDS = 8,
    STEP_SHARE = 8,
};

static void crowd_change(Crowd *crowd, size_t limit, uint64_t answers)
{
    crowd->limit = limit;
    crowd->counted = answers;
}

bool crowd_has_room(Crowd *crowd, size_t under_way, uint64_t answers)
{
    if (crowd->limit == 0 || under_way < crowd->limit)
        return true;
    if (answers - crowd->counted < ROUNDS * crowd->limit)
        return false;
    crowd_change(crowd, crowd->limit + MAX(crowd->limit / STEP_SHARE, 1), answers);
    return under_way < crowd->limit;
}

bool crowd_was_closed(Crowd *crowd, size_t under_way, uint64_t answers)
{
    if (under_way <= LIMIT_MIN)
        return false;
    crowd_change(crowd, MAX(under_way / 2, LIMIT_MIN), answers);
    return true;
}
