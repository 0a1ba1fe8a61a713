/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hedge_budget.h"
#include "list.h"
#include "loop.h"
#include "transport.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Channel Channel;

/** A question under way on a channel. */
typedef struct Watched {
    ListNode node; /* zeroed: not watched */
    int64_t since_us;
    LoopFn late; /* at most once: it takes longer than usual */
    void *owner;
} Watched;

/** What a channel keeps of those under way on it, to tell which of them are lost. */
typedef struct Watch {
    List waiting; /* Watched, in the order of asking */
    LoopTimer timer;
    HedgeBudget budget;
    int64_t repeated_us; /* when something was asked again that nothing else held up */
    unsigned use; /* of 1000 that were asked again, smoothed: those that brought the answer */
} Watch;

void watch_init(Channel *channel);
void watch_clear(Channel *channel);

/** It was asked just now; nothing is watched of a channel that was not measured yet. */
void watch_begin(Channel *channel, Watched *watched);
/** It is waited for no longer. */
void watch_end(Channel *channel, Watched *watched);

/** An answer came. */
void watch_earn(Channel *channel);
/** `late` is: whether it is to be asked once more; if so that is paid for. From then on questions
 * go round what holds it up, if they can. */
bool watch_may_repeat(Channel *channel, const Exchange *late);
/** What was asked again is answered; `useful`: the second asking was. */
void watch_judge(Channel *channel, bool useful);
