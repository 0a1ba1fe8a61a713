/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bus.h"

/** Told by logind when the machine falls asleep and wakes. Without logind nothing is ever told. */
typedef struct Sleep Sleep;

/** Both from the main context. `falling_asleep` has logind's inhibitor delay (5 s by default) at
 * most: the machine sleeps as soon as it returns. */
typedef struct SleepEvents {
    void (*falling_asleep)(void *owner);
    void (*awake)(void *owner);
} SleepEvents;

/** `bus` and `events` are borrowed and outlive it. */
Sleep *sleep_new(Bus *bus, const SleepEvents *events, void *owner);
void sleep_free(Sleep *sleep);
