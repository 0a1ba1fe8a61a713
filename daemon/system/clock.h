/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "loop.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * This machine's wall clock, which certificates are judged by: told by the kernel when somebody
 * sets it, and asked whether it is the reason why certificates are out of date. No polling.
 */
typedef struct Clock Clock;

/** Leaps below this are the daily work of time synchronisation, and no certificate's affair. */
#define CLOCK_LEAP_S 60

/** It was set, forth (`leap_s` is positive) or back. */
typedef void (*ClockSet)(void *owner, int64_t leap_s);

/**
 * `set` is called whenever the clock was set by CLOCK_LEAP_S or more. `folder`
 * (NULL: none) is where this machine's state is kept: no time before that of its newest file can be
 * now; it is looked at once, so before anything is written there.
 */
Clock *clock_new(Loop *loop, const char *folder, ClockSet set, void *owner);
/** NULL is allowed. */
void clock_free(Clock *clock);

/** What is known when no resolver gets through. */
typedef struct ClockEvidence {
    const char *code;   /* of the proof that failed: a Status's name; others explain nothing */
    bool told;          /* somebody, not authenticated, has said what time it is: */
    int64_t ahead_s;    /* by so much is this machine ahead of that */
    unsigned resolvers; /* see clock_count_dated */
} ClockEvidence;

/** Whether certificates fail because this machine's clock is wrong, and not they. */
bool clock_explains(const Clock *clock, const ClockEvidence *evidence);

/** How many of the plan's resolvers failed last for the dates of their certificates; 0 where
 * another one answers. */
unsigned clock_count_dated(const Engine *engine, const Plan *plan);
