/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "loop.h"

/**
 * What the service manager is told: that we are ready, what we do, and that the loop still turns.
 * Without one, all of it does nothing (sd_notify(3)).
 */
typedef struct Notifier {
    LoopTimer watchdog;
    int64_t watchdog_us; /* between two signs of life; 0: nobody waits for them */
} Notifier;

void notifier_init(Notifier *notifier, Loop *loop);
void notifier_clear(Notifier *notifier);

/** Start-up is over; the first sign of life goes out with it. */
void notifier_ready(Notifier *notifier);
/** One line for `systemctl status`. */
void notifier_status(const char *sentence);
/** A reload begins; notifier_ready ends it. */
void notifier_reloading(void);
void notifier_stopping(void);
