/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How many questions a server bears at once on one connection, as learnt from the connections that
 * it has closed on a crowd of them. Zeroed: nothing is known, and all may be asked. */
typedef struct Crowd {
    size_t limit;     /* 0: none known */
    uint64_t counted; /* answers when it was last changed */
} Crowd;

/** Whether a limit is known: else there is room for any number. */
static inline bool crowd_is_limited(const Crowd *crowd)
{
    return crowd->limit > 0;
}

/** Whether one more may be asked beside `under_way`. `answers` is how many have come on all
 * connections so far: after enough of them a limit that is reached gives way a little. */
bool crowd_has_room(Crowd *crowd, size_t under_way, uint64_t answers);

/** The server has closed a connection with so many unanswered. Whether their number may be why:
 * then fewer will be asked at once, and what was under way deserves another try. At some point it
 * may not, so that tries have an end. */
bool crowd_was_closed(Crowd *crowd, size_t under_way, uint64_t answers);
